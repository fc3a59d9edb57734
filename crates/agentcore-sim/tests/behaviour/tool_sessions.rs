//! Sessions of code interpreters.

use agentcore_sim::Settings;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::world::{Answer, World, token};

const SYSTEM: &str = "aws.codeinterpreter.v1";

fn start(world: &mut World, interpreter: &str, body: &Value) -> Answer {
    world.call("PUT", &format!("/code-interpreters/{interpreter}/sessions/start"), body)
}

fn get(world: &mut World, interpreter: &str, session: &str) -> Answer {
    world.get(&format!("/code-interpreters/{interpreter}/sessions/get?sessionId={session}"))
}

fn stop(world: &mut World, interpreter: &str, session: &str) -> Answer {
    world.call("PUT", &format!("/code-interpreters/{interpreter}/sessions/stop?sessionId={session}"), &json!({}))
}

fn list(world: &mut World, interpreter: &str, body: &Value) -> Vec<Value> {
    let answer = world.call("POST", &format!("/code-interpreters/{interpreter}/sessions/list"), body).good(200);
    answer.at("items").as_array().unwrap().clone()
}

#[test]
fn a_session_is_started_read_and_stopped() {
    let mut world = World::new();
    let own = world.create_interpreter("tool");
    for interpreter in [own.as_str(), SYSTEM] {
        let started = start(&mut world, interpreter, &json!({"name": "work"})).good(200);
        assert_eq!(started.text("codeInterpreterIdentifier"), interpreter);
        assert!(started.text("createdAt").ends_with('Z'));
        let session = started.text("sessionId");
        let read = get(&mut world, interpreter, &session).good(200);
        assert_eq!((read.text("status"), read.text("name")), ("READY".to_owned(), "work".to_owned()));
        assert_eq!(read.at("sessionTimeoutSeconds"), &json!(900));
        world.wait(1.0);
        let stopped = stop(&mut world, interpreter, &session).good(200);
        assert_ne!(stopped.text("lastUpdatedAt"), started.text("createdAt"));
        assert_eq!(get(&mut world, interpreter, &session).good(200).text("status"), "TERMINATED");
        world.wait(1.0);
        assert_eq!(stop(&mut world, interpreter, &session).good(200).body, stopped.body);
    }
    let journal = world.sim.journal().find(|entry| entry.operation == "StartCodeInterpreterSession").unwrap();
    assert_eq!((journal.resource_id.as_deref(), journal.effect), (Some(own.as_str()), true));
}

#[test]
fn a_session_ends_when_its_time_is_over() {
    let mut world = World::new();
    let short = start(&mut world, SYSTEM, &json!({"sessionTimeoutSeconds": 60})).good(200).text("sessionId");
    let usual = start(&mut world, SYSTEM, &json!({})).good(200).text("sessionId");
    world.wait(59.0);
    assert_eq!(get(&mut world, SYSTEM, &short).text("status"), "READY");
    world.wait(1.0);
    assert_eq!(get(&mut world, SYSTEM, &short).text("status"), "TERMINATED");
    assert_eq!(get(&mut world, SYSTEM, &usual).text("status"), "READY");
    world.admin("POST", "clock", &json!({"advanceSeconds": 840})).good(200);
    assert_eq!(get(&mut world, SYSTEM, &usual).text("status"), "TERMINATED");
    // A day later nobody knows it any more.
    world.wait(86_400.0);
    get(&mut world, SYSTEM, &usual).bad(404, "ResourceNotFoundException");
    assert!(list(&mut world, SYSTEM, &json!({})).is_empty());
}

