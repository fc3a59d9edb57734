//! The parameters of a query request: `Tags.member.1.Key=a`.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use serde_json::{Map, Value};

use super::text::scalar;
use crate::model::{Kind, Member, Model, TimestampFormat};
use crate::violation::{Rule, Violation};

/// The parameters as a tree, still of texts only.
pub(crate) fn tree(pairs: &[(String, String)], found: &mut Vec<Violation>) -> Map<String, Value> {
    let mut root = Map::new();
    for (name, value) in pairs {
        if insert(&mut root, name, value).is_none() {
            found.push(Violation::new(name, Rule::Body, "the parameter is there twice, or as a part of itself"));
        }
    }
    root
}

fn insert(map: &mut Map<String, Value>, name: &str, value: &str) -> Option<()> {
    match name.split_once('.') {
        None if map.contains_key(name) => None,
        None => {
            map.insert(name.to_owned(), value.into());
            Some(())
        }
        Some((first, rest)) => {
            let branch = map.entry(first).or_insert_with(|| Value::Object(Map::new()));
            insert(branch.as_object_mut()?, rest, value)
        }
    }
}

/// The tree with the lists, maps and types of the shape.
pub(crate) fn typed(model: &Model, member: &Member, value: Value) -> Value {
    let shape = model.shape(&member.shape);
    match (shape.kind, value) {
        (Kind::Structure, Value::Object(map)) => Value::Object(
            map.into_iter()
                .map(|(name, value)| {
                    let member = shape.members.iter().find(|(known, member)| member.wire_name(known) == name);
                    let value = match member {
                        Some((_, member)) => typed(model, member, value),
                        None => value,
                    };
                    (name, value)
                })
                .collect(),
        ),
        // An empty list is sent as its bare name.
        (Kind::List, Value::String(text)) if text.is_empty() => Value::Array(vec![]),
        (Kind::List, Value::Object(mut map)) => {
            let item = shape.member.as_ref();
            let inside = item.and_then(|item| item.location_name.as_deref()).unwrap_or("member");
            let numbered = if shape.flattened { Some(Value::Object(map)) } else { take_only(&mut map, inside) };
            match (numbered.and_then(in_order), item) {
                (Some(items), Some(item)) => items.into_iter().map(|value| typed(model, item, value)).collect(),
                // Not a list: the check says so.
                _ => Value::String(format!("no `{inside}.1`, `{inside}.2` ...")),
            }
        }
        (Kind::Map, Value::Object(mut map)) => {
            let numbered = if shape.flattened { Some(Value::Object(map)) } else { take_only(&mut map, "entry") };
            let entries = numbered.and_then(in_order).unwrap_or_default();
            let name = |part: &Option<Member>, default: &str| {
                part.as_ref().and_then(|part| part.location_name.clone()).unwrap_or_else(|| default.to_owned())
            };
            let (key, of) = (name(&shape.key, "key"), name(&shape.value, "value"));
            let entries = entries.into_iter().filter_map(|mut entry| {
                let entry = entry.as_object_mut()?;
                let key = entry.remove(&key)?.as_str()?.to_owned();
                Some((key, typed(model, shape.value.as_ref()?, entry.remove(&of)?)))
            });
            Value::Object(entries.collect())
        }
        (kind, Value::String(text)) => scalar(kind, TimestampFormat::Iso8601, &text),
        (_, other) => other,
    }
}

/// The value of that name, if there is no other.
fn take_only(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let value = map.remove(name)?;
    map.is_empty().then_some(value)
}

/// The values of a map whose names are 1, 2 and so on.
fn in_order(value: Value) -> Option<Vec<Value>> {
    let Value::Object(mut map) = value else { return None };
    let items = (1..=map.len()).map(|number| map.remove(&number.to_string())).collect::<Option<Vec<_>>>()?;
    Some(items)
}
