//! Whoever searches for a fault lets the operator log all it can: even then the log holds no environment of an agent and no
//! signed request.

use agentcore_sim::Settings;
use serde_json::json;

use crate::support::{
    operator::Setup,
    world::{World, runtime_spec},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_most_detailed_log_holds_no_secrets() {
    let all = |mut setup: Setup| {
        setup.arguments.retain(|argument| !argument.starts_with("--log-filter"));
        let setup = setup.argument("--log-filter=trace").variable("AWS_SESSION_TOKEN", Some("NOR-THE-SESSION"));
        // The AWS SDK blacks out bodies by default, and not if it is told so.
        setup.variable("LOG_SENSITIVE_BODIES", Some("true"))
    };
    let world = World::with("trace", Settings::default(), all).await;
    let mut spec = runtime_spec();
    spec["env"] = json!([{ "name": "TOKEN", "value": "NOBODY-MAY-READ-THIS" }]);
    let runtime = world.create("AgentRuntime", "talkative", spec).await;
    world.ready(&runtime).await;
    world.edit(&runtime, json!({ "env": [{ "name": "OTHER", "value": "NOR-THIS" }] })).await;
    world.ready(&runtime).await;
    world.delete(&runtime).await;
    world.gone(&runtime).await;
    let log = world.operator.log();
    assert!(log.contains("DEBUG") && log.lines().count() > 300, "{log}");
    for value in ["NOBODY-MAY-READ-THIS", "NOR-THIS", "NOR-THE-SESSION", "Credential=AKIA"] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(value)).collect();
        assert_eq!(told, [""; 0]);
    }
}
