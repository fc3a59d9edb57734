use agentcore_api::agent_runtime::AgentRuntimeSpec;
use agentcore_engine::{
    kind::{Facts, Kind, Resolved, View},
    known::Referent,
};

use super::{Endpoint, RuntimeKind, desired};

mod conversions;
mod environment;
mod planning;
mod statuses;

const CONTAINER: &str = include_str!("../../../tests/crds/objects/runtime-container.yaml");
const CODE: &str = include_str!("../../../tests/crds/objects/runtime-code.yaml");

/// The spec of an object.
fn spec(object: &str) -> AgentRuntimeSpec {
    let object: serde_json::Value = serde_saphyr::from_str(object).unwrap();
    serde_json::from_value(object["spec"].clone()).unwrap()
}

/// A spec with what must be in it, and these members.
fn small(more: &serde_json::Value) -> AgentRuntimeSpec {
    let mut spec = serde_json::json!({
        "artifact": { "container": { "image": "public.ecr.aws/team/agent:1" } },
        "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreSupport" },
    });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

/// What the references of the objects above lead to.
fn resolved() -> Resolved {
    let referent = |id: &str, name: &str| Referent {
        exists: true,
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
        state: Some("READY".to_owned()),
        usable: true,
        deleting: false,
    };
    let references = [
        (desired::memory("support"), referent("agents_support-ABCDEFGHIJ", "agents_support")),
        (desired::interpreter("support"), referent("agents_tools-ABCDEFGHIJ", "agents_tools")),
        (desired::interpreter("web"), referent("agents_web-ABCDEFGHIJ", "agents_web")),
    ];
    Resolved { region: "us-west-2".to_owned(), references: references.into() }
}

fn settings(spec: &AgentRuntimeSpec) -> AgentRuntimeSpec {
    RuntimeKind::settings(spec, &resolved()).unwrap()
}

/// A READY runtime whose version 3 is live.
fn view(settings: AgentRuntimeSpec) -> View<RuntimeKind> {
    let facts = Facts {
        id: "support-0123456789".to_owned(),
        state: "READY".to_owned(),
        version: Some("3".to_owned()),
        ..Facts::default()
    };
    View { facts, settings, more: Some(endpoint("READY", "3", "3")) }
}

fn endpoint(state: &str, live: &str, target: &str) -> Endpoint {
    let told = |version: &str| Some(version.to_owned()).filter(|version| !version.is_empty());
    Endpoint { state: state.to_owned(), live_version: told(live), target_version: told(target), ..Endpoint::default() }
}
