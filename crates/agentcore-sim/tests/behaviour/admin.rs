//! The simulator's own interface.

use agentcore_sim::settings::{SWITCHES, Switches};
use agentcore_sim::{Kind, Mode, Mutation, Settings};
use serde_json::{Value, json};

use crate::world::{World, runtime, semantic, with};

#[test]
fn the_journal_says_who_asked_what_and_hides_secrets() {
    let mut world = World::new();
    let body = with(runtime("agent"), "environmentVariables", json!({"KEY": "hidden"}));
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    world.create_interpreter("tool");
    world.get(&format!("/runtimes/{id}/")).good(200);
    let all = world.admin("GET", "journal", &Value::Null).good(200);
    assert_eq!(all.at("last"), &json!(3));
    assert!(!all.body.to_string().contains("hidden"));
    let entry = all.at("entries/0");
    for (member, value) in [
        ("service", json!("bedrock-agentcore-control")),
        ("operation", json!("CreateAgentRuntime")),
        ("accessKey", json!("AKIATEST")),
        ("account", json!("123456789012")),
        ("region", json!("us-east-1")),
        ("resourceId", json!(id)),
        ("resourceName", json!("agent")),
        ("outcome", json!({"status": 202, "code": "OK"})),
        ("effect", json!(true)),
    ] {
        assert_eq!(entry[member], value, "{member}");
    }
    assert_eq!(entry["parameters"]["environmentVariables"], json!({"KEY": "***"}));
    let count = |world: &mut World, query: &str| {
        world.admin("GET", &format!("journal?{query}"), &Value::Null).at("entries").as_array().unwrap().len()
    };
    assert_eq!(count(&mut world, "operation=GetAgentRuntime"), 1);
    assert_eq!(count(&mut world, &format!("resource={id}")), 2);
    assert_eq!(count(&mut world, "since=2"), 1);
    world.admin("DELETE", "journal", &Value::Null).good(200);
    world.create_interpreter("other");
    assert_eq!(world.admin("GET", "journal", &Value::Null).at("entries/0/seq"), &json!(4));
    world.admin("POST", "journal", &json!({"clear": true})).good(200);
    assert_eq!(count(&mut world, ""), 0);
}

#[test]
fn the_inventory_shows_everything() {
    let mut world = World::new();
    let id = world.call("PUT", "/runtimes/", &with(runtime("agent"), "tags", json!({"a": "b"}))).text("agentRuntimeId");
    world.get(&format!("/runtimes/{id}/")).good(200);
    let shown = world.admin("GET", "inventory", &Value::Null).good(200);
    assert_eq!(shown.text("resources/0/type"), "AgentRuntime");
    assert_eq!(shown.at("resources/0/tags"), &json!({"a": "b"}));
    assert_eq!(shown.text("resources/0/status"), "READY");
    assert_eq!(shown.text("resources/1/id"), format!("{id}/DEFAULT"));
    assert_eq!(shown.at("resources/0/body/roleArn"), &runtime("agent")["roleArn"]);
}

#[test]
fn things_change_behind_everybodys_back() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let set = json!({"action": "set", "type": "AgentRuntime", "id": id, "state": "UPDATE_FAILED", "failureReason": "Why",
        "tags": {"x": "y"}, "body": {"description": "Other", "networkConfiguration": null}});
    world.admin("POST", "mutate", &set).good(200);
    let read = world.get(&format!("/runtimes/{id}/")).good(200);
    assert_eq!((read.text("status"), read.text("failureReason")), ("UPDATE_FAILED".to_owned(), "Why".to_owned()));
    assert_eq!((read.text("description").as_str(), read.at("networkConfiguration")), ("Other", &Value::Null));
    let delete = json!({"action": "delete", "type": "AgentRuntime", "id": id});
    world.admin("POST", "mutate", &delete).good(200);
    world.get(&format!("/runtimes/{id}/")).bad(404, "ResourceNotFoundException");
    world.get(&format!("/runtimes/{id}/runtime-endpoints/DEFAULT/")).bad(404, "ResourceNotFoundException");
    world.admin("POST", "mutate", &delete).good(404);
    world.admin("POST", "mutate", &json!({"action": "explode"})).good(400);

    let id = world.create_interpreter("tool");
    world.sim.mutate(world.now, Mutation::Delete { kind: Kind::CodeInterpreter, id }).unwrap();
    assert!(world.sim.inventory().is_empty());
}

