//! The SDK's calls. The ways between the spec's words and the SDK's are in the modules below.

use agentcore_engine::{
    fault::{Class, Fault},
    kind::{Body, View},
    step::Accepted,
};
use aws_sdk_bedrockagentcorecontrol::{client::customize::CustomizableOperation, types::AgentRuntime};
use jiff::Timestamp;

use super::{DefaultEndpoint, Endpoint, RuntimeKind};
use crate::aws::{
    Control,
    listing::{Listed, Page},
    time::timestamp,
};

mod authorizer;
mod from_sdk;
mod to_sdk;

#[cfg(test)]
pub(super) use from_sdk::view;
pub(super) use to_sdk::{Members, members};

const GET: &str = "GetAgentRuntime";
const GET_ENDPOINT: &str = "GetAgentRuntimeEndpoint";
pub(super) const CREATE: &str = "CreateAgentRuntime";
pub(super) const UPDATE: &str = "UpdateAgentRuntime";
pub(super) const DELETE: &str = "DeleteAgentRuntime";
pub(super) const LIST: &str = "ListAgentRuntimes";
const LIST_ENDPOINTS: &str = "ListAgentRuntimeEndpoints";

/// The endpoint that AWS makes with each runtime, and deletes with it.
const DEFAULT: &str = "DEFAULT";

/// Reads a runtime, and its endpoint DEFAULT where that can be good and was not read a moment ago.
pub(super) async fn get(
    control: &Control,
    id: &str,
    read: Option<DefaultEndpoint>,
) -> Result<Option<View<RuntimeKind>>, Fault> {
    let request = control.sdk().get_agent_runtime().agent_runtime_id(id).customize();
    let mut view = match control.read(GET, request, CustomizableOperation::send).await {
        Ok(answer) => from_sdk::view(answer)?,
        Err(fault) if fault.class == Class::NotFound => return Ok(None),
        Err(fault) => return Err(fault),
    };
    if view.facts.state == "READY" {
        view.more = match read {
            Some(DefaultEndpoint(read)) if read.as_ref().is_none_or(|endpoint| endpoint.unread.is_none()) => read,
            _ => endpoint(control, id).await,
        };
    }
    Ok(Some(view))
}

/// The endpoint DEFAULT. That it could not be read is no reason to know nothing of the runtime, which may be being deleted.
pub(super) async fn endpoint(control: &Control, id: &str) -> Option<Endpoint> {
    let request = control.sdk().get_agent_runtime_endpoint().agent_runtime_id(id).endpoint_name(DEFAULT).customize();
    match control.read(GET_ENDPOINT, request, CustomizableOperation::send).await {
        Ok(answer) => Some(from_sdk::endpoint(answer)),
        Err(fault) if fault.class == Class::NotFound => None,
        Err(fault) => {
            tracing::debug!(id, fault = fault.sentence(), "the endpoint DEFAULT could not be read");
            Some(Endpoint { unread: Some(fault), ..Endpoint::default() })
        }
    }
}

/// Lists a page of runtimes.
pub(super) async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
    let request = control.sdk().list_agent_runtimes().max_results(100).set_next_token(after).customize();
    let page = control.read(LIST, request, CustomizableOperation::send).await?;
    let items = page.agent_runtimes.into_iter().map(listed).collect();
    Ok(Page { items, next: page.next_token.filter(|token| !token.is_empty()) })
}

fn listed(item: AgentRuntime) -> Listed {
    Listed {
        id: item.agent_runtime_id,
        arn: item.agent_runtime_arn,
        name: Some(item.agent_runtime_name),
        state: item.status.as_str().to_owned(),
        version: Some(item.agent_runtime_version).filter(|version| !version.is_empty()),
        created_at: None,
        updated_at: timestamp(&item.last_updated_at),
    }
}

