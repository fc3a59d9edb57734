//! From the SDK's words to the spec's. What this version does not know is as if it were absent.

use agentcore_api::{
    agent_runtime::{
        AccessPoint, AgentRuntimeSpec, AllowedPort, Artifact, CapacityProviderVolume, CodeArtifact, ContainerArtifact,
        EfsAccessPoint, EnvVar, Filesystem, Lifecycle, Network, NetworkMode, PortRange, Protocol, ProtocolType,
        RequestHeaders, S3Object, SessionStorage,
    },
    common::{CommonSpec, ExecutionRole, VpcConfig},
};
use agentcore_engine::{
    fault::Fault,
    kind::{Facts, View},
};
use aws_sdk_bedrockagentcorecontrol::{
    operation::{get_agent_runtime::GetAgentRuntimeOutput, get_agent_runtime_endpoint::GetAgentRuntimeEndpointOutput},
    types::{self, FilesystemConfiguration},
};

use super::{
    super::{Endpoint, RuntimeKind},
    GET, authorizer,
};
use crate::aws::time::timestamp;

/// What a read of the runtime shows; the endpoint is not part of it.
pub(in super::super) fn view(answer: GetAgentRuntimeOutput) -> Result<View<RuntimeKind>, Fault> {
    if answer.agent_runtime_id.is_empty() || answer.agent_runtime_arn.is_empty() {
        return Err(Fault::incomplete(GET, "the answer lacks the id or the ARN"));
    }
    let filesystems = answer.filesystem_configurations.unwrap_or_default();
    let env = answer.environment_variables.unwrap_or_default();
    let mut env: Vec<_> = env.into_iter().map(|(name, value)| EnvVar { name, value: value.into() }).collect();
    env.sort_by(|a, b| a.name.cmp(&b.name));
    let settings = AgentRuntimeSpec {
        common: CommonSpec::default(),
        runtime_name: None,
        description: told(answer.description),
        artifact: answer.agent_runtime_artifact.map_or(Artifact { container: None, code: None }, artifact),
        execution_role: ExecutionRole { arn: answer.role_arn },
        network: answer.network_configuration.map(network).unwrap_or_default(),
        protocol: answer.protocol_configuration.and_then(protocol),
        authorizer: answer.authorizer_configuration.and_then(authorizer::from_sdk),
        request_headers: answer.request_header_configuration.and_then(request_headers),
        lifecycle: answer.lifecycle_configuration.map(|lifecycle| Lifecycle {
            idle_session_timeout_seconds: lifecycle.idle_runtime_session_timeout,
            max_lifetime_seconds: lifecycle.max_lifetime,
        }),
        env,
        filesystems: filesystems.into_iter().filter_map(filesystem).collect(),
        allowed_ports: answer.allowed_ports.unwrap_or_default().into_iter().filter_map(allowed_port).collect(),
        platform_version: told(answer.platform_version),
        require_mmds_v2: answer.metadata_configuration.map(|metadata| metadata.require_mmdsv2),
        capacity_provider_arn: answer
            .capacity_provider_configuration
            .and_then(|provider| told(provider.capacity_provider_arn)),
        memory_ref: None,
        code_interpreter_refs: Vec::new(),
    };
    let facts = Facts {
        id: answer.agent_runtime_id,
        arn: answer.agent_runtime_arn,
        name: answer.agent_runtime_name,
        state: answer.status.as_str().to_owned(),
        version: told(Some(answer.agent_runtime_version)),
        created_at: timestamp(&answer.created_at),
        updated_at: timestamp(&answer.last_updated_at),
        failure_reason: told(answer.failure_reason),
        managed_by: None,
    };
    Ok(View { facts, settings, more: None })
}

/// What a read of the endpoint shows.
pub(super) fn endpoint(answer: GetAgentRuntimeEndpointOutput) -> Endpoint {
    Endpoint {
        state: answer.status.as_str().to_owned(),
        live_version: told(answer.live_version),
        target_version: told(answer.target_version),
        failure_reason: told(answer.failure_reason),
        unread: None,
    }
}

