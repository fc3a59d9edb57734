//! The one place that makes conditions of a verdict.
//!
//! kstatus, Flux, Argo CD and `kubectl wait` read them; `docs/conditions.md` has the table.

use agentcore_api::status::{CommonStatus, ConditionType, Reason};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::step::Event;

/// What the user is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// AWS matches the spec, and it works.
    Ready,
    /// The operator or AWS is on it, and nothing is wrong.
    Progressing(Reason),
    /// Something failed, or is awaited, and is tried again without help.
    Retrying(Reason),
    /// Nothing goes on without help.
    Stalled(Reason),
    /// Nothing is written, and AWS does not match.
    Suspended,
    /// The object is being deleted.
    Deleting,
    /// The object is being deleted, and waits for others that are.
    DeletionWaits(Reason),
    /// The object is being deleted, and that does not proceed.
    DeletionStuck(Reason),
    /// Nothing new is known: the conditions stay.
    Keep,
}

/// Writes the conditions that say `verdict`, and the generation that they speak of.
pub fn apply(status: &mut CommonStatus, verdict: Verdict, message: &str, generation: i64, now: Timestamp) {
    let (ready, reason, other) = match verdict {
        Verdict::Ready => ("True", Reason::Available, None),
        Verdict::Progressing(reason) => ("Unknown", reason, Some((ConditionType::Reconciling, Reason::Progressing))),
        Verdict::Retrying(reason) => {
            ("False", reason, Some((ConditionType::Reconciling, Reason::ProgressingWithRetry)))
        }
        Verdict::Stalled(reason) => ("False", reason, Some((ConditionType::Stalled, reason))),
        Verdict::Suspended => ("False", Reason::Suspended, None),
        Verdict::Deleting => ("False", Reason::Deleting, Some((ConditionType::Reconciling, Reason::Deleting))),
        Verdict::DeletionWaits(reason) => ("False", Reason::Deleting, Some((ConditionType::Reconciling, reason))),
        Verdict::DeletionStuck(reason) => ("False", Reason::Deleting, Some((ConditionType::Stalled, reason))),
        Verdict::Keep => return,
    };
    status.observed_generation = Some(generation);
    set(status, ConditionType::Ready, ready, reason, message, generation, now);
    for type_ in [ConditionType::Reconciling, ConditionType::Stalled] {
        match other {
            Some((present, reason)) if present == type_ => set(status, type_, "True", reason, message, generation, now),
            _ => clear(status, type_),
        }
    }
    // Informational ones that stay speak of this generation too.
    for condition in &mut status.conditions {
        condition.observed_generation = Some(generation);
    }
}

/// Sets a condition. Its time changes only with its status.
pub fn set(
    status: &mut CommonStatus,
    type_: ConditionType,
    value: &str,
    reason: Reason,
    message: &str,
    generation: i64,
    now: Timestamp,
) {
    let since = status
        .condition(type_)
        .filter(|condition| condition.status == value)
        .map_or_else(|| Time(whole_seconds(now)), |condition| condition.last_transition_time.clone());
    let condition = Condition {
        type_: type_.as_str().to_owned(),
        status: value.to_owned(),
        reason: reason.as_str().to_owned(),
        message: message.to_owned(),
        observed_generation: Some(generation),
        last_transition_time: since,
    };
    match status.conditions.iter_mut().find(|condition| condition.type_ == type_.as_str()) {
        Some(found) => *found = condition,
        None => status.conditions.push(condition),
    }
    // Always the same order, so that equal statuses compare equal; Ready first is what people look for.
    status.conditions.sort_by_key(|condition| {
        ConditionType::ALL.iter().position(|known| known.as_str() == condition.type_).unwrap_or(usize::MAX)
    });
}

/// Removes a condition.
pub fn clear(status: &mut CommonStatus, type_: ConditionType) {
    status.conditions.retain(|condition| condition.type_ != type_.as_str());
}

/// Sets an informational condition to True, or removes it.
pub fn inform(
    status: &mut CommonStatus,
    type_: ConditionType,
    message: Option<&str>,
    reason: Reason,
    generation: i64,
    now: Timestamp,
) {
    match message {
        Some(message) => set(status, type_, "True", reason, message, generation, now),
        None => clear(status, type_),
    }
}

