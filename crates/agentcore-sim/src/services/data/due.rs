//! When something ends next, so that nobody has to look at everything to find out that nothing does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The time at which the first of many things ends, or an earlier one; none if none of them ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Due(Option<Timestamp>);

impl Due {
    /// The first of these times.
    pub(super) fn first(ends: impl Iterator<Item = Timestamp>) -> Self {
        Self(ends.min())
    }

    /// Brings it forward to a time, if that is earlier.
    pub(super) fn expect(&mut self, end: Timestamp) {
        self.0 = Some(self.0.map_or(end, |due| due.min(end)));
    }

    /// The same, for what is known of others.
    pub(super) fn expect_all(&mut self, others: Self) {
        if let Some(end) = others.0 {
            self.expect(end);
        }
    }

    /// Whether something may have ended.
    pub(super) fn has_come(self, now: Timestamp) -> bool {
        self.0.is_some_and(|due| due <= now)
    }

    /// The time itself.
    pub(super) fn time(self) -> Option<Timestamp> {
        self.0
    }
}
