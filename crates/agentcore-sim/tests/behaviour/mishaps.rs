//! Requests that go wrong in stranger ways: wrong states, late effects, old answers, single pages, single callers.

use serde_json::{Value, json};

use crate::world::{Answer, World, interpreter, token, with};

fn add(world: &mut World, rule: &Value) -> u64 {
    world.admin("POST", "faults", rule).good(200).at("id").as_u64().unwrap()
}

fn matched(world: &World) -> u64 {
    world.sim.fault_rules()[0].matched
}

fn list(world: &mut World) -> Answer {
    world.call("POST", "/code-interpreters?type=CUSTOM", &Value::Null).good(200)
}

#[test]
fn a_read_shows_a_wrong_state_once() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([crate::world::semantic("a")]));
    let other = world.create_memory("other", &json!([]));
    let path = format!("/memories/{id}/details");
    add(&mut world, &json!({"resource": id, "fault": {"show": {"state": "CREATING"}}}));
    // Neither a write nor another resource counts.
    world.get(&format!("/memories/{other}/details")).good(200);
    world.call("PUT", &format!("/memories/{id}/update"), &json!({})).good(202);
    let read = world.get(&path).good(200);
    assert_eq!(read.text("memory/status"), "CREATING");
    assert_eq!(read.text("memory/strategies/0/status"), "ACTIVE");
    assert_eq!(world.sim.inventory()[0].status, "ACTIVE");
    assert_eq!(world.get(&path).good(200).text("memory/status"), "ACTIVE");
}

#[test]
fn a_list_shows_a_wrong_state_of_one_resource() {
    let mut world = World::new();
    let id = world.create_interpreter("tool1");
    world.create_interpreter("tool2");
    let rule = json!({"operation": "ListCodeInterpreters", "resource": id, "nth": 2, "fault": {"show": {"state": "DELETING"}}});
    add(&mut world, &rule);
    let states = |world: &mut World| {
        let all = list(world).at("codeInterpreterSummaries").as_array().unwrap().clone();
        all.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&mut world), ["READY", "READY"]);
    assert_eq!(states(&mut world), ["DELETING", "READY"]);
    assert_eq!(states(&mut world), ["READY", "READY"]);
}

#[test]
fn one_page_of_a_list_fails() {
    let mut world = World::new();
    (0..3).for_each(|number| drop(world.create_interpreter(&format!("tool{number}"))));
    let fault = json!({"error": {"code": "InternalServerException", "status": 500}});
    add(&mut world, &json!({"operation": "ListCodeInterpreters", "page": 3, "fault": fault}));
    let path = "/code-interpreters?type=CUSTOM&maxResults=1";
    let mut pages = vec![world.call("POST", path, &Value::Null).good(200)];
    pages.push(world.call("POST", &format!("{path}&nextToken={}", next(&pages[0])), &Value::Null).good(200));
    let third = format!("{path}&nextToken={}", next(&pages[1]));
    assert_eq!(matched(&world), 0);
    world.call("POST", &third, &Value::Null).bad(500, "InternalServerException");
    world.call("POST", &third, &Value::Null).good(200);
    assert_eq!(matched(&world), 2);
}

