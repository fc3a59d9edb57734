//! SimulatePrincipalPolicy: what a role would be allowed.

use serde_json::{Map, Value, json};

use super::input::{accept, malformed, text};
use super::{no_such_entity, page, shapes};
use crate::failure::Failure;
use crate::policy::{Context, Decision, Policy, Question, Sort, Source, decide};
use crate::services::{Call, Reply};

/// Members that would change the result and are not looked at.
const UNKNOWN: &[&str] =
    &["PolicyExclusionList", "ResourcePolicy", "ResourceOwner", "CallerArn", "ResourceHandlingOption"];

/// SimulatePrincipalPolicy.
pub(super) fn simulate(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::SIMULATE)?;
    if let Some(unknown) = UNKNOWN.iter().find(|name| call.params.body.contains_key(**name)) {
        return Err(Failure::Missing(format!("{unknown} of SimulatePrincipalPolicy is not simulated")));
    }
    let arn = text(&given, "PolicySourceArn");
    let account = &call.caller.account;
    let role = call.store.iam.role_at(arn).filter(|_| arn.split(':').nth(4) == Some(account));
    let role = role.ok_or_else(|| no_such_entity(format!("The entity {arn} cannot be found.")))?;
    let mut rights = call.store.iam.rights(account, role);
    rights.identity.extend(policies(&given, "PolicyInputList")?);
    if let Some(boundary) = policies(&given, "PermissionsBoundaryPolicyInputList")?.pop() {
        rights.boundary = Some(boundary);
    }
    let context = context(&given);
    let mut resources = texts(&given, "ResourceArns");
    if resources.is_empty() {
        resources.push("*".to_owned());
    }
    let mut items = Vec::new();
    for action in texts(&given, "ActionNames") {
        for resource in &resources {
            let verdict = decide(&rights, &Question { action: &action, resource, context: &context });
            let within = verdict.decision == Decision::Allowed || verdict.source != Source::Boundary;
            let bounded = rights.boundary.is_some().then(|| json!({"AllowedByPermissionsBoundary": within}));
            let result = json!({
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": verdict.decision,
                "MatchedStatements": [],
                "MissingContextValues": [],
                "PermissionsBoundaryDecisionDetail": bounded,
            });
            items.push((format!("{:010}", items.len()), result));
        }
    }
    Ok(Reply::Json(json!(page::page(&given, "EvaluationResults", items)?)))
}

fn texts(given: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = given.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn policies(given: &Map<String, Value>, name: &str) -> Result<Vec<Policy>, Failure> {
    let read = |text: String| Policy::parse(&text, Sort::Identity).map_err(|error| malformed(&error.to_string()));
    texts(given, name).into_iter().map(read).collect()
}

fn context(given: &Map<String, Value>) -> Context {
    let mut context = Context::default();
    for entry in given.get("ContextEntries").and_then(Value::as_array).into_iter().flatten() {
        let values = entry.as_object().map(|entry| texts(entry, "ContextKeyValues"));
        if let Some(key) = entry.get("ContextKeyName").and_then(Value::as_str) {
            context.set_all(key, values.unwrap_or_default());
        }
    }
    context
}
