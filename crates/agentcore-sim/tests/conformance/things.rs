//! One of each thing, and how requests name it.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::world::World;

const CONTROL: &str = "bedrock-agentcore-control";
const DATA: &str = "bedrock-agentcore";

/// A world with one of each thing.
pub fn full() -> World {
    let mut world = World::new();
    runtimes(&mut world);
    memories(&mut world);
    tools(&mut world);
    gateways(&mut world);
    roles(&mut world);
    images(&mut world);
    logs(&mut world);
    traces(&mut world);
    world
}

/// A policy, and who may do what by it.
fn policy(principal: Option<&Value>, action: &str, resource: Option<&Value>) -> Value {
    let mut statement = json!({"Sid": "One", "Effect": "Allow", "Action": action});
    if let Some(principal) = principal {
        statement["Principal"] = principal.clone();
    }
    if let Some(resource) = resource {
        statement["Resource"] = resource.clone();
    }
    Value::from(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
}

fn runtimes(world: &mut World) {
    world.note(CONTROL, "containerUri", "123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:1");
    world.note(CONTROL, "networkMode", "PUBLIC");
    let runtime = world.make(CONTROL, "CreateAgentRuntime", &[("agentRuntimeName", json!("existing"))]);
    let arn = runtime["agentRuntimeArn"].clone();
    world.note(CONTROL, "agentRuntimeId", runtime["agentRuntimeId"].clone());
    world.note(CONTROL, "agentRuntimeVersion", "1");
    world.note(CONTROL, "resourceArn", arn.clone());
    world.make(CONTROL, "CreateAgentRuntimeEndpoint", &[("name", json!("canary"))]);
    world.note(CONTROL, "endpointName", "canary");
    let everybody = json!("*");
    let anything = policy(Some(&everybody), "bedrock-agentcore:InvokeAgentRuntime", Some(&arn));
    world.note(CONTROL, "PutResourcePolicy|policy", anything);

    world.note(DATA, "agentRuntimeArn", arn);
    world.note(DATA, "qualifier", "DEFAULT");
    world.note(DATA, "contentType", "application/json");
    world.note(DATA, "accept", "application/json");
    world.note(DATA, "runtimeSessionId", "a-session-with-an-id-that-is-long-enough");
    world.make(DATA, "InvokeAgentRuntime", &[("payload", json!("e30="))]);
    let speaks = [("agentRuntimeName", json!("a2a")), ("protocolConfiguration", json!({"serverProtocol": "A2A"}))];
    let agent = world.make(CONTROL, "CreateAgentRuntime", &speaks);
    world.note(DATA, "GetAgentCard|agentRuntimeArn", agent["agentRuntimeArn"].clone());
}

fn memories(world: &mut World) {
    let semantic = json!([{"semanticMemoryStrategy": {"name": "facts"}}]);
    let input = [("name", json!("existing")), ("memoryStrategies", semantic)];
    let memory = world.make(CONTROL, "CreateMemory", &input);
    for plane in [CONTROL, DATA] {
        world.note(plane, "memoryId", memory["memory"]["id"].clone());
    }
    world.note(CONTROL, "memoryStrategyId", memory["memory"]["strategies"][0]["strategyId"].clone());
    world.note(DATA, "actorId", "ada");
    let event = world.make(DATA, "CreateEvent", &[("payload", json!([]))])["event"].clone();
    world.note(DATA, "GetEvent ListEvents DeleteEvent|sessionId", event["sessionId"].clone());
    world.note(DATA, "eventId", event["eventId"].clone());
    let records = json!([{"requestIdentifier": "one", "namespaces": ["/facts/ada"], "content": {"text": "Ada counts"},
        "timestamp": 1_767_225_600}]);
    let made = world.make(DATA, "BatchCreateMemoryRecords", &[("records", records)]);
    world.note(DATA, "memoryRecordId", made["successfulRecords"][0]["memoryRecordId"].clone());
}

fn tools(world: &mut World) {
    let tool = world.make(CONTROL, "CreateCodeInterpreter", &[("name", json!("existing"))]);
    world.note(CONTROL, "codeInterpreterId", tool["codeInterpreterId"].clone());
    world.note(DATA, "codeInterpreterIdentifier", tool["codeInterpreterId"].clone());
    let session = world.make(DATA, "StartCodeInterpreterSession", &[]);
    world.note(DATA, "GetCodeInterpreterSession StopCodeInterpreterSession|sessionId", session["sessionId"].clone());
    let browser = world.make(CONTROL, "CreateBrowser", &[("name", json!("existing"))]);
    world.note(CONTROL, "browserId", browser["browserId"].clone());
    let profile = world.make(CONTROL, "CreateBrowserProfile", &[("name", json!("existing"))]);
    world.note(CONTROL, "profileId", profile["profileId"].clone());
    world.make(CONTROL, "CreateWorkloadIdentity", &[("name", json!("existing"))]);
    let of_identity = "GetWorkloadIdentity UpdateWorkloadIdentity DeleteWorkloadIdentity|name";
    world.note(CONTROL, of_identity, "existing");
}

fn gateways(world: &mut World) {
    world.note(CONTROL, "authorizerType", "AWS_IAM");
    let empty = world.make(CONTROL, "CreateGateway", &[("name", json!("empty"))]);
    let gateway = world.make(CONTROL, "CreateGateway", &[("name", json!("existing"))]);
    world.note(CONTROL, "gatewayIdentifier", gateway["gatewayId"].clone());
    world.note(CONTROL, "DeleteGateway|gatewayIdentifier", empty["gatewayId"].clone());
    world.note(CONTROL, "UpdateGateway|name", "existing");
    let server = json!({"mcp": {"mcpServer": {"endpoint": "https://example.com/mcp"}}});
    world.note(CONTROL, "CreateGatewayTarget UpdateGatewayTarget|targetConfiguration", server);
    let target = world.make(CONTROL, "CreateGatewayTarget", &[("name", json!("existing"))]);
    world.note(CONTROL, "targetId", target["targetId"].clone());
    world.note(CONTROL, "targetIdList", json!([target["targetId"]]));
}

fn roles(world: &mut World) {
    let service = json!({"Service": "bedrock-agentcore.amazonaws.com"});
    let trust = policy(Some(&service), "sts:AssumeRole", None);
    let own = policy(None, "logs:*", Some(&json!("*")));
    for member in ["AssumeRolePolicyDocument", "UpdateAssumeRolePolicy|PolicyDocument"] {
        world.note("iam", member, trust.clone());
    }
    world.note("iam", "CreatePolicy CreatePolicyVersion PutRolePolicy|PolicyDocument", own.clone());
    for (role, notes) in [("existing", "RoleName"), ("bare", "DeleteRole|RoleName")] {
        world.make("iam", "CreateRole", &[("RoleName", json!(role))]);
        world.note("iam", notes, role);
    }
    world.note("iam", "CreateRole|RoleName", "fresh");
    world.make("iam", "PutRolePolicy", &[("PolicyName", json!("inline"))]);
    world.note("iam", "GetRolePolicy DeleteRolePolicy|PolicyName", "inline");
    for name in ["attached", "loose", "boundary"] {
        world.make("iam", "CreatePolicy", &[("PolicyName", json!(name))]);
    }
    let arn = |name: &str| format!("arn:aws:iam::123456789012:policy/{name}");
    world.note("iam", "PolicyArn", arn("attached"));
    world.note("iam", "PolicySourceArn", "arn:aws:iam::123456789012:role/existing");
    world.note("iam", "PermissionsBoundary", arn("boundary"));
    world.note("iam", "DeletePolicy AttachRolePolicy|PolicyArn", arn("loose"));
    world.make("iam", "AttachRolePolicy", &[("PolicyArn", json!(arn("attached")))]);
    world.make("iam", "CreatePolicyVersion", &[]);
    world.note("iam", "GetPolicyVersion SetDefaultPolicyVersion|VersionId", "v1");
    world.note("iam", "DeletePolicyVersion|VersionId", "v2");
    let boundary = [("RoleName", json!("existing")), ("PermissionsBoundary", json!(arn("boundary")))];
    world.make("iam", "PutRolePermissionsBoundary", &boundary);
    world.note("iam", "PolicyInputList", json!([own]));
    world.note("iam", "ActionNames", json!(["logs:CreateLogGroup"]));
    world.note("iam", "AWSServiceName", "bedrock-agentcore.amazonaws.com");
    // AWS made it with the first runtime.
    world.note("iam", "DeleteServiceLinkedRole|RoleName", "AWSServiceRoleForBedrockAgentCoreRuntimeIdentity");
    world.note("sts", "RoleArn", "arn:aws:iam::123456789012:role/existing");
}

fn images(world: &mut World) {
    world.note("ecr", "registryId", "123456789012");
    let image = json!({"repository": "existing", "tag": "1", "architectures": ["arm64"]});
    let request = Request::post("/_sim/images").body(Bytes::from(image.to_string())).unwrap();
    let made = world.sim.handle(world.now, request);
    assert!(made.status().is_success(), "{:?}", made.body());
    world.note("ecr", "repositoryName", "existing");
    world.note("ecr", "CreateRepository|repositoryName", "fresh");
    world.note("ecr", "repositoryNames", json!(["existing"]));
    world.note("ecr", "resourceArn", "arn:aws:ecr:us-east-1:123456789012:repository/existing");
    world.note("ecr", "policyText", policy(Some(&json!("*")), "ecr:BatchGetImage", None));
    world.make("ecr", "SetRepositoryPolicy", &[]);
    let rule = json!({"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan",
        "countNumber": 5}, "action": {"type": "expire"}});
    world.note("ecr", "lifecyclePolicyText", json!({"rules": [rule]}).to_string());
    world.make("ecr", "PutLifecyclePolicy", &[]);
    let images = world.make("ecr", "BatchGetImage", &[("imageIds", json!([{"imageTag": "1"}]))]);
    let manifest = images["images"][0]["imageManifest"].as_str().unwrap().to_owned();
    let parsed: Value = serde_json::from_str(&manifest).unwrap();
    world.note("ecr", "GetDownloadUrlForLayer|layerDigest", parsed["config"]["digest"].clone());
    // A space more makes it another image.
    world.note("ecr", "PutImage|imageManifest", format!("{manifest} "));
    world.note("ecr", "PutImage|imageManifestMediaType", parsed["mediaType"].clone());
    world.note("ecr", "imageDigest", images["images"][0]["imageId"]["imageDigest"].clone());
    world.note("ecr", "imageTag", "1");
    let empty = world.make("ecr", "InitiateLayerUpload", &[]);
    world.note("ecr", "UploadLayerPart|uploadId", empty["uploadId"].clone());
    world.note("ecr", "UploadLayerPart|partFirstByte", 0);
    world.note("ecr", "UploadLayerPart|partLastByte", 4);
    world.note("ecr", "UploadLayerPart|layerPartBlob", "aGVsbG8=");
    let begun = world.make("ecr", "InitiateLayerUpload", &[]);
    world.make("ecr", "UploadLayerPart", &[("uploadId", begun["uploadId"].clone())]);
    world.note("ecr", "CompleteLayerUpload|uploadId", begun["uploadId"].clone());
    let digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    world.note("ecr", "CompleteLayerUpload|layerDigests", json!([digest]));
}

