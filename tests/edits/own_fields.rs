//! The operator's own fields: no AWS resource shows them, so what they do is the test.

use agentcore_sim::Settings;
use futures::future::join_all;
use serde_json::{Value, json};

use super::subject::{Subject, aws_name};
use crate::support::world::{World, condition};

/// The leaves that this file tests.
pub const LEAVES: &[&str] = &[
    "AgentRuntime.spec.deletionPolicy",
    "AgentMemory.spec.deletionPolicy",
    "CodeInterpreter.spec.deletionPolicy",
    "AgentRuntime.spec.suspend",
    "AgentMemory.spec.suspend",
    "CodeInterpreter.spec.suspend",
    "CodeInterpreter.spec.replacement",
    "AgentRuntime.spec.adopt.id",
    "AgentRuntime.spec.adopt.byName",
    "AgentMemory.spec.adopt.id",
    "AgentMemory.spec.adopt.byName",
    "CodeInterpreter.spec.adopt.id",
    "CodeInterpreter.spec.adopt.byName",
    "AgentRuntime.spec.drift",
    "AgentMemory.spec.drift",
    "CodeInterpreter.spec.drift",
];

/// A small object of each kind.
pub fn small(kind: &str) -> Value {
    match kind {
        "AgentRuntime" => json!({
            "artifact": { "container": { "image": "123456789012.dkr.ecr.us-west-2.amazonaws.com/agent:1" } },
            "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreAgent" },
        }),
        "AgentMemory" => json!({ "deletionPolicy": "Delete" }),
        "CodeInterpreter" => json!({}),
        other => panic!("no kind {other}"),
    }
}

