//! Requests wait for their turn: AWS never has to say that there were too many.

use std::time::{Duration, Instant};

use agentcore_sim::Settings;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::world::{World, condition, is_ready};

/// A world whose AWS counts requests per second, and an operator that uses this share of what it takes.
async fn counted(purpose: &str, share: f64) -> World {
    let mut settings = Settings::default();
    settings.switches.request_quotas = Some(true);
    World::with(purpose, settings, |setup| setup.argument(&format!("--aws-quota-share={share}"))).await
}

async fn interpreters(world: &World, number: usize) -> Vec<Value> {
    let mut objects = Vec::new();
    for index in 0..number {
        objects.push(world.create("CodeInterpreter", &format!("tool{index}"), json!({})).await);
    }
    objects
}

#[tokio::test(flavor = "multi_thread")]
async fn many_objects_wait_and_nothing_is_throttled() {
    let world = counted("limits", 0.7).await;
    let objects = interpreters(&world, 25).await;
    let last = &objects[24];
    let queued = world.condition(last, "Ready", "Unknown", "Queued").await;
    let message = condition(&queued, "Ready")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("CreateCodeInterpreter") && message.contains("--aws-quota-share"), "{message}");
    // Its announcement has a time, and comes when it can be sent.
    assert!(queued["status"]["record"].is_null() && queued["metadata"]["finalizers"].is_null(), "{queued:#}");
    for object in &objects {
        world.ready(object).await;
    }
    let journal = world.journal();
    let throttled: Vec<_> = journal.iter().filter(|entry| entry.outcome.status == 429).collect();
    assert!(throttled.is_empty(), "{throttled:#?}");
    // 3.5 a second, and what was kept at the beginning.
    let creates: Vec<_> = journal.iter().filter(|entry| entry.operation == "CreateCodeInterpreter").collect();
    assert_eq!(creates.len(), 25);
    let took = creates[24].time.duration_since(creates[0].time).as_secs_f64();
    assert!((6.5..12.0).contains(&took), "{took}");
    let metrics = world.operator.metrics();
    assert!(
        metrics.contains("agentcore_aws_client_rate_limit_wait_seconds_count{operation=\"CreateCodeInterpreter\"} 25")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deleted_while_it_waits_goes_at_once() {
    // One create in five seconds.
    let world = counted("limits-deleted", 0.04).await;
    let objects = interpreters(&world, 6).await;
    let waits = async |object: &Value| condition(&world.now(object).await, "Ready")["reason"] == "Queued";
    let deadline = Instant::now() + Duration::from_secs(10);
    let last = 'found: loop {
        for object in &objects {
            if waits(object).await {
                break 'found object;
            }
        }
        assert!(Instant::now() < deadline, "nothing waits: {}", world.operator.log_tail());
    };
    let asked = Instant::now();
    world.delete(last).await;
    world.gone(last).await;
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    let name = last["metadata"]["name"].as_str().unwrap();
    let sent =
        |entry: &agentcore_sim::JournalEntry| entry.resource_name.as_ref().is_some_and(|sent| sent.contains(name));
    assert!(!world.journal().iter().any(sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_operation_slows_down_and_recovers() {
    let world = counted("limits-throttled", 1.0).await;
    world.fault(json!({ "operation": "CreateCodeInterpreter", "count": 3,
        "fault": { "error": { "code": "ThrottlingException", "message": "Slow down", "status": 429 } } }));
    let objects = interpreters(&world, 3).await;
    for object in &objects {
        world.ready(object).await;
    }
    let metrics = world.operator.metrics();
    assert!(metrics.contains("agentcore_aws_throttles_total{operation=\"CreateCodeInterpreter\"} 3"), "{metrics}");
    assert_eq!(world.resources().len(), 3);
    // Nobody asks for more than is needed.
    sleep(Duration::from_secs(1)).await;
    assert!(is_ready(&world.now(&objects[0]).await));
}
