//! Endpoints of runtimes: DEFAULT, which the service makes and moves, and those that users make.

use serde_json::{Map, Value, json};

use super::Call;
use super::lookup::{check_at_rest, check_updatable};
use super::page::cut;
use super::settle::{End, Work};
use crate::failure::Failure;
use crate::moment::{iso, later};
use crate::services::Reply;
use crate::settings::OmittedMember;
use crate::shape::common::{CLIENT_TOKEN, NAME, TAGS};
use crate::shape::{Shape, opt, pattern, req, text};
use crate::store::{Change, Kind, Resource, Step};

/// The endpoint that every runtime has, always at the newest version.
pub(in crate::services) const DEFAULT: &str = "DEFAULT";

static VERSION: Shape = pattern(1, 5, "([1-9][0-9]{0,4})");
static DESCRIPTION: Shape = text(1, 256);
static CREATE: Shape = Shape::Record(&[
    req("name", &NAME),
    opt("agentRuntimeVersion", &VERSION),
    opt("description", &DESCRIPTION),
    opt("clientToken", &CLIENT_TOKEN),
    opt("tags", &TAGS),
]);
static UPDATE: Shape = Shape::Record(&[
    opt("agentRuntimeVersion", &VERSION),
    opt("description", &DESCRIPTION),
    opt("clientToken", &CLIENT_TOKEN),
]);

/// The endpoint DEFAULT of a runtime that is being made: good some time after the runtime is.
pub(super) fn default_of(call: &mut Call<'_>, runtime: &Resource, runtime_end: &End) -> Resource {
    let mut endpoint = blank(call, runtime, DEFAULT);
    endpoint.tags.clear();
    move_to(call, &mut endpoint, runtime.last_version, Work::Create, Some(runtime_end));
    endpoint
}

/// Moves DEFAULT to the newest version, some time after the runtime is good.
pub(super) fn follow(call: &mut Call<'_>, runtime: &Resource, runtime_end: &End) {
    let arn = call.arn(Kind::AgentRuntimeEndpoint, &format!("{}/{DEFAULT}", runtime.id));
    let Some(mut endpoint) = call.store.get(&arn).cloned() else { return };
    move_to(call, &mut endpoint, runtime.last_version, Work::Update, Some(runtime_end));
    call.store.insert(endpoint);
}

/// CreateAgentRuntimeEndpoint.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let runtime_arn = call.target(Kind::AgentRuntime)?;
    let body = CREATE.accept(&call.params.body)?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name == DEFAULT {
        return Err(Failure::field("name", "The endpoint name DEFAULT is reserved"));
    }
    let runtime = call.existing(&runtime_arn)?.clone();
    check_at_rest(&runtime)?;
    let version = version(&runtime, body.get("agentRuntimeVersion"), runtime.last_version)?;
    let mut endpoint = blank(call, &runtime, &name);
    if call.store.get(&endpoint.arn).is_some() {
        return Err(Failure::Conflict(format!("Endpoint '{name}' already exists for agent runtime '{}'", runtime.id)));
    }
    let most = call.settings.quotas.endpoints_per_runtime;
    if call.store.endpoints(&runtime_arn).count() >= most {
        let message = format!("The limit of {most} for the number of endpoints of an agent runtime has been reached");
        return Err(Failure::Quota(message));
    }
    if let Some(description) = body.get("description") {
        endpoint.body.insert("description".to_owned(), description.clone());
    }
    move_to(call, &mut endpoint, version, Work::Create, None);
    let reply = json!({
        "targetVersion": version.to_string(),
        "agentRuntimeEndpointArn": endpoint.arn,
        "agentRuntimeArn": runtime.arn,
        "agentRuntimeId": runtime.id,
        "endpointName": name,
        "status": endpoint.status,
        "createdAt": iso(endpoint.created_at),
    });
    call.store.insert(endpoint);
    Ok(Reply::Json(reply))
}

/// UpdateAgentRuntimeEndpoint. Without a version the endpoint stays where it is.
pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntimeEndpoint)?;
    let runtime_arn = call.target(Kind::AgentRuntime)?;
    let body = UPDATE.accept(&call.params.body)?;
    if call.params.label("endpointName") == DEFAULT {
        return Err(Failure::field("endpointName", "The endpoint DEFAULT cannot be updated"));
    }
    let after_failure = call.settings.switches.update_after_failed_create;
    let keeps = call.settings.switches.omitted_runtime_member == OmittedMember::Kept;
    let mut endpoint = call.existing(&arn)?.clone();
    check_updatable(&endpoint, after_failure)?;
    let runtime = call.existing(&runtime_arn)?;
    let present = endpoint.body.get("targetVersion").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let version = version(runtime, body.get("agentRuntimeVersion"), present.unwrap_or(runtime.last_version))?;
    match body.get("description") {
        Some(description) => {
            endpoint.body.insert("description".to_owned(), description.clone());
        }
        None if keeps => {}
        None => {
            endpoint.body.remove("description");
        }
    }
    move_to(call, &mut endpoint, version, Work::Update, None);
    let mut reply = common(&endpoint, &endpoint.status);
    for absent in ["name", "id", "description"] {
        reply.remove(absent);
    }
    call.store.insert(endpoint);
    Ok(Reply::Json(Value::Object(reply)))
}

