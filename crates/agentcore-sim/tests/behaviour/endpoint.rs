//! Endpoints: DEFAULT, and those of users.

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::world::{World, runtime_update};

#[test]
fn default_follows_the_newest_version() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let default = format!("/runtimes/{id}/runtime-endpoints/DEFAULT/");
    let read = world.get(&default).good(200);
    assert_eq!((read.text("liveVersion"), read.text("status")), ("1".to_owned(), "READY".to_owned()));
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    let read = world.get(&default).good(200);
    assert_eq!((read.text("liveVersion"), read.text("targetVersion")), ("2".to_owned(), "2".to_owned()));
}

#[test]
fn default_is_live_some_time_after_the_runtime() {
    let mut settings = Settings::realistic();
    for calm in ["flaps=off", "readLagMs=0", "listLagMs=0"] {
        settings.set(calm).unwrap();
    }
    let mut world = World::with(settings);
    let id = world.create_runtime("agent");
    let default = format!("/runtimes/{id}/runtime-endpoints/DEFAULT/");
    assert_eq!(world.get(&default).good(200).at("liveVersion"), &Value::Null);
    let mut between = false;
    let mut waited = 0.0;
    loop {
        let runtime = world.get(&format!("/runtimes/{id}/")).good(200).text("status");
        let endpoint = world.get(&default).good(200);
        between |= runtime == "READY" && endpoint.text("status") == "CREATING";
        if endpoint.text("status") == "READY" {
            assert_eq!(runtime, "READY");
            assert_eq!(endpoint.text("liveVersion"), "1");
            break;
        }
        world.wait(0.5);
        waited += 0.5;
        assert!(waited < 40.0);
    }
    assert!(between);
    assert!((10.0..=31.5).contains(&waited), "{waited}");

    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    let moving = world.get(&default).good(200);
    assert_eq!(moving.text("status"), "UPDATING");
    assert_eq!((moving.text("liveVersion"), moving.text("targetVersion")), ("1".to_owned(), "2".to_owned()));
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).bad(409, "ConflictException");
    world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).bad(409, "ConflictException");
}

#[test]
fn the_endpoint_of_a_user_stays_where_it_was_put() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
    let created = world.call("PUT", &endpoints, &json!({"name": "prod", "description": "Main"})).good(202);
    assert_eq!((created.text("targetVersion"), created.text("endpointName")), ("1".to_owned(), "prod".to_owned()));
    world.call("PUT", &endpoints, &json!({"name": "prod"})).bad(409, "ConflictException");
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    let prod = format!("{endpoints}prod/");
    assert_eq!(world.get(&prod).text("liveVersion"), "1");

    world.call("PUT", &prod, &json!({"agentRuntimeVersion": "3"})).bad(404, "ResourceNotFoundException");
    let moved = world.call("PUT", &prod, &json!({"agentRuntimeVersion": "2"})).good(202);
    assert_eq!((moved.text("liveVersion"), moved.text("targetVersion")), ("1".to_owned(), "2".to_owned()));
    let read = world.get(&prod).good(200);
    assert_eq!(read.text("liveVersion"), "2");
    assert_eq!(read.at("description"), &Value::Null);

    let listed = world.call("POST", &endpoints, &Value::Null).good(200);
    let names: Vec<&Value> = listed.at("runtimeEndpoints").as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["DEFAULT", "prod"]);
    let deleted = world.call("DELETE", &prod, &Value::Null).good(202);
    assert_eq!(deleted.text("agentRuntimeId"), id);
    world.get(&prod).bad(404, "ResourceNotFoundException");
}

#[test]
fn default_belongs_to_the_service() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
    world.call("PUT", &endpoints, &json!({"name": "DEFAULT"})).bad(400, "ValidationException");
    world.call("PUT", &format!("{endpoints}DEFAULT/"), &json!({})).bad(400, "ValidationException");
    world.call("DELETE", &format!("{endpoints}DEFAULT/"), &Value::Null).bad(409, "ConflictException");
}
