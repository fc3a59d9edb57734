//! Destinations: a log group, a bucket, a stream of Firehose, or X-Ray.

use serde_json::{Map, Value, json};

use super::{conflict, worded, wrong};
use crate::failure::Failure;
use crate::services::logs::shapes::{
    DELIVERY_NAME, DELIVERY_NAMES, LIMIT, PAGE, TAGS, TOKEN, absent, done, tags_of, text, texts, word,
};
use crate::services::logs::state::{Destination, State};
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, opt, req};

static FORMAT: Shape = Shape::Choice(&["json", "plain", "w3c", "raw", "parquet"]);
static TYPE: Shape = Shape::Choice(&["S3", "CWL", "FH", "XRAY"]);
static CONFIGURATION: Shape = Shape::Record(&[req("destinationResourceArn", &ANY_TEXT)]);
static PUT: Shape = Shape::Record(&[
    req("name", &DELIVERY_NAME),
    opt("outputFormat", &FORMAT),
    opt("deliveryDestinationConfiguration", &CONFIGURATION),
    opt("deliveryDestinationType", &TYPE),
    opt("roleArn", &ANY_TEXT),
    opt("tags", &TAGS),
]);
static NAMED: Shape = Shape::Record(&[req("name", &DELIVERY_NAME)]);
static DESCRIBE: Shape =
    Shape::Record(&[opt("nextToken", &TOKEN), opt("limit", &LIMIT), opt("names", &DELIVERY_NAMES)]);

/// Makes a destination, or changes one.
pub(in crate::services::logs) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(PUT.accept(&call.params.body))?;
    let name = text(&body, "name");
    let configured = body.get("deliveryDestinationConfiguration");
    let resource = configured.and_then(|configured| configured.get("destinationResourceArn")).and_then(Value::as_str);
    let kind = kind_of(&body, resource)?;
    if kind == "CWL" {
        check_group(call, resource.unwrap_or_default())?;
    }
    let arn = call.delivery_arn("delivery-destination", name);
    let before = call.logs().destinations.get(name);
    if before.is_some_and(|before| before.kind != kind) {
        return Err(conflict("The type of an existing Delivery Destination cannot be changed."));
    }
    let tags = before.map(|before| before.tags.clone()).filter(|_| !body.contains_key("tags"));
    let destination = Destination {
        arn: arn.clone(),
        kind: kind.to_owned(),
        format: word(&body, "outputFormat"),
        resource: resource.map(str::to_owned),
        role: word(&body, "roleArn"),
        tags: tags.unwrap_or_else(|| tags_of(&body)),
    };
    call.occupy(&[&arn])?;
    let view = view(name, &destination);
    call.logs().destinations.insert(name.to_owned(), destination);
    Ok(Reply::Json(json!({ "deliveryDestination": view })))
}

/// A destination.
pub(in crate::services::logs) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(NAMED.accept(&call.params.body))?;
    let name = text(&body, "name");
    let destination = call.logs().destinations.get(name).ok_or_else(|| unknown(name))?;
    Ok(Reply::Json(json!({ "deliveryDestination": view(name, destination) })))
}

/// The destinations, by name.
pub(in crate::services::logs) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(DESCRIBE.accept(&call.params.body))?;
    let names = texts(&body, "names");
    let all = call.logs().destinations.iter();
    let wanted = all.filter(|(name, _)| names.as_ref().is_none_or(|names| names.contains(&name.as_str())));
    let views = wanted.map(|(name, destination)| (name.clone(), view(name, destination)));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = worded(page(views, size(&body, "limit", PAGE), token))?;
    Ok(Reply::Json(json!({ "deliveryDestinations": found, "nextToken": next })))
}

/// A destination goes, if nothing is delivered to it.
pub(in crate::services::logs) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(NAMED.accept(&call.params.body))?;
    let name = text(&body, "name");
    let place = call.logs();
    let arn = place.destinations.get(name).map(|found| found.arn.clone()).ok_or_else(|| unknown(name))?;
    if place.deliveries.values().any(|delivery| delivery.destination == arn) {
        return Err(conflict(
            "Cannot delete this Delivery Destination: there is a delivery to it. Delete the delivery first.",
        ));
    }
    call.occupy(&[&arn])?;
    call.logs().destinations.remove(name);
    Ok(done())
}

/// There is no such destination.
pub(super) fn unknown(name: &str) -> Failure {
    absent(format!("Delivery Destination {name} does not exist."))
}

/// The type of a destination: that of its resource; X-Ray has none.
fn kind_of<'a>(body: &'a Map<String, Value>, resource: Option<&str>) -> Result<&'a str, Failure> {
    let given = body.get("deliveryDestinationType").and_then(Value::as_str);
    let Some(resource) = resource else {
        return given.filter(|kind| *kind == "XRAY").ok_or_else(|| {
            wrong("A Delivery Destination must have a destinationResourceArn, unless its type is XRAY")
        });
    };
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let kind = match parts.as_slice() {
        ["arn", _, "logs", _, _, rest] if rest.starts_with("log-group:") => "CWL",
        ["arn", _, "s3", ..] => "S3",
        ["arn", _, "firehose", ..] => "FH",
        _ => return Err(wrong("The destinationResourceArn must be of a log group, a bucket or a stream of Firehose")),
    };
    if given.is_some_and(|given| given != kind) {
        return Err(wrong(format!("The deliveryDestinationType must be {kind} for this destinationResourceArn")));
    }
    Ok(kind)
}

fn check_group(call: &mut Call<'_>, arn: &str) -> Result<(), Failure> {
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let name = State::group_name(arn, &account, &region);
    let name = name.ok_or_else(|| wrong("The log group must be in the account and the region of the request"))?;
    call.group(name).map(|_| ())
}

fn view(name: &str, destination: &Destination) -> Value {
    let resource = destination.resource.as_ref();
    json!({
        "name": name,
        "arn": destination.arn,
        "deliveryDestinationType": destination.kind,
        "outputFormat": destination.format,
        "deliveryDestinationConfiguration": resource.map(|arn| json!({ "destinationResourceArn": arn })),
        "roleArn": destination.role,
        "tags": if destination.tags.is_empty() { Value::Null } else { json!(destination.tags) },
    })
}
