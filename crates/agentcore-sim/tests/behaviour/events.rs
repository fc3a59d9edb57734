//! Events in memories.

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::world::{Answer, World, memory, with};

const NOW: f64 = 1_800_000_000.0;

fn event(text: &str) -> Value {
    json!({"actorId": "ann", "sessionId": "one", "eventTimestamp": NOW,
        "payload": [{"conversational": {"content": {"text": text}, "role": "USER"}}]})
}

fn create(world: &mut World, memory: &str, body: &Value) -> Answer {
    world.call("POST", &format!("/memories/{memory}/events"), body)
}

fn session(memory: &str) -> String {
    format!("/memories/{memory}/actor/ann/sessions/one")
}

fn list(world: &mut World, memory: &str, body: &Value) -> Vec<Value> {
    world.call("POST", &session(memory), body).good(200).at("events").as_array().unwrap().clone()
}

fn at(memory: &str, event: &str) -> String {
    format!("{}/events/{}", session(memory), event.replace('#', "%23"))
}

fn texts(events: &[Value]) -> Vec<&str> {
    let text = |event: &'_ Value| event.pointer("/payload/0/conversational/content/text").is_some();
    assert!(events.iter().all(text));
    events.iter().map(|event| event["payload"][0]["conversational"]["content"]["text"].as_str().unwrap()).collect()
}

#[test]
fn an_event_is_created_read_and_deleted() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let body = with(
        with(event("hello"), "metadata", json!({"mood": {"stringValue": "good"}})),
        "eventTimestamp",
        1_799_999_999.25,
    );
    let created = create(&mut world, &id, &body).good(201);
    let event_id = created.text("event/eventId");
    assert!(event_id.starts_with("0000001799999999250#"), "{event_id}");
    assert!(event_id.split_once('#').unwrap().1.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(created.at("event/eventTimestamp"), &json!(1_799_999_999.25));
    for (member, value) in [("memoryId", id.as_str()), ("actorId", "ann"), ("sessionId", "one")] {
        assert_eq!(created.text(&format!("event/{member}")), value);
    }
    assert_eq!(created.at("event/payload"), &body["payload"]);
    assert_eq!(created.at("event/metadata"), &body["metadata"]);
    assert_eq!(created.at("event/branch"), &Value::Null);
    assert_eq!(world.get(&at(&id, &event_id)).good(200).body, created.body);
    let deleted = world.call("DELETE", &at(&id, &event_id), &Value::Null).good(200);
    assert_eq!(deleted.text("eventId"), event_id);
    world.get(&at(&id, &event_id)).bad(404, "ResourceNotFoundException");
    world.call("DELETE", &at(&id, &event_id), &Value::Null).bad(404, "ResourceNotFoundException");
    world.get(&at(&id, "none")).bad(400, "ValidationException");
}

#[test]
fn a_session_is_made_up_if_there_is_none() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let mut body = event("hello");
    body.as_object_mut().unwrap().remove("sessionId");
    assert_eq!(create(&mut world, &id, &body).good(201).text("event/sessionId").len(), 36);
}

#[test]
fn what_the_model_forbids_is_refused() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    for (member, value) in [
        ("actorId", json!("-ann")),
        ("sessionId", json!("a/b")),
        ("eventTimestamp", Value::Null),
        ("eventTimestamp", json!("2027-01-15T08:00:00Z")),
        ("payload", Value::Null),
        ("payload", json!([{"conversational": {"content": {"text": "a"}, "role": "SYSTEM"}}])),
        ("payload", json!([{"conversational": {"content": {"text": ""}, "role": "USER"}}])),
        ("payload", json!([{"blob": 1, "json": {"content": 1}}])),
        ("metadata", json!({"a!": {"stringValue": "b"}})),
        ("branch", json!({"name": "a", "rootEventId": "none"})),
        ("extractionMode", json!("FULL")),
        ("extractionConfig", json!({"namespaceVariables": {"actorId": "a"}})),
    ] {
        create(&mut world, &id, &with(event("a"), member, value)).bad(400, "ValidationException");
    }
    let many: Vec<Value> = (0..101).map(|at| json!({"blob": at})).collect();
    create(&mut world, &id, &with(event("a"), "payload", many)).bad(400, "ValidationException");
    let documents = json!([{"blob": {"a": [1]}}, {"blob": "text"}, {"json": {"content": {"b": null}}}]);
    let created = create(&mut world, &id, &with(event("a"), "payload", documents.clone())).good(201);
    assert_eq!(created.at("event/payload/0"), &documents[0]);
    world.call("POST", "/memories/x/actors", &json!({})).bad(400, "ValidationException");
}

