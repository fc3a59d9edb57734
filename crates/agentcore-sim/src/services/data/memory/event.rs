//! CreateEvent, GetEvent, DeleteEvent.

use serde_json::{Map, Value, json};

use super::{ACTOR, Contents, DAY, EVENT_ID, Event, METADATA_KEY, SESSION, Session, active, actor, session};
use crate::failure::{Failure, Reason};
use crate::moment::{epoch, later, of_epoch, seconds};
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, list, opt, pattern, req, text};

static ANY: Shape = Shape::Document;
static WORDS: Shape = text(1, 100_000);
static CONTENT: Shape = Shape::Union(&[opt("text", &WORDS)]);
static ROLE: Shape = Shape::Choice(&["ASSISTANT", "USER", "TOOL", "OTHER"]);
static CONVERSATIONAL: Shape = Shape::Record(&[req("content", &CONTENT), req("role", &ROLE)]);
static JSON: Shape = Shape::Record(&[req("content", &ANY)]);
static ITEM: Shape = Shape::Union(&[opt("conversational", &CONVERSATIONAL), opt("blob", &ANY), opt("json", &JSON)]);
static PAYLOAD: Shape = list(0, 100, &ITEM);
/// The name of a branch.
pub(super) static BRANCH_NAME: Shape = pattern(1, 100, "[a-zA-Z0-9][a-zA-Z0-9-_]*");
static BRANCH: Shape = Shape::Record(&[opt("rootEventId", &EVENT_ID), req("name", &BRANCH_NAME)]);
static METADATA_TEXT: Shape = pattern(0, 256, r"[a-zA-Z0-9\s._:/=+@-]*");
/// A value in the metadata of an event.
pub(super) static METADATA_VALUE: Shape = Shape::Union(&[opt("stringValue", &METADATA_TEXT)]);
static METADATA: Shape = Shape::Table { min: 0, max: 15, key: &METADATA_KEY, value: &METADATA_VALUE };
static MODE: Shape = Shape::Choice(&["SKIP"]);
/// The model forbids the names of the built-in variables too; these have capitals, which are not allowed anyhow.
static VARIABLE: Shape = pattern(1, 32, "[a-z][a-z0-9]*");
static VARIABLE_VALUE: Shape = pattern(1, 64, "[a-z0-9][a-z0-9-_]*");
static VARIABLES: Shape = Shape::Table { min: 1, max: 5, key: &VARIABLE, value: &VARIABLE_VALUE };
static EXTRACTION: Shape = Shape::Record(&[opt("namespaceVariables", &VARIABLES)]);
static CREATE: Shape = Shape::Record(&[
    req("actorId", &ACTOR),
    opt("sessionId", &SESSION),
    req("eventTimestamp", &Shape::Number),
    req("payload", &PAYLOAD),
    opt("branch", &BRANCH),
    opt("clientToken", &ANY_TEXT),
    opt("metadata", &METADATA),
    opt("extractionMode", &MODE),
    opt("extractionConfig", &EXTRACTION),
]);

/// CreateEvent. The session and the actor need not exist before.
pub(in super::super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let mut body = CREATE.accept(&call.params.body)?;
    let at = body.get("eventTimestamp").and_then(of_epoch);
    let at = at.ok_or_else(|| Failure::field("eventTimestamp", "eventTimestamp is not a point in time"))?;
    let actor = take_text(&mut body, "actorId").unwrap_or_default();
    let session = take_text(&mut body, "sessionId").unwrap_or_else(|| call.random.uuid());
    let branch = body.remove("branch");
    if let Some(contents) = memory.contents(&call.store.data) {
        check_root(contents, &actor, &session, branch.as_ref())?;
    } else if root_of(branch.as_ref()).is_some() {
        return Err(no_root());
    }
    let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
    let id = format!("{millis:019}#{:08x}", call.random.below(1 << 32));
    let event = Event {
        at,
        expires_at: later(call.now, seconds(memory.days.saturating_mul(DAY))),
        payload: body.remove("payload").unwrap_or_default(),
        branch,
        metadata: body.remove("metadata"),
    };
    let reply = json!({ "event": shown(&memory.id, &actor, &session, &id, &event, true) });
    let now = call.now;
    let contents = memory.contents_mut(&mut call.store.data);
    contents.expect(event.expires_at);
    let sessions = contents.actors.entry(actor).or_default();
    let blank = || Session { created_at: now, emptied_at: None, events: std::collections::BTreeMap::new() };
    let session = sessions.entry(session).or_insert_with(blank);
    session.emptied_at = None;
    session.events.insert(id, event);
    Ok(Reply::Json(reply))
}

