//! The resources by ARN, and what has to be found without looking at all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::Kind;
use super::resource::Resource;

/// All resources. Equal and saved by the resources alone: what else it knows follows from these.
///
/// A clone shares the resources until one of the two changes them, so it costs little.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog {
    slots: BTreeMap<String, Slot>,
    /// When a resource changes by itself next.
    due: BTreeSet<(Timestamp, String)>,
    /// Since when a resource is gone.
    gone: BTreeMap<Kind, BTreeSet<(Timestamp, String)>>,
    /// How many there are in a place, and how many of a name.
    counts: BTreeMap<String, usize>,
    /// Those that exist and were made for others: the other, and the one that is its.
    owned: BTreeSet<(String, String)>,
    /// Those that were lent to be changed since they were last noted.
    lent: Vec<String>,
    /// Those that ceased to exist since somebody last asked.
    ended: Vec<String>,
    /// What resources were before they were changed, none where there was nothing, in the order of the changes; only
    /// while these may have to be undone.
    before: Option<Vec<(String, Option<Arc<Resource>>)>>,
}

#[derive(Debug, Clone)]
struct Slot {
    resource: Arc<Resource>,
    noted: Noted,
}

/// What is known elsewhere about a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Noted {
    due: Option<Timestamp>,
    gone: Option<Timestamp>,
    counted: bool,
}

impl Noted {
    fn of(resource: &Resource) -> Self {
        Self {
            due: resource.steps.first().map(|step| step.at),
            gone: resource.gone_at,
            counted: resource.gone_at.is_none(),
        }
    }
}

impl Catalog {
    /// A resource, whether it is gone or not.
    pub(super) fn get(&self, arn: &str) -> Option<&Resource> {
        self.slots.get(arn).map(|slot| &*slot.resource)
    }

    /// A resource that exists, to be changed.
    pub(super) fn get_mut(&mut self, arn: &str) -> Option<&mut Resource> {
        let slot = self.slots.get_mut(arn).filter(|slot| slot.resource.gone_at.is_none())?;
        self.lent.push(arn.to_owned());
        if let Some(before) = &mut self.before {
            before.push((arn.to_owned(), Some(Arc::clone(&slot.resource))));
        }
        Some(Arc::make_mut(&mut slot.resource))
    }

    /// Adds a resource.
    pub(super) fn insert(&mut self, resource: Resource) {
        let arn = resource.arn.clone();
        let there = self.slots.get(&arn);
        let noted = there.map(|slot| slot.noted).unwrap_or_default();
        if let Some(before) = &mut self.before {
            before.push((arn.clone(), there.map(|slot| Arc::clone(&slot.resource))));
        }
        self.slots.insert(arn.clone(), Slot { resource: Arc::new(resource), noted });
        self.note(&arn);
    }

    /// All of them by ARN, gone or not.
    pub(super) fn values(&self) -> impl Iterator<Item = &Resource> {
        self.slots.values().map(|slot| &*slot.resource)
    }

    /// Those whose ARN begins with some text, by ARN, gone or not.
    pub(super) fn beginning(&self, prefix: String) -> impl Iterator<Item = &Resource> {
        let from = (Bound::Included(prefix.as_str()), Bound::Unbounded);
        let all = self.slots.range::<str, _>(from);
        all.take_while(move |(arn, _)| arn.starts_with(&prefix)).map(|(_, slot)| &*slot.resource)
    }

    /// The same, those that exist, to be changed.
    pub(super) fn beginning_mut(&mut self, prefix: String) -> impl Iterator<Item = &mut Resource> {
        let (lent, mut before) = (&mut self.lent, self.before.as_mut());
        let from = (Bound::Included(prefix.as_str()), Bound::Unbounded);
        let all = self.slots.range_mut::<str, _>(from).take_while(move |(arn, _)| arn.starts_with(&prefix));
        all.filter(|(_, slot)| slot.resource.gone_at.is_none()).map(move |(arn, slot)| {
            lent.push(arn.clone());
            if let Some(before) = &mut before {
                before.push((arn.clone(), Some(Arc::clone(&slot.resource))));
            }
            Arc::make_mut(&mut slot.resource)
        })
    }

    /// How many resources of a kind exist in a place; if a name is given, how many of this name.
    ///
    /// What was taken out of existence since the last [`advance`](Self::advance) may be counted still.
    pub(super) fn count(&self, kind: Kind, account: &str, region: &str, name: Option<&str>) -> usize {
        self.counts.get(&place(kind, account, region, name)).copied().unwrap_or(0)
    }

