//! Sources: which logs or traces of which resource.

use serde_json::{Value, json};

use super::{conflict, worded, wrong};
use crate::failure::Failure;
use crate::services::logs::shapes::{DELIVERY_NAME, LIMIT, PAGE, TAGS, TOKEN, absent, done, tags_of, text, texts};
use crate::services::logs::state::Source;
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{MANY, Shape, list, opt, pattern, req, text as words};
use crate::store::{Kind, Store};

static LOG_TYPE: Shape = pattern(1, 255, "[A-Za-z0-9_]*");
static CONFIGURED: Shape = words(1, 255);
static CONFIGURATION: Shape = Shape::Table { min: 0, max: MANY, key: &CONFIGURED, value: &CONFIGURED };
static PUT: Shape = Shape::Record(&[
    req("name", &DELIVERY_NAME),
    req("resourceArn", &ANY_TEXT),
    req("logType", &LOG_TYPE),
    opt("tags", &TAGS),
    opt("deliverySourceConfiguration", &CONFIGURATION),
]);
static NAMED: Shape = Shape::Record(&[req("name", &DELIVERY_NAME)]);
static ARNS: Shape = list(1, 20, &ANY_TEXT);
static DESCRIBE: Shape = Shape::Record(&[opt("nextToken", &TOKEN), opt("limit", &LIMIT), opt("resourceArns", &ARNS)]);

/// The only service whose resources are known here.
const SERVICE: &str = "bedrock-agentcore";
/// What all resources of AgentCore have to send.
const COMMON: &[&str] = &["APPLICATION_LOGS", "TRACES"];
/// What runtimes, code interpreters and browsers have.
const WITH_USAGE: &[&str] = &["APPLICATION_LOGS", "USAGE_LOGS", "TRACES"];

/// Makes a source, or changes one.
pub(in crate::services::logs) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(PUT.accept(&call.params.body))?;
    let (name, resource, log_type) = (text(&body, "name"), text(&body, "resourceArn"), text(&body, "logType"));
    check_resource(call, resource, log_type)?;
    let arn = call.delivery_arn("delivery-source", name);
    let place = call.logs();
    let before = place.sources.get(name);
    if before.is_some_and(|before| before.resource != resource || before.log_type != log_type) {
        return Err(conflict(
            "Update to existing Delivery Source with new ResourceId is not allowed. Please create a new Delivery \
             Source instead.",
        ));
    }
    let same = |source: &Source| source.resource == resource && source.log_type == log_type;
    if before.is_none() && place.sources.values().any(same) {
        return Err(conflict("This ResourceId has already been used in another Delivery Source in this account."));
    }
    let tags = before.map(|before| before.tags.clone()).filter(|_| !body.contains_key("tags"));
    let source = Source {
        arn: arn.clone(),
        resource: resource.to_owned(),
        service: SERVICE.to_owned(),
        log_type: log_type.to_owned(),
        tags: tags.unwrap_or_else(|| tags_of(&body)),
        configuration: body.get("deliverySourceConfiguration").cloned(),
    };
    call.occupy(&[&arn])?;
    let view = view(name, &source, call.store);
    call.logs().sources.insert(name.to_owned(), source);
    Ok(Reply::Json(json!({ "deliverySource": view })))
}

/// A source.
pub(in crate::services::logs) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(NAMED.accept(&call.params.body))?;
    let name = text(&body, "name");
    let source = call.logs().sources.get(name).cloned().ok_or_else(|| unknown(name))?;
    Ok(Reply::Json(json!({ "deliverySource": view(name, &source, call.store) })))
}

/// The sources, by name.
pub(in crate::services::logs) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(DESCRIBE.accept(&call.params.body))?;
    let resources = texts(&body, "resourceArns");
    let sources = call.logs().sources.clone();
    let wanted = sources
        .iter()
        .filter(|(_, source)| resources.as_ref().is_none_or(|resources| resources.contains(&source.resource.as_str())));
    let all = wanted.map(|(name, source)| (name.clone(), view(name, source, call.store)));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = worded(page(all, size(&body, "limit", PAGE), token))?;
    Ok(Reply::Json(json!({ "deliverySources": found, "nextToken": next })))
}

/// A source goes, if nothing is delivered from it.
pub(in crate::services::logs) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = worded(NAMED.accept(&call.params.body))?;
    let name = text(&body, "name");
    let place = call.logs();
    let arn = place.sources.get(name).map(|source| source.arn.clone()).ok_or_else(|| unknown(name))?;
    if place.deliveries.values().any(|delivery| delivery.source == name) {
        return Err(conflict(
            "Cannot delete this Delivery Source: there is a delivery from it. Delete the delivery first.",
        ));
    }
    call.occupy(&[&arn])?;
    call.logs().sources.remove(name);
    Ok(done())
}

/// There is no such source.
pub(super) fn unknown(name: &str) -> Failure {
    absent(format!("Delivery Source {name} does not exist."))
}

/// The resource must be one of AgentCore in the caller's place that has logs or traces of this type.
fn check_resource(call: &Call<'_>, arn: &str, log_type: &str) -> Result<(), Failure> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, service, region, account, resource] = parts.as_slice() else {
        return Err(wrong("The resourceArn is not an ARN"));
    };
    if *service != SERVICE {
        return Err(Failure::Missing(format!("Delivery from resources of {service} is not simulated")));
    }
    if *region != call.caller.region || *account != call.caller.account {
        return Err(wrong("The resource must be in the account and the region of the request"));
    }
    let kind = resource.split('/').next().unwrap_or_default();
    let usage = kind == "runtime" || kind.starts_with("code-interpreter") || kind.starts_with("browser");
    let types = if usage { WITH_USAGE } else { COMMON };
    if !types.contains(&log_type) {
        let types = types.join(", ");
        return Err(wrong(format!("The logType of a resource of the type {kind} must be one of {types}")));
    }
    if gone(arn, call.store) {
        return Err(absent("The specified resource does not exist."));
    }
    Ok(())
}

/// Whether a resource of a kind that is simulated is not there.
fn gone(arn: &str, store: &Store) -> bool {
    Kind::of_arn(arn).is_some() && store.get(arn).is_none()
}

fn view(name: &str, source: &Source, store: &Store) -> Value {
    let gone = gone(&source.resource, store);
    json!({
        "name": name,
        "arn": source.arn,
        "resourceArns": [source.resource],
        "service": source.service,
        "logType": source.log_type,
        "tags": if source.tags.is_empty() { Value::Null } else { json!(source.tags) },
        "deliverySourceConfiguration": source.configuration,
        "status": if gone { "INACTIVE" } else { "ACTIVE" },
        "statusReason": gone.then_some("RESOURCE_DELETED"),
    })
}