/// Creates a runtime.
pub(super) async fn create(
    control: &Control,
    body: &Body<RuntimeKind>,
    token: &str,
    deadline: Timestamp,
) -> Result<Accepted, Fault> {
    let Members {
        description,
        artifact,
        role_arn,
        network,
        protocol,
        authorizer,
        request_headers,
        lifecycle,
        env,
        filesystems,
        allowed_ports,
        platform_version,
        // AWS takes it in updates only.
        metadata: _,
        capacity_provider,
    } = members(CREATE, &body.settings)?;
    let tags = body.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let request = control
        .sdk()
        .create_agent_runtime()
        .agent_runtime_name(&body.name)
        .set_description(description)
        .agent_runtime_artifact(artifact)
        .role_arn(role_arn)
        .network_configuration(network)
        .set_protocol_configuration(protocol)
        .set_authorizer_configuration(authorizer)
        .set_request_header_configuration(request_headers)
        .set_lifecycle_configuration(lifecycle)
        .set_environment_variables(Some(env).filter(|map| !map.is_empty()))
        .set_filesystem_configurations(Some(filesystems).filter(|list| !list.is_empty()))
        .set_allowed_ports(allowed_ports)
        .set_platform_version(platform_version)
        .set_capacity_provider_configuration(capacity_provider)
        .client_token(token)
        .set_tags(Some(tags))
        .customize();
    let answer = control.create(CREATE, deadline, request, CustomizableOperation::send).await?;
    if answer.agent_runtime_id.is_empty() {
        return Err(Fault::incomplete(CREATE, "the answer lacks the id"));
    }
    Ok(Accepted {
        id: Some(answer.agent_runtime_id),
        arn: Some(answer.agent_runtime_arn).filter(|arn| !arn.is_empty()),
        state: Some(answer.status.as_str().to_owned()),
        version: Some(answer.agent_runtime_version).filter(|version| !version.is_empty()),
        updated_at: None,
    })
}

/// Updates a runtime: the whole desired state, for AWS resets what is left out.
pub(super) async fn update(
    control: &Control,
    id: &str,
    settings: &agentcore_api::agent_runtime::AgentRuntimeSpec,
    token: &str,
) -> Result<Accepted, Fault> {
    let Members {
        description,
        artifact,
        role_arn,
        network,
        protocol,
        authorizer,
        request_headers,
        lifecycle,
        env,
        filesystems,
        allowed_ports,
        platform_version,
        metadata,
        capacity_provider,
    } = members(UPDATE, settings)?;
    let request = control
        .sdk()
        .update_agent_runtime()
        .agent_runtime_id(id)
        .set_description(description)
        .agent_runtime_artifact(artifact)
        .role_arn(role_arn)
        .network_configuration(network)
        .set_protocol_configuration(protocol)
        .set_authorizer_configuration(authorizer)
        .set_request_header_configuration(request_headers)
        .set_lifecycle_configuration(lifecycle)
        // These two have an empty form, which clears them for certain.
        .set_environment_variables(Some(env))
        .set_filesystem_configurations(Some(filesystems))
        .set_allowed_ports(allowed_ports)
        .set_platform_version(platform_version)
        .set_metadata_configuration(metadata)
        .set_capacity_provider_configuration(capacity_provider)
        .client_token(token)
        .customize();
    let answer = control.write(UPDATE, request, CustomizableOperation::send).await?;
    Ok(Accepted {
        id: Some(answer.agent_runtime_id).filter(|id| !id.is_empty()),
        arn: Some(answer.agent_runtime_arn).filter(|arn| !arn.is_empty()),
        state: Some(answer.status.as_str().to_owned()),
        version: Some(answer.agent_runtime_version).filter(|version| !version.is_empty()),
        updated_at: timestamp(&answer.last_updated_at),
    })
}

/// Deletes a runtime and all its versions.
pub(super) async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
    let request = control.sdk().delete_agent_runtime().agent_runtime_id(id).customize();
    let answer = control.write(DELETE, request, CustomizableOperation::send).await?;
    Ok(Accepted { state: Some(answer.status.as_str().to_owned()), ..Accepted::default() })
}

/// Lists all endpoints of a runtime, and gives the names of those that AWS has not made itself.
pub(super) async fn foreign_endpoints(control: &Control, id: &str) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let request = control.sdk().list_agent_runtime_endpoints().agent_runtime_id(id).max_results(100);
        let request = request.set_next_token(next.clone()).customize();
        let page = control.read(LIST_ENDPOINTS, request, CustomizableOperation::send).await?;
        found.extend(page.runtime_endpoints.into_iter().map(|item| item.name).filter(|name| name != DEFAULT));
        match page.next_token.filter(|token| !token.is_empty()) {
            None => return Ok(found),
            same if same == next => return Err(Fault::incomplete(LIST_ENDPOINTS, "the list does not go on")),
            token => next = token,
        }
    }
}

/// A request that can't be made of this spec.
fn refused(operation: &'static str, message: &(impl ToString + ?Sized)) -> Fault {
    Fault::unfit(operation, message.to_string())
}
