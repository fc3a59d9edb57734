//! Objects at rest: what a slow walk through the list says of them, and when each is read by itself.
//!
//! Pure: times are values.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Who;
use crate::aws::listing::{Listed, Sweep};

/// How often each is read by itself, for what lists don't show.
const ROTATION: SignedDuration = SignedDuration::from_hours(6);

/// How often where lists can't be had.
const WITHOUT_LISTS: SignedDuration = SignedDuration::from_mins(10);

/// How long lists may be late: absence is believed only of lists that began so long after the resource was seen.
const LATE: SignedDuration = SignedDuration::from_secs(10);

/// What a pass saw of a resource, as far as lists show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its state in AWS's own word.
    pub state: String,
    /// Its version, where AWS counts versions.
    pub version: Option<String>,
    /// When it was last updated, by AWS's account.
    pub updated_at: Option<Timestamp>,
}

impl Facts {
    /// Whether a list shows the same. What only one of the two tells does not count, and neither do fractions of
    /// seconds, which some answers have and others have not.
    fn agree(&self, listed: &Facts) -> bool {
        fn same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let seconds = |facts: &Facts| facts.updated_at.map(Timestamp::as_second);
        self.state == listed.state
            && same(self.version.as_ref(), listed.version.as_ref())
            && same(seconds(self).as_ref(), seconds(listed).as_ref())
    }
}

impl From<&Listed> for Facts {
    fn from(listed: &Listed) -> Self {
        Self { state: listed.state.clone(), version: listed.version.clone(), updated_at: listed.updated_at }
    }
}

#[derive(Debug)]
struct Entry {
    id: String,
    facts: Facts,
    /// When it was last read by itself.
    looked: Timestamp,
    /// When the last list began that showed it.
    listed: Option<Timestamp>,
    /// What a list showed that was looked into: it starts no second pass.
    known: Option<Facts>,
    /// Lists lack it, and that was looked into.
    unlisted: bool,
}

/// The objects at rest of one account, region and kind.
#[derive(Debug, Default)]
pub(super) struct Resting {
    entries: HashMap<Who, Entry>,
}

impl Resting {
    /// An object has come to rest, or was found at rest.
    pub(super) fn rests(&mut self, who: Who, id: &str, facts: Facts, looked: Timestamp) {
        let before = self.entries.remove(&who).filter(|before| before.id == id);
        let (known, unlisted, listed) =
            before.map_or((None, false, None), |before| (before.known, before.unlisted, before.listed));
        self.entries.insert(who, Entry { id: id.to_owned(), facts, looked, listed, known, unlisted });
    }

    pub(super) fn forget(&mut self, who: &Who) {
        self.entries.remove(who);
    }

