//! Never two resources for one object, and never somebody else's touched.

use std::time::Duration;

use agentcore_sim::{Settings, settings::Switches};
use serde_json::{Value, json};

use crate::support::world::{World, condition, message, runtime_spec};

/// A kind, the member of its spec that names the resource, a spec, and how somebody else creates such a resource.
fn kinds() -> [(&'static str, &'static str, Value, &'static str, &'static str, Value); 3] {
    let artifact =
        json!({ "containerConfiguration": { "containerUri": "123456789012.dkr.ecr.us-west-2.amazonaws.com/x:1" } });
    [
        (
            "AgentMemory",
            "memoryName",
            json!({ "deletionPolicy": "Delete" }),
            "POST",
            "/memories/create",
            json!({
                "name": "theirs", "eventExpiryDuration": 90, "clientToken": "theirs-theirs-theirs-theirs-theirs",
            }),
        ),
        (
            "CodeInterpreter",
            "codeInterpreterName",
            json!({}),
            "PUT",
            "/code-interpreters",
            json!({
                "name": "theirs", "networkConfiguration": { "networkMode": "PUBLIC" },
            }),
        ),
        (
            "AgentRuntime",
            "runtimeName",
            runtime_spec(),
            "PUT",
            "/runtimes",
            json!({
                "agentRuntimeName": "theirs", "agentRuntimeArtifact": artifact,
                "roleArn": "arn:aws:iam::123456789012:role/Theirs", "networkConfiguration": { "networkMode": "PUBLIC" },
            }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_a_stranger_holds_is_told_and_left_to_it() {
    let world = World::new("stranger").await;
    for (_, _, _, method, path, body) in kinds() {
        world.foreign(method, path, &body);
    }
    let theirs = world.resources();
    assert_eq!(theirs.len(), 3);
    let mut objects = Vec::new();
    for (kind, field, mut spec, ..) in kinds() {
        spec[field] = json!("theirs");
        objects.push((world.create(kind, "ours", spec).await, field));
    }
    for (object, field) in &objects {
        let stalled = world.condition(object, "Stalled", "True", "NotOwned").await;
        let told = message(&stalled, "Stalled");
        let id = &theirs
            .iter()
            .find(|item| object["kind"].as_str().unwrap().contains(&format!("{:?}", item.kind)))
            .unwrap()
            .id;
        for part in ["theirs", id, &format!("spec.{field}"), "Nothing was changed"] {
            assert!(told.contains(part), "{part} is not in: {told}");
        }
    }
    assert_eq!(world.resources(), theirs);

    // One object goes by, which leaves it alone too; the others take another name.
    let (gone, others) = objects.split_first().unwrap();
    world.delete(&gone.0).await;
    world.gone(&gone.0).await;
    assert_eq!(world.resources(), theirs);
    for (object, field) in others {
        world.edit(object, json!({ *field: "ours" })).await;
        let ready = world.ready(object).await;
        assert_eq!(ready["status"]["name"], "ours");
        assert!(condition(&ready, "Stalled").is_null(), "{ready:#}");
    }
    let now = world.resources();
    assert!(theirs.iter().all(|item| now.contains(item)), "{now:#?}");
    assert_eq!(now.len(), 5);
}

/// The request had its effect, and the answer never came. In a world without client tokens, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_makes_no_second_resource() {
    for token_lifetime_seconds in [86_400, 0] {
        let switches = Switches { token_lifetime_seconds, ..Switches::default() };
        let settings = Settings { switches, ..Settings::default() };
        let world = World::with("lost-answer", settings, |setup| setup).await;
        let mut objects = Vec::new();
        for (kind, _, spec, ..) in kinds() {
            let operation = format!("Create{}", kind.trim_start_matches("Agent").replace("Runtime", "AgentRuntime"));
            world.fault(json!({ "operation": operation, "fault": { "reset": "after" } }));
            objects.push(world.create(kind, "lost", spec).await);
        }
        for object in &objects {
            world.ready(object).await;
        }
        assert_eq!(world.resources().len(), 3, "{:#?}", world.resources());
        for object in &objects {
            let status = world.now(object).await["status"].clone();
            assert_eq!(status["id"], world.resource(status["name"].as_str().unwrap()).id);
        }
    }
}

/// The answer comes when nobody waits for it any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_makes_no_second_resource() {
    let world = World::new("late-answer").await;
    world.fault(json!({ "operation": "CreateCodeInterpreter", "fault": { "delayMs": 40_000 } }));
    let interpreter = world.create("CodeInterpreter", "late", json!({})).await;
    let waiting = world.condition(&interpreter, "Ready", "False", "AwsUnavailable").await;
    assert!(message(&waiting, "Ready").contains("CreateCodeInterpreter"), "{waiting:#}");
    world.ready(&interpreter).await;
    assert_eq!(world.resources().len(), 1, "{:#?}", world.resources());
}

/// Reads of what is being created may be late, lists even later; that is no reason to create it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_aws_does_not_show_yet_is_not_created_again() {
    let switches = Switches { read_lag_ms: Some(4000), list_lag_ms: Some(8000), ..Switches::default() };
    let world = World::with("lag", Settings { switches, ..Settings::default() }, |setup| setup).await;
    let mut objects = Vec::new();
    for (kind, _, spec, ..) in kinds() {
        objects.push(world.create(kind, "lagging", spec).await);
    }
    for object in &objects {
        let found = world.within(Duration::from_secs(30), object, "Ready", crate::support::world::is_ready).await;
        assert!(found["status"]["id"].is_string());
    }
    assert_eq!(world.writes().len(), 3, "{:?}", world.calls());
}
