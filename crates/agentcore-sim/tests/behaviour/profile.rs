//! Browser profiles.

use agentcore_sim::{Kind, Mutation};
use serde_json::{Value, json};

use crate::world::{World, token};

#[test]
fn a_profile_is_there_at_once_and_goes_in_a_while() {
    let mut world = World::new();
    let body = json!({"name": "shop", "description": "A shop", "clientToken": token('p'), "tags": {"a": "b"}});
    let created = world.call("PUT", "/browser-profiles", &body).good(200);
    let id = created.text("profileId");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:browser-profile/{id}");
    assert_eq!((created.text("status"), created.text("profileArn")), ("READY".to_owned(), arn.clone()));
    assert_eq!(world.call("PUT", "/browser-profiles", &body).good(200).text("profileId"), id);
    world.call("PUT", "/browser-profiles", &json!({"name": "shop"})).bad(409, "ConflictException");
    let path = format!("/browser-profiles/{id}");
    let read = world.get(&path).good(200);
    assert_eq!((read.text("name").as_str(), read.text("description").as_str()), ("shop", "A shop"));
    assert_eq!(read.text("createdAt"), "2027-01-15T08:00:00.000Z");
    for absent in ["tags", "lastSavedAt", "failureReason"] {
        assert_eq!(read.at(absent), &Value::Null, "{absent}");
    }
    let tags = format!("/tags/{}", arn.replace('/', "%2F"));
    assert_eq!(world.get(&tags).good(200).at("tags"), &json!({"a": "b"}));
    let deleted = world.call("DELETE", &path, &Value::Null).good(200);
    assert_eq!((deleted.text("status"), deleted.text("profileArn")), ("DELETING".to_owned(), arn));
    world.get(&path).bad(404, "ResourceNotFoundException");
}

#[test]
fn they_are_listed_by_name() {
    let mut world = World::switched(&["quotas.browserProfiles=2"]);
    for name in ["one", "two"] {
        world.call("PUT", "/browser-profiles", &json!({"name": name})).good(200);
    }
    world.call("PUT", "/browser-profiles", &json!({"name": "three"})).bad(402, "ServiceQuotaExceededException");
    let count = |world: &mut World, body: &Value| {
        let listed = world.call("POST", "/browser-profiles?maxResults=100", body).good(200);
        listed.at("profileSummaries").as_array().unwrap().len()
    };
    assert_eq!(count(&mut world, &Value::Null), 2);
    assert_eq!(count(&mut world, &json!({"name": "two"})), 1);
    assert_eq!(count(&mut world, &json!({"name": "none"})), 0);
    world.call("POST", "/browser-profiles", &json!({"name": "no name"})).bad(400, "ValidationException");
    world.region = "eu-west-1".to_owned();
    assert_eq!(count(&mut world, &Value::Null), 0);
}

#[test]
fn it_is_not_deleted_while_something_saves_to_it() {
    let mut world = World::switched(&["gone=deleted"]);
    let id = world.call("PUT", "/browser-profiles", &json!({"name": "shop"})).good(200).text("profileId");
    let path = format!("/browser-profiles/{id}");
    let set = |state: &str, body: Value| Mutation::Set {
        kind: Kind::BrowserProfile,
        id: id.clone(),
        state: Some(state.to_owned()),
        failure_reason: None,
        body: body.as_object().cloned(),
        tags: None,
    };
    world.sim.mutate(world.now, set("SAVING", json!({}))).unwrap();
    world.call("DELETE", &path, &Value::Null).bad(409, "ConflictException");
    let saved = "2027-01-15T08:00:01.000Z";
    world.sim.mutate(world.now, set("READY", json!({"lastSavedAt": saved}))).unwrap();
    assert_eq!(world.get(&path).good(200).text("lastSavedAt"), saved);
    assert_eq!(world.call("DELETE", &path, &Value::Null).good(200).text("lastSavedAt"), saved);
    assert_eq!(world.get(&path).good(200).text("status"), "DELETED");
}
