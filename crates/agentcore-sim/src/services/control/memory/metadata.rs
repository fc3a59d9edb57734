//! The metadata of records: how each value is found must go with its type.

use serde_json::Value;

use crate::failure::Failure;

/// Checks all metadata schemas in a document, wherever they are.
pub(super) fn check(document: &Value) -> Result<(), Failure> {
    match document {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| match value {
            Value::Array(entries) if name == "metadataSchema" => entries.iter().try_for_each(check_entry),
            value => check(value),
        }),
        Value::Array(items) => items.iter().try_for_each(check),
        _ => Ok(()),
    }
}

fn check_entry(entry: &Value) -> Result<(), Failure> {
    let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let Some(extraction) = entry.pointer("/extractionConfig/llmExtractionConfig") else { return Ok(()) };
    let Some((sort, rules)) = extraction.get("validation").and_then(Value::as_object).and_then(|all| all.iter().next())
    else {
        return Ok(());
    };
    let fits = match text("type") {
        Some("STRING") => sort == "stringValidation",
        Some("STRINGLIST") => sort == "stringListValidation",
        Some("NUMBER") => sort == "numberValidation",
        _ => true,
    };
    if !fits {
        return Err(wrong(key, "has a validation of another type than its own"));
    }
    let bound = |name: &str| rules.get(name).and_then(Value::as_f64);
    match (bound("minValue"), bound("maxValue")) {
        (Some(least), Some(most)) if least > most => Err(wrong(key, "has a minValue above its maxValue")),
        _ => Ok(()),
    }
}

fn wrong(key: &str, message: &str) -> Failure {
    Failure::field("metadataSchema", format!("The key {key} {message}"))
}