/// GetAgentRuntimeEndpoint.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntimeEndpoint)?;
    let now = call.now;
    let endpoint = call.seen(&arn)?;
    let mut answer = common(endpoint, endpoint.shown(now));
    if let Some(reason) = &endpoint.failure_reason {
        answer.insert("failureReason".to_owned(), Value::from(reason.as_str()));
    }
    Ok(Reply::Json(Value::Object(answer)))
}

/// DeleteAgentRuntimeEndpoint.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntimeEndpoint)?;
    check_at_rest(call.existing(&arn)?)?;
    if call.params.label("endpointName") == DEFAULT {
        return Err(Failure::Conflict("The endpoint DEFAULT cannot be deleted".to_owned()));
    }
    let step = call.deletion(Kind::AgentRuntimeEndpoint);
    let now = call.now;
    let runtime_id = call.params.label("agentRuntimeId").to_owned();
    let endpoint = call.existing(&arn)?;
    endpoint.begin_deletion(now, step);
    Ok(Reply::Json(json!({
        "status": endpoint.status,
        "agentRuntimeId": runtime_id,
        "endpointName": endpoint.name,
    })))
}

/// ListAgentRuntimeEndpoints.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let runtime_arn = call.target(Kind::AgentRuntime)?;
    let cursor = call.cursor_in_query()?;
    call.check_exists(&runtime_arn)?;
    let prefix = format!("{runtime_arn}/");
    let all = call.list(Kind::AgentRuntimeEndpoint).filter(|found| found.arn.starts_with(&prefix));
    let page = cut(&cursor, all, |found| found.arn.clone());
    let items: Vec<_> = page.items.iter().map(|found| common(found, call.listed_status(found))).collect();
    Ok(Reply::Json(json!({ "runtimeEndpoints": items, "nextToken": page.next })))
}

fn blank(call: &mut Call<'_>, runtime: &Resource, name: &str) -> Resource {
    let mut endpoint = call.blank(Kind::AgentRuntimeEndpoint, name);
    endpoint.arn = call.arn(Kind::AgentRuntimeEndpoint, &format!("{}/{name}", runtime.id));
    endpoint
}

/// A version that the runtime has.
fn version(runtime: &Resource, wanted: Option<&Value>, otherwise: u32) -> Result<u32, Failure> {
    let Some(wanted) = wanted.and_then(Value::as_str) else { return Ok(otherwise) };
    let found = runtime.versions.iter().find(|version| version.number.to_string() == wanted);
    let found = found.ok_or_else(|| {
        Failure::NotFound(format!("Version {wanted} of agent runtime '{}' was not found", runtime.id))
    })?;
    if found.status.ends_with("FAILED") {
        let message = format!("Version {wanted} is in state {}", found.status);
        return Err(Failure::field("agentRuntimeVersion", message));
    }
    Ok(found.number)
}

/// Begins to move an endpoint to a version: after the runtime's own change, where there is one, and only if it is good.
fn move_to(call: &mut Call<'_>, endpoint: &mut Resource, version: u32, work: Work, after: Option<&End>) {
    let duration = call.duration(Kind::AgentRuntimeEndpoint, work, false);
    let start = after.map_or(call.now, |end| end.at);
    endpoint.body.insert("targetVersion".to_owned(), Value::from(version.to_string()));
    if let Some(bad) = after.filter(|end| !end.good()) {
        let mut end = bad.clone();
        endpoint.kind.failed(work.transition()).clone_into(&mut end.status);
        endpoint.begin(work, call.now, &end, Vec::new());
        return;
    }
    // A fault that was meant for the runtime is used up by now; one for the endpoint itself is not.
    let end = call.end(Kind::AgentRuntimeEndpoint, work, later(start, duration));
    let live = Change::Member { name: "liveVersion".to_owned(), value: Value::from(version.to_string()) };
    let steps: Vec<Step> = if end.good() { vec![live.at(end.at)] } else { Vec::new() };
    endpoint.begin(work, call.now, &end, steps);
}

/// What Get and List have in common.
fn common(endpoint: &Resource, status: &str) -> Map<String, Value> {
    let mut answer = endpoint.body.clone();
    let runtime_arn = endpoint.arn.split("/runtime-endpoint/").next().unwrap_or_default();
    let own = json!({
        "name": endpoint.name,
        "id": endpoint.id,
        "agentRuntimeEndpointArn": endpoint.arn,
        "agentRuntimeArn": runtime_arn,
        "status": status,
        "createdAt": iso(endpoint.created_at),
        "lastUpdatedAt": iso(endpoint.updated_at),
    });
    answer.extend(own.as_object().cloned().unwrap_or_default());
    answer
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::CREATE, &super::UPDATE] {
            crate::shape::assert_compile(shape);
        }
    }
}
