//! Requests that go wrong on purpose.

use serde_json::{Value, json};

use crate::world::{World, interpreter, runtime, runtime_update, semantic, token, with};

#[test]
fn the_nth_matching_request_fails_so_many_times() {
    let mut world = World::new();
    let rule = json!({"operation": "CreateCodeInterpreter", "resource": "tool", "nth": 2, "count": 2,
        "fault": {"error": {"code": "ThrottlingException", "message": "Slow down", "status": 429, "retryAfterSeconds": 3}}});
    world.admin("POST", "faults", &rule).good(200);
    world.create_interpreter("other");
    world.create_interpreter("tool1");
    for _ in 0..2 {
        let refused = world.call("PUT", "/code-interpreters", &interpreter("tool2")).bad(429, "ThrottlingException");
        assert_eq!(refused.text("message"), "Slow down");
        assert_eq!(refused.headers["retry-after"], "3");
    }
    world.create_interpreter("tool2");
    assert_eq!(world.admin("GET", "faults", &Value::Null).good(200).at("faults/0/matched"), &json!(4));
    world.admin("DELETE", "faults", &Value::Null).good(200);
    assert!(world.sim.fault_rules().is_empty());
}

#[test]
fn a_connection_ends_before_or_after_the_effect() {
    for (point, exists) in [("before", 0), ("after", 1)] {
        let mut world = World::new();
        world
            .admin("POST", "faults", &json!({"operation": "CreateCodeInterpreter", "fault": {"reset": point}}))
            .good(200);
        let body = with(interpreter("tool"), "clientToken", token('a'));
        assert!(world.call("PUT", "/code-interpreters", &body).delivery.reset);
        assert_eq!(world.sim.inventory().len(), exists, "{point}");
        let entry = world.sim.journal().last().unwrap();
        assert_eq!((entry.outcome.status, entry.effect), (0, exists == 1));
        let again = world.call("PUT", "/code-interpreters", &body).good(202);
        assert!(!again.delivery.reset);
        assert_eq!(world.sim.inventory().len(), 1);
    }
}

#[test]
fn an_answer_is_late() {
    let mut world = World::new();
    world
        .admin("POST", "faults", &json!({"service": "bedrock-agentcore-control", "fault": {"delayMs": 1500}}))
        .good(200);
    assert_eq!(world.call("POST", "/memories/", &Value::Null).delivery.delay.as_millis(), 1500);
    assert!(world.call("POST", "/memories/", &Value::Null).delivery.delay.is_zero());
}

#[test]
fn a_change_ends_in_a_failed_state() {
    let mut world = World::new();
    let provision = |operation: &str, state: &str| json!({"operation": operation, "fault": {"provision": {"state": state, "reason": "No such image"}}});
    world.admin("POST", "faults", &provision("CreateAgentRuntime", "CREATE_FAILED")).good(200);
    let id = world.call("PUT", "/runtimes/", &runtime("agent")).good(202).text("agentRuntimeId");
    let path = format!("/runtimes/{id}/");
    let read = world.get(&path).good(200);
    assert_eq!(
        (read.text("status"), read.text("failureReason")),
        ("CREATE_FAILED".to_owned(), "No such image".to_owned())
    );
    let endpoint = world.get(&format!("{path}runtime-endpoints/DEFAULT/")).good(200);
    assert_eq!(endpoint.text("status"), "CREATE_FAILED");

    // A corrected update recovers.
    world.call("PUT", &path, &runtime_update()).good(202);
    let read = world.get(&path).good(200);
    assert_eq!((read.text("status").as_str(), read.at("failureReason")), ("READY", &Value::Null));
    assert_eq!(world.get(&format!("{path}runtime-endpoints/DEFAULT/")).text("liveVersion"), "2");

    world.admin("POST", "faults", &provision("UpdateAgentRuntime", "UPDATE_FAILED")).good(200);
    world.call("PUT", &path, &runtime_update()).good(202);
    assert_eq!(world.get(&path).text("status"), "UPDATE_FAILED");
    let endpoint = world.get(&format!("{path}runtime-endpoints/DEFAULT/")).good(200);
    assert_eq!((endpoint.text("liveVersion"), endpoint.text("status")), ("2".to_owned(), "UPDATE_FAILED".to_owned()));

    world.admin("POST", "faults", &provision("DeleteAgentRuntime", "DELETE_FAILED")).good(200);
    world.call("DELETE", &path, &Value::Null).good(202);
    assert_eq!(world.get(&path).text("status"), "DELETE_FAILED");
    world.call("DELETE", &path, &Value::Null).good(202);
    world.get(&path).bad(404, "ResourceNotFoundException");

    world.admin("POST", "faults", &provision("CreateMemory", "FAILED")).good(200);
    let id = world.create_memory("notes", &json!([semantic("a")]));
    let read = world.get(&format!("/memories/{id}/details")).good(200);
    assert_eq!(
        (read.text("memory/status"), read.text("memory/strategies/0/status")),
        ("FAILED".to_owned(), "FAILED".to_owned())
    );
}

#[test]
fn what_never_came_to_be_may_refuse_updates() {
    let mut world = World::switched(&["updateAfterFailedCreate=false"]);
    let rule = json!({"operation": "CreateMemory", "fault": {"provision": {"state": "FAILED"}}});
    world.admin("POST", "faults", &rule).good(200);
    let id = world.create_memory("notes", &json!([]));
    assert!(!world.get(&format!("/memories/{id}/details")).text("memory/failureReason").is_empty());
    world.call("PUT", &format!("/memories/{id}/update"), &json!({})).bad(409, "ConflictException");
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202);

    // One that was ACTIVE before it failed is another matter.
    let id = world.create_memory("other", &json!([]));
    let rule = json!({"operation": "UpdateMemory", "fault": {"provision": {"state": "FAILED"}}});
    world.admin("POST", "faults", &rule).good(200);
    world.call("PUT", &format!("/memories/{id}/update"), &json!({})).good(202);
    assert_eq!(world.get(&format!("/memories/{id}/details")).text("memory/status"), "FAILED");
    world.call("PUT", &format!("/memories/{id}/update"), &json!({})).good(202);
    assert_eq!(world.get(&format!("/memories/{id}/details")).text("memory/status"), "ACTIVE");
}

#[test]
fn a_rule_that_could_never_strike_is_refused() {
    let mut world = World::new();
    let error = |status: u64| json!({"fault": {"error": {"code": "Bad", "status": status}}});
    for rule in [
        error(99),
        error(101),
        error(200),
        error(600),
        json!({"operation": "CreateMemroy", "fault": {"delayMs": 1}}),
        json!({"service": "sts", "operation": "CreateMemory", "fault": {"delayMs": 1}}),
        json!({"service": "lambda", "fault": {"delayMs": 1}}),
        json!({"fault": {"delayMs": 1, "reset": "after"}}),
    ] {
        world.admin("POST", "faults", &rule).good(400);
    }
    for rule in [
        error(400),
        error(599),
        json!({"service": "bedrock-agentcore", "operation": "CreateEvent", "fault": {"delayMs": 1}}),
    ] {
        world.admin("POST", "faults", &rule).good(200);
    }
}