    /// Takes a resource, and what belongs to it, out of existence.
    pub(super) fn remove(&mut self, arn: &str, now: Timestamp) {
        if let Some(resource) = self.get_mut(arn) {
            resource.end(now);
        }
        self.beginning_mut(format!("{arn}/")).for_each(|part| part.end(now));
        let from = (arn.to_owned(), String::new());
        let owned: Vec<String> =
            self.owned.range(from..).take_while(|(owner, _)| owner == arn).map(|(_, own)| own.clone()).collect();
        for own in owned {
            if let Some(resource) = self.get_mut(&own) {
                resource.end(now);
            }
        }
    }

    /// Does what has come due.
    pub(super) fn advance(&mut self, now: Timestamp, settles: bool) {
        self.note_lent();
        while let Some((_, arn)) = self.due.first().filter(|(at, _)| *at <= now).cloned() {
            if let Some(slot) = self.slots.get_mut(&arn) {
                let resource = Arc::make_mut(&mut slot.resource);
                resource.advance(now, settles);
                let ended = resource.gone_at;
                self.note(&arn);
                if let Some(at) = ended {
                    self.remove(&arn, at);
                    self.note_lent();
                }
            }
        }
    }

    /// Those that ceased to exist since the last time that this was asked, by ARN.
    pub(super) fn take_ended(&mut self) -> Vec<String> {
        std::mem::take(&mut self.ended)
    }

    /// From here on changes can be undone, until they are undone or kept.
    pub(super) fn watch(&mut self) {
        self.note_lent();
        self.before = Some(Vec::new());
    }

    /// The changes stay.
    pub(super) fn keep(&mut self) {
        self.before = None;
    }

    /// Takes back what was changed since it is watched.
    pub(super) fn undo(&mut self) {
        self.note_lent();
        for (arn, before) in self.before.take().into_iter().flatten().rev() {
            match (before, self.slots.get_mut(&arn)) {
                (Some(before), Some(slot)) => {
                    slot.resource = before;
                    self.note(&arn);
                }
                (None, Some(_)) => {
                    if let Some(slot) = self.slots.remove(&arn) {
                        self.index(&slot.resource, slot.noted, Noted::default());
                    }
                }
                (_, None) => {}
            }
        }
        let slots = &self.slots;
        self.ended.retain(|arn| slots.get(arn).is_some_and(|slot| slot.noted.gone.is_some()));
    }

    fn note_lent(&mut self) {
        for arn in std::mem::take(&mut self.lent) {
            self.note(&arn);
        }
    }

    /// Forgets what has been gone for some time, but for the kinds that are kept.
    pub(super) fn forget(&mut self, now: Timestamp, after: SignedDuration, kept: impl Fn(Kind) -> bool) {
        for (_, gone) in self.gone.iter_mut().filter(|(kind, _)| !kept(**kind)) {
            while gone.first().is_some_and(|(at, _)| crate::moment::later(*at, after) <= now) {
                self.slots.remove(&gone.pop_first().unwrap_or_default().1);
            }
        }
    }

    /// Brings what is known elsewhere about a resource up to date.
    fn note(&mut self, arn: &str) {
        let Some(slot) = self.slots.get_mut(arn) else { return };
        let new = Noted::of(&slot.resource);
        let old = std::mem::replace(&mut slot.noted, new);
        if old != new {
            let resource = Arc::clone(&slot.resource);
            self.index(&resource, old, new);
        }
    }

    /// Brings the indexes from what was known about a resource to what is so now.
    fn index(&mut self, resource: &Resource, old: Noted, new: Noted) {
        let arn = resource.arn.as_str();
        if old.gone.is_none() && new.gone.is_some() {
            self.ended.push(arn.to_owned());
        }
        let gone = self.gone.entry(resource.kind).or_default();
        for (set, old, new) in [(&mut self.due, old.due, new.due), (gone, old.gone, new.gone)] {
            if let Some(old) = old {
                set.remove(&(old, arn.to_owned()));
            }
            set.extend(new.map(|new| (new, arn.to_owned())));
        }
        if old.counted == new.counted {
            return;
        }
        if let Some(owner) = &resource.owner {
            let pair = (owner.clone(), arn.to_owned());
            if new.counted {
                self.owned.insert(pair)
            } else {
                self.owned.remove(&pair)
            };
        }
        for name in [None, Some(resource.name.as_str())] {
            let key = place(resource.kind, &resource.account, &resource.region, name);
            let count = self.counts.entry(key.clone()).or_default();
            *count = if new.counted { *count + 1 } else { count.saturating_sub(1) };
            if *count == 0 {
                self.counts.remove(&key);
            }
        }
    }
}

/// A place, or a name in it.
fn place(kind: Kind, account: &str, region: &str, name: Option<&str>) -> String {
    format!("{kind:?}/{account}/{region}/{}", name.unwrap_or_default())
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.slots.len() == other.slots.len() && self.values().eq(other.values())
    }
}

