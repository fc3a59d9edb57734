//! Which version of which runtime a request is for.

use serde_json::{Map, Value};

use super::super::place::id_of;
use crate::caller::has_token;
use crate::failure::Failure;
use crate::services::Call;
use crate::services::control::DEFAULT_ENDPOINT;
use crate::shape::{Shape, pattern};
use crate::store::{Kind, Resource};

static ACCOUNT: Shape = pattern(12, 12, "[0-9]{12}");

/// What an endpoint serves.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) runtime_id: String,
    pub(super) runtime_arn: String,
    pub(super) runtime_name: String,
    pub(super) endpoint_arn: String,
    pub(super) qualifier: String,
    pub(super) version: String,
    /// The settings of that version.
    pub(super) body: Map<String, Value>,
}

impl Target {
    /// A number in the settings of the version.
    pub(super) fn seconds(&self, name: &str) -> Option<u64> {
        self.body.get("lifecycleConfiguration").and_then(|lifecycle| lifecycle.get(name)).and_then(Value::as_u64)
    }

    /// The protocol that the agent speaks.
    pub(super) fn protocol(&self) -> &str {
        let configuration = self.body.get("protocolConfiguration");
        configuration.and_then(|one| one.get("serverProtocol")).and_then(Value::as_str).unwrap_or("HTTP")
    }
}

/// The runtime and the endpoint in a request, and the version that is live there.
///
/// Whoever signs is not let in where the authorizer wants tokens, and the other way round.
pub(super) fn target(call: &Call<'_>) -> Result<Target, Failure> {
    let runtime_id = runtime_id(call)?;
    let qualifier = call.params.query("qualifier").filter(|name| !name.is_empty()).unwrap_or(DEFAULT_ENDPOINT);
    let runtime_arn = call.arn(Kind::AgentRuntime, &runtime_id);
    call.check_exists(&runtime_arn)?;
    let endpoint_arn = call.arn(Kind::AgentRuntimeEndpoint, &format!("{runtime_id}/{qualifier}"));
    call.check_exists(&endpoint_arn)?;
    let (Some(runtime), Some(endpoint)) = (call.store.get(&runtime_arn), call.store.get(&endpoint_arn)) else {
        return Err(call.gone(&runtime_arn));
    };
    let version = live(runtime, endpoint)?;
    let body = runtime.versions.iter().find(|known| known.number.to_string() == version);
    let body = body.map_or_else(|| runtime.body.clone(), |known| known.body.clone());
    let with_tokens = body.get("authorizerConfiguration").and_then(|one| one.get("customJWTAuthorizer")).is_some();
    if with_tokens != has_token(&call.params.headers) {
        let (wanted, given) =
            if with_tokens { ("a bearer token", "a signature") } else { ("a signature", "a bearer token") };
        let message = format!("Agent runtime '{runtime_id}' must be called with {wanted}, not with {given}");
        return Err(Failure::Denied(message));
    }
    Ok(Target {
        runtime_name: runtime.name.clone(),
        qualifier: qualifier.to_owned(),
        version,
        body,
        runtime_id,
        runtime_arn,
        endpoint_arn,
    })
}

/// The runtime in the path: an ARN, or an id together with the account.
fn runtime_id(call: &Call<'_>) -> Result<String, Failure> {
    let given = call.params.label("agentRuntimeArn");
    let account = call.params.query("accountId");
    if let Some(account) = account {
        ACCOUNT.accept_text("accountId", account)?;
    }
    if given.starts_with("arn:") {
        return id_of(call, "agentRuntimeArn", given, Kind::AgentRuntime);
    }
    let Some(account) = account else {
        let message = "agentRuntimeArn must be an ARN, or an id together with accountId";
        return Err(Failure::field("agentRuntimeArn", message));
    };
    if account != call.caller.account {
        return Err(call.denied(given));
    }
    Ok(given.to_owned())
}

/// The version that an endpoint serves. One that is live goes on being so while its runtime is updated.
fn live(runtime: &Resource, endpoint: &Resource) -> Result<String, Failure> {
    for resource in [runtime, endpoint] {
        if matches!(resource.status.as_str(), "CREATING" | "DELETING") {
            return Err(Failure::coded("RetryableConflictException", 409, state_of(resource)));
        }
    }
    let version = endpoint.body.get("liveVersion").and_then(Value::as_str);
    if runtime.status == "CREATE_FAILED" || version.is_none() {
        let bad = if runtime.status == "CREATE_FAILED" { runtime } else { endpoint };
        return Err(Failure::coded("RuntimeClientError", 424, state_of(bad)));
    }
    Ok(version.unwrap_or_default().to_owned())
}

fn state_of(resource: &Resource) -> String {
    let (noun, name, status) = (resource.kind.noun(), &resource.name, &resource.status);
    format!("{noun} '{name}' is in state {status} and serves no version")
}
