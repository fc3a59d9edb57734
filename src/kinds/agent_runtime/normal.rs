//! The one form in which desired and shown settings are compared: without what has no meaning, with what AWS fills in.

use agentcore_api::agent_runtime::{
    AgentRuntimeSpec, AllowedPort, AllowedWorkloadConfiguration, CustomJwtAuthorizer, Lifecycle, PrivateEndpoint,
    Protocol, ProtocolType,
};

/// Seconds after which an idle session ends, unless it is said.
const IDLE: i32 = 900;
/// Seconds after which any session ends, unless it is said.
const LIFETIME: i32 = 28_800;

/// Sorts the lists whose order means nothing. That of `entryPoint` means something.
pub(super) fn sort(settings: &mut AgentRuntimeSpec) {
    settings.network.vpc.subnets.sort();
    settings.network.vpc.security_groups.sort();
    if let Some(headers) = &mut settings.request_headers {
        headers.allowlist.sort();
    }
    settings.env.sort_by(|a, b| a.name.cmp(&b.name));
    settings.filesystems.sort_by(|a, b| a.mount_path.cmp(&b.mount_path));
    settings.allowed_ports.sort_by_key(ends);
    if let Some(authorizer) = &mut settings.authorizer {
        sort_authorizer(&mut authorizer.custom_jwt);
    }
}

fn sort_authorizer(jwt: &mut CustomJwtAuthorizer) {
    jwt.allowed_audience.sort();
    jwt.allowed_clients.sort();
    jwt.allowed_scopes.sort();
    for claim in &mut jwt.custom_claims {
        claim.authorizing_claim_match_value.claim_match_value.match_value_string_list.sort();
    }
    jwt.custom_claims.sort_by_cached_key(|claim| {
        let value = &claim.authorizing_claim_match_value.claim_match_value;
        let texts = (value.match_value_string.clone(), value.match_value_string_list.clone());
        (claim.inbound_token_claim_name.clone(), texts)
    });
    jwt.private_endpoint.iter_mut().for_each(sort_endpoint);
    jwt.private_endpoint_overrides.iter_mut().for_each(|one| sort_endpoint(&mut one.private_endpoint));
    jwt.private_endpoint_overrides.sort_by(|a, b| a.domain.cmp(&b.domain));
    if let Some(workloads) = &mut jwt.allowed_workload_configuration {
        workloads.hosting_environments.sort_by(|a, b| a.arn.cmp(&b.arn));
        workloads.workload_identities.sort();
    }
}

fn sort_endpoint(endpoint: &mut PrivateEndpoint) {
    if let Some(vpc) = &mut endpoint.managed_vpc_resource {
        vpc.subnet_ids.sort();
        vpc.security_group_ids.sort();
    }
}

fn ends(port: &AllowedPort) -> (Option<i32>, Option<i32>) {
    let range = port.range.as_ref();
    (port.port.or(range.map(|range| range.from)), port.port.or(range.map(|range| range.to)))
}

/// Leaves out what is written and yet says nothing, so that writing it is no change.
pub(super) fn without_empty(settings: &mut AgentRuntimeSpec) {
    settings.lifecycle = settings.lifecycle.take().filter(|lifecycle| *lifecycle != Lifecycle::default());
    settings.request_headers = settings.request_headers.take().filter(|headers| !headers.allowlist.is_empty());
    if let Some(authorizer) = &mut settings.authorizer {
        let jwt = &mut authorizer.custom_jwt;
        jwt.advertised_scope_mapping = jwt.advertised_scope_mapping.take().filter(|mapping| !mapping.is_empty());
        jwt.allowed_workload_configuration = jwt
            .allowed_workload_configuration
            .take()
            .filter(|workloads| *workloads != AllowedWorkloadConfiguration::default());
    }
}

/// The desired state as it is compared.
pub(super) fn of_desired(settings: &AgentRuntimeSpec) -> AgentRuntimeSpec {
    common(settings)
}

/// The shown state as it is compared.
pub(super) fn of_shown(settings: &AgentRuntimeSpec) -> AgentRuntimeSpec {
    let mut shown = common(settings);
    shown.protocol = Some(protocol(settings.protocol.as_ref()));
    shown.lifecycle = Some(lifecycle(settings.lifecycle.as_ref()));
    shown.require_mmds_v2 = Some(settings.require_mmds_v2.unwrap_or_default());
    shown
}

fn common(settings: &AgentRuntimeSpec) -> AgentRuntimeSpec {
    let mut common = settings.clone();
    for filesystem in &mut common.filesystems {
        // AWS takes a path with a slash at its end too, the spec does not.
        filesystem.mount_path.truncate(filesystem.mount_path.trim_end_matches('/').len());
    }
    for header in common.request_headers.iter_mut().flat_map(|headers| &mut headers.allowlist) {
        // Names of headers have no case.
        header.make_ascii_lowercase();
    }
    if let Some(authorizer) = &mut common.authorizer {
        // A read does not return them.
        authorizer.custom_jwt.private_endpoint_overrides.clear();
    }
    sort(&mut common);
    without_empty(&mut common);
    common
}

/// A shown protocol with all its members.
pub(super) fn protocol(shown: Option<&Protocol>) -> Protocol {
    let type_ = shown.map_or(ProtocolType::Http, |protocol| protocol.type_);
    let (port, path) = match type_ {
        ProtocolType::Http | ProtocolType::Agui => (8080, "/invocations"),
        ProtocolType::Mcp => (8000, "/mcp"),
        ProtocolType::A2a => (9000, "/"),
    };
    Protocol {
        type_,
        port: shown.and_then(|protocol| protocol.port).or(Some(port)),
        path: shown.and_then(|protocol| protocol.path.clone()).or_else(|| Some(path.to_owned())),
    }
}

/// A shown lifecycle with all its members: each default gives way to the member that is said.
pub(super) fn lifecycle(shown: Option<&Lifecycle>) -> Lifecycle {
    let idle = shown.and_then(|lifecycle| lifecycle.idle_session_timeout_seconds);
    let most = shown.and_then(|lifecycle| lifecycle.max_lifetime_seconds);
    let lifetime = most.unwrap_or_else(|| LIFETIME.max(idle.unwrap_or_default()));
    Lifecycle {
        idle_session_timeout_seconds: Some(idle.unwrap_or_else(|| IDLE.min(lifetime))),
        max_lifetime_seconds: Some(lifetime),
    }
}
