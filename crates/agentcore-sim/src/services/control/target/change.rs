//! CreateGatewayTarget, UpdateGatewayTarget, DeleteGatewayTarget, SynchronizeGatewayTargets.

use serde_json::{Map, Value, json};

use super::super::lookup::{check_at_rest, check_updatable};
use super::super::settle::Work;
use super::{read, shapes, sort};
use crate::failure::Failure;
use crate::moment::{iso, later};
use crate::services::{Call, Reply};
use crate::settings::OmittedMember;
use crate::store::{Change, Kind, Resource};

/// Members that no update says and that stay.
const OF_THE_SERVICE: &[&str] = &["lastSynchronizedAt"];

/// CreateGatewayTarget.
pub(in super::super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let gateway = call.target(Kind::Gateway)?;
    let mut body = shapes::CREATE.accept(&call.params.body)?;
    sort::check(&body)?;
    body.remove("clientToken");
    check_at_rest(call.existing(&gateway)?)?;
    let id = call.random.id_suffix();
    let name = take_name(&mut body).unwrap_or_else(|| format!("target-{}", id.to_lowercase()));
    check_name(call, &gateway, &name, "")?;
    let most = call.settings.quotas.targets_per_gateway;
    if read::all(call, &gateway).count() >= most {
        return Err(Failure::Quota(format!(
            "The limit of {most} for the number of targets of a gateway has been reached"
        )));
    }
    let mut target = call.resource(Kind::GatewayTarget, id.clone(), &name);
    target.arn = call.arn(Kind::GatewayTarget, &format!("{}/{id}", call.params.label("gatewayIdentifier")));
    // Targets have no tags.
    target.tags.clear();
    complete(&mut body);
    target.body = body;
    begin(call, &mut target, Work::Create);
    let reply = read::full(&target, &target.status);
    call.store.insert(target);
    Ok(Reply::Json(reply))
}

/// UpdateGatewayTarget.
pub(in super::super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::GatewayTarget)?;
    let mut body = shapes::UPDATE.accept(&call.params.body)?;
    sort::check(&body)?;
    let switches = &call.settings.switches;
    let (after_failure, omitted) = (switches.update_after_failed_create, switches.omitted_other_member);
    let mut target = call.existing(&arn)?.clone();
    check_updatable(&target, after_failure)?;
    if let Some(name) = take_name(&mut body) {
        check_name(call, read::gateway_of(&target), &name, &arn)?;
        target.name = name;
    }
    target.body = successor(&target.body, body, omitted);
    begin(call, &mut target, Work::Update);
    let reply = read::full(&target, &target.status);
    call.store.insert(target);
    Ok(Reply::Json(reply))
}

/// DeleteGatewayTarget.
pub(in super::super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::GatewayTarget)?;
    check_at_rest(call.existing(&arn)?)?;
    let step = call.deletion(Kind::GatewayTarget);
    let now = call.now;
    let target = call.existing(&arn)?;
    target.begin_deletion(now, step);
    Ok(Reply::Json(json!({
        "gatewayArn": read::gateway_of(target),
        "targetId": target.id,
        "status": target.status,
    })))
}

/// SynchronizeGatewayTargets: fetches the tools of MCP servers anew.
pub(in super::super) fn synchronize(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let gateway = call.target(Kind::Gateway)?;
    let body = shapes::SYNCHRONIZE.accept(&call.params.body)?;
    call.check_exists(&gateway)?;
    let ids = body.get("targetIdList").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut targets = Vec::new();
    for id in ids {
        let arn = call.arn(Kind::GatewayTarget, &format!("{}/{id}", call.params.label("gatewayIdentifier")));
        let target = call.existing(&arn)?.clone();
        check_at_rest(&target)?;
        let Some(server) = sort::server(&target.body) else {
            return Err(Failure::field("targetIdList", format!("Gateway target '{id}' is not an MCP server")));
        };
        if server.get("mcpToolSchema").is_some() {
            let message = format!("Gateway target '{id}' has a static tool schema and cannot be synchronized");
            return Err(Failure::field("targetIdList", message));
        }
        targets.push(target);
    }
    let mut answers = Vec::new();
    for mut target in targets {
        begin(call, &mut target, Work::Synchronize);
        answers.push(read::full(&target, &target.status));
        call.store.insert(target);
    }
    Ok(Reply::Json(json!({ "targets": answers })))
}

/// Begins a change. Where somebody has to consent, it goes no further until that is done.
fn begin(call: &mut Call<'_>, target: &mut Resource, work: Work) {
    let duration = call.duration(Kind::GatewayTarget, work, false);
    let mut end = call.end(Kind::GatewayTarget, work, later(call.now, duration));
    target.body.remove("authorizationData");
    let mut more = Vec::new();
    if end.good() && sort::needs_consent(&target.body) {
        pending(work).clone_into(&mut end.status);
        let (region, request) = (&call.caller.region, call.random.secret(40));
        let url = format!(
            "https://bedrock-agentcore.{region}.amazonaws.com/identities/oauth2/authorize?request_uri=\
             urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A{request}"
        );
        let value = json!({ "oauth2": { "authorizationUrl": url } });
        more.push(Change::Member { name: "authorizationData".to_owned(), value }.at(end.at));
    } else if end.good() && (work == Work::Synchronize || sort::fetches(&target.body)) {
        more.push(Change::Member { name: "lastSynchronizedAt".to_owned(), value: iso(end.at) }.at(end.at));
    }
    target.begin(work, call.now, &end, more);
}

fn pending(work: Work) -> &'static str {
    match work {
        Work::Create => "CREATE_PENDING_AUTH",
        Work::Synchronize => "SYNCHRONIZE_PENDING_AUTH",
        Work::Update | Work::Delete => "UPDATE_PENDING_AUTH",
    }
}

/// The settings after an update.
fn successor(last: &Map<String, Value>, update: Map<String, Value>, omitted: OmittedMember) -> Map<String, Value> {
    let mut body = match omitted {
        OmittedMember::Kept => last.clone(),
        OmittedMember::Reset => Map::new(),
    };
    // This one is documented to go if it is left out.
    body.remove("certificateConfigurations");
    body.extend(OF_THE_SERVICE.iter().filter_map(|name| Some(((*name).to_owned(), last.get(*name)?.clone()))));
    body.extend(update);
    complete(&mut body);
    body
}

/// Fills in what answers always have.
fn complete(body: &mut Map<String, Value>) {
    body.entry("credentialProviderConfigurations").or_insert_with(|| json!([]));
}

fn take_name(body: &mut Map<String, Value>) -> Option<String> {
    match body.remove("name") {
        Some(Value::String(name)) => Some(name),
        _ => None,
    }
}

/// A conflict if another target of the gateway has this name.
fn check_name(call: &Call<'_>, gateway: &str, name: &str, but: &str) -> Result<(), Failure> {
    if read::all(call, gateway).any(|other| other.name == name && other.arn != but) {
        return Err(Failure::Conflict(format!("Gateway target with name '{name}' already exists in this gateway")));
    }
    Ok(())
}
