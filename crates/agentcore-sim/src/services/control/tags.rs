//! Tags: merged by TagResource, and never part of what Get returns.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Call;
use crate::failure::{Failure, Reason};
use crate::request::Params;
use crate::services::Reply;
use crate::settings::{Served, UpdatedAt};
use crate::shape::common::{TAG_KEY, TAGS};
use crate::shape::{Shape, pattern, req};
use crate::store::{Kind, Resource};

/// How many tags a resource can have.
const MOST: usize = 50;

static RESOURCE_ARN: Shape =
    pattern(20, 1011, r"arn:(?:[^:]+)?:bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:([a-z-]+/[^/]+)(?:/[a-z-]+/[^/]+)*");
static TAG_REQUEST: Shape = Shape::Record(&[req("tags", &TAGS)]);

/// Adds tags, or changes their values.
pub(super) fn tag(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = TAG_REQUEST.accept(&call.params.body)?;
    let new = table(body.get("tags"));
    change(call, |resource| {
        let mut tags = resource.tags.clone();
        tags.extend(new);
        if tags.len() > MOST {
            return Err(Failure::Quota(format!("A resource can have at most {MOST} tags")));
        }
        resource.tags = tags;
        Ok(())
    })
}

/// Takes tags away. Those that are not there are ignored.
pub(super) fn untag(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = call.params.query.iter().filter(|(name, _)| name == "tagKeys");
    let keys: Vec<String> = given.map(|(_, key)| key.clone()).collect();
    if keys.is_empty() || keys.len() > 200 {
        return Err(Failure::field("tagKeys", "Between 1 and 200 tag keys must be given"));
    }
    for key in &keys {
        TAG_KEY.accept_text("tagKeys", key)?;
    }
    change(call, |resource| {
        resource.tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
}

/// The tags.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let tags = json!({ "tags": taggable(call)?.tags });
    Ok(Reply::Json(tags))
}

/// The tags that a create request gives, already checked.
pub(super) fn of_request(params: &Params) -> BTreeMap<String, String> {
    table(params.body.get("tags"))
}

fn change(call: &mut Call<'_>, apply: impl FnOnce(&mut Resource) -> Result<(), Failure>) -> Result<Reply, Failure> {
    let (now, moves) = (call.now, call.settings.switches.updated_at_moves == UpdatedAt::Tags);
    let resource = taggable(call)?;
    apply(resource)?;
    if moves {
        resource.updated_at = now;
    }
    Ok(Reply::Empty)
}

/// The resource in the path, if it is the caller's and can have tags.
fn taggable<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Resource, Failure> {
    let arn = call.own_arn(&RESOURCE_ARN)?;
    if Kind::of_arn(&arn).is_some_and(|(kind, _)| !kind.facts().tags) {
        return Err(Failure::NotFound(format!("Resource '{arn}' was not found")));
    }
    let refused = call.settings.switches.memory_tags == Served::Refused;
    let resource = call.existing(&arn)?;
    if refused && resource.kind == Kind::Memory {
        return Err(Failure::validation(
            Reason::FieldValidationFailed,
            "Tag operations are not supported for resources of type memory",
        ));
    }
    Ok(resource)
}

fn table(tags: Option<&Value>) -> BTreeMap<String, String> {
    let entries = tags.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::RESOURCE_ARN, &super::TAG_REQUEST] {
            crate::shape::assert_compile(shape);
        }
    }
}
