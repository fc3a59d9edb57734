//! Deliveries: one source and one destination, at most once.

use serde_json::{Map, Value, json};

use super::{conflict, destinations, sources, worded, wrong};
use crate::failure::Failure;
use crate::services::logs::shapes::{
    DELIVERY_NAME, DELIVERY_NAMES, LIMIT, PAGE, TAGS, TOKEN, absent, done, tags_of, text, texts, word,
};
use crate::services::logs::state::{Delivery, Destination};
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::{ANY_TEXT, FLAG};
use crate::shape::{Shape, list, opt, pattern, req, text as words};

static FIELD: Shape = words(1, 64);
static FIELDS: Shape = list(0, 128, &FIELD);
static DELIMITER: Shape = words(0, 5);
static SUFFIX: Shape = words(1, 256);
static S3: Shape = Shape::Record(&[opt("suffixPath", &SUFFIX), opt("enableHiveCompatiblePath", &FLAG)]);
static CREATE: Shape = Shape::Record(&[
    req("deliverySourceName", &DELIVERY_NAME),
    req("deliveryDestinationArn", &ANY_TEXT),
    opt("recordFields", &FIELDS),
    opt("fieldDelimiter", &DELIMITER),
    opt("s3DeliveryConfiguration", &S3),
    opt("tags", &TAGS),
]);
static ID: Shape = pattern(1, 64, "[0-9A-Za-z]+");
static NAMED: Shape = Shape::Record(&[req("id", &ID)]);
static DESCRIBE: Shape =
    Shape::Record(&[opt("nextToken", &TOKEN), opt("limit", &LIMIT), opt("deliverySourceNames", &DELIVERY_NAMES)]);

/// Connects a source with a destination.
pub(in crate::services::logs) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(CREATE.accept(&call.params.body))?;
    let (name, to) = (text(&body, "deliverySourceName"), text(&body, "deliveryDestinationArn"));
    own(call, to)?;
    let place = call.logs();
    let source = place.sources.get(name).cloned().ok_or_else(|| sources::unknown(name))?;
    let destination = place.destinations.values().find(|destination| destination.arn == to).cloned();
    let destination = destination.ok_or_else(|| destinations::unknown(to))?;
    let traces = source.log_type == "TRACES";
    if traces != (destination.kind == "XRAY") {
        let (log_type, kind) = (&source.log_type, &destination.kind);
        return Err(wrong(format!("{log_type} cannot be delivered to a destination of the type {kind}")));
    }
    check_form(&body, &destination)?;
    if place.deliveries.values().any(|delivery| delivery.source == name && delivery.destination == to) {
        return Err(conflict("Delivery already exists for this Delivery Source and Delivery Destination."));
    }
    call.occupy(&[&source.arn, to])?;
    let id = call.random.secret(16);
    let delivery = Delivery {
        arn: call.delivery_arn("delivery", &id),
        source: name.to_owned(),
        destination: to.to_owned(),
        kind: destination.kind,
        fields: body.get("recordFields").cloned(),
        delimiter: word(&body, "fieldDelimiter"),
        s3: body.get("s3DeliveryConfiguration").cloned(),
        tags: tags_of(&body),
    };
    let view = view(&id, &delivery);
    call.logs().deliveries.insert(id, delivery);
    Ok(Reply::Json(json!({ "delivery": view })))
}

/// A delivery.
pub(in crate::services::logs) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(NAMED.accept(&call.params.body))?;
    let id = text(&body, "id");
    let delivery = call.logs().deliveries.get(id).ok_or_else(|| unknown(id))?;
    Ok(Reply::Json(json!({ "delivery": view(id, delivery) })))
}

/// The deliveries, by id.
pub(in crate::services::logs) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(DESCRIBE.accept(&call.params.body))?;
    let names = texts(&body, "deliverySourceNames");
    let all = call.logs().deliveries.iter();
    let wanted =
        all.filter(|(_, delivery)| names.as_ref().is_none_or(|names| names.contains(&delivery.source.as_str())));
    let views = wanted.map(|(id, delivery)| (id.clone(), view(id, delivery)));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = worded(page(views, size(&body, "limit", PAGE), token))?;
    Ok(Reply::Json(json!({ "deliveries": found, "nextToken": next })))
}

/// A delivery goes; its source and its destination stay.
pub(in crate::services::logs) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(NAMED.accept(&call.params.body))?;
    let id = text(&body, "id");
    let delivery = call.logs().deliveries.get(id).cloned().ok_or_else(|| unknown(id))?;
    let source = call.delivery_arn("delivery-source", &delivery.source);
    call.occupy(&[&source, &delivery.destination])?;
    call.logs().deliveries.remove(id);
    Ok(done())
}

fn unknown(id: &str) -> Failure {
    absent(format!("Delivery {id} does not exist."))
}

/// Other accounts let nobody in here.
fn own(call: &Call<'_>, arn: &str) -> Result<(), Failure> {
    let (caller, account) = (&call.caller.arn, &call.caller.account);
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "logs", _, owner, _] if owner == account => Ok(()),
        ["arn", _, "logs", ..] => Err(Failure::Denied(format!(
            "User: {caller} is not authorized to perform: logs:CreateDelivery on resource: {arn}"
        ))),
        _ => Err(wrong("The deliveryDestinationArn is not the ARN of a Delivery Destination")),
    }
}

/// What only some destinations can be told.
fn check_form(body: &Map<String, Value>, destination: &Destination) -> Result<(), Failure> {
    if body.contains_key("s3DeliveryConfiguration") && destination.kind != "S3" {
        return Err(wrong("s3DeliveryConfiguration can be given for destinations of the type S3 only"));
    }
    let separated = matches!(destination.format.as_deref(), Some("plain" | "w3c" | "raw"));
    if !text(body, "fieldDelimiter").is_empty() && !separated {
        return Err(wrong("fieldDelimiter can be given for the formats plain, w3c and raw only"));
    }
    Ok(())
}

fn view(id: &str, delivery: &Delivery) -> Value {
    json!({
        "id": id,
        "arn": delivery.arn,
        "deliverySourceName": delivery.source,
        "deliveryDestinationArn": delivery.destination,
        "deliveryDestinationType": delivery.kind,
        "recordFields": delivery.fields,
        "fieldDelimiter": delivery.delimiter,
        "s3DeliveryConfiguration": delivery.s3,
        "tags": if delivery.tags.is_empty() { Value::Null } else { json!(delivery.tags) },
    })
}
