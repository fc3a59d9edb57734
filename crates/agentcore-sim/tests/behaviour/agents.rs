//! Agents that are called, and their sessions.

use agentcore_sim::{EndReason, Settings};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::world::{Answer, World, runtime, runtime_update, token, with};

const SESSION: &str = "x-amzn-bedrock-agentcore-runtime-session-id";

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn arn(id: &str) -> String {
    format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/{id}")
}

fn ask(world: &mut World, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("authorization", world.authorization("bedrock-agentcore"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Bytes::from(body.to_owned())).unwrap())
}

fn invoke(world: &mut World, id: &str, query: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    ask(world, "POST", &format!("/runtimes/{}/invocations{query}", encoded(&arn(id))), headers, body)
}

fn stop(world: &mut World, id: &str, session: &str, body: &Value) -> Answer {
    let path = format!("/runtimes/{}/stopruntimesession", encoded(&arn(id)));
    ask(world, "POST", &path, &[(SESSION, session)], &body.to_string())
}

/// The number of the call in its session.
fn number(answer: &Answer) -> u64 {
    answer.at("call").as_u64().unwrap()
}

#[test]
fn an_agent_echoes_and_says_that_it_is_none() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let session = token('s');
    let body = json!({"prompt": "hello there"}).to_string();
    let first = invoke(&mut world, &id, "", &[(SESSION, &session)], &body).good(200);
    assert_eq!(first.headers["content-type"], "application/json");
    assert_eq!(first.headers[SESSION], session.as_str());
    assert!(first.text("response").contains("simulated"), "{}", first.body);
    assert!(first.text("response").ends_with("You said: hello there"), "{}", first.body);
    assert_eq!(first.at("simulated"), &json!(true));
    assert_eq!((first.text("prompt"), first.text("sessionId")), ("hello there".to_owned(), session.clone()));
    assert_eq!((first.text("agentRuntimeVersion"), first.text("qualifier")), ("1".to_owned(), "DEFAULT".to_owned()));
    assert_eq!(number(&first), 1);
    assert_eq!(number(&invoke(&mut world, &id, "", &[(SESSION, &session)], &body).good(200)), 2);
    assert_eq!(number(&invoke(&mut world, &id, "", &[(SESSION, &token('t'))], &body).good(200)), 1);
}

#[test]
fn any_payload_will_do() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    for (body, prompt) in [
        (r#"{"input": [1, 2]}"#, json!({"input": [1, 2]})),
        (r#"{"prompt": {"deep": true}}"#, json!({"prompt": {"deep": true}})),
        ("\"words\"", json!("words")),
        ("plain words", json!("plain words")),
        ("", json!("")),
    ] {
        assert_eq!(invoke(&mut world, &id, "", &[], body).good(200).at("prompt"), &prompt, "{body}");
    }
}

#[test]
fn a_session_is_made_up_or_has_a_long_name() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let answer = invoke(&mut world, &id, "", &[], "{}").good(200);
    let made_up = answer.headers[SESSION].to_str().unwrap().to_owned();
    assert_eq!((made_up.len(), answer.text("sessionId")), (36, made_up.clone()));
    assert_eq!(number(&invoke(&mut world, &id, "", &[(SESSION, &made_up)], "{}").good(200)), 2);
    for (length, good) in [(32, false), (33, true), (256, true), (257, false)] {
        let session = "s".repeat(length);
        let answer = invoke(&mut world, &id, "", &[(SESSION, &session)], "{}");
        if good {
            answer.good(200);
        } else {
            let refused = answer.bad(400, "ValidationException");
            assert_eq!(refused.text("fieldList/0/name"), "runtimeSessionId");
        }
    }
}

#[test]
fn headers_are_checked_and_given_back() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let long = "x".repeat(1025);
    let user = "x-amzn-bedrock-agentcore-runtime-user-id";
    invoke(&mut world, &id, "", &[(user, &long)], "{}").bad(400, "ValidationException");
    invoke(&mut world, &id, "", &[("accept", &"a".repeat(257))], "{}").bad(400, "ValidationException");
    let given = [("traceparent", "00-1"), ("baggage", "a=b"), ("x-amzn-trace-id", "Root=1"), ("mcp-session-id", "m")];
    let answer = invoke(&mut world, &id, "", &given, "{}").good(200);
    for (name, value) in given {
        assert_eq!(answer.headers[name], value);
    }
    assert!(!answer.headers.contains_key("tracestate"));
}

