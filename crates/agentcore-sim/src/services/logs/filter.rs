//! FilterLogEvents: the events of many streams that have certain words.

use serde_json::{Value, json};

use super::events::{LIMIT, MOST, Span};
use super::shapes::{GROUP, GROUP_OR_ARN, STREAM, TOKEN, absent, invalid, text, texts};
use crate::failure::Failure;
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::{COUNT, FLAG};
use crate::shape::{Shape, list, opt, text as words};

static STREAMS: Shape = list(1, 100, &STREAM);
static PATTERN: Shape = words(0, 1024);
static FILTER: Shape = Shape::Record(&[
    opt("logGroupName", &GROUP),
    opt("logGroupIdentifier", &GROUP_OR_ARN),
    opt("logStreamNames", &STREAMS),
    opt("logStreamNamePrefix", &STREAM),
    opt("startTime", &COUNT),
    opt("endTime", &COUNT),
    opt("filterPattern", &PATTERN),
    opt("nextToken", &TOKEN),
    opt("limit", &LIMIT),
    opt("startFromHead", &FLAG),
    opt("interleaved", &FLAG),
    opt("unmask", &FLAG),
]);

/// The words that a message must have, of which it must have one, and that it must not have.
#[derive(Debug, Default, PartialEq)]
struct Terms {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

/// Events of a group, in the order of their times.
pub(super) fn filter(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = FILTER.accept(&call.params.body)?;
    let terms = Terms::read(text(&body, "filterPattern"))?;
    let (names, prefix) = (texts(&body, "logStreamNames"), text(&body, "logStreamNamePrefix"));
    if names.is_some() && !prefix.is_empty() {
        return Err(invalid("logStreamNames and logStreamNamePrefix cannot both be given"));
    }
    let now = call.now.as_millisecond();
    let group = call.identified_group(&body)?;
    let span = Span::of(&body, group, now);
    if names.iter().flatten().any(|name| !group.streams.contains_key(*name)) {
        return Err(absent("The specified log stream does not exist."));
    }
    let streams = group.streams.iter().filter(|(name, _)| {
        name.starts_with(prefix) && names.as_ref().is_none_or(|names| names.contains(&name.as_str()))
    });
    let events = streams.flat_map(|(name, stream)| stream.events.iter().map(move |(id, event)| (id, name, event)));
    let mut found: Vec<_> = events.filter(|(_, _, event)| span.has(event) && terms.fit(&event.message)).collect();
    found.sort_by_key(|(id, name, _)| (*id, *name));
    let backwards = body.get("startFromHead") == Some(&Value::Bool(false));
    if backwards {
        found.reverse();
    }
    let all = found.iter().map(|(id, name, event)| {
        let view = json!({
            "logStreamName": name,
            "timestamp": event.timestamp,
            "message": event.message,
            "ingestionTime": event.ingested,
            "eventId": id,
        });
        (if backwards { mirrored(id, name) } else { format!("{id} {name}") }, view)
    });
    let token = body.get("nextToken").and_then(Value::as_str);
    let (events, next) = page(all, size(&body, "limit", MOST), token)?;
    Ok(Reply::Json(json!({ "events": events, "searchedLogStreams": [], "nextToken": next })))
}

/// A key that sorts the other way round. The letter at the end puts a longer name before its beginning.
fn mirrored(id: &str, name: &str) -> String {
    let turned: Vec<u8> = id.bytes().chain(name.bytes()).map(|byte| u8::MAX - byte).collect();
    format!("{}g", hex::encode(turned))
}

impl Terms {
    /// Reads a pattern of words: `-` stands before what must not be there, `?` before alternatives, quotes around
    /// phrases.
    fn read(pattern: &str) -> Result<Self, Failure> {
        let pattern = pattern.trim();
        if pattern.starts_with(['{', '[', '%']) {
            return Err(Failure::Missing("Filter patterns other than words are not simulated".to_owned()));
        }
        let mut terms = Self::default();
        let mut rest = pattern;
        while !rest.is_empty() {
            let (to, word) = match rest.strip_prefix('-') {
                Some(word) => (&mut terms.none, word),
                None => rest.strip_prefix('?').map_or((&mut terms.all, rest), |word| (&mut terms.any, word)),
            };
            let (word, after) = match word.strip_prefix('"') {
                Some(phrase) => phrase.split_once('"').ok_or_else(|| invalid("Invalid filter pattern"))?,
                None => word.split_once(char::is_whitespace).unwrap_or((word, "")),
            };
            to.push(word.to_owned());
            rest = after.trim_start();
        }
        Ok(terms)
    }

    fn fit(&self, message: &str) -> bool {
        let has = |word: &String| message.contains(word.as_str());
        self.all.iter().all(has) && (self.any.is_empty() || self.any.iter().any(has)) && !self.none.iter().any(has)
    }
}

#[cfg(test)]
mod tests {
    use super::Terms;

    #[test]
    fn patterns_are_words() {
        let fits = |pattern: &str, message: &str| Terms::read(pattern).unwrap().fit(message);
        assert!(fits("", "anything"));
        assert!(fits("ERROR memory", "memory: ERROR") && !fits("ERROR memory", "ERROR"));
        assert!(fits("?a ?b", "b") && !fits("?a ?b", "c"));
        assert!(fits("ERROR -debug", "ERROR") && !fits("ERROR -debug", "ERROR debug"));
        assert!(fits("\"out of\" memory", "out of memory") && !fits("\"out of\"", "of out"));
        assert!(Terms::read("{ $.level = 1 }").is_err() && Terms::read("\"open").is_err());
    }
}
