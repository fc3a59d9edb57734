//! Log streams, and what is written into them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shapes::{GROUP, GROUP_OR_ARN, LIMIT, PAGE, STREAM, TOKEN, absent, done, invalid, refused, text};
use super::state::{Event, Stream};
use crate::failure::Failure;
use crate::services::paging::{nth, page, size};
use crate::services::{Call, Reply};
use crate::shape::common::{COUNT, FLAG};
use crate::shape::{MANY, Shape, list, opt, req, text as words};

/// What each event costs beside its message, in bytes.
pub(super) const OVERHEAD: usize = 26;
/// The longest batch, in bytes.
const LONGEST_BATCH: usize = 1024 * 1024;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// How old and how new an event can be, in milliseconds.
const OLDEST: i64 = 14 * DAY;
const NEWEST: i64 = 2 * HOUR;

static CREATE: Shape = Shape::Record(&[req("logGroupName", &GROUP), req("logStreamName", &STREAM)]);
static ORDER: Shape = Shape::Choice(&["LogStreamName", "LastEventTime"]);
static DESCRIBE: Shape = Shape::Record(&[
    opt("logGroupName", &GROUP),
    opt("logGroupIdentifier", &GROUP_OR_ARN),
    opt("logStreamNamePrefix", &STREAM),
    opt("orderBy", &ORDER),
    opt("descending", &FLAG),
    opt("nextToken", &TOKEN),
    opt("limit", &LIMIT),
]);
static MESSAGE: Shape = words(1, MANY);
static EVENT: Shape = Shape::Record(&[req("timestamp", &COUNT), req("message", &MESSAGE)]);
static EVENTS: Shape = list(1, 10_000, &EVENT);
static KEY_ATTRIBUTE: Shape = words(1, 32);
static ATTRIBUTE: Shape = words(1, 256);
static ATTRIBUTE_VALUE: Shape = words(1, 512);
static KEY_ATTRIBUTES: Shape = Shape::Table { min: 2, max: 4, key: &KEY_ATTRIBUTE, value: &ATTRIBUTE_VALUE };
static ATTRIBUTES: Shape = Shape::Table { min: 0, max: 10, key: &ATTRIBUTE, value: &ATTRIBUTE_VALUE };
/// What the events are about. It is not kept.
static ENTITY: Shape = Shape::Record(&[opt("keyAttributes", &KEY_ATTRIBUTES), opt("attributes", &ATTRIBUTES)]);
static PUT: Shape = Shape::Record(&[
    req("logGroupName", &GROUP),
    req("logStreamName", &STREAM),
    req("logEvents", &EVENTS),
    opt("sequenceToken", &TOKEN),
    opt("entity", &ENTITY),
]);

/// A new stream.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = CREATE.accept(&call.params.body)?;
    let now = call.now;
    let streams = &mut call.group(text(&body, "logGroupName"))?.streams;
    let name = text(&body, "logStreamName");
    if streams.contains_key(name) {
        return Err(refused("ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    streams.insert(name.to_owned(), Stream { created_at: now, ingested_at: None, events: BTreeMap::new() });
    Ok(done())
}

/// The streams of a group, by name or by the time of their last events.
pub(super) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DESCRIBE.accept(&call.params.body)?;
    let (prefix, by_time) = (text(&body, "logStreamNamePrefix"), text(&body, "orderBy") == "LastEventTime");
    if by_time && !prefix.is_empty() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let group = call.identified_group(&body)?;
    let mut found: Vec<(&String, &Stream)> =
        group.streams.iter().filter(|(name, _)| name.starts_with(prefix)).collect();
    if by_time {
        found.sort_by_key(|(_, stream)| last(stream));
    }
    if body.get("descending") == Some(&Value::Bool(true)) {
        found.reverse();
    }
    let arn = &group.arn;
    let all = found.into_iter().enumerate().map(|(at, (name, stream))| (nth(at), view(arn, name, stream)));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = page(all, size(&body, "limit", PAGE), token)?;
    Ok(Reply::Json(json!({ "logStreams": found, "nextToken": next })))
}

/// Writes events. Those that are too old or too new are left out, and that is said.
pub(super) fn put_events(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT.accept(&call.params.body)?;
    let (now, token) = (call.now, call.random.secret(40));
    let group = call.group(text(&body, "logGroupName"))?;
    let retention = group.retention_days.map_or(i64::MAX, |days| days.saturating_mul(DAY));
    let stream = group.streams.get_mut(text(&body, "logStreamName"));
    let stream = stream.ok_or_else(|| absent("The specified log stream does not exist."))?;
    let ingested = now.as_millisecond();
    let events = events_of(&body, ingested);
    check_batch(&events, ingested)?;
    let age = |event: &Event| ingested.saturating_sub(event.timestamp);
    // Events are in the order of their times: the old ones are first, the new ones last.
    let too_old = events.iter().take_while(|event| age(event) > OLDEST).count();
    let expired = events.iter().take_while(|event| age(event) > retention).count();
    let too_new = events.iter().position(|event| age(event) < -NEWEST);
    let good = too_old.max(expired)..too_new.unwrap_or(events.len());
    let rejected = json!({
        "tooNewLogEventStartIndex": too_new,
        "tooOldLogEventEndIndex": (too_old > 0).then_some(too_old),
        "expiredLogEventEndIndex": (expired > 0).then_some(expired),
    });
    let all = good.len() == events.len();
    for event in events.get(good).unwrap_or_default() {
        stream.write(event.clone());
    }
    stream.ingested_at = Some(now);
    let rejected = if all { Value::Null } else { rejected };
    Ok(Reply::Json(json!({ "nextSequenceToken": token, "rejectedLogEventsInfo": rejected })))
}

impl Stream {
    /// Adds an event under an id that sorts by its time, then by when it came.
    fn write(&mut self, event: Event) {
        let id = format!("{:020}{:020}{:016}", event.timestamp, event.ingested, self.events.len());
        self.events.insert(id, event);
    }
}

fn events_of(body: &Map<String, Value>, ingested: i64) -> Vec<Event> {
    let events = body.get("logEvents").and_then(Value::as_array).into_iter().flatten();
    let read = |event: &Value| Event {
        timestamp: event.get("timestamp").and_then(Value::as_i64).unwrap_or_default(),
        ingested,
        message: event.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    events.map(read).collect()
}

fn check_batch(events: &[Event], now: i64) -> Result<(), Failure> {
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    let bytes: usize = events.iter().map(|event| event.message.len() + OVERHEAD).sum();
    if bytes > LONGEST_BATCH {
        return Err(invalid(format!("Upload too large: {bytes} bytes exceeds limit of {LONGEST_BATCH}")));
    }
    let good = |event: &&Event| (now - OLDEST..=now + NEWEST).contains(&event.timestamp);
    let (first, last) = (events.iter().find(good), events.iter().rfind(good));
    if let (Some(first), Some(last)) = (first, last)
        && last.timestamp - first.timestamp > DAY
    {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    Ok(())
}

fn last(stream: &Stream) -> Option<i64> {
    stream.events.values().next_back().map(|event| event.timestamp)
}

fn view(group: &str, name: &str, stream: &Stream) -> Value {
    json!({
        "logStreamName": name,
        "creationTime": stream.created_at.as_millisecond(),
        "firstEventTimestamp": stream.events.values().next().map(|event| event.timestamp),
        "lastEventTimestamp": last(stream),
        "lastIngestionTime": stream.ingested_at.map(jiff::Timestamp::as_millisecond),
        "arn": format!("{group}:log-stream:{name}"),
        // The service no longer counts it.
        "storedBytes": 0,
    })
}