#[test]
fn whoever_takes_events_gets_events() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let accept = [("accept", "text/event-stream, application/json")];
    let answer = invoke(&mut world, &id, "", &accept, r#"{"prompt": "hello"}"#).good(200);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let text = answer.body.as_str().unwrap();
    assert!(text.ends_with("\n\n"));
    let events: Vec<Value> = text
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    assert!(events[0].as_str().unwrap().ends_with("You said: hello"));
    assert_eq!(events[1]["simulated"], true);
    let plain = invoke(&mut world, &id, "", &[("accept", "application/json, */*")], "{}").good(200);
    assert_eq!(plain.headers["content-type"], "application/json");
}

#[test]
fn a_runtime_is_named_by_its_arn_or_by_id_and_account() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let path = format!("/runtimes/{id}/invocations");
    ask(&mut world, "POST", &path, &[], "{}").bad(400, "ValidationException");
    ask(&mut world, "POST", &format!("{path}?accountId=12"), &[], "{}").bad(400, "ValidationException");
    ask(&mut world, "POST", &format!("{path}?accountId=210987654321"), &[], "{}").bad(403, "AccessDeniedException");
    ask(&mut world, "POST", &format!("{path}?accountId=123456789012"), &[], "{}").good(200);

    let both = format!("/runtimes/{}/invocations?accountId=12", encoded(&arn(&id)));
    ask(&mut world, "POST", &both, &[], "{}").bad(400, "ValidationException");
    let mut at = |arn: String| ask(&mut world, "POST", &format!("/runtimes/{}/invocations", encoded(&arn)), &[], "{}");
    at(arn("other-0123456789")).bad(404, "ResourceNotFoundException");
    at(arn(&id).replace("us-east-1", "eu-west-1")).bad(403, "AccessDeniedException");
    at(arn(&id).replace("123456789012", "210987654321")).bad(403, "AccessDeniedException");
    at(arn(&id).replace(":runtime/", ":memory/")).bad(400, "ValidationException");
    at("arn:nonsense".to_owned()).bad(400, "ValidationException");
}

#[test]
fn the_endpoint_decides_which_version_answers() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    world.call("PUT", &format!("/runtimes/{id}/runtime-endpoints/"), &json!({"name": "prod"})).good(202);
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    for (query, version) in [("", "2"), ("?qualifier=DEFAULT", "2"), ("?qualifier=prod", "1")] {
        let answer = invoke(&mut world, &id, query, &[], "{}").good(200);
        assert_eq!(answer.text("agentRuntimeVersion"), version, "{query}");
    }
    invoke(&mut world, &id, "?qualifier=none", &[], "{}").bad(404, "ResourceNotFoundException");
    // Each endpoint has sessions of its own.
    let session = token('s');
    for query in ["", "?qualifier=prod"] {
        assert_eq!(number(&invoke(&mut world, &id, query, &[(SESSION, &session)], "{}").good(200)), 1);
    }
}

