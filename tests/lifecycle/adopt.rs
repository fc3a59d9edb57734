//! What is in AWS already becomes an object's, where the operator allows it and nobody else has it.

use std::collections::BTreeMap;

use agentcore_sim::{InventoryItem, Settings};
use serde_json::{Value, json};

use crate::support::{
    operator::Setup,
    world::{World, condition, message, runtime_spec},
};

const REQUESTED_AT: &str = "agentcore-operator.github.io/requestedAt";

/// A world whose operator allows its namespace to adopt.
async fn adopting(purpose: &str) -> World {
    World::with(purpose, Settings::default(), allowed).await
}

fn allowed(setup: Setup) -> Setup {
    let namespace = setup.namespaces[0].clone();
    setup.argument(&format!("--allow-adoption={namespace}"))
}

/// What somebody else has made, of each kind, and a spec that adopts it.
fn theirs(world: &World) -> [(&'static str, Value, InventoryItem); 3] {
    let memory =
        json!({ "name": "memory", "eventExpiryDuration": 90, "clientToken": "theirs-theirs-theirs-theirs-theirs" });
    let interpreter =
        json!({ "name": "interpreter", "networkConfiguration": { "networkMode": "PUBLIC" }, "tags": { "team": "x" } });
    let runtime = json!({
        "agentRuntimeName": "runtime",
        "agentRuntimeArtifact": {
            "containerConfiguration": { "containerUri": "123456789012.dkr.ecr.us-west-2.amazonaws.com/x:1" },
        },
        "roleArn": "arn:aws:iam::123456789012:role/Theirs",
        "networkConfiguration": { "networkMode": "PUBLIC" },
    });
    world.foreign("POST", "/memories/create", &memory);
    world.foreign("PUT", "/code-interpreters", &interpreter);
    world.foreign("PUT", "/runtimes", &runtime);
    let found = |name| world.resource(name);
    let (memory, interpreter, runtime) = (found("memory"), found("interpreter"), found("runtime"));
    let mut agent = runtime_spec();
    agent["adopt"] = json!({ "id": runtime.id });
    [
        ("AgentMemory", json!({ "memoryName": "memory", "adopt": { "byName": true } }), memory),
        ("CodeInterpreter", json!({ "network": { "mode": "PUBLIC" }, "adopt": { "id": interpreter.id } }), interpreter),
        ("AgentRuntime", agent, runtime),
    ]
}

/// The resource as it is now.
fn now(world: &World, before: &InventoryItem) -> InventoryItem {
    let found = world.resources().into_iter().find(|item| item.id == before.id);
    found.unwrap_or_else(|| panic!("{} is gone", before.id))
}

/// The writes about a resource since its creation, in order.
fn writes_about(world: &World, item: &InventoryItem) -> Vec<String> {
    let about = |entry: &agentcore_sim::JournalEntry| {
        let created = entry.operation.starts_with("Create");
        crate::support::world::is_write(entry) && !created && format!("{entry:?}").contains(&item.id)
    };
    world.journal().iter().filter(|entry| about(entry)).map(|entry| entry.operation.clone()).collect()
}

fn uid(tags: &BTreeMap<String, String>) -> Option<&str> {
    tags.get("agentcore-operator/uid").map(String::as_str)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_made_becomes_an_objects() {
    let world = adopting("adopt").await;
    let theirs = theirs(&world);
    let mut objects = Vec::new();
    for (kind, spec, item) in &theirs {
        let object = world.create(kind, "ours", spec.clone()).await;
        let ready = world.ready(&object).await;
        assert_eq!(ready["status"]["id"], item.id, "{ready:#}");
        assert_eq!(ready["status"]["name"], item.name);
        assert_eq!(ready["status"]["deletionPolicy"], "Retain");
        assert!(ready["status"]["establishedAt"].is_string(), "{ready:#}");
        let record = &ready["status"]["record"]["main"];
        assert_eq!((&record["adopted"], &record["everActive"]), (&json!(true), &json!(true)));
        let found = now(&world, item);
        assert_eq!(uid(&found.tags), object["metadata"]["uid"].as_str());
        // It is claimed before anything else is done to it.
        let writes = writes_about(&world, item);
        let expected: &[&str] = match *kind {
            "AgentMemory" => &["TagResource", "UpdateMemory"],
            "AgentRuntime" => &["TagResource", "UpdateAgentRuntime"],
            _ => &["TagResource"],
        };
        assert_eq!(writes, expected, "{kind}");
        objects.push(object);
    }
    assert_eq!(now(&world, &theirs[0].2).body["eventExpiryDuration"], 30, "the spec is what counts");
    assert_eq!(now(&world, &theirs[1].2).tags.get("team").map(String::as_str), Some("x"), "others' tags stay");
    assert_eq!(world.resources().len(), 3, "nothing was created");
    // Whoever adopted it did not make it: it stays.
    for object in &objects {
        world.delete(object).await;
        world.gone(object).await;
    }
    assert_eq!(world.resources().len(), 3);
    // And a next object of that name has it at once.
    let (kind, spec, item) = &theirs[1];
    let again = world.create(kind, "ours", spec.clone()).await;
    world.ready(&again).await;
    assert_eq!(uid(&now(&world, item).tags), again["metadata"]["uid"].as_str());
    world.edit(&again, json!({ "deletionPolicy": "Delete" })).await;
    world.ready(&again).await;
    world.delete(&again).await;
    world.gone(&again).await;
    assert_eq!(world.resources().len(), 2, "now the spec says so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_leave_nothing_is_asked_of_aws() {
    let world = World::new("no-adopt").await;
    for (number, (kind, spec, _)) in theirs(&world).into_iter().enumerate() {
        let mark = world.mark();
        let object = world.create(kind, &format!("ours-{number}"), spec).await;
        let stalled = world.condition(&object, "Stalled", "True", "AdoptionNotAllowed").await;
        let told = message(&stalled, "Stalled");
        for part in ["--allow-adoption", &world.objects.namespace, "spec.adopt"] {
            assert!(told.contains(part), "{part} is not in: {told}");
        }
        assert_eq!(world.mark(), mark, "not even a read");
        world.delete(&object).await;
        world.gone(&object).await;
    }
    // Who may is the operator's to choose, and another flag says nothing of it.
    let other = World::with("other-adopt", Settings::default(), |setup| {
        setup.argument("--allow-adoption=elsewhere").argument("--allow-external-ids=*")
    });
    let other = other.await;
    let object = other.create("CodeInterpreter", "ours", json!({ "adopt": { "byName": true } })).await;
    other.condition(&object, "Stalled", "True", "AdoptionNotAllowed").await;
    assert_eq!(other.mark(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_under_the_name_tells_how_it_is_adopted() {
    let world = adopting("adopt-stranger").await;
    let [_, (kind, _, item), _] = theirs(&world);
    let spec = json!({ "codeInterpreterName": "interpreter", "network": { "mode": "PUBLIC" } });
    let object = world.create(kind, "ours", spec).await;
    let stalled = world.condition(&object, "Stalled", "True", "NotOwned").await;
    let line = format!("spec.adopt.id: {}", item.id);
    assert!(message(&stalled, "Stalled").contains(&line), "{line} is not in: {}", message(&stalled, "Stalled"));
    world.edit(&object, json!({ "adopt": { "id": item.id } })).await;
    let ready = world.ready(&object).await;
    assert_eq!(ready["status"]["id"], item.id);
    assert_eq!(world.resources().len(), 3);
}

/// What a live object has is nobody else's, whatever they write; what is left of one that is gone is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_live_object_has_is_its_own() {
    let world = adopting("adopt-live").await;
    let first = world.create("CodeInterpreter", "first", json!({ "deletionPolicy": "Retain" })).await;
    let ready = world.ready(&first).await;
    let id = ready["status"]["id"].as_str().unwrap();
    let before = world.resources();
    let second = world.create("CodeInterpreter", "second", json!({ "adopt": { "id": id } })).await;
    let stalled = world.condition(&second, "Stalled", "True", "NotOwned").await;
    let told = message(&stalled, "Stalled");
    for part in [id, "first", first["metadata"]["uid"].as_str().unwrap(), "that object exists"] {
        assert!(told.contains(part), "{part} is not in: {told}");
    }
    // Nor is one told how, whom its name stands in the way.
    let name = ready["status"]["name"].as_str().unwrap();
    let third = world.create("CodeInterpreter", "third", json!({ "codeInterpreterName": name })).await;
    let told = message(&world.condition(&third, "Stalled", "True", "NotOwned").await, "Stalled");
    assert!(!told.contains("spec.adopt"), "{told}");
    assert_eq!(world.resources(), before);

    world.delete(&first).await;
    world.gone(&first).await;
    world.annotate(&second, REQUESTED_AT, "now").await;
    let ready = world.ready(&second).await;
    assert_eq!(ready["status"]["id"], id);
    assert_eq!(uid(&world.resource(name).tags), second["metadata"]["uid"].as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_cluster_has_needs_a_flag() {
    let world = adopting("adopt-cluster").await;
    let [_, (kind, spec, item), _] = theirs(&world);
    let tags: BTreeMap<String, String> = [
        ("agentcore-operator/cluster", "old"),
        ("agentcore-operator/kind", "CodeInterpreter"),
        ("agentcore-operator/name", "ours"),
        ("agentcore-operator/namespace", "elsewhere"),
        ("agentcore-operator/namespace-uid", "1"),
        ("agentcore-operator/uid", "2"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    world.mutate(json!({ "action": "set", "type": "CodeInterpreter", "id": item.id, "tags": tags }));
    let before = now(&world, &item);
    let object = world.create(kind, "ours", spec).await;
    let stalled = world.condition(&object, "Stalled", "True", "NotOwned").await;
    let told = message(&stalled, "Stalled");
    for part in ["elsewhere/ours", "of the cluster old", "--adopt-from-clusters"] {
        assert!(told.contains(part), "{part} is not in: {told}");
    }
    assert_eq!(now(&world, &item), before);
    let mut world = world;
    world.operator.kill();
    let setup =
        allowed(Setup::new(&world.objects.namespace, &world.aws.url())).argument("--adopt-from-clusters=older,old");
    world.operator = crate::support::operator::Operator::start(setup);
    world.ready(&object).await;
    assert_eq!(uid(&now(&world, &item).tags), object["metadata"]["uid"].as_str());
}

/// A memory of a harness is the harness's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_aws_service_manages_is_left_to_it() {
    let world = adopting("adopt-managed").await;
    let [(kind, spec, item), ..] = theirs(&world);
    let owner = "arn:aws:bedrock-agentcore:us-west-2:123456789012:harness/agent-a1B2c3D4e5";
    world.mutate(json!({
        "action": "set", "type": "Memory", "id": item.id, "body": { "managedByResourceArn": owner },
    }));
    let before = now(&world, &item);
    let object = world.create(kind, "ours", spec).await;
    let stalled = world.condition(&object, "Stalled", "True", "NotOwned").await;
    assert!(message(&stalled, "Stalled").contains(owner), "{stalled:#}");
    // Nor is one told to adopt it.
    world.edit(&object, json!({ "adopt": null })).await;
    world.until(&object, "told of the name", |object| message(object, "Stalled").contains("spec.memoryName")).await;
    assert!(!message(&world.now(&object).await, "Stalled").contains("spec.adopt"));
    assert_eq!(now(&world, &item), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_drift_reported_it_is_claimed_and_nothing_else() {
    let world = adopting("adopt-report").await;
    let [(kind, mut spec, item), ..] = theirs(&world);
    spec["drift"] = json!("Report");
    let object = world.create(kind, "ours", spec).await;
    let ready = world.ready(&object).await;
    assert!(message(&ready, "Drifted").contains("eventExpiryDays"), "{ready:#}");
    assert_eq!(writes_about(&world, &item), ["TagResource"]);
    assert_eq!(now(&world, &item).body["eventExpiryDuration"], 90);
    world.edit(&object, json!({ "eventExpiryDays": 60 })).await;
    let ready = world.ready(&object).await;
    assert!(condition(&ready, "Drifted").is_null(), "{ready:#}");
    assert_eq!(now(&world, &item).body["eventExpiryDuration"], 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_told() {
    let world = adopting("adopt-missing").await;
    let cases = [
        (json!({ "adopt": { "id": "nobody-a1B2c3D4e5" } }), "nobody-a1B2c3D4e5"),
        (json!({ "adopt": { "byName": true }, "memoryName": "nobody" }), "nobody"),
    ];
    for (number, (spec, part)) in cases.into_iter().enumerate() {
        let object = world.create("AgentMemory", &format!("ours-{number}"), spec).await;
        let stalled = world.condition(&object, "Stalled", "True", "InvalidSpec").await;
        let told = message(&stalled, "Stalled");
        assert!(told.contains(part) && told.contains("remove spec.adopt"), "{told}");
        world.edit(&object, json!({ "adopt": null })).await;
        world.ready(&object).await;
    }
    assert_eq!(world.resources().len(), 2);
}
