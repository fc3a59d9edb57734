//! Objects whose resources are in transition: who is looked at when, and what a list says of them.
//!
//! Pure: times are values.

use std::collections::{HashMap, HashSet};

use agentcore_engine::known::Shown;
use jiff::{SignedDuration, Timestamp};

use super::{Who, pace::Pace};
use crate::aws::listing::{Listed, Sweep};

/// How long after a resource has settled what is beside it is awaited before its object says what it waits for.
const BESIDE: SignedDuration = SignedDuration::from_secs(20);

/// How long lists may lack a resource, or show nothing new of it, until it is read by itself.
const PATIENCE: SignedDuration = SignedDuration::from_mins(4);

/// What is beside a resource is looked at less often the longer it takes: after this part of that time.
const LATE: i32 = 60;

/// How long a look at what is beside a resource may take: longer than AWS is given to answer.
const ASKED: SignedDuration = SignedDuration::from_secs(30);

/// How long lists may lack a resource that its object has seen.
const UNLISTED: SignedDuration = SignedDuration::from_secs(10);

/// How long to wait at least between two lists, for each page that they have.
const PAGE: SignedDuration = SignedDuration::from_millis(200);

/// So few are read one by one, and a little more often: that costs nobody much.
const FEW: usize = 3;

/// How far apart the two looks begin that make an object Ready, where the first one is a list.
const GAP: SignedDuration = SignedDuration::from_millis(500);

/// A resource in transition, as its object's pass saw it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The resource's id.
    pub id: String,
    /// Its state in AWS's own word.
    pub state: String,
    /// Its version, where AWS counts versions.
    pub version: Option<String>,
    /// When it was asked to change.
    pub asked: Timestamp,
    /// How long such a change takes at least, as far as is known.
    pub usual: SignedDuration,
    /// Whether its creation is awaited: what is learned of its time is for other creations.
    pub creation: bool,
    /// Since when it is watched: what began earlier says nothing new. Where it has settled, when the read of it began.
    pub since: Timestamp,
}

/// What happens next to a watched resource.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    /// It is looked at.
    Look,
    /// It has settled, and what is beside it is looked at.
    Side,
    /// Its object has a pass.
    Pass,
}

#[derive(Clone, Debug)]
struct Entry {
    watch: Watch,
    next: Next,
    at: Timestamp,
    listed: Timestamp,
    sighting: Option<Shown>,
}

/// What is due now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// Objects that have a pass.
    pub(super) passes: Vec<Who>,
    /// How many resources are looked at now or a moment later.
    pub(super) looks: usize,
    /// Resources beside which is looked, with their version.
    pub(super) sides: Vec<(Who, String, Option<String>)>,
}

/// The resources in transition of one account, region and kind.
#[derive(Debug)]
pub(super) struct Watches {
    entries: HashMap<Who, Entry>,
    /// What was seen before of resources whose objects have a pass now, by id.
    sightings: HashMap<String, Shown>,
    pace: Pace,
    /// The least time between two looks, for a short list.
    short: SignedDuration,
    /// The same for a list as long as it is.
    least: SignedDuration,
    /// When all were looked at last.
    looked: Option<Timestamp>,
    settled: &'static str,
    side_after: Option<SignedDuration>,
}

impl Watches {
    pub(super) fn new(least: SignedDuration, settled: &'static str, side_after: Option<SignedDuration>) -> Self {
        let (entries, sightings) = (HashMap::new(), HashMap::new());
        Self { entries, sightings, pace: Pace::default(), short: least, least, looked: None, settled, side_after }
    }

    /// Watches a resource; instead of what the object had watched before.
    pub(super) fn watch(&mut self, who: Who, watch: Watch) {
        let is_settled = watch.state == self.settled;
        let next = if is_settled && self.side_after.is_some() { Next::Side } else { Next::Look };
        let since = watch.since;
        let at = if next == Next::Side { since + self.beside(&watch, since) } else { self.first_look(&watch) };
        let sighting = (next == Next::Side).then(|| {
            let (state, version) = (watch.state.clone(), watch.version.clone());
            Shown { began: since, state, version }
        });
        self.entries.insert(who, Entry { next, at, listed: since, sighting, watch });
    }

