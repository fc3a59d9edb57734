//! Compares a value with its shape.

use serde_json::{Map, Value};

use super::{Member, Shape, matches};

/// One member that is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// Where it is, with dots.
    pub(crate) name: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl Shape {
    /// The value without the members that the service ignores. What is wrong is added to `errors`.
    pub(super) fn check(&'static self, value: &Value, path: &str, errors: &mut Vec<FieldError>) -> Value {
        let before = errors.len();
        match (self, value) {
            (Self::Text { min, max, pattern }, Value::String(text)) => {
                within("length", text.chars().count(), *min, *max, path, errors);
                if !pattern.is_empty() && !matches(pattern, text) {
                    complain(path, &format!("Member must satisfy regular expression pattern: {pattern}"), errors);
                }
                value.clone()
            }
            (Self::Choice(words), Value::String(text)) => {
                if !words.contains(&text.as_str()) {
                    complain(path, &format!("Member must satisfy enum value set: [{}]", words.join(", ")), errors);
                }
                value.clone()
            }
            (Self::Whole { min, max }, Value::Number(number)) => {
                match number.as_i64() {
                    Some(number) if number < *min => {
                        complain(path, &format!("Member must have value greater than or equal to {min}"), errors);
                    }
                    Some(number) if number > *max => {
                        complain(path, &format!("Member must have value less than or equal to {max}"), errors);
                    }
                    Some(_) => {}
                    None => complain(path, "Member must be a whole number", errors),
                }
                value.clone()
            }
            (Self::Number, Value::Number(_)) | (Self::Flag, Value::Bool(_)) | (Self::Document, _) => value.clone(),
            (Self::List { min, max, of }, Value::Array(items)) => {
                within("length", items.len(), *min, *max, path, errors);
                let item = |(at, item): (usize, &Value)| of.check(item, &format!("{path}.{}.member", at + 1), errors);
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            (Self::Table { min, max, key, value }, Value::Object(entries)) => {
                within("size", entries.len(), *min, *max, path, errors);
                let mut clean = Map::new();
                for (name, entry) in entries {
                    key.check(&Value::from(name.as_str()), &format!("{path}.key"), errors);
                    clean.insert(name.clone(), value.check(entry, &format!("{path}.{name}"), errors));
                }
                Value::Object(clean)
            }
            (Self::Record(members), Value::Object(given)) => record(*members, given, path, errors),
            (Self::Extended(own, shared), Value::Object(given)) => {
                record(own.iter().chain(*shared), given, path, errors)
            }
            (Self::Union(members), Value::Object(given)) => {
                let set = given.values().filter(|value| !value.is_null()).count();
                let clean = record(*members, given, path, errors);
                let known = clean.as_object().map_or(0, Map::len);
                if (set != 1 || known != 1) && errors.len() == before {
                    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                    complain(path, &format!("Exactly one of these members must be set: {}", names.join(", ")), errors);
                }
                clean
            }
            _ => {
                complain(path, "Member has the wrong type", errors);
                Value::Null
            }
        }
    }
}

/// The known members; null counts as absent.
fn record(
    members: impl IntoIterator<Item = &'static Member>,
    given: &Map<String, Value>,
    path: &str,
    errors: &mut Vec<FieldError>,
) -> Value {
    let mut clean = Map::new();
    for member in members {
        let place = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match given.get(member.name) {
            None | Some(Value::Null) => {
                if member.required {
                    complain(&place, "Member must not be null", errors);
                }
            }
            Some(value) => {
                clean.insert(member.name.to_owned(), member.shape.check(value, &place, errors));
            }
        }
    }
    Value::Object(clean)
}

fn within(what: &str, count: usize, min: usize, max: usize, path: &str, errors: &mut Vec<FieldError>) {
    if count < min {
        complain(path, &format!("Member must have {what} greater than or equal to {min}"), errors);
    } else if count > max {
        complain(path, &format!("Member must have {what} less than or equal to {max}"), errors);
    }
}

fn complain(path: &str, constraint: &str, errors: &mut Vec<FieldError>) {
    let message = format!("Value at '{path}' failed to satisfy constraint: {constraint}");
    errors.push(FieldError { name: path.to_owned(), message });
}
