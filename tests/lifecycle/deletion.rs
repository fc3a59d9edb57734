//! Deletion: nothing is left in AWS, nothing is let go of too early, and nothing blocks it.

use std::time::{Duration, Instant};

use agentcore_sim::Settings;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{
    cluster::{cluster, ok},
    world::{World, condition, message, object, quickstart, runtime_spec},
};

const GROUP: &str = "agentcore-operator.github.io";

/// How long an object may outlive its resource: the next look at it, and two reads a second apart.
const AFTER_AWS: Duration = Duration::from_secs(15);

/// One object of each kind that AWS deletes with it.
fn one_of_each() -> [Value; 3] {
    [
        object("AgentMemory", "one", &json!({ "deletionPolicy": "Delete" })),
        object("CodeInterpreter", "one", &json!({})),
        object("AgentRuntime", "one", &runtime_spec()),
    ]
}

fn realistic(speed: f64) -> Settings {
    Settings { speed, ..Settings::realistic() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_goes_soon_after_its_resource_and_never_before() {
    let world = World::with("delete", realistic(4.0), |setup| setup).await;
    let objects = one_of_each();
    for object in &objects {
        world.objects.create(object).await.unwrap();
    }
    for object in &objects {
        world.ready(object).await;
    }
    for object in &objects {
        world.delete(object).await;
    }
    let mut gone_in_aws = [None; 3];
    let mut deleting = [false; 3];
    let mut left = 3;
    while left > 0 {
        sleep(Duration::from_millis(50)).await;
        left = 0;
        for (index, object) in objects.iter().enumerate() {
            let kind = object["kind"].as_str().unwrap();
            let found = world.objects.find(object).await;
            // Looked at after the object: what is there now was there when the object was read.
            let there = world
                .resources()
                .iter()
                .any(|item| item.tags.get("agentcore-operator/kind").map(String::as_str) == Some(kind));
            let Some(found) = found else {
                assert!(!there, "{kind}: let go while AWS still has it");
                continue;
            };
            left += 1;
            if there {
                assert_eq!(found["metadata"]["finalizers"], json!([format!("{GROUP}/cleanup")]), "{kind}");
                deleting[index] |= found["status"]["state"] == "DELETING";
            } else {
                let since = *gone_in_aws[index].get_or_insert_with(Instant::now);
                assert!(since.elapsed() < AFTER_AWS, "{kind} outlives its resource: {:#}", found["status"]);
            }
        }
    }
    assert_eq!(deleting, [true; 3], "the state DELETING was shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_reference_does_not_block_it() {
    let world = World::new("delete-missing").await;
    let mut spec = runtime_spec();
    spec["memoryRef"] = json!({ "name": "support" });
    let never = world.create("AgentRuntime", "never", spec.clone()).await;
    world.condition(&never, "Ready", "False", "DependencyNotReady").await;
    world.delete(&never).await;
    world.gone(&never).await;
    assert_eq!(world.writes(), [""; 0]);

    let memory = world.create("AgentMemory", "support", json!({ "deletionPolicy": "Delete" })).await;
    let runtime = world.create("AgentRuntime", "once", spec).await;
    world.ready(&runtime).await;
    world.annotate(&memory, &format!("{GROUP}/allow-delete-in-use"), "true").await;
    world.delete(&memory).await;
    world.gone(&memory).await;
    world.delete(&runtime).await;
    world.gone(&runtime).await;
    assert_eq!(world.resources(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_that_is_being_created_goes_once_aws_lets_it() {
    let world = World::with("delete-creating", realistic(4.0), |setup| setup).await;
    for object in one_of_each() {
        world.objects.create(&object).await.unwrap();
        world.until(&object, "CREATING", |object| object["status"]["state"] == "CREATING").await;
        world.delete(&object).await;
        world
            .until(&object, "gone or told why not", |object| {
                object.is_null() || message(object, "Ready").contains("transitional state")
            })
            .await;
        world.gone(&object).await;
    }
    assert_eq!(world.resources(), []);
    let refused = world.calls().iter().filter(|call| call.starts_with("Delete") && call.ends_with("Conflict")).count();
    assert!(refused < 30, "a delete that AWS refuses is not sent in a hot loop: {:?}", world.calls());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_that_vanished_does_not_block_it() {
    let world = World::new("delete-vanished").await;
    for object in one_of_each() {
        world.objects.create(&object).await.unwrap();
        let ready = world.ready(&object).await;
        let kind = if object["kind"] == "AgentMemory" { json!("Memory") } else { object["kind"].clone() };
        world.mutate(json!({ "action": "delete", "type": kind, "id": ready["status"]["id"] }));
        world.delete(&object).await;
        world.within(AFTER_AWS, &object, "gone", Value::is_null).await;
    }
}

/// At each of the first moments of an object's life; and gone seconds later, not minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_young_object_goes_within_seconds() {
    let world = World::new("delete-young").await;
    let mut all = Vec::new();
    for (number, age) in [0, 20, 60, 120, 250, 500, 1000, 2000].into_iter().enumerate() {
        let spec = json!({ "deletionPolicy": "Delete" });
        for kind in ["AgentMemory", "CodeInterpreter"] {
            let object = world.create(kind, &format!("young-{number}"), spec.clone()).await;
            sleep(Duration::from_millis(age)).await;
            world.delete(&object).await;
            all.push(object);
        }
    }
    for object in &all {
        world.within(AFTER_AWS, object, "gone", Value::is_null).await;
    }
    world.nothing_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retain_leaves_it_and_names_what_remains() {
    let world = World::new("retain").await;
    let memory = world.create("AgentMemory", "kept", json!({})).await;
    let interpreter = world.create("CodeInterpreter", "kept", json!({ "deletionPolicy": "Retain" })).await;
    for object in [&memory, &interpreter] {
        let ready = world.ready(object).await;
        assert_eq!(ready["status"]["deletionPolicy"], "Retain");
        let arn = ready["status"]["arn"].as_str().unwrap().to_owned();
        let before = world.resources();
        world.delete(object).await;
        world.gone(object).await;
        assert_eq!(world.resources(), before);
        let events = world.events(object);
        let told =
            |event: &String| event.starts_with("Warning") && event.contains(&arn) && event.contains("stays in AWS");
        assert!(events.iter().any(told), "{events:#?}");
        assert!(world.operator.log().contains(&format!("{arn} stays in AWS")), "the log names it too");

        // Applied again, it has what it had.
        let spec = object["spec"].clone();
        let again = world.create(object["kind"].as_str().unwrap(), "kept", spec).await;
        let taken = world.ready(&again).await;
        assert_eq!(taken["status"]["arn"], arn);
        assert_eq!(world.resources().len(), before.len());
        let owner = |item: &agentcore_sim::InventoryItem| item.tags.get("agentcore-operator/uid").cloned();
        let found = world.resources().into_iter().find(|item| item.arn == arn).unwrap();
        assert_eq!(owner(&found).as_deref(), again["metadata"]["uid"].as_str(), "it says whose it is now");
    }
    assert!(!world.calls().iter().any(|call| call.starts_with("Delete")), "{:?}", world.calls());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn abandon_lets_go_without_touching_aws() {
    let world = World::new("abandon").await;
    let interpreter = world.create("CodeInterpreter", "stuck", json!({})).await;
    let ready = world.ready(&interpreter).await;
    let key = format!("{GROUP}/abandon");
    // On a living object it means nothing.
    world.annotate(&interpreter, &key, "true").await;
    world.annotate(&interpreter, &format!("{GROUP}/requestedAt"), "1").await;
    world.until(&interpreter, "asked", |object| object["status"]["lastHandledRequestAt"] == "1").await;
    world.annotate(&interpreter, &key, Value::Null).await;
    assert_eq!(world.resources().len(), 1);

    let denied = json!({ "code": "AccessDeniedException", "message": "You may not delete this", "status": 403 });
    world.fault(json!({ "operation": "DeleteCodeInterpreter", "count": 0, "fault": { "error": denied } }));
    world.delete(&interpreter).await;
    let stuck = world.condition(&interpreter, "Stalled", "True", "AccessDenied").await;
    assert!(message(&stuck, "Stalled").contains("You may not delete this"), "{stuck:#}");
    assert_eq!(condition(&stuck, "Ready")["reason"], "Deleting");
    world.until(&interpreter, "waiting", |_| world.calls().last().is_some_and(|call| call.starts_with("Delete"))).await;

    let mark = world.mark();
    world.annotate(&interpreter, &key, "true").await;
    world.gone(&interpreter).await;
    // A pass that had begun before may still have read.
    assert_eq!(world.writes_since(mark), [""; 0], "{:?}", world.calls());
    assert_eq!(world.resources().len(), 1);
    let events = world.events(&interpreter);
    let arn = ready["status"]["arn"].as_str().unwrap();
    assert!(events.iter().any(|event| event.contains("abandoned") && event.contains(arn)), "{events:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_namespace_goes_with_all_its_objects() {
    let world = World::new("delete-namespace").await;
    for object in quickstart() {
        world.objects.create(&object).await.unwrap();
    }
    for object in quickstart() {
        world.ready(&object).await;
    }
    let namespace = &world.objects.namespace;
    ok(cluster().kubectl().args(["delete", "namespace", namespace, "--wait=false"]));
    for object in quickstart() {
        world.gone(&object).await;
    }
    ok(cluster().kubectl().args(["wait", "--for=delete", &format!("namespace/{namespace}"), "--timeout=90s"]));
    assert_eq!(world.resources(), []);
    // The memory waits for the runtime that uses it.
    let writes = world.writes();
    let at = |operation: &str| writes.iter().position(|write| *write == operation);
    assert!(at("DeleteAgentRuntime") < at("DeleteMemory"), "{writes:?}");
}

/// Nobody may create anything in a namespace that goes, events least of all: what stands still there is told by the
/// conditions, and goes on once it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_stands_still_in_a_namespace_that_goes_is_told_and_goes_on() {
    let world = World::new("delete-namespace-stuck").await;
    let interpreter = world.create("CodeInterpreter", "stuck", json!({})).await;
    world.ready(&interpreter).await;
    let denied = json!({ "code": "AccessDeniedException", "message": "You may not delete this", "status": 403 });
    world.fault(json!({ "operation": "DeleteCodeInterpreter", "count": 0, "fault": { "error": denied } }));
    let namespace = &world.objects.namespace;
    let before = world.events(&interpreter);
    ok(cluster().kubectl().args(["delete", "namespace", namespace, "--wait=false"]));
    let stuck = world.condition(&interpreter, "Stalled", "True", "AccessDenied").await;
    assert!(message(&stuck, "Stalled").contains("You may not delete this"), "{stuck:#}");
    // Those that were there go with the namespace, some time.
    let after = world.events(&interpreter);
    assert!(after.iter().all(|event| before.contains(event)), "one was taken: {after:?}");
    let log = world.operator.log();
    let refused: Vec<&str> = log.lines().filter(|line| line.contains("the event was not taken")).collect();
    assert!(!refused.is_empty() && refused.iter().all(|line| line.contains("DEBUG")), "{refused:#?}");
    world.mend();
    world.annotate(&interpreter, &format!("{GROUP}/requestedAt"), "1").await;
    world.gone(&interpreter).await;
    assert_eq!(world.resources(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_that_live_runtimes_use_is_not_deleted() {
    let world = World::new("delete-in-use").await;
    let memory = world.create("AgentMemory", "support", json!({ "deletionPolicy": "Delete" })).await;
    let mut spec = runtime_spec();
    spec["description"] = json!("Remembers");
    world.create("AgentRuntime", "other", spec.clone()).await;
    spec["memoryRef"] = json!({ "name": "support" });
    let runtime = world.create("AgentRuntime", "user", spec).await;
    world.ready(&runtime).await;
    world.delete(&memory).await;
    let stuck = world.condition(&memory, "Stalled", "True", "InUse").await;
    assert!(message(&stuck, "Stalled").starts_with("AgentRuntime user uses the memory"), "{stuck:#}");
    assert!(!world.writes().iter().any(|write| write == "DeleteMemory"), "{:?}", world.calls());
    world.delete(&runtime).await;
    world.gone(&runtime).await;
    world.gone(&memory).await;
    let writes = world.writes();
    let deletes: Vec<&String> = writes.iter().filter(|write| write.starts_with("Delete")).collect();
    assert_eq!(deletes, ["DeleteAgentRuntime", "DeleteMemory"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endpoints_that_others_made_are_not_deleted_with_the_runtime() {
    let world = World::new("delete-endpoints").await;
    let runtime = world.create("AgentRuntime", "shared", runtime_spec()).await;
    let ready = world.ready(&runtime).await;
    let id = ready["status"]["id"].as_str().unwrap();
    let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
    let token = "prod-prod-prod-prod-prod-prod-prod-prod";
    world.foreign("PUT", &endpoints, &json!({ "name": "prod", "clientToken": token }));
    world.delete(&runtime).await;
    let stuck = world.condition(&runtime, "Stalled", "True", "EndpointsRemain").await;
    assert!(message(&stuck, "Stalled").contains("would go with it: prod. Delete them in AWS"), "{stuck:#}");
    assert!(!world.writes().iter().any(|write| write.starts_with("Delete")), "{:?}", world.calls());
    world.foreign("DELETE", &format!("{endpoints}prod/"), &json!({}));
    world.annotate(&runtime, &format!("{GROUP}/requestedAt"), "1").await;
    world.gone(&runtime).await;
    assert_eq!(world.resources(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_deletion_says_why_and_is_tried_again_on_request() {
    let world = World::new("delete-failed").await;
    for (object, state) in one_of_each().into_iter().zip(["FAILED", "DELETE_FAILED", "DELETE_FAILED"]) {
        let kind = object["kind"].as_str().unwrap();
        let operation = format!("Delete{}", kind.replace("AgentMemory", "Memory"));
        let reason = "A network interface is still in use";
        world.objects.create(&object).await.unwrap();
        world.ready(&object).await;
        world.fault(json!({
            "operation": operation, "fault": { "provision": { "state": state, "reason": reason } },
        }));
        world.delete(&object).await;
        let stuck = world.condition(&object, "Stalled", "True", "DeleteFailed").await;
        assert!(message(&stuck, "Stalled").contains(reason), "{stuck:#}");
        assert!(message(&stuck, "Stalled").contains("abandon"), "it says what can be done: {stuck:#}");
        assert_eq!(condition(&stuck, "Ready")["reason"], "Deleting", "{stuck:#}");
        assert_eq!(stuck["status"]["failureReason"], reason, "{stuck:#}");
        let events = world.events(&object);
        assert!(
            events.iter().any(|event| event.contains("Warning DeleteFailed") && event.contains(reason)),
            "{events:?}"
        );

        world.annotate(&object, &format!("{GROUP}/requestedAt"), "1").await;
        world.gone(&object).await;
        let deletes = world.writes().iter().filter(|write| **write == operation).count();
        assert_eq!(deletes, 2, "{kind}: {:?}", world.calls());
    }
    assert_eq!(world.resources(), []);
}
