//! CreateAgentRuntime, UpdateAgentRuntime, DeleteAgentRuntime.

use serde_json::{Map, Value, json};

use super::super::lookup::{check_at_rest, check_updatable};
use super::super::settle::{End, Work};
use super::{rules, shapes};
use crate::failure::{Failure, Reason};
use crate::moment::{iso, later};
use crate::services::control::{endpoint, identity};
use crate::services::{Call, Reply};
use crate::settings::{OmittedMember, RuntimeDeletion, RuntimeNames};
use crate::store::{Change, Kind, Resource, Step, Version};

/// The highest number that a version can have.
const LAST_VERSION: u32 = 99_999;

/// CreateAgentRuntime. It makes the endpoint DEFAULT too.
pub(in super::super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let mut body = shapes::CREATE.accept(&call.params.body)?;
    rules::check(&body)?;
    let Some(Value::String(name)) = body.remove("agentRuntimeName") else {
        return Err(Failure::field("agentRuntimeName", "Member must not be null"));
    };
    body.remove("tags");
    body.remove("clientToken");
    let unique = call.settings.switches.runtime_names == RuntimeNames::Unique;
    call.check_room(Kind::AgentRuntime, &name, unique, call.settings.quotas.runtimes)?;
    rules::complete(&mut body);

    let duration = call.duration(Kind::AgentRuntime, Work::Create, false);
    let end = call.end(Kind::AgentRuntime, Work::Create, later(call.now, duration));
    let mut resource = call.blank(Kind::AgentRuntime, &name);
    let identity = format!("{name}-{}", call.random.id_suffix());
    body.insert("workloadIdentityDetails".to_owned(), identity::serve(call, &resource, &identity));
    resource.body.clone_from(&body);
    let step = add_version(&mut resource, body, Work::Create, &end, call);
    resource.begin(Work::Create, call.now, &end, vec![step]);
    let endpoint = endpoint::default_of(call, &resource, &end);
    let reply = changed(&resource, false);
    call.store.insert(resource);
    call.store.insert(endpoint);
    Ok(Reply::Json(reply))
}

/// UpdateAgentRuntime. It makes a new version, and DEFAULT follows.
pub(in super::super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntime)?;
    let mut body = shapes::UPDATE.accept(&call.params.body)?;
    body.remove("clientToken");
    rules::check(&body)?;
    let switches = &call.settings.switches;
    let (after_failure, omitted) = (switches.update_after_failed_create, switches.omitted_runtime_member);
    let most = call.settings.quotas.versions_per_runtime;
    let resource = call.existing(&arn)?;
    check_updatable(resource, after_failure)?;
    if rules::artifact_sort(&resource.body) != rules::artifact_sort(&body) {
        return Err(Failure::validation(
            Reason::FieldValidationFailed,
            "agentRuntimeArtifact cannot change between a container and code",
        ));
    }
    if resource.last_version >= LAST_VERSION || resource.versions.len() >= most {
        let message = format!("The limit of {most} for the number of versions of an agent runtime has been reached");
        return Err(Failure::Quota(message));
    }
    let body = successor(&resource.body, body, omitted);

    let duration = call.duration(Kind::AgentRuntime, Work::Update, false);
    let end = call.end(Kind::AgentRuntime, Work::Update, later(call.now, duration));
    let mut resource = call.existing(&arn)?.clone();
    resource.body.clone_from(&body);
    let step = add_version(&mut resource, body, Work::Update, &end, call);
    resource.begin(Work::Update, call.now, &end, vec![step]);
    endpoint::follow(call, &resource, &end);
    let reply = changed(&resource, true);
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// DeleteAgentRuntime: the runtime, or one version of it.
pub(in super::super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntime)?;
    check_at_rest(call.existing(&arn)?)?;
    if let Some(version) = call.params.query("version") {
        let version = version.to_owned();
        return delete_version(call, &arn, &version);
    }
    let keeps = call.settings.switches.runtime_deletion == RuntimeDeletion::Conflict;
    if keeps && call.store.endpoints(&arn).any(|endpoint| endpoint.name != endpoint::DEFAULT) {
        return Err(Failure::Conflict("The agent runtime has endpoints; delete these first".to_owned()));
    }
    let step = call.deletion(Kind::AgentRuntime);
    let now = call.now;
    if step.change == Change::Gone {
        for endpoint in call.store.endpoints(&arn) {
            endpoint.begin_deletion(now, step.clone());
        }
    }
    let resource = call.existing(&arn)?;
    resource.begin_deletion(now, step);
    Ok(Reply::Json(json!({ "status": resource.status, "agentRuntimeId": resource.id })))
}

fn delete_version(call: &mut Call<'_>, arn: &str, version: &str) -> Result<Reply, Failure> {
    let used = call.store.endpoints(arn).any(|endpoint| {
        ["liveVersion", "targetVersion"]
            .iter()
            .any(|name| endpoint.body.get(*name).and_then(Value::as_str) == Some(version))
    });
    let resource = call.existing(arn)?;
    let Some(at) = resource.versions.iter().position(|known| known.number.to_string() == version) else {
        return Err(Failure::NotFound(format!("Version {version} of agent runtime '{}' was not found", resource.id)));
    };
    if used || resource.last_version.to_string() == version {
        return Err(Failure::Conflict(format!("Version {version} is used by an endpoint or is the latest")));
    }
    resource.versions.remove(at);
    Ok(Reply::Json(json!({
        "status": "DELETING",
        "agentRuntimeId": resource.id,
        "agentRuntimeVersion": version,
    })))
}

/// The settings of the next version, from those of the last one and an update.
fn successor(last: &Map<String, Value>, update: Map<String, Value>, omitted: OmittedMember) -> Map<String, Value> {
    let mut body = match omitted {
        OmittedMember::Kept => last.clone(),
        OmittedMember::Reset => Map::new(),
    };
    body.extend(update);
    if let Some(identity) = last.get("workloadIdentityDetails") {
        body.insert("workloadIdentityDetails".to_owned(), identity.clone());
    }
    rules::complete(&mut body);
    body
}

/// Adds the next version to a runtime, and says when it enters its state.
fn add_version(resource: &mut Resource, body: Map<String, Value>, work: Work, end: &End, call: &Call<'_>) -> Step {
    resource.last_version += 1;
    let number = resource.last_version;
    let status = work.transition().to_owned();
    resource.versions.push(Version { number, status, created_at: call.now, body });
    Change::Version { number, status: end.status.clone() }.at(end.at)
}

fn changed(resource: &Resource, updated: bool) -> Value {
    let mut reply = json!({
        "agentRuntimeArn": resource.arn,
        "agentRuntimeId": resource.id,
        "agentRuntimeVersion": resource.last_version.to_string(),
        "createdAt": iso(resource.created_at),
        "status": resource.status,
        "workloadIdentityDetails": resource.body.get("workloadIdentityDetails"),
    });
    if updated && let Some(reply) = reply.as_object_mut() {
        reply.insert("lastUpdatedAt".to_owned(), iso(resource.updated_at));
    }
    reply
}
