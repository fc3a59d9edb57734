//! Moments, from the SDK's words to ours.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// The moment, or `None` where the SDK filled in the epoch for what AWS left out.
pub fn timestamp(time: &DateTime) -> Option<Timestamp> {
    if time.secs() == 0 {
        return None;
    }
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use super::timestamp;

    #[test]
    fn moments_keep_their_fractions() {
        let time = DateTime::from_secs_and_nanos(1_700_000_000, 123_000_000);
        assert_eq!(timestamp(&time).map(|time| time.to_string()).as_deref(), Some("2023-11-14T22:13:20.123Z"));
        assert_eq!(timestamp(&DateTime::from_secs(0)), None);
    }
}
