//! What a request costs does not grow with what there is besides.

use std::time::{Duration, Instant};

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::world::{ROLE, World, memory, runtime, with};

/// How much there is besides.
const MANY: usize = 3_000;
/// How many times as long a request may take then. Walking everything takes some twenty times as long.
const SLACK: u32 = 5;

/// How long the quickest of some runs of a request takes.
fn time(mut request: impl FnMut()) -> Duration {
    let one = || {
        let start = Instant::now();
        (0..10).for_each(|_| request());
        start.elapsed()
    };
    std::iter::repeat_with(one).take(20).min().unwrap()
}

#[track_caller]
fn compare(alone: Duration, crowded: Duration) {
    assert!(crowded < alone * SLACK, "{alone:?} alone, {crowded:?} in a crowd");
}

fn roomy() -> World {
    let mut settings = Settings::default();
    for quota in ["runtimes", "memories"] {
        settings.set(&format!("quotas.{quota}=100000")).unwrap();
    }
    World::with(settings)
}

#[test]
fn sessions_of_agents_and_of_tools() {
    let mut world = roomy();
    let agent = world.create_runtime("agent");
    let tool = world.create_interpreter("tool");
    let look = |world: &mut World| {
        time(|| {
            world.get("/code-interpreters/none-0123456789").bad(404, "ResourceNotFoundException");
        })
    };
    let alone = look(&mut world);
    let arn = format!("arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A123456789012%3Aruntime%2F{agent}");
    for _ in 0..MANY {
        world.rest("bedrock-agentcore", "POST", &format!("/runtimes/{arn}/invocations"), &json!({})).good(200);
        let path = format!("/code-interpreters/{tool}/sessions/start");
        world.rest("bedrock-agentcore", "PUT", &path, &json!({})).good(200);
    }
    compare(alone, look(&mut world));
}

#[test]
fn memories_with_something_in_them() {
    let mut world = roomy();
    let look = |world: &mut World| {
        time(|| {
            world.get("/code-interpreters/none-0123456789").bad(404, "ResourceNotFoundException");
        })
    };
    let alone = look(&mut world);
    let event = json!({"actorId": "a", "sessionId": "s", "eventTimestamp": 1, "payload": []});
    for number in 0..MANY {
        let id = world.create_memory(&format!("notes{number}"), &json!([]));
        world.rest("bedrock-agentcore", "POST", &format!("/memories/{id}/events"), &event).good(201);
    }
    compare(alone, look(&mut world));
}

#[test]
fn roles_that_are_checked() {
    let mut world = roomy();
    world.admin("POST", "reset", &json!({"keep": true, "switches": {"roles": "checked"}})).good(200);
    let refused = with(runtime("agent"), "roleArn", ROLE);
    let look = |world: &mut World| {
        time(|| {
            world.call("PUT", "/runtimes/", &refused).bad(400, "ValidationException");
        })
    };
    let alone = look(&mut world);
    for number in 0..MANY {
        world
            .call(
                "POST",
                "/memories/create",
                &with(memory(&format!("n{number}"), &json!([])), "memoryExecutionRoleArn", Value::Null),
            )
            .good(202);
    }
    compare(alone, look(&mut world));
}
