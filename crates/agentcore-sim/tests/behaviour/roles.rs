//! Roles where they are checked: as execution roles, and for those who want to become them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::iam::{service_trust, trust};
use crate::world::{
    ROLE, World, browser, element, gateway, interpreter, memory, runtime, runtime_update, server, with,
};

fn checked() -> World {
    World::switched(&["roles=checked"])
}

#[test]
fn any_role_is_taken_unless_roles_are_checked() {
    let mut world = World::new();
    world.create_runtime("agent");
    world.query("sts", "AssumeRole", &[("RoleArn", ROLE), ("RoleSessionName", "tests")]).good(200);
}

#[test]
fn an_execution_role_must_exist_and_trust_the_service() {
    let mut world = checked();
    let refused = world.call("PUT", "/runtimes/", &runtime("agent")).bad(400, "ValidationException");
    assert_eq!(
        refused.text("message"),
        format!(
            "Role validation failed for '{ROLE}'. Please verify that the role exists and its trust policy allows \
             assumption by this service"
        )
    );
    assert!(world.sim.inventory().is_empty(), "a refusal has no effect");
    world.call("POST", "/memories/create", &memory("notes", &json!([]))).bad(400, "ValidationException");
    let tool = with(interpreter("tool"), "executionRoleArn", ROLE);
    let refused = world.call("PUT", "/code-interpreters", &tool).bad(400, "ValidationException");
    assert!(refused.text("message").starts_with("CodeInterpreter role validation failed"), "{}", refused.body);
    world.create_interpreter("without");

    world.create_role("agent", &service_trust("ec2.amazonaws.com", &json!({}))).good(200);
    world.call("PUT", "/runtimes/", &runtime("agent")).bad(400, "ValidationException");
    let trusting = [("RoleName", "agent"), ("PolicyDocument", &trust())];
    world.iam("UpdateAssumeRolePolicy", &trusting.map(|(name, value)| (name, value as &str))).good(200);
    let id = world.create_runtime("agent");
    world.create_memory("notes", &json!([]));
    world.call("PUT", "/code-interpreters", &tool).good(202);

    let path = format!("/runtimes/{id}/");
    world.call("PUT", &path, &runtime_update()).good(202);
    let other = with(runtime_update(), "roleArn", "arn:aws:iam::123456789012:role/other");
    world.call("PUT", &path, &other).bad(400, "ValidationException");
    assert_eq!(world.get(&path).text("agentRuntimeVersion"), "2");
    let foreign = with(runtime_update(), "roleArn", "arn:aws:iam::210987654321:role/agent");
    world.call("PUT", &path, &foreign).bad(403, "AccessDeniedException");
    // What is wrong otherwise is told first.
    let path = "/runtimes/none-0123456789/";
    world.call("PUT", path, &other).bad(404, "ResourceNotFoundException");
}

