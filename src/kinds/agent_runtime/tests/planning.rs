use agentcore_api::{
    agent_runtime::{
        AgentRuntimeSpec, Authorizer, Filesystem, Lifecycle, NetworkMode, PortRange, Protocol, ProtocolType,
        RequestHeaders,
    },
    common::DeletionPolicy,
    status::PartRecord,
};
use agentcore_engine::kind::{Kind, LeftOver, Plan, Planning};
use serde_json::json;

use super::{CODE, CONTAINER, settings, small, spec, view};
use crate::kinds::agent_runtime::RuntimeKind;

fn plan(desired: &AgentRuntimeSpec, shown: AgentRuntimeSpec, changed: bool) -> Plan<AgentRuntimeSpec> {
    RuntimeKind::plan(&Planning {
        spec: desired,
        desired,
        view: &view(shown),
        record: &PartRecord::default(),
        changed,
        policy: DeletionPolicy::Delete,
        consent: Vec::new(),
    })
}

/// The fields of the update that these settings lead to; none if they lead to none.
fn fields(desired: &AgentRuntimeSpec, shown: &AgentRuntimeSpec) -> Vec<String> {
    match plan(desired, shown.clone(), false) {
        Plan::InSync => Vec::new(),
        Plan::Update { change, children, fields } => {
            assert_eq!(&change, desired, "the whole desired state is sent");
            assert_eq!(children, [""; 0]);
            assert!(!fields.is_empty());
            fields
        }
        other => panic!("{other:?}"),
    }
}

/// What AWS fills in where nothing is said.
fn filled_in(mut shown: AgentRuntimeSpec) -> AgentRuntimeSpec {
    let lifecycle = shown.lifecycle.get_or_insert_default();
    lifecycle.idle_session_timeout_seconds.get_or_insert(900);
    lifecycle.max_lifetime_seconds.get_or_insert(28_800);
    let protocol = shown.protocol.get_or_insert(Protocol { type_: ProtocolType::Http, port: None, path: None });
    protocol.port.get_or_insert(8080);
    protocol.path.get_or_insert_with(|| "/invocations".to_owned());
    shown.require_mmds_v2.get_or_insert(false);
    shown.platform_version.get_or_insert_with(|| "2026-01".to_owned());
    shown
}

#[test]
fn what_was_sent_calls_for_nothing() {
    for object in [CONTAINER, CODE] {
        let desired = settings(&spec(object));
        assert_eq!(fields(&desired, &desired), [""; 0]);
        assert_eq!(fields(&desired, &filled_in(desired.clone())), [""; 0]);
        let mut shown = desired.clone();
        for list in [&mut shown.network.vpc.subnets, &mut shown.network.vpc.security_groups] {
            list.reverse();
        }
        shown.filesystems.reverse();
        shown.filesystems.iter_mut().for_each(|one| one.mount_path.push('/'));
        shown.allowed_ports.reverse();
        shown.env.reverse();
        let jwt = &mut shown.authorizer.as_mut().unwrap().custom_jwt;
        jwt.private_endpoint_overrides.clear();
        jwt.allowed_scopes.reverse();
        for claim in &mut jwt.custom_claims {
            claim.authorizing_claim_match_value.claim_match_value.match_value_string_list.reverse();
        }
        if let Some(headers) = &mut shown.request_headers {
            headers.allowlist.iter_mut().for_each(|header| header.make_ascii_lowercase());
        }
        assert_eq!(fields(&desired, &shown), [""; 0]);
    }
}

#[test]
fn what_aws_fills_in_calls_for_nothing_and_is_not_left_over() {
    let cases = [
        (json!({}), json!({})),
        (
            json!({ "protocol": { "type": "MCP" } }),
            json!({ "protocol": { "type": "MCP", "port": 8000, "path": "/mcp" } }),
        ),
        (json!({ "protocol": { "type": "A2A" } }), json!({ "protocol": { "type": "A2A", "port": 9000, "path": "/" } })),
        (json!({ "protocol": { "type": "HTTP", "port": 8080, "path": "/invocations" } }), json!({})),
        (json!({ "lifecycle": { "idleSessionTimeoutSeconds": 900, "maxLifetimeSeconds": 28800 } }), json!({})),
        (
            json!({ "lifecycle": { "maxLifetimeSeconds": 600 } }),
            json!({ "lifecycle": { "maxLifetimeSeconds": 600, "idleSessionTimeoutSeconds": 600 } }),
        ),
        (
            json!({ "lifecycle": { "idleSessionTimeoutSeconds": 40000 } }),
            json!({ "lifecycle": { "maxLifetimeSeconds": 40000, "idleSessionTimeoutSeconds": 40000 } }),
        ),
        (json!({ "requireMMDSv2": false }), json!({})),
        (json!({ "network": { "mode": "PUBLIC" } }), json!({})),
        (json!({}), json!({ "requireMMDSv2": false, "platformVersion": "2026-01" })),
    ];
    for (wanted, shown) in cases {
        let desired = settings(&small(&wanted));
        let shown = settings(&small(&shown));
        for shown in [shown.clone(), filled_in(shown)] {
            assert_eq!(fields(&desired, &shown), [""; 0], "{wanted}");
            assert_eq!(RuntimeKind::left_over(&desired, &view(shown)), [], "{wanted}");
        }
    }
}

