//! AWS is not to be reached, or not with these credentials.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    golden::{golden, picture},
    vendor::Vendor,
};
use crate::support::{
    cluster::cluster,
    operator::Setup,
    world::{World, condition, is_ready, message},
};

const REQUESTED_AT: &str = "agentcore-operator.github.io/requestedAt";

fn without_keys(setup: Setup) -> Setup {
    setup.variable("AWS_ACCESS_KEY_ID", None).variable("AWS_SECRET_ACCESS_KEY", None)
}

/// An operator that gets its credentials from this vendor.
fn buys_from(vendor: &Vendor) -> impl FnOnce(Setup) -> Setup {
    let url = vendor.url.clone();
    move |setup| without_keys(setup).variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", Some(&url))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_is_gone_and_comes_back() {
    let mut world = World::new("aws-gone").await;
    let healthy = world.create("CodeInterpreter", "healthy", json!({})).await;
    world.ready(&healthy).await;
    let from = world.operator.log().len();
    let aws = world.aws_goes().await;
    let waiting = world.create("CodeInterpreter", "waiting", json!({})).await;
    world.condition(&waiting, "Ready", "False", "AwsUnavailable").await;
    world.annotate(&healthy, REQUESTED_AT, "1").await;
    let looked = |line: &str| line.contains("a pass met an error") && line.contains("name=healthy");
    world.until(&healthy, "looked at", |_| world.operator.log().lines().any(looked)).await;
    assert!(is_ready(&world.now(&healthy).await), "a healthy object keeps Ready");
    golden("aws-gone.txt", &picture(&world, &mut cluster().kubectl(), &waiting, from));

    world.aws_comes_back(aws).await;
    world.ready(&waiting).await;
    // The request stays open until a pass could look.
    world.until(&healthy, "looked at", |object| object["status"]["lastHandledRequestAt"] == "1").await;
    assert_eq!(world.resources().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_no_credentials() {
    let world = World::with("no-credentials", agentcore_sim::Settings::default(), without_keys).await;
    let interpreter = world.create("CodeInterpreter", "waiting", json!({})).await;
    world.condition(&interpreter, "Ready", "False", "CredentialsMissing").await;
    golden("no-credentials.txt", &picture(&world, &mut cluster().kubectl(), &interpreter, 0));
    assert_eq!(world.mark(), 0, "nothing was asked of AWS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_refused_and_then_given() {
    let vendor = Vendor::start().await;
    let world = World::with("credentials-refused", agentcore_sim::Settings::default(), buys_from(&vendor)).await;
    let interpreter = world.create("CodeInterpreter", "waiting", json!({})).await;
    world.condition(&interpreter, "Ready", "False", "CredentialsMissing").await;
    golden("credentials-refused.txt", &picture(&world, &mut cluster().kubectl(), &interpreter, 0));
    vendor.give("AKIAEXAMPLE");
    world.ready(&interpreter).await;
}

/// Credentials of another account see nothing of what this account has: "not found" there proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_of_another_account_change_nothing() {
    let vendor = Vendor::start().await;
    vendor.give("AKIAEXAMPLE");
    let world = World::with("other-account", agentcore_sim::Settings::default(), buys_from(&vendor)).await;
    let living = world.create("CodeInterpreter", "living", json!({})).await;
    let going = world.create("CodeInterpreter", "going", json!({})).await;
    for object in [&living, &going] {
        world.ready(object).await;
    }
    let (from, resources) = (world.operator.log().len(), world.resources());

    vendor.give("AKIA000000210987654321");
    let mark = world.mark();
    // One after the other: only the first request meets the change of credentials, and the log names its object.
    world.delete(&going).await;
    let stuck = world.condition(&going, "Stalled", "True", "AccountMismatch").await;
    world.annotate(&living, REQUESTED_AT, "1").await;
    assert_eq!(condition(&stuck, "Ready")["reason"], "Deleting", "{stuck:#}");
    let stalled = world.condition(&living, "Stalled", "True", "AccountMismatch").await;
    let told = message(&stalled, "Ready");
    assert!(told.contains("123456789012") && told.contains("210987654321"), "{told}");
    golden("other-account.txt", &picture(&world, &mut cluster().kubectl(), &living, from));
    assert_eq!(world.resources(), resources);
    let there = world.journal().into_iter().filter(|call| call.seq > mark && call.account == "210987654321");
    assert_eq!(there.count(), 0, "nothing is read there either");

    vendor.give("AKIAEXAMPLE");
    world.ready(&living).await;
    world.until(&going, "gone", Value::is_null).await;
    assert_eq!(world.resources().len(), 1);
}

/// IRSA and Pod Identity renew credentials every few hours; here it is several times in the life of an object.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewed_credentials_are_no_trouble() {
    let vendor = Vendor::start().await;
    vendor.give("AKIAEXAMPLE0");
    let world = World::with("renewed", agentcore_sim::Settings::default(), buys_from(&vendor)).await;
    let renewed = tokio::spawn(async move {
        for number in 1.. {
            sleep(Duration::from_millis(1500)).await;
            vendor.give(format!("AKIAEXAMPLE{number}"));
        }
    });
    let mut objects = Vec::new();
    for number in 0..6 {
        objects.push(world.create("AgentMemory", &format!("m-{number}"), json!({ "deletionPolicy": "Delete" })).await);
        objects.push(world.create("CodeInterpreter", &format!("i-{number}"), json!({})).await);
    }
    for round in 0..5 {
        for object in &objects {
            world.ready(object).await;
            world.edit(object, json!({ "tags": { "round": round.to_string() } })).await;
        }
        sleep(Duration::from_secs(1)).await;
    }
    for object in &objects {
        world.ready(object).await;
        world.delete(object).await;
    }
    for object in &objects {
        world.gone(object).await;
        let warnings: Vec<String> =
            world.events(object).into_iter().filter(|event| event.starts_with("Warning")).collect();
        assert_eq!(warnings, [""; 0]);
    }
    renewed.abort();
    let keys: BTreeSet<String> = world.journal().into_iter().map(|call| call.access_key).collect();
    assert!(keys.len() > 3, "{keys:?}");
    let log = world.operator.log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("a pass met an error")).collect();
    assert_eq!(told, [""; 0]);
}
