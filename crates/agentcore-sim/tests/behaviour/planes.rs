//! The control plane and the data plane have one signing name: the path tells them apart.

use serde_json::{Value, json};

use crate::world::World;

#[test]
fn what_is_missing_is_named_by_its_plane() {
    let mut world = World::new();
    for (method, path, operation, service) in [
        (
            "POST",
            "/code-interpreters/aws.codeinterpreter.v1/tools/invoke",
            "InvokeCodeInterpreter",
            "bedrock-agentcore",
        ),
        ("POST", "/runtimes/agent-0123456789/commands", "InvokeAgentRuntimeCommand", "bedrock-agentcore"),
        ("POST", "/memories/notes-0123456789/ingest", "IngestData", "bedrock-agentcore"),
        ("POST", "/identities/GetWorkloadAccessToken", "GetWorkloadAccessToken", "bedrock-agentcore"),
        ("GET", "/registries/abc", "GetRegistry", "bedrock-agentcore-control"),
        ("POST", "/identities/GetTokenVault", "", "bedrock-agentcore"),
        ("POST", "/identities/get-token-vault", "GetTokenVault", "bedrock-agentcore-control"),
    ] {
        let answer = world.call(method, path, &json!({})).bad(501, "NotImplemented");
        let message = answer.text("message");
        let wanted = if operation.is_empty() {
            format!("{service} has no operation at {method} {path}")
        } else {
            format!("The operation {operation} of {service} is not simulated")
        };
        assert_eq!(message, wanted);
        let last = world.sim.journal().last().unwrap();
        assert_eq!(last.service, service, "{path}");
    }
}

#[test]
fn what_is_there_is_in_the_journal_by_its_plane() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    world.call("POST", &format!("/memories/{id}/actors"), &json!({})).good(200);
    world.call("POST", "/memories/", &Value::Null).good(200);
    let services: Vec<_> = world.sim.journal().map(|entry| entry.service.clone()).collect();
    assert_eq!(services, ["bedrock-agentcore-control", "bedrock-agentcore", "bedrock-agentcore-control"]);
}
