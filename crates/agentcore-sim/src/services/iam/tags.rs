//! Tags of roles and of managed policies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::input::{self, accept};
use super::{answer, invalid_input, limit, page, shapes};
use crate::failure::Failure;
use crate::services::{Call, Reply};

/// How many tags a role or a policy can have.
const MOST: usize = 50;

/// TagRole.
pub(super) fn tag_role(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::TAG_ROLE)?;
    add(&mut input::own_role(call, &given)?.tags, &given)?;
    answer::nothing()
}

/// UntagRole.
pub(super) fn untag_role(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::UNTAG_ROLE)?;
    take(&mut input::own_role(call, &given)?.tags, &given);
    answer::nothing()
}

/// ListRoleTags.
pub(super) fn list_role(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_OF_ROLE)?;
    let tags = input::role(call, &given)?.tags.clone();
    listed(&given, &tags)
}

/// TagPolicy.
pub(super) fn tag_policy(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::TAG_POLICY)?;
    add(&mut input::own_policy(call, &given)?.tags, &given)?;
    answer::nothing()
}

/// UntagPolicy.
pub(super) fn untag_policy(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::UNTAG_POLICY)?;
    take(&mut input::own_policy(call, &given)?.tags, &given);
    answer::nothing()
}

/// ListPolicyTags.
pub(super) fn list_policy(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_OF_POLICY)?;
    let tags = input::any_policy(call, &given)?.tags;
    listed(&given, &tags)
}

/// Adds the tags that a request has, or changes their values. Keys that differ in capitals only are the same.
pub(super) fn add(tags: &mut BTreeMap<String, String>, given: &Map<String, Value>) -> Result<(), Failure> {
    let mut all = tags.clone();
    let mut seen = BTreeSet::new();
    for tag in given.get("Tags").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (key, value) = (part("Key"), part("Value"));
        let plain = key.to_lowercase();
        if plain.starts_with("aws:") {
            return Err(invalid_input("System tags cannot be added, updated or removed."));
        }
        if !seen.insert(plain.clone()) {
            let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
            return Err(invalid_input(message));
        }
        all.retain(|other, _| other.to_lowercase() != plain);
        all.insert(key, value);
    }
    if all.len() > MOST {
        return Err(limit(format!("The number of tags has reached the maximum limit of {MOST}.")));
    }
    *tags = all;
    Ok(())
}

fn take(tags: &mut BTreeMap<String, String>, given: &Map<String, Value>) {
    let keys = given.get("TagKeys").and_then(Value::as_array);
    let keys: Vec<String> = keys.into_iter().flatten().filter_map(Value::as_str).map(str::to_lowercase).collect();
    tags.retain(|key, _| !keys.contains(&key.to_lowercase()));
}

fn listed(given: &Map<String, Value>, tags: &BTreeMap<String, String>) -> Result<Reply, Failure> {
    let keys = tags.keys().cloned();
    let items = keys.zip(answer::tags(tags)).collect();
    Ok(Reply::Json(json!(page::page(given, "Tags", items)?)))
}
