//! An edit makes exactly the calls that the documentation names, and what changes nothing makes none.

use std::time::Duration;

use agentcore_sim::{
    JournalEntry, Settings,
    settings::{Served, Switches},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    own_fields::small,
    subject::{Subject, aws_name},
};
use crate::support::{
    api::Patch,
    world::{World, condition, is_observed, is_ready, object},
};

const REQUESTED_AT: &str = "agentcore-operator.github.io/requestedAt";

/// The only request of this operation since a mark.
pub fn only(world: &World, operation: &str, mark: u64) -> JournalEntry {
    let journal = world.journal().into_iter();
    let mut found: Vec<_> = journal.filter(|entry| entry.seq > mark && entry.operation == operation).collect();
    assert_eq!(found.len(), 1, "{operation}: {found:#?}");
    found.remove(0)
}

/// A full pass over the object, at its end.
pub async fn pass(world: &World, object: &Value, asked: &str) -> Value {
    world.annotate(object, REQUESTED_AT, asked).await;
    world.until(object, "answered", |object| object["status"]["lastHandledRequestAt"] == asked).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_is_updated_once_with_everything() {
    // So slow that the endpoint follows the runtime by seconds.
    let world = World::with("calls", Settings { speed: 3.0, ..Settings::realistic() }, |setup| setup).await;
    let mut spec = crate::crds::object("container")["spec"].clone();
    for own in
        ["suspend", "adopt", "runtimeName", "memoryRef", "codeInterpreterRefs", "deletionPolicy", "requireMMDSv2"]
    {
        spec.as_object_mut().unwrap().remove(own);
    }
    let runtime = world.create("AgentRuntime", "whole", spec).await;
    let before = world.ready(&runtime).await;
    assert_eq!(before["status"]["version"], "1");
    let created = only(&world, "CreateAgentRuntime", 0).parameters;
    let mark = world.mark();
    let edit = json!({ "description": "Edited", "env": [{ "name": "LOG_LEVEL", "value": "debug" }] });
    world.edit(&runtime, edit).await;

    // Never Ready of the new generation before DEFAULT serves the new version.
    let ready = world
        .until(&runtime, "Ready", |object| {
            if is_ready(object) {
                let endpoint = endpoint(&world);
                assert_eq!(endpoint["body"]["liveVersion"], "2", "Ready too early: {object:#}");
                assert_eq!(endpoint["status"], "READY");
            }
            is_ready(object)
        })
        .await;
    assert_eq!(ready["status"]["version"], "2");
    assert_eq!(ready["status"]["defaultEndpoint"]["liveVersion"], "2");
    assert_eq!(ready["status"]["id"], before["status"]["id"]);
    assert_eq!(world.writes_since(mark), ["UpdateAgentRuntime"]);

    // The update carries what the create carried, but for what it changes.
    let mut expected = created;
    let mut updated = only(&world, "UpdateAgentRuntime", mark).parameters;
    for own in ["agentRuntimeName", "agentRuntimeId", "clientToken", "tags"] {
        expected.as_object_mut().unwrap().remove(own);
        updated.as_object_mut().unwrap().remove(own);
    }
    expected["description"] = json!("Edited");
    assert_eq!(updated, expected);
    let resource = world.resource(ready["status"]["name"].as_str().unwrap());
    assert_eq!(resource.body["environmentVariables"]["LOG_LEVEL"], "debug");
    assert_eq!(resource.body["environmentVariables"]["AWS_REGION"], "us-west-2");
}

/// The endpoint DEFAULT of the only runtime.
fn endpoint(world: &World) -> Value {
    let all = world.aws.with(|sim| sim.inventory());
    let found = all.into_iter().find(|item| item.id.ends_with("/DEFAULT")).unwrap();
    serde_json::to_value(found).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_is_updated_once_with_its_strategies() {
    let world = World::new("calls").await;
    let spec = json!({
        "deletionPolicy": "Delete",
        "description": "Before",
        "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory" },
        "strategies": [
            { "name": "Facts", "type": "SEMANTIC", "description": "Before" },
            { "name": "Leaves", "type": "SUMMARIZATION" },
            { "name": "Stays", "type": "USER_PREFERENCE" },
        ],
    });
    let memory = world.create("AgentMemory", "whole", spec).await;
    let before = world.ready(&memory).await;
    let id = |name: &str| {
        let strategies = before["status"]["strategies"].as_array().unwrap();
        strategies.iter().find(|one| one["name"] == name).unwrap()["id"].clone()
    };
    let mark = world.mark();
    let edit = json!({
        "description": "After",
        "eventExpiryDays": 60,
        "strategies": [
            { "name": "Facts", "type": "SEMANTIC", "description": "After" },
            { "name": "Stays", "type": "USER_PREFERENCE" },
            { "name": "Comes", "type": "SEMANTIC", "description": "New" },
        ],
    });
    world.edit(&memory, edit).await;
    let ready = world.ready(&memory).await;
    assert_eq!(world.writes_since(mark), ["UpdateMemory"]);
    let sent = only(&world, "UpdateMemory", mark).parameters;
    assert_eq!(sent["description"], "After");
    assert_eq!(sent["eventExpiryDuration"], 60);
    assert_eq!(sent["memoryExecutionRoleArn"], "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory");
    let strategies = &sent["memoryStrategies"];
    assert_eq!(strategies["deleteMemoryStrategies"], json!([{ "memoryStrategyId": id("Leaves") }]));
    let modified = strategies["modifyMemoryStrategies"].as_array().unwrap();
    assert_eq!(modified.len(), 1, "{strategies:#}");
    assert_eq!(modified[0]["memoryStrategyId"], id("Facts"));
    assert_eq!(modified[0]["description"], "After");
    let added = strategies["addMemoryStrategies"].as_array().unwrap();
    assert_eq!(added.len(), 1, "{strategies:#}");
    assert_eq!(added[0]["semanticMemoryStrategy"]["name"], "Comes");
    let names: Vec<_> = ready["status"]["strategies"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Comes", "Facts", "Stays"]);
    assert_eq!(ready["status"]["strategyCounts"], json!({ "total": 3, "active": 3 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_gets_the_id_of_the_interpreter_that_replaced_its_own() {
    let world = World::with("calls", Settings { speed: 20.0, ..Settings::realistic() }, |setup| setup).await;
    let interpreter = world.create("CodeInterpreter", "tool", json!({ "replacement": "OnChange" })).await;
    let mut spec = small("AgentRuntime");
    spec["codeInterpreterRefs"] = json!([{ "alias": "default", "name": "tool" }]);
    let runtime = world.create("AgentRuntime", "agent", spec).await;
    let old = world.ready(&interpreter).await["status"]["id"].clone();
    let name = aws_name(&world.ready(&runtime).await);
    let variable = |world: &World| {
        world.resource(&name).body["environmentVariables"]["BEDROCK_AGENTCORE_CODE_INTERPRETER_ID"].clone()
    };
    assert_eq!(variable(&world), old);

    let mark = world.mark();
    world.edit(&interpreter, json!({ "description": "Another" })).await;
    let new = world.ready(&interpreter).await["status"]["id"].clone();
    assert_ne!(new, old);
    world.until(&runtime, "on version 2", |object| is_ready(object) && object["status"]["version"] == "2").await;
    assert_eq!(variable(&world), new);
    assert_eq!(
        world.writes_since(mark),
        ["DeleteCodeInterpreter", "CreateCodeInterpreter", "UpdateAgentRuntime"],
        "nothing is sent while the reference has no id"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_are_changed_by_tag_and_untag_alone() {
    let world = World::new("calls").await;
    for kind in ["AgentRuntime", "AgentMemory", "CodeInterpreter"] {
        let mut spec = small(kind);
        spec["tags"] = json!({ "stays": "1", "changes": "1", "goes": "1" });
        if kind == "CodeInterpreter" {
            spec["replacement"] = json!("OnChange");
        }
        let subject = Subject::create(&world, kind, "tagged", &spec).await.unwrap();
        let name = aws_name(&subject.ready().await.unwrap());
        let change = async |tags: Value| {
            let mark = world.mark();
            subject.edit(&json!({ "tags": tags })).await.unwrap();
            subject.ready().await.unwrap();
            let mut writes = subject.writes_since(mark, &name);
            writes.sort();
            (mark, writes)
        };
        let (mark, writes) = change(json!({ "changes": "2", "goes": null, "comes": "1" })).await;
        assert_eq!(writes, ["TagResource", "UntagResource"], "{kind}");
        assert_eq!(only(&world, "TagResource", mark).parameters["tags"], json!({ "changes": "2", "comes": "1" }));
        assert_eq!(only(&world, "UntagResource", mark).parameters["tagKeys"], "goes", "{kind}");
        assert_eq!(change(json!({ "more": "1" })).await.1, ["TagResource"], "{kind}");
        assert_eq!(change(json!({ "more": null })).await.1, ["UntagResource"], "{kind}");
        let mut tags = world.resource(&name).tags;
        tags.retain(|key, _| !key.starts_with("agentcore-operator/"));
        let expected = [("changes", "2"), ("comes", "1"), ("stays", "1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(tags, expected.into(), "{kind}");
        // With another edit: each in its own call, but for what is created anyway.
        let mark = world.mark();
        subject.edit(&json!({ "description": "Edited", "tags": { "both": "1" }, })).await.unwrap();
        subject.ready().await.unwrap();
        let mut writes = subject.writes_since(mark, &name);
        writes.sort();
        let together = match kind {
            "AgentRuntime" => ["TagResource", "UpdateAgentRuntime"],
            "AgentMemory" => ["TagResource", "UpdateMemory"],
            _ => ["CreateCodeInterpreter", "DeleteCodeInterpreter"],
        };
        assert_eq!(writes, together, "{kind}");
        assert_eq!(world.resource(&name).tags["both"], "1", "{kind}");
        // All of them at once; ours stay.
        assert_eq!(change(Value::Null).await.1, ["UntagResource"], "{kind}");
        assert_eq!(world.resource(&name).tags.len(), 6, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_aws_refuses_tags_of_memories_an_edit_of_them_is_told() {
    let switches = Switches { memory_tags: Served::Refused, ..Switches::default() };
    let world = World::with("calls", Settings { switches, ..Settings::default() }, |setup| setup).await;
    let mut spec = small("AgentMemory");
    spec["tags"] = json!({ "team": "support" });
    let memory = world.create("AgentMemory", "tagged", spec).await;
    let name = aws_name(&world.ready(&memory).await);
    assert_eq!(world.resource(&name).tags["team"], "support", "a create takes them");
    let mark = world.mark();
    world.edit(&memory, json!({ "tags": { "team": "sales" } })).await;
    let stalled = world.until(&memory, "Stalled", |object| condition(object, "Stalled")["status"] == "True").await;
    assert!(condition(&stalled, "Stalled")["message"].as_str().unwrap().contains("TagResource"), "{stalled:#}");
    sleep(Duration::from_secs(3)).await;
    assert_eq!(world.writes_since(mark), ["TagResource"], "once");
    // Set back, there is nothing to ask for.
    world.edit(&memory, json!({ "tags": { "team": "support" } })).await;
    world.ready(&memory).await;
    assert_eq!(world.writes_since(mark), ["TagResource"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_create_cannot_carry_follows_in_one_update() {
    let world = World::with("calls", Settings { speed: 20.0, ..Settings::realistic() }, |setup| setup).await;
    let mut spec = small("AgentRuntime");
    spec["requireMMDSv2"] = json!(true);
    let runtime = world.create("AgentRuntime", "planned", spec).await;
    let ready = world.ready(&runtime).await;
    assert_eq!(world.writes(), ["CreateAgentRuntime", "UpdateAgentRuntime"]);
    assert_eq!(only(&world, "CreateAgentRuntime", 0).parameters["metadataConfiguration"], Value::Null);
    let sent = only(&world, "UpdateAgentRuntime", 0).parameters;
    assert_eq!(sent["metadataConfiguration"], json!({ "requireMMDSV2": true }));
    assert_eq!(ready["status"]["version"], "2");
    pass(&world, &runtime, "1").await;
    assert_eq!(world.writes().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_nothing_asks_for_nothing() {
    let world = World::new("calls").await;
    let runtime = json!({
        "network": {
            "mode": "VPC",
            "subnets": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
            "securityGroups": ["sg-0a1b2c3d", "sg-0a1b2c3e"],
        },
        "env": [{ "name": "ONE", "value": "1" }, { "name": "TWO", "value": "2" }],
        "filesystems": [
            { "mountPath": "/mnt/one", "sessionStorage": {} },
            { "mountPath": "/mnt/two", "capacityProviderVolume": { "volumeName": "two" } },
        ],
        "allowedPorts": [{ "port": 9000 }, { "range": { "from": 9100, "to": 9199 } }],
        "requestHeaders": { "allowlist": ["X-One", "X-Two"] },
        "authorizer": { "customJWT": {
            "discoveryUrl": "https://example.com/.well-known/openid-configuration",
            "allowedClients": ["one", "two"],
        } },
    });
    let other_runtime = json!({
        "network": {
            "subnets": ["subnet-0a1b2c3e", "subnet-0a1b2c3d"],
            "securityGroups": ["sg-0a1b2c3e", "sg-0a1b2c3d"],
        },
        "env": [{ "name": "TWO", "value": "2" }, { "name": "ONE", "value": "1" }],
        "filesystems": [
            { "mountPath": "/mnt/two", "capacityProviderVolume": { "volumeName": "two" } },
            { "mountPath": "/mnt/one", "sessionStorage": {} },
        ],
        "allowedPorts": [{ "range": { "from": 9100, "to": 9199 } }, { "port": 9000 }],
        "requestHeaders": { "allowlist": ["X-Two", "X-One"] },
        "authorizer": { "customJWT": { "allowedClients": ["two", "one"] } },
        "lifecycle": {},
    });
    let preset = json!({ "strategyPreset": "Standard", "eventExpiryDays": 30 });
    let written_out = json!({
        "strategyPreset": null,
        "strategies": [
            { "name": "SessionSummaries", "type": "SUMMARIZATION",
              "namespaceTemplates": ["/summaries/{actorId}/{sessionId}/"] },
            { "name": "SemanticFacts", "type": "SEMANTIC", "namespaceTemplates": ["/users/{actorId}/facts/"] },
            { "name": "UserPreferences", "type": "USER_PREFERENCE",
              "namespaceTemplates": ["/users/{actorId}/preferences/"] },
        ],
    });
    let tagged = json!({ "tags": { "one": "1", "two": "2" }, "description": "A sandbox" });
    let retagged = json!({ "tags": { "two": "2", "one": "1" }, "replacement": "OnChange" });
    for (kind, more, same) in [
        ("AgentRuntime", runtime, other_runtime),
        ("AgentMemory", preset, written_out),
        ("CodeInterpreter", tagged, retagged),
    ] {
        let mut spec = small(kind);
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let subject = Subject::create(&world, kind, "same", &spec).await.unwrap();
        let name = aws_name(&subject.ready().await.unwrap());
        let mark = world.mark();

        let applied = object(kind, "same", &spec);
        world.objects.patch(&subject.object, &applied, Patch::Force("somebody")).await.unwrap();
        let label = json!({ "metadata": { "labels": { "team": "x" }, "annotations": { "example.com/note": "x" } } });
        world.patch(&subject.object, label).await;
        subject.edit(&json!({ "suspend": false })).await.unwrap();
        subject.edit(&same).await.unwrap();
        let found = pass(&world, &subject.object, "1").await;
        assert!(is_observed(&found) && is_ready(&found), "{kind}: {found:#}");
        assert_eq!(subject.writes_since(mark, &name), [""; 0], "{kind}");
    }
    let memory = object("AgentMemory", "same", &json!({}));
    let mark = world.mark();
    world.edit(&memory, json!({ "strategies": null, "strategyPreset": "Standard" })).await;
    assert!(is_ready(&pass(&world, &memory, "2").await), "the way back");
    assert_eq!(world.writes_since(mark), [""; 0]);
}
