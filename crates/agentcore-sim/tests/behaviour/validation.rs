//! Requests that the service does not take.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::world::{World, runtime, with};

#[test]
fn a_refusal_names_all_members_that_are_wrong() {
    let mut world = World::new();
    let refused = world.call("PUT", "/runtimes/", &json!({"agentRuntimeName": "not-good", "roleArn": "x"}));
    let refused = refused.bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "FieldValidationFailed");
    let fields: Vec<&Value> = refused.at("fieldList").as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(fields, ["agentRuntimeName", "agentRuntimeArtifact", "roleArn"]);
    assert!(refused.text("message").starts_with("3 validation errors detected: Value at 'agentRuntimeName'"));
}

fn hook(path: &str, port: Option<u16>) -> Value {
    json!({"build": {"warmup": {"action": {"httpPost": {"path": path, "port": port}}}}})
}

#[test]
fn a_hook_has_a_place_of_its_own() {
    let mut world = World::new();
    let body = with(runtime("agent"), "protocolConfiguration", json!({"serverProtocol": "MCP", "path": "/tools"}));
    world.call("PUT", "/runtimes/", &with(body.clone(), "hooksConfiguration", hook("/tools", Some(8000)))).good(400);
    world.call("PUT", "/runtimes/", &with(body, "hooksConfiguration", hook("/tools", Some(8001)))).good(202);
    let body = with(runtime("other"), "hooksConfiguration", hook("/mcp", None));
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    let place = "hooksConfiguration/build/warmup/action/httpPost";
    assert_eq!(world.get(&format!("/runtimes/{id}/")).at(place), &json!({"path": "/mcp"}));
}

#[test]
fn each_rule_of_runtimes_has_a_body_that_it_refuses() {
    let mut world = World::new();
    let vpc = json!({"securityGroups": ["sg-12345678"], "subnets": ["subnet-12345678"]});
    let mount = json!({"sessionStorage": {"mountPath": "/mnt/data"}});
    for (member, value) in [
        ("networkConfiguration", json!({"networkMode": "VPC"})),
        ("networkConfiguration", json!({"networkMode": "PUBLIC", "networkModeConfig": vpc})),
        (
            "networkConfiguration",
            json!({"networkMode": "VPC", "networkModeConfig": with(vpc.clone(), "requireServiceS3Endpoint", true)}),
        ),
        ("networkConfiguration", json!({"networkMode": "SANDBOX"})),
        ("agentRuntimeArtifact", json!({})),
        ("agentRuntimeArtifact", json!({"containerConfiguration": {"containerUri": "docker.io/x"}})),
        ("lifecycleConfiguration", json!({"idleRuntimeSessionTimeout": 100, "maxLifetime": 99})),
        ("lifecycleConfiguration", json!({"maxLifetime": 59})),
        ("protocolConfiguration", json!({"serverProtocol": "HTTP", "port": 8443})),
        ("allowedPorts", json!([{"port": 8080}, {"portRange": {"from": 8000, "to": 8100}}])),
        ("allowedPorts", json!([{"portRange": {"from": 8400, "to": 8500}}])),
        ("allowedPorts", json!([{"portRange": {"from": 8500, "to": 8450}}])),
        ("allowedPorts", json!([])),
        ("filesystemConfigurations", json!([mount, mount])),
        ("hooksConfiguration", hook("/warm", Some(8443))),
        ("hooksConfiguration", hook("/invocations", None)),
        ("hooksConfiguration", hook("/ping", Some(8080))),
        ("hooksConfiguration", hook("no-slash", None)),
        ("environmentVariables", json!({"": "x"})),
        ("environmentVariables", json!({"KEY": 1})),
        ("description", json!("")),
        ("clientToken", json!("short")),
        ("tags", json!({"bad!": "x"})),
        ("requestHeaderConfiguration", json!({"requestHeaderAllowlist": ["1bad"]})),
        ("authorizerConfiguration", json!({"customJWTAuthorizer": {"discoveryUrl": "https://example.com"}})),
        (
            "authorizerConfiguration",
            json!({"customJWTAuthorizer": {
            "discoveryUrl": "https://example.com/.well-known/openid-configuration", "advertisedScopeMapping": {"a": "b"}}}),
        ),
    ] {
        let answer = world.call("PUT", "/runtimes/", &with(runtime("agent"), member, value.clone()));
        assert_eq!((answer.status, answer.code.as_str()), (400, "ValidationException"), "{member}: {value}");
    }
    assert!(world.sim.inventory().is_empty());
    assert!(!world.sim.journal().any(|entry| entry.effect));
}

#[test]
fn ids_and_bodies_must_be_well_formed() {
    let mut world = World::new();
    world.get("/runtimes/nonsense/").bad(400, "ValidationException");
    world.get("/memories/short/details").bad(400, "ValidationException");
    let request = Request::builder().method("PUT").uri("/runtimes/");
    let request = request.header("authorization", world.authorization("bedrock-agentcore"));
    let refused = world.send(request.body(Bytes::from_static(b"{")).unwrap()).bad(400, "ValidationException");
    assert_eq!(refused.text("reason"), "CannotParse");
}

#[test]
fn unknown_members_and_nulls_are_ignored() {
    let mut world = World::new();
    let body = with(with(runtime("agent"), "unheardOf", 1), "description", Value::Null);
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    let read = world.get(&format!("/runtimes/{id}/")).good(200);
    assert_eq!((read.at("unheardOf"), read.at("description")), (&Value::Null, &Value::Null));
}
