//! The CRDs as Kubernetes and GitOps tools meet them.

use serde_json::{Value, json};

use super::schema;
use crate::support::{
    api::{Objects, Patch},
    cluster::{cluster, namespace, ok},
    root,
};

/// Argo CD compares what it applied with what it reads: a difference is "OutOfSync", for ever.
#[test]
fn they_come_back_as_they_were_sent() {
    for sent in schema::definitions() {
        let name = sent["metadata"]["name"].as_str().unwrap();
        let text = ok(cluster().kubectl().args(["get", "crd", name, "-o", "json"]));
        let mut read: Value = serde_json::from_str(&text).unwrap();
        read.as_object_mut().unwrap().remove("status");
        read["metadata"] = json!({ "name": name });
        assert_eq!(read, sent, "{name}");
    }
}

/// The annotation that client-side apply keeps may have at most 262144 bytes.
#[test]
fn they_fit_client_side_apply() {
    for crd in agentcore_operator::crds::render().unwrap() {
        println!("crds/{}: {} bytes", crd.file, crd.yaml.len());
        assert!(crd.yaml.len() < 262_144, "{} has {} bytes", crd.file, crd.yaml.len());
    }
}

/// Nobody has looked at a new object yet: tools that wait must not take it for done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_object_is_not_observed() {
    let objects = Objects::new("fresh").await;
    for name in ["overrides", "container", "interpreter"] {
        let mut object = super::object(name);
        object.as_object_mut().unwrap().remove("status");
        let created = objects.create(&object).await.unwrap();
        assert_eq!(created["status"], json!({ "observedGeneration": -1 }), "created: {name}");

        object["metadata"]["name"] = format!("applied-{name}").into();
        let applied = objects.patch(&object, &object, Patch::Apply("test")).await.unwrap();
        assert_eq!(applied["status"], json!({ "observedGeneration": -1 }), "applied: {name}");
    }
}

/// What the README tells people to try.
#[test]
fn the_quickstart_is_accepted() {
    let namespace = namespace("examples");
    let mut apply = cluster().kubectl();
    apply
        .args(["apply", "--server-side", "--validate=strict", "-n", &namespace, "-f"])
        .arg(root().join("examples/quickstart"));
    let applied = ok(&mut apply);
    assert_eq!(applied.matches("serverside-applied").count(), 3, "{applied}");
}

/// The only defaults; none below a list, where Argo CD would never come to rest.
#[test]
fn defaults_are_those_of_the_documentation() {
    let mut defaults = Vec::new();
    schema::walk(&mut |place, schema| {
        if let Some(default) = schema.get("default") {
            defaults.push(format!("{place} = {default}"));
        }
    });
    let expected = [
        r#"AgentMemory.spec.drift = "Correct""#,
        "AgentMemory.spec.eventExpiryDays = 30",
        "AgentMemory.spec.suspend = false",
        r#"AgentMemory.status = {"observedGeneration":-1}"#,
        r#"AgentRuntime.spec.drift = "Correct""#,
        r#"AgentRuntime.spec.network = {"mode":"PUBLIC"}"#,
        r#"AgentRuntime.spec.network.mode = "PUBLIC""#,
        "AgentRuntime.spec.suspend = false",
        r#"AgentRuntime.status = {"observedGeneration":-1}"#,
        r#"CodeInterpreter.spec.drift = "Correct""#,
        r#"CodeInterpreter.spec.network = {"mode":"SANDBOX"}"#,
        r#"CodeInterpreter.spec.network.mode = "SANDBOX""#,
        r#"CodeInterpreter.spec.replacement = "Never""#,
        "CodeInterpreter.spec.suspend = false",
        r#"CodeInterpreter.status = {"observedGeneration":-1}"#,
    ];
    assert_eq!(defaults, expected);
}

/// What `kubectl explain` shows is the documentation that most users read; and the API server refuses rules over
/// unbounded values.
#[test]
fn every_field_is_described_and_bounded() {
    let mut lacking = Vec::new();
    schema::walk(&mut |place, schema| {
        let member = matches!(place.steps.last(), Some(schema::Step::Member(_)));
        // The API server describes the members of the root.
        if member && schema["description"].as_str().is_none_or(str::is_empty) {
            lacking.push(format!("{place} has no description"));
        }
        let bounded = match schema["type"].as_str() {
            Some("string") => ["maxLength", "enum", "format"].iter().any(|bound| schema.get(*bound).is_some()),
            Some("array") => schema.get("maxItems").is_some(),
            Some("object") if schema.get("additionalProperties").is_some() => schema.get("maxProperties").is_some(),
            _ => true,
        };
        if !bounded {
            lacking.push(format!("{place} has no bound"));
        }
        if schema["pattern"].as_str().is_some_and(|pattern| !pattern.starts_with('^') || !pattern.ends_with('$')) {
            lacking.push(format!("{place}: the pattern is not anchored"));
        }
    });
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// A union's members are switched in one apply only if the union has one owner.
#[test]
fn every_union_is_atomic() {
    let mut unions = 0;
    schema::walk(&mut |place, schema| {
        let rules = schema["x-kubernetes-validations"].as_array();
        let chooses = |rule: &Value| {
            ["set exactly one of", "with mode VPC"]
                .iter()
                .any(|start| rule["message"].as_str().unwrap().starts_with(start))
        };
        if rules.into_iter().flatten().any(chooses) {
            unions += 1;
            assert_eq!(schema["x-kubernetes-map-type"], "atomic", "{place}");
        }
    });
    assert!(unions >= 13, "only {unions} unions");
}
