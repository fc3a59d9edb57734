//! Two hundred creates, updates and deletes, while the operator is killed at random, credentials expire, AWS throttles
//! and goes for a minute, the API server is restarted, and the operator's machine sleeps.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom},
    time::{Duration, Instant},
};

use agentcore_sim::Settings;
use devcluster::Cluster;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::time::{sleep, sleep_until};

use super::plan::{Change, end, kind, steps};
use crate::{
    edits::own_fields::small,
    support::{
        cluster::elsewhere,
        operator::Setup,
        seed,
        world::{World, is_ready, object},
    },
    trouble::vendor::Vendor,
};

const STEPS: usize = 200;
/// What stands before the steps of these numbers.
const THROTTLED: usize = 15;
const NO_LONGER_THROTTLED: usize = 60;
const AWS_GOES: usize = 65;
const ASLEEP: usize = 90;
const API_SERVER_GOES: usize = 120;
const EXPIRED: usize = 150;

/// So long is AWS not to be reached.
const DARK: Duration = Duration::from_mins(1);
/// So long sleeps the operator: longer than a create may leave after its announcement.
const SLEEP: Duration = Duration::from_secs(35);
/// An announced create can be ruled out two minutes after it.
const AT_THE_LATEST: Duration = Duration::from_mins(4);
/// So long nothing may be written in the end.
const SILENCE: Duration = Duration::from_secs(20);

const CREATES: [&str; 3] = ["CreateMemory", "CreateAgentRuntime", "CreateCodeInterpreter"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_changes_while_nothing_stays_up() {
    let seed = seed();
    println!("SEED={seed}");
    let mut cluster = elsewhere().await;
    let vendor = Vendor::start().await;
    vendor.give("AKIAEXAMPLE1");
    let settings = Settings { speed: 30.0, seed, ..Settings::realistic() };
    let mut world = World::elsewhere_with(&cluster, "chaos", settings, buys_from(&vendor)).await;
    world.exchanges.tolerate("ExpiredTokenException");
    lose_answers(&world);

    let steps = steps(seed, STEPS);
    let mut dark = None;
    for (number, step) in steps.iter().enumerate() {
        match number {
            THROTTLED => throttle(&world),
            NO_LONGER_THROTTLED => {
                world.mend();
                lose_answers(&world);
            }
            AWS_GOES => dark = Some((tokio::time::Instant::now() + DARK, world.aws_goes().await)),
            ASLEEP => {
                // Whatever it has announced is too old to leave when it wakes up.
                world.operator.signal(Signal::STOP);
                sleep(SLEEP).await;
                world.operator.signal(Signal::CONT);
            }
            API_SERVER_GOES => {
                cluster.stop_api_server();
                sleep(Duration::from_secs(4)).await;
                cluster.start_api_server().unwrap();
            }
            EXPIRED => expire(&world, &vendor).await,
            _ => {}
        }
        if number == ASLEEP - 10
            && let Some((until, aws)) = dark.take()
        {
            sleep_until(until).await;
            world.aws_comes_back(aws).await;
        }
        change(&world, &step.change, number).await;
        sleep(step.pause).await;
        if step.kill {
            world.operator.kill();
            world.operator.start_again();
        }
    }

    let (living, deleted) = end(&steps);
    let started = Instant::now();
    for number in &deleted {
        world.within(AT_THE_LATEST, &named(*number), &format!("gone, SEED={seed}"), Value::is_null).await;
    }
    for number in &living {
        world.within(AT_THE_LATEST, &named(*number), &format!("Ready, SEED={seed}"), is_ready).await;
    }
    println!("{} live, {} gone, {:?} after the last change", living.len(), deleted.len(), started.elapsed());
    check(&world, &living, seed);
    is_silent(&world, &cluster, seed).await;
    check(&world, &living, seed);

    // The other worlds of this cluster must not find anything of this one.
    world.mend();
    for number in &living {
        world.delete(&named(*number)).await;
    }
    for number in &living {
        world.within(AT_THE_LATEST, &named(*number), &format!("gone, SEED={seed}"), Value::is_null).await;
    }
    assert_eq!(world.resources(), [], "SEED={seed}");
}

/// An operator that gets its credentials from this vendor.
pub fn buys_from(vendor: &Vendor) -> impl FnOnce(Setup) -> Setup {
    let url = vendor.url.clone();
    move |setup| {
        let setup = setup.variable("AWS_ACCESS_KEY_ID", None).variable("AWS_SECRET_ACCESS_KEY", None);
        setup.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", Some(&url))
    }
}

fn named(number: usize) -> Value {
    object(kind(number), &format!("o-{number}"), &small(kind(number)))
}

async fn change(world: &World, change: &Change, step: usize) {
    match change {
        Change::Create(number) => drop(world.objects.create(&named(*number)).await.unwrap()),
        Change::Update(number) => {
            let mut spec = json!({ "tags": { "step": step.to_string() } });
            if kind(*number) != "CodeInterpreter" {
                spec["description"] = json!(format!("Step {step}"));
            }
            world.edit(&named(*number), spec).await;
        }
        Change::Delete(number) => world.delete(&named(*number)).await,
    }
}

/// Now and then an answer to a create is lost: with the create, or after it.
fn lose_answers(world: &World) {
    for operation in CREATES {
        world.fault(json!({ "operation": operation, "nth": 3, "fault": { "reset": "after" } }));
        world.fault(json!({ "operation": operation, "nth": 6, "fault": { "reset": "before" } }));
    }
}

/// AWS throttles every call.
fn throttle(world: &World) {
    let calls = |names: &'static [&'static str], code| names.iter().map(move |name| (name, code));
    let memory = &["CreateMemory", "UpdateMemory", "DeleteMemory", "GetMemory", "ListMemories"];
    let others = &[
        "CreateAgentRuntime",
        "UpdateAgentRuntime",
        "DeleteAgentRuntime",
        "GetAgentRuntime",
        "ListAgentRuntimes",
        "CreateCodeInterpreter",
        "DeleteCodeInterpreter",
        "GetCodeInterpreter",
        "ListCodeInterpreters",
    ];
    for (operation, code) in calls(memory, "ThrottledException").chain(calls(others, "ThrottlingException")) {
        let error = json!({ "code": code, "message": "Rate exceeded", "status": 429 });
        world.fault(json!({ "operation": operation, "count": 0, "fault": { "error": error } }));
    }
}

