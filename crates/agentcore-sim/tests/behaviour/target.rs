//! Targets of gateways.

use agentcore_sim::{Kind, Mutation};
use serde_json::{Value, json};

use crate::world::{World, lambda, server, token, with};

fn gateway(world: &mut World) -> String {
    let id = world.create_gateway("tools");
    format!("/gateways/{id}/targets/")
}

#[test]
fn a_target_is_created_changed_and_deleted() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let body = with(with(lambda("One"), "description", "First"), "clientToken", token('t'));
    let created = world.call("POST", &targets, &body).good(202);
    let id = created.text("targetId");
    assert_eq!((created.text("status").as_str(), id.len()), ("CREATING", 10));
    assert_eq!(world.call("POST", &targets, &body).good(202).text("targetId"), id);
    world.call("POST", &targets, &lambda("One")).bad(409, "ConflictException");

    let path = format!("{targets}{id}/");
    let read = world.get(&path).good(200);
    assert!(read.text("gatewayArn").ends_with(targets.split('/').nth(2).unwrap()));
    assert_eq!(
        (read.text("status"), read.text("name"), read.text("protocolType")),
        ("READY".into(), "One".into(), "MCP".into())
    );
    assert_eq!(read.at("targetConfiguration"), &body["targetConfiguration"]);
    assert_eq!(read.at("credentialProviderConfigurations/0/credentialProviderType"), "GATEWAY_IAM_ROLE");
    for absent in ["lastSynchronizedAt", "authorizationData", "statusReasons", "clientToken"] {
        assert_eq!(read.at(absent), &Value::Null, "{absent}");
    }
    let listed = world.get(&targets).good(200);
    assert_eq!((listed.text("items/0/targetId"), listed.text("items/0/targetType")), (id.clone(), "LAMBDA".to_owned()));
    assert_eq!(listed.at("items/0/targetConfiguration"), &Value::Null);

    let other = world.call("POST", &targets, &lambda("Two")).good(202).text("targetId");
    assert_ne!(other, id);
    world.call("PUT", &path, &lambda("Two")).bad(409, "ConflictException");
    world.call("PUT", &path, &json!({"name": "One"})).bad(400, "ValidationException");
    let updated = world.call("PUT", &path, &lambda("Three")).good(202);
    assert_eq!((updated.text("status"), updated.text("name")), ("UPDATING".to_owned(), "Three".to_owned()));
    assert_eq!(world.get(&path).at("description"), &Value::Null);
    let deleted = world.call("DELETE", &path, &Value::Null).good(202);
    assert_eq!((deleted.text("targetId"), deleted.text("status")), (id, "DELETING".to_owned()));
    world.get(&path).bad(404, "ResourceNotFoundException");
    world.get("/gateways/none-0123456789/targets/").bad(404, "ResourceNotFoundException");
    world.call("POST", "/gateways/none-0123456789/targets/", &lambda("One")).bad(404, "ResourceNotFoundException");
}

#[test]
fn what_an_update_leaves_out_is_reset_or_kept() {
    for (switch, description) in [("reset", Value::Null), ("kept", json!("First"))] {
        let mut world = World::switched(&[&format!("omittedOtherMember={switch}")]);
        let targets = gateway(&mut world);
        let certificates = json!([{"s3": {"uri": "s3://bucket/ca.pem"}}]);
        let body = with(with(server("one"), "description", "First"), "certificateConfigurations", certificates.clone());
        let id = world.call("POST", &targets, &body).good(202).text("targetId");
        let path = format!("{targets}{id}/");
        assert_eq!(world.get(&path).at("certificateConfigurations"), &certificates);
        let mut update = server("one");
        update.as_object_mut().unwrap().remove("name");
        world.call("PUT", &path, &update).good(202);
        let read = world.get(&path).good(200);
        assert_eq!((read.at("description"), read.text("name").as_str()), (&description, "one"), "{switch}");
        assert_eq!(read.at("certificateConfigurations"), &Value::Null, "this one is documented");
        assert_eq!(read.at("credentialProviderConfigurations"), &json!([]));
    }
}

#[test]
fn schemas_contain_schemas() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let tools = |schema: Value| {
        let mut body = lambda("one");
        body["targetConfiguration"]["mcp"]["lambda"]["toolSchema"]["inlinePayload"][0]["inputSchema"] = schema;
        body
    };
    let deep = |leaf: &str| {
        json!({"type": "object", "required": ["list"], "properties": {"list": {
            "type": "array", "items": {"type": "object", "properties": {"leaf": {"type": leaf}}}}}})
    };
    let refused = world.call("POST", &targets, &tools(deep("date"))).bad(400, "ValidationException");
    let name = refused.text("fieldList/0/name");
    assert!(name.ends_with("inputSchema.properties.list.items.properties.leaf.type"), "{name}");
    world.call("POST", &targets, &tools(json!({"properties": {}}))).bad(400, "ValidationException");
    let id = world.call("POST", &targets, &tools(deep("string"))).good(202).text("targetId");
    let place = "targetConfiguration/mcp/lambda/toolSchema/inlinePayload/0/inputSchema";
    assert_eq!(world.get(&format!("{targets}{id}/")).at(place), &deep("string"));
}

