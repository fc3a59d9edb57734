use agentcore_api::agent_runtime::AgentRuntimeSpec;
use aws_sdk_bedrockagentcorecontrol::{
    operation::get_agent_runtime::GetAgentRuntimeOutput,
    types::{
        AgentManagedRuntimeType, AgentRuntimeArtifact, AgentRuntimeStatus, AuthorizerConfiguration,
        FilesystemConfiguration, InboundTokenClaimValueType, NetworkMode, ServerProtocol,
    },
};
use aws_smithy_types::DateTime;
use serde_json::json;

use super::{CODE, CONTAINER, settings, small, spec};
use crate::kinds::agent_runtime::aws::{Members, members, view};

/// What a read answers to an update with these settings, before AWS leaves anything out or fills anything in.
fn answer(settings: &AgentRuntimeSpec) -> GetAgentRuntimeOutput {
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
    } = members("UpdateAgentRuntime", settings).unwrap();
    GetAgentRuntimeOutput::builder()
        .agent_runtime_arn("arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/support-0123456789")
        .agent_runtime_name("support")
        .agent_runtime_id("support-0123456789")
        .agent_runtime_version("2")
        .created_at(DateTime::from_secs(1_700_000_000))
        .last_updated_at(DateTime::from_secs(1_700_000_001))
        .status(AgentRuntimeStatus::Ready)
        .role_arn(role_arn)
        .set_description(description)
        .agent_runtime_artifact(artifact)
        .network_configuration(network)
        .set_protocol_configuration(protocol)
        .set_authorizer_configuration(authorizer)
        .set_request_header_configuration(request_headers)
        .set_lifecycle_configuration(lifecycle)
        .set_environment_variables(Some(env))
        .set_filesystem_configurations(Some(filesystems))
        .set_allowed_ports(allowed_ports)
        .set_platform_version(platform_version)
        .set_metadata_configuration(metadata)
        .set_capacity_provider_configuration(capacity_provider)
        .build()
        .unwrap()
}

#[test]
fn a_read_gives_back_what_was_sent() {
    for spec in [spec(CONTAINER), spec(CODE), small(&json!({}))] {
        let settings = settings(&spec);
        let view = view(answer(&settings)).unwrap();
        assert_eq!(view.settings, settings);
        assert_eq!(view.facts.id, "support-0123456789");
        assert_eq!(view.facts.name, "support");
        assert_eq!(view.facts.state, "READY");
        assert_eq!(view.facts.version.as_deref(), Some("2"));
        assert_eq!(view.facts.updated_at.unwrap().as_second(), 1_700_000_001);
        assert_eq!(view.more, None);
    }
}

#[test]
fn the_objects_have_every_member() {
    let (container, code) = (settings(&spec(CONTAINER)), settings(&spec(CODE)));
    let Members {
        description,
        artifact,
        role_arn: _,
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
    } = members("CreateAgentRuntime", &container).unwrap();
    assert!(description.is_some() && protocol.is_some() && request_headers.is_some() && lifecycle.is_some());
    assert!(platform_version.is_some() && metadata.unwrap().require_mmdsv2 && capacity_provider.is_some());
    assert!(matches!(artifact, AgentRuntimeArtifact::ContainerConfiguration(_)));
    assert_eq!(network.network_mode, NetworkMode::Vpc);
    let vpc = network.network_mode_config.unwrap();
    assert_eq!((vpc.subnets.len(), vpc.security_groups.len(), vpc.require_service_s3_endpoint), (2, 2, None));
    assert_eq!(env["LOG_LEVEL"], "info");
    assert_eq!(env["BEDROCK_AGENTCORE_CODE_INTERPRETER_ID"], "agents_tools-ABCDEFGHIJ");
    assert_eq!(filesystems.len(), 4);
    assert!(filesystems.iter().any(FilesystemConfiguration::is_session_storage));
    assert_eq!(allowed_ports.unwrap().len(), 2);
    let Some(AuthorizerConfiguration::CustomJwtAuthorizer(jwt)) = authorizer else { panic!("an authorizer") };
    assert!(jwt.allowed_audience.is_some() && jwt.allowed_clients.is_some() && jwt.allowed_scopes.is_some());
    assert!(jwt.advertised_scope_mapping.is_some() && jwt.custom_claims.is_some());
    assert!(jwt.private_endpoint.is_some() && jwt.private_endpoint_overrides.is_some());
    assert!(jwt.allowed_workload_configuration.is_some());
    let artifact = members("CreateAgentRuntime", &code).unwrap().artifact;
    let AgentRuntimeArtifact::CodeConfiguration(code) = artifact else { panic!("code") };
    assert_eq!(code.runtime, AgentManagedRuntimeType::Python313);
    assert_eq!(code.entry_point, ["opentelemetry-instrument", "main.py"]);
    assert_eq!(code.code.unwrap().as_s3().unwrap().version_id.as_deref(), Some("abc"));
}

