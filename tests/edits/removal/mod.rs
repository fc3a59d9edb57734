//! Optional fields removed, where AWS resets what an update leaves out, and where it keeps it.

mod cases;

use std::time::Duration;

use agentcore_sim::{
    Settings,
    settings::{OmittedMember, Switches},
};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use self::cases::{Left, Removal, interpreters, memories, runtimes, strategies};
use super::{
    calls::pass,
    own_fields::small,
    subject::{Subject, aws_name},
};
use crate::support::world::{World, condition, is_observed, is_ready};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_goes_where_aws_resets_what_is_left_out() {
    everything_is_removed(OmittedMember::Reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_is_told_where_aws_keeps_what_is_left_out() {
    everything_is_removed(OmittedMember::Kept).await;
}

async fn everything_is_removed(omitted: OmittedMember) {
    let switches = Switches { omitted_runtime_member: omitted, omitted_memory_member: omitted, ..Switches::default() };
    let settings = Settings { switches, ..Settings::default() };
    let world = World::with("removal", settings, |setup| setup.argument("--allow-external-ids=*")).await;
    let removals: Vec<Removal> = [runtimes(), memories(), strategies(), interpreters()].into_iter().flatten().collect();
    let kept = omitted == OmittedMember::Kept;
    let runs = removals.iter().enumerate().map(|(number, removal)| {
        let world = &world;
        async move {
            let end = removed(world, removal, number, if kept { removal.kept } else { removal.reset }).await;
            end.err().map(|why| format!("{}.{}: {why}", removal.kind, removal.field))
        }
    });
    let failures: Vec<String> = join_all(runs).await.into_iter().flatten().collect();
    assert!(failures.is_empty(), "{omitted:?}:\n{}", failures.join("\n"));
}

/// Creates the object, removes the field, and looks what AWS and the object say.
async fn removed(world: &World, removal: &Removal, number: usize, left: Left) -> Result<(), String> {
    let mut spec = small(removal.kind);
    spec.as_object_mut().unwrap().extend(removal.with.as_object().unwrap().clone());
    let subject = Subject::create(world, removal.kind, &format!("removal-{number}"), &spec).await?;
    let before = subject.ready().await?;
    let name = aws_name(&before);
    let shown = |resource: &Value| resource["body"].pointer(removal.aws).cloned().unwrap_or_default();
    let value = shown(&subject.resource().await?);
    if value == removal.default {
        return Err(format!("AWS never had it: {value}"));
    }
    let mark = world.mark();
    subject.edit(&removal.patch).await?;
    let after = match left {
        Left::Stalled => world.condition(&subject.object, "Stalled", "True", "NotClearable").await,
        _ => subject.ready().await?,
    };
    let now = shown(&subject.resource().await?);
    let expected = if left == Left::Nothing { &removal.default } else { &value };
    if now != *expected {
        return Err(format!("AWS has {now}, not {expected}"));
    }
    says(&after, removal, left)?;

    // It is sent once, and that is all.
    let writes = subject.writes_since(mark, &name);
    let once = match removal.kind {
        _ if left == Left::Unsent => vec![],
        "AgentRuntime" => vec!["UpdateAgentRuntime"],
        "AgentMemory" => vec!["UpdateMemory"],
        _ => vec!["DeleteCodeInterpreter", "CreateCodeInterpreter"],
    };
    if writes != once {
        return Err(format!("asked for {writes:?}"));
    }
    for asked in ["1", "2"] {
        sleep(Duration::from_millis(1500)).await;
        let later = pass(world, &subject.object, asked).await;
        says(&later, removal, left)?;
    }
    let writes = subject.writes_since(mark, &name);
    if writes == once { Ok(()) } else { Err(format!("asked again: {writes:?}")) }
}

/// Whether the object says what it should of the field that is left.
fn says(object: &Value, removal: &Removal, left: Left) -> Result<(), String> {
    let told = condition(object, "FieldsNotCleared");
    let names = |condition: &Value| {
        condition["status"] == "True" && condition["message"].as_str().unwrap_or_default().contains(removal.field)
    };
    let stalled = condition(object, "Stalled");
    let right = is_observed(object)
        && match left {
            Left::Nothing | Left::Untold | Left::Unsent => is_ready(object) && told["status"] != "True",
            Left::Named => is_ready(object) && names(&told),
            Left::Stalled => !is_ready(object) && stalled["reason"] == "NotClearable" && names(&stalled),
        };
    if right { Ok(()) } else { Err(format!("it should say {left:?}: {:#}", object["status"]["conditions"])) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_is_told_until_it_is_set_again() {
    let switches = Switches {
        omitted_runtime_member: OmittedMember::Kept,
        omitted_memory_member: OmittedMember::Kept,
        ..Switches::default()
    };
    let world = World::with("removal", Settings { switches, ..Settings::default() }, |setup| setup).await;
    let told =
        |object: &Value| condition(object, "FieldsNotCleared")["message"].as_str().unwrap_or_default().to_owned();

    let mut spec = small("AgentRuntime");
    spec["description"] = json!("Goes");
    spec["requestHeaders"] = json!({ "allowlist": ["X-One"] });
    let runtime = world.create("AgentRuntime", "told", spec).await;
    world.ready(&runtime).await;
    world.edit(&runtime, json!({ "description": null, "requestHeaders": null })).await;
    let both = world.ready(&runtime).await;
    assert!(told(&both).contains("description") && told(&both).contains("requestHeaders"), "{both:#}");
    // Another edit does not make it forget; what is set again is told no longer.
    world.edit(&runtime, json!({ "platformVersion": "1", "description": "Back" })).await;
    let one = world.ready(&runtime).await;
    assert!(!told(&one).contains("description") && told(&one).contains("requestHeaders"), "{one:#}");
    world.edit(&runtime, json!({ "requestHeaders": { "allowlist": ["X-Two"] } })).await;
    let none = world.ready(&runtime).await;
    assert_ne!(condition(&none, "FieldsNotCleared")["status"], "True", "{none:#}");

    // What is grave is Stalled until the user decides.
    let role = json!({ "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory" } });
    let mut spec = small("AgentMemory");
    spec.as_object_mut().unwrap().extend(role.as_object().unwrap().clone());
    let memory = world.create("AgentMemory", "grave", spec).await;
    world.ready(&memory).await;
    world.edit(&memory, json!({ "executionRole": null })).await;
    let stalled = world.condition(&memory, "Stalled", "True", "NotClearable").await;
    assert_eq!(condition(&stalled, "Ready")["status"], "False");
    let mark = world.mark();
    world.edit(&memory, role).await;
    let ready = world.ready(&memory).await;
    assert_ne!(condition(&ready, "FieldsNotCleared")["status"], "True", "{ready:#}");
    assert_eq!(condition(&ready, "Stalled"), Value::Null);
    assert!(world.writes_since(mark).len() <= 1, "AWS has had it all the time");
}
