//! How often what is in transition is looked at: seldom while nothing can have come of it, often when it is due.

use std::collections::HashMap;

use jiff::SignedDuration;

/// After about this time it is looked at first.
const FIRST: SignedDuration = SignedDuration::from_secs(1);

/// What takes long is looked at early on no more often than this part of its usual time.
const EARLY: i32 = 50;

/// The longest time between two looks.
const LONGEST: SignedDuration = SignedDuration::from_secs(10);

/// What was seen of how long things take.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The shortest times of late, by what was expected.
    least: HashMap<SignedDuration, SignedDuration>,
}

impl Pace {
    /// Something that was expected to take `usual` at least took this long.
    pub(super) fn took(&mut self, usual: SignedDuration, time: SignedDuration) {
        let least = self.least.entry(usual).or_insert(time);
        // A quick one counts at once, slow ones gradually.
        *least = time.min(*least + *least / 20);
    }

    /// How long until the first look at what has been in transition for `age`.
    pub(super) fn first(&self, usual: SignedDuration, age: SignedDuration, pace: SignedDuration) -> SignedDuration {
        let first = pace.max(FIRST);
        if age < first { (first - age).max(FIRST / 10) } else { self.interval(usual, age, pace) }
    }

    /// How long until the next look at what has been in transition for `age`.
    pub(super) fn interval(&self, usual: SignedDuration, age: SignedDuration, pace: SignedDuration) -> SignedDuration {
        let expected = self.least.get(&usual).copied().unwrap_or(usual);
        // Hardly anything is expected before that time has passed, and it is late after twice of it. But things may have
        // become faster: the longer nothing was seen the less often is looked.
        let from = expected * 19 / 20;
        let wait = if age < from { (from - age).min((age / 5).max(usual / EARLY)) } else { (age - expected * 2) / 20 };
        wait.clamp(pace, LONGEST.max(pace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: SignedDuration = SignedDuration::from_secs(1);

    fn looks(pace: &Pace, usual: i64, until: i64) -> Vec<i64> {
        let mut at = pace.first(SignedDuration::from_secs(usual), SignedDuration::ZERO, SECOND);
        let mut looks = vec![at.as_secs()];
        while at.as_secs() < until {
            at += pace.interval(SignedDuration::from_secs(usual), at, SECOND);
            looks.push(at.as_secs());
        }
        looks
    }

    #[test]
    fn seldom_at_first_and_often_when_it_is_due() {
        let looks = looks(&Pace::default(), 150, 190);
        assert_eq!(looks[0], 1);
        let early = looks.iter().filter(|at| **at < 140).count();
        assert!((15..=30).contains(&early), "{looks:?}");
        // Where it is faster than ever before, that is seen after a tenth more.
        assert!(looks.iter().any(|at| (20..=24).contains(at)), "{looks:?}");
        let due: Vec<_> = looks.iter().filter(|at| (145..=190).contains(*at)).collect();
        assert!(due.windows(2).all(|two| two[1] - two[0] <= 1), "{looks:?}");
    }

    #[test]
    fn what_takes_far_longer_is_looked_at_seldom_again() {
        let pace = Pace::default();
        let after = |age| pace.interval(SECOND * 5, SignedDuration::from_secs(age), SECOND);
        assert_eq!((after(10), after(50), after(1000)), (SECOND, SECOND * 2, SECOND * 10));
    }

    #[test]
    fn learns_what_is_usual_here() {
        let mut pace = Pace::default();
        let usual = SECOND * 150;
        pace.took(usual, SECOND * 40);
        assert_eq!(pace.interval(usual, SECOND * 36, SECOND), SECOND * 2);
        assert_eq!(pace.interval(usual, SECOND * 38, SECOND), SECOND);
        for _ in 0..100 {
            pace.took(usual, SECOND * 170);
        }
        assert!(pace.interval(usual, SECOND * 36, SECOND) > SECOND * 5, "{:?}", pace.least);
        // Of one thing nothing is learned for another.
        assert_eq!(pace.interval(SECOND * 5, SECOND * 5, SECOND), SECOND);
    }
}
