//! GetGatewayTarget, ListGatewayTargets.

use serde_json::{Map, Value, json};

use super::super::gateway::LONGEST_PAGE;
use super::super::lookup::put_reasons;
use super::super::page::cut;
use super::sort;
use crate::failure::Failure;
use crate::moment::iso;
use crate::services::{Call, Reply};
use crate::store::{Kind, Resource};

/// The priority of an MCP server that is given none.
const LAST: i64 = 1000;

/// GetGatewayTarget.
pub(in super::super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::GatewayTarget)?;
    let now = call.now;
    let resource = call.seen(&arn)?;
    Ok(Reply::Json(full(resource, resource.shown(now))))
}

/// ListGatewayTargets.
pub(in super::super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let gateway = call.target(Kind::Gateway)?;
    let cursor = call.cursor_in_query_to(LONGEST_PAGE)?;
    call.check_exists(&gateway)?;
    let prefix = prefix(&gateway);
    let all = call.list(Kind::GatewayTarget).filter(|found| found.arn.starts_with(&prefix));
    let page = cut(&cursor, all, |found| found.arn.clone());
    let items: Vec<Value> = page.items.iter().map(|found| summary(found, call.listed_status(found))).collect();
    Ok(Reply::Json(json!({ "items": items, "nextToken": page.next })))
}

/// The targets of a gateway that exist.
pub(in super::super) fn all<'a>(call: &'a Call<'_>, gateway: &str) -> impl Iterator<Item = &'a Resource> {
    let prefix = prefix(gateway);
    call.store
        .living(Kind::GatewayTarget, &call.caller.account, &call.caller.region)
        .filter(move |found| found.arn.starts_with(&prefix))
}

fn prefix(gateway: &str) -> String {
    format!("{gateway}/")
}

fn summary(resource: &Resource, status: &str) -> Value {
    let body = &resource.body;
    let server = sort::server(body);
    let priority = server.map(|server| server.get("resourcePriority").and_then(Value::as_i64).unwrap_or(LAST));
    json!({
        "targetId": resource.id,
        "name": resource.name,
        "status": status,
        "description": body.get("description"),
        "createdAt": iso(resource.created_at),
        "updatedAt": iso(resource.updated_at),
        "resourcePriority": priority,
        "lastSynchronizedAt": body.get("lastSynchronizedAt"),
        "authorizationData": body.get("authorizationData"),
        "targetType": sort::target_type(body),
        "listingMode": server.map(|server| server.get("listingMode").cloned().unwrap_or_else(|| json!("DEFAULT"))),
    })
}

/// What Create, Update, Synchronize and Get answer.
pub(super) fn full(resource: &Resource, status: &str) -> Value {
    let mut item: Map<String, Value> = resource.body.clone();
    let own = json!({
        "gatewayArn": gateway_of(resource),
        "targetId": resource.id,
        "name": resource.name,
        "status": status,
        "protocolType": sort::protocol(&resource.body),
        "createdAt": iso(resource.created_at),
        "updatedAt": iso(resource.updated_at),
    });
    item.extend(own.as_object().cloned().unwrap_or_default());
    put_reasons(&mut item, resource);
    Value::Object(item)
}

/// The ARN of a target's gateway.
pub(super) fn gateway_of(resource: &Resource) -> &str {
    resource.arn.split("/target/").next().unwrap_or_default()
}
