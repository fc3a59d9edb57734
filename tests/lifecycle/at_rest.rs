//! When nothing changes, nothing is written, and hardly anything is read.

use std::{
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom},
    time::Duration,
};

use serde_json::Value;
use tokio::time::sleep;

use crate::support::{
    cluster::cluster,
    world::{World, quickstart},
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_while_nothing_changes() {
    let world = World::new("at-rest").await;
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
    sleep(Duration::from_secs(3)).await;
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
