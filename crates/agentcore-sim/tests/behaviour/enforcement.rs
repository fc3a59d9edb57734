//! What sessions of roles may do.

use serde_json::{Value, json};

use crate::iam::allow;
use crate::world::{Answer, ROLE, World, element, gateway, interpreter, runtime, runtime_update, with};

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#;

/// Permissions are enforced, and there is a role with a policy.
pub fn world(policy: &str) -> World {
    let mut world = World::switched(&["enforcement=on"]);
    world.create_role("deploy", TRUST).good(200);
    put(&mut world, policy);
    world
}

pub fn put(world: &mut World, policy: &str) {
    let own = world.become_administrator();
    let form = [("RoleName", "deploy"), ("PolicyName", "only"), ("PolicyDocument", policy)];
    world.iam("PutRolePolicy", &form).good(200);
    (world.access_key, world.session_token) = own;
}

pub fn become_it(world: &mut World, more: &[(&str, &str)]) {
    let mut form = vec![("RoleArn", "arn:aws:iam::123456789012:role/deploy"), ("RoleSessionName", "tests")];
    form.extend(more);
    let session = world.query("sts", "AssumeRole", &form).good(200);
    world.become_session(&session);
}

#[track_caller]
pub fn denied(answer: Answer, action: &str, resource: &str) -> Answer {
    let answer = answer.bad(403, "AccessDeniedException");
    let message = format!(
        "User: arn:aws:sts::123456789012:assumed-role/deploy/tests is not authorized to perform: {action} on \
         resource: {resource} because no identity-based policy allows the {action} action"
    );
    assert_eq!(answer.text("message"), message);
    answer
}

pub fn statements(all: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": all}).to_string()
}

pub fn allowing(actions: &Value, resources: &Value) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

#[test]
fn long_term_keys_and_the_default_know_no_policies() {
    let mut world = World::new();
    world.create_role("deploy", TRUST).good(200);
    become_it(&mut world, &[]);
    world.create_interpreter("tool");

    let mut world = world_without_policies();
    world.create_interpreter("tool");
    assert!(world.sim.journal().all(|entry| entry.evaluated.is_empty()));
}

fn world_without_policies() -> World {
    World::switched(&["enforcement=on"])
}

#[test]
fn what_no_policy_allows_is_refused_and_has_no_effect() {
    let mut world = world(&allow(&json!("bedrock-agentcore:ListCodeInterpreters"), &json!("*")));
    become_it(&mut world, &[]);
    world.call("POST", "/code-interpreters", &Value::Null).good(200);
    let answer = world.call("PUT", "/code-interpreters", &interpreter("tool"));
    denied(answer, "bedrock-agentcore:CreateCodeInterpreter", "*");
    assert!(world.sim.inventory().is_empty());
    let entry = serde_json::to_value(world.sim.journal().last().unwrap()).unwrap();
    let evaluated = json!([{"action": "bedrock-agentcore:CreateCodeInterpreter", "resource": "*",
        "decision": "implicitDeny"}]);
    assert_eq!(entry["evaluated"], evaluated);
    // Everybody may ask who they are.
    world.query("sts", "GetCallerIdentity", &[]).good(200);
}

#[test]
fn a_role_that_does_not_exist_allows_nothing() {
    let mut world = world_without_policies();
    let form = [("RoleArn", ROLE), ("RoleSessionName", "tests")];
    let session = world.query("sts", "AssumeRole", &form).good(200);
    world.become_session(&session);
    world.call("POST", "/code-interpreters", &Value::Null).bad(403, "AccessDeniedException");
}

