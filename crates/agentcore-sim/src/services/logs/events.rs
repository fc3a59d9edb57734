//! GetLogEvents: one stream, forwards and backwards.

use serde_json::{Map, Value, json};

use super::shapes::{GROUP, GROUP_OR_ARN, STREAM, TOKEN, absent, invalid, text};
use super::state::{Event, Group};
use crate::failure::Failure;
use crate::services::paging::size;
use crate::services::{Call, Reply};
use crate::shape::common::{COUNT, FLAG};
use crate::shape::{Shape, opt, req, whole};

/// The most events in an answer.
pub(super) const MOST: usize = 10_000;
const DAY: i64 = 24 * 3_600_000;

/// How many events an answer has.
pub(super) static LIMIT: Shape = whole(1, 10_000);
static GET: Shape = Shape::Record(&[
    opt("logGroupName", &GROUP),
    opt("logGroupIdentifier", &GROUP_OR_ARN),
    req("logStreamName", &STREAM),
    opt("startTime", &COUNT),
    opt("endTime", &COUNT),
    opt("nextToken", &TOKEN),
    opt("limit", &LIMIT),
    opt("startFromHead", &FLAG),
    opt("unmask", &FLAG),
]);

/// The times of the events that a request is for: the end is not among them.
pub(super) struct Span {
    start: i64,
    end: i64,
}

impl Span {
    /// The span of a request. What a group keeps no longer is not in it.
    pub(super) fn of(body: &Map<String, Value>, group: &Group, now: i64) -> Self {
        let kept = group.retention_days.map_or(0, |days| now.saturating_sub(days.saturating_mul(DAY)));
        let time = |member: &str| body.get(member).and_then(Value::as_i64);
        Self { start: time("startTime").unwrap_or(0).max(kept), end: time("endTime").unwrap_or(i64::MAX) }
    }

    /// Whether an event is in it.
    pub(super) fn has(&self, event: &Event) -> bool {
        (self.start..self.end).contains(&event.timestamp)
    }
}

/// Events of a stream, in the order of their times. The tokens go on from the first and the last of them.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = GET.accept(&call.params.body)?;
    let now = call.now.as_millisecond();
    let group = call.identified_group(&body)?;
    let span = Span::of(&body, group, now);
    let stream = group.streams.get(text(&body, "logStreamName"));
    let stream = stream.ok_or_else(|| absent("The specified log stream does not exist."))?;
    let (forwards, edge) = match text(&body, "nextToken").split_once('/') {
        None if body.contains_key("nextToken") => return Err(invalid("The specified nextToken is invalid.")),
        None => (body.get("startFromHead") == Some(&Value::Bool(true)), ""),
        Some(("f", edge)) => (true, edge),
        Some(("b", edge)) => (false, edge),
        Some(_) => return Err(invalid("The specified nextToken is invalid.")),
    };
    let beyond = |id: &str| edge.is_empty() || if forwards { id > edge } else { id < edge };
    let all = stream.events.iter().filter(|(id, event)| span.has(event) && beyond(id));
    let limit = size(&body, "limit", MOST);
    let events: Vec<(&String, &Event)> = if forwards {
        all.take(limit).collect()
    } else {
        let mut last: Vec<_> = all.rev().take(limit).collect();
        last.reverse();
        last
    };
    // A stream without events has a place, too: before all that may come.
    let edge = if edge.is_empty() { "0" } else { edge };
    let first = events.first().map_or(edge, |(id, _)| id.as_str());
    let last = events.last().map_or(edge, |(id, _)| id.as_str());
    let view = |event: &Event| json!({ "timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingested });
    Ok(Reply::Json(json!({
        "events": events.iter().map(|(_, event)| view(event)).collect::<Vec<_>>(),
        "nextForwardToken": format!("f/{last}"),
        "nextBackwardToken": format!("b/{first}"),
    })))
}
