//! What was found in AWS becomes the object's. It is written first; only the next pass acts on it.

use agentcore_api::status::{Child, Fate, PartRecord, Reason};

use jiff::SignedDuration;

use crate::{
    conditions::Verdict,
    kind::{Kind, State, View},
    known::Candidate,
    pass::{Desired, Flow, Pass, Place, rest},
    record,
    step::{Again, Event, Step},
};

/// When it is looked whether the resource of an earlier object is gone: no list is awaited for it.
const UNTIL_GONE: SignedDuration = SignedDuration::from_secs(3);

/// How a resource that was found came to be the object's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was created for it.
    Created,
    /// It was created for an earlier object of the same kind, namespace and name.
    Earlier,
    /// The spec adopts it.
    Adopted,
}

impl<K: Kind> Pass<'_, K> {
    /// What was created for this object was found.
    pub(crate) fn found(&self, desired: &Desired<'_, K>, record: Option<&PartRecord>, id: &str) -> Step<K> {
        self.take(desired, record, id, Origin::Created)
    }

    /// What an earlier object of this name has left is this object's; but not what is on its way out already.
    pub(crate) fn take_earlier(
        &self,
        desired: &Desired<'_, K>,
        record: Option<&PartRecord>,
        earlier: &Candidate,
    ) -> Flow<Step<K>, K> {
        let read = self.ask_get(&desired.place.region, &earlier.id, 0, None)?;
        let goes = |view: &View<K>| K::state(view) == State::Deleting;
        if !read.value.as_ref().is_ok_and(|view| view.as_ref().is_some_and(goes)) {
            return Ok(self.take(desired, record, &earlier.id, Origin::Earlier));
        }
        let message = format!(
            "AWS is deleting the {} {} of an earlier {} of this name: creates another when that is gone",
            K::NOUN,
            earlier.id,
            K::NAME
        );
        let status = self.object.status.clone();
        Ok(self.rest_in(status, Verdict::Progressing(Reason::Creating), &message, Again::After(UNTIL_GONE)))
    }

    /// Writes that the resource is this object's.
    pub(crate) fn take(
        &self,
        desired: &Desired<'_, K>,
        record: Option<&PartRecord>,
        id: &str,
        origin: Origin,
    ) -> Step<K> {
        let mut part = record.cloned().unwrap_or_else(|| {
            // Creations are counted on: a token is never used for two.
            let lost = record::lost(self.now);
            let creation = self.record().map_or(lost.creation, |before| before.creation);
            PartRecord { creation, ..lost }
        });
        if origin == Origin::Adopted && self.record().is_none_or(|before| before.fate == Fate::None) {
            // Nothing was sent, so there can be no other.
            part.sent_at = None;
            part.sends = 0;
        }
        if origin != Origin::Created {
            // It may hold data, and what it is was another's wish.
            part.ever_active = true;
            part.body_digest = None;
        }
        record::found(&mut part, id);
        if part.body_digest.is_none() {
            // What children this object, or the one before it, had made is not known: they are known by their names.
            let child = |name| Child { name, id: None };
            part.children = K::children(&desired.body.settings).into_iter().map(child).collect();
        }
        // Where the record was lost, the spec tells.
        part.adopted |=
            origin == Origin::Adopted || (part.body_digest.is_none() && K::common(desired.spec).adopt.is_some());
        let mut status = self.object.status.clone();
        record::put::<K>(&mut status, part);
        Self::pin(&mut status, &desired.place, id);
        let message = match origin {
            Origin::Created => format!("found the {} {id} that was created for this object", K::NOUN),
            Origin::Adopted => format!("adopts the {} {id}", K::NOUN),
            Origin::Earlier => format!("takes over the {} {id} of an earlier {} of this name", K::NOUN, K::NAME),
        };
        let verdict = Verdict::Progressing(Reason::Creating);
        let mut report = self.end(status, verdict, &message, Again::Now);
        // Whose resource it was is told, whatever the conditions have said of the same reason.
        if origin != Origin::Created && report.events.iter().all(|event| event.note != message) {
            report.events.push(Event { warning: false, reason: Reason::Creating, note: message });
        }
        rest(report)
    }

    /// Where the resource is that was found.
    pub(crate) fn pin(status: &mut K::Status, place: &Place, id: &str) {
        let common = K::status_mut(status);
        common.id = Some(id.to_owned());
        common.account = Some(place.account.clone());
        common.partition = Some(place.partition.clone());
        common.region = Some(place.region.clone());
        common.name = Some(place.name.clone());
    }
}