#[test]
fn resources_are_those_of_the_request() {
    let mut world = world("{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\"}}");
    let own = world.create_memory("mine", &json!([]));
    let other = world.create_memory("other", &json!([]));
    let runtime = world.create_runtime("agent");
    let prefix = "arn:aws:bedrock-agentcore:us-east-1:123456789012";
    become_it(&mut world, &[]);
    put(&mut world, &allow(&json!("bedrock-agentcore:*"), &json!(format!("{prefix}:memory/mine-*"))));
    world.get(&format!("/memories/{own}/details")).good(200);
    let answer = world.get(&format!("/memories/{other}/details"));
    denied(answer, "bedrock-agentcore:GetMemory", &format!("{prefix}:memory/{other}"));
    let arn = format!("{prefix}:memory/{own}").replace(':', "%3A").replace('/', "%2F");
    world.get(&format!("/tags/{arn}")).good(200);
    let answer = world.get(&format!("/runtimes/{runtime}/"));
    denied(answer, "bedrock-agentcore:GetAgentRuntime", &format!("{prefix}:runtime/{runtime}"));
    let answer = world.get("/code-interpreters/aws.codeinterpreter.v1");
    let system = "arn:aws:bedrock-agentcore:us-east-1:aws:code-interpreter/aws.codeinterpreter.v1";
    denied(answer, "bedrock-agentcore:GetCodeInterpreter", system);

    // An endpoint is looked at together with its runtime.
    put(&mut world, &allow(&json!("*"), &json!(format!("{prefix}:runtime/{runtime}"))));
    let answer = world.get(&format!("/runtimes/{runtime}/runtime-endpoints/DEFAULT/"));
    let endpoint = format!("{prefix}:runtime/{runtime}/runtime-endpoint/DEFAULT");
    denied(answer, "bedrock-agentcore:GetAgentRuntimeEndpoint", &endpoint);
    put(&mut world, &allow(&json!("*"), &json!(format!("{prefix}:runtime/{runtime}*"))));
    world.get(&format!("/runtimes/{runtime}/runtime-endpoints/DEFAULT/")).good(200);
}

#[test]
fn a_denial_says_where_it_is_from() {
    let everything = allowing(&json!("*"), &json!("*"));
    let no_lists = json!({"Effect": "Deny", "Action": "bedrock-agentcore:List*", "Resource": "*"});
    let mut world = world(&statements(&[everything, no_lists]));
    become_it(&mut world, &[]);
    let list = |world: &mut World| {
        let refused = world.call("POST", "/code-interpreters", &Value::Null).bad(403, "AccessDeniedException");
        refused.text("message").rsplit("resource: * ").next().unwrap().to_owned()
    };
    assert_eq!(list(&mut world), "with an explicit deny in an identity-based policy");
    let action = "bedrock-agentcore:ListCodeInterpreters";

    put(&mut world, &allow(&json!("*"), &json!("*")));
    let document = allow(&json!("iam:*"), &json!("*"));
    world.iam("CreatePolicy", &[("PolicyName", "bound"), ("PolicyDocument", &document)]).good(200);
    let bound = ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/bound");
    world.iam("PutRolePermissionsBoundary", &[("RoleName", "deploy"), bound]).good(200);
    assert_eq!(list(&mut world), format!("because no permissions boundary allows the {action} action"));
    world.iam("DeleteRolePermissionsBoundary", &[("RoleName", "deploy")]).good(200);
    world.call("POST", "/code-interpreters", &Value::Null).good(200);

    world.become_administrator();
    become_it(&mut world, &[("Policy", &document)]);
    assert_eq!(list(&mut world), format!("because no session policy allows the {action} action"));
    world.become_administrator();
    become_it(&mut world, &[("PolicyArns.member.1.arn", bound.1)]);
    assert_eq!(list(&mut world), format!("because no session policy allows the {action} action"));
    world.become_administrator();
    let form = [("RoleArn", ROLE), ("RoleSessionName", "tests"), ("Policy", "{}")];
    world.query("sts", "AssumeRole", &form).bad(400, "MalformedPolicyDocument");
}

