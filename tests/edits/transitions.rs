//! Edits of what is not at rest: they wait, and the last one wins.

use std::time::{Duration, Instant};

use agentcore_sim::Settings;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::own_fields::small;
use crate::support::world::{SOON, World};

/// Memories take 5 to 9 seconds with strategies, else less than one; runtimes about one.
const SPEED: f64 = 20.0;

async fn slow() -> World {
    World::with("transitions", Settings { speed: SPEED, ..Settings::realistic() }, |setup| setup).await
}

/// Nothing was asked of AWS that it refused.
fn nothing_was_refused(world: &World) {
    let refused: Vec<_> = world.journal().into_iter().filter(|entry| entry.outcome.status == 409).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Waits until AWS was asked for a change, which now takes its time there.
async fn asked(world: &World, mark: u64) {
    let deadline = Instant::now() + SOON;
    while world.writes_since(mark).is_empty() {
        assert!(Instant::now() < deadline, "nothing was asked of AWS");
        sleep(Duration::from_millis(20)).await;
    }
}

fn description(world: &World, object: &Value) -> Value {
    world.resource(object["status"]["name"].as_str().unwrap()).body["description"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_during_the_creation_is_applied_afterwards() {
    let world = slow().await;
    let mut memory = small("AgentMemory");
    memory["strategyPreset"] = json!("Standard");
    let mut interpreter = small("CodeInterpreter");
    interpreter["replacement"] = json!("OnChange");
    for (kind, spec, update) in [
        ("AgentMemory", memory, vec!["UpdateMemory"]),
        ("AgentRuntime", small("AgentRuntime"), vec!["UpdateAgentRuntime"]),
        ("CodeInterpreter", interpreter, vec!["DeleteCodeInterpreter", "CreateCodeInterpreter"]),
    ] {
        let mark = world.mark();
        let object = world.create(kind, "early", spec).await;
        asked(&world, mark).await;
        world.edit(&object, json!({ "description": "Edited while CREATING" })).await;
        let ready = world.ready(&object).await;
        assert_eq!(description(&world, &ready), "Edited while CREATING", "{kind}");
        let writes = world.writes_since(mark);
        assert!(writes[0].starts_with("Create"), "{writes:?}");
        assert_eq!(writes[1..], update, "{kind}");
    }
    nothing_was_refused(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_during_an_update_is_applied_afterwards() {
    let world = slow().await;
    let mut memory = small("AgentMemory");
    memory["strategyPreset"] = json!("Standard");
    for (kind, spec, update, second) in [
        (
            "AgentMemory",
            memory,
            "UpdateMemory",
            json!({ "description": "Second", "strategyPreset": null, "strategies": [
                { "name": "SemanticFacts", "type": "SEMANTIC", "namespaceTemplates": ["/users/{actorId}/facts/"] },
            ] }),
        ),
        ("AgentRuntime", small("AgentRuntime"), "UpdateAgentRuntime", json!({ "description": "Second" })),
    ] {
        let object = world.create(kind, "busy", spec).await;
        world.ready(&object).await;
        let mark = world.mark();
        // A memory whose strategies change is in transition for longer.
        let first = if kind == "AgentMemory" {
            json!({ "description": "First", "strategies": [{ "name": "More", "type": "SEMANTIC" }] })
        } else {
            json!({ "description": "First" })
        };
        world.edit(&object, first).await;
        asked(&world, mark).await;
        world.edit(&object, second).await;
        let ready = world.ready(&object).await;
        assert_eq!(description(&world, &ready), "Second", "{kind}");
        assert_eq!(world.writes_since(mark), [update, update], "{kind}");
        if kind == "AgentMemory" {
            assert_eq!(ready["status"]["strategyCounts"], json!({ "total": 1, "active": 1 }));
        } else {
            assert_eq!(ready["status"]["version"], "3");
        }
    }
    nothing_was_refused(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_quick_edits_the_last_wins() {
    let world = slow().await;
    for (kind, update) in [("AgentMemory", "UpdateMemory"), ("AgentRuntime", "UpdateAgentRuntime")] {
        let object = world.create(kind, "quick", small(kind)).await;
        world.ready(&object).await;
        let mark = world.mark();
        for text in ["One", "Two", "Three"] {
            world.edit(&object, json!({ "description": text })).await;
        }
        let ready = world.ready(&object).await;
        assert_eq!(description(&world, &ready), "Three", "{kind}");
        let writes = world.writes_since(mark);
        assert!((1..=3).contains(&writes.len()) && writes.iter().all(|write| write == update), "{writes:?}");

        // Back where it was while the change is under way: that is an edit, too.
        let mark = world.mark();
        world.edit(&object, json!({ "description": "Elsewhere" })).await;
        asked(&world, mark).await;
        world.edit(&object, json!({ "description": "Three" })).await;
        let ready = world.ready(&object).await;
        assert_eq!(description(&world, &ready), "Three", "{kind}");
    }
    nothing_was_refused(&world);
}
