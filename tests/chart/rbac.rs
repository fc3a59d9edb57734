//! What the chart lets the operator, and its users, do.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{chart, helm, of_kind, only, render, set};
use crate::support::cluster::{cluster, fails, namespace, ok};

const GROUP: &str = "agentcore-operator.github.io";

/// Exactly what the operator needs in each namespace. A rule more is a right that a stolen token has; a rule less is
/// an operator that can't work.
fn rules() -> Vec<Value> {
    let each = |suffix: &str| -> Vec<String> {
        ["agentmemories", "agentruntimes", "codeinterpreters"].map(|plural| format!("{plural}{suffix}")).into()
    };
    vec![
        json!({ "apiGroups": [GROUP], "resources": each(""), "verbs": ["get", "list", "watch", "patch"] }),
        json!({ "apiGroups": [GROUP], "resources": each("/status"), "verbs": ["patch"] }),
        json!({ "apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create"] }),
    ]
}

fn roles<'a>(documents: &'a [Value], kind: &str) -> Vec<(&'a Value, &'a Value)> {
    of_kind(documents, kind).into_iter().map(|role| (&role["metadata"], &role["rules"])).collect()
}

fn subject() -> Value {
    json!([{ "kind": "ServiceAccount", "name": "test-agentcore-operator", "namespace": "ops" }])
}

#[test]
fn in_all_namespaces_it_is_one_cluster_role() {
    let documents = render("ops", &set(&["rbac.aggregateRoles=false"]));
    let role = only(&documents, "ClusterRole");
    let mut expected = vec![json!({ "apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"] })];
    expected.extend(rules());
    assert_eq!(role["rules"], Value::from(expected));

    let binding = only(&documents, "ClusterRoleBinding");
    assert_eq!(binding["subjects"], subject());
    assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
    assert!(of_kind(&documents, "Role").is_empty() && of_kind(&documents, "RoleBinding").is_empty());
}

#[test]
fn of_watched_namespaces_it_sees_no_others() {
    let documents = render("ops", &set(&["rbac.aggregateRoles=false", "watchNamespaces=[\"team-a\",\"team-b\"]"]));
    let uids = json!([{
        "apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"],
        "resourceNames": ["kube-system", "team-a", "team-b"],
    }]);
    assert_eq!(only(&documents, "ClusterRole")["rules"], uids);

    let roles = roles(&documents, "Role");
    let namespaces: Vec<_> = roles.iter().map(|(metadata, _)| &metadata["namespace"]).collect();
    assert_eq!(namespaces, ["team-a", "team-b"]);
    for ((metadata, granted), binding) in roles.into_iter().zip(of_kind(&documents, "RoleBinding")) {
        assert_eq!(*granted, Value::from(rules()));
        assert_eq!(binding["metadata"]["namespace"], metadata["namespace"]);
        assert_eq!(binding["subjects"], subject());
        assert_eq!(binding["roleRef"]["kind"], "Role");
        assert_eq!(binding["roleRef"]["name"], metadata["name"]);
    }
}

/// Whoever may view or edit what is in a namespace may view or edit our kinds there, and nothing else by our doing.
#[test]
fn users_roles_are_about_the_three_kinds() {
    let documents = render("ops", &set(&["rbac.create=false"]));
    let kinds = json!(["agentmemories", "agentruntimes", "codeinterpreters"]);
    let status = json!(["agentmemories/status", "agentruntimes/status", "codeinterpreters/status"]);
    let view = json!([
        { "apiGroups": [GROUP], "resources": kinds, "verbs": ["get", "list", "watch"] },
        { "apiGroups": [GROUP], "resources": status, "verbs": ["get"] },
    ]);
    let change = ["create", "update", "patch", "delete", "deletecollection"];
    let edit = json!([{ "apiGroups": [GROUP], "resources": kinds, "verbs": change }]);
    for ((metadata, rules), (suffix, expected, into)) in roles(&documents, "ClusterRole")
        .into_iter()
        .zip([("view", view, &["view", "edit", "admin"][..]), ("edit", edit, &["edit", "admin"])])
    {
        assert!(metadata["name"].as_str().unwrap().ends_with(suffix), "{metadata}");
        assert_eq!(*rules, expected, "{suffix}");
        for role in ["view", "edit", "admin"] {
            let label = &metadata["labels"][format!("rbac.authorization.k8s.io/aggregate-to-{role}")];
            assert_eq!(label == "true", into.contains(&role), "{suffix} into {role}");
        }
    }
}

fn can_i(namespace: &str, who: &str, what: &str) -> Command {
    let mut command = cluster().kubectl();
    command.args(["auth", "can-i", "-n", namespace, "--as", who]).args(what.split(' '));
    command
}

/// The same, asked of the API server.
#[test]
fn an_installed_release_grants_what_it_says() {
    let (ours, other) = (namespace("chart-rights"), namespace("chart-rights"));
    let watch = format!("watchNamespaces=[\"{ours}\"]");
    let mut install = helm();
    install.env("KUBECONFIG", cluster().kubeconfig()).args(["install", "test"]).arg(chart());
    ok(install.args(["--namespace", &ours]).args(set(&[&watch, "crds.enabled=false"])));

    let operator = format!("system:serviceaccount:{ours}:test-agentcore-operator");
    for what in [
        "list agentruntimes",
        "watch agentmemories",
        "patch codeinterpreters",
        "patch agentruntimes --subresource=status",
        "create events.events.k8s.io",
    ] {
        ok(&mut can_i(&ours, &operator, what));
        fails(&mut can_i(&other, &operator, what));
    }
    ok(&mut can_i(&ours, &operator, "get namespaces/kube-system"));
    ok(&mut can_i(&ours, &operator, &format!("get namespaces/{ours}")));
    for what in [
        "get secrets",
        "create agentruntimes",
        "delete agentmemories",
        "update agentruntimes",
        "get pods",
        "patch events.events.k8s.io",
    ] {
        fails(&mut can_i(&ours, &operator, what));
    }
    fails(&mut can_i(&ours, &operator, &format!("get namespaces/{other}")));

    ok(cluster().kubectl().args(["-n", &ours, "create", "rolebinding", "jane", "--clusterrole=edit", "--user=jane"]));
    // The controller manager aggregates when it comes round to it.
    let deadline = Instant::now() + Duration::from_secs(30);
    while !can_i(&ours, "jane", "create agentruntimes").output().unwrap().status.success() {
        assert!(Instant::now() < deadline, "the role `edit` does not get the right to create agentruntimes");
        thread::sleep(Duration::from_millis(200));
    }
    ok(&mut can_i(&ours, "jane", "list agentmemories"));

    let mut uninstall = helm();
    uninstall.env("KUBECONFIG", cluster().kubeconfig());
    ok(uninstall.args(["uninstall", "test", "--namespace", &ours]));
}
