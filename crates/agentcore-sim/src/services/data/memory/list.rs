//! ListEvents, ListSessions, ListActors.

use serde_json::{Value, json};

use super::event::shown;
use super::filter::{FILTER, Filter};
use super::{PAGE, Session, active, actor, session};
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::control::cut;
use crate::services::{Call, Reply};
use crate::shape::common::FLAG;
use crate::shape::{Shape, opt};

static LIST_EVENTS: Shape = Shape::Record(&[opt("includePayloads", &FLAG), opt("filter", &FILTER)]);
static CONDITION: Shape = Shape::Choice(&["HAS_EVENTS"]);
static SESSION_FILTER: Shape = Shape::Record(&[opt("eventFilter", &CONDITION)]);
static LIST_SESSIONS: Shape = Shape::Record(&[opt("filter", &SESSION_FILTER)]);

/// ListEvents, newest first. A session that does not exist has none.
pub(in super::super) fn list_events(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let (actor, session) = (actor(call)?, session(call)?);
    let body = LIST_EVENTS.accept(&call.params.body)?;
    let cursor = call.cursor_in_body_by(PAGE.0, PAGE.1)?;
    let payloads = body.get("includePayloads").and_then(Value::as_bool).unwrap_or(true);
    let found = memory.contents(&call.store.data).and_then(|contents| contents.session(&actor, &session));
    let Some(Session { events, .. }) = found else { return Ok(Reply::Json(json!({ "events": [] }))) };
    let filter = Filter::of(&body, events)?;
    let all = events.iter().rev().filter(|(id, event)| filter.takes(id, event));
    let page = cut(&cursor, all, |(id, _)| backwards(id));
    let items: Vec<Value> =
        page.items.iter().map(|(id, event)| shown(&memory.id, &actor, &session, id, event, payloads)).collect();
    Ok(Reply::Json(json!({ "events": items, "nextToken": page.next })))
}

/// ListSessions, by id.
pub(in super::super) fn list_sessions(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let actor = actor(call)?;
    let body = LIST_SESSIONS.accept(&call.params.body)?;
    let cursor = call.cursor_in_body_by(PAGE.0, PAGE.1)?;
    let with_events = body.get("filter").is_some_and(|filter| filter.get("eventFilter").is_some());
    let contents = memory.contents(&call.store.data);
    let sessions = contents.and_then(|contents| contents.actors.get(&actor)).into_iter().flatten();
    let sessions = sessions.filter(|(_, session)| !with_events || !session.events.is_empty());
    let page = cut(&cursor, sessions, |(id, _)| (*id).clone());
    let one = |(id, session): &(&String, &Session)| json!({ "sessionId": id, "actorId": actor, "createdAt": epoch(session.created_at) });
    let items: Vec<Value> = page.items.iter().map(one).collect();
    Ok(Reply::Json(json!({ "sessionSummaries": items, "nextToken": page.next })))
}

/// ListActors, by id.
pub(in super::super) fn list_actors(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let cursor = call.cursor_in_body_by(PAGE.0, PAGE.1)?;
    let contents = memory.contents(&call.store.data);
    let actors = contents.into_iter().flat_map(|contents| contents.actors.keys());
    let page = cut(&cursor, actors, |id| (*id).clone());
    let items: Vec<Value> = page.items.iter().map(|id| json!({ "actorId": id })).collect();
    Ok(Reply::Json(json!({ "actorSummaries": items, "nextToken": page.next })))
}

/// Text that sorts the other way round than the id of an event.
fn backwards(id: &str) -> String {
    id.bytes().map(|byte| char::from(0x9f_u8.saturating_sub(byte))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::LIST_EVENTS, &super::LIST_SESSIONS] {
            crate::shape::assert_compile(shape);
        }
    }

    #[test]
    fn later_ids_sort_first() {
        let ids = ["0000001800000000000#0a", "0000001800000000000#90", "0000001800000000001#00"];
        assert!(ids.windows(2).all(|pair| super::backwards(pair[0]) > super::backwards(pair[1])));
    }
}