#[test]
fn every_sort_is_known() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let schema = json!({"inlinePayload": "{}"});
    let runtime = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-0123456789";
    for (configured, sort, protocol) in [
        (json!({"mcp": {"openApiSchema": schema}}), "OPEN_API_SCHEMA", "MCP"),
        (json!({"mcp": {"smithyModel": {"s3": {"uri": "s3://bucket/model.json"}}}}), "SMITHY_MODEL", "MCP"),
        (json!({"mcp": {"mcpServer": {"endpoint": "https://example.com/mcp"}}}), "MCP_SERVER", "MCP"),
        (
            json!({"mcp": {"apiGateway": {"restApiId": "a", "stage": "b", "apiGatewayToolConfiguration":
            {"toolFilters": [{"filterPath": "/", "methods": ["GET"]}]}}}}),
            "API_GATEWAY",
            "MCP",
        ),
        (
            json!({"mcp": {"connector": {"source": {"connectorId": "c", "version": "1.0.0"}, "configurations":
            [{"name": "a", "parameterValues": {"any": [1, {"thing": true}]}}]}}}),
            "CONNECTOR",
            "MCP",
        ),
        (json!({"http": {"agentcoreRuntime": {"arn": runtime, "qualifier": "DEFAULT"}}}), "AGENTCORE_RUNTIME", "HTTP"),
        (
            json!({"http": {"passthrough": {"endpoint": "https://example.com", "protocolType": "A2A"}}}),
            "PASSTHROUGH",
            "HTTP",
        ),
        (json!({"http": {"connector": {"source": {"connectorId": "c"}}}}), "HTTP_CONNECTOR", "HTTP"),
        (json!({"inference": {"provider": {"endpoint": "https://example.com"}}}), "PROVIDER", ""),
        (json!({"inference": {"connector": {"source": {"connectorId": "c"}}}}), "CONNECTOR", ""),
    ] {
        let id = world.call("POST", &targets, &json!({"targetConfiguration": configured})).good(202).text("targetId");
        let read = world.get(&format!("{targets}{id}/")).good(200);
        assert_eq!(read.at("protocolType").as_str().unwrap_or_default(), protocol, "{sort}");
        assert_eq!(read.at("targetConfiguration"), &configured);
        assert!(!read.text("name").is_empty());
        let listed = world.get(&format!("{targets}?maxResults=1000")).good(200);
        let items = listed.at("items").as_array().unwrap();
        let item = items.iter().find(|item| item["targetId"] == json!(id)).unwrap();
        assert_eq!(item["targetType"], sort);
        let is_server = sort == "MCP_SERVER";
        assert_eq!(item.get("resourcePriority"), is_server.then(|| json!(1000)).as_ref());
        assert_eq!(item.get("listingMode"), is_server.then(|| json!("DEFAULT")).as_ref());
    }
    for bad in [
        json!({}),
        json!({"mcp": {}}),
        json!({"mcp": {"openApiSchema": schema, "smithyModel": schema}}),
        json!({"mcp": {"mcpServer": {"endpoint": "http://example.com"}}}),
        json!({"http": {"passthrough": {"endpoint": "https://example.com"}}}),
        json!({"http": {"agentcoreRuntime": {"arn": "agent"}}}),
    ] {
        world.call("POST", &targets, &json!({"targetConfiguration": bad})).bad(400, "ValidationException");
    }
}

#[test]
fn credentials_are_those_of_their_type() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let arn = "arn:aws:bedrock-agentcore:us-east-1:123456789012:token-vault/default/apikeycredentialprovider/key";
    let key = json!({"apiKeyCredentialProvider": {"providerArn": arn}});
    for (sort, provider, status) in [
        ("API_KEY", key.clone(), 202),
        ("OAUTH", key.clone(), 400),
        ("OAUTH", Value::Null, 400),
        ("GATEWAY_IAM_ROLE", key, 400),
        ("GATEWAY_IAM_ROLE", json!({"iamCredentialProvider": {"service": "lambda"}}), 202),
    ] {
        let credentials = json!([{"credentialProviderType": sort, "credentialProvider": provider}]);
        let mut body = with(server("one"), "credentialProviderConfigurations", credentials);
        body.as_object_mut().unwrap().remove("name");
        assert_eq!(world.call("POST", &targets, &body).status, status, "{sort}");
    }
}

