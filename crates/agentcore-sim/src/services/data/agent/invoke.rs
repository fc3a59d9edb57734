//! InvokeAgentRuntime.

use super::session::Invocation;
use super::target::target;
use super::{SESSION_HEADER, SESSION_ID, echo, headers};
use crate::failure::Failure;
use crate::request::Params;
use crate::services::{Call, Reply};
use crate::shape::{Shape, text};

/// The longest payload.
const LONGEST: usize = 100_000_000;

static MEDIA_TYPE: Shape = text(1, 256);
static NAME: Shape = text(1, 1024);
static TRACE: Shape = text(0, 128);
static TRACE_STATE: Shape = text(0, 512);
static BAGGAGE: Shape = text(0, 8192);

/// The members that are headers.
static HEADERS: &[(&str, &str, &Shape)] = &[
    ("content-type", "contentType", &MEDIA_TYPE),
    ("accept", "accept", &MEDIA_TYPE),
    ("mcp-session-id", "mcpSessionId", &NAME),
    ("mcp-protocol-version", "mcpProtocolVersion", &NAME),
    ("mcp-method", "mcpMethod", &NAME),
    ("mcp-name", "mcpName", &NAME),
    ("x-amzn-bedrock-agentcore-runtime-user-id", "runtimeUserId", &NAME),
    ("x-amzn-trace-id", "traceId", &TRACE),
    ("traceparent", "traceParent", &TRACE),
    ("tracestate", "traceState", &TRACE_STATE),
    ("baggage", "baggage", &BAGGAGE),
    (SESSION_HEADER, "runtimeSessionId", &SESSION_ID),
];

/// InvokeAgentRuntime: the echo answers.
pub(in super::super) fn invoke(call: &mut Call<'_>) -> Result<Reply, Failure> {
    check(call.params)?;
    let target = target(call)?;
    let given = call.params.header(SESSION_HEADER).map(str::to_owned);
    let session = given.unwrap_or_else(|| call.random.uuid());
    let streamed = echo::wants_events(call.params.header("accept").unwrap_or_default());
    let payload = &call.params.raw;
    let place = (call.caller.account.as_str(), call.caller.region.as_str());
    let invocation = Invocation { at: call.now, version: target.version.clone(), bytes: payload.len(), streamed };
    let number = call.store.data.agents.note(&target, place, &session, invocation);
    let answer = echo::answer(&target, &session, number, payload);
    let (content_type, body) =
        if streamed { ("text/event-stream", echo::events(&answer)) } else { ("application/json", answer.to_string()) };
    let header = |name| call.params.header(name);
    let headers = headers(&[
        ("content-type", Some(content_type)),
        (SESSION_HEADER, Some(&session)),
        ("mcp-session-id", header("mcp-session-id")),
        ("mcp-protocol-version", header("mcp-protocol-version")),
        ("x-amzn-trace-id", header("x-amzn-trace-id")),
        ("traceparent", header("traceparent")),
        ("tracestate", header("tracestate")),
        ("baggage", header("baggage")),
    ]);
    Ok(Reply::Raw(headers, body.into()))
}

fn check(params: &Params) -> Result<(), Failure> {
    for (header, member, shape) in HEADERS {
        if let Some(value) = params.header(header) {
            shape.accept_text(member, value)?;
        }
    }
    if params.raw.len() > LONGEST {
        return Err(Failure::field("payload", format!("payload can have {LONGEST} bytes at most")));
    }
    Ok(())
}
