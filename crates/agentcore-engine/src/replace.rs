//! Replacement: a resource is deleted in order to be created anew.

use agentcore_api::status::{PartRecord, Reason};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    conditions::Verdict,
    kind::{Kind, State, View},
    pass::{Desired, Flow, Pass, act},
    step::{Act, Intent, Step, Verb},
};

impl<K: Kind> Pass<'_, K> {
    /// Deletes a resource that is to be created anew.
    pub(crate) fn remove(
        &self,
        desired: &Desired<'_, K>,
        record: &PartRecord,
        view: &View<K>,
        why: &str,
    ) -> Flow<Step<K>, K> {
        let mut status = self.object.status.clone();
        Self::describe(&mut status, record, Some(view));
        let message = format!("replaces the {} {}: {why}", K::NOUN, view.facts.id);
        // The message of the announcement says why; it is the event that users see.
        let announce = |part: &mut PartRecord, now: MicroTime| part.delete_sent_at = Some(now);
        if !self.known.announced {
            self.hold_back(&desired.place.region, &view.facts.id, &status, Verdict::Progressing(Reason::Replacing))?;
            let verdict = Verdict::Progressing(Reason::Replacing);
            let intent = Intent { region: desired.place.region.clone(), verb: Verb::Delete };
            return Err(act(Act::Announce(self.announcement(announce, verdict, &message), intent)));
        }
        self.send_delete(record, &desired.place, &view.facts.id, status, Verdict::Progressing(Reason::Replacing))
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
