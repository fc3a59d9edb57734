//! What may hold a secret stays out of `Debug`, and so out of logs.

use agentcore_api::{AgentMemory, AgentRuntime, secret::forget_last_applied};
use serde_json::json;

const SECRET: &str = "do-not-log-me";

#[test]
fn environment_is_hidden() {
    let runtime: AgentRuntime = serde_json::from_value(json!({
        "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": "AgentRuntime", "metadata": { "name": "a" },
        "spec": {
            "artifact": { "container": { "image": "public.ecr.aws/a/b" } },
            "executionRole": { "arn": "arn:aws:iam::123456789012:role/a" },
            "env": [{ "name": "API_KEY", "value": SECRET }],
        },
    }))
    .unwrap();
    let shown = format!("{runtime:?} {runtime:#?}");
    assert!(shown.contains("API_KEY") && !shown.contains(SECRET), "{shown}");
    assert!(serde_json::to_string(&runtime).unwrap().contains(SECRET), "it is hidden from logs, not from the API");
}

#[test]
fn prompts_are_hidden() {
    let prompt = || json!({ "modelId": "model", "appendToPrompt": SECRET });
    let memory: AgentMemory = serde_json::from_value(json!({
        "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": "AgentMemory", "metadata": { "name": "a" },
        "spec": { "strategies": [{
            "name": "Episodes", "type": "EPISODIC_OVERRIDE",
            "extraction": prompt(), "consolidation": prompt(), "reflection": prompt(),
            "recordSchema": { "metadata": [{
                "key": "k", "extraction": { "llm": { "definition": SECRET, "instruction": SECRET } },
            }] },
        }] },
    }))
    .unwrap();
    let shown = format!("{memory:?} {memory:#?}");
    assert!(shown.contains("model") && !shown.contains(SECRET), "{shown}");
    assert_eq!(serde_json::to_string(&memory).unwrap().matches(SECRET).count(), 5);
}

/// `kubectl apply` keeps a copy of the whole object in an annotation.
#[test]
fn the_copy_that_kubectl_keeps_is_forgotten() {
    let mut memory: AgentMemory = serde_json::from_value(json!({
        "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": "AgentMemory",
        "metadata": { "name": "a", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": SECRET, "team": "support",
        } },
        "spec": {},
    }))
    .unwrap();
    assert!(format!("{memory:?}").contains(SECRET), "the annotation is what this test is about");
    forget_last_applied(&mut memory.metadata);
    let shown = format!("{memory:?}");
    assert!(shown.contains("team") && !shown.contains(SECRET), "{shown}");
}
