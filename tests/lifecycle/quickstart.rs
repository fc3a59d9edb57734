//! The quickstart's three objects become Ready, in order, and go.

use agentcore_sim::Settings;
use serde_json::json;

use crate::support::{
    cluster::{cluster, ok},
    world::{World, condition, quickstart},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn becomes_ready_in_order_and_goes() {
    let settings = Settings { speed: 30.0, ..Settings::realistic() };
    let world = World::with("quickstart", settings, |setup| setup).await;
    let objects = quickstart();
    for object in &objects {
        world.objects.create(object).await.unwrap();
    }
    let [memory, interpreter, runtime] = &objects;

    let creating = world
        .until(memory, "CREATING", |memory| {
            memory["status"]["state"] == "CREATING" && memory["status"]["strategies"].is_array()
        })
        .await;
    assert_eq!(creating["status"]["memoryType"], "STM+LTM (provisioning...)", "{creating:#}");
    assert_eq!(condition(&creating, "Ready")["status"], "Unknown");
    assert_eq!(condition(&creating, "Reconciling")["status"], "True");
    let waiting = world.condition(runtime, "Ready", "False", "DependencyNotReady").await;
    assert!(
        condition(&waiting, "Ready")["message"].as_str().unwrap().contains("AgentMemory quickstart"),
        "{waiting:#}"
    );

    let ready = world.ready(memory).await;
    assert_eq!(ready["status"]["state"], "ACTIVE");
    assert_eq!(ready["status"]["memoryType"], "STM+LTM (3 strategies)");
    assert_eq!(ready["status"]["strategyCounts"], json!({ "total": 3, "active": 3 }));
    world.ready(interpreter).await;
    let ready = world.ready(runtime).await;
    assert_eq!(ready["status"]["version"], "1");
    assert_eq!(
        ready["status"]["defaultEndpoint"],
        json!({ "state": "READY", "liveVersion": "1", "targetVersion": "1" })
    );

    // Created once the memory was ACTIVE, with the injected environment.
    let created: Vec<_> = world.writes();
    assert_eq!(created.iter().filter(|operation| operation.starts_with("Create")).count(), 3, "{created:?}");
    assert_eq!(created.last().map(String::as_str), Some("CreateAgentRuntime"), "{created:?}");
    let memory_id = world.now(memory).await["status"]["id"].clone();
    let interpreter_id = world.now(interpreter).await["status"]["id"].clone();
    let resource = world.resource(ready["status"]["name"].as_str().unwrap());
    let environment = &resource.body["environmentVariables"];
    for (name, value) in [
        ("BEDROCK_AGENTCORE_MEMORY_ID", &memory_id),
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_ID", &interpreter_id),
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_DEFAULT_ID", &interpreter_id),
        ("AWS_REGION", &json!("us-west-2")),
    ] {
        assert_eq!(&environment[name], value, "{name}");
    }

    let table = ok(cluster().kubectl().args(["get", "agentcore", "-n", &world.objects.namespace]));
    assert!(table.contains("STM+LTM (3 strategies)") && table.matches("True").count() == 3, "{table}");

    for object in &objects {
        world.delete(object).await;
    }
    for object in &objects {
        world.gone(object).await;
    }
    assert_eq!(world.resources(), []);
}