#[test]
fn a_repeated_token_makes_one_event() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let body = with(event("hello"), "clientToken", "any form");
    let first = create(&mut world, &id, &body).good(201);
    assert_eq!(create(&mut world, &id, &body).good(201).body, first.body);
    assert_eq!(list(&mut world, &id, &json!({})).len(), 1);
    let other = with(event("other"), "clientToken", "any form");
    let refused = create(&mut world, &id, &other).bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "IdempotentParameterMismatchException");
}

#[test]
fn lists_have_pages_and_begin_with_the_newest() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    for number in 0..25 {
        let body = with(event(&format!("{number}")), "eventTimestamp", NOW + f64::from(number));
        create(&mut world, &id, &body).good(201);
    }
    let first = world.call("POST", &session(&id), &json!({})).good(200);
    let second = world.call("POST", &session(&id), &json!({"nextToken": first.text("nextToken")})).good(200);
    assert_eq!(second.at("nextToken"), &Value::Null);
    let mut events = first.at("events").as_array().unwrap().clone();
    assert_eq!(events.len(), 20);
    events.extend(second.at("events").as_array().unwrap().clone());
    let expected: Vec<String> = (0..25).rev().map(|number| number.to_string()).collect();
    assert_eq!(texts(&events), expected);
    assert_eq!(list(&mut world, &id, &json!({"maxResults": 3})).len(), 3);
    world.call("POST", &session(&id), &json!({"maxResults": 101})).bad(400, "ValidationException");
    for token in [json!("nonsense"), json!(""), json!(7)] {
        world.call("POST", &session(&id), &json!({"nextToken": token})).bad(400, "ValidationException");
    }
    let bare = list(&mut world, &id, &json!({"includePayloads": false, "maxResults": 1}));
    assert_eq!(bare[0]["payload"], json!([]));
}

#[test]
fn lists_are_filtered_by_metadata() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    for (text, metadata) in
        [("a", json!({"k": {"stringValue": "1"}})), ("b", json!({"k": {"stringValue": "2"}})), ("c", json!({}))]
    {
        create(&mut world, &id, &with(event(text), "metadata", metadata)).good(201);
    }
    let mut found = |conditions: Value| {
        let events = list(&mut world, &id, &json!({"filter": {"eventMetadata": conditions}}));
        let mut texts: Vec<String> = texts(&events).into_iter().map(str::to_owned).collect();
        texts.sort();
        texts.concat()
    };
    let left = json!({"metadataKey": "k"});
    let right = json!({"metadataValue": {"stringValue": "1"}});
    assert_eq!(found(json!([{"left": left, "operator": "EQUALS_TO", "right": right}])), "a");
    assert_eq!(found(json!([{"left": left, "operator": "EXISTS"}])), "ab");
    assert_eq!(found(json!([{"left": left, "operator": "NOT_EXISTS"}])), "c");
    let both = json!([{"left": left, "operator": "EXISTS"}, {"left": left, "operator": "NOT_EXISTS"}]);
    assert_eq!(found(both), "");
    let lame = json!({"filter": {"eventMetadata": [{"left": left, "operator": "EQUALS_TO"}]}});
    world.call("POST", &session(&id), &lame).bad(400, "ValidationException");
}

