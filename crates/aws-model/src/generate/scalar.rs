//! Values that have no parts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::Value;

use super::pattern::matching;
use crate::model::{Kind, Member, Shape, TimestampFormat};

/// Longer strings than this are made only where the shape asks for them.
const USUAL_LENGTH: usize = 24;

/// The least and the most of a length, the second `None` if there is none.
pub(super) fn lengths(shape: &Shape) -> (usize, Option<usize>) {
    // The models have no fractional and no negative lengths.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = |number: f64| number as usize;
    (shape.min.map_or(0, whole), shape.max.map(whole))
}

/// A value of the shape, if one can be made. `format` is how timestamps are written in its place.
pub(super) fn make(member: &Member, shape: &Shape, format: TimestampFormat, rng: &mut Rng) -> Option<Value> {
    Some(match shape.kind {
        Kind::Boolean => rng.bool().into(),
        Kind::Integer | Kind::Long => {
            let (least, most) = range(shape);
            #[expect(clippy::cast_possible_truncation, reason = "the bounds are those of integers")]
            rng.i64(least as i64..=most as i64).into()
        }
        Kind::Float | Kind::Double => {
            let (least, most) = range(shape);
            // Quarters, which every format writes exactly, if the range has any.
            let number = least + (most - least) * rng.f64();
            let quarter = (number * 4.0).round() / 4.0;
            if (least..=most).contains(&quarter) { quarter.into() } else { number.into() }
        }
        Kind::Timestamp => timestamp(member.timestamp_format.or(shape.timestamp_format).unwrap_or(format), rng)?,
        Kind::Blob => {
            let (least, most) = lengths(shape);
            let length = rng.usize(least..=most.unwrap_or(usize::MAX).min(least + USUAL_LENGTH));
            STANDARD.encode((0..length).map(|_| rng.u8(..)).collect::<Vec<_>>()).into()
        }
        _ if member.jsonvalue => "{}".into(),
        _ => string(shape, rng)?.into(),
    })
}

fn string(shape: &Shape, rng: &mut Rng) -> Option<String> {
    if !shape.values.is_empty() {
        return rng.choice(&shape.values).cloned();
    }
    let (least, most) = lengths(shape);
    if let Some(pattern) = &shape.pattern {
        return matching(pattern, |length| length >= least && most.is_none_or(|most| length <= most), rng);
    }
    // An empty string can't be told from none in a path or header, so there is none by chance.
    let least = least.max(1);
    let length = rng.usize(least..=most.unwrap_or(usize::MAX).clamp(least, least + USUAL_LENGTH));
    Some((0..length).map(|_| rng.alphanumeric()).collect())
}

/// The numbers of the shape; small ones if the model has no bounds.
fn range(shape: &Shape) -> (f64, f64) {
    let least = shape.min.unwrap_or_else(|| shape.max.map_or(0.0, |most| most.min(0.0)));
    (least, shape.max.unwrap_or(least + 1000.0).max(least))
}

fn timestamp(format: TimestampFormat, rng: &mut Rng) -> Option<Value> {
    // Within some years after 2024, which is when tests of AgentCore can be.
    let second = 1_735_689_600 + rng.i64(0..100_000_000);
    let timestamp = jiff::Timestamp::from_second(second).ok()?;
    Some(match format {
        TimestampFormat::UnixTimestamp => second.into(),
        TimestampFormat::Iso8601 => timestamp.to_string().into(),
        TimestampFormat::Rfc822 => timestamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string().into(),
    })
}
