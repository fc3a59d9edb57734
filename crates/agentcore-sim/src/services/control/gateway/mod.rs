//! Gateways.

mod shapes;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::lookup::{check_at_rest, check_updatable, put_reasons, take_text};
use super::page::cut;
use super::settle::Work;
use super::{Call, authorizer, identity, target};
use crate::failure::{Failure, Reason};
use crate::moment::{iso, later};
use crate::services::Reply;
use crate::store::{Kind, Resource};

/// The longest page of gateways, and of targets.
pub(super) const LONGEST_PAGE: i64 = 1000;

/// Members that no update says and that stay.
const OF_THE_SERVICE: &[&str] = &["workloadIdentityDetails", "webAclArn"];

/// CreateGateway.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let mut body = shapes::CREATE.accept(&call.params.body)?;
    check(&body)?;
    let name = take_text(&mut body, "name");
    body.remove("tags");
    body.remove("clientToken");
    call.check_room(Kind::Gateway, &name, true, call.settings.quotas.gateways)?;
    let duration = call.duration(Kind::Gateway, Work::Create, false);
    let end = call.end(Kind::Gateway, Work::Create, later(call.now, duration));
    // Unlike other ids, those of gateways have no capitals.
    let id = format!("{name}-{}", call.random.id_suffix()).to_lowercase();
    let mut resource = call.resource(Kind::Gateway, id.clone(), &name);
    body.insert("workloadIdentityDetails".to_owned(), identity::serve(call, &resource, &id));
    resource.body = body;
    resource.begin(Work::Create, call.now, &end, Vec::new());
    let reply = full(&resource, &resource.status);
    call.store.insert(resource);
    Ok(Reply::Json(Value::Object(reply)))
}

/// UpdateGateway: what it leaves out is gone.
pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::Gateway)?;
    let mut body = shapes::UPDATE.accept(&call.params.body)?;
    check(&body)?;
    let after_failure = call.settings.switches.update_after_failed_create;
    let mut resource = call.existing(&arn)?.clone();
    check_updatable(&resource, after_failure)?;
    if take_text(&mut body, "name") != resource.name {
        return Err(Failure::field("name", "The name of a gateway cannot be changed"));
    }
    if resource.body.get("authorizerType") != body.get("authorizerType") {
        return Err(Failure::field("authorizerType", "The authorizer type of a gateway cannot be changed"));
    }
    let kept = OF_THE_SERVICE.iter().filter_map(|name| Some(((*name).to_owned(), resource.body.get(*name)?.clone())));
    body.extend(kept.collect::<Vec<_>>());
    resource.body = body;
    let duration = call.duration(Kind::Gateway, Work::Update, false);
    let end = call.end(Kind::Gateway, Work::Update, later(call.now, duration));
    resource.begin(Work::Update, call.now, &end, Vec::new());
    let reply = full(&resource, &resource.status);
    call.store.insert(resource);
    Ok(Reply::Json(Value::Object(reply)))
}

/// GetGateway.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::Gateway)?;
    let now = call.now;
    let resource = call.seen(&arn)?;
    Ok(Reply::Json(Value::Object(full(resource, resource.shown(now)))))
}

/// DeleteGateway: not as long as it has targets.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::Gateway)?;
    check_at_rest(call.existing(&arn)?)?;
    if target::all(call, &arn).next().is_some() {
        let id = call.params.label("gatewayIdentifier");
        return Err(Failure::validation(
            Reason::ResourceConflict,
            format!("Gateway '{id}' has targets associated with it. Delete all targets before deleting the gateway"),
        ));
    }
    let step = call.deletion(Kind::Gateway);
    let now = call.now;
    let resource = call.existing(&arn)?;
    resource.begin_deletion(now, step);
    Ok(Reply::Json(json!({ "gatewayId": resource.id, "status": resource.status })))
}

/// ListGateways.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let cursor = call.cursor_in_query_to(LONGEST_PAGE)?;
    let page = cut(&cursor, call.list(Kind::Gateway), |found| found.arn.clone());
    let one = |found: &&Resource| {
        json!({
            "gatewayId": found.id,
            "name": found.name,
            "status": call.listed_status(found),
            "description": found.body.get("description"),
            "createdAt": iso(found.created_at),
            "updatedAt": iso(found.updated_at),
            "authorizerType": found.body.get("authorizerType"),
            "protocolType": found.body.get("protocolType"),
        })
    };
    let items: Vec<Value> = page.items.iter().map(one).collect();
    Ok(Reply::Json(json!({ "items": items, "nextToken": page.next })))
}

/// What Create, Update and Get answer.
fn full(resource: &Resource, status: &str) -> Map<String, Value> {
    let mut item = resource.body.clone();
    // What speaks no protocol of its own is called at the root.
    let path = if item.get("protocolType").and_then(Value::as_str) == Some("MCP") { "/mcp" } else { "" };
    let (id, region) = (&resource.id, &resource.region);
    let own = json!({
        "gatewayArn": resource.arn,
        "gatewayId": id,
        "gatewayUrl": format!("https://{id}.gateway.bedrock-agentcore.{region}.amazonaws.com{path}"),
        "name": resource.name,
        "status": status,
        "createdAt": iso(resource.created_at),
        "updatedAt": iso(resource.updated_at),
    });
    item.extend(own.as_object().cloned().unwrap_or_default());
    put_reasons(&mut item, resource);
    item
}

/// Refuses what is well formed and yet makes no sense.
fn check(body: &Map<String, Value>) -> Result<(), Failure> {
    authorizer::check(body)?;
    let jwt = body.get("authorizerConfiguration").and_then(|authorizer| authorizer.get("customJWTAuthorizer"));
    if jwt.is_some_and(|jwt| jwt.get("allowedWorkloadConfiguration").is_some()) {
        let message = "allowedWorkloadConfiguration is supported for runtimes only";
        return Err(Failure::field("authorizerConfiguration", message));
    }
    let by_token = body.get("authorizerType").and_then(Value::as_str) == Some("CUSTOM_JWT");
    if by_token && body.get("authorizerConfiguration").is_none() {
        let message = "authorizerConfiguration is required for the authorizer type CUSTOM_JWT";
        return Err(Failure::field("authorizerConfiguration", message));
    }
    let Some(domains) = body.get("domainOverride") else { return Ok(()) };
    let others = domains.get("alternateDomains").and_then(Value::as_array).into_iter().flatten();
    let mut seen = BTreeSet::new();
    for domain in domains.get("default").into_iter().chain(others).filter_map(Value::as_str) {
        if !seen.insert(domain.to_lowercase()) {
            return Err(Failure::field("domainOverride", format!("The domain {domain} is given twice")));
        }
    }
    Ok(())
}