    /// Whether lists can show that the resource has moved on: not where it is settled by their words.
    pub(super) fn can_watch(&self, state: &str) -> bool {
        state != self.settled || self.side_after.is_some()
    }

    /// A list of so many pages is made less often.
    pub(super) fn have_pages(&mut self, pages: usize) {
        self.least = if self.entries.len() <= FEW {
            self.short / 2
        } else {
            self.short.max(PAGE * i32::try_from(pages).unwrap_or(i32::MAX))
        };
    }

    pub(super) fn forget(&mut self, who: &Who) {
        self.entries.remove(who);
    }

    /// Whether the resource of this id is watched.
    pub(super) fn has(&self, id: &str) -> bool {
        self.entries.values().any(|entry| entry.watch.id == id)
    }

    /// When something is due next.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.entries.values().map(|entry| entry.at).min()
    }

    /// What is due, and what would be in the next moment: a list that is made now serves them too.
    pub(super) fn due(&mut self, now: Timestamp) -> Due {
        let mut due = Due::default();
        let soon = now + self.least * 2;
        let mut is_due = false;
        for (who, entry) in &mut self.entries {
            match entry.next {
                Next::Pass if entry.at <= now => due.passes.push(who.clone()),
                Next::Side if entry.at <= now => {
                    due.sides.push((who.clone(), entry.watch.id.clone(), entry.watch.version.clone()));
                    // Not once more while that look is under way.
                    entry.at = now + ASKED;
                }
                Next::Look if entry.at <= soon => {
                    is_due |= entry.at <= now;
                    due.looks += 1;
                }
                _ => {}
            }
        }
        if !is_due {
            due.looks = 0;
        }
        for who in &due.passes {
            self.has_its_pass(who);
        }
        self.sightings.retain(|_, sighting| now < sighting.began + PATIENCE);
        due
    }

    /// The object has a pass now, which is told what was seen before it.
    fn has_its_pass(&mut self, who: &Who) {
        let entry = self.entries.remove(who);
        if let Some((id, sighting)) = entry.and_then(|entry| Some((entry.watch.id, entry.sighting?))) {
            self.sightings.insert(id, sighting);
        }
    }

    /// The ids of the resources that are looked at now; `None` where only a whole list can show what is awaited.
    pub(super) fn awaited(&self, now: Timestamp) -> Option<Vec<String>> {
        let soon = now + self.least * 2;
        let due = self.entries.values().filter(|entry| entry.next == Next::Look && entry.at <= soon);
        due.map(|entry| (entry.watch.state != "DELETING").then(|| entry.watch.id.clone())).collect()
    }

    /// The objects whose resources are to be looked at now, one by one: they are watched no longer.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Who> {
        let is_due = |entry: &Entry| entry.next == Next::Look && entry.at <= now;
        let due: Vec<Who> =
            self.entries.iter().filter(|(_, entry)| is_due(entry)).map(|(who, _)| who.clone()).collect();
        for who in &due {
            self.forget(who);
        }
        due
    }

    /// What a list shows. Gives the objects that have a pass because of it; others follow a moment later.
    pub(super) fn listed(&mut self, sweep: &Sweep, now: Timestamp) -> Vec<Who> {
        self.shown(sweep, now, |_| true)
    }

    /// The same of a part of a list, which was read because of these resources.
    pub(super) fn listed_in_part(&mut self, sweep: &Sweep, ids: &[String], now: Timestamp) -> Vec<Who> {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        self.shown(sweep, now, |id| ids.contains(id))
    }

    fn shown(&mut self, sweep: &Sweep, now: Timestamp, may_show: impl Fn(&str) -> bool) -> Vec<Who> {
        self.looked = Some(now);
        let by_id: HashMap<&str, &Listed> = sweep.items.iter().map(|item| (item.id.as_str(), item)).collect();
        let whole = sweep.fault.is_none();
        let mut passes = Vec::new();
        let all: Vec<Who> = self.entries.keys().cloned().collect();
        for who in all {
            let Some(mut entry) = self.entries.remove(&who) else { continue };
            // A list that began before the object was told its state may show an earlier one.
            let listed = by_id.get(entry.watch.id.as_str()).copied();
            let says = entry.next == Next::Look
                && sweep.began >= entry.watch.since
                && (listed.is_some() || may_show(&entry.watch.id));
            let moved = says && self.look_at(&mut entry, listed, whole, sweep.began);
            if moved && entry.next == Next::Look {
                passes.push(who);
                continue;
            }
            if says && !moved {
                entry.at = now + self.interval(&entry.watch, now);
            }
            self.entries.insert(who, entry);
        }
        passes
    }

    /// Whether a resource has moved on. Where it has settled, what follows takes a moment more.
    fn look_at(&mut self, entry: &mut Entry, listed: Option<&Listed>, whole: bool, began: Timestamp) -> bool {
        let Some(listed) = listed else {
            let gone = whole && !entry.watch.creation && entry.watch.state == "DELETING";
            return gone || began >= entry.listed + UNLISTED;
        };
        entry.listed = began;
        if listed.state == entry.watch.state {
            return began >= entry.watch.since + PATIENCE;
        }
        if listed.state == self.settled {
            let watch = &mut entry.watch;
            if watch.creation {
                self.pace.took(watch.usual, began.duration_since(watch.asked));
            }
            watch.version.clone_from(&listed.version);
            let (state, version) = (listed.state.clone(), listed.version.clone());
            entry.sighting = Some(Shown { began, state, version });
            (entry.next, entry.at) = match self.side_after {
                Some(after) => (Next::Side, began + after),
                None => (Next::Pass, began + GAP),
            };
        }
        true
    }

    /// What is beside a resource was looked at. Whether its object has a pass now.
    pub(super) fn looked_beside(&mut self, who: &Who, settled: bool, now: Timestamp) -> bool {
        let Some(entry) = self.entries.get(who).filter(|entry| entry.next == Next::Side) else { return false };
        if settled || now >= entry.listed + BESIDE {
            self.has_its_pass(who);
            return true;
        }
        let again = now + self.beside(&entry.watch, now);
        if let Some(entry) = self.entries.get_mut(who) {
            entry.at = again;
        }
        false
    }

    /// What a list, or the pass before, saw of a resource before its object's pass. Told once.
    pub(super) fn take_sighting(&mut self, id: &str) -> Option<Shown> {
        self.sightings.remove(id)
    }

    /// When a resource is looked at first. Where many are created one after the other they are not each a reason to look
    /// at all.
    fn first_look(&self, watch: &Watch) -> Timestamp {
        let age = watch.since.duration_since(watch.asked);
        let first = watch.since + self.pace.first(watch.usual, age, self.least);
        let next = self.looked.filter(|_| self.entries.len() > FEW).map(|looked| looked + self.interval(watch, looked));
        next.map_or(first, |next| first.max(next))
    }

    /// How long until the next look at a resource after a list that showed nothing new of it.
    fn interval(&self, watch: &Watch, now: Timestamp) -> SignedDuration {
        self.pace.interval(watch.usual, now.duration_since(watch.asked), self.least)
    }

    /// How long until the next look at what is beside a resource: for that everybody waits, but not for what does not
    /// come.
    fn beside(&self, watch: &Watch, now: Timestamp) -> SignedDuration {
        let often = if self.entries.len() <= FEW { self.short / 4 } else { self.short * 2 / 3 };
        (now.duration_since(watch.asked) / LATE).clamp(often, BESIDE)
    }
}

#[cfg(test)]
mod cost;
#[cfg(test)]
mod tests;
