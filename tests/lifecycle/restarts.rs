//! The operator ends at any moment, and what it has begun comes to the same end.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use agentcore_sim::{InventoryItem, Settings};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{
    seed,
    world::{World, is_ready, object, quickstart},
};

const FINALIZER: &str = "agentcore-operator.github.io/cleanup";
const ROUNDS: usize = 5;
const KILLS: usize = 10;

/// A create of which it is not known whether AWS got it can be ruled out only two minutes after it was announced.
const AT_THE_LATEST: Duration = Duration::from_mins(3);

/// The quickstart, its objects called `name`.
fn called(name: &str) -> Vec<Value> {
    let text = Value::from(quickstart().to_vec())
        .to_string()
        .replace("\"name\":\"quickstart\"", &format!("\"name\":\"{name}\""));
    serde_json::from_str(&text).unwrap()
}

/// Kind and name of the object that a resource is of.
fn owner(item: &InventoryItem) -> (String, String) {
    (item.tags["agentcore-operator/kind"].clone(), item.tags["agentcore-operator/name"].clone())
}

/// What must hold at every moment, looked at while no operator runs.
async fn check(world: &World, when: &str) {
    let mut of_objects = BTreeMap::<_, Vec<_>>::new();
    for item in world.resources() {
        of_objects.entry(owner(&item)).or_default().push(item);
    }
    for ((kind, name), items) in of_objects {
        assert_eq!(items.len(), 1, "{when}: {kind} {name} has several resources: {items:#?}");
        let found = world.objects.find(&object(&kind, &name, &json!({}))).await;
        let found = found.unwrap_or_else(|| panic!("{when}: {kind} {name} is gone, and left {items:#?}"));
        let finalizers = found["metadata"]["finalizers"].as_array();
        let held = finalizers.is_some_and(|all| all.iter().any(|finalizer| finalizer == FINALIZER));
        assert!(held, "{when}: {kind} {name} has a resource and no finalizer: {found:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_fifty_moments_it_comes_to_the_same_end() {
    let seed = seed();
    println!("SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let settings = Settings { speed: 60.0, seed, ..Settings::realistic() };
    let mut world = World::with("restarts", settings, |setup| setup).await;
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        let objects = called(&format!("round-{round}"));
        for object in &objects {
            world.objects.create(object).await.unwrap();
        }
        for kill in 0..KILLS {
            if kill == KILLS / 2 {
                // The second half of the kills strikes the deletion; in some rounds before all are Ready.
                if round % 2 == 0 {
                    for object in &objects {
                        world.within(AT_THE_LATEST, object, "Ready", is_ready).await;
                    }
                }
                for object in &objects {
                    world.delete(object).await;
                }
            }
            sleep(Duration::from_millis(random.u64(50..900))).await;
            world.operator.kill();
            check(&world, &format!("SEED={seed}, round {round}, kill {kill}")).await;
            world.operator.start_again();
        }
        all.extend(objects);
    }
    for object in &all {
        world.within(AT_THE_LATEST, object, "gone", Value::is_null).await;
    }
    assert_eq!(world.resources(), [], "SEED={seed}");
    let mut creates = BTreeMap::<_, usize>::new();
    for entry in world.journal() {
        if entry.operation.starts_with("Create") && entry.effect && !entry.replayed {
            *creates.entry((entry.operation, entry.resource_name)).or_default() += 1;
        }
    }
    assert!(creates.len() > 2 * ROUNDS, "SEED={seed}: {creates:?}");
    assert!(creates.values().all(|times| *times == 1), "SEED={seed}: {creates:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_it_finishes_what_it_has_begun() {
    let mut world = World::new("stop").await;
    world.fault(json!({ "operation": "CreateCodeInterpreter", "fault": { "delayMs": 3000 } }));
    let interpreter = world.create("CodeInterpreter", "begun", json!({})).await;
    world.until(&interpreter, "sent", |_| world.writes() == ["CreateCodeInterpreter"]).await;
    let status = world.operator.stop();
    assert!(status.success(), "{status}: {}", world.operator.log_tail());
    let recorded = world.now(&interpreter).await;
    let [resource] = &world.resources()[..] else { panic!("{:#?}", world.resources()) };
    assert_eq!(recorded["status"]["id"], resource.id, "what AWS answered is recorded: {recorded:#}");
    assert!(!is_ready(&recorded), "and nothing new was begun");

    world.operator.start_again();
    world.ready(&interpreter).await;
    assert_eq!(world.writes(), ["CreateCodeInterpreter"]);
}

/// Those that wait for their turn are not begun: what is under way is bounded however many objects there are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_it_begins_nothing_new() {
    const OBJECTS: usize = 60;
    let mut world = World::new("stop-many").await;
    world.fault(json!({ "operation": "CreateCodeInterpreter", "count": 0, "fault": { "delayMs": 5000 } }));
    let mut objects = Vec::new();
    for number in 0..OBJECTS {
        objects.push(world.create("CodeInterpreter", &format!("many-{number}"), json!({})).await);
    }
    world.until(&objects[0], "sent", |_| world.writes().len() >= 10).await;
    let (asked, started) = (Timestamp::now(), Instant::now());
    let status = world.operator.stop();
    assert!(status.success(), "{status}: {}", world.operator.log_tail());
    assert!(started.elapsed() < Duration::from_secs(35), "{:?}", started.elapsed());

    let mut begun = 0;
    for object in &objects {
        let found = world.now(object).await;
        let Some(sent_at) = found["status"]["record"]["main"]["sentAt"].as_str() else { continue };
        begun += 1;
        // The signal takes its way.
        assert!(sent_at.parse::<Timestamp>().unwrap() < asked + Duration::from_millis(500), "{asked}: {found:#}");
        assert!(found["status"]["id"].is_string(), "what was announced is concluded: {found:#}");
    }
    assert_eq!(world.writes().len(), begun);
    assert!((10..=32).contains(&begun), "{begun} of {OBJECTS}");

    world.mend();
    world.operator.start_again();
    for object in &objects {
        world.ready(object).await;
    }
    assert_eq!(world.writes().len(), OBJECTS);
}
