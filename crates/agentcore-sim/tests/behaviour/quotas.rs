//! How many there may be, and how many requests a second.

use serde_json::{Value, json};

use crate::world::{World, interpreter, memory, runtime_update, semantic};

#[test]
fn there_are_so_many_and_no_more() {
    let mut world = World::switched(&["quotas.memories=1", "quotas.codeInterpreters=1", "quotas.versionsPerRuntime=2"]);
    world.create_memory("one", &json!([]));
    let body = memory("two", &json!([]));
    world.call("POST", "/memories/create", &body).bad(402, "ServiceQuotaExceededException");
    world.create_interpreter("one");
    world.call("PUT", "/code-interpreters", &interpreter("two")).bad(402, "ServiceQuotaExceededException");
    let id = world.create_runtime("agent");
    let path = format!("/runtimes/{id}/");
    world.call("PUT", &path, &runtime_update()).good(202);
    world.call("PUT", &path, &runtime_update()).bad(402, "ServiceQuotaExceededException");
    // Endpoints: ten, with DEFAULT.
    for at in 1..10 {
        world.call("PUT", &format!("{path}runtime-endpoints/"), &json!({"name": format!("e{at}")})).good(202);
    }
    let more = world.call("PUT", &format!("{path}runtime-endpoints/"), &json!({"name": "more"}));
    more.bad(402, "ServiceQuotaExceededException");
}

#[test]
fn strategies_are_counted_over_all_memories() {
    let mut world = World::switched(&["quotas.strategies=2"]);
    world.create_memory("one", &json!([semantic("a"), semantic("b")]));
    let body = memory("two", &json!([semantic("a")]));
    world.call("POST", "/memories/create", &body).bad(402, "ServiceQuotaExceededException");
    world.create_memory("two", &json!([]));
}

#[test]
fn requests_are_counted_by_account_region_and_operation() {
    for how in ["bucket", "window"] {
        let mut world = World::switched(&["requestQuotas=on", &format!("throttling={how}")]);
        for _ in 0..5 {
            world.call("POST", "/memories/", &Value::Null).good(200);
            world.call("POST", "/runtimes/", &Value::Null).good(200);
        }
        world.call("POST", "/memories/", &Value::Null).bad(429, "ThrottledException");
        world.call("POST", "/runtimes/", &Value::Null).bad(429, "ThrottlingException");
        world.region = "eu-west-1".to_owned();
        world.call("POST", "/memories/", &Value::Null).good(200);
        world.region = "us-east-1".to_owned();
        world.wait(0.2);
        let one_more = world.call("POST", "/memories/", &Value::Null).status;
        assert_eq!(one_more, if how == "bucket" { 200 } else { 429 });
        world.wait(1.0);
        world.call("POST", "/memories/", &Value::Null).good(200);
        assert!(world.sim.journal().any(|entry| entry.outcome.code == "ThrottledException" && !entry.effect));
    }
    let mut world = World::switched(&["requestQuotas=on", "quotas.requestsPerSecond.ListMemories=1"]);
    world.call("POST", "/memories/", &Value::Null).good(200);
    world.call("POST", "/memories/", &Value::Null).bad(429, "ThrottledException");
}

#[test]
fn each_kind_has_the_requests_per_second_that_are_published_for_it() {
    for (method, path, published) in [
        ("GET", "/gateways/", 10),
        ("GET", "/gateways/none-0123456789/targets/", 10),
        ("PUT", "/gateways/none-0123456789/", 5),
        ("POST", "/browsers", 30),
        ("DELETE", "/browser-profiles/none-0123456789", 5),
        ("POST", "/identities/ListWorkloadIdentities", 20),
    ] {
        let mut world = World::switched(&["requestQuotas=on"]);
        let asked = (0..40).take_while(|_| world.call(method, path, &Value::Null).status != 429).count();
        assert_eq!(asked, published, "{method} {path}");
    }
}
