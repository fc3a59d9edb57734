//! A token bucket whose rate follows AWS: halved when AWS says that it was too much, slowly up again.
//!
//! Pure: the time is a value. A bucket is about one operation of one account in one region.

use std::time::{Duration, Instant};

/// By what an answer "too many requests" multiplies the rate.
const DOWN: f64 = 0.5;

/// How long the way up takes from nothing to the full rate.
const UP: Duration = Duration::from_mins(2);

/// The rate never falls below this part of the full one.
const LEAST: f64 = 0.05;

/// Many requests that were under way together are told together that they were too many: that counts once.
const ONCE_IN: Duration = Duration::from_secs(1);

/// Tokens that come at a rate, and are kept up to a few.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    /// Tokens a second at best.
    full: f64,
    /// Tokens a second now.
    rate: f64,
    /// How many tokens are kept.
    capacity: f64,
    /// How many there are. Below zero after a repetition that nobody could hold back.
    level: f64,
    /// When `rate` and `level` were right.
    at: Instant,
    /// When AWS last said that it was too much.
    throttled: Option<Instant>,
}

impl Bucket {
    /// A full bucket that gives this share of so many requests a second.
    ///
    /// It keeps no more than what the other share leaves: whether AWS counts by the second or by a bucket of its own,
    /// what was kept and what comes meanwhile stay below its quota together.
    pub(super) fn new(per_second: u32, share: f64, now: Instant) -> Self {
        let quota = f64::from(per_second);
        let full = quota * share;
        let capacity = (quota * (1.0 - share) / 2.0).max(1.0);
        Self { full, rate: full, capacity, level: capacity, at: now, throttled: None }
    }

    /// Takes a token, or says how long until there is one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        self.pass_time(now);
        // So that a wait of the time that was told is long enough, whatever is lost in rounding.
        if self.level >= 1.0 - 1e-6 {
            self.level -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.level) / self.rate))
    }

    /// A token that was taken is not needed.
    pub(super) fn give_back(&mut self, now: Instant) {
        self.pass_time(now);
        self.level = self.capacity.min(self.level + 1.0);
    }

    /// Something was sent without a token: those who come later wait for it.
    pub(super) fn sent_without(&mut self, now: Instant) {
        self.pass_time(now);
        self.level -= 1.0;
    }

    /// AWS says that it was too much.
    pub(super) fn throttled(&mut self, now: Instant) {
        self.pass_time(now);
        let counted = self.throttled.is_some_and(|at| now.saturating_duration_since(at) < ONCE_IN);
        if counted {
            return;
        }
        self.throttled = Some(now);
        self.rate = (self.rate * DOWN).max(self.full * LEAST);
        self.level = self.level.min(0.0);
    }

    /// How long whoever comes now waits, behind so many others.
    pub(super) fn wait_behind(&self, others: usize, now: Instant) -> Duration {
        let mut then = self.clone();
        then.pass_time(now);
        let others = f64::from(u32::try_from(others).unwrap_or(u32::MAX));
        Duration::from_secs_f64(((others + 1.0 - then.level) / then.rate).max(0.0))
    }

    fn pass_time(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        let before = self.rate;
        self.rate = self.full.min(before + self.full * passed / UP.as_secs_f64());
        self.level = self.capacity.min(self.level + passed * f64::midpoint(before, self.rate));
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many tokens somebody gets who takes each as soon as it is there.
    fn taken(bucket: &mut Bucket, from: Instant, time: Duration) -> u32 {
        let (mut now, mut taken) = (from, 0);
        loop {
            match bucket.take(now) {
                Ok(()) => taken += 1,
                Err(wait) => now += wait,
            }
            if now >= from + time {
                return taken;
            }
        }
    }

    #[test]
    fn gives_its_share_and_never_more_than_the_quota() {
        for (quota, share) in [(5, 0.7), (5, 0.95), (3, 0.7), (3, 0.95), (50, 0.7), (30, 1.0), (5, 0.1)] {
            let start = Instant::now();
            let mut bucket = Bucket::new(quota, share, start);
            let first = taken(&mut bucket, start, Duration::from_millis(999));
            assert!(first <= quota, "{quota} at {share}: {first} in the first second");
            let later = taken(&mut bucket, start + Duration::from_secs(1), Duration::from_secs(100));
            let expected = f64::from(quota) * share * 100.0;
            assert!((f64::from(later) - expected).abs() <= 2.0, "{quota} at {share}: {later}, not {expected}");
            // After a rest it is no more than that either.
            let rested = taken(&mut bucket, start + Duration::from_hours(1), Duration::from_millis(999));
            assert!(rested <= quota, "{quota} at {share}: {rested} after a rest");
        }
    }

    #[test]
    fn the_wait_that_is_told_is_enough() {
        let mut now = Instant::now();
        let mut bucket = Bucket::new(5, 0.7, now);
        for _ in 0..1000 {
            if let Err(wait) = bucket.take(now) {
                now += wait;
                assert_eq!(bucket.take(now), Ok(()));
            }
        }
    }

    #[test]
    fn goes_down_at_once_and_up_slowly() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, 1.0, start);
        bucket.throttled(start);
        // Others that were under way at the same time.
        bucket.throttled(start + Duration::from_millis(300));
        bucket.throttled(start + Duration::from_millis(900));
        assert!((bucket.rate - 5.0).abs() < 0.2, "{}", bucket.rate);
        assert!(bucket.take(start + Duration::from_millis(900)).is_ok() || bucket.level < 5.0);
        let slow = taken(&mut bucket, start + Duration::from_secs(1), Duration::from_secs(10));
        assert!((50..=60).contains(&slow), "{slow}");
        let full = taken(&mut bucket, start + Duration::from_mins(2), Duration::from_secs(10));
        assert!((99..=101).contains(&full), "{full}");
        // However often: it never stands still.
        for second in 0..100 {
            bucket.throttled(start + Duration::from_secs(200 + 2 * second));
        }
        assert!(bucket.rate >= 0.5 && bucket.rate < 1.0, "{}", bucket.rate);
    }

    #[test]
    fn a_repetition_is_paid_for_later() {
        let start = Instant::now();
        let mut bucket = Bucket::new(5, 0.8, start);
        bucket.take(start).unwrap();
        bucket.sent_without(start);
        let wait = bucket.take(start).unwrap_err();
        assert!((wait.as_secs_f64() - 0.5).abs() < 0.01, "{wait:?}");
    }

    #[test]
    fn a_line_waits_for_each_before() {
        let start = Instant::now();
        let mut bucket = Bucket::new(5, 0.8, start);
        assert_eq!(bucket.wait_behind(0, start), Duration::ZERO);
        bucket.take(start).unwrap();
        let wait = bucket.wait_behind(39, start).as_secs_f64();
        assert!((wait - 10.0).abs() < 0.1, "{wait}");
    }

    #[test]
    fn a_clock_that_stands_still_gives_nothing() {
        let before = Instant::now();
        let start = before + Duration::from_secs(10);
        let mut bucket = Bucket::new(5, 0.8, start);
        bucket.take(start).unwrap();
        assert!(bucket.take(start).is_err());
        assert!(bucket.take(before).is_err());
    }
}
