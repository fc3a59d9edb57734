//! Each set is taken up by this operator: at once, as in an upgrade, and after months, as from a backup.

use std::{collections::BTreeMap, env, time::Duration};

use agentcore_sim::{Sim, server::Server};
use devcluster::Cluster;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    keep::keep,
    put,
    set::{Set, formats},
    stages::{End, Stage},
};
use crate::support::{
    api::Objects,
    audit::Exchanges,
    cluster::{client_of, cluster},
    operator::{Operator, Setup},
    world::{World, condition, is_observed, is_ready},
};

/// A create of which nothing is known can be ruled out two minutes after it was announced.
const AT_THE_LATEST: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_set_is_taken_up() {
    if env::var_os("KEEP_RECORDS").is_some() {
        keep().await;
    }
    for format in formats() {
        let set = Set::read(format);
        println!("format {format}, as it was kept {}", set.at);
        take_up(&set, cluster()).await;
        println!("format {format}, as if it were kept now");
        take_up(&set.moved_to(Timestamp::now()), cluster()).await;
    }
}

async fn take_up(set: &Set, cluster: &Cluster) {
    put::namespace(cluster, &set.namespace);
    for object in &set.objects {
        put::object(cluster, object);
    }
    let world = world(set, cluster).await;
    let before: BTreeMap<_, _> = world.resources().into_iter().map(|item| (owner(&item.tags), item.id)).collect();
    for object in &set.objects {
        let stage = Stage::of(object);
        let key = (object["kind"].as_str().unwrap().to_owned(), stage.name());
        // AWS gets a late create by itself, perhaps by now.
        let arrives = stage == Stage::Late;
        assert!(arrives || before.contains_key(&key) == stage.has_resource(), "{key:?}");
    }

    for object in &set.objects {
        let what = format!("at the end of {} {:?}", object["kind"], Stage::of(object));
        let rests = |object: &Value| {
            let stalled = is_observed(object) && condition(object, "Stalled")["status"] == "True";
            is_ready(object) || stalled
        };
        match Stage::of(object).end() {
            End::Gone => drop(world.within(AT_THE_LATEST, object, &what, Value::is_null).await),
            End::Ready => drop(world.within(AT_THE_LATEST, object, &what, is_ready).await),
            End::Corrected => {
                // What failed over an hour ago is tried again by itself.
                let rested = world.within(AT_THE_LATEST, object, &what, rests).await;
                if !is_ready(&rested) {
                    world.edit(object, json!({ "description": "Corrected" })).await;
                    world.within(AT_THE_LATEST, object, &what, is_ready).await;
                }
            }
        }
    }
    let mut after = BTreeMap::<_, Vec<_>>::new();
    for item in world.resources() {
        after.entry(owner(&item.tags)).or_default().push(item.id);
    }
    for object in &set.objects {
        let stage = Stage::of(object);
        let key = (object["kind"].as_str().unwrap().to_owned(), stage.name());
        let found = after.remove(&key).unwrap_or_default();
        let expected = usize::from(stage.end() != End::Gone);
        assert_eq!(found.len(), expected, "{key:?}: {found:?}");
        // What was there is what is there: no upgrade makes anything anew.
        if stage.has_resource() && stage.end() == End::Ready {
            assert_eq!(found[0], before[&key], "{key:?}");
        }
    }
    assert!(after.is_empty(), "of no object: {after:?}");

    for object in set.objects.iter().filter(|object| Stage::of(object).end() != End::Gone) {
        world.delete(object).await;
    }
    for object in &set.objects {
        world.within(AT_THE_LATEST, object, "gone", Value::is_null).await;
    }
    world.nothing_left();
}

/// Kind and name of the object that a resource is of.
fn owner(tags: &BTreeMap<String, String>) -> (String, String) {
    (tags["agentcore-operator/kind"].clone(), tags["agentcore-operator/name"].clone())
}

/// The namespace of the set, AWS as it was, and an operator that has just started.
async fn world(set: &Set, cluster: &Cluster) -> World {
    let namespace = set.namespace["metadata"]["name"].as_str().unwrap().to_owned();
    let objects = Objects::in_namespace(client_of(cluster).await, namespace);
    let exchanges = Exchanges::default();
    let mut sim = Sim::new(agentcore_sim::Settings::default());
    let body = set.aws.to_string().into_bytes();
    let request = Request::builder().method("POST").uri("/_sim/load").body(body.into()).unwrap();
    let answer = sim.handle(set.at, request);
    assert!(answer.status().is_success(), "{answer:?}");
    let aws = Server::start_with(0, sim, Some(exchanges.observer())).await.unwrap();
    let operator = Operator::start(Setup::new(&objects.namespace, &aws.url()));
    World { aws, objects, operator, exchanges }
}
