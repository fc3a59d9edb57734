//! A resource that is there: what AWS says of it.

use std::cmp::Ordering;

use agentcore_api::status::{ConditionType, PartRecord, Reason};
use jiff::SignedDuration;

use crate::{
    adopt::is_claimed_by,
    change::Settled,
    conditions::{self, Verdict, whole_seconds},
    fault::Class,
    gone::{self, Gone},
    kind::{Facts, Kind, Serving, State, View},
    known::Timed,
    pass::{Desired, Flow, Pass, Place},
    record,
    rules::Mutation,
    step::{Again, Step},
};

impl<K: Kind> Pass<'_, K> {
    /// The record holds an id, and what is desired can't be told while a reference has none: AWS is read and reported,
    /// and nothing is sent.
    pub(crate) fn present_while_waiting(
        &self,
        place: &Place,
        record: &PartRecord,
        id: &str,
        waits: &str,
    ) -> Flow<Step<K>, K> {
        let first = self.ask_get(&place.region, id, 0, None)?;
        let view = first.value.as_ref().map_err(|fault| self.fault(fault))?;
        let again = Again::After(SignedDuration::from_mins(5));
        let Some(view) = view.as_ref().filter(|view| !gone::absent(Some(view))) else {
            let message = format!("AWS shows no {} {id}, and this object {waits}", K::NOUN);
            let verdict = Verdict::Retrying(Reason::DependencyNotReady);
            return Ok(self.rest_in(self.object.status.clone(), verdict, &message, again));
        };
        let mut part = record.clone();
        part.seen = true;
        K::learn(view, &mut part);
        let mut status = self.object.status.clone();
        Self::describe(&mut status, &part, Some(view));
        let state = &view.facts.state;
        let (verdict, message, again) = match (K::state(view), K::serving(view)) {
            (State::Good, Serving::Yes | Serving::Unknown(_)) if self.is_ready() => {
                (Verdict::Keep, String::new(), again)
            }
            (failed @ (State::CreateFailed | State::UpdateFailed), _) => {
                let message = format!("the {} {id} failed{}. It also {waits}", K::NOUN, because(view));
                let never = failed == State::CreateFailed && Self::never_worked(&part, view);
                let reason = if never { Reason::CreateFailed } else { Reason::UpdateFailed };
                (Verdict::Stalled(reason), message, again)
            }
            (State::ChildFailed(blocked), _) | (_, Serving::Failed(blocked)) => {
                (Verdict::Stalled(blocked.reason), blocked.message, again)
            }
            (State::Good, _) => (Verdict::Retrying(Reason::DependencyNotReady), waits.to_owned(), again),
            _ => {
                let message = format!("the {} {id} is {state}, and this object {waits}", K::NOUN);
                (Verdict::Retrying(Reason::DependencyNotReady), message, self.poll(record))
            }
        };
        let waiting = matches!(verdict, Verdict::Retrying(_));
        let verdict = if self.is_still() && waiting { Verdict::Suspended } else { verdict };
        Ok(self.rest_in(status, verdict, &message, again))
    }

    /// The record holds an id.
    pub(crate) fn present(&self, desired: &Desired<'_, K>, record: &PartRecord, id: &str) -> Flow<Step<K>, K> {
        let place = &desired.place;
        let first = self.ask_get(&place.region, id, 0, None)?;
        let view = match &first.value {
            Ok(view) => view.as_ref(),
            // AWS may hide what is gone.
            Err(fault) if Self::hides(first).is_some() => {
                return match self.confirm_gone_by_list(place, record, id)? {
                    Gone::Confirmed => Ok(self.is_gone(desired, record, id)),
                    Gone::Another(other) => Ok(self.found(desired, Some(&record::without_id(record)), &other)),
                    Gone::NotBefore(from) if record.delete_accepted_at.is_some() => {
                        let message =
                            format!("AWS denies a look at {id}, which may mean that it is gone: looks at the list");
                        let verdict = Verdict::Progressing(Reason::Replacing);
                        Ok(self.rest_in(self.object.status.clone(), verdict, &message, self.until(from)))
                    }
                    _ => Err(self.fault(fault)),
                };
            }
            Err(fault) => return Err(self.fault(fault)),
        };
        let Some(view) = view.filter(|view| !gone::absent(Some(view))) else {
            return self.lost_in_aws(desired, record, id, first);
        };
        let mut part = record.clone();
        part.seen = true;
        K::learn(view, &mut part);
        let mut status = self.object.status.clone();
        if self.is_stale(view, record) {
            // What we wrote is newer than what this read shows: it says nothing.
            let verdict = if self.is_ready() { Verdict::Keep } else { Verdict::Progressing(Reason::Updating) };
            let message = format!("waits until AWS shows the last change of the {} {id}", K::NOUN);
            return Ok(self.rest_in(status, verdict, &message, self.poll(record)));
        }
        Self::describe(&mut status, &part, Some(view));
        self.count_children(&mut status, view, &part);
        let state = &view.facts.state;
        let waits = |status, reason, what: &str| {
            let message = format!("AWS {what} the {} {id} ({state})", K::NOUN);
            Ok(self.rest_in(status, Verdict::Progressing(reason), &message, self.poll(record)))
        };
        let meant = K::state(view);
        if view.facts.state == K::GOOD && meant != State::Good {
            // It works, and a child of it is being changed: it holds data from now on.
            part.ever_active = true;
            record::put::<K>(&mut status, part.clone());
        }
        if self.is_withdrawn(desired, &part, view, &meant) {
            if let Some(until) = self.on_its_way_until(record) {
                return Ok(self.may_still_go(status, id, until));
            }
            part.delete_sent_at = None;
            record::put::<K>(&mut status, part.clone());
        } else if record.delete_sent_at.is_some() {
            return self.replacing(desired, &part, status, view, &meant);
        }
        match meant {
            State::Creating => waits(status, Reason::Creating, "is creating"),
            State::Updating => waits(status, Reason::Updating, "is updating"),
            State::Deleting => waits(status, Reason::Progressing, "is deleting, at somebody else's request,"),
            State::Unknown | State::Deleted => waits(status, Reason::Progressing, "is busy with"),
            State::DeleteFailed => {
                let message = format!(
                    "AWS failed to delete the {} {id}, which others asked for{}. Delete it in AWS, and it is created \
                     anew",
                    K::NOUN,
                    because(view)
                );
                Ok(self.rest_in(status, Verdict::Stalled(Reason::DeleteFailed), &message, self.at_rest()))
            }
            // Data that was ever in use is not deleted in order to create the resource again.
            State::CreateFailed
                if Self::never_worked(&part, view) || self.rules.breaks(Mutation::RecreateWhatWasActive) =>
            {
                self.create_failed(desired, part, status, view)
            }
            State::CreateFailed | State::UpdateFailed => self.update_failed(desired, part, status, view, first),
            State::Good => {
                let settled = Settled { view, record: part, status, good: true, resend: false, child_failed: None };
                self.settled(desired, settled, first)
            }
            State::ChildFailed(blocked) => {
                let settled =
                    Settled { view, record: part, status, good: false, resend: false, child_failed: Some(blocked) };
                self.settled(desired, settled, first)
            }
        }
    }

    /// Whether what failed never worked. What was adopted is not deleted, whatever it was.
    fn never_worked(record: &PartRecord, view: &View<K>) -> bool {
        !record.ever_active || (!record.adopted && K::never_worked(view))
    }

    /// How many children work, for those who look at nothing else.
    fn count_children(&self, status: &mut K::Status, view: &View<K>, record: &PartRecord) {
        let common = K::status_mut(status);
        let Some((total, active)) = K::children_active(view).filter(|(total, _)| *total > 0) else {
            return conditions::clear(common, ConditionType::StrategiesActive);
        };
        let (value, reason) = match K::state(view) {
            _ if active == total => ("True", Reason::Available),
            State::ChildFailed(blocked) => ("False", blocked.reason),
            State::CreateFailed | State::UpdateFailed => ("False", Reason::StrategyFailed),
            _ if K::failed_children(view, record).is_some() => ("False", Reason::StrategyFailed),
            _ => ("False", Reason::Progressing),
        };
        let message = format!("{active} of {total} strategies active");
        let generation = self.object.meta.generation;
        conditions::set(common, ConditionType::StrategiesActive, value, reason, &message, generation, self.now);
    }

    /// A read says that the resource is not there.
    fn lost_in_aws(
        &self,
        desired: &Desired<'_, K>,
        record: &PartRecord,
        id: &str,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Step<K>, K> {
        match self.confirm_gone(&desired.place, record, id, first)? {
            Gone::Confirmed => Ok(self.is_gone(desired, record, id)),
            Gone::Another(other) => Ok(self.found(desired, Some(&record::without_id(record)), &other)),
            Gone::NotBefore(_) => {
                let message = format!("AWS has created the {} {id}, and does not show it yet", K::NOUN);
                let verdict = Verdict::Progressing(Reason::Creating);
                Ok(self.rest_in(self.object.status.clone(), verdict, &message, self.poll(record)))
            }
            // A read that flapped says nothing.
            Gone::No => {
                let verdict = if self.is_ready() { Verdict::Keep } else { Verdict::Progressing(Reason::Progressing) };
                let message = format!("AWS does not always show the {} {id}: looks again", K::NOUN);
                let again = Again::Retry(Class::Unavailable);
                Ok(self.rest_in(self.object.status.clone(), verdict, &message, again))
            }
        }
    }

    /// The resource is gone, confirmed.
    fn is_gone(&self, desired: &Desired<'_, K>, record: &PartRecord, id: &str) -> Step<K> {
        if record.delete_sent_at.is_some() {
            let message = format!("the old {} {id} is gone: creates the new one", K::NOUN);
            return self.start_over(record, Verdict::Progressing(Reason::Replacing), &message);
        }
        // What failed, and then went, would fail again: its time is kept.
        let digest = Self::digest_at_creation(desired);
        let failed = record.failure.as_ref().is_some_and(|failure| failure.digest == digest) && !record.ever_active;
        let told = self.told().filter(|(_, reason, _)| *reason == Reason::CreateFailed);
        if failed && (told.is_some() || record::failure_reason(record) == Some(Reason::CreateFailed)) {
            let (verdict, _, message) = told.unwrap_or_else(|| {
                let message = format!(
                    "AWS failed to create the {} {id}, which is gone. Correct the spec; the same spec is tried again \
                     in an hour, or when the annotation agentcore-operator.github.io/requestedAt changes",
                    K::NOUN
                );
                (Verdict::Stalled(Reason::CreateFailed), Reason::CreateFailed, message)
            });
            return self.start_over(record, verdict, &message);
        }
        if let Some(end) = self.stays_gone(desired, record, id) {
            return end;
        }
        let message = format!("the {} {id} was deleted in AWS, not by this operator: creates it anew", K::NOUN);
        // That an update of it was refused says nothing of a create.
        let record = &PartRecord { failure: None, ..record.clone() };
        self.start_over(record, Verdict::Progressing(Reason::Creating), &message)
    }

    fn create_failed(
        &self,
        desired: &Desired<'_, K>,
        mut part: PartRecord,
        mut status: K::Status,
        view: &View<K>,
    ) -> Flow<Step<K>, K> {
        let digest = Self::digest_at_creation(desired);
        let same = part.body_digest.as_ref() == Some(&digest);
        if same && !self.known.announced && self.note_failure(&mut part, &digest, Reason::CreateFailed) {
            let again = self.hour_after(&part);
            record::put::<K>(&mut status, part);
            let message = format!(
                "AWS failed to create the {} {}{}. Correct the spec; the same spec is tried again in an hour, or when \
                 the annotation agentcore-operator.github.io/requestedAt changes",
                K::NOUN,
                view.facts.id,
                because(view)
            );
            return Ok(self.rest_in(status, Verdict::Stalled(Reason::CreateFailed), &message, again));
        }
        if self.is_still() {
            return Ok(self.does_not_match(status, "it failed"));
        }
        self.remove(desired, &part, view, "it failed")
    }

    fn update_failed(
        &self,
        desired: &Desired<'_, K>,
        mut part: PartRecord,
        mut status: K::Status,
        view: &View<K>,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Step<K>, K> {
        if !is_claimed_by(&part) {
            // What was adopted is claimed before anything else.
            let settled = Settled { view, record: part, status, good: false, resend: false, child_failed: None };
            return self.settled(desired, settled, first);
        }
        let digest = desired.digest.text();
        // Where the record was lost, it is this very body that failed, as far as anybody knows.
        part.accepted_digest.get_or_insert_with(|| desired.digest.with_settings(None));
        let same = !desired.digest.settings_differ(part.accepted_digest.as_deref());
        if same && !self.known.announced && self.note_failure(&mut part, &digest, Reason::UpdateFailed) {
            let again = self.hour_after(&part);
            let advice = K::failed_children(view, &part).unwrap_or_else(|| {
                "Correct the spec; the same spec is tried again in an hour, or when the annotation \
                 agentcore-operator.github.io/requestedAt changes"
                    .to_owned()
            });
            record::put::<K>(&mut status, part);
            let serves = K::still_serves(&status).map_or_else(String::new, |serves| format!(" {serves}."));
            let message =
                format!("AWS failed to update the {} {}{}.{serves} {advice}", K::NOUN, view.facts.id, because(view));
            return Ok(self.rest_in(status, Verdict::Stalled(Reason::UpdateFailed), &message, again));
        }
        record::put::<K>(&mut status, part.clone());
        self.settled(
            desired,
            Settled { view, record: part, status, good: false, resend: same, child_failed: None },
            first,
        )
    }

    /// When what failed is tried again: passes in between don't put it off.
    fn hour_after(&self, part: &PartRecord) -> Again {
        let last = part.failure.as_ref().map_or(self.now, |failure| failure.last.0);
        self.until(last + self.rules.failed_retry)
    }

    /// Notes that this body failed, if that is news; whether it is to be left alone for now.
    fn note_failure(&self, part: &mut PartRecord, digest: &str, reason: Reason) -> bool {
        let last_write = part.last_write.as_ref().and_then(|write| write.at.as_ref()).map(|at| at.0);
        let noted = part
            .failure
            .as_ref()
            .filter(|failure| failure.digest == digest && last_write.is_none_or(|at| failure.last.0 >= at));
        if let Some(failure) = noted {
            return !self.requested()
                && !self.rules.breaks(Mutation::RetryTerminalAtOnce)
                && self.now < failure.last.0 + self.rules.failed_retry;
        }
        record::failed(part, digest, reason, self.now);
        true
    }
}

/// AWS's reason, as the end of a sentence.
pub(crate) fn because<K: Kind>(view: &View<K>) -> String {
    let reason = view.facts.failure_reason.as_deref().unwrap_or_default().trim().trim_end_matches('.');
    if reason.is_empty() { format!(" ({}, without a reason)", view.facts.state) } else { format!(": {reason}") }
}

impl<K: Kind> Pass<'_, K> {
    /// Whether the read is older than our last write. Not for ever: AWS may take a failed change back.
    fn is_stale(&self, view: &View<K>, record: &PartRecord) -> bool {
        let failed = matches!(K::state(view), State::CreateFailed | State::UpdateFailed);
        let written = record.last_write.as_ref().and_then(|write| write.at.as_ref());
        let recent = written.is_some_and(|at| self.now < at.0 + self.rules.lookup_delay);
        // An announcement is no write yet: what was read before it was believed.
        let trusts = self.rules.breaks(Mutation::TrustStaleRead);
        !self.known.announced && !failed && recent && shows_less(view, record) && !trusts
    }
}

/// Whether the read shows an older version, or an earlier time of update, than our last write was answered with.
fn shows_less<K: Kind>(view: &View<K>, record: &PartRecord) -> bool {
    let Some(write) = &record.last_write else { return false };
    if let Some(order) = versions(&view.facts, record) {
        return order.is_lt();
    }
    // Memories tell fractions of seconds in one answer and whole seconds in another.
    match (&write.updated_at, view.facts.updated_at) {
        (Some(written), Some(shown)) => whole_seconds(shown) < whole_seconds(written.0),
        _ => false,
    }
}

/// How the version that a read shows compares with that of our last write, where AWS counts versions.
pub(crate) fn versions(shown: &Facts, record: &PartRecord) -> Option<Ordering> {
    let number = |version: &Option<String>| version.as_ref().and_then(|version| version.parse::<u64>().ok());
    let written = record.last_write.as_ref().and_then(|write| number(&write.version))?;
    Some(number(&shown.version)?.cmp(&written))
}