impl Serialize for Catalog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.slots.iter().map(|(arn, slot)| (arn, &*slot.resource)))
    }
}

impl<'de> Deserialize<'de> for Catalog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut catalog = Self::default();
        for resource in BTreeMap::<String, Resource>::deserialize(deserializer)?.into_values() {
            catalog.insert(resource);
        }
        Ok(catalog)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Change, Resource};
    use super::*;
    use crate::random::Random;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_second(i64::try_from(second).unwrap()).unwrap()
    }

    fn resource(number: u64, now: u64) -> Resource {
        let value = serde_json::json!({
            "kind": if number.is_multiple_of(2) { "Memory" } else { "CodeInterpreter" },
            "id": "x", "arn": format!("arn:{number}"), "name": format!("name{}", number % 3),
            "account": "a", "region": "r", "status": "CREATING", "ever_good": false, "created_at": at(now),
            "updated_at": at(now), "status_since": at(now), "tags": {}, "body": {}, "versions": [],
            "last_version": 0, "steps": [], "owner": number.is_multiple_of(5).then_some("arn:3"),
        });
        serde_json::from_value(value).unwrap()
    }

    /// What is known elsewhere is what one finds by looking at everything.
    #[track_caller]
    fn check(catalog: &Catalog) {
        let mut due = BTreeSet::new();
        let mut gone = BTreeSet::new();
        let (mut counts, mut owned) = (BTreeMap::new(), BTreeSet::new());
        for found in catalog.values() {
            due.extend(found.steps.first().map(|step| (step.at, found.arn.clone())));
            gone.extend(found.gone_at.map(|gone| (gone, found.arn.clone())));
            owned.extend(
                found.owner.iter().filter(|_| found.gone_at.is_none()).map(|owner| (owner.clone(), found.arn.clone())),
            );
            for name in [None, Some(found.name.as_str())].into_iter().filter(|_| found.gone_at.is_none()) {
                *counts.entry(place(found.kind, "a", "r", name)).or_insert(0) += 1;
            }
        }
        assert_eq!(catalog.due, due);
        assert_eq!(catalog.gone.values().flatten().cloned().collect::<BTreeSet<_>>(), gone);
        assert_eq!((&catalog.counts, &catalog.owned), (&counts, &owned));
    }

    #[test]
    fn the_indexes_follow_the_resources() {
        let mut random = Random::new(7);
        let mut catalog = Catalog::default();
        let lives = |catalog: &Catalog, arn: &str| catalog.get(arn).is_some_and(|found| found.gone_at.is_none());
        for now in 0..2_000 {
            let last = catalog.clone();
            let arn = format!("arn:{}", random.below(20));
            match random.below(7) {
                0 => catalog.insert(resource(random.below(20), now)),
                1 => catalog.beginning_mut("arn:1".to_owned()).for_each(|found| found.end(at(now))),
                2 => catalog.get_mut(&arn).into_iter().for_each(|found| found.end(at(now))),
                4 => catalog.remove(&arn, at(now)),
                3 => catalog = serde_json::from_value(serde_json::to_value(&catalog).unwrap()).unwrap(),
                _ => {
                    let steps = (0..random.below(3))
                        .map(|more| Change::Status { status: "READY".to_owned(), reason: None }.at(at(now + more)))
                        .collect();
                    if let Some(found) = catalog.get_mut(&arn) {
                        found.schedule(steps);
                    }
                }
            }
            let before = catalog.clone();
            catalog.watch();
            catalog.insert(resource(random.below(20), now));
            catalog.insert(resource(random.below(40), now));
            catalog.get_mut(&arn).into_iter().for_each(|found| found.end(at(now)));
            catalog.beginning_mut("arn:1".to_owned()).for_each(|found| found.schedule(Vec::new()));
            catalog.remove("arn:3", at(now));
            catalog.undo();
            check(&catalog);
            assert_eq!(catalog, before);
            catalog.advance(at(now), true);
            check(&catalog);
            for found in before.values() {
                let mut alone = found.clone();
                alone.advance(at(now), true);
                assert_eq!(catalog.get(&found.arn), Some(&alone));
            }
            let ended = catalog.take_ended();
            assert!(ended.iter().all(|arn| !lives(&catalog, arn)));
            let all = last.values().filter(|found| lives(&last, &found.arn) && !lives(&catalog, &found.arn));
            assert!(all.into_iter().all(|found| ended.contains(&found.arn)));
            catalog.forget(at(now), SignedDuration::from_secs(3), |kind| kind == Kind::Memory);
            check(&catalog);
            let kept =
                |found: &Resource| found.kind == Kind::Memory || found.gone_at.is_none_or(|gone| gone > at(now - 3));
            assert!(now < 3 || catalog.values().all(kept));
        }
    }
}
