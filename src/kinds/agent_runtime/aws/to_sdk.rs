//! From the spec's words to the SDK's.

use std::collections::HashMap;

use agentcore_api::{
    agent_runtime::{
        AccessPoint, AgentRuntimeSpec, AllowedPort, Artifact, CapacityProviderVolume, CodeArtifact, ContainerArtifact,
        EfsAccessPoint, EnvVar, Filesystem, Lifecycle, Network, NetworkMode, PortRange, Protocol, ProtocolType,
        RequestHeaders, S3Object, SessionStorage,
    },
    common::{ExecutionRole, VpcConfig},
};
use agentcore_engine::fault::Fault;
use aws_sdk_bedrockagentcorecontrol::types::{self, FilesystemConfiguration};

use super::{authorizer, refused};

/// The members of a create or an update, in the SDK's words.
#[derive(Debug)]
pub(in super::super) struct Members {
    pub(in super::super) description: Option<String>,
    pub(in super::super) artifact: types::AgentRuntimeArtifact,
    pub(in super::super) role_arn: String,
    pub(in super::super) network: types::NetworkConfiguration,
    pub(in super::super) protocol: Option<types::ProtocolConfiguration>,
    pub(in super::super) authorizer: Option<types::AuthorizerConfiguration>,
    pub(in super::super) request_headers: Option<types::RequestHeaderConfiguration>,
    pub(in super::super) lifecycle: Option<types::LifecycleConfiguration>,
    pub(in super::super) env: HashMap<String, String>,
    pub(in super::super) filesystems: Vec<FilesystemConfiguration>,
    pub(in super::super) allowed_ports: Option<Vec<types::AllowedPort>>,
    pub(in super::super) platform_version: Option<String>,
    pub(in super::super) metadata: Option<types::RuntimeMetadataConfiguration>,
    pub(in super::super) capacity_provider: Option<types::CapacityProviderConfiguration>,
}

/// The desired state in the SDK's words.
pub(in super::super) fn members(operation: &'static str, settings: &AgentRuntimeSpec) -> Result<Members, Fault> {
    // Without `..`, so that a new member is not forgotten.
    let AgentRuntimeSpec {
        common: _,
        runtime_name: _,
        description,
        artifact,
        execution_role: ExecutionRole { arn },
        network,
        protocol,
        authorizer,
        request_headers,
        lifecycle,
        env,
        filesystems,
        allowed_ports,
        platform_version,
        require_mmds_v2,
        capacity_provider_arn,
        // Their ids are variables by now.
        memory_ref: _,
        code_interpreter_refs: _,
    } = settings;
    let ports: Vec<_> = allowed_ports.iter().map(|port| allowed_port(operation, port)).collect::<Result<_, _>>()?;
    let metadata = require_mmds_v2
        .map(|required| types::RuntimeMetadataConfiguration::builder().require_mmdsv2(required).build())
        .transpose()
        .map_err(|error| refused(operation, &error))?;
    Ok(Members {
        description: description.clone(),
        artifact: artifact_to_sdk(operation, artifact)?,
        role_arn: arn.clone(),
        network: network_to_sdk(operation, network)?,
        protocol: protocol.as_ref().map(|protocol| protocol_to_sdk(operation, protocol)).transpose()?,
        authorizer: authorizer.as_ref().map(|one| authorizer::to_sdk(operation, one)).transpose()?,
        request_headers: request_headers.as_ref().map(|RequestHeaders { allowlist }| {
            types::RequestHeaderConfiguration::RequestHeaderAllowlist(allowlist.clone())
        }),
        lifecycle: lifecycle.as_ref().map(lifecycle_to_sdk),
        env: env.iter().map(|EnvVar { name, value }| (name.clone(), String::from(&**value))).collect(),
        filesystems: filesystems.iter().map(|one| filesystem(operation, one)).collect::<Result<_, _>>()?,
        allowed_ports: Some(ports).filter(|ports| !ports.is_empty()),
        platform_version: platform_version.clone(),
        metadata,
        capacity_provider: capacity_provider_arn
            .as_ref()
            .map(|arn| types::CapacityProviderConfiguration::builder().capacity_provider_arn(arn).build()),
    })
}

