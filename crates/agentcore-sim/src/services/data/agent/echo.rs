//! The agent that answers for all agents: it says what it was told, and which session and version it is.

use bytes::Bytes;
use serde_json::{Value, json};

use super::target::Target;

/// Whether a caller takes server-sent events.
pub(super) fn wants_events(accept: &str) -> bool {
    let kinds = accept.split(',').filter_map(|kind| kind.split(';').next());
    kinds.map(str::trim).any(|kind| kind.eq_ignore_ascii_case("text/event-stream"))
}

/// The answer to a payload.
pub(super) fn answer(target: &Target, session: &str, number: u64, payload: &Bytes) -> Value {
    let prompt = prompt(payload);
    let said = match &prompt {
        Value::Null => format!("I was given {} bytes.", payload.len()),
        Value::String(text) => format!("You said: {text}"),
        document => format!("You said: {document}"),
    };
    json!({
        "response": format!("This is a simulated agent: nothing of {} runs here. {said}", target.runtime_id),
        "simulated": true,
        "prompt": prompt,
        "call": number,
        "sessionId": session,
        "agentRuntimeId": target.runtime_id,
        "agentRuntimeVersion": target.version,
        "qualifier": target.qualifier,
    })
}

/// The same as server-sent events: the words, then everything.
pub(super) fn events(answer: &Value) -> String {
    let words = answer.get("response").cloned().unwrap_or_default();
    format!("data: {words}\n\ndata: {answer}\n\n")
}

/// What the caller wants to know: the prompt in a document, or the document, or the text; else nothing.
fn prompt(payload: &Bytes) -> Value {
    if let Ok(mut document) = serde_json::from_slice::<Value>(payload) {
        let inner = document.get_mut("prompt").filter(|prompt| prompt.is_string()).map(Value::take);
        return inner.unwrap_or(document);
    }
    std::str::from_utf8(payload).map_or(Value::Null, Value::from)
}
