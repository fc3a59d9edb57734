//! Drift: what others have changed in AWS, and what the spec says is to be done about it.
//!
//! An edit of the spec is no drift, and is always sent: drift is what differs although nobody has edited anything.

use agentcore_api::{
    common::Drift,
    status::{ConditionType, PartRecord, Reason},
};

use crate::{
    change::Settled,
    conditions::{self, Verdict},
    kind::{Kind, Plan},
    pass::{Desired, Pass},
    step::Step,
};

/// The most fields that a message names.
const FIELDS: usize = 20;

impl<K: Kind> Pass<'_, K> {
    /// The plan, without what is not to be set back; what is to be told of it goes into the status.
    pub(crate) fn without_drift(
        &self,
        desired: &Desired<'_, K>,
        settled: &mut Settled<'_, K>,
        plan: Plan<K::Change>,
        changed: bool,
    ) -> Plan<K::Change> {
        let drift = K::common(desired.spec).drift;
        if drift == Drift::Correct {
            return plan;
        }
        let fields = match &plan {
            Plan::Update { fields, .. } | Plan::Replace(fields) if !changed => fields.as_slice(),
            Plan::InSync => &[],
            // An edit that is on its way, or can't be made.
            Plan::Update { .. } | Plan::Replace(_) | Plan::Blocked(_) => return plan,
        };
        // What we sent is what AWS shows: it renders the field in its own way.
        let drifted = !fields.is_empty() && !self.is_rendering(settled);
        let told = (drifted && drift == Drift::Report).then(|| {
            let more = fields.len().saturating_sub(FIELDS);
            let named = fields.get(..fields.len() - more).unwrap_or_default().join(", ");
            let and_more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!(
                "the {} {} differs from the spec in {named}{and_more}, and the spec has not changed. Nothing is set \
                 back: set spec.drift to Correct to have AWS follow the spec, or write what AWS has into the spec",
                K::NOUN,
                settled.view.facts.id
            )
        });
        self.tell_drift(&mut settled.status, told.as_deref());
        Plan::InSync
    }

    /// Others have deleted the resource, and the spec says not to set that back: the end of the pass. `None` where a new
    /// one is to be created.
    pub(crate) fn stays_gone(&self, desired: &Desired<'_, K>, record: &PartRecord, id: &str) -> Option<Step<K>> {
        let drift = K::common(desired.spec).drift;
        if drift == Drift::Correct || Self::differs(desired, record) {
            return None;
        }
        let mut part = record.clone();
        // From now on an edit tells itself.
        part.accepted_digest.get_or_insert_with(|| desired.digest.with_settings(None));
        let mut status = self.object.status.clone();
        Self::describe(&mut status, &part, None);
        let message = format!(
            "the {} {id} was deleted in AWS, not by this operator, and spec.drift is {drift:?}: none is created. Set \
             spec.drift to Correct to have it created anew, or delete this object",
            K::NOUN
        );
        self.tell_drift(&mut status, (drift == Drift::Report).then_some(&message));
        Some(self.rest_in(status, Verdict::Stalled(Reason::Drifted), &message, self.at_rest()))
    }

    /// Whether what differs is AWS's own way of showing what we sent. A version tells for ever; where there is none,
    /// others may have changed something soon after, so it is believed as long as it is believed when it is corrected.
    fn is_rendering(&self, settled: &Settled<'_, K>) -> bool {
        let counted = settled.record.last_write.as_ref().is_some_and(|write| write.version.is_some());
        self.shows_our_write(settled) && (counted || self.is_recent(settled))
    }

    fn tell_drift(&self, status: &mut K::Status, message: Option<&str>) {
        let generation = self.object.meta.generation;
        let common = K::status_mut(status);
        conditions::inform(common, ConditionType::Drifted, message, Reason::Drifted, generation, self.now);
    }
}