/// A text that says something.
fn told(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn artifact(artifact: types::AgentRuntimeArtifact) -> Artifact {
    match artifact {
        types::AgentRuntimeArtifact::ContainerConfiguration(container) => {
            Artifact { container: Some(ContainerArtifact { image: container.container_uri }), code: None }
        }
        types::AgentRuntimeArtifact::CodeConfiguration(code) => Artifact { container: None, code: code_artifact(code) },
        _ => Artifact { container: None, code: None },
    }
}

fn code_artifact(code: types::CodeConfiguration) -> Option<CodeArtifact> {
    let types::Code::S3(object) = code.code? else { return None };
    Some(CodeArtifact {
        s3: S3Object { bucket: object.bucket, prefix: object.prefix, version_id: told(object.version_id) },
        runtime: code.runtime.as_str().to_owned(),
        entry_point: code.entry_point,
    })
}

fn network(network: types::NetworkConfiguration) -> Network {
    let mode = match network.network_mode {
        types::NetworkMode::Vpc => NetworkMode::Vpc,
        _ => NetworkMode::Public,
    };
    let vpc = network.network_mode_config;
    let vpc = vpc.map(|vpc| VpcConfig { subnets: vpc.subnets, security_groups: vpc.security_groups });
    Network { mode, vpc: vpc.unwrap_or_default() }
}

fn protocol(protocol: types::ProtocolConfiguration) -> Option<Protocol> {
    let type_ = match protocol.server_protocol {
        types::ServerProtocol::Http => ProtocolType::Http,
        types::ServerProtocol::Mcp => ProtocolType::Mcp,
        types::ServerProtocol::A2A => ProtocolType::A2a,
        types::ServerProtocol::Agui => ProtocolType::Agui,
        _ => return None,
    };
    Some(Protocol { type_, port: protocol.port, path: told(protocol.path) })
}

fn request_headers(headers: types::RequestHeaderConfiguration) -> Option<RequestHeaders> {
    match headers {
        types::RequestHeaderConfiguration::RequestHeaderAllowlist(allowlist) if !allowlist.is_empty() => {
            Some(RequestHeaders { allowlist })
        }
        _ => None,
    }
}

fn filesystem(filesystem: FilesystemConfiguration) -> Option<Filesystem> {
    let at = |mount_path: String| Filesystem {
        mount_path,
        session_storage: None,
        s3_files_access_point: None,
        efs_access_point: None,
        capacity_provider_volume: None,
    };
    match filesystem {
        FilesystemConfiguration::SessionStorage(source) => {
            Some(Filesystem { session_storage: Some(SessionStorage {}), ..at(source.mount_path) })
        }
        FilesystemConfiguration::S3FilesAccessPoint(source) => {
            let access_point = AccessPoint { access_point_arn: source.access_point_arn };
            Some(Filesystem { s3_files_access_point: Some(access_point), ..at(source.mount_path) })
        }
        FilesystemConfiguration::EfsAccessPoint(source) => {
            let access_point = EfsAccessPoint { access_point_arn: source.access_point_arn };
            Some(Filesystem { efs_access_point: Some(access_point), ..at(source.mount_path) })
        }
        FilesystemConfiguration::CapacityProviderVolume(source) => {
            let volume = CapacityProviderVolume { volume_name: source.volume_name };
            Some(Filesystem { capacity_provider_volume: Some(volume), ..at(source.mount_path) })
        }
        _ => None,
    }
}

fn allowed_port(port: types::AllowedPort) -> Option<AllowedPort> {
    match port {
        types::AllowedPort::Port(port) => Some(AllowedPort { port: Some(port), range: None }),
        types::AllowedPort::PortRange(range) => {
            Some(AllowedPort { port: None, range: Some(PortRange { from: range.from, to: range.to }) })
        }
        _ => None,
    }
}
