//! What the shapes of the requests about memories cannot say.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::Call;
use crate::failure::{Failure, Reason};
use crate::store::{Kind, Resource};

/// The variables that every namespace can have.
const BUILT_IN_VARIABLES: &[&str] = &["memoryStrategyId", "actorId", "sessionId"];

/// The strategies of a memory as they will be: not too many, no name twice, no unknown variable.
pub(super) fn check_strategies(call: &Call<'_>, strategies: &[Value], memory_arn: &str) -> Result<(), Failure> {
    let quotas = &call.settings.quotas;
    let staying: Vec<&Value> = strategies.iter().filter(|one| text(one, "status") != "DELETING").collect();
    let most = quotas.strategies_per_memory;
    if staying.len() > most {
        return Err(Failure::field("memoryStrategies", format!("A memory can have at most {most} strategies")));
    }
    let (account, region) = (&call.caller.account, &call.caller.region);
    let others = call.store.living(Kind::Memory, account, region).filter(|other| other.arn != memory_arn);
    let elsewhere: usize = others.map(|other| strategies_of(&other.body).len()).sum();
    if elsewhere + staying.len() > quotas.strategies {
        let message = format!("The limit of {} for the number of strategies has been reached", quotas.strategies);
        return Err(Failure::Quota(message));
    }
    let mut names = BTreeSet::new();
    for strategy in staying {
        let name = text(strategy, "name");
        if !names.insert(name) {
            return Err(Failure::field("memoryStrategies", format!("The strategy name {name} is used twice")));
        }
    }
    Ok(())
}

/// Each variable in a namespace must be built in or be one of the memory's own keys.
pub(super) fn check_namespaces(strategies: &[Value], body: &Map<String, Value>) -> Result<(), Failure> {
    let keys: Vec<&str> = list(body, "namespaceKeys").iter().map(|key| text(key, "key")).collect();
    for key in &keys {
        if keys.iter().filter(|other| *other == key).count() > 1 {
            return Err(Failure::field("namespaceKeys", format!("The namespace key {key} is used twice")));
        }
    }
    let mut templates = Vec::new();
    for strategy in strategies {
        collect_templates(strategy, &mut templates);
    }
    for template in templates {
        for part in template.split('{').skip(1) {
            let variable = part.split('}').next().unwrap_or_default();
            if !BUILT_IN_VARIABLES.contains(&variable) && !keys.contains(&variable) {
                let message = format!("The namespace {template} uses {variable}, which is not a namespace key");
                return Err(Failure::field("namespaceKeys", message));
            }
        }
    }
    Ok(())
}

/// Keys can be indexed once, and ten at most.
pub(super) fn check_indexed_keys(keys: &[Value]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for key in keys {
        if !seen.insert(text(key, "key")) {
            let message = format!("The key {} is indexed already", text(key, "key"));
            return Err(Failure::field("indexedKeys", message));
        }
    }
    if keys.len() > 10 {
        return Err(Failure::field("indexedKeys", "At most 10 keys can be indexed"));
    }
    Ok(())
}

/// Strategies that call a model or a topic of the user do so in a role of the user.
pub(super) fn check_role(added: &[Value], role: Option<&Value>) -> Result<(), Failure> {
    if role.is_none() && added.iter().any(|strategy| text(strategy, "type") == "CUSTOM") {
        let message = "memoryExecutionRoleArn is required with a custom strategy";
        return Err(Failure::field("memoryExecutionRoleArn", message));
    }
    Ok(())
}

/// The strategies of a memory that belongs to another resource are changed through that one only, and so is the memory
/// deleted.
pub(super) fn check_unmanaged(memory: &Resource) -> Result<(), Failure> {
    let Some(manager) = memory.body.get("managedByResourceArn").and_then(Value::as_str) else { return Ok(()) };
    let message = format!("Memory '{}' is managed by {manager} and can be changed through it only", memory.id);
    Err(Failure::validation(Reason::ResourceConflict, message))
}

/// The strategies in a stored memory.
pub(super) fn strategies_of(body: &Map<String, Value>) -> &[Value] {
    list(body, "strategies")
}

/// A list in a stored memory.
pub(super) fn list<'a>(body: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Text in a document; empty if there is none.
pub(super) fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn collect_templates<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name == "namespaceTemplates" {
                    found.extend(value.as_array().into_iter().flatten().filter_map(Value::as_str));
                } else {
                    collect_templates(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_templates(item, found)),
        _ => {}
    }
}
