//! Strategies hold users' data: none is deleted without consent, and none that is somebody else's.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::calls::{only, pass};
use crate::support::world::{World, condition, is_ready};

const CONSENT: &str = "agentcore-operator.github.io/allow-delete-strategies";

fn strategy(name: &str) -> Value {
    json!({ "name": name, "type": "SEMANTIC" })
}

fn names(world: &World, memory: &Value) -> Vec<String> {
    let body = world.resource(memory["status"]["name"].as_str().unwrap()).body;
    body["strategies"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_retain_a_strategy_is_deleted_with_consent_only() {
    let world = World::new("strategies").await;
    // Retain is what a memory has where the spec does not say.
    let spec = json!({ "strategies": [strategy("Stays"), strategy("Goes"), strategy("GoesToo")] });
    let memory = world.create("AgentMemory", "kept", spec).await;
    let ready = world.ready(&memory).await;
    assert_eq!(ready["status"]["deletionPolicy"], "Retain");
    let mark = world.mark();

    // Not even the other part of the edit is sent.
    world.edit(&memory, json!({ "description": "Edited", "strategies": [strategy("Stays")] })).await;
    let stalled = world.condition(&memory, "Stalled", "True", "DeletionNotAllowed").await;
    assert_eq!(condition(&stalled, "Ready")["status"], "False");
    let message = condition(&stalled, "Stalled")["message"].as_str().unwrap().to_owned();
    for part in ["Goes", "GoesToo", CONSENT, "Retain"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("Stays"), "{message}");
    pass(&world, &memory, "1").await;

    // Half a consent is none.
    world.annotate(&memory, CONSENT, "Goes,Stays").await;
    pass(&world, &memory, "2").await;
    world.condition(&memory, "Stalled", "True", "DeletionNotAllowed").await;
    assert_eq!(world.writes_since(mark), [""; 0]);

    world.annotate(&memory, CONSENT, "Goes, GoesToo").await;
    let ready = world.ready(&memory).await;
    assert_eq!(world.writes_since(mark), ["UpdateMemory"]);
    let sent = only(&world, "UpdateMemory", mark).parameters;
    assert_eq!(sent["memoryStrategies"]["deleteMemoryStrategies"].as_array().unwrap().len(), 2, "{sent:#}");
    assert_eq!(sent["description"], "Edited");
    assert_eq!(names(&world, &ready), ["Stays"]);
    assert_eq!(ready["status"]["memoryType"], "STM+LTM (1 strategies)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strategy_that_is_put_back_was_never_gone() {
    let world = World::new("strategies").await;
    let memory = world.create("AgentMemory", "back", json!({ "strategyPreset": "Standard" })).await;
    world.ready(&memory).await;
    let mark = world.mark();
    world.edit(&memory, json!({ "strategyPreset": null })).await;
    let stalled = world.condition(&memory, "Stalled", "True", "DeletionNotAllowed").await;
    let message = condition(&stalled, "Stalled")["message"].as_str().unwrap().to_owned();
    for name in ["UserPreferences", "SemanticFacts", "SessionSummaries"] {
        assert!(message.contains(name), "{message}");
    }
    world.edit(&memory, json!({ "strategyPreset": "Standard" })).await;
    world.ready(&memory).await;
    assert_eq!(world.writes_since(mark), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_delete_a_strategy_needs_no_consent() {
    let world = World::new("strategies").await;
    let spec = json!({ "deletionPolicy": "Delete", "strategies": [strategy("Stays"), strategy("Goes")] });
    let memory = world.create("AgentMemory", "free", spec).await;
    world.ready(&memory).await;
    let mark = world.mark();
    world.edit(&memory, json!({ "strategies": [strategy("Stays")] })).await;
    let ready = world.ready(&memory).await;
    assert_eq!(world.writes_since(mark), ["UpdateMemory"]);
    assert_eq!(names(&world, &ready), ["Stays"]);

    // The last one, too.
    world.edit(&memory, json!({ "strategies": null })).await;
    let ready = world.ready(&memory).await;
    assert_eq!(names(&world, &ready), [""; 0]);
    assert_eq!(ready["status"]["memoryType"], "STM only");
    assert_eq!(ready["status"]["strategies"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_added_is_shown_and_left_alone() {
    let world = World::new("strategies").await;
    let spec = json!({ "deletionPolicy": "Delete", "strategies": [strategy("Ours"), strategy("OursToo")] });
    let memory = world.create("AgentMemory", "shared", spec).await;
    let ready = world.ready(&memory).await;
    let id = ready["status"]["id"].clone();
    let mut strategies = world.resource(ready["status"]["name"].as_str().unwrap()).body["strategies"].clone();
    let mut foreign = strategies[0].clone();
    foreign["name"] = json!("Foreign");
    foreign["strategyId"] = json!("Foreign-0123456789");
    strategies.as_array_mut().unwrap().push(foreign.clone());
    world.mutate(json!({ "action": "set", "type": "Memory", "id": id, "body": { "strategies": strategies } }));

    let mark = world.mark();
    let shown = pass(&world, &memory, "1").await;
    assert!(is_ready(&shown), "{shown:#}");
    let of = |memory: &Value, name: &str| {
        let strategies = memory["status"]["strategies"].as_array().unwrap();
        strategies.iter().find(|one| one["name"] == name).cloned().unwrap_or_else(|| panic!("no {name}: {memory:#}"))
    };
    assert_eq!(of(&shown, "Foreign")["managed"], false);
    assert_eq!(of(&shown, "Ours")["managed"], true);
    // Unmanaged ones count.
    assert_eq!(shown["status"]["memoryType"], "STM+LTM (3 strategies)");
    assert_eq!(shown["status"]["strategyCounts"], json!({ "total": 3, "active": 3 }));
    assert_eq!(world.writes_since(mark), [""; 0]);

    // Neither an edit nor a deletion of one of ours, nor consent, touches it.
    world.annotate(&memory, CONSENT, "Foreign").await;
    world.edit(&memory, json!({ "description": "Edited", "strategies": [strategy("Ours")] })).await;
    let edited = world.ready(&memory).await;
    let sent = only(&world, "UpdateMemory", mark).parameters;
    assert!(!sent.to_string().contains("Foreign"), "{sent:#}");
    assert_eq!(names(&world, &edited), ["Ours", "Foreign"]);
    let mut after = world.resource(edited["status"]["name"].as_str().unwrap()).body["strategies"][1].clone();
    after["updatedAt"] = foreign["updatedAt"].clone();
    assert_eq!(after, foreign);

    // A strategy of that name in the spec is not the one that is there.
    let mark = world.mark();
    world.edit(&memory, json!({ "strategies": [strategy("Ours"), strategy("Foreign")] })).await;
    let stalled = world.condition(&memory, "Stalled", "True", "NotOwned").await;
    assert!(condition(&stalled, "Stalled")["message"].as_str().unwrap().contains("Foreign"), "{stalled:#}");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(world.writes_since(mark), [""; 0]);
}