#[test]
fn a_reset_empties_the_world() {
    let mut world = World::new();
    world.create_interpreter("tool");
    let keep = json!({"keep": true, "switches": {"gone": "access-denied"}});
    world.admin("POST", "reset", &keep).good(200);
    assert_eq!(world.sim.inventory().len(), 1);
    world.get("/runtimes/agent-0123456789/").bad(403, "AccessDeniedException");
    let new = json!({"mode": "realistic", "speed": 10, "seed": 7, "switches": {"gone": "not-found"}, "quotas": {"memories": 2}});
    let settings = world.admin("POST", "reset", &new).good(200);
    assert_eq!(settings.at("quotas/memories"), &json!(2));
    assert!(world.sim.inventory().is_empty());
    assert_eq!(world.sim.journal().count(), 0);
    assert_eq!(world.sim.settings().mode, Mode::Realistic);
    world.admin("POST", "reset", &json!({"switches": {"unheardOf": 1}})).good(400);
    world.admin("POST", "reset", &json!({"speed": 0})).good(400);
    assert_eq!(world.admin("GET", "settings", &Value::Null).at("speed"), &json!(10.0));
}

#[test]
fn a_test_suite_for_aws_clients_finds_its_reset() {
    let mut world = World::switched(&["gone=access-denied"]);
    world.create_interpreter("tool");
    let request = http::Request::post("/moto-api/reset").body(bytes::Bytes::new()).unwrap();
    assert_eq!(world.send(request).good(200).body, json!({"status": "ok"}));
    assert!(world.sim.inventory().is_empty());
    world.get("/runtimes/agent-0123456789/").bad(403, "AccessDeniedException");
    let request = http::Request::get("/moto-api/data.json").body(bytes::Bytes::new()).unwrap();
    world.send(request).good(404);
}

#[test]
fn a_saved_world_goes_on_where_it_was() {
    let mut settings = Settings::realistic();
    settings.set("readLagMs=0").unwrap();
    let mut world = World::with(settings);
    let id = world.create_memory("notes", &json!([semantic("a")]));
    world.create_runtime("agent");
    world.admin("POST", "faults", &json!({"operation": "ListMemories", "nth": 9, "fault": {"delayMs": 1}})).good(200);
    world.wait(50.0);
    let saved = world.admin("POST", "save", &Value::Null).good(200);

    let mut other = World::new();
    other.now = world.now;
    other.admin("POST", "load", &saved.body).good(200);
    assert_eq!(other.sim, world.sim);
    for world in [&mut world, &mut other] {
        world.wait(150.0);
        let read = world.get(&format!("/memories/{id}/details")).good(200);
        assert_eq!(read.text("memory/strategies/0/status"), "ACTIVE");
    }
    assert_eq!(world.create_interpreter("tool"), other.create_interpreter("tool"));
    other.admin("POST", "load", &json!({"format": 99})).good(400);
}

#[test]
fn the_clock_can_be_moved_on() {
    let mut settings = Settings::realistic();
    settings.set("readLagMs=0").unwrap();
    let mut world = World::with(settings);
    let id = world.create_memory("notes", &json!([]));
    world.admin("POST", "clock", &json!({"advanceSeconds": 60})).good(200);
    assert_eq!(world.sim.inventory()[0].status, "ACTIVE");
    assert_eq!(world.get(&format!("/memories/{id}/details")).text("memory/status"), "ACTIVE");
    let clock = world.admin("GET", "clock", &Value::Null).good(200);
    assert_eq!((clock.text("now").as_str(), clock.at("offsetSeconds")), ("2027-01-15T08:01:00Z", &json!(60.0)));
    world.admin("POST", "clock", &json!({"advanceSeconds": -1})).good(400);
}

#[test]
fn the_interface_explains_itself() {
    let mut world = World::new();
    let help = world.admin("GET", "", &Value::Null).good(200);
    for path in ["journal", "inventory", "faults", "mutate", "reset", "save", "load", "clock", "settings"] {
        assert!(help.body.as_str().unwrap().contains(&format!("/_sim/{path}")), "{path}");
    }
    world.admin("GET", "unheard-of", &Value::Null).good(404);
}

#[test]
fn the_table_of_switches_is_that_of_the_settings() {
    let document = serde_json::to_value(Switches::default()).unwrap();
    let mut named: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    let mut listed: Vec<&str> = SWITCHES.iter().map(|switch| switch.name).collect();
    named.sort_unstable();
    listed.sort_unstable();
    assert_eq!(named, listed);
    let readme = include_str!("../../README.md");
    for switch in SWITCHES {
        let row = format!(
            "| `{}` | {} | `{}` | {} | {} |",
            switch.name, switch.values, switch.default, switch.meaning, switch.reason
        );
        assert!(readme.contains(&row), "the README lacks {row}");
        let mut settings = Settings::default();
        settings.set(&format!("{}={}", switch.name, switch.default)).unwrap();
        assert_eq!(settings, Settings::default(), "{}", switch.name);
    }
    let mut settings = Settings::default();
    for wrong in ["gone", "gone=perhaps", "unheardOf=1", "memoryPage=0", "quotas.unheardOf=1"] {
        settings.set(wrong).unwrap_err();
    }
    assert_eq!(settings, Settings::default());
}

