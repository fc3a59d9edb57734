//! Conditions on the metadata of records.

use serde_json::Value;

use super::Record;
use crate::failure::Failure;

/// Conditions of a request, already checked by their shape: each but the two about existence has a right side.
pub(super) fn conditions(filters: Option<&Value>, field: &str) -> Result<Vec<Value>, Failure> {
    let conditions = filters.and_then(Value::as_array).cloned().unwrap_or_default();
    for condition in &conditions {
        let operator = operator(condition);
        if !matches!(operator, "EXISTS" | "NOT_EXISTS") && condition.get("right").is_none() {
            return Err(Failure::field(field, format!("{operator} needs a right side")));
        }
    }
    Ok(conditions)
}

/// Whether a record meets a condition. Values of different sorts are never alike.
pub(super) fn holds(condition: &Value, record: &Record) -> bool {
    let key = condition.pointer("/left/metadataKey").and_then(Value::as_str).unwrap_or_default();
    let left = record.metadata.as_ref().and_then(|metadata| metadata.get(key));
    let operator = operator(condition);
    let (Some(left), Some(right)) = (left, condition.pointer("/right/metadataValue")) else {
        return if operator == "NOT_EXISTS" { left.is_none() } else { operator == "EXISTS" && left.is_some() };
    };
    let both = |name: &str| Some((left.get(name)?.as_f64()?, right.get(name)?.as_f64()?));
    match operator {
        "EXISTS" => true,
        "EQUALS_TO" => left == right || both("numberValue").is_some_and(|(left, right)| same(left, right)),
        "CONTAINS" => contains(left, right),
        "BEFORE" => both("dateTimeValue").is_some_and(|(left, right)| left < right),
        "AFTER" => both("dateTimeValue").is_some_and(|(left, right)| left > right),
        "GREATER_THAN" => both("numberValue").is_some_and(|(left, right)| left > right),
        "GREATER_THAN_OR_EQUALS" => both("numberValue").is_some_and(|(left, right)| left >= right),
        "LESS_THAN" => both("numberValue").is_some_and(|(left, right)| left < right),
        "LESS_THAN_OR_EQUALS" => both("numberValue").is_some_and(|(left, right)| left <= right),
        _ => false,
    }
}

fn operator(condition: &Value) -> &str {
    condition.get("operator").and_then(Value::as_str).unwrap_or_default()
}

/// 5 and 5.0 are written differently.
fn same(left: f64, right: f64) -> bool {
    left.total_cmp(&right).is_eq()
}

/// A list that has the item, or text that has the text in it.
fn contains(left: &Value, right: &Value) -> bool {
    let Some(wanted) = right.get("stringValue") else { return false };
    let in_list = left.get("stringListValue").and_then(Value::as_array).is_some_and(|items| items.contains(wanted));
    let text = left.get("stringValue").and_then(Value::as_str);
    in_list || text.zip(wanted.as_str()).is_some_and(|(text, wanted)| text.contains(wanted))
}
