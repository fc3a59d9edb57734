//! What sessions of roles may do with the data plane and the services around AgentCore.

use http::Request;
use serde_json::{Value, json};

use crate::enforcement::{allowing, become_it, denied, put, statements, world};
use crate::iam::allow;
use crate::world::{Answer, World};

const AGENTCORE: &str = "arn:aws:bedrock-agentcore:us-east-1:123456789012";

fn refused(answer: Answer, status: u16, code: &str, action: &str, resource: &str) {
    let answer = answer.bad(status, code);
    let words = format!("is not authorized to perform: {action} on resource: {resource} because");
    assert!(answer.body.to_string().contains(&words), "{words}: {}", answer.body);
}

#[test]
fn an_agent_is_called_at_its_endpoint_and_for_a_user() {
    let mut world = world(&allow(&json!("s3:Get"), &json!("*")));
    let id = world.create_runtime("agent");
    let arn = format!("{AGENTCORE}:runtime/{id}");
    let endpoint = format!("{arn}/runtime-endpoint/DEFAULT");
    become_it(&mut world, &[]);
    let path = format!("/runtimes/{}/invocations", arn.replace(':', "%3A").replace('/', "%2F"));
    let invoke = |world: &mut World, user: bool| {
        let mut request = Request::post(path.as_str())
            .header("authorization", world.authorization("bedrock-agentcore"))
            .header("content-type", "application/json");
        if user {
            request = request.header("x-amzn-bedrock-agentcore-runtime-user-id", "somebody");
        }
        world.send(request.body(bytes::Bytes::from_static(b"{\"prompt\": \"hello\"}")).unwrap())
    };
    let (invoking, for_user) = ("bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeForUser");
    denied(invoke(&mut world, false), invoking, &arn);
    put(&mut world, &allow(&json!(invoking), &json!(arn)));
    denied(invoke(&mut world, false), invoking, &endpoint);
    put(&mut world, &allow(&json!(invoking), &json!([arn, endpoint])));
    invoke(&mut world, false).good(200);
    denied(invoke(&mut world, true), for_user, &arn);
    put(&mut world, &allow(&json!([invoking, for_user]), &json!(format!("{arn}*"))));
    invoke(&mut world, true).good(200);
}

#[test]
fn a_memory_is_open_to_one_actor() {
    let only = json!({"Effect": "Allow", "Action": "bedrock-agentcore:*Event*", "Resource": "*",
        "Condition": {"StringEquals": {"bedrock-agentcore:actorId": "${aws:PrincipalTag/actor}"}}});
    let mut world = world(&statements(&[only]));
    let id = world.create_memory("notes", &json!([]));
    become_it(&mut world, &[("Tags.member.1.Key", "actor"), ("Tags.member.1.Value", "me")]);
    let event = |actor: &str| {
        json!({"actorId": actor, "sessionId": "one", "eventTimestamp": 1_800_000_000, "payload": [],
            "clientToken": "token-token-token-token-token-token-token"})
    };
    let events = format!("/memories/{id}/events");
    world.call("POST", &events, &event("me")).good(201);
    let other = world.call("POST", &events, &event("other"));
    denied(other, "bedrock-agentcore:CreateEvent", &format!("{AGENTCORE}:memory/{id}"));
    let list = |actor: &str| format!("/memories/{id}/actor/{actor}/sessions/one");
    world.call("POST", &list("me"), &json!({})).good(200);
    world.call("POST", &list("other"), &json!({})).bad(403, "AccessDeniedException");
}

#[test]
fn the_services_around_are_guarded() {
    let mut world = world(&allow(&json!("s3:Get"), &json!("*")));
    become_it(&mut world, &[]);
    let ecr = |world: &mut World, operation: &str, body: &Value| {
        world.json("ecr", &format!("AmazonEC2ContainerRegistry_V20150921.{operation}"), body)
    };
    let logs = |world: &mut World, operation: &str, body: &Value| {
        world.json("logs", &format!("Logs_20140328.{operation}"), body)
    };
    let (code, repository) = ("AccessDeniedException", "arn:aws:ecr:us-east-1:123456789012:repository");
    let make = json!({"repositoryName": "agent"});
    refused(
        ecr(&mut world, "CreateRepository", &make),
        400,
        code,
        "ecr:CreateRepository",
        &format!("{repository}/agent"),
    );
    let all = ecr(&mut world, "DescribeRepositories", &json!({}));
    refused(all, 400, code, "ecr:DescribeRepositories", &format!("{repository}/*"));
    let token = ecr(&mut world, "GetAuthorizationToken", &json!({}));
    refused(token, 400, code, "ecr:GetAuthorizationToken", "*");

    let group = "arn:aws:logs:us-east-1:123456789012:log-group";
    let all = logs(&mut world, "DescribeLogGroups", &json!({}));
    refused(all, 400, code, "logs:DescribeLogGroups", &format!("{group}::log-stream:"));
    let make = logs(&mut world, "CreateLogGroup", &json!({"logGroupName": "/agents/one"}));
    refused(make, 400, code, "logs:CreateLogGroup", &format!("{group}:/agents/one:log-stream:"));
    let stream = json!({"logGroupName": "/agents/one", "logStreamName": "s"});
    let make = logs(&mut world, "CreateLogStream", &stream);
    refused(make, 400, code, "logs:CreateLogStream", &format!("{group}:/agents/one:log-stream:s"));
    let source =
        json!({"name": "traces", "resourceArn": format!("{AGENTCORE}:runtime/agent-0123456789"), "logType": "TRACES"});
    let put_source = logs(&mut world, "PutDeliverySource", &source);
    refused(
        put_source,
        400,
        code,
        "logs:PutDeliverySource",
        "arn:aws:logs:us-east-1:123456789012:delivery-source:traces",
    );
    put(&mut world, &allow(&json!("logs:*"), &json!("*")));
    let put_source = logs(&mut world, "PutDeliverySource", &source);
    let (action, resource) = ("bedrock-agentcore:AllowVendedLogDeliveryForResource", source["resourceArn"].as_str());
    refused(put_source, 400, code, action, resource.unwrap());
    put(&mut world, &allow(&json!("s3:Get"), &json!("*")));
    let delivery = json!({"deliverySourceName": "traces",
        "deliveryDestinationArn": "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"});
    let create = logs(&mut world, "CreateDelivery", &delivery);
    refused(create, 400, code, "logs:CreateDelivery", "arn:aws:logs:us-east-1:123456789012:delivery:*");
    let traces = world.rest("xray", "POST", "/GetTraceSegmentDestination", &json!({}));
    refused(traces, 403, code, "xray:GetTraceSegmentDestination", "*");

    put(
        &mut world,
        &statements(&[
            allowing(&json!("ecr:*"), &json!(format!("{repository}/agent"))),
            allowing(&json!("logs:*"), &json!([format!("{group}:*")])),
            allowing(&json!("xray:*"), &json!("*")),
        ]),
    );
    ecr(&mut world, "CreateRepository", &json!({"repositoryName": "agent"})).good(200);
    let other = json!({"repositoryName": "other"});
    refused(
        ecr(&mut world, "CreateRepository", &other),
        400,
        code,
        "ecr:CreateRepository",
        &format!("{repository}/other"),
    );
    logs(&mut world, "DescribeLogGroups", &json!({})).good(200);
    logs(&mut world, "CreateLogGroup", &json!({"logGroupName": "/agents/one"})).good(200);
    logs(&mut world, "CreateLogStream", &stream).good(200);
    world.rest("xray", "POST", "/GetTraceSegmentDestination", &json!({})).good(200);
}