#[test]
fn what_is_not_there_yet_can_be_asked_again_and_what_failed_cannot() {
    let mut settings = Settings::realistic();
    for calm in ["flaps=off", "readLagMs=0", "listLagMs=0", "requestQuotas=off"] {
        settings.set(calm).unwrap();
    }
    let mut world = World::with(settings);
    let id = world.create_runtime("agent");
    invoke(&mut world, &id, "", &[], "{}").bad(409, "RetryableConflictException");
    world.wait(60.0);
    invoke(&mut world, &id, "", &[], "{}").good(200);
    // What is live answers while the next version is made.
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    assert_eq!(invoke(&mut world, &id, "", &[], "{}").good(200).text("agentRuntimeVersion"), "1");
    world.wait(60.0);
    assert_eq!(invoke(&mut world, &id, "", &[], "{}").good(200).text("agentRuntimeVersion"), "2");
    world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).good(202);
    invoke(&mut world, &id, "", &[], "{}").bad(409, "RetryableConflictException");
    world.wait(60.0);
    invoke(&mut world, &id, "", &[], "{}").bad(404, "ResourceNotFoundException");

    let fault =
        json!({"operation": "CreateAgentRuntime", "fault": {"provision": {"state": "CREATE_FAILED", "reason": "Bad"}}});
    world.admin("POST", "faults", &fault).good(200);
    let id = world.create_runtime("broken");
    world.wait(60.0);
    let refused = invoke(&mut world, &id, "", &[], "{}").bad(424, "RuntimeClientError");
    assert!(refused.text("message").contains("CREATE_FAILED"), "{}", refused.body);
}

#[test]
fn a_failed_update_leaves_the_live_version_at_work() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let fault = json!({"operation": "UpdateAgentRuntime", "fault": {"provision": {"state": "", "reason": "Bad"}}});
    world.admin("POST", "faults", &fault).good(200);
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    assert_eq!(world.get(&format!("/runtimes/{id}/")).text("status"), "UPDATE_FAILED");
    assert_eq!(invoke(&mut world, &id, "", &[], "{}").good(200).text("agentRuntimeVersion"), "1");
}

#[test]
fn a_runtime_wants_tokens_or_signatures() {
    let mut world = World::new();
    let authorizer = json!({"customJWTAuthorizer": {
        "discoveryUrl": "https://issuer.example/.well-known/openid-configuration", "allowedClients": ["client"]}});
    let body = with(runtime("agent"), "authorizerConfiguration", authorizer);
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    invoke(&mut world, &id, "", &[], "{}").bad(403, "AccessDeniedException");
    stop(&mut world, &id, &token('s'), &json!({})).bad(403, "AccessDeniedException");
    let path = format!("/runtimes/{}/", encoded(&arn(&id)));
    let with_token = |world: &mut World, path: &str, token: &str| {
        let request = Request::post(path).header("authorization", token).header(SESSION, "s".repeat(33));
        world.send(request.body(Bytes::from_static(b"{}")).unwrap())
    };
    let (invocations, stop_session) = (format!("{path}invocations"), format!("{path}stopruntimesession"));
    world.region = "nowhere".to_owned();
    with_token(&mut world, &invocations, "Bearer a.b.c").good(200);
    with_token(&mut world, &stop_session, "Bearer a.b.c").good(200);
    with_token(&mut world, &invocations, "Bearer ").bad(403, "IncompleteSignatureException");
    with_token(&mut world, &format!("{path}versions/"), "Bearer a.b.c").bad(403, "IncompleteSignatureException");
    let by_id = format!("/runtimes/{id}/invocations?accountId=123456789012");
    with_token(&mut world, &by_id, "Bearer a.b.c").bad(403, "IncompleteSignatureException");
    assert_eq!(world.sim.agent_sessions()[0].account, "123456789012");
    let journal = world.admin("GET", "journal", &Value::Null).good(200);
    assert!(!journal.body.to_string().contains("a.b.c"));
    world.region = "us-east-1".to_owned();
    // It is the version that counts.
    world.call("PUT", &format!("/runtimes/{id}/runtime-endpoints/"), &json!({"name": "prod"})).good(202);
    world.call("PUT", &format!("/runtimes/{id}/"), &runtime_update()).good(202);
    invoke(&mut world, &id, "", &[], "{}").good(200);
    with_token(&mut world, &invocations, "Bearer a.b.c").bad(403, "AccessDeniedException");
    with_token(&mut world, &format!("{invocations}?qualifier=prod"), "Bearer a.b.c").good(200);
    invoke(&mut world, &id, "?qualifier=prod", &[], "{}").bad(403, "AccessDeniedException");
}

