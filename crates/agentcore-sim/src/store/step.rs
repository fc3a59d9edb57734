//! What will happen to a resource, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A change that comes due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) change: Change,
}

/// What can happen by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    /// The resource enters a state.
    Status { status: String, reason: Option<String> },
    /// A version of a runtime enters a state.
    Version { number: u32, status: String },
    /// A member of what Get returns changes.
    Member { name: String, value: Value },
    /// A strategy of a memory enters a state.
    Strategy { id: String, status: String },
    /// A strategy of a memory ceases to exist.
    StrategyGone { id: String },
    /// The resource ceases to exist.
    Gone,
}

impl Change {
    /// A change at a time.
    pub(crate) fn at(self, at: Timestamp) -> Step {
        Step { at, change: self }
    }
}
