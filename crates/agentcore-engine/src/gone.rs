//! When a resource is gone, confirmed: only then may the object let go of it, or create another.

use agentcore_api::status::{Fate, PartRecord};
use jiff::Timestamp;

use crate::{
    fault::{Class, Fault},
    kind::{Kind, State, View},
    known::{Candidate, Timed},
    lookup::Whose,
    pass::{Flow, Pass, Place},
    record,
    rules::Mutation,
};

/// Whether a resource is gone.
pub(crate) enum Gone {
    /// It is.
    Confirmed,
    /// It may be, and that can be told only later.
    NotBefore(Timestamp),
    /// It is, and there is another of ours.
    Another(String),
    /// It is not.
    No,
}

/// Whether a read says that the resource is gone.
pub(crate) fn absent<K: Kind>(view: Option<&View<K>>) -> bool {
    view.is_none_or(|view| K::state(view) == State::Deleted)
}

/// Whether another send, or an unknown fate, may have made another resource.
fn may_be_another(record: &PartRecord) -> bool {
    record.sends > 1 || record.fate == Fate::Unknown
}

impl<K: Kind> Pass<'_, K> {
    /// Whether the resource whose first read said "gone" is gone indeed.
    pub(crate) fn confirm_gone(
        &self,
        place: &Place,
        record: &PartRecord,
        id: &str,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Gone, K> {
        let shown =
            record.seen || record.delete_accepted_at.is_some() || self.rules.breaks(Mutation::NotFoundCountsUnseen);
        let settled = record.sent_at.as_ref().map(|sent| sent.0 + self.rules.lookup_delay);
        // An id that only the create's answer has shown may not be visible yet.
        if let Some(settled) = settled
            && !shown
            && first.began < settled
        {
            return Ok(Gone::NotBefore(settled));
        }
        if self.rules.breaks(Mutation::OneNotFoundIsEnough) {
            return Ok(Gone::Confirmed);
        }
        let second = self.ask_get(&place.region, id, 1, Some(first.began + self.rules.gone_gap))?;
        match &second.value {
            Ok(view) if absent(view.as_ref()) => {}
            Ok(_) => return Ok(Gone::No),
            Err(fault) => return Err(self.fault(fault)),
        }
        if !may_be_another(record) {
            return Ok(Gone::Confirmed);
        }
        let settled = settled.unwrap_or(self.object.meta.created_at);
        if self.now < settled {
            return Ok(Gone::NotBefore(settled));
        }
        let answer = self.ask_find(place, 0, Some(settled))?;
        let candidates = answer.value.as_ref().map_err(|fault| self.fault(fault))?;
        // A list that shows it outweighs reads that don't, unless AWS says that it lists what is gone.
        let says_deleted = first.value.as_ref().is_ok_and(Option::is_some);
        let mut listed = false;
        for candidate in candidates.iter().filter(|candidate| candidate.id == id && !says_deleted) {
            listed |= match self.ask_tags(&place.region, &candidate.arn)? {
                Ok(tags) => tags.is_some(),
                Err(fault) if matches!(fault.class, Class::Denied | Class::Invalid) => true,
                Err(fault) => return Err(self.fault(fault)),
            };
        }
        Ok(match self.another(place, record, id, candidates)? {
            Gone::Confirmed if listed => Gone::No,
            gone => gone,
        })
    }

    /// Whether a complete look-up shows another resource of this object than the one that is gone.
    fn another(&self, place: &Place, record: &PartRecord, id: &str, candidates: &[Candidate]) -> Flow<Gone, K> {
        let mut gone = Gone::Confirmed;
        let mut unreadable = None;
        for candidate in candidates.iter().filter(|candidate| candidate.id != id) {
            match self.whose(place, Some(record), candidate)? {
                Whose::Ours => match &self.ask_get(&place.region, &candidate.id, 0, None)?.value {
                    // Listed, and not shown: one of the two is old.
                    Ok(view) if absent(view.as_ref()) => gone = Gone::No,
                    _ => return Ok(Gone::Another(candidate.id.clone())),
                },
                Whose::Unreadable(fault) => unreadable = Some(fault),
                Whose::Earlier | Whose::Other(..) | Whose::Gone => {}
            }
        }
        unreadable.map_or(Ok(gone), |fault| Err(self.fault(&fault)))
    }

    /// Whether the resource is gone where AWS answers a read with "access denied": two complete look-ups that lack
    /// the id, long enough after the last write, take the reads' place.
    pub(crate) fn confirm_gone_by_list(&self, place: &Place, record: &PartRecord, id: &str) -> Flow<Gone, K> {
        if self.rules.breaks(Mutation::DeniedIsGone) {
            return Ok(Gone::Confirmed);
        }
        let from = record::last_asked(record).unwrap_or(self.object.meta.created_at) + self.rules.lookup_delay;
        if self.now < from {
            return Ok(Gone::NotBefore(from));
        }
        let mut not_before = from;
        for ordinal in [0, 1] {
            let answer = self.ask_find(place, ordinal, Some(not_before))?;
            not_before = answer.began + self.rules.gone_gap;
            match &answer.value {
                Ok(candidates) if candidates.iter().any(|candidate| candidate.id == id) => return Ok(Gone::No),
                Ok(candidates) if may_be_another(record) => match self.another(place, record, id, candidates)? {
                    Gone::Confirmed => {}
                    gone => return Ok(gone),
                },
                Ok(_) => {}
                Err(fault) => return Err(self.fault(fault)),
            }
        }
        Ok(Gone::Confirmed)
    }

    /// A read that failed in the way in which AWS may hide what is gone.
    pub(crate) fn hides(first: &Timed<Option<View<K>>>) -> Option<&Fault> {
        first.value.as_ref().err().filter(|fault| fault.class == Class::Denied)
    }
}
