//! What became of a write to AWS, on its way into the API server: it must not get lost, for the next pass knows only
//! what is written.

use agentcore_api::status::{Fate, PartRecord};
use jiff::SignedDuration;

use crate::{
    kind::Kind,
    object::Object,
    record,
    rules::{Mutation, Rules},
};

/// How often it is tried.
const TRIES: u32 = 6;

/// Why the status was not written, or the newest object not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Somebody has written the object meanwhile.
    Conflict,
    /// The object is not there.
    Gone,
    /// No answer, or an error: it may have been written all the same.
    Trouble,
}

/// A conclusion that is being written. The caller writes [`status`](Self::status) onto the object of the pass; whenever
/// something is [`missed`](Self::missed) it reads the newest object, and asks whether it goes [`onto`](Self::onto) that.
#[derive(Clone, Debug)]
pub struct Conclusion<K: Kind> {
    rules: Rules,
    uid: String,
    announced: Option<PartRecord>,
    status: K::Status,
    misses: u32,
}

impl<K: Kind> Conclusion<K> {
    /// Of the pass over this object, which holds what was announced.
    pub fn new(rules: &Rules, object: &Object<K>, status: K::Status) -> Self {
        let announced = record::main::<K>(&object.status).cloned();
        Self { rules: rules.clone(), uid: object.meta.uid.clone(), announced, status, misses: 0 }
    }

    /// What is to be written now.
    pub fn status(&self) -> &K::Status {
        &self.status
    }

    /// A write or a read has failed: after how long the newest object is read. `None`: it is not tried any more.
    pub fn missed(&mut self, met: Met) -> Option<SignedDuration> {
        self.misses += 1;
        if self.announced.is_none() || self.misses >= TRIES {
            return None;
        }
        match met {
            Met::Conflict => Some(SignedDuration::ZERO),
            Met::Gone => None,
            Met::Trouble => Some(SignedDuration::from_millis(250 << self.misses)),
        }
    }

    /// Whether [`status`](Self::status), which may be another then, is to be written onto this object.
    pub fn onto(&mut self, newest: &Object<K>) -> bool {
        let merged = self.merged(newest);
        merged.map(|merged| self.status = merged).is_some()
    }

    /// The newer object must hold the announcement that was concluded. If it has been sent once more meanwhile, an id
    /// is still written, a refusal is not: the second send may have created what the first did not.
    fn merged(&self, newest: &Object<K>) -> Option<K::Status> {
        let announced = self.announced.as_ref().filter(|_| newest.meta.uid == self.uid)?;
        let found = record::main::<K>(&newest.status)?;
        let concluded = record::main::<K>(&self.status)?;
        if found.creation != announced.creation || found.sent_at != announced.sent_at {
            return None;
        }
        if found == announced || self.rules.breaks(Mutation::RefuseWhatWasSentAgain) {
            return Some(self.status.clone());
        }
        let id = concluded.id.as_ref().filter(|_| found.id.is_none() && found.fate == Fate::Unknown)?;
        let mut part = found.clone();
        part.id = Some(id.clone());
        part.fate = Fate::Created;
        part.closed = true;
        part.accepted_digest.clone_from(&concluded.accepted_digest);
        part.last_write.clone_from(&concluded.last_write);
        let mut status = newest.status.clone();
        record::put::<K>(&mut status, part);
        Some(status)
    }
}
