//! What users ask for without an edit: a pass, another version, and that AWS is as the spec says.

use std::time::Duration;

use serde_json::{Value, json};

use super::{calls::pass, own_fields::small};
use crate::support::world::{World, is_ready};

const REDEPLOY_AT: &str = "agentcore-operator.github.io/redeployAt";
const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

const KINDS: [&str; 3] = ["AgentRuntime", "AgentMemory", "CodeInterpreter"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_version_of_an_unchanged_spec() {
    let world = World::new("requests").await;
    let mut object = crate::support::world::object("AgentRuntime", "again", &small("AgentRuntime"));
    object["metadata"]["annotations"] = json!({ REDEPLOY_AT: "1" });
    let runtime = world.objects.create(&object).await.unwrap();

    // What was asked before the creation is in it.
    let ready = world.ready(&runtime).await;
    assert_eq!(ready["status"]["lastHandledRedeployAt"], "1");
    pass(&world, &runtime, "1").await;
    assert_eq!(world.writes(), ["CreateAgentRuntime"]);

    let mark = world.mark();
    world.annotate(&runtime, REDEPLOY_AT, "2").await;
    let answered = |value: &'static str, version: &'static str| {
        move |object: &Value| {
            is_ready(object)
                && object["status"]["lastHandledRedeployAt"] == value
                && object["status"]["defaultEndpoint"]["liveVersion"] == version
        }
    };
    let redeployed = world.until(&runtime, "redeployed", answered("2", "2")).await;
    assert_eq!(redeployed["status"]["version"], "2");
    assert_eq!(world.writes_since(mark), ["UpdateAgentRuntime"]);

    // Neither another pass, nor the removal, nor the same value again.
    let mark = world.mark();
    pass(&world, &runtime, "2").await;
    world.annotate(&runtime, REDEPLOY_AT, Value::Null).await;
    pass(&world, &runtime, "3").await;
    world.annotate(&runtime, REDEPLOY_AT, "2").await;
    pass(&world, &runtime, "4").await;
    assert_eq!(world.writes_since(mark), [""; 0]);

    // One update answers both an edit and the annotation.
    let patch = json!({ "metadata": { "annotations": { REDEPLOY_AT: "3" } }, "spec": { "description": "Both" } });
    world.patch(&runtime, patch).await;
    let both = world.until(&runtime, "redeployed", answered("3", "3")).await;
    assert_eq!(world.resource(both["status"]["name"].as_str().unwrap()).body["description"], "Both");
    assert_eq!(world.writes_since(mark), ["UpdateAgentRuntime"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kinds_without_versions_are_not_redeployed() {
    let world = World::new("requests").await;
    for kind in ["AgentMemory", "CodeInterpreter"] {
        let object = world.create(kind, "same", small(kind)).await;
        world.ready(&object).await;
        let mark = world.mark();
        world.annotate(&object, REDEPLOY_AT, "1").await;
        let found = pass(&world, &object, "1").await;
        assert!(is_ready(&found), "{found:#}");
        assert_eq!(world.writes_since(mark), [""; 0], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_is_made_and_answered() {
    let world = World::new("requests").await;
    for kind in KINDS {
        let object = world.create(kind, "asked", small(kind)).await;
        world.ready(&object).await;
        let mark = world.mark();
        let reads = |world: &World| {
            let journal = world.journal().into_iter();
            journal.filter(|entry| entry.seq > mark && entry.operation.starts_with("Get")).count()
        };
        let found = pass(&world, &object, "2026-01-01T00:00:00Z").await;
        assert!(is_ready(&found), "{found:#}");
        assert_eq!(found["status"]["lastHandledReconcileAt"], Value::Null, "{kind}");
        assert!(reads(&world) >= 1, "{kind}: answered without a look at AWS");

        world.annotate(&object, FLUX_REQUESTED_AT, "2026-01-01T00:00:01Z").await;
        let found = world
            .until(&object, "answered", |object| object["status"]["lastHandledReconcileAt"] == "2026-01-01T00:00:01Z")
            .await;
        assert!(is_ready(&found), "{found:#}");
        assert_eq!(found["status"]["lastHandledRequestAt"], "2026-01-01T00:00:00Z", "{kind}");
        assert_eq!(world.writes_since(mark), [""; 0], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_changed_is_set_back() {
    let world = World::new("requests").await;
    let mut memory = small("AgentMemory");
    memory["strategies"] = json!([{ "name": "Facts", "type": "SEMANTIC", "description": "Ours" }]);
    for (kind, resource, mut spec, update) in [
        ("AgentRuntime", "AgentRuntime", small("AgentRuntime"), ["UpdateAgentRuntime"]),
        ("AgentMemory", "Memory", memory, ["UpdateMemory"]),
    ] {
        spec["description"] = json!("Ours");
        let object = world.create(kind, "changed", spec).await;
        let ready = world.ready(&object).await;
        let name = ready["status"]["name"].as_str().unwrap();
        let mut body = json!({ "description": "Theirs" });
        if kind == "AgentMemory" {
            body["strategies"] = world.resource(name).body["strategies"].clone();
            body["strategies"][0]["description"] = json!("Theirs");
        }
        let mark = world.mark();
        world.mutate(json!({ "action": "set", "type": resource, "id": ready["status"]["id"], "body": body }));
        pass(&world, &object, "1").await;
        world.ready(&object).await;
        let corrected = world
            .until(&object, "corrected", |object| {
                is_ready(object)
                    && world.resources().iter().any(|item| item.name == name && item.body["description"] == "Ours")
            })
            .await;
        assert_eq!(world.writes_since(mark), update, "{kind}");
        if kind == "AgentMemory" {
            assert_eq!(world.resource(name).body["strategies"][0]["description"], "Ours");
        }
        assert_eq!(corrected["status"]["name"], name);
        tokio::time::sleep(Duration::from_secs(1)).await;
        pass(&world, &object, "2").await;
        assert_eq!(world.writes_since(mark), update, "{kind}: once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_can_have_changed_is_no_reason_to_replace_it() {
    let world = World::new("requests").await;
    // AWS has no way to change an interpreter: what it shows otherwise is what was sent, in words of its own.
    for replacement in ["Never", "OnChange"] {
        let spec = json!({ "description": "Ours", "replacement": replacement });
        let object = world.create("CodeInterpreter", &replacement.to_lowercase(), spec).await;
        let ready = world.ready(&object).await;
        let mark = world.mark();
        let id = &ready["status"]["id"];
        let body = json!({ "description": "Otherwise" });
        world.mutate(json!({ "action": "set", "type": "CodeInterpreter", "id": id, "body": body }));
        let found = pass(&world, &object, "1").await;
        assert!(is_ready(&found), "{found:#}");
        tokio::time::sleep(Duration::from_secs(2)).await;
        pass(&world, &object, "2").await;
        assert_eq!(world.writes_since(mark), [""; 0], "{replacement}");
        // An edit is told from that.
        if replacement == "OnChange" {
            world.edit(&object, json!({ "description": "Edited" })).await;
            let edited = world.ready(&object).await;
            assert_eq!(world.writes_since(mark), ["DeleteCodeInterpreter", "CreateCodeInterpreter"]);
            assert_ne!(&edited["status"]["id"], id);
        }
    }
}
