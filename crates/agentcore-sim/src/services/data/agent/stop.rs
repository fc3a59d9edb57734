//! StopRuntimeSession.

use bytes::Bytes;
use serde_json::Value;

use super::target::target;
use super::{SESSION_HEADER, SESSION_ID, headers};
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::common::CLIENT_TOKEN;
use crate::shape::{Shape, opt};

static STOP: Shape = Shape::Record(&[opt("clientToken", &CLIENT_TOKEN)]);

/// StopRuntimeSession: afterwards the session is unknown, except to the same request once more.
pub(in super::super) fn stop(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let id = call.params.header(SESSION_HEADER).unwrap_or_default().to_owned();
    SESSION_ID.accept_text("runtimeSessionId", &id)?;
    let body = STOP.accept(&call.params.body)?;
    let target = target(call)?;
    let token = body.get("clientToken").and_then(Value::as_str);
    if !call.store.data.agents.stop(&target, &id, token, call.now) {
        return Err(Failure::NotFound(format!(
            "Session '{id}' of agent runtime '{}' was not found",
            target.runtime_id
        )));
    }
    Ok(Reply::Raw(headers(&[("content-type", Some("application/json")), (SESSION_HEADER, Some(&id))]), Bytes::new()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::STOP);
    }
}
