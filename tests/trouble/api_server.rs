//! The API server goes and comes back.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::golden::{complaints_with, golden};
use crate::support::{cluster::elsewhere, world::World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_server_is_gone_and_comes_back() {
    let mut cluster = elsewhere().await;
    let mut world = World::elsewhere(&cluster, "api-gone", |setup| setup).await;
    let ready = world.create("CodeInterpreter", "ready", json!({})).await;
    world.ready(&ready).await;
    let going = world.create("CodeInterpreter", "going", json!({})).await;
    world.ready(&going).await;

    // It goes while AWS is at work on a create, and with it where the answer is to be written.
    let from = world.operator.log().len();
    world.fault(json!({ "operation": "CreateCodeInterpreter", "fault": { "delayMs": 4000 } }));
    let begun = world.create("CodeInterpreter", "begun", json!({})).await;
    world.until(&begun, "sent", |_| world.writes().len() == 3).await;
    world.delete(&going).await;
    cluster.stop_api_server();
    let mark = world.mark();
    sleep(Duration::from_secs(6)).await;
    assert!(world.operator.ended().is_none(), "it lives on: {}", world.operator.log_tail());
    assert_eq!(world.operator.health("/livez").0, 200, "a restart would not bring the API server back");
    assert_eq!(world.writes_since(mark), [""; 0], "nothing is written to AWS that can't be announced");
    let words = ["can't watch the objects", "can't read the object", "what AWS answered is not written yet"];
    let told = complaints_with(&world, from, &words);
    // How the last connections end, and how far the deletion has come, depends on the moment; no connection is new.
    let certain = |line: &&str| line.starts_with('#') || (line.contains("refused") && !line.contains("name=going"));
    let told: Vec<&str> = told.lines().filter(certain).collect();
    golden("api-server-gone.txt", &(told.join("\n") + "\n"));

    cluster.start_api_server().unwrap();
    let new = world.create("CodeInterpreter", "new", json!({})).await;
    for object in [&begun, &ready, &new] {
        world.ready(object).await;
    }
    world.gone(&going).await;
    let creates = world.journal().into_iter().filter(|call| call.operation.starts_with("Create") && call.effect);
    assert_eq!(creates.filter(|call| !call.replayed).count(), 4, "{:?}", world.calls());
    assert_eq!(world.resources().len(), 3);
    for object in [&ready, &begun, &new] {
        world.delete(object).await;
        world.gone(object).await;
    }
}