/// A field's name, and a change of what AWS shows of it.
type Edit = (&'static str, fn(&mut AgentRuntimeSpec));

#[test]
fn each_field_that_differs_is_named() {
    let edits: &[Edit] = &[
        ("description", |shown| shown.description = None),
        ("artifact.container.image", |shown| {
            shown.artifact.container.as_mut().unwrap().image = "public.ecr.aws/team/agent:2".to_owned();
        }),
        ("executionRole.arn", |shown| shown.execution_role.arn.push('2')),
        ("network.mode", |shown| shown.network.mode = NetworkMode::Public),
        ("network.subnets", |shown| shown.network.vpc.subnets.truncate(1)),
        ("network.securityGroups", |shown| shown.network.vpc.security_groups.truncate(1)),
        ("protocol.type", |shown| shown.protocol.as_mut().unwrap().type_ = ProtocolType::Agui),
        ("protocol.port", |shown| shown.protocol.as_mut().unwrap().port = Some(8081)),
        ("protocol.path", |shown| shown.protocol.as_mut().unwrap().path = Some("/".to_owned())),
        ("authorizer", |shown| shown.authorizer = None),
        ("authorizer.customJWT.discoveryUrl", |shown| jwt(shown).discovery_url.push('2')),
        ("authorizer.customJWT.allowedAudience", |shown| jwt(shown).allowed_audience.clear()),
        ("authorizer.customJWT.allowedClients", |shown| jwt(shown).allowed_clients.push("other".to_owned())),
        ("authorizer.customJWT.allowedScopes", |shown| jwt(shown).allowed_scopes.truncate(1)),
        ("authorizer.customJWT.advertisedScopeMapping", |shown| jwt(shown).advertised_scope_mapping = None),
        ("authorizer.customJWT.customClaims", |shown| jwt(shown).custom_claims.clear()),
        ("authorizer.customJWT.privateEndpoint", |shown| jwt(shown).private_endpoint = None),
        ("authorizer.customJWT.allowedWorkloadConfiguration", |shown| jwt(shown).allowed_workload_configuration = None),
        ("requestHeaders", |shown| shown.request_headers = None),
        ("requestHeaders.allowlist", |shown| {
            shown.request_headers.as_mut().unwrap().allowlist.push("X-Other".to_owned());
        }),
        ("lifecycle.idleSessionTimeoutSeconds", |shown| {
            shown.lifecycle.as_mut().unwrap().idle_session_timeout_seconds = Some(60);
        }),
        ("lifecycle.maxLifetimeSeconds", |shown| shown.lifecycle.as_mut().unwrap().max_lifetime_seconds = Some(60_000)),
        ("env[LOG_LEVEL]", |shown| shown.env.retain(|variable| variable.name != "LOG_LEVEL")),
        ("filesystems", |shown| shown.filesystems.truncate(1)),
        ("filesystems", |shown| shown.filesystems.clear()),
        ("allowedPorts", |shown| shown.allowed_ports.truncate(1)),
        ("allowedPorts", |shown| {
            shown.allowed_ports.last_mut().unwrap().range = Some(PortRange { from: 9100, to: 9200 });
        }),
        ("platformVersion", |shown| shown.platform_version = None),
        ("requireMMDSv2", |shown| shown.require_mmds_v2 = None),
        ("capacityProviderArn", |shown| shown.capacity_provider_arn = None),
    ];
    let desired = settings(&spec(CONTAINER));
    for (field, edit) in edits {
        let mut shown = desired.clone();
        edit(&mut shown);
        assert_eq!(fields(&desired, &shown), [*field]);
    }
}

fn jwt(shown: &mut AgentRuntimeSpec) -> &mut agentcore_api::agent_runtime::CustomJwtAuthorizer {
    &mut shown.authorizer.as_mut().unwrap().custom_jwt
}

#[test]
fn the_order_of_the_entry_point_is_a_difference() {
    let desired = settings(&spec(CODE));
    let mut shown = desired.clone();
    shown.artifact.code.as_mut().unwrap().entry_point.reverse();
    assert_eq!(fields(&desired, &shown), ["artifact.code.entryPoint"]);
}

#[test]
fn another_source_at_the_same_place_is_a_difference() {
    let desired = settings(&small(&json!({ "filesystems": [{ "mountPath": "/mnt/data", "sessionStorage": {} }] })));
    let shown = settings(&small(&json!({
        "filesystems": [{ "mountPath": "/mnt/data", "capacityProviderVolume": { "volumeName": "data" } }],
    })));
    assert_eq!(fields(&desired, &shown), ["filesystems"]);
    assert_eq!(fields(&shown, &desired), ["filesystems"]);
}

#[test]
fn a_value_is_never_told() {
    let desired = settings(&small(&json!({ "env": [{ "name": "TOKEN", "value": "hunter2" }] })));
    let shown = settings(&small(&json!({ "env": [{ "name": "TOKEN", "value": "hunter1" }] })));
    assert_eq!(fields(&desired, &shown), ["env[TOKEN]"]);
    let told = format!("{:?}", plan(&desired, shown, true));
    assert!(!told.contains("hunter"), "{told}");
}

#[test]
fn what_others_added_is_no_drift_but_a_removal_is_sent() {
    let desired = settings(&small(&json!({})));
    let mut shown = settings(&spec(CONTAINER));
    shown.artifact = desired.artifact.clone();
    shown.execution_role = desired.execution_role.clone();
    shown.network = desired.network.clone();
    assert_eq!(fields(&desired, &shown), [""; 0]);
    let Plan::Update { change, fields, .. } = plan(&desired, shown, true) else { panic!("it must be sent") };
    assert_eq!(change, desired);
    assert!(fields.contains(&"description".to_owned()) && fields.contains(&"env[LOG_LEVEL]".to_owned()), "{fields:?}");
}

#[test]
fn what_is_asked_for_again_is_sent_although_nothing_differs() {
    let desired = settings(&small(&json!({})));
    let Plan::Update { fields, .. } = plan(&desired, desired.clone(), true) else { panic!("it must be sent") };
    assert_eq!(fields, [""; 0]);
}

#[test]
fn what_aws_keeps_is_named() {
    let desired = settings(&small(&json!({})));
    let authorizer: Authorizer = spec(CODE).authorizer.unwrap();
    let filesystems: Vec<Filesystem> = spec(CONTAINER).filesystems;
    let edits: Vec<(&str, AgentRuntimeSpec)> = vec![
        ("description", AgentRuntimeSpec { description: Some("old".to_owned()), ..desired.clone() }),
        ("authorizer", AgentRuntimeSpec { authorizer: Some(authorizer), ..desired.clone() }),
        (
            "requestHeaders",
            AgentRuntimeSpec {
                request_headers: Some(RequestHeaders { allowlist: vec!["X-Old".to_owned()] }),
                ..desired.clone()
            },
        ),
        ("filesystems", AgentRuntimeSpec { filesystems, ..desired.clone() }),
        ("allowedPorts", AgentRuntimeSpec { allowed_ports: spec(CONTAINER).allowed_ports, ..desired.clone() }),
        ("requireMMDSv2", AgentRuntimeSpec { require_mmds_v2: Some(true), ..desired.clone() }),
        ("capacityProviderArn", AgentRuntimeSpec { capacity_provider_arn: Some("arn".to_owned()), ..desired.clone() }),
        (
            "protocol",
            AgentRuntimeSpec {
                protocol: Some(Protocol { type_: ProtocolType::Mcp, port: None, path: None }),
                ..desired.clone()
            },
        ),
        (
            "lifecycle.idleSessionTimeoutSeconds",
            AgentRuntimeSpec {
                lifecycle: Some(Lifecycle { idle_session_timeout_seconds: Some(60), max_lifetime_seconds: None }),
                ..desired.clone()
            },
        ),
        (
            "lifecycle.maxLifetimeSeconds",
            AgentRuntimeSpec {
                lifecycle: Some(Lifecycle { idle_session_timeout_seconds: None, max_lifetime_seconds: Some(60_000) }),
                ..desired.clone()
            },
        ),
        ("env[OLD]", settings(&small(&json!({ "env": [{ "name": "OLD", "value": "" }] })))),
    ];
    for (field, shown) in edits {
        let expected = LeftOver { field: field.to_owned(), grave: field == "authorizer" };
        assert_eq!(RuntimeKind::left_over(&desired, &view(shown)), [expected]);
    }
    let all = settings(&spec(CONTAINER));
    assert_eq!(RuntimeKind::left_over(&all, &view(filled_in(all.clone()))), []);
}

#[test]
fn a_member_of_the_protocol_that_aws_keeps_is_named() {
    let desired = settings(&small(&json!({ "protocol": { "type": "MCP" } })));
    let shown = settings(&small(&json!({ "protocol": { "type": "MCP", "port": 8100, "path": "/tools" } })));
    let fields: Vec<String> =
        RuntimeKind::left_over(&desired, &view(shown)).into_iter().map(|left| left.field).collect();
    assert_eq!(fields, ["protocol.port", "protocol.path"]);
}
