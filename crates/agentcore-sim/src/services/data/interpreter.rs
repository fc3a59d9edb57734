//! The sessions of code interpreters. They begin and end; nothing runs in them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::due::Due;
use super::memory::DAY;
use super::place::id_of;
use super::{Call, Reply};
use crate::failure::Failure;
use crate::moment::{iso, later, seconds};
use crate::services::control::{SYSTEM_INTERPRETER, cut};
use crate::shape::common::{CLIENT_TOKEN, TOOL_CERTIFICATES, TOOL_FILE_SYSTEMS};
use crate::shape::{MANY, Shape, opt, pattern, text, whole};
use crate::store::Kind;

/// How long a session lives, in seconds, unless it is said.
const SECONDS: u64 = 900;
/// How many sessions a page has if the request does not say, and how many it can have.
const PAGE: (usize, i64) = (10, 100);

static NAME: Shape = text(1, 100);
static TIMEOUT: Shape = whole(1, 28_800);
static SESSION_ID: Shape = pattern(0, MANY, "[0-9a-zA-Z]{1,40}");
static STATUS: Shape = Shape::Choice(&["READY", "TERMINATED"]);
static START: Shape = Shape::Record(&[
    opt("name", &NAME),
    opt("sessionTimeoutSeconds", &TIMEOUT),
    opt("certificates", &TOOL_CERTIFICATES),
    opt("filesystemConfigurations", &TOOL_FILE_SYSTEMS),
    opt("clientToken", &CLIENT_TOKEN),
]);
/// The headers that a trace is handed on with.
static TRACE: Shape = text(0, 1024);
static LIST: Shape = Shape::Record(&[opt("status", &STATUS)]);
static STOP: Shape = Shape::Record(&[opt("clientToken", &CLIENT_TOKEN)]);

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Session {
    created_at: Timestamp,
    updated_at: Timestamp,
    /// When it ends in any case.
    ends_at: Timestamp,
    terminated: bool,
    /// What Get returns besides.
    body: Map<String, Value>,
}

impl Session {
    fn status(&self) -> &'static str {
        if self.terminated { "TERMINATED" } else { "READY" }
    }

    /// When something happens to it next: it ends, or is forgotten.
    fn due(&self) -> Timestamp {
        if self.terminated { later(self.updated_at, seconds(DAY)) } else { self.ends_at }
    }

    fn terminate(&mut self, at: Timestamp) {
        self.terminated = true;
        self.updated_at = at;
    }
}

/// All sessions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Sessions {
    /// By the ARN of the code interpreter and by id.
    known: BTreeMap<String, BTreeMap<String, Session>>,
    /// When the first of them ends, or is forgotten.
    due: Due,
}

impl Sessions {
    /// Ends the sessions whose time is over, and forgets those that ended a day ago or have no interpreter any more.
    pub(super) fn advance(&mut self, now: Timestamp, gone: &[String]) {
        for interpreter in gone {
            self.known.remove(interpreter);
        }
        if !self.due.has_come(now) {
            return;
        }
        for sessions in self.known.values_mut() {
            for session in sessions.values_mut().filter(|session| !session.terminated && session.ends_at <= now) {
                let at = session.ends_at;
                session.terminate(at);
            }
            sessions.retain(|_, session| session.due() > now);
        }
        self.due = Due::first(self.known.values().flat_map(BTreeMap::values).map(Session::due));
    }
}

/// A code interpreter.
struct Interpreter {
    id: String,
    arn: String,
}

/// StartCodeInterpreterSession.
pub(super) fn start(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let interpreter = interpreter(call)?;
    check_trace(call)?;
    let mut body = START.accept(&call.params.body)?;
    body.remove("clientToken");
    let status = call.store.get(&interpreter.arn).map_or("READY", |found| &found.status);
    if status != "READY" {
        return Err(Failure::Conflict(format!("Code interpreter '{}' is in state {status}", interpreter.id)));
    }
    let lifetime = body.get("sessionTimeoutSeconds").and_then(Value::as_u64).unwrap_or(SECONDS);
    body.insert("sessionTimeoutSeconds".to_owned(), Value::from(lifetime));
    let (now, id) = (call.now, call.random.secret(26));
    let ends_at = later(now, seconds(lifetime));
    let session = Session { created_at: now, updated_at: now, ends_at, terminated: false, body };
    let all = &mut call.store.data.interpreters;
    all.due.expect(session.due());
    all.known.entry(interpreter.arn).or_default().insert(id.clone(), session);
    Ok(Reply::Json(json!({
        "codeInterpreterIdentifier": interpreter.id,
        "sessionId": id,
        "createdAt": iso(now),
    })))
}

