//! Scalars that are written as text.

use serde_json::{Number, Value};

use crate::model::{Kind, TimestampFormat};

/// What the text says, if it is one of that kind; the text itself otherwise.
pub(crate) fn scalar(kind: Kind, format: TimestampFormat, text: &str) -> Value {
    let read = match kind {
        Kind::Integer | Kind::Long => text.parse::<i64>().ok().map(Value::from),
        Kind::Float | Kind::Double => number(text),
        Kind::Timestamp if format == TimestampFormat::UnixTimestamp => number(text),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
}

/// The text without its percent encoding. What is not UTF-8 then is no text of AWS's.
pub(crate) fn decode(text: &str) -> Option<String> {
    percent_encoding::percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The names and values of a query; in a form, a `+` is a space.
pub(crate) fn pairs(text: &str, form: bool) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| if form { decode(&text.replace('+', " ")) } else { decode(text) };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}
