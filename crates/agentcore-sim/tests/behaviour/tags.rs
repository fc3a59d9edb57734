//! Tags.

use serde_json::{Map, Value, json};

use crate::world::{World, runtime, with};

fn path(arn: &str) -> String {
    format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"))
}

#[test]
fn tags_are_merged_and_taken_away() {
    let mut world = World::new();
    let body = with(runtime("agent"), "tags", json!({"a": "1", "b": "2"}));
    let arn = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeArn");
    world.call("POST", &path(&arn), &json!({"tags": {"b": "3", "c": "4"}})).good(204);
    world.call("DELETE", &format!("{}?tagKeys=a&tagKeys=none", path(&arn)), &Value::Null).good(204);
    assert_eq!(world.get(&path(&arn)).good(200).at("tags"), &json!({"b": "3", "c": "4"}));
}

#[test]
fn there_are_fifty_at_most() {
    let mut world = World::new();
    let id = world.create_interpreter("tool");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:code-interpreter-custom/{id}");
    let tags = |from: usize, to: usize| -> Map<String, Value> {
        (from..to).map(|at| (format!("key{at}"), json!("value"))).collect()
    };
    world.call("POST", &path(&arn), &json!({"tags": tags(0, 51)})).bad(400, "ValidationException");
    world.call("POST", &path(&arn), &json!({"tags": tags(0, 50)})).good(204);
    world.call("POST", &path(&arn), &json!({"tags": tags(50, 51)})).bad(402, "ServiceQuotaExceededException");
    world.call("POST", &path(&arn), &json!({"tags": {"bad!": ""}})).bad(400, "ValidationException");
}

#[test]
fn those_of_memories_are_served_or_refused() {
    for (switch, status) in [("memoryTags=served", 200), ("memoryTags=refused", 400)] {
        let mut world = World::switched(&[switch]);
        let id = world.create_memory("notes", &json!([]));
        let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:memory/{id}");
        world.get(&path(&arn)).good(status);
    }
}

#[test]
fn what_is_not_there_has_none() {
    let mut world = World::new();
    let arn = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-0123456789";
    world.get(&path(arn)).bad(404, "ResourceNotFoundException");
    let foreign = "arn:aws:bedrock-agentcore:us-east-1:210987654321:runtime/agent-0123456789";
    world.get(&path(foreign)).bad(403, "AccessDeniedException");
    world.get(&path("nonsense")).bad(400, "ValidationException");
}
