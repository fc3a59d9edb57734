//! After a pass: who wakes the object, so that it need not look by itself.

use std::sync::Arc;

use agentcore_api::status::{ConditionType, PartRecord};
use agentcore_engine::{
    kind::{Kind, Serving, View},
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

    /// Somebody has taken the finalizer from an object whose resource is observed: it has a pass, which sets it again. Our
    /// own writes wake nobody.
    pub(super) fn lacks_finalizer(&self, namespace: &str, name: &str) {
        let who = Who { namespace: namespace.to_owned(), name: name.to_owned() };
        if self.observers.has(&who) {
            // Nobody hears it when the operator stops.
            let _ = self.wake.send(who);
        }
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
    let record = record::main::<K>(&report.status)?;
    let (since, state, version) = if let Some(outcome) = &known.outcome {
        // What was read is older than the write.
        let accepted = outcome.as_ref().ok()?;
        (Timestamp::now(), accepted.state.clone().filter(|state| state != K::GOOD)?, accepted.version.clone())
    } else {
        let (began, view) = newest(known, &id)?;
        if !is_under_way(view, record) {
            return None;
        }
        (began, view.facts.state.clone(), view.facts.version.clone())
    };
    let creation = state == "CREATING";
    let usual = object.spec.as_ref().ok().filter(|_| creation).map_or(CHANGE, K::usual);
    let asked = record::last_asked(record).unwrap_or(since);
    Some(Watch { id, state, version, asked, usual, creation, since })
}

/// Whether lists, or what is beside the resource, can show that it has moved on. Of what has settled only that is awaited
/// which is beside it: otherwise the read is old, or the resource on its way out.
fn is_under_way<K: Kind>(view: &View<K>, record: &PartRecord) -> bool {
    let beside = record.delete_sent_at.is_none() && matches!(K::serving(view), Serving::NotYet(_));
    view.facts.state != K::GOOD || beside
}

#[cfg(test)]
mod tests {
    use agentcore_engine::kind;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

    use super::*;
    use crate::kinds::agent_runtime::{Endpoint, RuntimeKind};

    #[test]
    fn of_what_has_settled_only_what_is_beside_it_is_awaited() {
        let live = Endpoint {
            state: "READY".to_owned(),
            live_version: Some("1".to_owned()),
            target_version: Some("1".to_owned()),
            ..Endpoint::default()
        };
        let deleted = PartRecord { delete_sent_at: Some(MicroTime(Timestamp::now())), ..PartRecord::default() };
        for (state, endpoint, record, expected) in [
            ("UPDATING", None, PartRecord::default(), true),
            ("DELETING", None, deleted.clone(), true),
            ("READY", None, PartRecord::default(), true),
            // A read from before our last write.
            ("READY", Some(live), PartRecord::default(), false),
            // The endpoint has gone first.
            ("READY", None, deleted, false),
        ] {
            let spec = serde_json::json!({
                "artifact": { "container": { "image": "public.ecr.aws/team/agent:1" } },
                "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreSupport" },
            });
            let (state, version) = (state.to_owned(), Some("1".to_owned()));
            let facts = kind::Facts { state, version, ..kind::Facts::default() };
            let view = View::<RuntimeKind> { facts, settings: serde_json::from_value(spec).unwrap(), more: endpoint };
            assert_eq!(is_under_way(&view, &record), expected, "{view:?} {record:?}");
        }
    }
}
