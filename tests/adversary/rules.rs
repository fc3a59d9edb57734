//! What holds for the conditions of every status, whatever the spec is.

use serde_json::{Value, json};

/// What is wrong with a status: nothing, if it keeps to the rules that tools such as kstatus and Argo CD rely on.
pub fn broken(object: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let conditions: Vec<&Value> = object["status"]["conditions"].as_array().into_iter().flatten().collect();
    if conditions.is_empty() {
        return wrong;
    }
    let status = |type_: &str| {
        let found = conditions.iter().find(|condition| condition["type"] == type_);
        found.map(|condition| condition["status"].as_str().unwrap_or_default())
    };
    let (ready, reconciling, stalled) = (status("Ready"), status("Reconciling"), status("Stalled"));
    if ready.is_none() {
        wrong.push("no Ready".to_owned());
    }
    if reconciling.is_some() && stalled.is_some() {
        wrong.push("Reconciling and Stalled at once".to_owned());
    }
    if reconciling.is_some_and(|status| status != "True") || stalled.is_some_and(|status| status != "True") {
        wrong.push("Reconciling or Stalled that is not True".to_owned());
    }
    if stalled.is_some() && ready == Some("True") {
        wrong.push("Stalled and Ready".to_owned());
    }
    let observed = object["status"]["observedGeneration"].as_i64();
    for condition in &conditions {
        let type_ = &condition["type"];
        for member in ["reason", "message", "lastTransitionTime"] {
            if condition[member].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{type_} without {member}"));
            }
        }
        if condition["observedGeneration"].as_i64() > object["metadata"]["generation"].as_i64() {
            wrong.push(format!("{type_} of a generation to come"));
        }
        if condition["reason"] == "InternalError" {
            wrong.push(format!("{type_}: {}", condition["message"]));
        }
        if conditions.iter().filter(|other| other["type"] == *type_).count() > 1 {
            wrong.push(format!("{type_} twice"));
        }
    }
    if observed > object["metadata"]["generation"].as_i64() {
        wrong.push("observed a generation to come".to_owned());
    }
    wrong
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
