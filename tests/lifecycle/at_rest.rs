//! When nothing changes, nothing is written, and hardly anything is read.

use std::{
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom},
    time::{Duration, Instant},
};

use agentcore_api::keys::FINALIZER;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{
    cluster::cluster,
    world::{SOON, World, quickstart},
};

/// For so long nothing may happen.
const REST: Duration = Duration::from_mins(1);

/// Requests about a namespace that the API server has answered since its audit log had this length.
fn requests_since(length: u64, namespace: &str) -> Vec<Value> {
    let mut log = File::open(cluster().audit_log()).unwrap();
    log.seek(SeekFrom::Start(length)).unwrap();
    BufReader::new(log)
        .lines()
        .map(Result::unwrap)
        .filter(|line| line.contains(namespace))
        .map(|line| serde_json::from_str::<Value>(&line).unwrap())
        .filter(|event| event["objectRef"]["namespace"] == namespace)
        .collect()
}

fn audit_log_length() -> u64 {
    std::fs::metadata(cluster().audit_log()).unwrap().len()
}

fn is_write(request: &Value) -> bool {
    ["create", "update", "patch", "delete", "deletecollection"].iter().any(|verb| request["verb"] == *verb)
}

/// How many passes the operator has made since its start.
fn passes(world: &World) -> u64 {
    let metrics = world.operator.metrics();
    let counts = metrics.lines().filter(|line| line.starts_with("controller_runtime_reconcile_total{"));
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// Waits until the operator has made more passes than these and rests.
async fn until_rested(world: &World, more_than: u64) -> u64 {
    let deadline = Instant::now() + SOON;
    let mut before = 0;
    loop {
        // Two reads of AWS in a pass are a second apart.
        sleep(Duration::from_secs(3)).await;
        let now = passes(world);
        if now > more_than && now == before {
            return now;
        }
        before = now;
        assert!(Instant::now() < deadline, "{now} passes: {}", world.operator.log_tail());
    }
}

/// Whoever takes the finalizer away, of an object that rests, has it back at once: without it the object would go, and
/// leave its resource.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_finalizer_comes_back_while_the_object_rests() {
    let world = World::new("lost-finalizer").await;
    let interpreter = world.create("CodeInterpreter", "rests", json!({})).await;
    world.ready(&interpreter).await;
    until_rested(&world, 0).await;
    let mark = world.mark();
    world.patch(&interpreter, json!({ "metadata": { "finalizers": null } })).await;
    world.until(&interpreter, "its finalizer", |object| object["metadata"]["finalizers"][0] == FINALIZER).await;
    until_rested(&world, 0).await;
    assert_eq!(world.writes_since(mark), [""; 0]);
    world.delete(&interpreter).await;
    world.gone(&interpreter).await;
    world.nothing_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_while_nothing_changes() {
    let mut world = World::new("at-rest").await;
    let namespace = world.objects.namespace.clone();
    let before = audit_log_length();
    for object in quickstart() {
        world.objects.create(&object).await.unwrap();
    }
    for object in quickstart() {
        world.ready(&object).await;
    }
    let written = requests_since(before, &namespace);
    assert!(written.iter().any(|request| is_write(request) && request["objectRef"]["subresource"] == "status"));
    // What was started by the last writes ends.
    until_rested(&world, 0).await;

    // Passes that find all as it should be: each object has one when the operator starts, and the runtime another when
    // something of its memory changes.
    let (from, mark) = (audit_log_length(), world.mark());
    assert!(world.operator.stop().success());
    world.operator.start_again();
    let started = until_rested(&world, 2).await;
    let [memory, ..] = quickstart();
    world.annotate(&memory, "example.com/note", "of no concern to the operator").await;
    until_rested(&world, started).await;
    let writes: Vec<String> = requests_since(from, &namespace)
        .iter()
        .filter(|request| is_write(request))
        .map(|request| format!("{} {}", request["verb"], request["objectRef"]))
        .collect();
    let [ours] = &writes[..] else { panic!("at the API server: {writes:#?}") };
    assert!(ours.contains("agentmemories") && !ours.contains("subresource"), "{ours}");
    assert_eq!(world.writes_since(mark), [""; 0]);
    assert!(world.mark() > mark, "the passes have looked at AWS");

    let (from, mark) = (audit_log_length(), world.mark());
    sleep(REST).await;
    let requests: Vec<String> = requests_since(from, &namespace)
        .iter()
        .filter(|request| request["verb"] != "watch")
        .map(|request| format!("{} {} by {}", request["verb"], request["requestURI"], request["userAgent"]))
        .collect();
    assert_eq!(requests, [""; 0], "at the API server");
    let calls: Vec<String> =
        world.journal().into_iter().filter(|call| call.seq > mark).map(|call| call.operation).collect();
    assert!(world.writes_since(mark).is_empty() && calls.len() <= 6, "of AWS: {calls:?}");
}
