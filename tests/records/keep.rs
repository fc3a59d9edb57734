//! Makes the set of the present format.

use std::{fs, time::Duration};

use agentcore_sim::{JournalEntry, Settings, Sim};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    put::stored,
    set::{Set, folder, format, formats},
    stages::{STAGES, Stage},
};
use crate::{
    chaos::plan::KINDS,
    edits::own_fields::small,
    support::{
        cluster::{cluster, ok},
        world::{World, is_ready, object},
    },
};

const LONG: Duration = Duration::from_mins(2);

/// Brings an object of each kind into each stage, and keeps them as they are when the operator is killed.
pub async fn keep() {
    let number = number();
    let settings = Settings { seed: u64::from(number), ..Settings::default() };
    let mut world = World::with(&format!("records-{number}"), settings, |setup| setup).await;

    // Those that need a healthy life first.
    for kind in KINDS {
        for stage in [Stage::Ready, Stage::Updating, Stage::Deleting] {
            world.create(kind, &stage.name(), small(kind)).await;
        }
    }
    for kind in KINDS {
        for stage in [Stage::Ready, Stage::Updating, Stage::Deleting] {
            world.within(LONG, &named(kind, stage), "Ready", is_ready).await;
        }
    }
    for stage in STAGES {
        misbehave(&world, stage);
    }
    let early = [Stage::Closed, Stage::Refused, Stage::Failed, Stage::Settling];
    for kind in KINDS {
        for stage in early {
            world.create(kind, &stage.name(), small(kind)).await;
        }
    }
    for kind in KINDS {
        for stage in early {
            world.within(LONG, &named(kind, stage), "in its stage", |object| stage.is_reached(object)).await;
        }
    }
    // These do not stay in their stage for long.
    for kind in KINDS {
        for stage in [Stage::Announced, Stage::Unsent, Stage::Sent, Stage::Late] {
            world.create(kind, &stage.name(), small(kind)).await;
        }
        world.edit(&named(kind, Stage::Updating), json!({ "tags": { "edited": "yes" } })).await;
        world.delete(&named(kind, Stage::Deleting)).await;
    }
    for kind in KINDS {
        for stage in STAGES {
            world.within(LONG, &named(kind, stage), "in its stage", |object| stage.is_reached(object)).await;
        }
        let sent = |verb: &str, texts: [&str; 2]| {
            let of = |call: &JournalEntry| {
                let parameters = call.parameters.to_string();
                call.operation.starts_with(verb) && texts.iter().all(|text| parameters.contains(text))
            };
            world.journal().iter().any(of)
        };
        for stage in [Stage::Sent, Stage::Late] {
            let text = format!("_{}_", stage.name());
            world.until(&named(kind, stage), "sent", |_| sent("Create", [&text, kind])).await;
        }
        let updating = named(kind, Stage::Updating);
        let name = world.now(&updating).await["status"]["name"].as_str().unwrap().to_owned();
        world.until(&updating, "sent", |_| sent("", [&name, "edited"])).await;
    }
    world.operator.kill();
    let at = Timestamp::now();
    let mut objects = Vec::new();
    for kind in KINDS {
        for stage in STAGES {
            let mut found = stored(world.now(&named(kind, stage)).await);
            assert!(stage.is_reached(&found), "{stage:?}: {found:#}");
            if stage == Stage::Announced {
                // Killed a moment earlier, it would not have had it.
                found["metadata"].as_object_mut().unwrap().remove("finalizers");
            }
            objects.push(found);
        }
    }
    // The next operator finds an AWS that behaves.
    world.mend();
    let namespace = namespace(&world.objects.namespace);
    Set { at, namespace, objects, aws: world.aws.with(save) }.write(number);
    println!("kept in {}", folder(number).display());
}

fn named(kind: &str, stage: Stage) -> Value {
    object(kind, &stage.name(), &json!({}))
}

fn misbehave(world: &World, stage: Stage) {
    for (verb, fault) in stage.faults() {
        for (of, many) in
            [("Memory", "Memories"), ("AgentRuntime", "AgentRuntimes"), ("CodeInterpreter", "CodeInterpreters")]
        {
            let operation = if verb == "List" { format!("List{many}") } else { format!("{verb}{of}") };
            let operation = if verb == "Tag" { "TagResource".to_owned() } else { operation };
            let text = format!("_{}_", stage.name());
            // A memory that could not be made is just FAILED.
            let failed = if of == "Memory" { "FAILED" } else { "CREATE_FAILED" };
            let mut fault = fault.clone();
            if let Some(shown) = fault.pointer_mut("/provision/state") {
                *shown = json!(failed);
            }
            world.fault(json!({ "operation": operation, "resource": text, "count": 0, "fault": fault }));
        }
    }
}

/// The number of the present format: that of the newest set, if it is of this format, or the next.
fn number() -> u32 {
    let Some(newest) = formats().last().copied() else { return 1 };
    let kept: Value = serde_json::from_str(&fs::read_to_string(folder(newest).join("format.json")).unwrap()).unwrap();
    if kept == format() { newest } else { newest + 1 }
}

fn save(sim: &mut Sim) -> Value {
    let request = Request::builder().method("POST").uri("/_sim/save").body(Vec::new().into()).unwrap();
    let answer = sim.handle(Timestamp::now(), request);
    assert!(answer.status().is_success(), "{answer:?}");
    let mut saved: Value = serde_json::from_slice(answer.body()).unwrap();
    // What was asked is of no interest to those who come later.
    saved["state"]["journal"]["entries"] = json!([]);
    saved
}

fn namespace(name: &str) -> Value {
    let found: Value =
        serde_json::from_str(&ok(cluster().kubectl().args(["get", "namespace", name, "-o", "json"]))).unwrap();
    stored(found)
}
