//! The CRDs on a real API server: what they accept, what they refuse, and in which words.

mod bad_input;
mod bounds;
mod immutability;
mod install;
mod kubectl;
mod members;
mod merging;
mod rules;
pub mod schema;

use std::fs;

use serde_json::Value;

use crate::support::root;

/// The objects of `tests/crds/objects`: together they have every member of every kind.
fn objects() -> Vec<Value> {
    let mut paths: Vec<_> =
        fs::read_dir(root().join("tests/crds/objects")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// The object of `tests/crds/objects` with this name.
pub fn object(name: &str) -> Value {
    let named = |object: &Value| object["metadata"]["name"] == name;
    objects().into_iter().find(named).unwrap_or_else(|| panic!("no object {name}"))
}

/// Applies a JSON merge patch (RFC 7386), as the API server would.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    for (key, value) in members {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key], value);
        }
    }
}
