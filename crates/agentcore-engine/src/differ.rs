//! Which fields that the user set differ from what AWS reports.

use serde::Serialize;
use serde_json::Value;

/// The paths of fields in `desired` whose value `observed` does not have. What `desired` leaves out is AWS's to choose.
/// Lists are compared as wholes: their order means something wherever a kind does not sort them first.
pub fn fields(desired: &impl Serialize, observed: &impl Serialize) -> Vec<String> {
    let mut found = Vec::new();
    if let (Ok(desired), Ok(observed)) = (serde_json::to_value(desired), serde_json::to_value(observed)) {
        compare("", &desired, Some(&observed), &mut found);
    }
    found
}

fn compare(path: &str, desired: &Value, observed: Option<&Value>, found: &mut Vec<String>) {
    match (desired, observed) {
        (Value::Object(members), Some(Value::Object(shown))) => {
            for (key, value) in members {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&below, value, shown.get(key), found);
            }
        }
        // An empty list or map is the same as none: AWS reports the one for the other.
        (Value::Array(items), None) if items.is_empty() => {}
        (Value::Object(members), None) if members.is_empty() => {}
        (Value::Array(items), Some(Value::Array(shown))) if items.len() == shown.len() => {
            let differs = items.iter().zip(shown).any(|(item, shown)| {
                let mut inside = Vec::new();
                compare("", item, Some(shown), &mut inside);
                !inside.is_empty()
            });
            if differs {
                found.push(path.to_owned());
            }
        }
        (desired, Some(observed)) if desired == observed => {}
        _ => found.push(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fields;

    #[test]
    fn only_what_is_desired_counts() {
        assert_eq!(fields(&json!({"a": 1}), &json!({"a": 1, "b": 2})), [""; 0]);
        assert_eq!(fields(&json!({"a": 1}), &json!({})), ["a"]);
        assert_eq!(fields(&json!({"a": {"b": 1, "c": 2}}), &json!({"a": {"b": 1, "c": 3}})), ["a.c"]);
        assert_eq!(fields(&json!({"a": [], "m": {}}), &json!({})), [""; 0]);
        assert_eq!(fields(&json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 1, "c": 2}]})), [""; 0]);
        assert_eq!(fields(&json!({"a": [1, 2]}), &json!({"a": [2, 1]})), ["a"]);
        assert_eq!(fields(&json!({"a": [1]}), &json!({"a": [1, 2]})), ["a"]);
    }
}