#[test]
fn what_is_not_said_is_not_sent() {
    let members = members("UpdateAgentRuntime", &settings(&small(&json!({})))).unwrap();
    assert!(members.description.is_none() && members.protocol.is_none() && members.authorizer.is_none());
    assert!(members.request_headers.is_none() && members.lifecycle.is_none() && members.allowed_ports.is_none());
    assert!(members.platform_version.is_none() && members.metadata.is_none() && members.capacity_provider.is_none());
    assert_eq!(members.network.network_mode, NetworkMode::Public);
    assert!(members.network.network_mode_config.is_none());
    assert!(members.filesystems.is_empty());
}

#[test]
fn a_language_runtime_that_the_sdk_does_not_know_is_passed_on() {
    let mut spec = spec(CODE);
    spec.artifact.code.as_mut().unwrap().runtime = "PYTHON_3_99".to_owned();
    let settings = settings(&spec);
    assert_eq!(view(answer(&settings)).unwrap().settings, settings);
}

#[test]
fn a_union_without_a_member_is_not_sent() {
    let mut spec = small(&json!({}));
    spec.artifact.container = None;
    let fault = members("CreateAgentRuntime", &settings(&spec)).unwrap_err();
    assert_eq!(fault.class, agentcore_engine::fault::Class::Invalid);
    assert!(fault.refusal && fault.message.contains("neither a container nor code"));
}

#[test]
fn an_answer_that_lacks_its_id_is_none() {
    let mut answer = answer(&settings(&small(&json!({}))));
    answer.agent_runtime_id.clear();
    assert!(view(answer).is_err());
}

#[test]
fn what_this_version_does_not_know_is_absent() {
    let mut shown = answer(&settings(&spec(CONTAINER)));
    shown.status = AgentRuntimeStatus::from("PAUSED");
    shown.protocol_configuration.as_mut().unwrap().server_protocol = ServerProtocol::from("GRPC");
    let Some(AuthorizerConfiguration::CustomJwtAuthorizer(jwt)) = &mut shown.authorizer_configuration else {
        panic!("an authorizer")
    };
    jwt.custom_claims.as_mut().unwrap()[0].inbound_token_claim_value_type = InboundTokenClaimValueType::from("NUMBER");
    let view = view(shown).unwrap();
    assert_eq!(view.facts.state, "PAUSED");
    assert_eq!(view.settings.protocol, None);
    assert_eq!(view.settings.authorizer.unwrap().custom_jwt.custom_claims, []);
}

/// AWS shows an empty map, or none, for the same.
#[test]
fn an_empty_map_and_none_are_the_same() {
    let settings = settings(&small(&json!({})));
    let shown = |env: Option<std::collections::HashMap<String, String>>| {
        let mut answer = answer(&settings);
        answer.environment_variables = env;
        view(answer).unwrap().settings
    };
    assert_eq!(shown(None), shown(Some([].into())));
    assert!(shown(None).env.is_empty());
}
