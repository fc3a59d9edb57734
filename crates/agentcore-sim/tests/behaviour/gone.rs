//! What is told about something that is gone.

use serde_json::{Value, json};

use crate::world::World;

#[test]
fn an_interpreter_can_be_seen_deleted() {
    let mut world = World::switched(&["gone=deleted"]);
    let id = world.create_interpreter("tool");
    let path = format!("/code-interpreters/{id}");
    world.call("DELETE", &path, &Value::Null).good(202);
    assert_eq!(world.get(&path).good(200).text("status"), "DELETED");
    world.call("DELETE", &path, &Value::Null).bad(404, "ResourceNotFoundException");
    assert_eq!(
        world.call("POST", "/code-interpreters?type=CUSTOM", &Value::Null).at("codeInterpreterSummaries"),
        &json!([])
    );
    // Its name is free.
    world.create_interpreter("tool");
    let memory = world.create_memory("notes", &json!([]));
    world.call("DELETE", &format!("/memories/{memory}/delete"), &Value::Null).good(202);
    world.get(&format!("/memories/{memory}/details")).bad(404, "ResourceNotFoundException");
}

#[test]
fn access_can_be_denied_instead() {
    let mut world = World::switched(&["gone=access-denied"]);
    let denied = world.get("/runtimes/agent-0123456789/").bad(403, "AccessDeniedException");
    assert!(denied.text("message").contains("is not authorized to perform: bedrock-agentcore:GetAgentRuntime"));
    world.call("DELETE", "/memories/notes-0123456789/delete", &Value::Null).bad(403, "AccessDeniedException");
    let id = world.create_runtime("agent");
    let denied = world.get(&format!("/runtimes/{id}/runtime-endpoints/none/")).bad(403, "AccessDeniedException");
    assert!(denied.text("message").ends_with("was not found"));
}
