//! When something that failed is tried again: the class says how long that is, and chance spreads it.

use std::time::Duration;

use agentcore_engine::fault::{self, Class};
use jiff::SignedDuration;

/// The back-off of a class after so many failures in a row.
pub(super) fn delay(class: Class, failures: u32) -> Duration {
    unsigned(class.delay(failures, fastrand::f64()))
}

/// Spreads a time by a tenth either way, so that what began together does not go on together.
pub(super) fn spread(time: Duration) -> Duration {
    SignedDuration::try_from(time).map_or(time, |time| unsigned(fault::spread(time, fastrand::f64())))
}

fn unsigned(time: SignedDuration) -> Duration {
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_together_is_not_tried_again_together() {
        let waits: Vec<Duration> = (0..100).map(|_| delay(Class::Throttled, 20)).collect();
        assert!(waits.iter().all(|wait| (54.0..=66.0).contains(&wait.as_secs_f64())), "{waits:?}");
        assert!(
            waits.iter().any(|wait| wait.as_secs() < 58) && waits.iter().any(|wait| wait.as_secs() > 62),
            "{waits:?}"
        );
        let day = Duration::from_hours(24);
        let spread: Vec<Duration> = (0..100).map(|_| spread(day)).collect();
        assert!(spread.iter().all(|time| *time >= day * 9 / 10 && *time <= day * 11 / 10));
    }
}
