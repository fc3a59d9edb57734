//! Gateways.

use agentcore_sim::{Kind, Mutation, Settings};
use serde_json::{Value, json};

use crate::world::{ROLE, World, gateway, lambda, token, with};

#[test]
fn a_gateway_is_created_read_and_deleted() {
    let mut world = World::new();
    let mut body = gateway("My-Tools");
    for (name, value) in [
        ("description", json!("Tools")),
        ("protocolType", json!("MCP")),
        ("protocolConfiguration", json!({"mcp": {"searchType": "SEMANTIC", "supportedVersions": ["2025-03-26"]}})),
        ("exceptionLevel", json!("DEBUG")),
        (
            "interceptorConfigurations",
            json!([{
                "interceptor": {"lambda": {"arn": "arn:aws:lambda:us-east-1:123456789012:function:check"}},
                "interceptionPoints": ["REQUEST"],
                "inputConfiguration": {"passRequestHeaders": true, "payloadFilter": {"exclude": [{"field": "RESPONSE_BODY"}]}},
            }]),
        ),
        ("domainOverride", json!({"default": "tools.example.com", "alternateDomains": ["t.example.com"]})),
    ] {
        body = with(body, name, value);
    }
    let sent = with(with(body.clone(), "tags", json!({"a": "b"})), "clientToken", token('g'));
    let created = world.call("POST", "/gateways/", &sent).good(202);
    let id = created.text("gatewayId");
    assert!(id.starts_with("my-tools-") && id.len() == "my-tools-".len() + 10 && id == id.to_lowercase(), "{id}");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/{id}");
    assert_eq!((created.text("status"), created.text("gatewayArn")), ("CREATING".to_owned(), arn.clone()));
    assert_eq!(created.text("name"), "My-Tools");
    assert_eq!(world.call("POST", "/gateways/", &sent).good(202).text("gatewayId"), id);
    world.call("POST", "/gateways/", &gateway("My-Tools")).bad(409, "ConflictException");

    let path = format!("/gateways/{id}/");
    let read = world.get(&path).good(200);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(read.at(name), value, "{name}");
    }
    assert_eq!(read.text("status"), "READY");
    assert_eq!(read.text("updatedAt"), "2027-01-15T08:00:00.000Z");
    assert_eq!(read.text("gatewayUrl"), format!("https://{id}.gateway.bedrock-agentcore.us-east-1.amazonaws.com/mcp"));
    for absent in ["tags", "clientToken", "statusReasons", "failureReason", "webAclArn"] {
        assert_eq!(read.at(absent), &Value::Null, "{absent}");
    }
    let tags = format!("/tags/{}", arn.replace('/', "%2F"));
    assert_eq!(world.get(&tags).good(200).at("tags"), &json!({"a": "b"}));
    let identity = read.text("workloadIdentityDetails/workloadIdentityArn");
    let name = json!({"name": identity.rsplit('/').next().unwrap()});
    let found = world.call("POST", "/identities/GetWorkloadIdentity", &name).good(200);
    assert_eq!(found.text("workloadIdentityArn"), identity);

    let listed = world.get("/gateways/?maxResults=1000").good(200);
    assert_eq!(
        (listed.text("items/0/gatewayId"), listed.text("items/0/authorizerType")),
        (id.clone(), "NONE".to_owned())
    );
    for absent in ["gatewayArn", "gatewayUrl", "roleArn"] {
        assert_eq!(listed.at(&format!("items/0/{absent}")), &Value::Null, "{absent}");
    }
    world.get("/gateways/?maxResults=1001").bad(400, "ValidationException");
    let deleted = world.call("DELETE", &path, &Value::Null).good(202);
    assert_eq!((deleted.text("gatewayId"), deleted.text("status")), (id, "DELETING".to_owned()));
    world.get(&path).bad(404, "ResourceNotFoundException");
    world.call("POST", "/identities/GetWorkloadIdentity", &name).bad(404, "ResourceNotFoundException");
    assert!(world.sim.inventory().is_empty());
}

