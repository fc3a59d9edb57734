use agentcore_api::{agent_runtime::AgentRuntimeStatus, status::PartRecord, status::Reason};
use agentcore_engine::kind::{Kind, Serving, State};
use serde_json::json;

use super::{endpoint, settings, small, view};
use crate::kinds::agent_runtime::{Endpoint, RuntimeKind};

fn serving(endpoint: Option<Endpoint>) -> Serving {
    let mut view = view(settings(&small(&json!({}))));
    view.more = endpoint;
    RuntimeKind::serving(&view)
}

#[test]
fn it_serves_when_the_newest_version_is_live() {
    assert_eq!(serving(Some(endpoint("READY", "3", "3"))), Serving::Yes);
    assert_eq!(serving(Some(endpoint("READY", "3", ""))), Serving::Yes);
}

#[test]
fn it_serves_later_while_another_version_is_live() {
    let not_yet = |endpoint| match serving(endpoint) {
        Serving::NotYet(message) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(not_yet(None), "the endpoint DEFAULT is not there yet: version 3 follows");
    assert_eq!(
        not_yet(Some(endpoint("READY", "2", "2"))),
        "the endpoint DEFAULT is READY: version 2 is live, version 3 follows"
    );
    assert_eq!(
        not_yet(Some(endpoint("UPDATING", "2", "3"))),
        "the endpoint DEFAULT is UPDATING: version 2 is live, version 3 follows"
    );
    assert_eq!(
        not_yet(Some(endpoint("CREATING", "", "3"))),
        "the endpoint DEFAULT is CREATING: no version is live, version 3 follows"
    );
    // The failure of the version before.
    not_yet(Some(endpoint("UPDATE_FAILED", "1", "2")));
}

#[test]
fn it_does_not_serve_when_the_endpoint_failed() {
    for state in ["CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"] {
        let mut failed = endpoint(state, "2", "3");
        failed.failure_reason = Some("The image can't be pulled.".to_owned());
        let Serving::Failed(blocked) = serving(Some(failed)) else { panic!("{state}") };
        assert_eq!(blocked.reason, Reason::UpdateFailed);
        assert!(
            blocked.message.contains(state) && blocked.message.contains("version 3: The image can't be pulled. Cor")
        );
    }
}

#[test]
fn states() {
    let of = |word: &str| {
        let mut view = view(settings(&small(&json!({}))));
        word.clone_into(&mut view.facts.state);
        RuntimeKind::state(&view)
    };
    assert_eq!(of("CREATING"), State::Creating);
    assert_eq!(of("READY"), State::Good);
    assert_eq!(of("CREATE_FAILED"), State::CreateFailed);
    assert_eq!(of("UPDATING"), State::Updating);
    assert_eq!(of("UPDATE_FAILED"), State::UpdateFailed);
    assert_eq!(of("DELETING"), State::Deleting);
    assert_eq!(of("DELETE_FAILED"), State::DeleteFailed);
    assert_eq!(of("PAUSED"), State::Unknown);
}

#[test]
fn the_status_tells_the_versions() {
    let mut view = view(settings(&small(&json!({}))));
    let record = PartRecord::default();
    let mut status = AgentRuntimeStatus::default();
    assert_eq!(RuntimeKind::message(&view), "READY: version 3 is live");
    RuntimeKind::describe(Some(&view), &record, &mut status);
    assert_eq!(status.version.as_deref(), Some("3"));
    let told = status.default_endpoint.clone().unwrap();
    assert_eq!((told.state.as_deref(), told.live_version.as_deref()), (Some("READY"), Some("3")));
    // While the runtime changes nobody asks for the endpoint, and it serves on.
    view.facts.state = "UPDATING".to_owned();
    view.facts.version = Some("4".to_owned());
    view.more = None;
    RuntimeKind::describe(Some(&view), &record, &mut status);
    assert_eq!(status.version.as_deref(), Some("4"));
    assert_eq!(status.default_endpoint, Some(told.clone()));
    view.facts.state = "READY".to_owned();
    // An endpoint that could not be read goes on as it was, and nobody knows whether it serves.
    let fault = agentcore_engine::fault::Fault::too_late("GetAgentRuntimeEndpoint");
    view.more = Some(super::super::Endpoint { unread: Some(fault.clone()), ..Default::default() });
    RuntimeKind::describe(Some(&view), &record, &mut status);
    assert_eq!(status.default_endpoint, Some(told));
    assert_eq!(RuntimeKind::serving(&view), agentcore_engine::kind::Serving::Unknown(fault));
    view.more = None;
    RuntimeKind::describe(Some(&view), &record, &mut status);
    assert_eq!(status.default_endpoint, None, "AWS has none");
    RuntimeKind::describe(None, &record, &mut status);
    assert_eq!(status, AgentRuntimeStatus::default());
}
