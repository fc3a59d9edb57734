//! The least policy for those who keep runtimes, memories and code interpreters.

use serde_json::{Value, json};

use crate::enforcement::{allowing, become_it, statements, world};
use crate::world::{ROLE, interpreter, memory, runtime, runtime_update, with};

#[test]
fn a_policy_that_suffices_in_aws_suffices() {
    let agentcore = |actions: &[&str], resources: &[&str]| {
        let actions: Vec<String> = actions.iter().map(|action| format!("bedrock-agentcore:{action}")).collect();
        let arn = |resource: &&str| match *resource {
            "*" => "*".to_owned(),
            resource => format!("arn:*:bedrock-agentcore:*:123456789012:{resource}"),
        };
        allowing(&json!(actions), &json!(resources.iter().map(arn).collect::<Vec<_>>()))
    };
    let create = ["CreateMemory", "ListMemories", "CreateCodeInterpreter", "ListCodeInterpreters"];
    let policy = statements(&[
        agentcore(&create, &["*"]),
        agentcore(&["CreateAgentRuntime", "ListAgentRuntimes"], &["*"]),
        agentcore(&["GetMemory", "UpdateMemory", "DeleteMemory"], &["memory/*"]),
        agentcore(&["GetCodeInterpreter", "DeleteCodeInterpreter"], &["code-interpreter-custom/*"]),
        agentcore(&["GetAgentRuntime", "UpdateAgentRuntime", "DeleteAgentRuntime"], &["runtime/*"]),
        agentcore(&["GetAgentRuntimeEndpoint"], &["runtime/*"]),
        agentcore(
            &[
                "CreateAgentRuntimeEndpoint",
                "UpdateAgentRuntimeEndpoint",
                "DeleteAgentRuntimeEndpoint",
                "CreateWorkloadIdentity",
                "DeleteWorkloadIdentity",
            ],
            &["runtime/*", "workload-identity-directory/*"],
        ),
        agentcore(
            &["TagResource", "UntagResource", "ListTagsForResource"],
            &["memory/*", "code-interpreter-custom/*", "runtime/*"],
        ),
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE,
            "Condition": {"StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}}}),
        json!({"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole",
            "Resource": "arn:*:iam::*:role/aws-service-role/*", "Condition": {"StringEquals": {"iam:AWSServiceName": [
                "runtime-identity.bedrock-agentcore.amazonaws.com", "network.bedrock-agentcore.amazonaws.com"]}}}),
    ]);
    let mut world = world(&policy);
    become_it(&mut world, &[]);
    let tagged = |body: Value| with(body, "tags", json!({"team": "a"}));
    let agent = world.call("PUT", "/runtimes/", &tagged(runtime("agent"))).good(202);
    let notes = world.call("POST", "/memories/create", &tagged(memory("notes", &json!([])))).good(202);
    let tool = tagged(with(interpreter("tool"), "executionRoleArn", ROLE));
    let tool = world.call("PUT", "/code-interpreters", &tool).good(202);
    for list in ["/runtimes/", "/memories/", "/code-interpreters"] {
        world.call("POST", list, &Value::Null).good(200);
    }
    let (agent_id, notes_id, tool_id) =
        (agent.text("agentRuntimeId"), notes.text("memory/id"), tool.text("codeInterpreterId"));
    for arn in [agent.text("agentRuntimeArn"), notes.text("memory/arn"), tool.text("codeInterpreterArn")] {
        let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
        world.get(&path).good(200);
        world.call("POST", &path, &json!({"tags": {"b": "c"}})).good(204);
        world.call("DELETE", &format!("{path}?tagKeys=b"), &Value::Null).good(204);
    }
    let (agent, notes, tool) =
        (format!("/runtimes/{agent_id}/"), format!("/memories/{notes_id}"), format!("/code-interpreters/{tool_id}"));
    for path in [&agent, &format!("{agent}runtime-endpoints/DEFAULT/"), &format!("{notes}/details"), &tool] {
        world.get(path).good(200);
    }
    world.call("PUT", &agent, &runtime_update()).good(202);
    let update = json!({"description": "New", "memoryExecutionRoleArn": ROLE});
    world.call("PUT", &format!("{notes}/update"), &update).good(202);
    for path in [agent, format!("{notes}/delete"), tool] {
        world.call("DELETE", &path, &Value::Null).good(202);
    }
}
