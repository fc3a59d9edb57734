//! Strings, numbers, timestamps and blobs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::value::brief;
use crate::model::{Kind, Member, Shape, TimestampFormat};
use crate::pattern::compiled;
use crate::violation::{Rule, Violation};

/// What is wrong with a value that has no parts.
pub(super) fn check(
    member: &Member,
    shape: &Shape,
    format: TimestampFormat,
    value: &Value,
    place: &str,
) -> Vec<Violation> {
    let wrong_type = || vec![Violation::new(place, Rule::Type, format!("{} is no {:?}", brief(value), shape.kind))];
    match (shape.kind, value) {
        (Kind::String, Value::String(text)) => string(member, shape, text, place),
        (Kind::Integer, Value::Number(number)) => match number.as_i64() {
            Some(integer) if i32::try_from(integer).is_ok() => bounds(shape, number.as_f64(), place, ""),
            _ => wrong_type(),
        },
        (Kind::Long, Value::Number(number)) if number.is_i64() => bounds(shape, number.as_f64(), place, ""),
        (Kind::Float | Kind::Double, Value::Number(number)) => bounds(shape, number.as_f64(), place, ""),
        // These three are no numbers in JSON.
        (Kind::Float | Kind::Double, Value::String(text)) if special(text) => vec![],
        (Kind::Boolean, Value::Bool(_)) => vec![],
        (Kind::Timestamp, value) if timestamp(format, value) => vec![],
        (Kind::Timestamp, value) => {
            vec![Violation::new(place, Rule::Timestamp, format!("{} is not in the format {format:?}", brief(value)))]
        }
        (Kind::Blob, Value::String(text)) => match STANDARD.decode(text) {
            Ok(bytes) => length(shape, bytes.len(), place, "bytes"),
            Err(error) => vec![Violation::new(place, Rule::Type, format!("it is not base64: {error}"))],
        },
        _ => wrong_type(),
    }
}

fn special(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

fn string(member: &Member, shape: &Shape, text: &str, place: &str) -> Vec<Violation> {
    // The lengths are of Unicode characters: https://smithy.io/2.0/spec/constraint-traits.html#length-trait
    let mut found = length(shape, text.chars().count(), place, "characters");
    if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
        found.push(Violation::new(place, Rule::Enum, format!("{text:?} is none of {:?}", shape.values)));
    }
    if member.jsonvalue && serde_json::from_str::<Value>(text).is_err() {
        found.push(Violation::new(place, Rule::Type, "the string does not contain JSON"));
    }
    if let Some(pattern) = &shape.pattern
        // One that can't be used is told of by `Model::unusable_patterns`.
        && let Ok(regex) = compiled(pattern).as_ref()
    {
        let detail = match regex.is_match(text) {
            Ok(true) => return found,
            Ok(false) => format!("{text:?} does not match {pattern}"),
            Err(error) => format!("{text:?} could not be matched with {pattern}: {error}"),
        };
        found.push(Violation::new(place, Rule::Pattern, detail));
    }
    found
}

/// What is wrong with a length.
pub(super) fn length(shape: &Shape, count: usize, place: &str, unit: &str) -> Vec<Violation> {
    // No length in a model comes near the 2^52 where this would round.
    #[expect(clippy::cast_precision_loss)]
    bounds(shape, Some(count as f64), place, unit)
}

fn bounds(shape: &Shape, number: Option<f64>, place: &str, unit: &str) -> Vec<Violation> {
    let Some(number) = number else { return vec![] };
    let says = |word: &str, bound: f64| format!("{number} {unit}, where the {word} is {bound}");
    match (shape.min, shape.max) {
        (Some(min), _) if number < min => vec![Violation::new(place, Rule::Min, says("least", min))],
        (_, Some(max)) if number > max => vec![Violation::new(place, Rule::Max, says("most", max))],
        _ => vec![],
    }
}

/// Whether a timestamp is written so. <https://smithy.io/2.0/spec/protocol-traits.html#timestamp-formats>
fn timestamp(format: TimestampFormat, value: &Value) -> bool {
    match (format, value) {
        (TimestampFormat::UnixTimestamp, Value::Number(_)) => true,
        (TimestampFormat::Iso8601, Value::String(text)) => {
            // AWS writes no other offset than Z.
            text.ends_with('Z') && text.contains('T') && text.parse::<jiff::Timestamp>().is_ok()
        }
        (TimestampFormat::Rfc822, Value::String(text)) => {
            jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).is_ok()
        }
        _ => false,
    }
}
