//! Tags of log groups and of what belongs to deliveries.

use std::collections::BTreeMap;

use serde_json::json;

use super::shapes::{TAG_KEY, TAGS, absent, done, refused, tags_of, text, texts};
use super::state::Place;
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::{Shape, list as items, pattern, req};

/// How many tags a resource can have.
const MOST: usize = 50;

static ARN: Shape = pattern(1, 1011, "[A-Za-z0-9_+=/:,.@-]*");
static KEYS: Shape = items(0, 50, &TAG_KEY);
static TAG: Shape = Shape::Record(&[req("resourceArn", &ARN), req("tags", &TAGS)]);
static UNTAG: Shape = Shape::Record(&[req("resourceArn", &ARN), req("tagKeys", &KEYS)]);
static LIST: Shape = Shape::Record(&[req("resourceArn", &ARN)]);

/// Adds tags, or changes their values.
pub(super) fn tag(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = TAG.accept(&call.params.body)?;
    let tags = tagged(call.logs(), text(&body, "resourceArn"))?;
    let mut all = tags.clone();
    all.extend(tags_of(&body));
    if all.len() > MOST {
        return Err(refused("TooManyTagsException", format!("A resource can have at most {MOST} tags")));
    }
    *tags = all;
    Ok(done())
}

/// Takes tags away. Those that are not there are ignored.
pub(super) fn untag(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = UNTAG.accept(&call.params.body)?;
    let keys = texts(&body, "tagKeys").unwrap_or_default();
    tagged(call.logs(), text(&body, "resourceArn"))?.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(done())
}

/// The tags.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = LIST.accept(&call.params.body)?;
    let tags = tagged(call.logs(), text(&body, "resourceArn"))?;
    Ok(Reply::Json(json!({ "tags": tags })))
}

/// The tags of the resource with an ARN, which for log groups has no star at the end.
fn tagged<'a>(place: &'a mut Place, arn: &str) -> Result<&'a mut BTreeMap<String, String>, Failure> {
    let groups = place.groups.values_mut().map(|group| (&group.arn, &mut group.tags));
    let sources = place.sources.values_mut().map(|source| (&source.arn, &mut source.tags));
    let destinations = place.destinations.values_mut().map(|found| (&found.arn, &mut found.tags));
    let deliveries = place.deliveries.values_mut().map(|delivery| (&delivery.arn, &mut delivery.tags));
    let mut all = groups.chain(sources).chain(destinations).chain(deliveries);
    let found = all.find(|(own, _)| own.as_str() == arn).map(|(_, tags)| tags);
    found.ok_or_else(|| absent("The specified resource does not exist."))
}
