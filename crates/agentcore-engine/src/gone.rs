//! When a resource is gone, confirmed: only then may the object let go of it, or create another.

use agentcore_api::status::{Fate, PartRecord};
use jiff::Timestamp;

use crate::{
    fault::Class,
    kind::{Kind, State, View},
    known::Timed,
    lookup::Found,
    pass::{Flow, Pass, Place},
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

impl<K: Kind> Pass<'_, K> {
    /// Whether the resource whose first read said "gone" is gone indeed.
    pub(crate) fn confirm_gone(
        &self,
        place: &Place,
        record: &PartRecord,
        id: &str,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Gone, K> {
        let shown = record.seen || record.delete_accepted_at.is_some();
        let settled = record.sent_at.as_ref().map(|sent| sent.0 + self.rules.lookup_delay);
        // An id that only the create's answer has shown may not be visible yet.
        if let Some(settled) = settled
            && !shown
            && first.began < settled
        {
            return Ok(Gone::NotBefore(settled));
        }
        let second = self.ask_get(&place.region, id, 1, Some(first.began + self.rules.gone_gap))?;
        match &second.value {
            Ok(view) if absent(view.as_ref()) => {}
            Ok(_) => return Ok(Gone::No),
            Err(fault) => return Err(self.fault(fault)),
        }
        // Another send, or an unknown fate, may have made another resource.
        if record.sends > 1 || record.fate == Fate::Unknown {
            let settled = settled.unwrap_or(self.now);
            if self.now < settled {
                return Ok(Gone::NotBefore(settled));
            }
            return match self.look_up(place, Some(record), 0, Some(settled))? {
                Found::Ours(other) if other.id != id => Ok(Gone::Another(other.id)),
                Found::Unreadable(fault) => Err(self.fault(&fault)),
                _ => Ok(Gone::Confirmed),
            };
        }
        Ok(Gone::Confirmed)
    }

    /// Whether the resource is gone where AWS answers a read with "access denied": two complete look-ups that lack
    /// the id, long enough after the last write, take the reads' place.
    pub(crate) fn confirm_gone_by_list(&self, place: &Place, record: &PartRecord, id: &str) -> Flow<Gone, K> {
        let writes = [
            record.sent_at.as_ref(),
            record.delete_sent_at.as_ref(),
            record.last_write.as_ref().and_then(|write| write.at.as_ref()),
        ];
        let last = writes.into_iter().flatten().map(|at| at.0).max().unwrap_or(self.now);
        let from = last + self.rules.lookup_delay;
        if self.now < from {
            return Ok(Gone::NotBefore(from));
        }
        let mut not_before = from;
        for ordinal in [0, 1] {
            let answer = self.ask_find(place, ordinal, Some(not_before))?;
            match &answer.value {
                Ok(candidates) if candidates.iter().any(|candidate| candidate.id == id) => return Ok(Gone::No),
                Ok(_) => not_before = answer.began + self.rules.gone_gap,
                Err(fault) => return Err(self.fault(fault)),
            }
        }
        Ok(Gone::Confirmed)
    }

    /// Whether a read failed in the way in which AWS may hide what is gone.
    pub(crate) fn hides(first: &Timed<Option<View<K>>>) -> bool {
        first.value.as_ref().is_err_and(|fault| fault.class == Class::Denied)
    }
}
