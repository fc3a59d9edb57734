//! Tags of repositories.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::lookup::{no_repository, refused, text};
use super::state::Repository;
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{MANY, Shape, list as items, req};

/// How many tags a repository can have.
const MOST: usize = 50;

static ONE: Shape = Shape::Record(&[req("Key", &ANY_TEXT), req("Value", &ANY_TEXT)]);
/// Tags as the service takes them: their bounds have an error of their own.
pub(super) static TAGS: Shape = items(0, MANY, &ONE);
static TAG: Shape = Shape::Record(&[req("resourceArn", &ANY_TEXT), req("tags", &TAGS)]);
static KEYS: Shape = items(0, MANY, &ANY_TEXT);
static UNTAG: Shape = Shape::Record(&[req("resourceArn", &ANY_TEXT), req("tagKeys", &KEYS)]);
static LIST: Shape = Shape::Record(&[req("resourceArn", &ANY_TEXT)]);

/// Adds tags, or changes their values.
pub(super) fn tag(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = TAG.accept(&call.params.body)?;
    let repository = tagged(call, text(&body, "resourceArn"))?;
    repository.tags = merged(&repository.tags, body.get("tags"))?;
    Ok(Reply::Empty)
}

/// Takes tags away. Those that are not there are ignored.
pub(super) fn untag(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = UNTAG.accept(&call.params.body)?;
    let keys: Vec<&str> =
        body.get("tagKeys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    tagged(call, text(&body, "resourceArn"))?.tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(Reply::Empty)
}

/// The tags.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = LIST.accept(&call.params.body)?;
    let repository = tagged(call, text(&body, "resourceArn"))?;
    let tags: Vec<Value> = repository.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(Reply::Json(json!({ "tags": tags })))
}

/// These tags and more, if the service takes them all.
pub(super) fn merged(
    tags: &BTreeMap<String, String>,
    more: Option<&Value>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut all = tags.clone();
    for tag in more.and_then(Value::as_array).into_iter().flatten() {
        let member = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (key, value) = (member("Key"), member("Value"));
        let lengths = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !lengths || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(refused(
                "InvalidTagParameterException",
                format!("The tag '{key}' must have 1 to 128 characters and not begin with aws:, its value at most 256"),
            ));
        }
        all.insert(key, value);
    }
    if all.len() > MOST {
        return Err(refused("TooManyTagsException", format!("A repository can have at most {MOST} tags")));
    }
    Ok(all)
}

/// The repository of an ARN, if it is the caller's.
fn tagged<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Repository, Failure> {
    let (account, region) = (&call.caller.account, &call.caller.region);
    let (place, name) = arn.split_once(":repository/").unwrap_or_default();
    if name.is_empty() || !place.starts_with("arn:") {
        return Err(Failure::field(
            "resourceArn",
            "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'",
        ));
    }
    if !place.ends_with(&format!(":ecr:{region}:{account}")) {
        let (caller, operation) = (&call.caller.arn, call.operation);
        return Err(Failure::Denied(format!(
            "User: {caller} is not authorized to perform: ecr:{operation} on resource: {arn}"
        )));
    }
    let found = call.store.ecr.registries.here_mut(call.caller).get_mut(name);
    found.ok_or_else(|| no_repository(name, account))
}