fn next(page: &Answer) -> String {
    percent_encoding::utf8_percent_encode(&page.text("nextToken"), percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn a_request_lands_late() {
    let mut world = World::new();
    let body = with(interpreter("tool"), "clientToken", token('a'));
    add(&mut world, &json!({"operation": "CreateCodeInterpreter", "fault": {"late": {"seconds": 95}}}));
    assert!(world.call("PUT", "/code-interpreters", &body).delivery.reset);
    world.wait(94.0);
    assert_eq!(list(&mut world).at("codeInterpreterSummaries"), &json!([]));
    // What is saved has it still to come.
    let saved = world.admin("POST", "save", &Value::Null).good(200);
    world.admin("POST", "load", &saved.body).good(200);
    world.wait(3.0);
    let landed = list(&mut world).text("codeInterpreterSummaries/0/createdAt");
    assert_eq!(landed, "2027-01-15T08:01:35.000Z");
    let entries: Vec<_> = world.sim.journal().filter(|entry| entry.operation == "CreateCodeInterpreter").collect();
    let told: Vec<_> = entries.iter().map(|entry| (entry.outcome.status, entry.effect)).collect();
    assert_eq!(told, [(0, false), (202, true)]);
    assert_eq!(entries[1].late, Some(entries[0].time));
    assert_eq!(entries[1].time.to_string(), "2027-01-15T08:01:35Z");
    // The token is bound from then on.
    world.call("PUT", "/code-interpreters", &body).good(202);
    assert_eq!(world.sim.inventory().len(), 1);
}

#[test]
fn what_lands_late_may_be_refused_by_then() {
    let mut world = World::new();
    let rule = json!({"operation": "CreateCodeInterpreter", "resource": "tool", "count": 0, "fault": {"late": {"seconds": 5}}});
    let late = add(&mut world, &rule);
    assert!(world.call("PUT", "/code-interpreters", &interpreter("tool")).delivery.reset);
    // What lands is not struck once more.
    world.admin("POST", "clock", &json!({"advanceSeconds": 5})).good(200);
    assert_eq!(world.sim.inventory().len(), 1);
    assert!(world.call("PUT", "/code-interpreters", &interpreter("tool")).delivery.reset);
    world.admin("DELETE", &format!("faults?id={late}"), &Value::Null).good(200);
    world.admin("POST", "clock", &json!({"advanceSeconds": 5})).good(200);
    let entry = world.sim.journal().last().unwrap();
    assert_eq!((entry.outcome.code.as_str(), entry.late.is_some()), ("ConflictException", true));
    assert_eq!(world.sim.inventory().len(), 1);
}

#[test]
fn a_read_is_out_of_date() {
    let mut world = World::new();
    let first = world.create_interpreter("tool1");
    world.wait(60.0);
    let get = json!({"operation": "GetCodeInterpreter", "count": 2, "fault": {"stale": {"seconds": 5}}});
    add(&mut world, &get);
    add(&mut world, &json!({"operation": "ListCodeInterpreters", "count": 0, "fault": {"stale": {"seconds": 5}}}));
    let names = |world: &mut World| {
        let all = list(world).at("codeInterpreterSummaries").as_array().unwrap().clone();
        all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let second = world.create_interpreter("tool2");
    world.wait(1.0);
    world.call("DELETE", &format!("/code-interpreters/{first}"), &Value::Null).good(202);
    // Before the second was made; then with both; then without the first.
    assert_eq!(names(&mut world), ["tool1"]);
    world.get(&format!("/code-interpreters/{second}")).bad(404, "ResourceNotFoundException");
    world.get(&format!("/code-interpreters/{first}")).good(200);
    world.get(&format!("/code-interpreters/{first}")).bad(404, "ResourceNotFoundException");
    world.wait(4.0);
    assert_eq!(names(&mut world), ["tool1", "tool2"]);
    world.wait(1.0);
    assert_eq!(names(&mut world), ["tool2"]);
}

#[test]
fn the_past_has_an_end() {
    let mut world = World::new();
    world.create_interpreter("first");
    let rule = json!({"operation": "ListCodeInterpreters", "count": 0, "fault": {"stale": {"seconds": 200}}});
    add(&mut world, &rule);
    world.create_interpreter("second");
    assert_eq!(list(&mut world).at("codeInterpreterSummaries").as_array().unwrap().len(), 1);
    for number in 0..120 {
        world.create_interpreter(&format!("tool{number}"));
        world.wait(1.0);
    }
    let listed = |world: &mut World| {
        let path = "/code-interpreters?type=CUSTOM&maxResults=100";
        let all = world.call("POST", path, &Value::Null).good(200);
        all.at("codeInterpreterSummaries").as_array().unwrap().len()
    };
    // A hundred changes back is the oldest that is known.
    assert_eq!(listed(&mut world), 23);
    world.wait(129.5);
    assert_eq!(listed(&mut world), 52);
}

#[test]
fn only_one_caller_is_struck_and_rules_go_one_by_one() {
    let mut world = World::new();
    let error = json!({"error": {"code": "InternalServerException", "status": 500}});
    let by_key = add(&mut world, &json!({"caller": "AKIAOTHER", "count": 0, "fault": error}));
    let by_arn = add(&mut world, &json!({"caller": ":123456789012:user/", "nth": 2, "count": 0, "fault": error}));
    let path = "/code-interpreters";
    world.call("POST", path, &Value::Null).good(200);
    world.call("POST", path, &Value::Null).bad(500, "InternalServerException");
    world.admin("DELETE", &format!("faults?id={by_arn}"), &Value::Null).good(200);
    world.admin("DELETE", &format!("faults?id={by_arn}"), &Value::Null).good(404);
    world.call("POST", path, &Value::Null).good(200);
    world.access_key = "AKIAOTHER".to_owned();
    world.call("POST", path, &Value::Null).bad(500, "InternalServerException");
    world.admin("DELETE", &format!("faults?id={by_key}"), &Value::Null).good(200);
    world.call("POST", path, &Value::Null).good(200);
    // Numbers are not given twice.
    assert!(add(&mut world, &json!({"fault": {"delayMs": 1}})) > by_arn);
}

#[test]
fn what_no_rule_has_is_refused() {
    let mut world = World::new();
    for rule in [
        json!({"fault": {"delayMs": 1}, "resources": "a"}),
        json!({"fault": {"late": {"seconds": 1, "answer": true}}}),
        json!({"fault": {"show": {}}}),
        json!({"fault": {"stale": {"minutes": 1}}}),
        json!({"fault": {"explode": 1}}),
        json!({"fault": {"delayMs": 1, "reset": "before"}}),
        json!({}),
    ] {
        world.admin("POST", "faults", &rule).good(400);
    }
    assert!(world.sim.fault_rules().is_empty());
}