/// The credentials expire, the vendor still gives the old ones for a while, and then new ones.
async fn expire(world: &World, vendor: &Vendor) {
    let error = json!({
        "code": "ExpiredTokenException",
        "message": "The security token included in the request is expired",
        "status": 403,
    });
    world.fault(json!({ "caller": "AKIAEXAMPLE1", "count": 0, "fault": { "error": error } }));
    sleep(Duration::from_secs(5)).await;
    vendor.give("AKIAEXAMPLE2");
}

/// As many resources as objects, each of its own object, and each made once.
fn check(world: &World, living: &[usize], seed: u64) {
    let resources = world.resources();
    let mut owners: Vec<_> = resources
        .iter()
        .map(|item| (item.tags["agentcore-operator/kind"].clone(), item.tags["agentcore-operator/name"].clone()))
        .collect();
    let mut expected: Vec<_> = living.iter().map(|number| (kind(*number).to_owned(), format!("o-{number}"))).collect();
    owners.sort();
    expected.sort();
    assert_eq!(owners, expected, "SEED={seed}");
    let mut creates = BTreeMap::<_, usize>::new();
    for entry in world.journal() {
        if entry.operation.starts_with("Create") && entry.effect && !entry.replayed {
            *creates.entry((entry.operation, entry.resource_name)).or_default() += 1;
        }
    }
    assert!(creates.len() >= living.len(), "SEED={seed}: {creates:?}");
    assert!(creates.values().all(|times| *times == 1), "SEED={seed}: {creates:#?}");
}

/// Nothing is written to AWS, and nothing to the API server.
async fn is_silent(world: &World, cluster: &Cluster, seed: u64) {
    // Two reads of AWS in a pass are a second apart; what was decided before may still be written.
    sleep(Duration::from_secs(5)).await;
    let (mark, from) = (world.mark(), std::fs::metadata(cluster.audit_log()).unwrap().len());
    sleep(SILENCE).await;
    assert_eq!(world.writes_since(mark), [""; 0], "SEED={seed}: written to AWS at rest");
    let mut log = File::open(cluster.audit_log()).unwrap();
    log.seek(SeekFrom::Start(from)).unwrap();
    let events = BufReader::new(log).lines().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let written: Vec<Value> = events
        .filter(|event| event["objectRef"]["namespace"] == world.objects.namespace.as_str())
        .filter(|event| ["create", "update", "patch", "delete"].iter().any(|verb| event["verb"] == *verb))
        .filter(|event| event["objectRef"]["resource"] != "leases")
        .map(|event| json!([event["verb"], event["objectRef"]]))
        .collect();
    assert_eq!(written, [Value::Null; 0], "SEED={seed}: written to the API server at rest");
}
