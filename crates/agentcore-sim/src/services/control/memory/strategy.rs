//! A strategy as a request gives it, turned into one as Get shows it.

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::Call;

/// Where records go if the strategy does not say.
pub(super) const DEFAULT_NAMESPACE: &str = "/strategies/{memoryStrategyId}/actors/{actorId}/";
/// After how many messages a self-managed strategy runs if it does not say. The service documents no number.
const DEFAULT_MESSAGES: u32 = 6;
/// How many earlier messages a self-managed strategy is given if it does not say. The service documents no number.
const DEFAULT_WINDOW: u32 = 4;

/// The words for one sort of override: in requests, in answers, and at the start of the names of its parts.
pub(super) const OVERRIDES: &[(&str, &str, &str)] = &[
    ("semanticOverride", "SEMANTIC_OVERRIDE", "semantic"),
    ("summaryOverride", "SUMMARY_OVERRIDE", "summary"),
    ("userPreferenceOverride", "USER_PREFERENCE_OVERRIDE", "userPreference"),
    ("episodicOverride", "EPISODIC_OVERRIDE", "episodic"),
];

/// The strategy that a request adds, in the state CREATING.
pub(super) fn add(call: &mut Call<'_>, given: &Value) -> Result<Value, Failure> {
    let Some((sort, given)) = only_member(given) else {
        return Err(Failure::field("memoryStrategies", "A strategy must have exactly one type"));
    };
    let kind = match sort {
        "semanticMemoryStrategy" => "SEMANTIC",
        "summaryMemoryStrategy" => "SUMMARIZATION",
        "userPreferenceMemoryStrategy" => "USER_PREFERENCE",
        "episodicMemoryStrategy" => "EPISODIC",
        _ => "CUSTOM",
    };
    let name = given.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut shown = Map::new();
    put(&mut shown, "strategyId", Value::from(format!("{name}-{}", call.random.id_suffix())));
    put(&mut shown, "name", Value::from(name));
    put(&mut shown, "type", Value::from(kind));
    for same in ["description", "memoryRecordSchema"] {
        if let Some(value) = given.get(same) {
            put(&mut shown, same, value.clone());
        }
    }
    if let Some(configuration) = configuration(kind, given)? {
        put(&mut shown, "configuration", configuration);
    }
    let self_managed = shown.get("configuration").and_then(|found| found.get("type")) == Some(&json!("SELF_MANAGED"));
    let own = own_namespaces(given)?;
    if own.is_some() && self_managed {
        return Err(Failure::field("namespaceTemplates", "A self-managed strategy cannot have namespaces"));
    }
    // The model wants at least one in every answer.
    set_namespaces(&mut shown, &own.unwrap_or_else(|| json!([DEFAULT_NAMESPACE])));
    set_record_expiry(&mut shown, given, false)?;
    put(&mut shown, "createdAt", epoch(call.now));
    put(&mut shown, "updatedAt", epoch(call.now));
    put(&mut shown, "status", Value::from("CREATING"));
    Ok(Value::Object(shown))
}

/// The namespaces that a request gives, under whichever of the two names.
pub(super) fn own_namespaces(given: &Value) -> Result<Option<Value>, Failure> {
    match (given.get("namespaceTemplates"), given.get("namespaces")) {
        (Some(new), Some(old)) if new != old => {
            Err(Failure::field("namespaces", "namespaces and namespaceTemplates cannot both be given"))
        }
        (Some(new), _) => Ok(Some(new.clone())),
        (None, old) => Ok(old.cloned()),
    }
}

/// Answers have the namespaces under both names.
pub(super) fn set_namespaces(shown: &mut Map<String, Value>, namespaces: &Value) {
    put(shown, "namespaces", namespaces.clone());
    put(shown, "namespaceTemplates", namespaces.clone());
}

/// How long records are kept: set, or taken away where that can be asked for.
pub(super) fn set_record_expiry(shown: &mut Map<String, Value>, given: &Value, remove: bool) -> Result<(), Failure> {
    let Some(expiry) = given.get("recordExpirySpecification") else { return Ok(()) };
    match expiry.get("recordExpiryDurationDays") {
        Some(days) => put(shown, "recordExpiryDurationDays", days.clone()),
        None if remove => {
            shown.remove("recordExpiryDurationDays");
        }
        None => {
            let message = "The action REMOVE can be used to modify a strategy only";
            return Err(Failure::field("recordExpirySpecification.action", message));
        }
    }
    Ok(())
}

/// Reflection as answers show it: its namespaces under both names.
pub(super) fn reflection(given: &Value, otherwise: &Value) -> Result<Value, Failure> {
    let mut shown = given.as_object().cloned().unwrap_or_default();
    let namespaces = own_namespaces(given)?.unwrap_or_else(|| otherwise.clone());
    set_namespaces(&mut shown, &namespaces);
    Ok(Value::Object(shown))
}

fn configuration(kind: &str, given: &Value) -> Result<Option<Value>, Failure> {
    let namespaces = own_namespaces(given)?.unwrap_or_else(|| json!([DEFAULT_NAMESPACE]));
    if kind == "EPISODIC" {
        let given = given.get("reflectionConfiguration").cloned().unwrap_or_else(|| json!({}));
        let reflection = reflection(&given, &namespaces)?;
        return Ok(Some(json!({ "reflection": { "episodicReflectionConfiguration": reflection } })));
    }
    if kind != "CUSTOM" {
        return Ok(None);
    }
    let Some((sort, parts)) = given.get("configuration").and_then(only_member) else {
        return Err(Failure::field("customMemoryStrategy.configuration", "A custom strategy needs a configuration"));
    };
    let Some((_, kind, prefix)) = OVERRIDES.iter().find(|(known, _, _)| *known == sort) else {
        let mut own = parts.as_object().cloned().unwrap_or_default();
        own.entry("triggerConditions")
            .or_insert_with(|| json!([{ "messageBasedTrigger": { "messageCount": DEFAULT_MESSAGES } }]));
        own.entry("historicalContextWindowSize").or_insert_with(|| json!(DEFAULT_WINDOW));
        return Ok(Some(json!({ "type": "SELF_MANAGED", "selfManagedConfiguration": own })));
    };
    let mut shown = Map::new();
    put(&mut shown, "type", Value::from(*kind));
    if let Some(prompt) = parts.get("extraction") {
        let inner = json!({ (format!("{prefix}ExtractionOverride")): prompt });
        put(&mut shown, "extraction", json!({ "customExtractionConfiguration": inner }));
    }
    if let Some(prompt) = parts.get("consolidation") {
        let inner = json!({ (format!("{prefix}ConsolidationOverride")): prompt });
        put(&mut shown, "consolidation", json!({ "customConsolidationConfiguration": inner }));
    }
    if let Some(prompt) = parts.get("reflection") {
        let inner = json!({ "episodicReflectionOverride": reflection(prompt, &namespaces)? });
        put(&mut shown, "reflection", json!({ "customReflectionConfiguration": inner }));
    }
    Ok(Some(Value::Object(shown)))
}

/// The one member of a union.
pub(super) fn only_member(union: &Value) -> Option<(&str, &Value)> {
    union.as_object()?.iter().next().map(|(name, value)| (name.as_str(), value))
}

/// Sets a member.
pub(super) fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}
