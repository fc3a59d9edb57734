//! What memories hold: events in sessions of actors, and records.

mod event;
mod filter;
mod list;

pub(super) use event::{create as create_event, delete as delete_event, get as get_event};
pub(super) use list::{list_actors, list_events, list_sessions};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::State;
use super::due::Due;
use super::place::id_of;
use super::record::Record;
use crate::failure::{Failure, Reason};
use crate::moment::{later, seconds};
use crate::services::Call;
use crate::shape::{MANY, Shape, pattern};
use crate::store::Kind;

/// How many items a page has if the request does not say, and how many it can have.
pub(super) const PAGE: (usize, i64) = (20, 100);
/// The seconds of a day.
pub(super) const DAY: u64 = 86_400;

static MEMORY: Shape = pattern(
    12,
    MANY,
    "(arn:(aws|aws-cn|aws-us-gov):bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:memory/)?[a-zA-Z][a-zA-Z0-9-_]{0,99}-[a-zA-Z0-9]{10}",
);
static ACTOR: Shape = pattern(1, 255, "[a-zA-Z0-9][a-zA-Z0-9-_/]*(?::[a-zA-Z0-9-_/]+)*[a-zA-Z0-9-_/]*");
static SESSION: Shape = pattern(1, 100, "[a-zA-Z0-9][a-zA-Z0-9-_]*");
static EVENT_ID: Shape = pattern(0, MANY, "[0-9]+#[a-fA-F0-9]+");
/// A key of metadata.
pub(super) static METADATA_KEY: Shape = pattern(1, 128, r"[a-zA-Z0-9\s._:/=+@-]*");

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Event {
    /// When it happened, as the caller said.
    at: Timestamp,
    expires_at: Timestamp,
    payload: Value,
    branch: Option<Value>,
    metadata: Option<Value>,
}

/// One session of an actor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Session {
    created_at: Timestamp,
    /// Since when it has no events.
    emptied_at: Option<Timestamp>,
    /// By id: the ids sort by time.
    events: BTreeMap<String, Event>,
}

/// What one memory holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Contents {
    /// By actor and by session.
    actors: BTreeMap<String, BTreeMap<String, Session>>,
    /// By id.
    pub(super) records: BTreeMap<String, Record>,
    /// When something ends next.
    pub(super) due: Due,
}

impl Contents {
    /// Forgets what has expired, and sessions that had no events for a day.
    pub(super) fn advance(&mut self, now: Timestamp) {
        if !self.due.has_come(now) {
            return;
        }
        self.records.retain(|_, record| record.expires_at.is_none_or(|end| end > now));
        for sessions in self.actors.values_mut() {
            for session in sessions.values_mut() {
                let over = session.events.values().map(|event| event.expires_at).filter(|end| *end <= now).max();
                session.events.retain(|_, event| event.expires_at > now);
                if session.events.is_empty() {
                    session.emptied_at = session.emptied_at.or(over);
                }
            }
            sessions.retain(|_, session| session.end().is_none_or(|end| end > now));
        }
        self.actors.retain(|_, sessions| !sessions.is_empty());
        self.settle();
    }

    /// Finds out when something ends next.
    pub(super) fn settle(&mut self) {
        let records = self.records.values().filter_map(|record| record.expires_at);
        let sessions = self.actors.values().flat_map(BTreeMap::values);
        let ends =
            sessions.flat_map(|session| session.events.values().map(|event| event.expires_at).chain(session.end()));
        self.due = Due::first(ends.chain(records));
    }

    /// A session of an actor.
    fn session(&self, actor: &str, session: &str) -> Option<&Session> {
        self.actors.get(actor)?.get(session)
    }

    /// Brings forward when something ends next.
    fn expect(&mut self, end: Timestamp) {
        self.due.expect(end);
    }
}

impl Session {
    /// When it vanishes for having no events.
    fn end(&self) -> Option<Timestamp> {
        self.emptied_at.filter(|_| self.events.is_empty()).map(|since| later(since, seconds(DAY)))
    }
}

/// The memory in the path.
pub(super) struct Memory {
    pub(super) id: String,
    pub(super) arn: String,
    /// For how many days it keeps events.
    days: u64,
}

impl Memory {
    /// What it holds; nothing if nothing was ever put there.
    pub(super) fn contents<'a>(&self, state: &'a State) -> Option<&'a Contents> {
        state.memories.get(&self.arn)
    }

    /// What it holds, to be changed.
    pub(super) fn contents_mut<'a>(&self, state: &'a mut State) -> &'a mut Contents {
        state.touched.insert(self.arn.clone());
        state.memories.entry(self.arn.clone()).or_default()
    }
}

/// The memory in the path, if it can be used.
pub(super) fn active(call: &Call<'_>) -> Result<Memory, Failure> {
    let given = call.params.label("memoryId");
    MEMORY.accept_text("memoryId", given)?;
    let id = id_of(call, "memoryId", given, Kind::Memory)?;
    let arn = call.arn(Kind::Memory, &id);
    call.check_exists(&arn)?;
    let Some(memory) = call.store.get(&arn) else { return Err(call.gone(&arn)) };
    if memory.status != Kind::Memory.good() {
        let message = format!("Memory '{id}' is in state {} and cannot be used", memory.status);
        return Err(Failure::validation(Reason::ResourceConflict, message));
    }
    let days = memory.body.get("eventExpiryDuration").and_then(Value::as_u64).unwrap_or_default();
    Ok(Memory { id, arn, days })
}

/// The actor in the path.
fn actor(call: &Call<'_>) -> Result<String, Failure> {
    let actor = call.params.label("actorId");
    ACTOR.accept_text("actorId", actor)?;
    Ok(actor.to_owned())
}

/// The session in the path.
fn session(call: &Call<'_>) -> Result<String, Failure> {
    let session = call.params.label("sessionId");
    SESSION.accept_text("sessionId", session)?;
    Ok(session.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::MEMORY, &super::ACTOR, &super::SESSION, &super::EVENT_ID, &super::METADATA_KEY] {
            crate::shape::assert_compile(shape);
        }
    }
}
