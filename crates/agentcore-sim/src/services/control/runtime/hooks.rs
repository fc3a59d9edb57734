//! The hook that warms an agent up: a request to a place of the container that nothing else has.

use serde_json::{Map, Value};

use super::rules::RESERVED_PORT;
use crate::failure::Failure;

/// Where AgentCore asks an agent that speaks HTTP or AGUI whether it is well.
const HEALTH: &str = "/ping";

/// Refuses a hook at a place that is taken.
pub(super) fn check(body: &Map<String, Value>) -> Result<(), Failure> {
    let hook = body.get("hooksConfiguration").and_then(|hooks| hooks.pointer("/build/warmup/action/httpPost"));
    let Some(hook) = hook else { return Ok(()) };
    let (server_port, server_path) = server(body.get("protocolConfiguration"));
    let port = hook.get("port").and_then(Value::as_i64).unwrap_or(server_port);
    let path = hook.get("path").and_then(Value::as_str).unwrap_or_default();
    if port == RESERVED_PORT {
        return Err(Failure::field("hooksConfiguration", format!("Port {RESERVED_PORT} is reserved")));
    }
    if port == server_port && (path == server_path || path == HEALTH) {
        return Err(Failure::field("hooksConfiguration", format!("The path {path} is served by the agent already")));
    }
    Ok(())
}

/// Where the agent's server listens and is called.
fn server(protocol: Option<&Value>) -> (i64, &str) {
    let member = |name: &str| protocol.and_then(|protocol| protocol.get(name));
    let (port, path) = match member("serverProtocol").and_then(Value::as_str) {
        Some("MCP") => (8000, "/mcp"),
        Some("A2A") => (9000, "/"),
        _ => (8080, "/invocations"),
    };
    (member("port").and_then(Value::as_i64).unwrap_or(port), member("path").and_then(Value::as_str).unwrap_or(path))
}
