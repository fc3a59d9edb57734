//! Many objects cost few calls: lists tell which resources have moved on, and what others have changed.

use std::time::Duration;

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::support::world::{World, is_ready};

/// A world that takes its time, without moments of an earlier state.
async fn slow(purpose: &str, change: impl FnOnce(&mut Settings)) -> World {
    let mut settings = Settings { speed: 2.0, ..Settings::realistic() };
    settings.switches.flaps = Some(false);
    change(&mut settings);
    World::with(purpose, settings, |setup| setup).await
}

async fn many(world: &World, kind: &str, number: usize, spec: Value) -> Vec<Value> {
    let mut objects = Vec::new();
    for index in 0..number {
        objects.push(world.create(kind, &format!("one{index}"), spec.clone()).await);
    }
    for object in &objects {
        world.ready(object).await;
    }
    objects
}

fn count(world: &World, operation: &str) -> usize {
    world.journal().iter().filter(|entry| entry.operation == operation).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_list_serves_many_objects() {
    let world = slow("one-list", |_| {}).await;
    many(&world, "CodeInterpreter", 20, json!({})).await;
    let reads = count(&world, "GetCodeInterpreter");
    assert!(reads <= 26, "{reads} reads for 20 objects: {:#?}", world.calls());
    let lists = count(&world, "ListCodeInterpreters");
    assert!(lists <= 40, "{lists} lists");
    assert!(world.journal().iter().all(|entry| entry.outcome.status != 429));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn look_ups_before_a_first_create_share_their_lists() {
    let world = slow("shared-lists", |settings| settings.speed = 4.0).await;
    let objects = many(&world, "AgentRuntime", 12, crate::support::world::runtime_spec()).await;
    let (runtimes, endpoints) = (count(&world, "GetAgentRuntime"), count(&world, "GetAgentRuntimeEndpoint"));
    assert!(runtimes <= 20 && endpoints <= 48, "{runtimes} and {endpoints} reads: {:#?}", world.calls());
    // Before the first create nothing but lists is needed, and they are shared.
    let first = world.journal().iter().position(|entry| entry.operation == "CreateAgentRuntime").unwrap();
    assert!(first <= 12, "{first}");
    assert_eq!(world.resources().len(), objects.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_lists_fail_or_lack_what_there_is_reads_do_it() {
    for (purpose, lag, denied) in [("lists-late", Some(3_600_000), false), ("lists-denied", None, true)] {
        let world = slow(purpose, |settings| settings.switches.list_lag_ms = lag).await;
        if denied {
            world.fault(json!({ "operation": "ListCodeInterpreters", "count": 0, "fault": { "error":
                { "code": "AccessDeniedException", "message": "not authorized", "status": 403 } } }));
        }
        let objects = many(&world, "CodeInterpreter", 5, json!({})).await;
        for object in &objects {
            world.delete(object).await;
        }
        for object in &objects {
            world.gone(object).await;
        }
        assert_eq!(world.resources().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_change_is_seen_without_a_read_of_each() {
    let world = World::new("drift-seen").await;
    let objects = many(&world, "CodeInterpreter", 3, json!({})).await;
    let mark = world.mark();
    let id = world.now(&objects[1]).await["status"]["id"].as_str().unwrap().to_owned();
    world.mutate(json!({ "action": "delete", "type": "CodeInterpreter", "id": id }));
    let seen = |object: &Value| is_ready(object) && object["status"]["id"] != id.as_str();
    world.within(Duration::from_secs(50), &objects[1], "created anew", seen).await;
    let calls: Vec<String> =
        world.journal().into_iter().filter(|entry| entry.seq > mark).map(|entry| entry.operation).collect();
    let reads = calls.iter().filter(|operation| *operation == "GetCodeInterpreter").count();
    // Two that say that it is gone, and those of the new one.
    assert!(reads <= 6, "{calls:?}");
    let others = world.journal().into_iter().filter(|entry| entry.seq > mark).any(|entry| {
        entry.operation == "GetCodeInterpreter" && entry.resource_id.is_some_and(|read| read.contains("one0"))
    });
    assert!(!others, "nothing has changed in the others: {calls:?}");
}