#[test]
fn sessions_end_by_themselves() {
    let mut world = World::new();
    let lifecycle = json!({"idleRuntimeSessionTimeout": 100, "maxLifetime": 250});
    let body = with(runtime("agent"), "lifecycleConfiguration", lifecycle);
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    let session = token('s');
    let call = |world: &mut World| number(&invoke(world, &id, "", &[(SESSION, &session)], "{}").good(200));
    // (seconds since the last call, the number of this one)
    for (wait, expected) in [(0.0, 1), (99.0, 2), (99.0, 3), (51.0, 4), (2.0, 1), (101.0, 1)] {
        world.wait(wait);
        assert_eq!(call(&mut world), expected, "after {wait} s");
    }
    let sessions = world.sim.agent_sessions();
    let ends: Vec<_> = sessions.iter().map(|session| session.end_reason).collect();
    assert_eq!(ends, [Some(EndReason::Lifetime), Some(EndReason::Idle), None]);
    let lived = sessions[0].ended_at.unwrap().duration_since(sessions[0].started_at);
    assert_eq!(lived.as_secs(), 250);
    // The clock of the simulator counts too.
    world.admin("POST", "clock", &json!({"advanceSeconds": 100})).good(200);
    assert_eq!(call(&mut world), 1);
}

#[test]
fn without_a_word_sessions_live_a_quarter_of_an_hour() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let session = token('s');
    for (wait, expected) in [(0.0, 1), (899.0, 2), (900.0, 1)] {
        world.wait(wait);
        assert_eq!(number(&invoke(&mut world, &id, "", &[(SESSION, &session)], "{}").good(200)), expected);
    }
}

#[test]
fn a_session_that_was_stopped_is_unknown() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let session = token('s');
    stop(&mut world, &id, &session, &json!({})).bad(404, "ResourceNotFoundException");
    stop(&mut world, &id, "short", &json!({})).bad(400, "ValidationException");
    stop(&mut world, &id, &session, &json!({"clientToken": "short"})).bad(400, "ValidationException");
    invoke(&mut world, &id, "", &[(SESSION, &session)], "{}").good(200);
    let once = json!({"clientToken": token('t')});
    let stopped = stop(&mut world, &id, &session, &once).good(200);
    assert_eq!(stopped.headers[SESSION], session.as_str());
    // The same request once more has the same answer.
    stop(&mut world, &id, &session, &once).good(200);
    stop(&mut world, &id, &session, &json!({"clientToken": token('u')})).bad(404, "ResourceNotFoundException");
    stop(&mut world, &id, &session, &json!({})).bad(404, "ResourceNotFoundException");
    assert_eq!(number(&invoke(&mut world, &id, "", &[(SESSION, &session)], "{}").good(200)), 1);
    let path = format!("/runtimes/{}/stopruntimesession?qualifier=other", encoded(&arn(&id)));
    ask(&mut world, "POST", &path, &[(SESSION, &session)], "").bad(404, "ResourceNotFoundException");
    world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).good(202);
    world.call("POST", "/runtimes/", &Value::Null).good(200);
    assert_eq!(world.sim.agent_sessions()[1].end_reason, Some(EndReason::Deleted));
}

#[test]
fn only_agents_that_speak_a2a_have_a_card() {
    let mut world = World::new();
    let card = |world: &mut World, id: &str, headers: &[(&str, &str)]| {
        let path = format!("/runtimes/{}/invocations/.well-known/agent-card.json", encoded(&arn(id)));
        ask(world, "GET", &path, headers, "")
    };
    let plain = world.create_runtime("plain");
    card(&mut world, &plain, &[]).bad(400, "ValidationException");
    card(&mut world, "none-0123456789", &[]).bad(404, "ResourceNotFoundException");
    let body = with(runtime("speaker"), "protocolConfiguration", json!({"serverProtocol": "A2A"}));
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    let answer = card(&mut world, &id, &[(SESSION, &token('s'))]).good(200);
    assert_eq!((answer.text("name"), answer.text("version")), ("speaker".to_owned(), "1".to_owned()));
    assert!(answer.text("url").contains(&encoded(&arn(&id))));
    assert_eq!(answer.headers[SESSION], token('s').as_str());
    card(&mut world, &id, &[(SESSION, "short")]).bad(400, "ValidationException");
    assert!(world.sim.agent_sessions().is_empty());
}

