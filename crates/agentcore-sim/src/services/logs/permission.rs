//! Whether the resource policies let a service write into a log.

use serde_json::{Map, Value};

use super::state::State;
use crate::caller::Caller;
use crate::wildcard::like;

/// A service that wants to write into a log group of an account in a region.
struct Wish<'a> {
    /// Such as `xray.amazonaws.com`.
    service: &'a str,
    /// The ARN of a stream in the group.
    resource: String,
    account: &'a str,
    /// The ARN for which the service does it.
    source: String,
}

impl State {
    /// Whether a service may write into a log group, which need not be there yet.
    pub(crate) fn may_write(&self, service: &str, group: &str, caller: &Caller) -> bool {
        let (account, region) = (caller.account.as_str(), caller.region.as_str());
        let short = service.split('.').next().unwrap_or_default();
        let wish = Wish {
            service,
            resource: format!("arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:default"),
            account,
            source: format!("arn:aws:{short}:{region}:{account}:default"),
        };
        let Some(place) = self.places.here(caller) else { return false };
        let policies = place.policies.values().chain(place.group_policies.values());
        let documents = policies.filter_map(|policy| serde_json::from_str::<Map<String, Value>>(&policy.document).ok());
        let statements: Vec<Value> =
            documents.flat_map(|mut document| each(document.remove("Statement").unwrap_or_default())).collect();
        let says = |effect: &str| {
            statements.iter().any(|statement| {
                statement.get("Effect").and_then(Value::as_str) == Some(effect) && wish.is_meant(statement)
            })
        };
        says("Allow") && !says("Deny")
    }
}

impl Wish<'_> {
    fn is_meant(&self, statement: &Value) -> bool {
        let principal = statement.get("Principal");
        let by = match principal.and_then(|principal| principal.get("Service")) {
            Some(services) => any(services, |service| like(service, self.service)),
            None => principal.and_then(Value::as_str) == Some("*"),
        };
        let does =
            statement.get("Action").is_some_and(|actions| any(actions, |action| like(action, "logs:PutLogEvents")));
        let to = statement.get("Resource").is_some_and(|all| any(all, |resource| like(resource, &self.resource)));
        by && does && to && self.meets(statement.get("Condition"))
    }

    /// Whether all conditions hold. Those that nothing is known of do not.
    fn meets(&self, conditions: Option<&Value>) -> bool {
        let Some(conditions) = conditions.and_then(Value::as_object) else { return true };
        conditions.iter().all(|(operator, keys)| {
            keys.as_object().is_some_and(|keys| {
                keys.iter().all(|(key, wanted)| {
                    let own = match key.to_ascii_lowercase().as_str() {
                        "aws:sourceaccount" => self.account,
                        "aws:sourcearn" => &self.source,
                        _ => return false,
                    };
                    match operator.as_str() {
                        "StringEquals" => any(wanted, |wanted| wanted == own),
                        "StringLike" | "ArnLike" | "ArnEquals" => any(wanted, |wanted| like(wanted, own)),
                        _ => false,
                    }
                })
            })
        })
    }
}

/// Whether one of the texts passes: a text alone is like a list of one.
fn any(value: &Value, test: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(one) => test(one),
        Value::Array(items) => items.iter().filter_map(Value::as_str).any(test),
        _ => false,
    }
}

/// The items of a list; anything else is like a list of one.
fn each(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => vec![other],
    }
}