fn artifact_to_sdk(operation: &'static str, artifact: &Artifact) -> Result<types::AgentRuntimeArtifact, Fault> {
    let Artifact { container, code } = artifact;
    if let Some(ContainerArtifact { image }) = container {
        return types::ContainerConfiguration::builder()
            .container_uri(image)
            .build()
            .map(types::AgentRuntimeArtifact::ContainerConfiguration)
            .map_err(|error| refused(operation, &error));
    }
    let Some(CodeArtifact { s3: S3Object { bucket, prefix, version_id }, runtime, entry_point }) = code else {
        return Err(refused(operation, "the artifact is neither a container nor code: give it one"));
    };
    let location = types::S3Location::builder().bucket(bucket).prefix(prefix).set_version_id(version_id.clone());
    types::CodeConfiguration::builder()
        .code(types::Code::S3(location.build().map_err(|error| refused(operation, &error))?))
        .runtime(types::AgentManagedRuntimeType::from(runtime.as_str()))
        .set_entry_point(Some(entry_point.clone()))
        .build()
        .map(types::AgentRuntimeArtifact::CodeConfiguration)
        .map_err(|error| refused(operation, &error))
}

fn network_to_sdk(operation: &'static str, network: &Network) -> Result<types::NetworkConfiguration, Fault> {
    let Network { mode, vpc: VpcConfig { subnets, security_groups } } = network;
    let (mode, in_vpc) = match mode {
        NetworkMode::Public => (types::NetworkMode::Public, false),
        NetworkMode::Vpc => (types::NetworkMode::Vpc, true),
    };
    let vpc = types::VpcConfig::builder()
        .set_subnets(Some(subnets.clone()))
        .set_security_groups(Some(security_groups.clone()))
        .build()
        .map_err(|error| refused(operation, &error))?;
    types::NetworkConfiguration::builder()
        .network_mode(mode)
        .set_network_mode_config(in_vpc.then_some(vpc))
        .build()
        .map_err(|error| refused(operation, &error))
}

fn protocol_to_sdk(operation: &'static str, protocol: &Protocol) -> Result<types::ProtocolConfiguration, Fault> {
    let Protocol { type_, port, path } = protocol;
    let protocol = match type_ {
        ProtocolType::Http => types::ServerProtocol::Http,
        ProtocolType::Mcp => types::ServerProtocol::Mcp,
        ProtocolType::A2a => types::ServerProtocol::A2A,
        ProtocolType::Agui => types::ServerProtocol::Agui,
    };
    types::ProtocolConfiguration::builder()
        .server_protocol(protocol)
        .set_port(*port)
        .set_path(path.clone())
        .build()
        .map_err(|error| refused(operation, &error))
}

fn lifecycle_to_sdk(lifecycle: &Lifecycle) -> types::LifecycleConfiguration {
    let Lifecycle { idle_session_timeout_seconds, max_lifetime_seconds } = lifecycle;
    types::LifecycleConfiguration::builder()
        .set_idle_runtime_session_timeout(*idle_session_timeout_seconds)
        .set_max_lifetime(*max_lifetime_seconds)
        .build()
}

fn filesystem(operation: &'static str, filesystem: &Filesystem) -> Result<FilesystemConfiguration, Fault> {
    let Filesystem { mount_path, session_storage, s3_files_access_point, efs_access_point, capacity_provider_volume } =
        filesystem;
    let built = if let Some(SessionStorage {}) = session_storage {
        types::SessionStorageConfiguration::builder()
            .mount_path(mount_path)
            .build()
            .map(FilesystemConfiguration::SessionStorage)
    } else if let Some(AccessPoint { access_point_arn }) = s3_files_access_point {
        types::S3FilesAccessPointConfiguration::builder()
            .access_point_arn(access_point_arn)
            .mount_path(mount_path)
            .build()
            .map(FilesystemConfiguration::S3FilesAccessPoint)
    } else if let Some(EfsAccessPoint { access_point_arn }) = efs_access_point {
        types::EfsAccessPointConfiguration::builder()
            .access_point_arn(access_point_arn)
            .mount_path(mount_path)
            .build()
            .map(FilesystemConfiguration::EfsAccessPoint)
    } else if let Some(CapacityProviderVolume { volume_name }) = capacity_provider_volume {
        types::CapacityProviderVolumeConfiguration::builder()
            .volume_name(volume_name)
            .mount_path(mount_path)
            .build()
            .map(FilesystemConfiguration::CapacityProviderVolume)
    } else {
        return Err(refused(operation, &format!("the file system {mount_path} has no source: give it one")));
    };
    built.map_err(|error| refused(operation, &error))
}

fn allowed_port(operation: &'static str, port: &AllowedPort) -> Result<types::AllowedPort, Fault> {
    let AllowedPort { port, range } = port;
    match (port, range) {
        (Some(port), _) => Ok(types::AllowedPort::Port(*port)),
        (None, Some(PortRange { from, to })) => types::PortRange::builder()
            .from(*from)
            .to(*to)
            .build()
            .map(types::AllowedPort::PortRange)
            .map_err(|error| refused(operation, &error)),
        (None, None) => Err(refused(operation, "an entry of allowedPorts has neither port nor range: give it one")),
    }
}