#[test]
fn the_conditions_of_a_trust_policy_are_honoured() {
    for (condition, trusted) in [
        (json!({"StringEquals": {"aws:SourceAccount": "123456789012"}}), true),
        (json!({"StringEquals": {"aws:SourceAccount": "210987654321"}}), false),
        (json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:*"}}), true),
        (
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-*"}}),
            true,
        ),
        (
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/other-*"}}),
            false,
        ),
        (json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-west-2:123456789012:*"}}), false),
    ] {
        let mut world = checked();
        world.create_role("agent", &service_trust("bedrock-agentcore.amazonaws.com", &condition)).good(200);
        let answer = world.call("PUT", "/runtimes/", &runtime("agent"));
        if trusted {
            answer.good(202)
        } else {
            answer.bad(400, "ValidationException")
        };
    }
}

#[test]
fn a_role_takes_its_time() {
    let mut world = World::switched(&["roles=checked", "rolePropagationMs=10000"]);
    world.create_role("agent", &trust()).good(200);
    world.call("PUT", "/runtimes/", &runtime("agent")).bad(400, "ValidationException");
    world.wait(9.9);
    world.call("PUT", "/runtimes/", &runtime("agent")).bad(400, "ValidationException");
    world.wait(0.2);
    world.call("PUT", "/runtimes/", &runtime("agent")).good(202);

    let mut settings = agentcore_sim::Settings::realistic();
    settings.set("roles=checked").unwrap();
    settings.set("requestQuotas=off").unwrap();
    settings.speed = 10.0;
    let mut world = World::with(settings);
    world.create_role("agent", &trust()).good(200);
    world.wait(0.9);
    world.call("PUT", "/runtimes/", &runtime("agent")).bad(400, "ValidationException");
    world.wait(0.2);
    world.call("PUT", "/runtimes/", &runtime("agent")).good(202);
}

fn principal(principal: &Value, action: &Value, condition: &Value) -> String {
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[test]
fn who_may_become_a_role_is_said_by_its_trust_policy() {
    let assume = json!("sts:AssumeRole");
    let external = json!({"StringEquals": {"sts:ExternalId": "secret"}});
    for (who, condition, more, trusted) in [
        (json!({"AWS": "arn:aws:iam::123456789012:root"}), json!({}), None, true),
        (json!({"AWS": "123456789012"}), json!({}), None, true),
        (json!({"AWS": "arn:aws:iam::123456789012:user/simulated"}), json!({}), None, true),
        (json!({"AWS": "arn:aws:iam::123456789012:user/other"}), json!({}), None, false),
        (json!({"AWS": "210987654321"}), json!({}), None, false),
        (json!({"Service": "bedrock-agentcore.amazonaws.com"}), json!({}), None, false),
        (json!({"AWS": "*"}), external.clone(), None, false),
        (json!({"AWS": "*"}), external.clone(), Some(("ExternalId", "secret")), true),
        (json!({"AWS": "*"}), external, Some(("ExternalId", "other")), false),
    ] {
        let mut world = checked();
        world.create_role("agent", &principal(&who, &assume, &condition)).good(200);
        let mut form = vec![("RoleArn", ROLE), ("RoleSessionName", "tests")];
        form.extend(more);
        let answer = world.query("sts", "AssumeRole", &form);
        if trusted {
            answer.good(200);
            continue;
        }
        let refused = answer.bad(403, "AccessDenied");
        let message = "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: sts:AssumeRole \
                       on resource: arn:aws:iam::123456789012:role/agent";
        assert_eq!(element(&refused, "Message"), message);
    }
    let mut world = checked();
    world.query("sts", "AssumeRole", &[("RoleArn", ROLE), ("RoleSessionName", "tests")]).bad(403, "AccessDenied");
}

#[test]
fn a_session_has_the_limits_and_the_id_of_its_role() {
    let mut world = checked();
    let trust = principal(&json!({"AWS": "*"}), &json!("sts:AssumeRole"), &json!({}));
    let made = world.create_role("agent", &trust).good(200);
    let form = |seconds: &'static str| [("RoleArn", ROLE), ("RoleSessionName", "tests"), ("DurationSeconds", seconds)];
    world.query("sts", "AssumeRole", &form("7200")).bad(400, "ValidationError");
    world.iam("UpdateRole", &[("RoleName", "agent"), ("MaxSessionDuration", "7200")]).good(200);
    let session = world.query("sts", "AssumeRole", &form("7200")).good(200);
    assert_eq!(element(&session, "AssumedRoleId"), format!("{}:tests", element(&made, "RoleId")));
    let read = world.iam("GetRole", &[("RoleName", "agent")]).good(200);
    assert_eq!(element(&read, "LastUsedDate"), "2027-01-15T08:00:00Z");
    assert_eq!(element(&read, "Region"), "us-east-1");
    // A session that makes a session.
    world.become_session(&session);
    world.query("sts", "AssumeRole", &form("7200")).bad(400, "ValidationError");
    world.query("sts", "AssumeRole", &form("3600")).good(200);
    let tagged = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a")];
    let mut form = form("3600").to_vec();
    form.extend(tagged);
    world.query("sts", "AssumeRole", &form).bad(403, "AccessDenied");
}

#[test]
fn a_token_is_taken_from_those_who_are_trusted() {
    let mut world = checked();
    let issuer = "oidc.example.com/id/1";
    let provider = json!({"Federated": format!("arn:aws:iam::123456789012:oidc-provider/{issuer}")});
    let condition = json!({"StringEquals": {
        format!("{issuer}:sub"): "system:serviceaccount:ops:operator",
        format!("{issuer}:aud"): "sts.amazonaws.com",
    }});
    let trust = principal(&provider, &json!("sts:AssumeRoleWithWebIdentity"), &condition);
    world.create_role("agent", &trust).good(200);
    let token = |subject: &str, issuer: &str| {
        let claims = json!({"iss": format!("https://{issuer}"), "sub": subject, "aud": ["sts.amazonaws.com"]});
        format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()))
    };
    let operator = "system:serviceaccount:ops:operator";
    for (token, status, code) in [
        (token(operator, issuer), 200, ""),
        (token("system:serviceaccount:ops:other", issuer), 403, "AccessDenied"),
        (token(operator, "other.example.com"), 403, "AccessDenied"),
        ("nonsense".to_owned(), 400, "InvalidIdentityToken"),
    ] {
        let form = [("RoleArn", ROLE), ("RoleSessionName", "tests"), ("WebIdentityToken", &token)];
        world
            .query("sts", "AssumeRoleWithWebIdentity", &form.map(|(name, value)| (name, value as &str)))
            .bad(status, code);
    }
}

#[test]
fn the_roles_of_browsers_and_gateways_are_checked_too() {
    let mut world = checked();
    let window = with(browser("window"), "executionRoleArn", ROLE);
    world.call("PUT", "/browsers", &window).bad(400, "ValidationException");
    world.call("POST", "/gateways/", &gateway("tools")).bad(400, "ValidationException");
    let condition = json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/*"}});
    world.create_role("agent", &service_trust("bedrock-agentcore.amazonaws.com", &condition)).good(200);
    world.call("PUT", "/browsers", &window).bad(400, "ValidationException");
    let id = world.create_gateway("tools");
    let other = with(gateway("tools"), "roleArn", "arn:aws:iam::123456789012:role/other");
    world.call("PUT", &format!("/gateways/{id}/"), &other).bad(400, "ValidationException");
    assert_eq!(world.get(&format!("/gateways/{id}/")).text("roleArn"), ROLE);
}

#[test]
fn a_managed_endpoint_brings_the_role_of_gateways() {
    let mut world = World::new();
    let targets = format!("/gateways/{}/targets/", world.create_gateway("tools"));
    let vpc = json!({"managedVpcResource": {"vpcIdentifier": "vpc-0123456789abcdef0",
        "subnetIds": ["subnet-0123456789abcdef0"], "endpointIpAddressType": "IPV4"}});
    let role = [("RoleName", "AWSServiceRoleForBedrockAgentCoreGatewayNetwork")];
    world.call("POST", &targets, &server("one")).good(202);
    world.iam("GetRole", &role).bad(404, "NoSuchEntity");
    world.call("POST", &targets, &with(server("two"), "privateEndpoint", vpc)).good(202);
    world.iam("GetRole", &role).good(200);
}
