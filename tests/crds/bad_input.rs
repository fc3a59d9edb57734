//! What people really write wrong. Each is refused with a message that names the field.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{
    api::Objects,
    cluster::{cluster, fails, namespace, ok},
};

fn kubectl_apply(namespace: &str, manifest: &str, flags: &[&str]) -> std::process::Command {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{namespace}.yaml"));
    std::fs::write(&file, manifest).unwrap();
    let mut kubectl = cluster().kubectl();
    kubectl.args(["apply", "-n", namespace, "-f"]).arg(file).args(flags);
    kubectl
}

const TYPO: &str = "
apiVersion: agentcore-operator.github.io/v1alpha1
kind: AgentMemory
metadata: {name: typo}
spec: {eventExpiryDay: 7}
";

#[test]
fn an_unknown_field_is_named() {
    let namespace = namespace("unknown");
    let error = fails(&mut kubectl_apply(&namespace, TYPO, &[]));
    assert!(error.contains(r#"unknown field "spec.eventExpiryDay""#), "{error}");
}

#[test]
fn an_unknown_field_is_dropped_where_the_user_asks_for_leniency() {
    let namespace = namespace("lenient");
    ok(&mut kubectl_apply(&namespace, TYPO, &["--validate=warn"]));
    let stored = ok(cluster().kubectl().args(["get", "acmem", "typo", "-n", &namespace, "-o", "jsonpath={.spec}"]));
    assert_eq!(stored, r#"{"drift":"Correct","eventExpiryDays":30,"suspend":false}"#);
}

/// YAML 1.1 reads `yes` and `on` as booleans, and 1 as a number.
#[test]
fn yaml_booleans_and_numbers_are_no_text() {
    let namespace = namespace("booleans");
    let manifest = |env: &str, tag: &str| {
        format!(
            "
apiVersion: agentcore-operator.github.io/v1alpha1
kind: AgentRuntime
metadata: {{name: booleans}}
spec:
  artifact: {{container: {{image: public.ecr.aws/support/agent:1}}}}
  executionRole: {{arn: 'arn:aws:iam::123456789012:role/a'}}
  env: [{{name: DEBUG, value: {env}}}]
  tags: {{production: {tag}}}
"
        )
    };
    for word in ["yes", "no", "on", "off", "y", "n", "true", "1", "1.5"] {
        let error = fails(&mut kubectl_apply(&namespace, &manifest(word, "'yes'"), &["--server-side"]));
        assert!(error.contains("spec.env"), "{word}: {error}");
        let error = fails(&mut kubectl_apply(&namespace, &manifest("'1'", word), &["--server-side"]));
        assert!(error.contains("spec.tags.production"), "{word}: {error}");
    }
    ok(&mut kubectl_apply(&namespace, &manifest("'yes'", "'yes'"), &["--server-side"]));
}

async fn refused(objects: &Objects, base: &str, patch: Value) -> crate::support::api::Refusal {
    let mut object = super::object(base);
    super::merge(&mut object, &patch);
    objects.try_create(&object).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_types_are_named() {
    let objects = Objects::new("types").await;
    let cases = [
        ("overrides", "spec.eventExpiryDays", json!({ "spec": { "eventExpiryDays": "30" } })),
        ("overrides", "spec.eventExpiryDays", json!({ "spec": { "eventExpiryDays": 7.5 } })),
        ("overrides", "spec.strategies", json!({ "spec": { "strategies": "Standard" } })),
        ("overrides", "spec.tags", json!({ "spec": { "tags": ["a"] } })),
        ("container", "spec.suspend", json!({ "spec": { "suspend": "true" } })),
        ("container", "spec.artifact", json!({ "spec": { "artifact": "image" } })),
        ("container", "spec.env[0].value", json!({ "spec": { "env": [{ "name": "A", "value": 1 }] } })),
        ("interpreter", "spec.network", json!({ "spec": { "network": "SANDBOX" } })),
    ];
    for (base, field, patch) in cases {
        let refusal = refused(&objects, base, patch.clone()).await;
        assert!(refusal.says(field, "must be of type"), "{patch}: {refusal:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn absurd_sizes_are_named() {
    let objects = Objects::new("sizes").await;
    let prompt = "p".repeat(1024 * 1024);
    let strategy = json!({ "name": "A", "type": "SEMANTIC_OVERRIDE",
        "extraction": { "modelId": "a", "appendToPrompt": prompt } });
    let refusal = refused(&objects, "overrides", json!({ "spec": { "strategies": [strategy] } })).await;
    assert!(refusal.says("spec.strategies[0].extraction.appendToPrompt", "may not be more than 30000"), "{refusal:?}");
    assert!(refusal.message.len() < 10_000, "the message repeats the prompt");

    let variables: Vec<_> = (0..10_000).map(|index| json!({ "name": format!("V{index}"), "value": "v" })).collect();
    let refusal = refused(&objects, "container", json!({ "spec": { "env": variables } })).await;
    assert!(refusal.says("spec.env", "must have at most 50 items"), "{:?}", refusal.causes);

    let strategies: Vec<_> =
        (0..10_000).map(|index| json!({ "name": format!("S{index}"), "type": "SEMANTIC" })).collect();
    let refusal = refused(&objects, "overrides", json!({ "spec": { "strategies": strategies } })).await;
    assert!(refusal.says("spec.strategies", "must have at most 6 items"), "{:?}", refusal.causes);
}

/// Descriptions and values are people's own words, in any script; names are AWS's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unicode_is_accepted_where_aws_accepts_it() {
    let objects = Objects::new("unicode").await;
    let mut object = super::object("container");
    let text = "Beantwortet Fragen · 質問に答えます · 👩🏽‍💻";
    super::merge(
        &mut object,
        &json!({ "spec": { "description": text, "env": [{ "name": "GREETING", "value": text }] } }),
    );
    let created = objects.create(&object).await.unwrap();
    assert_eq!(created["spec"]["description"], text);
    assert_eq!(created["spec"]["env"][0]["value"], text);

    for (base, field, patch) in [
        ("container", "spec.runtimeName", json!({ "spec": { "runtimeName": "größe" } })),
        (
            "overrides",
            "spec.strategies[0].name",
            json!({ "spec": { "strategies": [{ "name": "事実", "type": "SEMANTIC" }] } }),
        ),
        ("container", "spec.memoryRef.name", json!({ "spec": { "memoryRef": { "name": "é" } } })),
    ] {
        let refusal = refused(&objects, base, patch).await;
        assert!(refusal.says(field, "should match"), "{refusal:#?}");
    }
}

/// `helm template` writes `null` for values that nobody set: the field is absent then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn null_is_absence() {
    let objects = Objects::new("null").await;
    let mut object = super::object("container");
    object["spec"]["description"] = Value::Null;
    let created = objects.try_create(&object).await.unwrap();
    assert!(created["spec"].get("description").is_none(), "{created}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_members_are_named() {
    let objects = Objects::new("missing").await;
    let object = json!({ "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": "AgentRuntime",
        "metadata": { "name": "empty" }, "spec": {} });
    let refusal = objects.try_create(&object).await.unwrap_err();
    for field in ["spec.artifact", "spec.executionRole"] {
        assert!(refusal.says(field, "Required value"), "{refusal:#?}");
    }
}