    /// Whether the resource of this id is that of an object at rest.
    pub(super) fn has(&self, id: &str) -> bool {
        self.entries.values().any(|entry| entry.id == id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a list, or a part of one, shows of resources at rest; with it, all that is there was shown by lists that
    /// began at `since` or later. Gives the objects that have a pass because of it.
    pub(super) fn listed(&mut self, sweep: &Sweep, since: Option<Timestamp>) -> Vec<Who> {
        let by_id: HashMap<&str, &Listed> = sweep.items.iter().map(|item| (item.id.as_str(), item)).collect();
        let mut passes = Vec::new();
        for (who, entry) in &mut self.entries {
            if sweep.began < entry.looked {
                continue;
            }
            let differs = if let Some(listed) = by_id.get(entry.id.as_str()) {
                entry.unlisted = false;
                // A whole walk began long before its last page.
                entry.listed = entry.listed.max(Some(sweep.began));
                let shown = Facts::from(*listed);
                let differs = !entry.facts.agree(&shown) && entry.known.as_ref() != Some(&shown);
                entry.known = differs.then_some(shown).or(entry.known.take());
                differs
            } else {
                let absent = !entry.unlisted
                    && since.is_some_and(|since| {
                        since >= entry.looked + LATE && entry.listed.is_none_or(|listed| listed < since)
                    });
                entry.unlisted |= absent;
                absent
            };
            if differs {
                passes.push(who.clone());
            }
        }
        passes
    }

    /// The objects that are to be read by themselves now, where lists can be had or not.
    pub(super) fn due(&mut self, lists: bool, now: Timestamp) -> Vec<Who> {
        let mut passes = Vec::new();
        for (who, entry) in &mut self.entries {
            let every = if lists && !entry.unlisted { ROTATION } else { WITHOUT_LISTS };
            if now >= entry.looked + spread(every, who) {
                // Its pass says when it was read.
                entry.looked = now;
                passes.push(who.clone());
            }
        }
        passes
    }
}

/// Up to a fifth less than this time, always the same for an object: what was read together does not stay together.
fn spread(time: SignedDuration, who: &Who) -> SignedDuration {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    who.hash(&mut hasher);
    let part = i32::try_from(hasher.finish() % 1000).unwrap_or(0);
    time - time / 5000 * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn who(name: &str) -> Who {
        Who { namespace: "ns".to_owned(), name: name.to_owned() }
    }

    fn facts(state: &str, version: Option<&str>, updated_at: Option<i64>) -> Facts {
        Facts { state: state.to_owned(), version: version.map(str::to_owned), updated_at: updated_at.map(at) }
    }

    fn sweep(began: i64, items: &[(&str, Facts)], whole: bool) -> Sweep {
        let item = |(id, facts): &(&str, Facts)| Listed {
            id: (*id).to_owned(),
            state: facts.state.clone(),
            version: facts.version.clone(),
            updated_at: facts.updated_at,
            ..Listed::default()
        };
        let fault = (!whole).then(|| agentcore_engine::fault::Fault::incomplete("List", "a page failed"));
        Sweep { began: at(began), items: items.iter().map(item).collect(), fault }
    }

    impl Resting {
        /// What a list shows, whole or not.
        fn shown(&mut self, sweep: &Sweep) -> Vec<Who> {
            self.listed(sweep, sweep.fault.is_none().then_some(sweep.began))
        }
    }

    fn resting() -> Resting {
        let mut resting = Resting::default();
        resting.rests(who("x"), "a", facts("READY", Some("1"), Some(0)), at(0));
        resting
    }

    #[test]
    fn what_others_changed_starts_a_pass_once() {
        let same = facts("READY", Some("1"), Some(0));
        for (shown, began, passes) in [
            (Some(same), 30, false),
            (Some(facts("READY", None, None)), 30, false),
            (Some(facts("READY", Some("2"), Some(0))), 30, true),
            (Some(facts("READY", Some("1"), Some(7))), 30, true),
            (Some(facts("UPDATING", Some("1"), Some(0))), 30, true),
            // Older than what the pass has seen.
            (Some(facts("READY", Some("2"), Some(7))), -1, false),
            (None, 30, true),
            // Lists may be late.
            (None, 9, false),
        ] {
            let mut resting = resting();
            let items: Vec<_> = shown.clone().into_iter().map(|facts| ("a", facts)).collect();
            let expected = if passes { vec![who("x")] } else { Vec::new() };
            assert_eq!(resting.shown(&sweep(began, &items, true)), expected, "{shown:?}");
            assert!(resting.shown(&sweep(began + 30, &items, true)).is_empty() || !passes, "{shown:?}: twice");
        }
    }

    #[test]
    fn a_part_of_a_list_proves_no_absence() {
        let mut resting = resting();
        assert!(resting.shown(&sweep(30, &[], false)).is_empty());
        let moved = [("a", facts("READY", Some("2"), None))];
        assert_eq!(resting.shown(&sweep(60, &moved, false)), [who("x")]);
    }

    #[test]
    fn parts_of_a_list_prove_absence_together() {
        let mut resting = resting();
        let here = [("a", facts("READY", Some("1"), Some(0)))];
        assert!(resting.listed(&sweep(60, &here, false), None).is_empty());
        // It was shown by one of the last pages, or by the one before them all.
        assert!(resting.listed(&sweep(90, &[], false), Some(at(60))).is_empty());
        assert_eq!(resting.listed(&sweep(120, &[], false), Some(at(61))), [who("x")]);
        assert!(resting.listed(&sweep(150, &[], false), Some(at(90))).is_empty(), "twice");
        // It came to rest after the first of these pages.
        resting.rests(who("y"), "b", facts("READY", Some("1"), Some(0)), at(100));
        assert!(resting.listed(&sweep(180, &[], false), Some(at(100))).is_empty());
        assert_eq!(resting.listed(&sweep(210, &[], false), Some(at(110))), [who("y")]);
    }

    #[test]
    fn fractions_of_seconds_are_no_change() {
        let mut resting = Resting::default();
        let updated = Timestamp::from_millisecond(1_000_000_700).unwrap();
        resting.rests(who("x"), "a", Facts { updated_at: Some(updated), ..facts("ACTIVE", None, None) }, at(0));
        assert!(resting.shown(&sweep(30, &[("a", facts("ACTIVE", None, Some(0)))], true)).is_empty());
    }

    #[test]
    fn what_a_pass_has_looked_into_is_known_until_it_changes_again() {
        let mut resting = resting();
        let odd = [("a", facts("READY", Some("1"), Some(9)))];
        assert_eq!(resting.shown(&sweep(30, &odd, true)), [who("x")]);
        // The read shows something else than the list, for ever.
        resting.rests(who("x"), "a", facts("READY", Some("1"), Some(0)), at(31));
        assert!(resting.shown(&sweep(60, &odd, true)).is_empty());
        let more = [("a", facts("READY", Some("1"), Some(70)))];
        assert_eq!(resting.shown(&sweep(90, &more, true)), [who("x")]);
    }

    #[test]
    fn each_is_read_in_its_turn() {
        let mut resting = Resting::default();
        for number in 0..100 {
            resting.rests(who(&number.to_string()), "a", facts("READY", None, None), at(0));
        }
        let hour = 3600;
        assert!(resting.due(true, at(hour * 4)).is_empty());
        let some = resting.due(true, at(hour * 5 + hour / 2)).len();
        assert!((20..80).contains(&some), "{some}");
        assert_eq!(resting.due(true, at(hour * 6)).len(), 100 - some);
        assert!(resting.due(true, at(hour * 6)).is_empty(), "read twice");
        // Without lists they are all there is.
        assert_eq!(resting.due(false, at(hour * 6 + 600)).len(), 100);
    }

    #[test]
    fn what_lists_lack_is_read_more_often() {
        let mut resting = resting();
        assert_eq!(resting.shown(&sweep(30, &[], true)), [who("x")]);
        resting.rests(who("x"), "a", facts("READY", Some("1"), Some(0)), at(31));
        assert_eq!(resting.due(true, at(31 + 600)), [who("x")]);
        assert!(resting.shown(&sweep(700, &[("a", facts("READY", Some("1"), Some(0)))], true)).is_empty());
        assert!(resting.due(true, at(3600)).is_empty());
    }
}
