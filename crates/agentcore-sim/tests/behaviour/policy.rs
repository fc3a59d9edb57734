//! Policies of resources.

use serde_json::{Value, json};

use crate::world::World;

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"},
    "Action": "bedrock-agentcore:*", "Resource": "*"}}"#;

fn path(arn: &str) -> String {
    format!("/resourcepolicy/{}", arn.replace(':', "%3A").replace('/', "%2F"))
}

fn arn(place: &str) -> String {
    format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:{place}")
}

#[test]
fn runtimes_endpoints_and_gateways_can_have_one() {
    let mut world = World::new();
    let runtime = world.create_runtime("agent");
    let gateway = world.create_gateway("tools");
    let policy = json!({"policy": POLICY});
    for place in [
        format!("runtime/{runtime}"),
        format!("runtime/{runtime}/runtime-endpoint/DEFAULT"),
        format!("gateway/{gateway}"),
    ] {
        let path = path(&arn(&place));
        assert_eq!(world.get(&path).good(200).body, json!({}));
        assert_eq!(world.call("PUT", &path, &policy).good(201).body, policy, "{place}");
        assert_eq!(world.get(&path).good(200).body, policy);
        world.call("DELETE", &path, &Value::Null).good(204);
        assert_eq!(world.get(&path).good(200).body, json!({}));
    }
    let path = path(&arn(&format!("gateway/{gateway}")));
    world.call("PUT", &path, &policy).good(201);
    let shown = world.admin("GET", "inventory", &Value::Null);
    assert_eq!(shown.at("resources/0/policy"), &policy["policy"]);
}

#[test]
fn others_cannot() {
    let mut world = World::new();
    let policy = json!({"policy": POLICY});
    let memory = world.create_memory("notes", &json!([]));
    world.call("PUT", &path(&arn(&format!("memory/{memory}"))), &policy).bad(400, "ValidationException");
    world.get(&path(&arn("gateway/none-0123456789"))).bad(404, "ResourceNotFoundException");
    world.get(&path("short")).bad(400, "ValidationException");
    let foreign = "arn:aws:bedrock-agentcore:us-east-1:210987654321:gateway/none-0123456789";
    world.get(&path(foreign)).bad(403, "AccessDeniedException");
    let gateway = arn(&format!("gateway/{}", world.create_gateway("tools")));
    for bad in [json!({}), json!({"policy": ""}), json!({"policy": "no json"}), json!({"policy": "{}"})] {
        world.call("PUT", &path(&gateway), &bad).bad(400, "ValidationException");
    }
}