const KINDS: [&str; 3] = ["AgentRuntime", "AgentMemory", "CodeInterpreter"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deletion_policy_decides_what_stays_in_aws() {
    let world = World::new("policy").await;
    let cases = KINDS.iter().flat_map(|kind| [(*kind, "Delete", "Retain"), (*kind, "Retain", "Delete")]);
    join_all(cases.map(|(kind, from, to)| change_the_policy(&world, kind, from, to))).await;
}

async fn change_the_policy(world: &World, kind: &str, from: &str, to: &str) {
    let mut spec = small(kind);
    spec["deletionPolicy"] = json!(from);
    let subject = Subject::create(world, kind, &format!("from-{}", from.to_lowercase()), &spec).await.unwrap();
    let before = subject.ready().await.unwrap();
    assert_eq!(before["status"]["deletionPolicy"], from, "{kind}");
    let (mark, id) = (world.mark(), before["status"]["id"].as_str().unwrap().to_owned());
    subject.edit(&json!({ "deletionPolicy": to })).await.unwrap();
    let after = subject.ready().await.unwrap();
    assert_eq!(after["status"]["deletionPolicy"], to, "{kind}");
    assert_eq!(subject.writes_since(mark, &aws_name(&after)), [""; 0], "{kind}: the policy is ours alone");

    world.delete(&subject.object).await;
    world.gone(&subject.object).await;
    let stayed = world.resources().iter().any(|item| item.id == id);
    assert_eq!(stayed, to == "Retain", "{kind} {id} with {to}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_suspended_is_reported_and_not_written() {
    let world = World::new("suspend").await;
    // Created suspended, an object has nothing in AWS.
    for kind in KINDS {
        let mut spec = small(kind);
        spec["suspend"] = json!(true);
        let idle = world.create(kind, "idle", spec).await;
        world.condition(&idle, "Ready", "False", "Suspended").await;
    }
    assert_eq!(world.writes(), [""; 0]);

    join_all(KINDS.iter().map(|kind| suspend(&world, kind))).await;
}

async fn suspend(world: &World, kind: &str) {
    let mut spec = small(kind);
    spec["tags"] = json!({ "team": "support" });
    if kind == "CodeInterpreter" {
        spec["replacement"] = json!("OnChange");
    }
    let subject = Subject::create(world, kind, "busy", &spec).await.unwrap();
    let name = aws_name(&subject.ready().await.unwrap());
    let mark = world.mark();

    // What matches stays Ready.
    subject.edit(&json!({ "suspend": true })).await.unwrap();
    let suspended = subject.ready().await.unwrap();
    assert_eq!(condition(&suspended, "Ready")["reason"], "Available", "{kind}");

    for edit in [json!({ "tags": { "team": "sales" } }), json!({ "description": "Edited while suspended" })] {
        subject.edit(&edit).await.unwrap();
        let waiting = world.condition(&subject.object, "Ready", "False", "Suspended").await;
        for absent in ["Reconciling", "Stalled"] {
            assert_eq!(condition(&waiting, absent), Value::Null, "{kind}");
        }
    }
    world.annotate(&subject.object, "agentcore-operator.github.io/requestedAt", "1").await;
    world.until(&subject.object, "answered", |object| object["status"]["lastHandledRequestAt"] == "1").await;
    assert_eq!(subject.writes_since(mark, &name), [""; 0], "{kind}: nothing is written while suspended");

    subject.edit(&json!({ "suspend": false })).await.unwrap();
    subject.ready().await.unwrap();
    let resource = subject.resource().await.unwrap();
    assert_eq!(resource["body"]["description"], "Edited while suspended", "{kind}");
    assert_eq!(resource["tags"]["team"], "sales", "{kind}");
}

/// Somebody else edits what AWS has: it is told, set back, or left; and what is deleted stays so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drift_is_reported_ignored_or_corrected() {
    let world = World::new("drift").await;
    let kinds = [("AgentRuntime", "AgentRuntime"), ("AgentMemory", "Memory")];
    join_all(kinds.iter().map(|(kind, type_)| drift(&world, kind, type_))).await;

    // An interpreter can't be changed, by anybody; it can be deleted.
    let subject = Subject::create(&world, "CodeInterpreter", "gone", &json!({ "drift": "Report" })).await.unwrap();
    let ready = subject.ready().await.unwrap();
    world.mutate(json!({ "action": "delete", "type": "CodeInterpreter", "id": ready["status"]["id"] }));
    world.annotate(&subject.object, "agentcore-operator.github.io/requestedAt", "1").await;
    let stalled = world.condition(&subject.object, "Stalled", "True", "Drifted").await;
    assert_eq!(condition(&stalled, "Drifted")["status"], "True", "{stalled:#}");
    subject.edit(&json!({ "drift": "Correct" })).await.unwrap();
    let anew = subject.ready().await.unwrap();
    assert_ne!(anew["status"]["id"], ready["status"]["id"]);
}

async fn drift(world: &World, kind: &str, type_: &str) {
    let mut spec = small(kind);
    spec["drift"] = json!("Report");
    spec["description"] = json!("Ours");
    let subject = Subject::create(world, kind, "shared", &spec).await.unwrap();
    let name = aws_name(&subject.ready().await.unwrap());
    let id = subject.now().await["status"]["id"].clone();
    // Memories have no versions: what changes soon after our own write may be AWS that is not done with it.
    world.aws.with(|sim| sim.advance_clock(jiff::SignedDuration::from_mins(30)));
    let mark = world.mark();
    let look = async |number: &str| {
        world.annotate(&subject.object, "agentcore-operator.github.io/requestedAt", number).await;
        world.until(&subject.object, "answered", |object| object["status"]["lastHandledRequestAt"] == number).await
    };
    let token = format!("theirs-{kind}-theirs-theirs-theirs-theirs");
    let id = id.as_str().unwrap();
    match kind {
        "AgentRuntime" => world.foreign(
            "PUT",
            &format!("/runtimes/{id}/"),
            &json!({
                "agentRuntimeArtifact": { "containerConfiguration": { "containerUri": spec["artifact"]["container"]["image"] } },
                "roleArn": spec["executionRole"]["arn"],
                "networkConfiguration": { "networkMode": "PUBLIC" },
                "environmentVariables": { "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2" },
                "description": "Theirs",
                "clientToken": token,
            }),
        ),
        _ => world.foreign(
            "PUT",
            &format!("/memories/{id}/update"),
            &json!({ "description": "Theirs", "clientToken": token }),
        ),
    };
    let told = look("1").await;
    assert_eq!(condition(&told, "Ready")["status"], "True", "{told:#}");
    let message = condition(&told, "Drifted")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("differs from the spec in description,") && !message.contains("Theirs"), "{message}");
    assert!(world.events(&subject.object).iter().any(|event| event.starts_with("Warning Drifted")), "{kind}");

    subject.edit(&json!({ "drift": "Ignore" })).await.unwrap();
    subject.ready().await.unwrap();
    let ignored = look("2").await;
    assert_eq!(condition(&ignored, "Drifted"), Value::Null, "{kind}");
    let update = format!("Update{type_}");
    assert_eq!(subject.writes_since(mark, &name), [update.as_str()], "{kind}: theirs");

    subject.edit(&json!({ "drift": "Correct" })).await.unwrap();
    subject.ready().await.unwrap();
    assert_eq!(subject.writes_since(mark, &name), [update.as_str(), &update], "{kind}");
    assert_eq!(subject.resource().await.unwrap()["body"]["description"], "Ours", "{kind}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletion_proceeds_although_suspended() {
    let world = World::new("suspend").await;
    let leave = async |kind: &str| {
        let subject = Subject::create(&world, kind, "leaving", &small(kind)).await.unwrap();
        subject.ready().await.unwrap();
        subject.edit(&json!({ "suspend": true })).await.unwrap();
        subject.ready().await.unwrap();
        world.delete(&subject.object).await;
        world.gone(&subject.object).await;
    };
    join_all(KINDS.iter().map(|kind| leave(kind))).await;
    assert_eq!(world.resources(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interpreter_is_replaced_only_if_it_may_be() {
    let world = World::with("replacement", Settings::default(), |setup| setup).await;
    let subject = Subject::create(&world, "CodeInterpreter", "sandbox", &json!({})).await.unwrap();
    let before = subject.ready().await.unwrap();
    let mark = world.mark();
    let refused = subject.edit(&json!({ "description": "Another" })).await.unwrap_err();
    assert!(refused.contains("replacement: OnChange"), "{refused}");

    // The permission alone changes nothing.
    subject.edit(&json!({ "replacement": "OnChange" })).await.unwrap();
    subject.ready().await.unwrap();
    let name = aws_name(&before);
    assert_eq!(subject.writes_since(mark, &name), [""; 0]);

    subject.edit(&json!({ "description": "Another" })).await.unwrap();
    let after = subject.ready().await.unwrap();
    assert_eq!(subject.writes_since(mark, &name), ["DeleteCodeInterpreter", "CreateCodeInterpreter"]);
    assert_ne!(after["status"]["id"], before["status"]["id"]);
    assert_eq!(world.resources().len(), 1);

    // Taken back, it protects what is there now.
    subject.edit(&json!({ "replacement": "Never" })).await.unwrap();
    subject.ready().await.unwrap();
    subject.edit(&json!({ "description": "A third" })).await.unwrap_err();
}
