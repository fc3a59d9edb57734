//! What AWS still shows although the spec has it no longer.

use agentcore_api::agent_runtime::AgentRuntimeSpec;
use agentcore_engine::kind::LeftOver;

use super::normal;

/// What AWS still shows although the desired state has none of it.
///
/// Not `platformVersion`: AWS chooses one where there is none, so what it shows can't be told from what was left. Nor
/// `artifact.code.s3.versionId` and the like, for the same reason.
pub(super) fn left_over(desired: &AgentRuntimeSpec, shown: &AgentRuntimeSpec) -> Vec<LeftOver> {
    let gone = |wanted: bool, present: bool| !wanted && present;
    let mut fields: Vec<String> = [
        ("description", gone(desired.description.is_some(), shown.description.is_some())),
        ("authorizer", gone(desired.authorizer.is_some(), shown.authorizer.is_some())),
        ("requestHeaders", gone(desired.request_headers.is_some(), shown.request_headers.is_some())),
        ("filesystems", gone(!desired.filesystems.is_empty(), !shown.filesystems.is_empty())),
        ("allowedPorts", gone(!desired.allowed_ports.is_empty(), !shown.allowed_ports.is_empty())),
        ("requireMMDSv2", gone(desired.require_mmds_v2.is_some(), shown.require_mmds_v2 == Some(true))),
        ("capacityProviderArn", gone(desired.capacity_provider_arn.is_some(), shown.capacity_provider_arn.is_some())),
    ]
    .into_iter()
    .filter(|(_, left)| *left)
    .map(|(field, _)| field.to_owned())
    .collect();
    fields.extend(protocol(desired, shown).into_iter().map(str::to_owned));
    fields.extend(lifecycle(desired, shown).into_iter().map(str::to_owned));
    let wanted = |name: &str| desired.env.iter().any(|variable| variable.name == name);
    fields.extend(shown.env.iter().filter(|one| !wanted(&one.name)).map(|one| format!("env[{}]", one.name)));
    // Who may invoke the agent is not left as AWS has it without a word.
    fields.into_iter().map(|field| LeftOver { grave: field == "authorizer", field }).collect()
}

/// What the spec leaves to AWS and AWS does not choose by itself.
fn protocol(desired: &AgentRuntimeSpec, shown: &AgentRuntimeSpec) -> Vec<&'static str> {
    let shown = normal::protocol(shown.protocol.as_ref());
    let Some(wanted) = &desired.protocol else {
        return if shown == normal::protocol(None) { Vec::new() } else { vec!["protocol"] };
    };
    let by_itself =
        normal::protocol(Some(&agentcore_api::agent_runtime::Protocol { type_: wanted.type_, port: None, path: None }));
    let left = [
        ("protocol.port", wanted.port.is_none() && shown.port != by_itself.port),
        ("protocol.path", wanted.path.is_none() && shown.path != by_itself.path),
    ];
    left.into_iter().filter_map(|(field, left)| left.then_some(field)).collect()
}

fn lifecycle(desired: &AgentRuntimeSpec, shown: &AgentRuntimeSpec) -> Vec<&'static str> {
    let wanted = desired.lifecycle.clone().unwrap_or_default();
    let by_itself = normal::lifecycle(Some(&wanted));
    let shown = normal::lifecycle(shown.lifecycle.as_ref());
    let left = [
        (
            "lifecycle.idleSessionTimeoutSeconds",
            wanted.idle_session_timeout_seconds.is_none()
                && shown.idle_session_timeout_seconds != by_itself.idle_session_timeout_seconds,
        ),
        (
            "lifecycle.maxLifetimeSeconds",
            wanted.max_lifetime_seconds.is_none() && shown.max_lifetime_seconds != by_itself.max_lifetime_seconds,
        ),
    ];
    left.into_iter().filter_map(|(field, left)| left.then_some(field)).collect()
}