#[test]
fn servers_are_synchronized() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let synchronize = targets.replace("targets/", "synchronizeTargets");
    let id = world.call("POST", &targets, &server("one")).good(202).text("targetId");
    let path = format!("{targets}{id}/");
    assert_eq!(world.get(&path).text("lastSynchronizedAt"), "2027-01-15T08:00:00.000Z");
    world.wait(5.0);
    let answer = world.call("PUT", &synchronize, &json!({"targetIdList": [id]})).good(202);
    assert_eq!(
        (answer.text("targets/0/targetId"), answer.text("targets/0/status")),
        (id.clone(), "SYNCHRONIZING".into())
    );
    let read = world.get(&path).good(200);
    assert_eq!(
        (read.text("status").as_str(), read.text("lastSynchronizedAt").as_str()),
        ("READY", "2027-01-15T08:00:05.000Z")
    );

    let fault =
        json!({"operation": "SynchronizeGatewayTargets", "fault": {"provision": {"state": "", "reason": "Down"}}});
    world.admin("POST", "faults", &fault).good(200);
    world.call("PUT", &synchronize, &json!({"targetIdList": [id]})).good(202);
    let read = world.get(&path).good(200);
    assert_eq!(
        (read.text("status").as_str(), read.at("statusReasons/0")),
        ("SYNCHRONIZE_UNSUCCESSFUL", &json!("Down"))
    );

    let mut fixed = server("fixed");
    fixed["targetConfiguration"]["mcp"]["mcpServer"]["mcpToolSchema"] = json!({"inlinePayload": "{}"});
    for body in [fixed, lambda("function")] {
        let id = world.call("POST", &targets, &body).good(202).text("targetId");
        assert_eq!(world.get(&format!("{targets}{id}/")).at("lastSynchronizedAt"), &Value::Null);
        world.call("PUT", &synchronize, &json!({"targetIdList": [id]})).bad(400, "ValidationException");
    }
    let mut dynamic = server("dynamic");
    dynamic["targetConfiguration"]["mcp"]["mcpServer"]["listingMode"] = json!("DYNAMIC");
    let id = world.call("POST", &targets, &dynamic).good(202).text("targetId");
    let listed = world.get(&targets).good(200);
    let item = listed.at("items").as_array().unwrap().iter().find(|item| item["targetId"] == json!(id)).unwrap();
    assert_eq!((&item["listingMode"], item.get("lastSynchronizedAt")), (&json!("DYNAMIC"), None));
    world.call("PUT", &synchronize, &json!({"targetIdList": ["0123456789"]})).bad(404, "ResourceNotFoundException");
    world.call("PUT", &synchronize, &json!({"targetIdList": []})).bad(400, "ValidationException");
}

#[test]
fn one_that_waits_for_consent_cannot_be_changed() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let credentials = json!([{"credentialProviderType": "OAUTH", "credentialProvider": {"oauthCredentialProvider": {
        "providerArn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:token-vault/default/oauth2credentialprovider/one",
        "scopes": ["read"],
        "grantType": "AUTHORIZATION_CODE",
    }}}]);
    let body = with(server("one"), "credentialProviderConfigurations", credentials);
    let id = world.call("POST", &targets, &body).good(202).text("targetId");
    let path = format!("{targets}{id}/");
    let read = world.get(&path).good(200);
    assert_eq!(read.text("status"), "CREATE_PENDING_AUTH");
    assert!(read.text("authorizationData/oauth2/authorizationUrl").starts_with("https://"));
    assert_eq!(read.at("lastSynchronizedAt"), &Value::Null);
    world.call("PUT", &path, &body).bad(409, "ConflictException");
    world.call("DELETE", &path, &Value::Null).bad(409, "ConflictException");
    let synchronize = targets.replace("targets/", "synchronizeTargets");
    world.call("PUT", &synchronize, &json!({"targetIdList": [id]})).bad(409, "ConflictException");

    let gateway = targets.split('/').nth(2).unwrap();
    let consent = Mutation::Set {
        kind: Kind::GatewayTarget,
        id: format!("{gateway}/{id}"),
        state: Some("READY".to_owned()),
        failure_reason: None,
        body: json!({"authorizationData": null}).as_object().cloned(),
        tags: None,
    };
    world.sim.mutate(world.now, consent).unwrap();
    world.call("PUT", &path, &body).good(202);
    assert_eq!(world.get(&path).text("status"), "UPDATE_PENDING_AUTH");
    let shown = world.admin("GET", "journal?operation=GetGatewayTarget", &Value::Null);
    assert_eq!(shown.at("entries/0/resourceId"), &json!(format!("{gateway}/{id}")));
}

#[test]
fn targets_have_no_tags() {
    let mut world = World::new();
    let targets = gateway(&mut world);
    let id = world.call("POST", &targets, &with(lambda("one"), "tags", json!({"a": "b"}))).good(202).text("targetId");
    let gateway = targets.split('/').nth(2).unwrap();
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/{gateway}/target/{id}");
    world.get(&format!("/tags/{}", arn.replace('/', "%2F"))).bad(404, "ResourceNotFoundException");
}