#[test]
fn lists_have_pages_and_begin_with_the_newest() {
    let mut world = World::new();
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(start(&mut world, SYSTEM, &json!({"name": "n"})).good(200).text("sessionId"));
        world.wait(1.0);
    }
    ids.reverse();
    let path = format!("/code-interpreters/{SYSTEM}/sessions/list");
    let first = world.call("POST", &path, &json!({})).good(200);
    let second = world.call("POST", &path, &json!({"nextToken": first.text("nextToken")})).good(200);
    let mut all = first.at("items").as_array().unwrap().clone();
    assert_eq!(all.len(), 10);
    all.extend(second.at("items").as_array().unwrap().clone());
    let listed: Vec<&str> = all.iter().map(|one| one["sessionId"].as_str().unwrap()).collect();
    assert_eq!(listed, ids);
    assert_eq!((&all[0]["name"], &all[0]["status"]), (&json!("n"), &json!("READY")));
    assert!(all[0]["lastUpdatedAt"].is_string());
    stop(&mut world, SYSTEM, &ids[3]).good(200);
    assert_eq!(list(&mut world, SYSTEM, &json!({"status": "TERMINATED"}))[0]["sessionId"], json!(ids[3]));
    assert_eq!(list(&mut world, SYSTEM, &json!({"status": "READY", "maxResults": 100})).len(), 11);
    world.call("POST", &path, &json!({"status": "ACTIVE"})).bad(400, "ValidationException");
}

#[test]
fn what_is_wrong_is_refused() {
    let mut world = World::new();
    start(&mut world, "none-0123456789", &json!({})).bad(404, "ResourceNotFoundException");
    for bad in [json!({"sessionTimeoutSeconds": 0}), json!({"sessionTimeoutSeconds": 28_801}), json!({"name": ""})] {
        start(&mut world, SYSTEM, &bad).bad(400, "ValidationException");
    }
    let path = format!("/code-interpreters/{SYSTEM}/sessions/start");
    for (header, length, status) in
        [("traceparent", 1025, 400), ("x-amzn-trace-id", 1025, 400), ("traceparent", 1024, 200)]
    {
        let request = Request::put(&path).header("authorization", world.authorization("bedrock-agentcore"));
        let request = request.header(header, "a".repeat(length)).body(Bytes::new()).unwrap();
        world.send(request).good(status);
    }
    get(&mut world, SYSTEM, "none").bad(404, "ResourceNotFoundException");
    get(&mut world, SYSTEM, "").bad(400, "ValidationException");
    stop(&mut world, SYSTEM, "none").bad(404, "ResourceNotFoundException");
}

#[test]
fn a_repeated_token_starts_one_session() {
    let mut world = World::new();
    let body = json!({"clientToken": token('a')});
    let first = start(&mut world, SYSTEM, &body).good(200);
    assert_eq!(start(&mut world, SYSTEM, &body).good(200).body, first.body);
    assert_eq!(list(&mut world, SYSTEM, &json!({})).len(), 1);
}

#[test]
fn an_interpreter_must_be_ready_and_takes_its_sessions_with_it() {
    let mut settings = Settings::realistic();
    for calm in ["flaps=off", "readLagMs=0", "requestQuotas=off"] {
        settings.set(calm).unwrap();
    }
    let mut world = World::with(settings);
    let id = world.create_interpreter("tool");
    start(&mut world, &id, &json!({})).bad(409, "ConflictException");
    world.wait(30.0);
    let session = start(&mut world, &id, &json!({})).good(200).text("sessionId");
    world.call("DELETE", &format!("/code-interpreters/{id}"), &Value::Null).good(202);
    get(&mut world, &id, &session).good(200);
    world.wait(30.0);
    get(&mut world, &id, &session).bad(404, "ResourceNotFoundException");
}

#[test]
fn accounts_and_regions_do_not_see_each_others_sessions() {
    let mut world = World::new();
    let session = start(&mut world, SYSTEM, &json!({})).good(200).text("sessionId");
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        world.access_key = key.to_owned();
        world.region = region.to_owned();
        get(&mut world, SYSTEM, &session).bad(404, "ResourceNotFoundException");
        assert!(list(&mut world, SYSTEM, &json!({})).is_empty());
    }
}
