//! One strategy modified. What is left out stays; a part of a configuration cannot be taken away.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{rules, strategy};
use crate::failure::{Failure, Reason};
use crate::moment::epoch;

/// Modifies the strategy that a request names.
pub(super) fn modify(strategies: &mut [Value], given: &Value, now: Timestamp) -> Result<(), Failure> {
    let id = rules::text(given, "memoryStrategyId");
    let found = strategies.iter_mut().find(|one| rules::text(one, "strategyId") == id);
    let Some(shown) = found.and_then(Value::as_object_mut) else {
        let message = format!("Cannot modify non-existent memory strategies: {id}");
        return Err(Failure::validation(Reason::FieldValidationFailed, message));
    };
    if shown.get("status") == Some(&json!("DELETING")) {
        let message = format!("The memory strategy {id} is both modified and deleted");
        return Err(Failure::validation(Reason::FieldValidationFailed, message));
    }
    for same in ["description", "memoryRecordSchema"] {
        if let Some(value) = given.get(same) {
            strategy::put(shown, same, value.clone());
        }
    }
    if let Some(namespaces) = strategy::own_namespaces(given)? {
        if sort_of(shown) == "SELF_MANAGED" {
            return Err(Failure::field("namespaceTemplates", "A self-managed strategy cannot have namespaces"));
        }
        strategy::set_namespaces(shown, &namespaces);
    }
    strategy::set_record_expiry(shown, given, true)?;
    if let Some(Value::Object(parts)) = given.get("configuration") {
        configure(shown, parts)?;
    }
    strategy::put(shown, "updatedAt", epoch(now));
    Ok(())
}

/// The sort of a strategy: that of its override where it has one, else its type.
fn sort_of(shown: &Map<String, Value>) -> String {
    let configured = shown.get("configuration").and_then(|configuration| configuration.get("type"));
    configured.or_else(|| shown.get("type")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn configure(shown: &mut Map<String, Value>, parts: &Map<String, Value>) -> Result<(), Failure> {
    let sort = sort_of(shown);
    let namespaces = shown.get("namespaceTemplates").cloned().unwrap_or_else(|| json!([]));
    let Some(Value::Object(configuration)) = shown.get_mut("configuration") else {
        return Err(wrong("A built-in strategy has no configuration that could be changed"));
    };
    for (name, given) in parts {
        match (sort.as_str(), name.as_str()) {
            ("SELF_MANAGED", "selfManagedConfiguration") => {
                if let Some(own) = configuration.get_mut(name) {
                    lay_over(own, given);
                }
            }
            ("EPISODIC", "reflection") => {
                let inner = given.get("episodicReflectionConfiguration");
                let inner = inner.ok_or_else(|| wrong("The reflection is not that of an episodic strategy"))?;
                let inner = strategy::reflection(inner, &namespaces)?;
                strategy::put(configuration, name, json!({ "episodicReflectionConfiguration": inner }));
            }
            ("EPISODIC_OVERRIDE", "reflection") => {
                let inner = given.pointer("/customReflectionConfiguration/episodicReflectionOverride");
                let inner = inner.ok_or_else(|| wrong("The reflection is not that of an episodic override"))?;
                let inner = json!({ "episodicReflectionOverride": strategy::reflection(inner, &namespaces)? });
                strategy::put(configuration, name, json!({ "customReflectionConfiguration": inner }));
            }
            (sort, "extraction" | "consolidation") if fits(sort, name, given) => {
                strategy::put(configuration, name, given.clone());
            }
            _ => return Err(wrong(&format!("{name} does not belong to a strategy of type {sort}"))),
        }
    }
    Ok(())
}

/// Whether an override is of the strategy's own sort.
fn fits(sort: &str, part: &str, given: &Value) -> bool {
    let prefix = strategy::OVERRIDES.iter().find(|(_, known, _)| *known == sort).map(|(_, _, prefix)| *prefix);
    let inner = strategy::only_member(given).and_then(|(_, inner)| strategy::only_member(inner)).map(|(name, _)| name);
    let suffix = if part == "extraction" { "ExtractionOverride" } else { "ConsolidationOverride" };
    prefix.is_some_and(|prefix| inner == Some(&format!("{prefix}{suffix}")))
}

/// Lays the members that are given over those that are there, two levels deep.
fn lay_over(under: &mut Value, over: &Value) {
    let (Value::Object(under), Value::Object(over)) = (under, over) else { return };
    for (name, value) in over {
        match (under.get_mut(name), value) {
            (Some(inner @ Value::Object(_)), Value::Object(_)) => lay_over(inner, value),
            _ => strategy::put(under, name, value.clone()),
        }
    }
}

fn wrong(message: &str) -> Failure {
    Failure::field("configuration", message)
}
