//! What many requests have in common, and how they are refused.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};

use super::state::{Group, Place, State};
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::{Shape, list, pattern, text as words, whole};

/// The name of a log group.
pub(super) static GROUP: Shape = pattern(1, 512, r"[\.\-_/#A-Za-z0-9]+");
/// The name or the ARN of a log group.
pub(super) static GROUP_OR_ARN: Shape = pattern(1, 2048, r"[A-Za-z0-9_#+=/:,.@-]*");
/// The name of a log stream.
pub(super) static STREAM: Shape = pattern(1, 512, "[^:*]*");
/// The name of a source or a destination of deliveries.
pub(super) static DELIVERY_NAME: Shape = pattern(1, 60, "[A-Za-z0-9_-]*");
/// Their names.
pub(super) static DELIVERY_NAMES: Shape = list(1, 20, &DELIVERY_NAME);
/// The key of a tag.
pub(super) static TAG_KEY: Shape = pattern(1, 128, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+");
static TAG_VALUE: Shape = pattern(0, 256, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*");
/// Tags.
pub(super) static TAGS: Shape = Shape::Table { min: 1, max: 50, key: &TAG_KEY, value: &TAG_VALUE };
/// The token of a page.
pub(super) static TOKEN: Shape = words(1, crate::shape::MANY);
/// How many items a page has.
pub(super) static LIMIT: Shape = whole(1, 50);
/// How many items a page has if nothing is said.
pub(super) const PAGE: usize = 50;

/// Text of a member, empty if it is not there.
pub(super) fn text<'a>(body: &'a Map<String, Value>, member: &str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Text of a member.
pub(super) fn word(body: &Map<String, Value>, member: &str) -> Option<String> {
    body.get(member).and_then(Value::as_str).map(str::to_owned)
}

/// The texts in a list, if there is one.
pub(super) fn texts<'a>(body: &'a Map<String, Value>, member: &str) -> Option<Vec<&'a str>> {
    let items = body.get(member).and_then(Value::as_array)?;
    Some(items.iter().filter_map(Value::as_str).collect())
}

/// The tags in a request, already checked.
pub(super) fn tags_of(body: &Map<String, Value>) -> BTreeMap<String, String> {
    let entries = body.get("tags").and_then(Value::as_object).into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// The answer of operations that have nothing to say, not even an empty document.
pub(super) fn done() -> Reply {
    let kind = HeaderValue::from_static("application/x-amz-json-1.1");
    Reply::Raw(HeaderMap::from_iter([(CONTENT_TYPE, kind)]), Bytes::new())
}

/// A refusal with a code of the service: all of them are 400.
pub(super) fn refused(code: &str, message: impl Into<String>) -> Failure {
    Failure::coded(code, 400, message)
}

/// A request that contradicts itself.
pub(super) fn invalid(message: impl Into<String>) -> Failure {
    refused("InvalidParameterException", message)
}

/// There is no such thing.
pub(super) fn absent(message: impl Into<String>) -> Failure {
    refused("ResourceNotFoundException", message)
}

/// There is no such log group.
pub(super) fn no_group() -> Failure {
    absent("The specified log group does not exist.")
}

impl Call<'_> {
    /// What the caller's account has in the caller's region.
    pub(super) fn logs(&mut self) -> &mut Place {
        self.store.logs.places.here_mut(self.caller)
    }

    /// The log group that a request names.
    pub(super) fn group(&mut self, name: &str) -> Result<&mut Group, Failure> {
        self.logs().groups.get_mut(name).ok_or_else(no_group)
    }

    /// The log group that a request names by its name or, in another member, by name or ARN.
    pub(super) fn identified_group(&mut self, body: &Map<String, Value>) -> Result<&mut Group, Failure> {
        let name = match (body.get("logGroupName"), body.get("logGroupIdentifier")) {
            (Some(name), None) | (None, Some(name)) => name.as_str().unwrap_or_default(),
            _ => return Err(invalid("Exactly one of logGroupName and logGroupIdentifier must be given")),
        };
        let place = format!(":logs:{}:{}:log-group:", self.caller.region, self.caller.account);
        let name = match name.split_once(&place) {
            Some((_, name)) => name.strip_suffix(":*").unwrap_or(name),
            None => name,
        };
        self.group(name)
    }
}

impl State {
    /// The name of a log group in a place, from an ARN that may end with a star.
    pub(super) fn group_name<'a>(arn: &'a str, account: &str, region: &str) -> Option<&'a str> {
        let (_, name) = arn.split_once(&format!(":logs:{region}:{account}:log-group:"))?;
        Some(name.strip_suffix(":*").unwrap_or(name))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::GROUP, &super::GROUP_OR_ARN, &super::STREAM, &super::DELIVERY_NAMES, &super::TAGS] {
            crate::shape::assert_compile(shape);
        }
    }
}