fn logs(world: &mut World) {
    world.make("logs", "CreateLogGroup", &[("logGroupName", json!("existing"))]);
    world.note("logs", "logGroupName", "existing");
    world.note("logs", "CreateLogGroup|logGroupName", "fresh");
    world.note("logs", "PutRetentionPolicy|retentionInDays", 7);
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:existing";
    world.note("logs", "ListTagsForResource TagResource UntagResource|resourceArn", group);
    world.make("logs", "CreateLogStream", &[("logStreamName", json!("existing"))]);
    world.note("logs", "PutLogEvents GetLogEvents|logStreamName", "existing");
    // 2026-01-01T00:00:00Z, when the requests are made.
    world.note("logs", "PutLogEvents|timestamp", 1_767_225_600_000_i64);
    let writer = json!({"Service": "xray.amazonaws.com"});
    let spans = json!("*");
    let document = policy(Some(&writer), "logs:PutLogEvents", Some(&spans));
    world.note("logs", "PutResourcePolicy|policyDocument", document.clone());
    world.note("logs", "PutResourcePolicy|policyName", "fresh");
    world.make("logs", "PutResourcePolicy", &[("policyName", json!("existing")), ("policyDocument", document)]);
    world.note("logs", "DeleteResourcePolicy|policyName", "existing");

    let runtime = world.given(DATA, "")["agentRuntimeArn"].clone();
    world.note("logs", "PutDeliverySource|resourceArn", runtime);
    world.note("logs", "PutDeliverySource|logType", "APPLICATION_LOGS");
    world.note("logs", "destinationResourceArn", group);
    world.make("logs", "PutDeliverySource", &[("name", json!("existing"))]);
    world.note("logs", "GetDeliverySource PutDeliverySource|name", "existing");
    let other = world.given(DATA, "GetAgentCard")["agentRuntimeArn"].clone();
    world.make("logs", "PutDeliverySource", &[("name", json!("idle")), ("resourceArn", other)]);
    world.note("logs", "DeleteDeliverySource|name", "idle");
    world.note("logs", "FilterLogEvents|logGroupName", "existing");
    for (name, of) in [("existing", "GetDeliveryDestination|name"), ("loose", "DeleteDeliveryDestination|name")] {
        let configuration = json!({"destinationResourceArn": group});
        let input = [("name", json!(name)), ("deliveryDestinationConfiguration", configuration)];
        world.make("logs", "PutDeliveryDestination", &input);
        world.note("logs", of, name);
    }
    let destination = |name: &str| format!("arn:aws:logs:us-east-1:123456789012:delivery-destination:{name}");
    let pair = [("deliverySourceName", json!("existing")), ("deliveryDestinationArn", json!(destination("existing")))];
    let delivery = world.make("logs", "CreateDelivery", &pair);
    world.note("logs", "CreateDelivery|deliverySourceName", "existing");
    world.note("logs", "CreateDelivery|deliveryDestinationArn", destination("loose"));
    world.note("logs", "GetDelivery DeleteDelivery|id", delivery["delivery"]["id"].clone());
}

fn traces(world: &mut World) {
    world.note("xray", "UpdateTraceSegmentDestination|Destination", "CloudWatchLogs");
    world.note("xray", "UpdateIndexingRule|Name", "Default");
    world.note(
        "xray",
        "PutResourcePolicy|PolicyDocument",
        policy(Some(&json!("*")), "xray:PutTraceSegments", Some(&json!("*"))),
    );
    world.make("xray", "PutResourcePolicy", &[("PolicyName", json!("existing"))]);
    world.note("xray", "DeleteResourcePolicy|PolicyName", "existing");
}