#[test]
fn branches_grow_out_of_events() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let mut seconds = NOW;
    let mut add = |world: &mut World, text: &str, branch: Option<Value>| {
        seconds += 1.0;
        let body = with(event(text), "eventTimestamp", seconds);
        let body = branch.map_or(body.clone(), |branch| with(body, "branch", branch));
        create(world, &id, &body).good(201).text("event/eventId")
    };
    let first = add(&mut world, "a", None);
    add(&mut world, "b", None);
    let branched = add(&mut world, "c", Some(json!({"name": "other", "rootEventId": first})));
    add(&mut world, "d", Some(json!({"name": "other"})));
    add(&mut world, "e", Some(json!({"name": "third", "rootEventId": branched})));
    let mut shown = |name: &str, parents: bool| {
        let filter = json!({"filter": {"branch": {"name": name, "includeParentBranches": parents}}});
        texts(&list(&mut world, &id, &filter)).concat()
    };
    assert_eq!(shown("main", false), "ba");
    assert_eq!(shown("other", false), "dc");
    assert_eq!(shown("other", true), "dca");
    assert_eq!(shown("third", true), "eca");
    assert_eq!(texts(&list(&mut world, &id, &json!({}))).concat(), "edcba");

    let elsewhere = with(with(event("f"), "sessionId", "two"), "branch", json!({"name": "x", "rootEventId": first}));
    let refused = create(&mut world, &id, &elsewhere).bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "EventInOtherSession");
    let nowhere = with(event("f"), "branch", json!({"name": "x", "rootEventId": "0#0"}));
    create(&mut world, &id, &nowhere).bad(400, "ValidationException");
    let fresh = world.create_memory("fresh", &json!([]));
    create(&mut world, &fresh, &nowhere).bad(400, "ValidationException");
}

#[test]
fn sessions_and_actors_are_those_of_events() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let actors = |world: &mut World| {
        world.call("POST", &format!("/memories/{id}/actors"), &json!({})).good(200).at("actorSummaries").clone()
    };
    let sessions = |world: &mut World, actor: &str, body: &Value| {
        world
            .call("POST", &format!("/memories/{id}/actor/{actor}/sessions"), body)
            .good(200)
            .at("sessionSummaries")
            .clone()
    };
    assert_eq!(actors(&mut world), json!([]));
    let first = create(&mut world, &id, &event("a")).good(201).text("event/eventId");
    create(&mut world, &id, &with(event("b"), "sessionId", "two")).good(201);
    create(&mut world, &id, &with(event("c"), "actorId", "bob/x")).good(201);
    assert_eq!(actors(&mut world), json!([{"actorId": "ann"}, {"actorId": "bob/x"}]));
    let all = sessions(&mut world, "ann", &json!({}));
    assert_eq!(all[0], json!({"sessionId": "one", "actorId": "ann", "createdAt": NOW}));
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(sessions(&mut world, "bob%2Fx", &json!({})).as_array().unwrap().len(), 1);
    let page = world.call("POST", &format!("/memories/{id}/actor/ann/sessions"), &json!({"maxResults": 1})).good(200);
    let rest = sessions(&mut world, "ann", &json!({"nextToken": page.text("nextToken")}));
    assert_eq!(rest[0]["sessionId"], "two");

    // An empty session stays for a day.
    world.call("DELETE", &at(&id, &first), &Value::Null).good(200);
    assert_eq!(sessions(&mut world, "ann", &json!({})).as_array().unwrap().len(), 2);
    let with_events = json!({"filter": {"eventFilter": "HAS_EVENTS"}});
    assert_eq!(sessions(&mut world, "ann", &with_events).as_array().unwrap().len(), 1);
    world.wait(86_399.0);
    assert_eq!(sessions(&mut world, "ann", &json!({})).as_array().unwrap().len(), 2);
    world.wait(2.0);
    assert_eq!(sessions(&mut world, "ann", &json!({})).as_array().unwrap().len(), 1);
}

