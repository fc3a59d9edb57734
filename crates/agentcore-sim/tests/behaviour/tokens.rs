//! Client tokens, under each switch.

use serde_json::{Value, json};

use crate::world::{World, interpreter, memory, runtime, runtime_update, token, with};

#[test]
fn a_repeated_request_gets_the_first_answer() {
    let mut world = World::new();
    let body = with(runtime("agent"), "clientToken", token('a'));
    let first = world.call("PUT", "/runtimes/", &body).good(202);
    world.wait(60.0);
    let second = world.call("PUT", "/runtimes/", &body).good(202);
    assert_eq!(first.body, second.body);
    assert_eq!(second.text("status"), "CREATING");
    assert_eq!(world.sim.journal().filter(|entry| entry.effect).count(), 1);
    assert!(world.sim.journal().last().unwrap().replayed);
}

#[test]
fn other_parameters_are_a_mismatch() {
    let mut world = World::new();
    world.call("PUT", "/runtimes/", &with(runtime("agent"), "clientToken", token('a'))).good(202);
    let other = with(runtime("other"), "clientToken", token('a'));
    let refused = world.call("PUT", "/runtimes/", &other).bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "IdempotentParameterMismatchException");
    // A token belongs to one operation.
    world.call("PUT", "/code-interpreters", &with(interpreter("tool"), "clientToken", token('a'))).good(202);
}

#[test]
fn the_answer_stays_when_the_resource_is_gone() {
    let mut world = World::new();
    let body = with(memory("notes", &json!([])), "clientToken", "short");
    let id = world.call("POST", "/memories/create", &body).good(202).text("memory/id");
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202);
    assert_eq!(world.call("POST", "/memories/create", &body).good(202).text("memory/id"), id);
    world.get(&format!("/memories/{id}/details")).bad(404, "ResourceNotFoundException");
}

#[test]
fn tokens_live_as_long_as_the_switch_says() {
    let body = with(interpreter("tool"), "clientToken", token('a'));
    let mut world = World::switched(&["tokenLifetimeSeconds=60"]);
    world.call("PUT", "/code-interpreters", &body).good(202);
    world.wait(59.0);
    world.call("PUT", "/code-interpreters", &body).good(202);
    world.wait(2.0);
    world.call("PUT", "/code-interpreters", &body).bad(409, "ConflictException");

    let mut world = World::switched(&["tokenLifetimeSeconds=0"]);
    world.call("PUT", "/code-interpreters", &body).good(202);
    world.call("PUT", "/code-interpreters", &body).bad(409, "ConflictException");
}

#[test]
fn a_refused_request_binds_its_token_or_does_not() {
    let good = with(interpreter("tool"), "clientToken", token('a'));
    let bad = with(good.clone(), "name", "not-good");
    let mut world = World::new();
    world.call("PUT", "/code-interpreters", &bad).bad(400, "ValidationException");
    world.call("PUT", "/code-interpreters", &good).good(202);

    let mut world = World::switched(&["failedRequestBindsToken=true"]);
    world.call("PUT", "/code-interpreters", &bad).bad(400, "ValidationException");
    let refused = world.call("PUT", "/code-interpreters", &good).bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "IdempotentParameterMismatchException");
    let again = world.call("PUT", "/code-interpreters", &bad).bad(400, "ValidationException");
    assert_eq!(again.text("reason"), "FieldValidationFailed");
}

#[test]
fn updates_and_deletes_have_tokens_too() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let update = with(runtime_update(), "clientToken", token('u'));
    let path = format!("/runtimes/{id}/");
    world.call("PUT", &path, &update).good(202);
    assert_eq!(world.call("PUT", &path, &update).good(202).text("agentRuntimeVersion"), "2");
    assert_eq!(world.get(&path).text("agentRuntimeVersion"), "2");
    let delete = format!("{path}?clientToken={}", token('d'));
    world.call("DELETE", &delete, &Value::Null).good(202);
    world.call("DELETE", &delete, &Value::Null).good(202);
    world.call("DELETE", &path, &Value::Null).bad(404, "ResourceNotFoundException");
    world.call("DELETE", &format!("{path}?clientToken=short"), &Value::Null).bad(400, "ValidationException");
}

#[test]
fn each_token_has_its_own_time() {
    let mut world = World::switched(&["tokenLifetimeSeconds=60", "failedRequestBindsToken=true"]);
    let body = |letter: char| with(interpreter(&format!("tool_{letter}")), "clientToken", token(letter));
    let create = |world: &mut World, letter: char| world.call("PUT", "/code-interpreters", &body(letter)).status;
    let refused = with(interpreter("tool_a"), "clientToken", token('r'));
    assert_eq!(create(&mut world, 'a'), 202);
    world.call("PUT", "/code-interpreters", &refused).bad(409, "ConflictException");
    world.wait(40.0);
    assert_eq!(create(&mut world, 'b'), 202);
    // A refusal is not an answer to be repeated, so that its token was used once more here.
    world.call("PUT", "/code-interpreters", &refused).bad(409, "ConflictException");
    world.wait(30.0);
    assert_eq!([create(&mut world, 'c'), create(&mut world, 'b'), create(&mut world, 'a')], [202, 202, 409]);
    let other = with(refused, "name", "tool_d");
    assert_eq!(world.call("PUT", "/code-interpreters", &other).text("reason"), "IdempotentParameterMismatchException");
    world.wait(60.0);
    world.call("PUT", "/code-interpreters", &other).good(202);
    // What is remembered outlives being saved.
    let saved = world.admin("POST", "save", &Value::Null).good(200);
    world.admin("POST", "load", &saved.body).good(200);
    world.call("PUT", "/code-interpreters", &other).good(202);
    world.wait(61.0);
    assert_eq!(create(&mut world, 'e'), 202);
    world.call("PUT", "/code-interpreters", &other).bad(409, "ConflictException");
}
