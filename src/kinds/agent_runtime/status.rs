//! What AWS's states mean, whether the runtime serves, and what the status says of it.

use agentcore_api::{
    agent_runtime::{AgentRuntimeStatus, DefaultEndpointStatus},
    status::Reason,
};
use agentcore_engine::kind::{Blocked, Serving, State, View};

use super::{Endpoint, RuntimeKind};

/// What AWS's word for the state means.
pub(super) fn state(word: &str) -> State {
    match word {
        "CREATING" => State::Creating,
        "READY" => State::Good,
        "CREATE_FAILED" => State::CreateFailed,
        "UPDATING" => State::Updating,
        "UPDATE_FAILED" => State::UpdateFailed,
        "DELETING" => State::Deleting,
        "DELETE_FAILED" => State::DeleteFailed,
        _ => State::Unknown,
    }
}

/// Whether the endpoint DEFAULT is live on the newest version.
pub(super) fn serving(view: &View<RuntimeKind>) -> Serving {
    let newest = view.facts.version.as_deref();
    let follows = newest.unwrap_or("the newest");
    let Some(endpoint) = &view.more else {
        return Serving::NotYet(format!("the endpoint DEFAULT is not there yet: version {follows} follows"));
    };
    if let Some(fault) = &endpoint.unread {
        return Serving::Unknown(fault.clone());
    }
    if newest.is_some() && endpoint.state == "READY" && endpoint.live_version.as_deref() == newest {
        return Serving::Yes;
    }
    // A failure on the way to an older version says nothing of this one.
    let of_this = endpoint.target_version.is_none() || endpoint.target_version.as_deref() == newest;
    if endpoint.state.ends_with("_FAILED") && of_this {
        return Serving::Failed(failed(endpoint, follows));
    }
    let live = endpoint
        .live_version
        .as_deref()
        .map_or_else(|| "no version is live".to_owned(), |live| format!("version {live} is live"));
    Serving::NotYet(format!("the endpoint DEFAULT is {}: {live}, version {follows} follows", endpoint.state))
}

/// Whether nothing more is to be expected of the endpoint DEFAULT of a runtime of this version, or nothing is known.
pub(super) fn has_settled(endpoint: &Endpoint, version: Option<&str>) -> bool {
    let serves = endpoint.state == "READY" && endpoint.live_version.as_deref() == version;
    let of_this = endpoint.target_version.is_none() || endpoint.target_version.as_deref() == version;
    serves || (endpoint.state.ends_with("_FAILED") && of_this) || endpoint.unread.is_some()
}

fn failed(endpoint: &Endpoint, version: &str) -> Blocked {
    let reason = endpoint.failure_reason.as_deref().unwrap_or_default().trim().trim_end_matches('.');
    let reason = if reason.is_empty() { "AWS gives no reason" } else { reason };
    Blocked {
        reason: Reason::UpdateFailed,
        message: format!(
            "the endpoint DEFAULT is {} and does not serve version {version}: {reason}. Correct the spec, or set the \
             annotation agentcore-operator.github.io/redeployAt to make another version of the same spec",
            endpoint.state
        ),
    }
}

/// What served before an update that failed.
pub(super) fn still_serves(status: &AgentRuntimeStatus) -> Option<String> {
    let live = status.default_endpoint.as_ref()?.live_version.as_ref()?;
    Some(format!("The endpoint DEFAULT had version {live} live before it"))
}

/// The message of a Ready object.
pub(super) fn message(view: &View<RuntimeKind>) -> String {
    let live = view.more.as_ref().and_then(|endpoint| endpoint.live_version.as_deref());
    let version = live.or(view.facts.version.as_deref()).unwrap_or("unknown");
    format!("{}: version {version} is live", view.facts.state)
}

/// Fills in the version and the endpoint DEFAULT.
pub(super) fn describe(view: Option<&View<RuntimeKind>>, status: &mut AgentRuntimeStatus) {
    let Some(view) = view else {
        status.version = None;
        status.default_endpoint = None;
        return;
    };
    status.version.clone_from(&view.facts.version);
    match &view.more {
        Some(endpoint) if endpoint.unread.is_none() => {
            status.default_endpoint = Some(DefaultEndpointStatus {
                state: Some(endpoint.state.chars().take(64).collect()),
                live_version: endpoint.live_version.clone(),
                target_version: endpoint.target_version.clone(),
            });
        }
        None if state(&view.facts.state) == State::Good => status.default_endpoint = None,
        // The endpoint was not asked for, or not read: while the runtime changes, it goes on as it was.
        Some(_) | None => {}
    }
}