#[test]
fn what_an_update_leaves_out_is_gone() {
    let mut world = World::new();
    let body = with(with(gateway("tools"), "description", "Tools"), "exceptionLevel", "DEBUG");
    let created = world.call("POST", "/gateways/", &body).good(202);
    let path = format!("/gateways/{}/", created.text("gatewayId"));
    assert!(!created.text("gatewayUrl").ends_with("/mcp"), "it speaks no protocol");
    let update = with(gateway("tools"), "wafConfiguration", json!({"failureMode": "FAIL_OPEN"}));
    let lambda = json!({"lambda": {"arn": "arn:aws:lambda:us-east-1:123456789012:function:change"}});
    let update = with(update, "customTransformConfiguration", lambda.clone());
    world.wait(1.0);
    let updated = world.call("PUT", &path, &update).good(202);
    assert_eq!(updated.text("status"), "UPDATING");
    let read = world.get(&path).good(200);
    assert_eq!((read.at("description"), read.at("exceptionLevel")), (&Value::Null, &Value::Null));
    assert_eq!(read.at("customTransformConfiguration"), &lambda);
    assert_eq!(read.at("wafConfiguration/failureMode"), "FAIL_OPEN");
    assert_eq!(read.text("updatedAt"), "2027-01-15T08:00:01.000Z");
    assert_eq!(read.text("createdAt"), created.text("createdAt"));
    assert_eq!(read.at("workloadIdentityDetails"), created.at("workloadIdentityDetails"));

    // What others attach stays.
    let acl = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acl/id";
    let attach =
        json!({"action": "set", "type": "Gateway", "id": created.text("gatewayId"), "body": {"webAclArn": acl}});
    world.admin("POST", "mutate", &attach).good(200);
    world.call("PUT", &path, &gateway("tools")).good(202);
    let read = world.get(&path).good(200);
    assert_eq!((read.text("webAclArn").as_str(), read.at("wafConfiguration")), (acl, &Value::Null));

    world.call("PUT", &path, &gateway("other")).bad(400, "ValidationException");
    world.call("PUT", &path, &with(gateway("tools"), "authorizerType", "AWS_IAM")).bad(400, "ValidationException");
    world.call("PUT", &path, &json!({"name": "tools", "roleArn": ROLE})).bad(400, "ValidationException");
    world.call("PUT", "/gateways/none-0123456789/", &gateway("none")).bad(404, "ResourceNotFoundException");
}

#[test]
fn a_create_cannot_say_what_only_an_update_can() {
    let mut world = World::new();
    let body = with(gateway("tools"), "wafConfiguration", json!({"failureMode": "FAIL_OPEN"}));
    let id = world.call("POST", "/gateways/", &body).good(202).text("gatewayId");
    assert_eq!(world.get(&format!("/gateways/{id}/")).at("wafConfiguration"), &Value::Null);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut world = World::new();
    let jwt = json!({"customJWTAuthorizer": {
        "discoveryUrl": "https://example.com/.well-known/openid-configuration",
        "allowedScopes": ["read"],
        "advertisedScopeMapping": {"write": "all"},
    }});
    for (name, value) in [
        ("name", json!("under_score")),
        ("name", json!("-first")),
        ("authorizerType", json!("CUSTOM_JWT")),
        ("authorizerType", json!("OTHER")),
        ("authorizerConfiguration", jwt),
        (
            "authorizerConfiguration",
            json!({"customJWTAuthorizer": {
                "discoveryUrl": "https://example.com/.well-known/openid-configuration",
                "allowedWorkloadConfiguration": {"workloadIdentities": ["agent"]},
            }}),
        ),
        ("description", json!("")),
        ("description", json!("x".repeat(201))),
        ("protocolConfiguration", json!({"mcp": {"sessionConfiguration": {"sessionTimeoutInSeconds": 899}}})),
        ("protocolConfiguration", json!({})),
        ("interceptorConfigurations", json!([])),
        (
            "policyEngineConfiguration",
            json!({"arn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:policy-engine/e"}),
        ),
        ("domainOverride", json!({"alternateDomains": ["a.example.com"]})),
        ("domainOverride", json!({"default": "a.example.com", "alternateDomains": ["a.example.com"]})),
        ("kmsKeyArn", json!("alias/key")),
        ("roleArn", Value::Null),
    ] {
        let shown = format!("{name}: {value}");
        let answer = world.call("POST", "/gateways/", &with(gateway("tools"), name, value));
        assert_eq!((answer.status, answer.code.as_str()), (400, "ValidationException"), "{shown}");
    }
    world.get("/gateways/Capital-0123456789/").bad(400, "ValidationException");
}

