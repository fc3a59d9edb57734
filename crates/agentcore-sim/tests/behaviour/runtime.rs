//! Runtimes: what is returned, versions, conflicts, refusals.

use serde_json::{Value, json};

use crate::world::{World, code, container, runtime, runtime_update, with};

#[test]
fn a_runtime_is_created_and_read() {
    let mut world = World::new();
    let body = with(runtime("agent"), "description", "An agent");
    let body = with(body, "environmentVariables", json!({"KEY": "value"}));
    let body = with(body, "tags", json!({"team": "a"}));
    let created = world.call("PUT", "/runtimes/", &body).good(202);
    assert_eq!(created.text("status"), "CREATING");
    assert_eq!(created.text("agentRuntimeVersion"), "1");
    let id = created.text("agentRuntimeId");
    assert!(id.starts_with("agent-") && id.len() == "agent-".len() + 10, "{id}");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/{id}");
    assert_eq!(created.text("agentRuntimeArn"), arn);
    assert!(created.headers.contains_key("x-amzn-requestid"));

    let read = world.get(&format!("/runtimes/{id}/")).good(200);
    assert_eq!(read.text("status"), "READY");
    assert_eq!(read.text("agentRuntimeName"), "agent");
    assert_eq!(read.text("createdAt"), "2027-01-15T08:00:00.000Z");
    assert_eq!(read.at("lifecycleConfiguration"), &json!({"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800}));
    assert_eq!(read.at("networkConfiguration"), &json!({"networkMode": "PUBLIC"}));
    assert_eq!(read.at("environmentVariables"), &json!({"KEY": "value"}));
    assert!(read.text("workloadIdentityDetails/workloadIdentityArn").contains(":workload-identity-directory/"));
    for absent in ["tags", "clientToken", "failureReason", "metadataConfiguration"] {
        assert_eq!(read.at(absent), &Value::Null, "{absent}");
    }
    let listed = world.call("POST", "/runtimes/", &Value::Null).good(200);
    assert_eq!(listed.text("agentRuntimes/0/agentRuntimeId"), id);
    assert_eq!(listed.at("agentRuntimes/0/roleArn"), &Value::Null);
    assert!(listed.body.get("nextToken").is_none(), "the services write no nulls: {}", listed.body);
}

#[test]
fn the_service_completes_the_lifecycle() {
    let mut world = World::new();
    for (at, (given, shown)) in [
        (json!({"maxLifetime": 600}), json!({"idleRuntimeSessionTimeout": 600, "maxLifetime": 600})),
        (json!({"maxLifetime": 7200}), json!({"idleRuntimeSessionTimeout": 900, "maxLifetime": 7200})),
        (json!({"idleRuntimeSessionTimeout": 60}), json!({"idleRuntimeSessionTimeout": 60, "maxLifetime": 28800})),
    ]
    .into_iter()
    .enumerate()
    {
        let body = with(runtime(&format!("agent{at}")), "lifecycleConfiguration", given);
        let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
        assert_eq!(world.get(&format!("/runtimes/{id}")).at("lifecycleConfiguration"), &shown);
    }
}

#[test]
fn an_empty_environment_is_reported_as_none() {
    let mut world = World::new();
    let body = with(runtime("agent"), "environmentVariables", json!({}));
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    assert_eq!(world.get(&format!("/runtimes/{id}")).at("environmentVariables"), &Value::Null);
}

#[test]
fn private_endpoint_overrides_are_not_read_back() {
    let mut world = World::new();
    let lattice = json!({"selfManagedLatticeResource": {"resourceConfigurationIdentifier": "rcfg-0123456789abcdefg"}});
    let authorizer = json!({"customJWTAuthorizer": {
        "discoveryUrl": "https://example.com/.well-known/openid-configuration",
        "allowedClients": ["one"],
        "privateEndpoint": lattice,
        "privateEndpointOverrides": [{"domain": "example.com", "privateEndpoint": lattice}],
    }});
    let body = with(runtime("agent"), "authorizerConfiguration", authorizer);
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    let read = world.get(&format!("/runtimes/{id}"));
    assert_eq!(read.at("authorizerConfiguration/customJWTAuthorizer/allowedClients/0"), "one");
    assert_eq!(read.at("authorizerConfiguration/customJWTAuthorizer/privateEndpointOverrides"), &Value::Null);
}

#[test]
fn each_update_makes_a_version_that_can_be_read() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let updated = with(runtime_update(), "metadataConfiguration", json!({"requireMMDSV2": true}));
    let updated = world.call("PUT", &format!("/runtimes/{id}/"), &updated).good(202);
    assert_eq!((updated.text("agentRuntimeVersion").as_str(), updated.text("status").as_str()), ("2", "UPDATING"));
    assert!(!updated.text("lastUpdatedAt").is_empty());

    let newest = world.get(&format!("/runtimes/{id}/")).good(200);
    assert_eq!(newest.at("agentRuntimeArtifact"), &container("2"));
    assert_eq!(newest.at("metadataConfiguration/requireMMDSV2"), &json!(true));
    let first = world.get(&format!("/runtimes/{id}/?version=1")).good(200);
    assert_eq!(first.at("agentRuntimeArtifact"), &container("1"));
    world.get(&format!("/runtimes/{id}/?version=3")).bad(404, "ResourceNotFoundException");

    let versions = world.call("POST", &format!("/runtimes/{id}/versions/"), &Value::Null).good(200);
    assert_eq!(versions.text("agentRuntimes/1/agentRuntimeVersion"), "2");
    world.call("DELETE", &format!("/runtimes/{id}/?version=2"), &Value::Null).bad(409, "ConflictException");
    let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
    world.call("PUT", &endpoints, &json!({"name": "prod", "agentRuntimeVersion": "1"})).good(202);
    world.call("DELETE", &format!("/runtimes/{id}/?version=1"), &Value::Null).bad(409, "ConflictException");
    world.call("DELETE", &format!("{endpoints}prod/"), &Value::Null).good(202);
    let deleted = world.call("DELETE", &format!("/runtimes/{id}/?version=1"), &Value::Null).good(202);
    assert_eq!(deleted.text("agentRuntimeVersion"), "1");
    world.get(&format!("/runtimes/{id}/?version=1")).bad(404, "ResourceNotFoundException");
}

#[test]
fn a_container_does_not_become_code() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let body = with(runtime_update(), "agentRuntimeArtifact", code());
    world.call("PUT", &format!("/runtimes/{id}/"), &body).bad(400, "ValidationException");
}

#[test]
fn metadata_cannot_be_configured_by_a_create() {
    let mut world = World::new();
    let body = with(runtime("agent"), "metadataConfiguration", json!({"requireMMDSV2": true}));
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    assert_eq!(world.get(&format!("/runtimes/{id}")).at("metadataConfiguration"), &Value::Null);
}

#[test]
fn names_are_unique_or_not() {
    let mut world = World::new();
    world.create_runtime("agent");
    world.call("PUT", "/runtimes/", &runtime("agent")).bad(409, "ConflictException");
    let mut world = World::switched(&["runtimeNames=free"]);
    assert_ne!(world.create_runtime("agent"), world.create_runtime("agent"));
}

#[test]
fn a_runtime_goes_with_its_endpoints_or_not_at_all() {
    let mut world = World::new();
    let id = world.create_runtime("agent");
    let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
    world.call("PUT", &endpoints, &json!({"name": "prod"})).good(202);
    assert_eq!(world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).good(202).text("status"), "DELETING");
    world.get(&format!("/runtimes/{id}/")).bad(404, "ResourceNotFoundException");
    world.get(&format!("{endpoints}prod/")).bad(404, "ResourceNotFoundException");
    assert!(world.sim.inventory().is_empty());

    let mut world = World::switched(&["runtimeDeletion=conflict"]);
    let id = world.create_runtime("agent");
    let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
    world.call("PUT", &endpoints, &json!({"name": "prod"})).good(202);
    world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).bad(409, "ConflictException");
    world.call("DELETE", &format!("{endpoints}prod/"), &Value::Null).good(202);
    world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).good(202);
}

#[test]
fn lists_come_in_pages() {
    let mut world = World::new();
    for at in 0..25 {
        world.create_runtime(&format!("agent{at}"));
    }
    let mut seen = Vec::new();
    let mut path = "/runtimes/?maxResults=10".to_owned();
    for _ in 0..3 {
        let page = world.call("POST", &path, &Value::Null).good(200);
        seen.extend(page.at("agentRuntimes").as_array().unwrap().iter().map(|one| one["agentRuntimeId"].clone()));
        let Some(token) = page.at("nextToken").as_str() else { break };
        path = format!("/runtimes/?maxResults=10&nextToken={}", token.replace('%', "%25"));
    }
    assert_eq!(seen.len(), 25);
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert_eq!(seen.len(), 25);
    world.call("POST", "/runtimes/?nextToken=mine", &Value::Null).bad(400, "ValidationException");
    world.call("POST", "/runtimes/?maxResults=101", &Value::Null).bad(400, "ValidationException");
}
