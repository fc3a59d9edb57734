//! The objects that the chart makes, as the API server sees them.

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};

use super::{only, render, scratch, set, template, value_sets};
use crate::support::cluster::{cluster, fails, namespace, ok};

/// `kubectl apply` of a file, which changes nothing, but fails as it would.
fn try_apply(file: &PathBuf, how: &[&str]) -> Command {
    let mut apply = cluster().kubectl();
    apply.args(["apply", "--dry-run=server", "--validate=strict", "-f"]).arg(file).args(how);
    apply
}

#[test]
fn each_document_is_accepted() {
    let (ours, watched) = (namespace("chart"), namespace("chart"));
    let mut sets = value_sets().to_vec();
    sets.push(set(&[&format!("watchNamespaces=[\"{ours}\",\"{watched}\"]")]));
    for (values, count) in sets.into_iter().zip([10, 11, 1, 14]) {
        let file = scratch("rendered.yaml");
        fs::write(&file, ok(&mut template(&ours, &values))).unwrap();
        for how in [&[][..], &["--server-side"]] {
            let accepted = ok(&mut try_apply(&file, how));
            assert_eq!(accepted.lines().count(), count, "{values:?} {how:?}: {accepted}");
        }
    }
}

/// Releases of one name in two namespaces share only what belongs to all of a cluster.
#[test]
fn objects_of_two_releases_do_not_meet() {
    let names = |namespace: &str| -> Vec<String> {
        let documents = render(namespace, &set(&["crds.enabled=false"]));
        let metadata = documents.iter().map(|document| &document["metadata"]);
        let cluster_wide = metadata.filter(|metadata| metadata["namespace"].is_null());
        cluster_wide.map(|metadata| metadata["name"].to_string()).collect()
    };
    let (one, other) = (names("one"), names("other"));
    assert_eq!(one.len(), 4);
    assert!(one.iter().all(|name| !other.contains(name)), "{one:?} {other:?}");
}

/// Names and namespaces of digits are text to the API server only if the chart says so.
#[test]
fn digits_are_names_too() {
    let documents = render("1234", &set(&["crds.enabled=false", "clusterId=\"0123\"", "watchNamespaces=[\"42\"]"]));
    for document in &documents {
        let namespace = &document["metadata"]["namespace"];
        assert!(namespace.is_string() || namespace.is_null(), "{document}");
    }
}

fn pod(values: &[String]) -> Value {
    let documents = render("test", values);
    let template = &only(&documents, "Deployment")["spec"]["template"];
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "operator", "labels": template["metadata"]["labels"] },
        "spec": template["spec"],
    });
    // The ServiceAccount of the release is not there.
    pod["spec"]["serviceAccountName"] = "default".into();
    pod
}

#[test]
fn the_pod_passes_pod_security_restricted() {
    let namespace = namespace("chart-restricted");
    let label = "pod-security.kubernetes.io/enforce=restricted";
    ok(cluster().kubectl().args(["label", "namespace", &namespace, label]));
    wait_for_service_account(&namespace);
    let apply = |pod: &Value| {
        let file = scratch("pod.json");
        fs::write(&file, pod.to_string()).unwrap();
        try_apply(&file, &["--namespace", &namespace])
    };
    let [defaults, everything, _] = value_sets();
    ok(&mut apply(&pod(&defaults)));
    ok(&mut apply(&pod(&everything)));
    let refusal = fails(&mut apply(&pod(&set(&["securityContext=null"]))));
    assert!(refusal.contains("violates PodSecurity"), "{refusal}");
}

/// Pods are refused until the controller manager has made it.
fn wait_for_service_account(namespace: &str) {
    let wait = ["wait", "--for=create", "serviceaccount/default", "--timeout=30s", "-n", namespace];
    ok(cluster().kubectl().args(wait));
}

#[test]
fn there_is_one_pod_at_a_time() {
    for values in value_sets() {
        let documents = render("test", &values);
        let spec = &only(&documents, "Deployment")["spec"];
        assert_eq!(spec["replicas"], 1);
        assert_eq!(spec["strategy"], json!({ "type": "Recreate" }));
    }
    assert!(!super::read("values.yaml").contains("replica"));
}

fn container(values: &[String]) -> Value {
    only(&render("test", values), "Deployment")["spec"]["template"]["spec"]["containers"][0].clone()
}

