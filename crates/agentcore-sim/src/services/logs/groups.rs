//! Log groups, and for how long they keep what is in them.

use serde_json::{Value, json};

use super::shapes::{
    GROUP, GROUP_OR_ARN, LIMIT, PAGE, TAGS, TOKEN, done, invalid, refused, tags_of, text, texts, word,
};
use super::state::{Group, State};
use crate::failure::Failure;
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::FLAG;
use crate::shape::{Shape, list, opt, pattern, req, text as words, whole};

/// The days that a retention can have.
const DAYS: &[i64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

static KEY: Shape = words(0, 256);
static CLASS: Shape = Shape::Choice(&["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"]);
static CREATE: Shape = Shape::Record(&[
    req("logGroupName", &GROUP),
    opt("kmsKeyId", &KEY),
    opt("tags", &TAGS),
    opt("logGroupClass", &CLASS),
    opt("deletionProtectionEnabled", &FLAG),
]);
static NAMED: Shape = Shape::Record(&[req("logGroupName", &GROUP)]);
static ACCOUNT: Shape = pattern(12, 12, "[0-9]{12}");
static ACCOUNTS: Shape = list(0, 20, &ACCOUNT);
static PART: Shape = pattern(0, 512, r"[\.\-_/#A-Za-z0-9]*");
static IDENTIFIERS: Shape = list(1, 50, &GROUP_OR_ARN);
static DESCRIBE: Shape = Shape::Record(&[
    opt("accountIdentifiers", &ACCOUNTS),
    opt("logGroupNamePrefix", &GROUP),
    opt("logGroupNamePattern", &PART),
    opt("nextToken", &TOKEN),
    opt("limit", &LIMIT),
    opt("includeLinkedAccounts", &FLAG),
    opt("logGroupClass", &CLASS),
    opt("logGroupIdentifiers", &IDENTIFIERS),
]);
static ANY_DAYS: Shape = whole(i64::MIN, i64::MAX);
static RETENTION: Shape = Shape::Record(&[req("logGroupName", &GROUP), req("retentionInDays", &ANY_DAYS)]);

/// A new log group.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = CREATE.accept(&call.params.body)?;
    let name = text(&body, "logGroupName");
    if name.to_ascii_lowercase().starts_with("aws/") {
        return Err(invalid("Log groups starting with AWS/ are reserved for AWS."));
    }
    let class = word(&body, "logGroupClass").unwrap_or_else(|| "STANDARD".to_owned());
    let group = Group {
        key: word(&body, "kmsKeyId"),
        // Groups of this class keep what is delivered to them for two days, and cannot be told otherwise.
        retention_days: (class == "DELIVERY").then_some(2),
        class,
        protected: body.get("deletionProtectionEnabled") == Some(&Value::Bool(true)),
        tags: tags_of(&body),
        ..Group::new(name, &call.caller.account, &call.caller.region, call.now)
    };
    let groups = &mut call.logs().groups;
    if groups.contains_key(name) {
        return Err(refused("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    groups.insert(name.to_owned(), group);
    Ok(done())
}

/// The log groups, by name.
pub(super) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DESCRIBE.accept(&call.params.body)?;
    let (prefix, part) = (text(&body, "logGroupNamePrefix"), text(&body, "logGroupNamePattern"));
    if !prefix.is_empty() && !part.is_empty() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let identifiers = texts(&body, "logGroupIdentifiers");
    let wanted = |group: &Group| {
        let named = identifiers.as_ref().is_none_or(|identifiers| {
            let name = |identifier| State::group_name(identifier, &account, &region).unwrap_or(identifier);
            identifiers.iter().any(|identifier| name(identifier) == group.name)
        });
        let class = body.get("logGroupClass").is_none_or(|class| class == group.class.as_str());
        named && class && group.name.starts_with(prefix) && group.name.contains(part)
    };
    let all = call.logs().groups.values().filter(|group| wanted(group)).map(|group| (group.name.clone(), view(group)));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = page(all, size(&body, "limit", PAGE), token)?;
    Ok(Reply::Json(json!({ "logGroups": found, "nextToken": next })))
}

/// A log group goes, and everything in it.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = NAMED.accept(&call.params.body)?;
    let name = text(&body, "logGroupName");
    let group = call.group(name)?;
    if group.protected {
        return Err(refused("ValidationException", "The log group has deletion protection and cannot be deleted"));
    }
    let arn = group.arn.clone();
    let place = call.logs();
    place.groups.remove(name);
    place.group_policies.remove(&arn);
    Ok(done())
}

/// For how many days the events of a group are kept from here on.
pub(super) fn put_retention(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = RETENTION.accept(&call.params.body)?;
    let days = body.get("retentionInDays").and_then(Value::as_i64).unwrap_or_default();
    if !DAYS.contains(&days) {
        let message = format!("retentionInDays must be one of {DAYS:?}, and {days} is not");
        return Err(Failure::field("retentionInDays", message));
    }
    call.group(text(&body, "logGroupName"))?.retention_days = Some(days);
    Ok(done())
}

/// The events of a group are kept for ever from here on.
pub(super) fn delete_retention(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = NAMED.accept(&call.params.body)?;
    call.group(text(&body, "logGroupName"))?.retention_days = None;
    Ok(done())
}

fn view(group: &Group) -> Value {
    json!({
        "logGroupName": group.name,
        "creationTime": group.created_at.as_millisecond(),
        "retentionInDays": group.retention_days,
        "metricFilterCount": 0,
        "arn": format!("{}:*", group.arn),
        "storedBytes": group.stored(),
        "kmsKeyId": group.key,
        "logGroupClass": group.class,
        "logGroupArn": group.arn,
        "deletionProtectionEnabled": group.protected,
    })
}