#[test]
fn events_expire_by_the_clock() {
    let mut world = World::new();
    let body = with(memory("notes", &json!([])), "eventExpiryDuration", 7);
    let id = world.call("POST", "/memories/create", &body).good(202).text("memory/id");
    create(&mut world, &id, &event("old")).good(201);
    world.wait(3.0 * 86_400.0);
    create(&mut world, &id, &event("new")).good(201);
    world.wait(4.0 * 86_400.0 - 1.0);
    assert_eq!(list(&mut world, &id, &json!({})).len(), 2);
    world.wait(1.0);
    assert_eq!(texts(&list(&mut world, &id, &json!({}))), ["new"]);
    world.admin("POST", "clock", &json!({"advanceSeconds": 3 * 86_400})).good(200);
    assert!(list(&mut world, &id, &json!({})).is_empty());
    // The session is empty since then, and goes a day later, whenever somebody looks.
    let sessions = |world: &mut World| {
        world.call("POST", &format!("/memories/{id}/actor/ann/sessions"), &json!({})).at("sessionSummaries").clone()
    };
    assert_eq!(sessions(&mut world).as_array().unwrap().len(), 1);
    world.wait(86_400.0);
    assert_eq!(sessions(&mut world), json!([]));
}

#[test]
fn a_memory_is_named_by_id_or_arn_and_must_be_active() {
    let mut settings = Settings::realistic();
    for calm in ["flaps=off", "readLagMs=0", "requestQuotas=off"] {
        settings.set(calm).unwrap();
    }
    let mut world = World::with(settings);
    let id = world.create_memory("notes", &json!([]));
    let refused = create(&mut world, &id, &event("a")).bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "ResourceConflict");
    world.wait(30.0);
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:memory/{id}");
    let encoded = |arn: &str| arn.replace(':', "%3A").replace('/', "%2F");
    let created = create(&mut world, &encoded(&arn), &event("a")).good(201);
    assert_eq!(created.text("event/memoryId"), id);
    assert_eq!(list(&mut world, &id, &json!({})).len(), 1);
    let foreign = encoded(&arn.replace("123456789012", "210987654321"));
    create(&mut world, &foreign, &event("a")).bad(403, "AccessDeniedException");
    create(&mut world, "none-0123456789", &event("a")).bad(404, "ResourceNotFoundException");
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202);
    create(&mut world, &id, &event("a")).bad(400, "ValidationException");
    world.wait(30.0);
    create(&mut world, &id, &event("a")).bad(404, "ResourceNotFoundException");
    let saved = world.admin("POST", "save", &Value::Null).good(200);
    assert_eq!(saved.at("state/store/data/memories"), &json!({}));
}

#[test]
fn what_was_said_is_not_in_the_journal() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    create(&mut world, &id, &event("secret words")).good(201);
    let journal = world.admin("GET", "journal?operation=CreateEvent", &Value::Null).good(200);
    assert_eq!(journal.text("entries/0/parameters/payload"), "***");
    assert_eq!(journal.text("entries/0/resourceId"), id);
    assert!(!journal.body.to_string().contains("secret words"));
}

#[test]
fn accounts_and_regions_do_not_see_each_others_events() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let event_id = create(&mut world, &id, &event("a")).good(201).text("event/eventId");
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        world.access_key = key.to_owned();
        world.region = region.to_owned();
        world.get(&at(&id, &event_id)).bad(404, "ResourceNotFoundException");
        world.call("POST", &session(&id), &json!({})).bad(404, "ResourceNotFoundException");
        world.call("POST", &format!("/memories/{id}/actors"), &json!({})).bad(404, "ResourceNotFoundException");
    }
}

#[test]
fn requests_are_counted_as_published() {
    let mut world = World::switched(&["requestQuotas=on", "throttling=window"]);
    let id = world.create_memory("notes", &json!([]));
    let mut actors = || world.call("POST", &format!("/memories/{id}/actors"), &json!({}));
    for _ in 0..20 {
        actors().good(200);
    }
    actors().bad(429, "ThrottledException");
}
