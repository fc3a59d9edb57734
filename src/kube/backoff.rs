//! When something that failed is tried again.

use std::time::Duration;

use agentcore_engine::fault::Class;

/// The back-off of a class after so many failures in a row: doubling between the class's bounds, spread by a tenth.
pub(super) fn delay(class: Class, failures: u32) -> Duration {
    let (least, most) = class.back_off();
    let doubled = least.as_secs_f64() * 2f64.powi(i32::try_from(failures.min(20)).unwrap_or(20));
    spread(Duration::from_secs_f64(doubled.min(most.as_secs_f64())))
}

/// Spreads a time by a tenth either way, so that what began together does not go on together.
pub(super) fn spread(time: Duration) -> Duration {
    time.mul_f64(0.9 + 0.2 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_its_bound() {
        for failures in [0, 1, 5, 50, u32::MAX] {
            let delay = delay(Class::Throttled, failures).as_secs_f64();
            assert!((1.8..=66.0).contains(&delay), "{failures}: {delay}");
        }
        assert!(delay(Class::Throttled, 20) > Duration::from_secs(50));
        assert!(delay(Class::Throttled, 0) < Duration::from_secs(3));
    }
}
