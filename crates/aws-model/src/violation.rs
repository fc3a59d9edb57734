//! What a check finds.

use std::fmt;

/// One thing that is not as the model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where it is: `input.memoryStrategies[0].name`, `header content-type`.
    pub place: String,
    /// Which rule it breaks.
    pub rule: Rule,
    /// What was found and what should have been.
    pub detail: String,
}

impl Violation {
    pub(crate) fn new(place: impl Into<String>, rule: Rule, detail: impl Into<String>) -> Self {
        Self { place: place.into(), rule, detail: detail.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {:?}: {}", self.place, self.rule, self.detail)
    }
}

/// The rules of a model, each of which a [`Violation`] breaks and an invalid request breaks on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Method and path, target or action name an operation.
    Operation,
    /// A required member is there.
    Required,
    /// A value has the type of its shape.
    Type,
    /// A member is one that the model has.
    Unknown,
    /// A string is one of those in the model.
    Enum,
    /// A string matches the pattern.
    Pattern,
    /// A number, or a length in characters, bytes or items, is not too small.
    Min,
    /// A number, or a length in characters, bytes or items, is not too large.
    Max,
    /// A union has just one member.
    Union,
    /// A timestamp is written as its place and shape ask.
    Timestamp,
    /// The body can be read.
    Body,
    /// The content type is that of the protocol.
    ContentType,
    /// A client fills in a token that makes the repetition of a request harmless, as all of AWS's clients do.
    Token,
    /// The status is the one in the model.
    Status,
    /// The error is one that the operation declares, or that every service may give.
    ErrorCode,
}
