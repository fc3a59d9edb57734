//! A restored cluster is looked at before anything is written.

use serde_json::{Value, json};

use crate::support::{
    operator::{Operator, Setup},
    world::{World, condition, is_observed, message, runtime_spec},
};

const FINALIZER: &str = "agentcore-operator.github.io/cleanup";

fn finalizers(object: &Value) -> usize {
    object["metadata"]["finalizers"].as_array().map_or(0, Vec::len)
}

/// What a backup without status, or without finalizers, restores.
async fn restore(world: &World, object: &Value, status: bool, finalizer: bool) {
    if !status {
        world.objects.patch_status(object, &json!({ "status": null })).await.unwrap();
    }
    if !finalizer {
        world.patch(object, json!({ "metadata": { "finalizers": null } })).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_cluster_is_told_of_and_nothing_is_written() {
    let mut world = World::new("read-only").await;
    let mut ready = Vec::new();
    for (kind, spec) in [
        ("AgentMemory", json!({ "deletionPolicy": "Delete" })),
        ("CodeInterpreter", json!({})),
        ("AgentRuntime", runtime_spec()),
    ] {
        for name in ["whole", "bare", "no-status", "no-finalizer"] {
            let object = world.create(kind, name, spec.clone()).await;
            world.ready(&object).await;
            ready.push(object);
        }
    }
    let edited = world.create("AgentMemory", "edited", json!({})).await;
    world.ready(&edited).await;
    let goes = world.create("CodeInterpreter", "goes", json!({})).await;
    world.ready(&goes).await;
    world.operator.kill();

    for object in &ready {
        let name = object["metadata"]["name"].as_str().unwrap();
        restore(&world, object, !["bare", "no-status"].contains(&name), !["bare", "no-finalizer"].contains(&name))
            .await;
    }
    world.edit(&edited, json!({ "eventExpiryDays": 60 })).await;
    world.delete(&goes).await;
    let new = world.create("AgentMemory", "new", json!({})).await;
    let before = world.resources();
    let mark = world.mark();
    let setup = || Setup::new(&world.objects.namespace, &world.aws.url());
    world.operator = Operator::start(setup().argument("--read-only"));

    let told = world.condition(&edited, "Ready", "False", "Suspended").await;
    for part in ["--read-only", "eventExpiryDays"] {
        assert!(message(&told, "Ready").contains(part), "{part} is not in: {}", message(&told, "Ready"));
    }
    let told = world.condition(&new, "Ready", "False", "Suspended").await;
    assert!(message(&told, "Ready").contains("one would be created"), "{told:#}");
    let waits = world.condition(&goes, "Stalled", "True", "Suspended").await;
    assert_eq!(condition(&waits, "Ready")["reason"], "Deleting");
    assert!(message(&waits, "Stalled").contains("--read-only"), "{waits:#}");
    for object in &ready {
        let found = world.ready(object).await;
        let name = object["metadata"]["name"].as_str().unwrap();
        assert!(found["status"]["id"].is_string(), "{found:#}");
        assert!(message(&found, "Suspended").contains("--read-only"), "{found:#}");
        assert_eq!(finalizers(&found), usize::from(!["bare", "no-finalizer"].contains(&name)), "{name}");
    }
    assert_eq!(world.writes_since(mark), [""; 0], "{:?}", world.calls());
    assert_eq!(world.resources(), before);
    assert!(!world.operator.log().contains("a defect of the operator"), "{}", world.operator.log());

    // What was looked at is right: from now on it is taken care of again.
    world.operator.kill();
    world.operator = Operator::start(Setup::new(&world.objects.namespace, &world.aws.url()));
    world.gone(&goes).await;
    world.ready(&new).await;
    world
        .until(&edited, "as the spec says", |object| is_observed(object) && condition(object, "Suspended").is_null())
        .await;
    world.ready(&edited).await;
    for object in &ready {
        let found = world
            .until(object, "Ready with its finalizer", |object| {
                condition(object, "Suspended").is_null() && finalizers(object) == 1
            })
            .await;
        assert!(found["metadata"]["finalizers"][0] == FINALIZER);
        world.ready(object).await;
    }
    let writes = world.writes_since(mark);
    assert_eq!(writes.iter().filter(|write| write.starts_with("Create")).count(), 1, "the new one alone: {writes:?}");
    assert_eq!(writes.iter().filter(|write| write.starts_with("Delete")).count(), 1, "{writes:?}");
}

/// The operator itself goes on where it was: what was announced and sent before is followed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn adoption_is_looked_at_first() {
    let choose = |setup: Setup| setup.argument("--read-only").argument("--allow-adoption=*");
    let mut world = World::with("read-only-adopt", agentcore_sim::Settings::default(), choose).await;
    let theirs = json!({ "name": "theirs", "networkConfiguration": { "networkMode": "PUBLIC" } });
    world.foreign("PUT", "/code-interpreters", &theirs);
    let item = world.resource("theirs");
    let mark = world.mark();
    let spec = json!({ "network": { "mode": "PUBLIC" }, "adopt": { "id": item.id } });
    let object = world.create("CodeInterpreter", "ours", spec).await;
    let told = world.condition(&object, "Ready", "False", "Suspended").await;
    assert_eq!(told["status"]["id"], item.id);
    assert_eq!((finalizers(&told), world.writes_since(mark)), (0, Vec::new()));
    world.operator.kill();
    let setup = Setup::new(&world.objects.namespace, &world.aws.url()).argument("--allow-adoption=*");
    world.operator = Operator::start(setup);
    world.ready(&object).await;
    assert_eq!(world.writes_since(mark), ["TagResource"]);
}