/// The event of a transition: what a condition says now and did not say before.
pub fn transition(before: &CommonStatus, after: &CommonStatus) -> Option<Event> {
    let stalled = after.condition(ConditionType::Stalled);
    let tells = stalled.or_else(|| after.condition(ConditionType::Ready))?;
    let type_ = if stalled.is_some() { ConditionType::Stalled } else { ConditionType::Ready };
    let told = before.condition(type_);
    let same = told.is_some_and(|told| {
        // The words of a failure count, those of progress don't.
        told.reason == tells.reason
            && told.status == tells.status
            && (told.message == tells.message
                || tells.status == "Unknown"
                || tells.reason == Reason::Available.as_str()
                || (stalled.is_none() && tells.reason == Reason::Deleting.as_str()))
    });
    if same {
        return None;
    }
    let reason = tells.reason.parse().ok()?;
    let retrying = after
        .condition(ConditionType::Reconciling)
        .is_some_and(|condition| condition.reason == Reason::ProgressingWithRetry.as_str());
    // Waiting for another object is no failure.
    let warning = stalled.is_some() || (retrying && reason != Reason::DependencyNotReady);
    Some(Event { warning, reason, note: tells.message.clone() })
}

/// The event of drift: what differs now and did not before.
pub fn drift(before: &CommonStatus, after: &CommonStatus) -> Option<Event> {
    let tells = after.condition(ConditionType::Drifted)?;
    // A resource that is gone is told as what stalls the object.
    let stalled = after.condition(ConditionType::Stalled).is_some_and(|stalled| stalled.reason == tells.reason);
    let told = before.condition(ConditionType::Drifted).is_some_and(|told| told.message == tells.message);
    (!told && !stalled).then(|| Event { warning: true, reason: Reason::Drifted, note: tells.message.clone() })
}

/// Kubernetes keeps these times in whole seconds.
pub fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn every_verdict() -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::Ready, Verdict::Suspended, Verdict::Deleting];
        for reason in Reason::ALL {
            verdicts.extend([
                Verdict::Progressing(*reason),
                Verdict::Retrying(*reason),
                Verdict::Stalled(*reason),
                Verdict::DeletionWaits(*reason),
                Verdict::DeletionStuck(*reason),
            ]);
        }
        verdicts
    }

    /// The rules of Flux's status checker, for every verdict after every other.
    #[test]
    fn no_status_breaks_the_contract() {
        for first in every_verdict() {
            for second in every_verdict() {
                let mut status = CommonStatus::default();
                apply(&mut status, first, "one", 1, at(1));
                apply(&mut status, second, "two", 2, at(2));
                let value = |type_| status.condition(type_).map(|condition| condition.status.as_str());
                let (ready, reconciling, stalled) =
                    (value(ConditionType::Ready), value(ConditionType::Reconciling), value(ConditionType::Stalled));
                assert!(ready.is_some(), "{second:?}: Ready is always present");
                assert!(reconciling.is_none_or(|value| value == "True") && stalled.is_none_or(|value| value == "True"));
                assert!(!(reconciling.is_some() && stalled.is_some()), "{second:?}: both");
                assert!(ready != Some("True") || (reconciling.is_none() && stalled.is_none()), "{second:?}");
                assert!(ready != Some("Unknown") || reconciling.is_some(), "{second:?}");
                assert!(stalled.is_none() || ready == Some("False"), "{second:?}");
                assert_eq!(status.observed_generation, Some(2));
                assert!(status.conditions.iter().all(|condition| condition.observed_generation == Some(2)));
            }
        }
    }

    #[test]
    fn time_changes_with_the_status_only() {
        let mut status = CommonStatus::default();
        apply(&mut status, Verdict::Progressing(Reason::Creating), "a", 1, at(1));
        apply(&mut status, Verdict::Progressing(Reason::Updating), "b", 1, at(2));
        assert_eq!(status.condition(ConditionType::Ready).unwrap().last_transition_time.0, at(1));
        apply(&mut status, Verdict::Ready, "c", 1, at(3));
        assert_eq!(status.condition(ConditionType::Ready).unwrap().last_transition_time.0, at(3));
        let before = status.clone();
        apply(&mut status, Verdict::Keep, "d", 9, at(4));
        assert_eq!(status, before);
    }

    #[test]
    fn events_are_for_transitions() {
        let mut before = CommonStatus::default();
        apply(&mut before, Verdict::Progressing(Reason::Creating), "a", 1, at(1));
        let mut after = before.clone();
        apply(&mut after, Verdict::Progressing(Reason::Creating), "b", 1, at(2));
        assert_eq!(transition(&before, &after), None);
        apply(&mut after, Verdict::Stalled(Reason::InvalidSpec), "c", 1, at(3));
        let event = transition(&before, &after).unwrap();
        assert_eq!((event.warning, event.reason, event.note.as_str()), (true, Reason::InvalidSpec, "c"));
        assert_eq!(transition(&after, &after), None);
    }
}
