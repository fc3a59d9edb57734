//! GetAgentCard.

use serde_json::json;

use super::target::target;
use super::{SESSION_HEADER, SESSION_ID, headers};
use crate::failure::Failure;
use crate::services::{Call, Reply};

/// GetAgentCard: what an agent that speaks A2A says of itself. It begins no session.
pub(in super::super) fn card(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = call.params.header(SESSION_HEADER).map(str::to_owned);
    if let Some(id) = &given {
        SESSION_ID.accept_text("runtimeSessionId", id)?;
    }
    let target = target(call)?;
    if target.protocol() != "A2A" {
        let message = format!("Agent runtime '{}' does not speak A2A", target.runtime_id);
        return Err(Failure::field("agentRuntimeArn", message));
    }
    let session = given.unwrap_or_else(|| call.random.uuid());
    let arn = percent_encoding::utf8_percent_encode(&target.runtime_arn, percent_encoding::NON_ALPHANUMERIC);
    let card = json!({
        "protocolVersion": "0.3.0",
        "name": target.runtime_name,
        "description": "A simulated agent: it says what it was told",
        "version": target.version,
        "url": format!("https://bedrock-agentcore.{}.amazonaws.com/runtimes/{arn}/invocations/", call.caller.region),
        "preferredTransport": "JSONRPC",
        "capabilities": {"streaming": true},
        "defaultInputModes": ["text"],
        "defaultOutputModes": ["text"],
        "skills": [{
            "id": "echo",
            "name": "Echo",
            "description": "Says what it was told",
            "tags": ["simulated"],
        }],
    });
    let headers = headers(&[("content-type", Some("application/json")), (SESSION_HEADER, Some(&session))]);
    Ok(Reply::Raw(headers, card.to_string().into()))
}
