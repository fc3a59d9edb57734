//! After a pass: who wakes the object, so that it need not look by itself.

use std::sync::Arc;

use agentcore_api::status::ConditionType;
use agentcore_engine::{
    kind::View,
    known::Known,
    object::{Meta, Object},
    record,
    step::{Again, Report},
};
use jiff::{SignedDuration, Timestamp};

use super::shell::Shell;
use crate::{
    aws::batch::{Facts, Observer, Watch, Who},
    kinds::Managed,
};

/// How long AWS takes at least for changes other than a creation.
const CHANGE: SignedDuration = SignedDuration::from_secs(3);

/// When an object looks by itself although somebody watches its resource. The watch is a hint, and this is the end of
/// every wait for it.
const NOBODY_SAW: SignedDuration = SignedDuration::from_mins(5);

/// The same for an object at rest.
const AT_REST: SignedDuration = SignedDuration::from_hours(7);

impl<K: Managed> Shell<K> {
    /// Has the object woken when its resource moves on, or when others change it. Gives when it looks by itself.
    pub(super) fn observe(&self, object: &Object<K>, report: &Report<K>, known: &Known<K>) -> Again {
        let who = who(&object.meta);
        let observer = self.observed_in(report);
        self.observers.leave(&who, observer.as_ref());
        let (Some(observer), Some(id)) = (observer, id(report)) else { return end_of(&report.again) };
        let seen = newest(known, &id);
        let again = match &report.again {
            Again::Moved(time) => {
                let watch = watch(object, report, known, id);
                let watched = watch.is_some_and(|watch| observer.awaits(who.clone(), self.wake.clone(), watch));
                return if watched {
                    Again::After(NOBODY_SAW)
                } else {
                    self.observers.leave(&who, None);
                    Again::After(*time)
                };
            }
            Again::After(time) if *time == self.rules.resync && is_ready(report) => seen.map(|(began, view)| {
                let facts = &view.facts;
                let (state, version) = (facts.state.clone(), facts.version.clone());
                let facts = Facts { state, version, updated_at: facts.updated_at };
                observer.rests(who.clone(), self.wake.clone(), &id, facts, began);
                Again::After(AT_REST)
            }),
            _ => None,
        };
        again.unwrap_or_else(|| {
            self.observers.leave(&who, None);
            end_of(&report.again)
        })
    }

    /// The object is gone, or nothing of it is to be observed.
    pub(super) fn observe_no_longer(&self, namespace: &str, name: &str) {
        self.observers.leave(&Who { namespace: namespace.to_owned(), name: name.to_owned() }, None);
    }

    fn observed_in(&self, report: &Report<K>) -> Option<Arc<Observer<K>>> {
        let status = K::status(&report.status);
        Some(self.observers.of(status.account.as_ref()?, status.region.as_ref()?))
    }
}

fn who(meta: &Meta) -> Who {
    Who { namespace: meta.namespace.clone(), name: meta.name.clone() }
}

fn id<K: Managed>(report: &Report<K>) -> Option<String> {
    record::main::<K>(&report.status).and_then(|record| record.id.clone())
}

fn is_ready<K: Managed>(report: &Report<K>) -> bool {
    K::status(&report.status).condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True")
}

/// Where nobody watches, the object looks by itself.
fn end_of(again: &Again) -> Again {
    match again {
        Again::Moved(time) => Again::After(*time),
        again => again.clone(),
    }
}

/// The newest read of a resource in this pass, if that showed one.
fn newest<'a, K: Managed>(known: &'a Known<K>, id: &str) -> Option<(Timestamp, &'a View<K>)> {
    let reads = known.gets.iter().filter(|(get, _)| get.id == id).map(|(_, read)| read);
    let newest = reads.max_by_key(|read| read.began)?;
    Some((newest.began, newest.value.as_ref().ok()?.as_ref()?))
}

/// What is to be watched: the state that the pass saw last. None where it saw no resource, or AWS does not tell.
fn watch<K: Managed>(object: &Object<K>, report: &Report<K>, known: &Known<K>, id: String) -> Option<Watch> {
    let read = known.outcome.is_none();
    let (since, state, version) = if let Some(outcome) = &known.outcome {
        // What was read is older than the write.
        let accepted = outcome.as_ref().ok()?;
        (Timestamp::now(), accepted.state.clone()?, accepted.version.clone())
    } else {
        let (began, view) = newest(known, &id)?;
        (began, view.facts.state.clone(), view.facts.version.clone())
    };
    let record = record::main::<K>(&report.status)?;
    let creation = state == "CREATING";
    let usual = object.spec.as_ref().ok().filter(|_| creation).map_or(CHANGE, K::usual);
    let asked = record::last_asked(record).unwrap_or(since);
    Some(Watch { id, state, version, asked, usual, creation, since, read })
}
