//! The times and bounds that the pass holds to.

use jiff::SignedDuration;

/// The times and bounds of the pass. The operator uses [`Rules::production`] and no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// How long after its announcement a create may still leave. Attempt and operation timeouts end within it too.
    pub send_window: SignedDuration,
    /// How long after its announcement a create may still appear in AWS: look-ups prove absence only from then on.
    pub lookup_delay: SignedDuration,
    /// How long `Retain` and `abandon` wait for a create whose fate is unknown.
    pub release_delay: SignedDuration,
    /// How far apart the two reads begin that prove a resource gone.
    pub gone_gap: SignedDuration,
    /// How far apart the two good reads begin that make an object Ready: reads flap.
    pub good_gap: SignedDuration,
    /// How much earlier than the announcement AWS may say that it created the resource, both in whole seconds.
    pub clock_skew: SignedDuration,
    /// How long AWS may refuse a new role ("Role validation failed") before it is an error that the user must read.
    pub role_propagation: SignedDuration,
    /// After what time the same refused or failed body is tried again.
    pub failed_retry: SignedDuration,
    /// After what time a delete that AWS accepted, or refused for now, is sent again.
    pub delete_retry: SignedDuration,
    /// How long a deletion waits for objects that use the resource and are being deleted themselves.
    pub referrers_patience: SignedDuration,
    /// How long after its deletion objects that use the resource, and are not being deleted, may be about to be.
    pub referrers_grace: SignedDuration,
    /// When an object at rest is looked at again.
    pub resync: SignedDuration,
}

impl Rules {
    /// The rules that the operator runs with.
    pub const fn production() -> Self {
        Self {
            send_window: SignedDuration::from_secs(30),
            lookup_delay: SignedDuration::from_secs(120),
            release_delay: SignedDuration::from_secs(60),
            gone_gap: SignedDuration::from_secs(1),
            good_gap: SignedDuration::from_millis(500),
            clock_skew: SignedDuration::from_secs(5),
            role_propagation: SignedDuration::from_mins(10),
            failed_retry: SignedDuration::from_hours(1),
            delete_retry: SignedDuration::from_mins(10),
            referrers_patience: SignedDuration::from_mins(10),
            referrers_grace: SignedDuration::from_secs(10),
            resync: SignedDuration::from_mins(10),
        }
    }
}
