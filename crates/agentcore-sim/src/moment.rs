//! How the services write points in time.

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The time to whole milliseconds: finer is written by none of the services.
pub(crate) fn whole_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// ISO 8601, as the runtimes, endpoints and code interpreters have it.
pub(crate) fn iso(time: Timestamp) -> Value {
    Value::String(format!("{time:.3}"))
}

/// Seconds since 1970 with a fraction, as the memories have it.
pub(crate) fn epoch(time: Timestamp) -> Value {
    // Milliseconds since 1970 stay below 2^53 for a quarter of a million years: nothing is lost.
    #[expect(clippy::cast_precision_loss)]
    let seconds = time.as_millisecond() as f64 / 1000.0;
    Value::from(seconds)
}

/// The time as the header `date` has it.
pub(crate) fn http_date(time: Timestamp) -> HeaderValue {
    let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
    // Years beyond 9999 cannot be written so.
    text.ok().and_then(|text| text.parse().ok()).unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

/// A point in time that was written in seconds since 1970, to the nearest millisecond.
pub(crate) fn of_epoch(value: &Value) -> Option<Timestamp> {
    let since = SignedDuration::try_from_secs_f64(value.as_f64()?).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(since).ok()?.round(jiff::Unit::Millisecond).ok()
}

/// A later time; the last possible one where the sum would be beyond it.
pub(crate) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A number of seconds as a duration.
pub(crate) fn seconds(count: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A number of milliseconds as a duration.
pub(crate) fn millis(count: u64) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(count).unwrap_or(i64::MAX))
}