#[test]
fn the_command_line_follows_the_values() {
    let [defaults, everything, nothing] = value_sets();
    let expected = [
        "run",
        "--health-address=$(POD_IP):8081",
        "--metrics-address=$(POD_IP):8080",
        "--allowed-role-arns=role/AmazonBedrockAgentCore*,role/service-role/AmazonBedrockAgentCore*",
        "--concurrency=16",
        "--aws-quota-share=0.7",
        "--log-format=json",
        "--log-filter=info",
    ];
    assert_eq!(container(&defaults)["args"], json!(expected));
    let expected = [
        "run",
        "--health-address=[$(POD_IP)]:8081",
        "--metrics-address=[$(POD_IP)]:8080",
        "--cluster-id=0123",
        "--default-tags=a b=c=d,cost=42,team=platform",
        "--allowed-role-arns=role/agents/*,role/more/*",
        "--allow-external-ids=team-a,team-b",
        "--allow-adoption=team-b,team-c",
        "--adopt-from-clusters=old-1,0123",
        "--read-only",
        "--concurrency=4",
        "--aws-quota-share=0.25",
        "--log-format=text",
        "--log-filter=info,agentcore_operator=debug",
        "--log-filter=trace",
    ];
    assert_eq!(container(&everything)["args"], json!(expected));
    let watching = container(&set(&["watchNamespaces=[\"a\",\"b\"]"]));
    assert!(watching["args"].as_array().unwrap().contains(&json!("--watch-namespaces=a,b")), "{watching}");
    // Said, so that the operator's own default does not apply.
    assert!(container(&nothing)["args"].as_array().unwrap().contains(&json!("--allowed-role-arns=")));
}

/// The API server takes any name of a port; the kubelet doesn't.
#[test]
fn probes_and_scrapes_go_to_the_ports_of_the_command_line() {
    let documents = render("test", &set(&["networkPolicy.enabled=true"]));
    let container = &only(&documents, "Deployment")["spec"]["template"]["spec"]["containers"][0];
    let ports = json!([
        { "name": "metrics", "containerPort": 8080 },
        { "name": "health", "containerPort": 8081 },
    ]);
    assert_eq!(container["ports"], ports);
    for (probe, path) in [("livenessProbe", "/livez"), ("readinessProbe", "/readyz")] {
        assert_eq!(container[probe]["httpGet"], json!({ "path": path, "port": "health" }), "{probe}");
    }
    let service = json!([{ "name": "metrics", "port": 8080, "targetPort": "metrics" }]);
    assert_eq!(only(&documents, "Service")["spec"]["ports"], service);
    let ingress = &only(&documents, "NetworkPolicy")["spec"]["ingress"];
    let open: Vec<_> = ingress.as_array().unwrap().iter().map(|rule| &rule["ports"][0]["port"]).collect();
    assert_eq!(open, ["health", "metrics"]);
}

#[test]
fn environment_image_and_names_follow_the_values() {
    let [defaults, everything, nothing] = value_sets();
    let address = json!({ "name": "POD_IP", "valueFrom": { "fieldRef": { "fieldPath": "status.podIP" } } });
    let plain = container(&defaults);
    assert_eq!(plain["env"], json!([address]));
    assert_eq!(plain["image"], concat!("agentcore-operator:", env!("CARGO_PKG_VERSION")));

    let full = container(&everything);
    let env = json!([
        address,
        { "name": "AWS_REGION", "value": "us-west-2" },
        { "name": "AWS_ENDPOINT_URL", "value": "http://sim.sim.svc:4566" },
        { "name": "HTTPS_PROXY", "value": "http://proxy:3128" },
    ]);
    assert_eq!(full["env"], env);
    let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let repository = "123456789012.dkr.ecr.us-west-2.amazonaws.com/agentcore-operator";
    assert_eq!(full["image"], format!("{repository}:1.2@{digest}"));

    let documents = render("test", &everything);
    let deployment = only(&documents, "Deployment");
    let labels = &deployment["metadata"]["labels"];
    // The user's labels are there, but what the selector needs is ours.
    assert_eq!(labels["team"], "platform");
    assert_eq!(labels["app.kubernetes.io/name"], "acop");
    let selector = json!({ "app.kubernetes.io/instance": "test", "app.kubernetes.io/name": "acop" });
    assert_eq!(deployment["spec"]["selector"]["matchLabels"], selector);
    assert_eq!(only(&documents, "Service")["spec"]["selector"], selector);
    assert_eq!(only(&documents, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"], selector);

    let documents = render("test", &nothing);
    let deployment = only(&documents, "Deployment");
    assert_eq!(documents.len(), 1);
    assert_eq!(deployment["metadata"]["name"], "bare");
    assert_eq!(deployment["spec"]["template"]["spec"]["serviceAccountName"], "default");
}
