//! Conditions: an operator, a key, and the values that it is compared with.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Context;
use super::document::Malformed;
use super::glob::{Template, matches_arn};
use crate::wildcard::matches;

/// How a key with many values is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    All,
    Any,
}

/// How two numbers or dates are to stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is compared, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Text,
    TextWithoutCase,
    Pattern,
    Arn,
    Flag,
    Absent,
    Address,
    Number(Order),
    Date(Order),
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    quantifier: Option<Quantifier>,
    test: Test,
    /// The operator with `Not` in its name.
    negated: bool,
    /// Holds where the key is absent.
    if_exists: bool,
    key: String,
    values: Vec<Template>,
}

/// The operators without their opposites.
const OPERATORS: &[(&str, &str, Test)] = &[
    ("StringEquals", "StringNotEquals", Test::Text),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", Test::TextWithoutCase),
    ("StringLike", "StringNotLike", Test::Pattern),
    ("ArnEquals", "ArnNotEquals", Test::Arn),
    ("ArnLike", "ArnNotLike", Test::Arn),
    ("Bool", "", Test::Flag),
    ("Null", "", Test::Absent),
    ("IpAddress", "NotIpAddress", Test::Address),
    // No key here holds bytes: base64 is compared as the text that it is.
    ("BinaryEquals", "", Test::Text),
    ("NumericEquals", "NumericNotEquals", Test::Number(Order::Equal)),
    ("NumericLessThan", "", Test::Number(Order::Less)),
    ("NumericLessThanEquals", "", Test::Number(Order::LessOrEqual)),
    ("NumericGreaterThan", "", Test::Number(Order::Greater)),
    ("NumericGreaterThanEquals", "", Test::Number(Order::GreaterOrEqual)),
    ("DateEquals", "DateNotEquals", Test::Date(Order::Equal)),
    ("DateLessThan", "", Test::Date(Order::Less)),
    ("DateLessThanEquals", "", Test::Date(Order::LessOrEqual)),
    ("DateGreaterThan", "", Test::Date(Order::Greater)),
    ("DateGreaterThanEquals", "", Test::Date(Order::GreaterOrEqual)),
];

impl Condition {
    /// All conditions of a statement.
    pub(super) fn parse_all(document: &Value, variables: bool) -> Result<Vec<Self>, Malformed> {
        let mut all = Vec::new();
        for (operator, keys) in document.as_object().ok_or_else(Malformed::syntax)? {
            for (key, values) in keys.as_object().ok_or_else(Malformed::syntax)? {
                all.push(Self::parse(operator, key, values, variables)?);
            }
        }
        Ok(all)
    }

    fn parse(operator: &str, key: &str, values: &Value, variables: bool) -> Result<Self, Malformed> {
        let unknown = || Malformed::new(format!("Invalid Condition type : {operator}."));
        let (quantifier, rest) = match operator.split_once(':') {
            None => (None, operator),
            Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return Err(unknown()),
        };
        let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
        let known = OPERATORS.iter().find_map(|(plain, opposite, test)| match name {
            name if name == *plain => Some((*test, false)),
            name if name == *opposite => Some((*test, true)),
            _ => None,
        });
        let (test, negated) = known.filter(|_| !name.is_empty()).ok_or_else(unknown)?;
        if test == Test::Absent && (if_exists || quantifier.is_some()) {
            return Err(unknown());
        }
        if !key.contains(':') {
            let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
            return Err(Malformed::new(message));
        }
        let values = scalars(values)?;
        for value in &values {
            test.check(value)?;
        }
        let values = values.iter().map(|value| Template::parse(value, variables)).collect::<Result<_, _>>()?;
        Ok(Self { quantifier, test, negated, if_exists, key: key.to_owned(), values })
    }

    /// Whether the condition holds for a request.
    pub(super) fn holds(&self, context: &Context) -> bool {
        let given = context.get(&self.key);
        if self.test == Test::Absent {
            let absent = if given.is_empty() { "true" } else { "false" };
            return self.values.iter().any(|value| value.text(context).as_deref() == Some(absent));
        }
        if given.is_empty() {
            return self.if_exists
                || match self.quantifier {
                    None => self.negated,
                    Some(Quantifier::All) => true,
                    Some(Quantifier::Any) => false,
                };
        }
        let fits = |given: &String| self.values.iter().any(|value| self.test.passes(value, given, context));
        match self.quantifier {
            None => given.iter().any(fits) != self.negated,
            Some(Quantifier::All) => given.iter().all(|one| fits(one) != self.negated),
            Some(Quantifier::Any) => given.iter().any(|one| fits(one) != self.negated),
        }
    }
}

impl Test {
    /// Whether a value in a document is one that can be compared with.
    fn check(self, value: &str) -> Result<(), Malformed> {
        let good = match self {
            Self::Flag | Self::Absent => ["true", "false"].contains(&value.to_lowercase().as_str()),
            // A variable is a number or not only when it has a value.
            Self::Number(_) => value.contains("${") || number(value).is_some(),
            Self::Date(_) => value.contains("${") || date(value).is_some(),
            Self::Address => network(value).is_some(),
            Self::Text | Self::TextWithoutCase | Self::Pattern | Self::Arn => true,
        };
        if good { Ok(()) } else { Err(Malformed::new(format!("Invalid value in condition: {value}"))) }
    }

    fn passes(self, wanted: &Template, given: &str, context: &Context) -> bool {
        let text = || wanted.text(context);
        match self {
            Self::Text => text().is_some_and(|text| text == given),
            Self::TextWithoutCase => text().is_some_and(|text| text.to_lowercase() == given.to_lowercase()),
            Self::Pattern => wanted.fill(context).is_some_and(|tokens| matches(&tokens, given)),
            Self::Arn => wanted.fill(context).is_some_and(|tokens| matches_arn(&tokens, given)),
            Self::Flag => text().is_some_and(|text| text.eq_ignore_ascii_case(given)),
            Self::Absent => false,
            Self::Address => text().and_then(|text| within(&text, given)).unwrap_or(false),
            Self::Number(order) => {
                let pair = text().as_deref().and_then(number).zip(number(given));
                pair.is_some_and(|(wanted, given)| order.holds(given.partial_cmp(&wanted)))
            }
            Self::Date(order) => {
                let pair = text().as_deref().and_then(date).zip(date(given));
                pair.is_some_and(|(wanted, given)| order.holds(Some(given.cmp(&wanted))))
            }
        }
    }
}

impl Order {
    fn holds(self, found: Option<std::cmp::Ordering>) -> bool {
        found.is_some_and(|found| match self {
            Self::Equal => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::LessOrEqual => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::GreaterOrEqual => found.is_ge(),
        })
    }
}

/// Text, numbers and flags, alone or in a list, as text.
fn scalars(value: &Value) -> Result<Vec<String>, Malformed> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(Malformed::syntax()),
    };
    match value {
        Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A point in time: with date and time, with the date only, or in seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    text.parse().ok().or_else(|| {
        let date: Date = text.parse().ok()?;
        date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

/// An address and how many of its bits count.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(longest), |bits| bits.parse().ok())?;
    (bits <= longest).then_some((address, bits))
}

fn within(range: &str, address: &str) -> Option<bool> {
    let (network, bits) = network(range)?;
    let (network, address, unused) = match (network, address.parse().ok()?) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u128::from(network.to_bits()), u128::from(address.to_bits()), 32 - bits)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), 128 - bits),
        _ => return Some(false),
    };
    Some(network.checked_shr(unused).unwrap_or(0) == address.checked_shr(unused).unwrap_or(0))
}
