//! Replacement: a resource is deleted in order to be created anew.

use agentcore_api::status::{PartRecord, Reason};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    change::Settled,
    conditions::{Verdict, whole_seconds},
    kind::{Kind, Plan, State, View},
    pass::{Desired, Flow, Pass, act},
    record,
    step::{Act, Again, Intent, Step, Verb},
};

impl<K: Kind> Pass<'_, K> {
    /// Announces the delete of a resource that is to be created anew. With that announcement it is [`Self::replacing`].
    pub(crate) fn remove(
        &self,
        desired: &Desired<'_, K>,
        record: &PartRecord,
        view: &View<K>,
        why: &str,
    ) -> Flow<Step<K>, K> {
        let mut status = self.object.status.clone();
        Self::describe(&mut status, record, Some(view));
        let verdict = Verdict::Progressing(Reason::Replacing);
        self.hold_back(&desired.place.region, &view.facts.id, &status, verdict)?;
        let message = format!("replaces the {} {}: {why}", K::NOUN, view.facts.id);
        // The message of the announcement says why; it is the event that users see.
        let announce = |part: &mut PartRecord, now: MicroTime| {
            part.delete_sent_at = Some(now);
            // Nothing of what was refused before keeps the new one from being created.
            part.failure = None;
        };
        let intent = Intent { region: desired.place.region.clone(), verb: Verb::Delete };
        Err(act(Act::Announce(self.announcement(announce, verdict, &message), intent)))
    }

    /// Whether nobody wants the replacement any more whose delete AWS has not taken: the spec was changed back.
    pub(crate) fn is_withdrawn(
        &self,
        desired: &Desired<'_, K>,
        record: &PartRecord,
        view: &View<K>,
        meant: &State,
    ) -> bool {
        if self.known.announced || record.delete_sent_at.is_none() || record.delete_accepted_at.is_some() {
            return false;
        }
        let (good, child_failed) = match meant {
            State::Good => (true, None),
            State::ChildFailed(blocked) => (false, Some(blocked.clone())),
            State::UpdateFailed => (false, None),
            State::CreateFailed if record.ever_active => (false, None),
            _ => return false,
        };
        let (record, status) = (record.clone(), self.object.status.clone());
        let mut settled = Settled { view, record, status, good, resend: false, child_failed };
        !matches!(self.planned(desired, &mut settled), Plan::Replace(_))
    }

    /// The object lost its resource and waits for a new one.
    pub(crate) fn start_over(&self, record: &PartRecord, verdict: Verdict, message: &str) -> Step<K> {
        let mut part = record.clone();
        record::nothing(&mut part);
        let mut status = self.object.status.clone();
        Self::unpin(&mut status, &part);
        self.rest_in(status, verdict, message, Again::Now)
    }

    /// Until when a delete that is not wanted any more may still reach AWS.
    pub(crate) fn on_its_way_until(&self, record: &PartRecord) -> Option<Timestamp> {
        let until = record.delete_sent_at.as_ref()?.0 + self.rules.lookup_delay;
        (self.now < until).then_some(until)
    }

    pub(crate) fn may_still_go(&self, status: K::Status, id: &str, until: Timestamp) -> Step<K> {
        let message = format!(
            "the {} {id} is not to be replaced any more, and its delete may still be on its way to AWS: waits until {}",
            K::NOUN,
            whole_seconds(until)
        );
        self.rest_in(status, Verdict::Progressing(Reason::Progressing), &message, self.until(until))
    }

    /// A resource whose delete was sent in order to create it anew.
    pub(crate) fn replacing(
        &self,
        desired: &Desired<'_, K>,
        record: &PartRecord,
        status: K::Status,
        view: &View<K>,
        state: &State,
    ) -> Flow<Step<K>, K> {
        if *state == State::Deleting {
            let message = format!("AWS is deleting the {} {}, to create it anew", K::NOUN, view.facts.id);
            let verdict = Verdict::Progressing(Reason::Replacing);
            return Ok(self.rest_in(status, verdict, &message, self.poll(record)));
        }
        if self.is_still() && !self.known.announced {
            let message =
                format!("{}: the {} {} is to be replaced, and is left alone", self.why_still(), K::NOUN, view.facts.id);
            return Ok(self.rest_in(status, Verdict::Suspended, &message, self.at_rest()));
        }
        self.delete_step(record, &desired.place, view, status, Verdict::Progressing(Reason::Replacing))
    }
}
