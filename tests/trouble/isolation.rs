//! One broken object never delays another: fifty of them, few slots, and one that is well.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::world::{World, condition, is_ready, message, runtime_spec};

/// Whether a broken object says what is wrong. Of a create that AWS did not answer nothing is known for two minutes.
fn tells(object: &Value) -> bool {
    condition(object, "Ready")["status"] == "False" || message(object, "Ready").contains("not known whether")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_broken_objects_delay_no_other() {
    let world = World::with("isolation", agentcore_sim::Settings::default(), |setup| {
        setup.argument("--concurrency=2").argument("--aws-quota-share=1.0")
    })
    .await;
    let error = |code: &str, status: u16| json!({ "error": { "code": code, "message": "broken", "status": status } });
    for (operation, fault) in
        [("CreateCodeInterpreter", error("ValidationException", 400)), ("CreateMemory", error("ServiceException", 500))]
    {
        world.fault(json!({ "operation": operation, "resource": "broken", "count": 0, "fault": fault }));
    }
    let mut broken = Vec::new();
    for number in 0..20 {
        broken.push(world.create("CodeInterpreter", &format!("broken-tool-{number}"), json!({})).await);
    }
    for number in 0..15 {
        broken.push(world.create("AgentMemory", &format!("broken-{number}"), json!({})).await);
        let mut spec = runtime_spec();
        spec["memoryRef"] = json!({ "name": format!("nowhere-{number}") });
        broken.push(world.create("AgentRuntime", &format!("broken-{number}"), spec).await);
    }

    // It comes last, and the creates of the others are before it: five a second.
    let began = Instant::now();
    let good = world.create("CodeInterpreter", "good", json!({ "deletionPolicy": "Delete" })).await;
    world.within(Duration::from_secs(15), &good, "Ready", is_ready).await;
    println!("the good one was Ready after {:?}", began.elapsed());
    for object in &broken {
        world.until(object, "told", tells).await;
    }

    // While all of them are tried again, each in its own time.
    let began = Instant::now();
    world.edit(&good, json!({ "tags": { "team": "x" } })).await;
    let name = world.now(&good).await["status"]["name"].as_str().unwrap().to_owned();
    let tagged = |object: &Value| is_ready(object) && world.resource(&name).tags.contains_key("team");
    world.within(Duration::from_secs(5), &good, "tagged", tagged).await;
    println!("and tagged after {:?}", began.elapsed());
    let began = Instant::now();
    world.delete(&good).await;
    world.within(Duration::from_secs(8), &good, "gone", Value::is_null).await;
    println!("and gone after {:?}", began.elapsed());
    world.mend();
}
