//! What a value must look like, written down as data, and the check of it.

mod check;
pub(crate) mod common;
mod pattern;

pub(crate) use check::FieldError;
#[cfg(test)]
pub(crate) use pattern::assert_compile;
pub(crate) use pattern::matches;

use serde_json::{Map, Value};

use crate::failure::Failure;

/// What a value must look like. Counts of characters and items are inclusive.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Text of a length, of which the whole matches a pattern ("" if there is none).
    Text { min: usize, max: usize, pattern: &'static str },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number within bounds.
    Whole { min: i64, max: i64 },
    /// Any number.
    Number,
    /// true or false.
    Flag,
    /// Any JSON.
    Document,
    /// A list of so many items.
    List { min: usize, max: usize, of: &'static Shape },
    /// Names and values.
    Table { min: usize, max: usize, key: &'static Shape, value: &'static Shape },
    /// Members by name. Others are ignored, as the services do.
    Record(&'static [Member]),
    /// The same, with members that other records have too.
    Extended(&'static [Member], &'static [Member]),
    /// Exactly one of the members.
    Union(&'static [Member]),
}

/// A member of a record or of a union.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// What it must look like.
    pub(crate) shape: &'static Shape,
    /// Whether it must be there.
    pub(crate) required: bool,
}

/// No bound that a document could reach.
pub(crate) const MANY: usize = usize::MAX;

/// A member that must be there.
pub(crate) const fn req(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: true }
}

/// A member that may be there.
pub(crate) const fn opt(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: false }
}

/// Text of a length.
pub(crate) const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: "" }
}

/// Text of a length, of which the whole matches a pattern.
pub(crate) const fn pattern(min: usize, max: usize, pattern: &'static str) -> Shape {
    Shape::Text { min, max, pattern }
}

/// A list of so many items.
pub(crate) const fn list(min: usize, max: usize, of: &'static Shape) -> Shape {
    Shape::List { min, max, of }
}

/// A whole number within bounds.
pub(crate) const fn whole(min: i64, max: i64) -> Shape {
    Shape::Whole { min, max }
}

impl Shape {
    /// The members that the shape knows, or what is wrong with the others.
    pub(crate) fn accept(&'static self, body: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        let mut errors = Vec::new();
        let clean = self.check(&Value::Object(body.clone()), "", &mut errors);
        match clean {
            Value::Object(members) if errors.is_empty() => Ok(members),
            _ => Err(Failure::fields(errors)),
        }
    }

    /// Text from a path or a query.
    pub(crate) fn accept_text(&'static self, name: &str, text: &str) -> Result<(), Failure> {
        let mut errors = Vec::new();
        self.check(&Value::from(text), name, &mut errors);
        if errors.is_empty() { Ok(()) } else { Err(Failure::fields(errors)) }
    }
}
