//! Agents that are called. None runs: an echo answers in the place of each.

mod card;
mod echo;
mod invoke;
mod session;
mod stop;
mod target;

pub(super) use card::card;
pub(super) use invoke::invoke;
pub(crate) use session::AgentSessions;
pub use session::{AgentSession, EndReason, Invocation};
pub(super) use stop::stop;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::shape::{Shape, text};

/// The header that names a session.
const SESSION_HEADER: &str = "x-amzn-bedrock-agentcore-runtime-session-id";
/// The session that a request asks for.
static SESSION_ID: Shape = text(33, 256);

/// Headers, without those that have no value.
fn headers(pairs: &[(&'static str, Option<&str>)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}
