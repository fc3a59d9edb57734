//! Namespaces are tenants: a spec never widens what the operator may do.

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::support::world::{World, condition, message, runtime_spec};

fn with(member: &str, value: Value) -> Value {
    let mut spec = runtime_spec();
    spec[member] = value;
    spec
}

fn role(name: &str) -> Value {
    json!({ "arn": format!("arn:aws:iam::123456789012:role/{name}") })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_is_not_allowed_is_refused_before_anything_is_asked_of_aws() {
    let world = World::new("roles").await;
    let specs = [
        ("AgentRuntime", with("executionRole", role("Admin"))),
        ("AgentRuntime", with("executionRole", role("other/AmazonBedrockAgentCoreX"))),
        ("CodeInterpreter", json!({ "executionRole": role("Admin") })),
        ("AgentMemory", json!({ "executionRole": role("Admin") })),
    ];
    for (number, (kind, spec)) in specs.into_iter().enumerate() {
        let object = world.create(kind, &format!("role-{number}"), spec.clone()).await;
        let stalled = world.condition(&object, "Stalled", "True", "RoleNotAllowed").await;
        let told = message(&stalled, "Stalled");
        let arn = spec["executionRole"]["arn"].as_str().unwrap();
        assert!(told.contains(arn) && told.contains("--allowed-role-arns"), "{told}");
        assert_eq!(condition(&stalled, "Ready")["reason"], "RoleNotAllowed");
        world.delete(&object).await;
        world.gone(&object).await;
    }
    assert_eq!(world.mark(), 0, "not even who the operator is was asked");

    // Of an object that is there already, too: nothing is sent, and it can still be deleted.
    let runtime = world.create("AgentRuntime", "edited", runtime_spec()).await;
    world.ready(&runtime).await;
    let mark = world.mark();
    world.edit(&runtime, json!({ "executionRole": role("Admin") })).await;
    world.condition(&runtime, "Stalled", "True", "RoleNotAllowed").await;
    assert_eq!(world.mark(), mark);
    world.edit(&runtime, json!({ "executionRole": role("AmazonBedrockAgentCoreOther") })).await;
    world.ready(&runtime).await;
    world.edit(&runtime, json!({ "executionRole": role("Admin") })).await;
    world.delete(&runtime).await;
    world.gone(&runtime).await;
    assert_eq!(world.resources(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allowed_roles_are_the_operators_to_choose() {
    let choose = |setup: crate::support::operator::Setup| setup.argument("--allowed-role-arns=role/team-a/*");
    let world = World::with("own-roles", Settings::default(), choose).await;
    let ours = world.create("AgentRuntime", "ours", with("executionRole", role("team-a/agent"))).await;
    world.ready(&ours).await;
    let other = world.create("AgentRuntime", "other", runtime_spec()).await;
    let stalled = world.condition(&other, "Stalled", "True", "RoleNotAllowed").await;
    assert!(message(&stalled, "Stalled").contains("role/team-a/*"), "it names what is allowed: {stalled:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_have_is_not_to_be_had_by_its_id() {
    let world = World::new("by-id").await;
    let ids = [
        with("memoryRef", json!({ "id": "theirs-a1B2c3D4e5" })),
        with("codeInterpreterRefs", json!([{ "alias": "default", "id": "theirs-a1B2c3D4e5" }])),
    ];
    for (number, spec) in ids.into_iter().enumerate() {
        let runtime = world.create("AgentRuntime", &format!("by-id-{number}"), spec).await;
        let stalled = world.condition(&runtime, "Stalled", "True", "ExternalIdNotAllowed").await;
        let told = message(&stalled, "Stalled");
        for part in ["theirs-a1B2c3D4e5", "--allow-external-ids", &world.objects.namespace] {
            assert!(told.contains(part), "{part} is not in: {told}");
        }
    }
    assert_eq!(world.mark(), 0, "not even a read was asked of AWS");
    // AWS's own is everybody's.
    let spec = with("codeInterpreterRefs", json!([{ "alias": "default", "id": "aws.codeinterpreter.v1" }]));
    let runtime = world.create("AgentRuntime", "aws-own", spec).await;
    world.ready(&runtime).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn namespaces_that_may_name_ids_are_the_operators_to_choose() {
    let spec = || with("memoryRef", json!({ "id": "theirs-a1B2c3D4e5" }));
    for (allowed, expected) in [("*", true), ("OURS", true), ("elsewhere,OURS", true), ("elsewhere", false)] {
        let choose = |setup: crate::support::operator::Setup| {
            let namespaces = allowed.replace("OURS", &setup.namespaces[0]);
            setup.argument(&format!("--allow-external-ids={namespaces}"))
        };
        let world = World::with("external-ids", Settings::default(), choose).await;
        let runtime = world.create("AgentRuntime", "by-id", spec()).await;
        if expected {
            let ready = world.ready(&runtime).await;
            let resource = world.resource(ready["status"]["name"].as_str().unwrap());
            let injected = &resource.body["environmentVariables"]["BEDROCK_AGENTCORE_MEMORY_ID"];
            assert_eq!(injected, "theirs-a1B2c3D4e5", "{allowed}");
        } else {
            world.condition(&runtime, "Stalled", "True", "ExternalIdNotAllowed").await;
            assert_eq!(world.mark(), 0, "{allowed}");
        }
    }
}