/// GetEvent.
pub(in super::super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let (actor, session, id) = (actor(call)?, session(call)?, event_id(call)?);
    let contents = memory.contents(&call.store.data);
    let found = contents.and_then(|contents| contents.session(&actor, &session)?.events.get(&id));
    let found = found.ok_or_else(|| unknown(&id))?;
    Ok(Reply::Json(json!({ "event": shown(&memory.id, &actor, &session, &id, found, true) })))
}

/// DeleteEvent. The session stays, for a day if it is empty.
pub(in super::super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let (actor, session, id) = (actor(call)?, session(call)?, event_id(call)?);
    if memory.contents(&call.store.data).and_then(|contents| contents.session(&actor, &session)).is_none() {
        return Err(unknown(&id));
    }
    let now = call.now;
    let contents = memory.contents_mut(&mut call.store.data);
    let found = contents.actors.get_mut(&actor).and_then(|sessions| sessions.get_mut(&session));
    let found = found.ok_or_else(|| unknown(&id))?;
    found.events.remove(&id).ok_or_else(|| unknown(&id))?;
    if found.events.is_empty() {
        found.emptied_at = Some(now);
    }
    contents.settle();
    Ok(Reply::Json(json!({ "eventId": id })))
}

/// An event as it is returned.
pub(super) fn shown(memory: &str, actor: &str, session: &str, id: &str, event: &Event, payload: bool) -> Value {
    json!({
        "memoryId": memory,
        "actorId": actor,
        "sessionId": session,
        "eventId": id,
        "eventTimestamp": epoch(event.at),
        // The model requires it also where the caller wants none.
        "payload": if payload { event.payload.clone() } else { json!([]) },
        "branch": event.branch,
        "metadata": event.metadata,
    })
}

/// A branch grows out of an event of its own session.
fn check_root(contents: &Contents, actor: &str, session: &str, branch: Option<&Value>) -> Result<(), Failure> {
    let Some(root) = root_of(branch) else { return Ok(()) };
    if contents.session(actor, session).is_some_and(|session| session.events.contains_key(root)) {
        return Ok(());
    }
    let mut all = contents.actors.values().flat_map(|sessions| sessions.values());
    if all.any(|session| session.events.contains_key(root)) {
        let message = "The root event of the branch is in another session";
        return Err(Failure::validation(Reason::EventInOtherSession, message));
    }
    Err(no_root())
}

fn root_of(branch: Option<&Value>) -> Option<&str> {
    branch.and_then(|branch| branch.get("rootEventId")).and_then(Value::as_str)
}

fn no_root() -> Failure {
    Failure::field("branch.rootEventId", "The root event of the branch does not exist")
}

fn event_id(call: &Call<'_>) -> Result<String, Failure> {
    let id = call.params.label("eventId");
    EVENT_ID.accept_text("eventId", id)?;
    Ok(id.to_owned())
}

fn unknown(id: &str) -> Failure {
    Failure::NotFound(format!("Event '{id}' was not found"))
}

fn take_text(body: &mut Map<String, Value>, name: &str) -> Option<String> {
    body.remove(name).and_then(|value| value.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::CREATE);
    }
}
