//! What is in AWS although its object does not exist is told, and left alone.

use std::time::{Duration, Instant};

use agentcore_sim::Sim;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::world::World;

/// All resources were created so long ago that none of them can be on its way.
fn make_old(sim: &mut Sim) {
    let mut saved = serde_json::to_value(&*sim).unwrap();
    age(&mut saved);
    *sim = serde_json::from_value(saved).unwrap();
}

fn age(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if matches!(name.as_str(), "created_at" | "createdAt") && value.is_string() {
                    *value = json!("2026-01-01T00:00:00Z");
                }
                age(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(age),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orphans_are_told_and_left_alone() {
    let world = World::new("orphans").await;
    let kept = world.create("CodeInterpreter", "kept", json!({})).await;
    let left = world.create("CodeInterpreter", "left", json!({ "deletionPolicy": "Retain" })).await;
    world.ready(&kept).await;
    world.ready(&left).await;
    world.foreign(
        "PUT",
        "/code-interpreters",
        &json!({ "name": "somebody_0123456789", "networkConfiguration": { "networkMode": "SANDBOX" } }),
    );
    world.delete(&left).await;
    world.gone(&left).await;
    world.aws.with(make_old);
    let deadline = Instant::now() + Duration::from_secs(150);
    let metric = "agentcore_orphans{controller=\"CodeInterpreter\",account=\"123456789012\",region=\"us-west-2\"} ";
    loop {
        let metrics = world.operator.metrics();
        if let Some(line) = metrics.lines().find(|line| line.starts_with(metric)) {
            assert_eq!(line, format!("{metric}1"));
            break;
        }
        assert!(Instant::now() < deadline, "{metrics}");
        sleep(Duration::from_secs(1)).await;
    }
    let told = |line: &&str| line.contains("of an object that does not exist");
    let log = world.operator.log();
    let told: Vec<&str> = log.lines().filter(told).collect();
    assert!(told.len() == 1 && told[0].contains("name=left"), "{told:#?}");
    assert_eq!(world.resources().len(), 3, "nothing was deleted");
    assert!(world.writes().iter().all(|operation| !operation.starts_with("Delete")));
}
