//! Who may do what, and what the audit log says about it.

use std::fs;

use crate::{eventually, run, start, stderr};

#[test]
fn a_service_account_may_do_what_rbac_says_and_the_audit_log_tells() {
    let cluster = start();
    let admin = |args: &str| run(cluster.kubectl().args(args.split(' ')));
    let version = devcluster::tools::KUBERNETES.version().unwrap();
    assert!(admin("version").contains(&format!("Server Version: {version}")));
    assert!(admin("get namespaces --output=name").contains("namespace/kube-system"));

    admin("create namespace team");
    admin("create serviceaccount operator --namespace=team");
    let operator = cluster.service_account("team", "operator").unwrap();
    let list = || cluster.kubectl_as(&operator).args(["get", "configmaps", "--namespace=team"]).output().unwrap();
    let refused = list();
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("forbidden"), "{}", stderr(&refused));

    admin("create rolebinding operator --clusterrole=view --serviceaccount=team:operator --namespace=team");
    // RBAC reads bindings from a watch, which takes a moment.
    eventually("the RoleBinding works", || list().status.success());

    // The controller manager empties the namespace, and kubectl waits for that.
    admin("delete namespace team --timeout=60s");
    assert!(!admin("get namespaces").contains("team"));

    let audit = fs::read_to_string(cluster.audit_log()).unwrap();
    let event = |parts: &[&str]| audit.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    let user = "system:serviceaccount:team:operator";
    assert!(event(&[user, "\"verb\":\"list\"", "\"resource\":\"configmaps\"", "\"code\":403"]));
    assert!(event(&[user, "\"verb\":\"list\"", "\"resource\":\"configmaps\"", "\"code\":200"]));
    assert!(event(&["\"verb\":\"delete\"", "\"resource\":\"namespaces\"", "\"username\":\"admin\""]));
    // Of other groups than ours no bodies, and no event before there is an outcome.
    assert!(!event(&["\"requestObject\""]) && !event(&["\"stage\":\"RequestReceived\""]));
}

#[test]
fn a_user_has_the_name_and_groups_of_its_certificate() {
    let cluster = start();
    let kubeconfig = cluster.user("jane: \"the\" tester", &["one", "two"]).unwrap();
    let whoami = run(cluster.kubectl_as(&kubeconfig).args(["auth", "whoami", "--output=json"]));
    for part in [r#""jane: \"the\" tester""#, "\"one\"", "\"two\"", "\"system:authenticated\""] {
        assert!(whoami.contains(part), "{part} is not in {whoami}");
    }
    let message = cluster.user("jane", &["one", "two", "three"]).unwrap_err().to_string();
    assert!(message.contains("3 groups"), "{message}");
}
