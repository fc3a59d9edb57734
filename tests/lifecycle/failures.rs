//! What fails is told in AWS's words, is tried again at a bounded rate, and recovers.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use agentcore_sim::{Settings, settings::Quotas};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::world::{World, condition, is_ready, message, runtime_spec};

const REQUESTED_AT: &str = "agentcore-operator.github.io/requestedAt";

fn count(world: &World, operation: &str) -> usize {
    world.writes().iter().filter(|write| *write == operation).count()
}

/// Nothing is written to AWS for so long, and hardly anything is read.
async fn is_left_alone(world: &World, time: Duration) {
    let mark = world.mark();
    sleep(time).await;
    let calls: Vec<String> =
        world.journal().into_iter().filter(|call| call.seq > mark).map(|call| call.operation).collect();
    assert!(world.writes_since(mark).is_empty() && calls.len() <= 4, "in {time:?}: {calls:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_creation_is_told_left_alone_and_corrected() {
    let world = World::new("create-failed").await;
    let reason = "The image 1 does not exist";
    let failed = json!({ "provision": { "state": "CREATE_FAILED", "reason": reason } });
    world.fault(json!({ "operation": "CreateAgentRuntime", "count": 2, "fault": failed }));
    let runtime = world.create("AgentRuntime", "wrong", runtime_spec()).await;
    let stalled = world.condition(&runtime, "Stalled", "True", "CreateFailed").await;
    let told = message(&stalled, "Ready");
    assert!(told.contains(reason) && told.contains("Correct the spec") && told.contains(REQUESTED_AT), "{told}");
    assert_eq!(stalled["status"]["failureReason"], reason);
    assert_eq!(stalled["status"]["state"], "CREATE_FAILED");
    is_left_alone(&world, Duration::from_secs(20)).await;
    assert_eq!(world.writes(), ["CreateAgentRuntime"]);

    // On request the same once more, which fails again.
    world.annotate(&runtime, REQUESTED_AT, "1").await;
    world.until(&runtime, "tried again", |_| count(&world, "CreateAgentRuntime") == 2).await;
    let stalled = world.condition(&runtime, "Stalled", "True", "CreateFailed").await;
    assert_eq!(stalled["status"]["lastHandledRequestAt"], "1");
    assert!(stalled["status"]["establishedAt"].is_null(), "it never was Ready: {stalled:#}");

    let events = world.events(&runtime);
    assert!(
        events.iter().any(|event| event.starts_with("Warning CreateFailed") && event.contains(reason)),
        "{events:?}"
    );
    assert!(!events.iter().any(|event| event.contains("Available")), "it never was Ready: {events:?}");

    world.edit(&runtime, json!({ "description": "corrected" })).await;
    let ready = world.ready(&runtime).await;
    assert!(ready["status"]["failureReason"].is_null(), "{ready:#}");
    let expected = ["Create", "Delete", "Create", "Delete", "Create"].map(|verb| format!("{verb}AgentRuntime"));
    assert_eq!(world.writes(), expected);
    assert_eq!(world.resources().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_whose_creation_failed_is_created_anew() {
    let world = World::new("memory-create-failed").await;
    let failed = json!({ "provision": { "state": "FAILED", "reason": "The key can't be used" } });
    world.fault(json!({ "operation": "CreateMemory", "fault": failed }));
    let memory = world.create("AgentMemory", "wrong", json!({ "description": "one" })).await;
    let stalled = world.condition(&memory, "Stalled", "True", "CreateFailed").await;
    assert!(message(&stalled, "Stalled").contains("The key can't be used"), "{stalled:#}");
    assert_eq!(stalled["status"]["memoryType"], "Error (FAILED)");
    world.edit(&memory, json!({ "description": "two" })).await;
    world.ready(&memory).await;
    assert_eq!(world.writes(), ["CreateMemory", "DeleteMemory", "CreateMemory"]);
}

/// Whoever deletes such a memory deletes what agents have learned.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_that_was_ever_active_is_never_deleted_to_create_it_again() {
    let world = World::new("memory-failed").await;
    let memory = world.create("AgentMemory", "precious", json!({ "deletionPolicy": "Delete" })).await;
    let ready = world.ready(&memory).await;
    let id = ready["status"]["id"].clone();
    let fail = || {
        world.mutate(json!({
            "action": "set", "type": "Memory", "id": id, "state": "FAILED", "failureReason": "The stream is gone",
        }));
    };
    fail();
    world.annotate(&memory, REQUESTED_AT, "1").await;
    let stalled = world.until(&memory, "Stalled", |memory| condition(memory, "Stalled")["status"] == "True").await;
    assert!(message(&stalled, "Stalled").contains("The stream is gone"), "{stalled:#}");
    is_left_alone(&world, Duration::from_secs(5)).await;

    world.edit(&memory, json!({ "description": "corrected" })).await;
    world.ready(&memory).await;
    fail();
    world.edit(&memory, json!({ "eventExpiryDays": 60 })).await;
    let ready = world.ready(&memory).await;
    assert_eq!(ready["status"]["id"], id);
    let writes = world.writes();
    assert!(writes.len() >= 3 && writes[0] == "CreateMemory", "{writes:?}");
    assert!(writes[1..].iter().all(|write| write == "UpdateMemory"), "{writes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_update_is_told_left_alone_and_corrected() {
    let world = World::new("update-failed").await;
    let runtime = world.create("AgentRuntime", "works", runtime_spec()).await;
    world.ready(&runtime).await;
    let reason = "The role can't read the image";
    let failed = json!({ "provision": { "state": "UPDATE_FAILED", "reason": reason } });
    world.fault(json!({ "operation": "UpdateAgentRuntime", "fault": failed }));
    world.edit(&runtime, json!({ "description": "one" })).await;
    let stalled = world.condition(&runtime, "Stalled", "True", "UpdateFailed").await;
    let told = message(&stalled, "Ready");
    assert!(told.contains(reason) && told.contains("The endpoint DEFAULT had version 1 live before it"), "{told}");
    is_left_alone(&world, Duration::from_secs(10)).await;
    world.edit(&runtime, json!({ "description": "two" })).await;
    world.ready(&runtime).await;
    assert_eq!(world.writes(), ["CreateAgentRuntime", "UpdateAgentRuntime", "UpdateAgentRuntime"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_role_is_waited_for() {
    let world = World::new("new-role").await;
    let said = "Role validation failed for 'arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreTest'. Please verify \
                that the role exists";
    let error = json!({ "code": "ValidationException", "message": said, "status": 400 });
    world.fault(json!({ "operation": "CreateAgentRuntime", "count": 2, "fault": { "error": error } }));
    let runtime = world.create("AgentRuntime", "new-role", runtime_spec()).await;
    let waiting = world.condition(&runtime, "Ready", "False", "RoleNotReady").await;
    assert_eq!(condition(&waiting, "Reconciling")["reason"], "ProgressingWithRetry", "{waiting:#}");
    assert!(message(&waiting, "Ready").contains("Please verify that the role exists"), "{waiting:#}");
    world.ready(&runtime).await;
    assert_eq!(world.writes(), ["CreateAgentRuntime"; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_quota_is_waited_for() {
    let quotas = Quotas { code_interpreters: 1, ..Quotas::default() };
    let world = World::with("quota", Settings { quotas, ..Settings::default() }, |setup| setup).await;
    let first = world.create("CodeInterpreter", "first", json!({})).await;
    world.ready(&first).await;
    let second = world.create("CodeInterpreter", "second", json!({})).await;
    let waiting = world.condition(&second, "Ready", "False", "QuotaExceeded").await;
    assert_eq!(condition(&waiting, "Reconciling")["reason"], "ProgressingWithRetry", "{waiting:#}");
    assert!(message(&waiting, "Ready").contains("ServiceQuotaExceededException"), "{waiting:#}");
    is_left_alone(&world, Duration::from_secs(10)).await;
    world.delete(&first).await;
    world.gone(&first).await;
    world.within(Duration::from_mins(2), &second, "Ready", is_ready).await;
    assert_eq!(count(&world, "CreateCodeInterpreter"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_is_sat_out() {
    let throttled = json!({ "error": { "code": "ThrottlingException", "message": "Rate exceeded", "status": 429 } });
    let broken = json!({ "error": { "code": "InternalServerException", "message": "Oh dear", "status": 500 } });
    let storms = [
        ("throttled", throttled, "Throttled", "Rate exceeded"),
        ("broken", broken, "AwsUnavailable", "Oh dear"),
        ("reset", json!({ "reset": "before" }), "AwsUnavailable", "connection"),
    ];
    for (name, fault, reason, words) in storms {
        let world = World::new(&format!("storm-{name}")).await;
        let healthy = world.create("CodeInterpreter", "healthy", json!({})).await;
        world.ready(&healthy).await;
        let mark = world.mark();
        world.fault(json!({ "service": "bedrock-agentcore-control", "count": 0, "fault": fault }));
        let runtime = world.create("AgentRuntime", "struck", runtime_spec()).await;
        world.annotate(&healthy, REQUESTED_AT, "1").await;
        let interpreter = world.create("CodeInterpreter", "struck", json!({})).await;
        let began = Instant::now();
        let waiting = world.condition(&runtime, "Ready", "False", reason).await;
        assert!(message(&waiting, "Ready").contains(words), "{name}: {waiting:#}");
        assert!(is_ready(&world.now(&healthy).await), "{name}: a healthy object keeps Ready");
        sleep(Duration::from_secs(10).saturating_sub(began.elapsed())).await;
        // Three attempts by the SDK of each read, for three objects, each waiting about 1, 2 and 4 seconds in between.
        let calls = world.journal().into_iter().filter(|entry| entry.seq > mark).count();
        assert!(calls <= 50, "{name}: {calls} calls in ten seconds: {:?}", world.calls());
        assert!(is_ready(&world.now(&healthy).await), "{name}: a healthy object keeps Ready");
        world.mend();
        // The request stays open until a pass could look.
        world.until(&healthy, "looked at", |object| object["status"]["lastHandledRequestAt"] == "1").await;
        world.ready(&runtime).await;
        if name == "throttled" {
            // Refused for certain, so it is sent again and again, and told once.
            world.ready(&interpreter).await;
            let sent = world.journal().into_iter().filter(|entry| entry.operation == "CreateCodeInterpreter");
            assert!(sent.filter(|entry| entry.outcome.status == 429).count() >= 2, "{:?}", world.calls());
            let events = world.events(&interpreter);
            let count = |start: &str| events.iter().filter(|event| event.starts_with(start)).count();
            assert!(count("Warning Throttled") == 1 && count("Normal Creating") <= 2, "{events:#?}");
        }
        // A create that may have had its effect is looked for, for two minutes.
        assert!(world.resources().len() <= 3, "{name}: {:#?}", world.resources());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_aws_finds_invalid_is_told_in_its_words_and_not_sent_again() {
    let world = World::new("invalid").await;
    let said = "The model of strategy Facts is not available in this region";
    let error = json!({ "code": "ValidationException", "message": said, "status": 400 });
    let creates: BTreeMap<&str, Value> =
        [("CreateMemory", json!({})), ("CreateCodeInterpreter", json!({})), ("CreateAgentRuntime", runtime_spec())]
            .into();
    let mut objects = Vec::new();
    for (operation, spec) in creates {
        world.fault(json!({ "operation": operation, "fault": { "error": error } }));
        let kind = operation.replace("Create", "").replace("Memory", "AgentMemory");
        objects.push(world.create(&kind, "invalid", spec).await);
    }
    for object in &objects {
        let stalled = world.condition(object, "Stalled", "True", "InvalidSpec").await;
        assert!(message(&stalled, "Stalled").contains(said), "{stalled:#}");
        assert!(stalled["status"]["name"].is_null(), "nothing is there, so the name is free to change: {stalled:#}");
    }
    is_left_alone(&world, Duration::from_secs(20)).await;
    for object in &objects {
        world.edit(object, json!({ "description": "corrected" })).await;
        world.ready(object).await;
    }
    assert_eq!(world.resources().len(), 3);
    assert_eq!(world.writes().len(), 6, "{:?}", world.writes());
}
