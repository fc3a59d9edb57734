//! GetAgentRuntime, ListAgentRuntimes, ListAgentRuntimeVersions.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::page::cut;
use crate::failure::Failure;
use crate::moment::iso;
use crate::services::{Call, Reply};
use crate::shape::{Shape, pattern};
use crate::store::{Kind, Resource, Version};

static VERSION: Shape = pattern(1, 5, "([1-9][0-9]{0,4})");

/// GetAgentRuntime: the newest version, or the one asked for.
pub(in super::super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntime)?;
    let wanted = call.params.query("version").map(str::to_owned);
    let now = call.now;
    let resource = call.seen(&arn)?;
    let Some(wanted) = wanted else {
        let (body, number) = (&resource.body, resource.last_version);
        return Ok(Reply::Json(full(resource, body, number, resource.shown(now))));
    };
    VERSION.accept_text("version", &wanted)?;
    let found = resource.versions.iter().find(|version| version.number.to_string() == wanted).ok_or_else(|| {
        Failure::NotFound(format!("Version {wanted} of agent runtime '{}' was not found", resource.id))
    })?;
    let newest = found.number == resource.last_version;
    let status = if newest { resource.shown(now) } else { &found.status };
    Ok(Reply::Json(full(resource, &found.body, found.number, status)))
}

/// ListAgentRuntimes.
pub(in super::super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let cursor = call.cursor_in_query()?;
    let page = cut(&cursor, call.list(Kind::AgentRuntime), |found| found.arn.clone());
    let items: Vec<Value> = page
        .items
        .iter()
        .map(|found| {
            let status = call.listed_status(found);
            item(found, &found.body, found.last_version, status, found.updated_at)
        })
        .collect();
    Ok(Reply::Json(json!({ "agentRuntimes": items, "nextToken": page.next })))
}

/// ListAgentRuntimeVersions.
pub(in super::super) fn list_versions(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::AgentRuntime)?;
    let cursor = call.cursor_in_query()?;
    let resource = call.seen(&arn)?;
    let page = cut(&cursor, resource.versions.iter(), |version| format!("{:05}", version.number));
    let one = |version: &&Version| item(resource, &version.body, version.number, &version.status, version.created_at);
    let items: Vec<Value> = page.items.iter().map(one).collect();
    Ok(Reply::Json(json!({ "agentRuntimes": items, "nextToken": page.next })))
}

fn item(resource: &Resource, body: &Map<String, Value>, version: u32, status: &str, updated: Timestamp) -> Value {
    json!({
        "agentRuntimeArn": resource.arn,
        "agentRuntimeId": resource.id,
        "agentRuntimeVersion": version.to_string(),
        "agentRuntimeName": resource.name,
        // The model requires it in lists, also where there is none.
        "description": body.get("description").and_then(Value::as_str).unwrap_or_default(),
        "lastUpdatedAt": iso(updated),
        "status": status,
    })
}

fn full(resource: &Resource, body: &Map<String, Value>, version: u32, status: &str) -> Value {
    let mut answer = body.clone();
    // Get does not return the private endpoints of single domains.
    let jwt =
        answer.get_mut("authorizerConfiguration").and_then(|authorizer| authorizer.get_mut("customJWTAuthorizer"));
    if let Some(Value::Object(jwt)) = jwt {
        jwt.remove("privateEndpointOverrides");
    }
    if let Some(reason) = &resource.failure_reason {
        answer.insert("failureReason".to_owned(), Value::from(reason.as_str()));
    }
    let own = json!({
        "agentRuntimeArn": resource.arn,
        "agentRuntimeName": resource.name,
        "agentRuntimeId": resource.id,
        "agentRuntimeVersion": version.to_string(),
        "createdAt": iso(resource.created_at),
        "lastUpdatedAt": iso(resource.updated_at),
        "status": status,
    });
    answer.extend(own.as_object().cloned().unwrap_or_default());
    Value::Object(answer)
}
