//! What holds for the conditions of every status, whatever the spec is.

use agentcore_api::status::{CommonStatus, Reason};
use agentcore_engine::contract;
use serde_json::{Value, json};

/// What is wrong with a status: nothing, if it keeps to the rules that tools such as kstatus and Argo CD rely on, and
/// tells of no defect.
pub fn broken(object: &Value) -> Vec<String> {
    let status: CommonStatus = match serde_json::from_value(object["status"].clone()) {
        Ok(status) => status,
        Err(error) => return vec![error.to_string()],
    };
    if status.conditions.is_empty() {
        return Vec::new();
    }
    let newest = object["metadata"]["generation"].as_i64().unwrap_or_default();
    // What was just edited still has the status of the spec before, which speaks of that.
    let generation = status.observed_generation.filter(|observed| *observed < newest).unwrap_or(newest);
    let rules = contract::broken_rules(&status, generation).into_iter().map(str::to_owned);
    let defects = status.conditions.iter().filter(|condition| condition.reason == Reason::InternalError.as_str());
    rules.chain(defects.map(|defect| format!("{}: {}", defect.type_, defect.message))).collect()
}

#[test]
fn it_finds_what_is_wrong() {
    let condition = |type_: &str, status: &str, reason: &str| {
        json!({
            "type": type_, "status": status, "reason": reason, "message": "Why", "observedGeneration": 1,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        })
    };
    let object = |conditions: Value| json!({ "metadata": { "generation": 1 }, "status": { "observedGeneration": 1, "conditions": conditions } });
    let ready = || condition("Ready", "True", "Available");
    assert_eq!(broken(&object(json!([ready()]))), [""; 0]);
    for conditions in [
        json!([condition("Stalled", "True", "InvalidSpec")]),
        json!([ready(), condition("Stalled", "True", "InvalidSpec")]),
        json!([ready(), ready()]),
        json!([ready(), condition("Reconciling", "False", "Updating")]),
        json!([condition("Ready", "False", "InternalError")]),
        json!([condition("Ready", "False", "")]),
    ] {
        assert!(!broken(&object(conditions.clone())).is_empty(), "{conditions}");
    }
}