#[test]
fn it_is_not_deleted_before_its_targets() {
    let mut world = World::new();
    let id = world.create_gateway("tools");
    let targets = format!("/gateways/{id}/targets/");
    let target = world.call("POST", &targets, &lambda("one")).good(202).text("targetId");
    let refused = world.call("DELETE", &format!("/gateways/{id}/"), &Value::Null).bad(400, "ValidationException");
    assert!(refused.text("message").contains("targets associated with it"));
    world.call("DELETE", &format!("{targets}{target}/"), &Value::Null).good(202);
    world.call("DELETE", &format!("/gateways/{id}/"), &Value::Null).good(202);

    // Behind everybody's back it goes with all that it has.
    let id = world.create_gateway("tools");
    world.call("POST", &format!("/gateways/{id}/targets/"), &lambda("one")).good(202);
    world.sim.mutate(world.now, Mutation::Delete { kind: Kind::Gateway, id }).unwrap();
    assert!(world.sim.inventory().is_empty());
}

#[test]
fn changes_take_their_time_and_one_at_a_time() {
    let mut settings = Settings::realistic();
    for calm in ["flaps=off", "readLagMs=0", "requestQuotas=off"] {
        settings.set(calm).unwrap();
    }
    let mut world = World::with(settings);
    let id = world.create_gateway("tools");
    let path = format!("/gateways/{id}/");
    for _ in 0..2 {
        world.call("PUT", &path, &gateway("tools")).bad(409, "ConflictException");
        world.call("DELETE", &path, &Value::Null).bad(409, "ConflictException");
        world.call("POST", &format!("{path}targets/"), &lambda("one")).bad(409, "ConflictException");
        world.wait(2.0);
    }
    world.wait(15.0);
    assert_eq!(world.get(&path).good(200).text("status"), "READY");
    world.call("PUT", &path, &gateway("tools")).good(202);
    assert_eq!(world.get(&path).good(200).text("status"), "UPDATING");
}

#[test]
fn failures_have_reasons() {
    let mut world = World::new();
    let mut fail = |operation: &str| {
        let fault = json!({"operation": operation, "fault": {"provision": {"state": "", "reason": "Because"}}});
        world.admin("POST", "faults", &fault).good(200);
    };
    for operation in ["CreateGateway", "UpdateGateway", "DeleteGateway"] {
        fail(operation);
    }
    let id = world.create_gateway("tools");
    let path = format!("/gateways/{id}/");
    let shown = |world: &mut World| {
        let read = world.get(&path).good(200);
        assert_eq!(read.at("statusReasons"), &json!(["Because"]));
        read.text("status")
    };
    assert_eq!(shown(&mut world), "FAILED");
    world.call("PUT", &path, &gateway("tools")).good(202);
    assert_eq!(shown(&mut world), "UPDATE_UNSUCCESSFUL");
    world.call("DELETE", &path, &Value::Null).good(202);
    assert_eq!(shown(&mut world), "FAILED");
    world.call("DELETE", &path, &Value::Null).good(202);
    world.get(&path).bad(404, "ResourceNotFoundException");
}

#[test]
fn there_are_so_many_and_others_do_not_see_them() {
    let mut world = World::switched(&["quotas.gateways=1", "quotas.targetsPerGateway=1"]);
    let id = world.create_gateway("one");
    world.call("POST", "/gateways/", &gateway("two")).bad(402, "ServiceQuotaExceededException");
    let targets = format!("/gateways/{id}/targets/");
    world.call("POST", &targets, &lambda("one")).good(202);
    world.call("POST", &targets, &lambda("two")).bad(402, "ServiceQuotaExceededException");
    world.access_key = "AKIA000000210987654321".to_owned();
    world.get(&format!("/gateways/{id}/")).bad(404, "ResourceNotFoundException");
    world.get(&targets).bad(404, "ResourceNotFoundException");
    assert_eq!(world.get("/gateways/").good(200).at("items"), &json!([]));
    world.create_gateway("one");
}