#[test]
fn what_depends_on_an_action_is_needed_too() {
    let prefix = "arn:aws:bedrock-agentcore:us-east-1:123456789012";
    let directory = "workload-identity-directory/default";
    let linked = "arn:aws:iam::123456789012:role/aws-service-role/runtime-identity.bedrock-agentcore.amazonaws.com/\
                  AWSServiceRoleForBedrockAgentCoreRuntimeIdentity";
    let service = json!({"StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}});
    let linked_service = "runtime-identity.bedrock-agentcore.amazonaws.com";
    let linked_service = json!({"StringEquals": {"iam:AWSServiceName": linked_service}});
    let body = with(runtime("agent"), "tags", json!({"team": "a"}));
    let steps = [
        ("bedrock-agentcore:CreateAgentRuntime", "*".to_owned(), json!({})),
        ("iam:PassRole", ROLE.to_owned(), service),
        (
            "bedrock-agentcore:TagResource",
            format!("{prefix}:runtime/*"),
            json!({"StringEquals": {"aws:RequestTag/team": "a"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        ),
        ("bedrock-agentcore:CreateAgentRuntimeEndpoint", format!("{prefix}:runtime/*"), json!({})),
        ("bedrock-agentcore:CreateWorkloadIdentity", format!("{prefix}:{directory}/workload-identity/*"), json!({})),
        ("bedrock-agentcore:CreateWorkloadIdentity", format!("{prefix}:{directory}"), json!({})),
        ("iam:CreateServiceLinkedRole", linked.to_owned(), linked_service),
    ];
    let mut world = world(&allow(&json!("s3:Get"), &json!("*")));
    become_it(&mut world, &[]);
    let mut granted = Vec::new();
    for (action, resource, condition) in &steps {
        denied(world.call("PUT", "/runtimes/", &body), action, resource);
        granted.push(json!({"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}));
        put(&mut world, &statements(&granted));
    }
    let id = world.call("PUT", "/runtimes/", &body).good(202).text("agentRuntimeId");
    let seen: Vec<_> = world.sim.journal().last().unwrap().evaluated.iter().map(|one| one.action.clone()).collect();
    assert_eq!(seen, steps.map(|(action, ..)| action.to_owned()));
    world.iam("GetRole", &[("RoleName", "nobody")]).bad(403, "AccessDenied");

    // The second runtime finds the role of the service there.
    granted.pop();
    put(&mut world, &statements(&granted));
    world.call("PUT", "/runtimes/", &with(body.clone(), "agentRuntimeName", "second")).good(202);
    let other = with(with(body, "agentRuntimeName", "third"), "roleArn", "arn:aws:iam::123456789012:role/other");
    denied(world.call("PUT", "/runtimes/", &other), "iam:PassRole", "arn:aws:iam::123456789012:role/other");

    let path = format!("/runtimes/{id}/");
    granted.push(allowing(&json!("bedrock-agentcore:*AgentRuntime"), &json!("*")));
    put(&mut world, &statements(&granted));
    let answer = world.call("PUT", &path, &runtime_update());
    denied(answer, "bedrock-agentcore:UpdateAgentRuntimeEndpoint", &format!("{prefix}:runtime/{id}"));
    granted.push(allowing(&json!("bedrock-agentcore:*AgentRuntimeEndpoint"), &json!("*")));
    put(&mut world, &statements(&granted));
    world.call("PUT", &path, &runtime_update()).good(202);
    let identity = world.sim.inventory().into_iter().find(|one| one.id == id).unwrap();
    let identity = identity.body["workloadIdentityDetails"]["workloadIdentityArn"].as_str().unwrap().to_owned();
    let answer = world.call("DELETE", &path, &Value::Null);
    denied(answer, "bedrock-agentcore:DeleteWorkloadIdentity", &identity);
    granted
        .push(allowing(&json!("bedrock-agentcore:DeleteWorkloadIdentity"), &json!([format!("{prefix}:{directory}*")])));
    put(&mut world, &statements(&granted));
    world.call("DELETE", &path, &Value::Null).good(202);
}

#[test]
fn a_vpc_needs_the_role_of_the_network() {
    let mut world = world(&allow(&json!("bedrock-agentcore:*"), &json!("*")));
    become_it(&mut world, &[]);
    let vpc = json!({"subnets": ["subnet-0123456789"], "securityGroups": ["sg-0123456789"]});
    let body = json!({"name": "tool", "networkConfiguration": {"networkMode": "VPC", "vpcConfig": vpc}});
    let refused = world.call("PUT", "/code-interpreters", &body).bad(403, "AccessDeniedException");
    assert!(refused.text("message").contains("AWSServiceRoleForBedrockAgentCoreNetwork"), "{}", refused.body);
    let condition = json!({"ForAllValues:StringLike": {"bedrock-agentcore:subnets": "subnet-0*"}});
    let create = json!({"Effect": "Allow", "Action": "bedrock-agentcore:*", "Resource": "*", "Condition": condition});
    put(&mut world, &statements(&[create, allowing(&json!("iam:CreateServiceLinkedRole"), &json!("*"))]));
    world.call("PUT", "/code-interpreters", &body).good(202);
    world.become_administrator();
    world.iam("GetRole", &[("RoleName", "AWSServiceRoleForBedrockAgentCoreNetwork")]).good(200);
}

#[test]
fn tags_of_the_caller_and_of_the_resource_count() {
    let policy = json!({"Effect": "Allow", "Action": "bedrock-agentcore:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}});
    let mut world = world(&statements(&[policy]));
    let create = |world: &mut World, name: &str, team: &str| {
        let body = with(interpreter(name), "tags", json!({"team": team}));
        let id = world.call("PUT", "/code-interpreters", &body).good(202).text("codeInterpreterId");
        format!("/code-interpreters/{id}")
    };
    let (first, second) = (create(&mut world, "one", "a"), create(&mut world, "two", "b"));
    become_it(&mut world, &[("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a")]);
    world.get(&first).good(200);
    world.get(&second).bad(403, "AccessDeniedException");
    world.become_administrator();
    let tag = [("RoleName", "deploy"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "b")];
    world.iam("TagRole", &tag).good(200);
    become_it(&mut world, &[]);
    world.get(&first).bad(403, "AccessDeniedException");
    world.get(&second).good(200);
}

#[test]
fn iam_itself_is_guarded() {
    let mut world = world(&allow(&json!(["iam:GetRole", "iam:CreateRole"]), &json!("arn:aws:iam::*:role/team/*")));
    become_it(&mut world, &[]);
    let refused = world.iam("GetRole", &[("RoleName", "deploy")]).bad(403, "AccessDenied");
    let message = "User: arn:aws:sts::123456789012:assumed-role/deploy/tests is not authorized to perform: iam:GetRole \
                   on resource: role deploy because no identity-based policy allows the iam:GetRole action";
    assert_eq!(element(&refused, "Message"), message);
    let form = [("RoleName", "new"), ("Path", "/team/"), ("AssumeRolePolicyDocument", TRUST)];
    world.iam("CreateRole", &form).good(200);
    world.iam("GetRole", &[("RoleName", "new")]).good(200);
    let mut form = form.to_vec();
    form[0].1 = "other";
    form.extend([("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a")]);
    let refused = world.iam("CreateRole", &form).bad(403, "AccessDenied");
    assert!(element(&refused, "Message").contains("iam:TagRole"));
    world.iam("ListRoles", &[]).bad(403, "AccessDenied");
}

#[test]
fn becoming_another_role_needs_both_sides() {
    let mut world = World::switched(&["enforcement=on", "roles=checked"]);
    world.create_role("deploy", TRUST).good(200);
    put(&mut world, &allow(&json!("s3:*"), &json!("*")));
    let named = r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::123456789012:role/deploy"}}}"#;
    world.create_role("named", named).good(200);
    world.create_role("whole", TRUST).good(200);
    become_it(&mut world, &[]);
    let become_other = |world: &mut World, name: &str| {
        let arn = format!("arn:aws:iam::123456789012:role/{name}");
        world.query("sts", "AssumeRole", &[("RoleArn", &arn), ("RoleSessionName", "tests")])
    };
    become_other(&mut world, "whole").bad(403, "AccessDenied");
    become_other(&mut world, "named").good(200);
    put(&mut world, &allow(&json!("sts:AssumeRole"), &json!("arn:aws:iam::123456789012:role/whole")));
    become_other(&mut world, "whole").good(200);
    put(&mut world, r#"{"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}}"#);
    become_other(&mut world, "named").bad(403, "AccessDenied");
}

#[test]
fn the_policy_of_a_resource_has_its_say() {
    let mut world = world(&allow(&json!("s3:*"), &json!("*")));
    let id = world.create_runtime("agent");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/{id}");
    let place = format!("/resourcepolicy/{}", arn.replace(':', "%3A").replace('/', "%2F"));
    let policy = |effect: &str, principal: &str| {
        let statement = json!({"Effect": effect, "Principal": {"AWS": principal}, "Action": "bedrock-agentcore:*",
            "Resource": arn});
        json!({"policy": statements(&[statement])})
    };
    let role = "arn:aws:iam::123456789012:role/deploy";
    let path = format!("/runtimes/{id}/");
    let key = world.access_key.clone();
    become_it(&mut world, &[]);
    let session = world.access_key.clone();
    let decide = |world: &mut World, policy: &Value| {
        world.access_key.clone_from(&key);
        world.call("PUT", &place, policy).good(201);
        world.access_key.clone_from(&session);
        world.get(&path)
    };
    // A whole account is trusted with nothing that its own policies do not allow.
    decide(&mut world, &policy("Allow", "123456789012")).bad(403, "AccessDeniedException");
    decide(&mut world, &policy("Allow", "arn:aws:iam::123456789012:role/other")).bad(403, "AccessDeniedException");
    decide(&mut world, &policy("Allow", role)).good(200);
    put(&mut world, &allow(&json!("*"), &json!("*")));
    let refused = decide(&mut world, &policy("Deny", role)).bad(403, "AccessDeniedException");
    assert!(refused.text("message").ends_with("with an explicit deny in a resource-based policy"), "{}", refused.body);
    world.access_key.clone_from(&key);
    world.get(&path).good(200);
    for wrong in
        ["{\"Statement\": []}", "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}"]
    {
        world.call("PUT", &place, &json!({"policy": wrong})).bad(400, "ValidationException");
    }
}

#[test]
fn a_gateway_needs_an_identity_and_the_right_to_tag() {
    let prefix = "arn:aws:bedrock-agentcore:us-east-1:123456789012";
    let mut granted = vec![allowing(&json!("bedrock-agentcore:*Gateway"), &json!("*"))];
    let mut world = world(&statements(&granted));
    become_it(&mut world, &[]);
    let body = with(gateway("tools"), "tags", json!({"team": "a"}));
    let identity = format!("{prefix}:workload-identity-directory/default");
    for (action, resource) in [
        ("iam:PassRole", ROLE.to_owned()),
        ("bedrock-agentcore:TagResource", format!("{prefix}:gateway/*")),
        ("bedrock-agentcore:CreateWorkloadIdentity", format!("{identity}/workload-identity/*")),
        ("bedrock-agentcore:CreateWorkloadIdentity", identity.clone()),
    ] {
        denied(world.call("POST", "/gateways/", &body), action, &resource);
        granted.push(allowing(&json!(action), &json!(resource)));
        put(&mut world, &statements(&granted));
    }
    let id = world.call("POST", "/gateways/", &body).good(202).text("gatewayId");
    let path = format!("/gateways/{id}/");
    let own = world.get(&path).good(200).text("workloadIdentityDetails/workloadIdentityArn");
    denied(world.call("DELETE", &path, &Value::Null), "bedrock-agentcore:DeleteWorkloadIdentity", &own);
    granted.push(allowing(&json!("bedrock-agentcore:DeleteWorkloadIdentity"), &json!(format!("{identity}*"))));
    put(&mut world, &statements(&granted));
    world.call("DELETE", &path, &Value::Null).good(202);
}
