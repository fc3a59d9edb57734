//! The operator's machine sleeps after a create was announced and before it was sent.

use std::time::Duration;

use agentcore_sim::Settings;
use jiff::Timestamp;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::storm::buys_from;
use crate::{
    support::world::{World, is_ready},
    trouble::vendor::Vendor,
};

/// Longer than a create may leave after its announcement.
const SLEEP: Duration = Duration::from_secs(33);

/// A create of which it is not known whether it left can be ruled out two minutes after it was announced.
const AT_THE_LATEST: Duration = Duration::from_mins(4);

/// When it wakes up the create that it was about to send is too old: whoever looked meanwhile may have ruled it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_announced_before_a_long_sleep_is_not_sent_after_it() {
    let vendor = Vendor::start().await;
    vendor.give("AKIAEXAMPLE");
    let world = World::with("asleep", Settings::default(), buys_from(&vendor)).await;
    let first = world.create("CodeInterpreter", "first", json!({})).await;
    world.ready(&first).await;
    // The next call has to wait for its credentials, and with it what is announced has to wait.
    vendor.be_silent(true);
    let mark = world.mark();
    let waiting = world.create("CodeInterpreter", "waiting", json!({})).await;
    let announced =
        world.until(&waiting, "announced and held", |object| sent_at(object).is_some() && has_finalizer(object)).await;
    world.operator.signal(Signal::STOP);
    assert_eq!(world.writes_since(mark), [""; 0], "it was sent already");
    let stopped = Timestamp::now();
    sleep(SLEEP).await;
    vendor.be_silent(false);
    world.operator.signal(Signal::CONT);

    let ready = world.within(AT_THE_LATEST, &waiting, "Ready", is_ready).await;
    let sent: Vec<_> = world.journal().into_iter().filter(|entry| entry.operation == "CreateCodeInterpreter").collect();
    let [_, create] = &sent[..] else { panic!("{sent:#?}") };
    assert!(sent_at(&ready).unwrap() > stopped, "the old announcement was used: {announced:#}\n{ready:#}\n{create:#?}");
    assert!(sent_at(&ready).unwrap() <= create.time, "{ready:#}\n{create:#?}");
    assert_eq!(world.resources().len(), 2);
}

fn sent_at(object: &Value) -> Option<Timestamp> {
    object["status"]["record"]["main"]["sentAt"].as_str().map(|text| text.parse().unwrap())
}

fn has_finalizer(object: &Value) -> bool {
    object["metadata"]["finalizers"].as_array().is_some_and(|all| !all.is_empty())
}