#[test]
fn calls_are_kept_and_what_was_said_is_not() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let session = token('s');
    let body = json!({"prompt": "secret words"}).to_string();
    invoke(&mut world, &id, "", &[(SESSION, &session)], &body).good(200);
    world.wait(5.0);
    invoke(&mut world, &id, "", &[(SESSION, &session), ("accept", "text/event-stream")], &body).good(200);
    let shown = world.admin("GET", "inventory", &Value::Null).good(200);
    let kept = shown.at("sessions/0");
    assert_eq!(kept["sessionId"], json!(session));
    assert_eq!(kept["agentRuntimeArn"], json!(arn(&id)));
    assert_eq!((&kept["qualifier"], &kept["calls"]), (&json!("DEFAULT"), &json!(2)));
    assert_eq!((&kept["account"], &kept["region"]), (&json!("123456789012"), &json!("us-east-1")));
    let calls = kept["invocations"].as_array().unwrap();
    assert_eq!((&calls[0]["version"], &calls[0]["bytes"]), (&json!("1"), &json!(body.len())));
    assert_eq!((&calls[0]["streamed"], &calls[1]["streamed"]), (&json!(false), &json!(true)));
    let journal = world.admin("GET", "journal?operation=InvokeAgentRuntime", &Value::Null).good(200);
    assert_eq!(journal.text("entries/0/service"), "bedrock-agentcore");
    assert_eq!(journal.text("entries/0/resourceId"), arn(&id));
    assert_eq!(journal.at("entries/0/effect"), &json!(true));
    let saved = world.admin("POST", "save", &Value::Null).good(200);
    for document in [&shown.body, &journal.body, &saved.body] {
        assert!(!document.to_string().contains("secret words"));
    }
    // What was saved goes on.
    let mut other = World::new();
    other.now = world.now;
    other.admin("POST", "load", &saved.body).good(200);
    assert_eq!(number(&invoke(&mut other, &id, "", &[(SESSION, &session)], "{}").good(200)), 3);
}

#[test]
fn accounts_and_regions_have_sessions_of_their_own() {
    let mut world = World::new();
    let session = token('s');
    let mut ids = Vec::new();
    for (key, region) in [("AKIATEST", "us-east-1"), ("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")]
    {
        world.access_key = key.to_owned();
        world.region = region.to_owned();
        let account = if key == "AKIATEST" { "123456789012" } else { "210987654321" };
        for foreign in &ids {
            let path = format!("/runtimes/{foreign}/invocations?accountId={account}");
            ask(&mut world, "POST", &path, &[], "{}").bad(404, "ResourceNotFoundException");
        }
        let id = world.create_runtime("agent");
        let path = format!("/runtimes/{id}/invocations?accountId={account}");
        assert_eq!(number(&ask(&mut world, "POST", &path, &[(SESSION, &session)], "{}").good(200)), 1);
        ids.push(id);
    }
    let places: Vec<_> = world.sim.agent_sessions().into_iter().map(|one| (one.account, one.region)).collect();
    assert_eq!(places.len(), 3);
    assert!(places.contains(&("210987654321".to_owned(), "us-east-1".to_owned())));
}

#[test]
fn calls_are_counted_for_each_agent() {
    let mut world = World::switched(&["requestQuotas=on", "throttling=window"]);
    let (one, other) = (world.create_runtime("one"), world.create_runtime("other"));
    for _ in 0..25 {
        invoke(&mut world, &one, "", &[], "{}").good(200);
    }
    invoke(&mut world, &one, "", &[], "{}").bad(429, "ThrottlingException");
    // An agent is the same one by its id.
    let path = format!("/runtimes/{one}/invocations?accountId=123456789012");
    ask(&mut world, "POST", &path, &[], "{}").bad(429, "ThrottlingException");
    invoke(&mut world, &other, "", &[], "{}").good(200);
    world.wait(1.0);
    invoke(&mut world, &one, "", &[], "{}").good(200);
}