#[test]
fn what_is_not_understood_is_refused_and_changes_nothing() {
    let mut world = World::new();
    world.create_interpreter("tool");
    for body in [json!([1]), json!("all"), json!({"keep": "yes"})] {
        world.admin("POST", "reset", &body).good(400);
        assert_eq!(world.sim.inventory().len(), 1, "{body}");
    }
    let quota = |name: &str| json!({"quotas": {"requestsPerSecond": {(name): 1}}});
    world.admin("POST", "reset", &quota("CreateMemroy")).good(400);
    assert_eq!(world.sim.inventory().len(), 1);
    world.admin("POST", "faults", &json!({"fault": {"delayMs": 1}})).good(200);
    let query = world.admin("DELETE", "faults?ids=7", &Value::Null).good(400);
    assert_eq!(query.text("message"), "ids means nothing here; there is id");
    assert_eq!(world.sim.fault_rules().len(), 1);
    world.admin("GET", "journal?operaton=CreateMemory", &Value::Null).good(400);
    let image = json!({"repository": "agent", "tag": "1", "architectures": ["arm64"]});
    for (member, value) in [
        ("account", json!("x/y")),
        ("region", json!("")),
        ("architectures", json!([""])),
        ("architectures", json!(["a b"])),
    ] {
        world.admin("POST", "images", &with(image.clone(), member, value)).good(400);
    }
    world.admin("POST", "images", &image).good(200);
    world.admin("POST", "reset", &quota("CreateMemory")).good(200);
}

#[test]
fn the_journal_hides_what_memories_and_logs_hold() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let event = json!({"actorId": "a", "sessionId": "s", "eventTimestamp": 1_800_000_000, "payload": [{"blob": "hidden"}],
        "metadata": {"mood": {"stringValue": "hidden"}}});
    world.rest("bedrock-agentcore", "POST", &format!("/memories/{id}/events"), &event).good(201);
    let place = json!({"logGroupName": "g", "logStreamName": "s"});
    world.logs("CreateLogGroup", &json!({"logGroupName": "g"})).good(200);
    world.logs("CreateLogStream", &place).good(200);
    let line = json!([{"timestamp": 1_800_000_000_000_i64, "message": "hidden"}]);
    world.logs("PutLogEvents", &with(place, "logEvents", line)).good(200);
    world.logs("FilterLogEvents", &json!({"logGroupName": "g", "filterPattern": "hidden"})).good(200);
    let shown = world.admin("GET", "journal", &Value::Null).good(200);
    assert!(!shown.body.to_string().contains("hidden"), "{}", shown.body);
}

#[test]
fn whatever_is_taken_can_be_saved_and_loaded() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    world.admin("POST", "faults", &json!({"count": 0, "fault": {"stale": {"seconds": 5}}})).good(200);
    let mut taken = 0;
    for depth in 90..130 {
        let blob = (0..depth).fold(json!("x"), |inner, _| json!([inner]));
        let event = json!({"actorId": "a", "sessionId": "s", "eventTimestamp": 1, "payload": [{"blob": blob}],
            "clientToken": format!("token-{depth}-012345678901234567890123456789")});
        let path = format!("/memories/{id}/events");
        taken += i32::from(world.rest("bedrock-agentcore", "POST", &path, &event).status == 201);
    }
    assert_eq!(taken, 8, "the body, its payload, the item and the blob have 100 levels together");
    let saved = world.admin("POST", "save", &Value::Null).good(200);
    world.admin("POST", "load", &saved.body).good(200);
}

#[test]
fn quotas_of_requests_are_shown_as_published_or_as_set() {
    let mut world = World::new();
    let of = |world: &mut World, operation: &str| {
        let quotas = world.admin("GET", "quotas", &Value::Null).good(200);
        quotas.at(&format!("requestsPerSecond/bedrock-agentcore-control/{operation}")).clone()
    };
    assert_eq!(of(&mut world, "CreateMemory"), 3);
    assert_eq!(of(&mut world, "CreateAgentRuntime"), 5);
    world
        .admin("POST", "reset", &json!({"keep": true, "quotas": {"requestsPerSecond": {"CreateMemory": 1}}}))
        .good(200);
    assert_eq!(of(&mut world, "CreateMemory"), 1);
}