/// GetCodeInterpreterSession.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let interpreter = interpreter(call)?;
    let id = session_id(call)?;
    let sessions = call.store.data.interpreters.known.get(&interpreter.arn);
    let session = sessions.and_then(|sessions| sessions.get(&id)).ok_or_else(|| unknown(&id))?;
    let mut answer = session.body.clone();
    answer.extend(common(&interpreter.id, &id, session));
    Ok(Reply::Json(Value::Object(answer)))
}

/// ListCodeInterpreterSessions, newest first.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let interpreter = interpreter(call)?;
    let body = LIST.accept(&call.params.body)?;
    let cursor = call.cursor_in_body_by(PAGE.0, PAGE.1)?;
    let wanted = body.get("status").and_then(Value::as_str);
    let sessions = call.store.data.interpreters.known.get(&interpreter.arn).into_iter().flatten();
    let key = |(id, session): &(&String, &Session)| {
        let age = i64::MAX - session.created_at.as_millisecond();
        format!("{age:020} {id}")
    };
    let mut all: Vec<_> =
        sessions.filter(|(_, session)| wanted.is_none_or(|wanted| session.status() == wanted)).collect();
    all.sort_by_key(key);
    let page = cut(&cursor, all.into_iter(), key);
    let one = |(id, session): &(&String, &Session)| {
        let mut item = common(&interpreter.id, id, session);
        item.insert("name".to_owned(), session.body.get("name").cloned().unwrap_or_default());
        item.insert("lastUpdatedAt".to_owned(), iso(session.updated_at));
        Value::Object(item)
    };
    let items: Vec<Value> = page.items.iter().map(one).collect();
    Ok(Reply::Json(json!({ "items": items, "nextToken": page.next })))
}

/// StopCodeInterpreterSession. One that has ended stays as it is.
pub(super) fn stop(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let interpreter = interpreter(call)?;
    let id = session_id(call)?;
    check_trace(call)?;
    STOP.accept(&call.params.body)?;
    let now = call.now;
    let all = &mut call.store.data.interpreters;
    let session =
        all.known.get_mut(&interpreter.arn).and_then(|sessions| sessions.get_mut(&id)).ok_or_else(|| unknown(&id))?;
    if !session.terminated {
        session.terminate(now);
        all.due.expect(session.due());
    }
    Ok(Reply::Json(json!({
        "codeInterpreterIdentifier": interpreter.id,
        "sessionId": id,
        "lastUpdatedAt": iso(session.updated_at),
    })))
}

/// The code interpreter in the path: a user's or AWS's own.
fn interpreter(call: &Call<'_>) -> Result<Interpreter, Failure> {
    let field = "codeInterpreterIdentifier";
    let id = id_of(call, field, call.params.label(field), Kind::CodeInterpreter)?;
    let arn = call.arn(Kind::CodeInterpreter, &id);
    if !is_system(&arn) {
        call.check_exists(&arn)?;
    }
    Ok(Interpreter { id, arn })
}

fn is_system(arn: &str) -> bool {
    arn.rsplit('/').next() == Some(SYSTEM_INTERPRETER)
}

fn check_trace(call: &Call<'_>) -> Result<(), Failure> {
    for (header, member) in [("x-amzn-trace-id", "traceId"), ("traceparent", "traceParent")] {
        TRACE.accept_text(member, call.params.header(header).unwrap_or_default())?;
    }
    Ok(())
}

fn session_id(call: &Call<'_>) -> Result<String, Failure> {
    let id = call.params.query("sessionId").unwrap_or_default();
    SESSION_ID.accept_text("sessionId", id)?;
    Ok(id.to_owned())
}

fn unknown(id: &str) -> Failure {
    Failure::NotFound(format!("Code interpreter session '{id}' was not found"))
}

fn common(interpreter: &str, id: &str, session: &Session) -> Map<String, Value> {
    let common = json!({
        "codeInterpreterIdentifier": interpreter,
        "sessionId": id,
        "status": session.status(),
        "createdAt": iso(session.created_at),
    });
    common.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::START, &super::LIST, &super::STOP, &super::SESSION_ID] {
            crate::shape::assert_compile(shape);
        }
    }
}
