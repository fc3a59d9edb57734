//! How a record changes: what is written before and after a create.

use agentcore_api::status::{Child, Failure, Fate, LastWrite, MAIN_PART, PartRecord, Reason};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    kind::{Facts, Kind},
    step::Accepted,
};

/// The record of the main part.
pub fn main<K: Kind>(status: &K::Status) -> Option<&PartRecord> {
    K::status(status).record.as_ref().and_then(|record| record.get(MAIN_PART))
}

/// Writes the record of the main part.
pub fn put<K: Kind>(status: &mut K::Status, part: PartRecord) {
    K::status_mut(status).record.get_or_insert_default().insert(MAIN_PART.to_owned(), part);
}

/// The number of the next creation: the record's again only if that was announced and never sent. Else one more, so that
/// no token is used twice.
pub fn next_creation(record: Option<&PartRecord>, finalizer: bool) -> i64 {
    match record {
        None => 0,
        // Announced, and the finalizer was never set: it was never sent.
        Some(record) if record.fate == Fate::Unknown && record.id.is_none() && !finalizer => record.creation,
        Some(record) => record.creation.saturating_add(1),
    }
}

/// When AWS was last asked to change anything: a create, an update or a delete.
pub fn last_asked(record: &PartRecord) -> Option<Timestamp> {
    let written = record.last_write.as_ref().and_then(|write| write.at.as_ref());
    [record.sent_at.as_ref(), written, record.delete_sent_at.as_ref()].into_iter().flatten().map(|at| at.0).max()
}

/// The announcement of a create.
pub fn announced(
    before: Option<&PartRecord>,
    creation: i64,
    digest: String,
    children: Vec<String>,
    now: Timestamp,
) -> PartRecord {
    PartRecord {
        creation,
        fate: Fate::Unknown,
        body_digest: Some(digest),
        sent_at: Some(MicroTime(now)),
        sends: 1,
        children: children.into_iter().map(|name| Child { name, id: None }).collect(),
        // What went before still tells how often the same body may be tried.
        failure: before.and_then(|record| record.failure.clone()),
        ..PartRecord::default()
    }
}

/// A create was accepted.
pub fn created(record: &mut PartRecord, accepted: &Accepted) {
    // An answer without an id leaves the resource to be looked for.
    record.fate = if accepted.id.is_some() { Fate::Created } else { Fate::Unknown };
    record.closed = true;
    record.id.clone_from(&accepted.id);
    record.accepted_digest.clone_from(&record.body_digest);
    // What failed of another body is over.
    record.failure = record.failure.take().filter(|failure| Some(&failure.digest) == record.body_digest.as_ref());
    record.last_write = Some(LastWrite {
        at: record.sent_at.clone(),
        version: accepted.version.clone(),
        updated_at: accepted.updated_at.map(MicroTime),
    });
}

/// Tags are about to be set: the time of it makes the record another. What is only tagged was not written by us.
pub fn tagged(record: &mut PartRecord, now: MicroTime) {
    match &mut record.last_write {
        Some(write) => write.at = Some(now),
        None => record.sent_at = Some(now),
    }
}

/// An update of which no answer is known was made: this is what it made.
pub fn made(record: &mut PartRecord, shown: &Facts) {
    record.failure = None;
    let write = record.last_write.get_or_insert_default();
    write.version.clone_from(&shown.version);
    write.updated_at = shown.updated_at.map(MicroTime);
}

/// Nothing of ours exists.
pub fn nothing(record: &mut PartRecord) {
    *record = PartRecord {
        creation: record.creation,
        fate: Fate::None,
        closed: true,
        failure: record.failure.clone(),
        ..PartRecord::default()
    };
}

/// A body was refused or failed, definitely, and why.
pub fn failed(record: &mut PartRecord, digest: &str, reason: Reason, now: Timestamp) {
    let since = record
        .failure
        .as_ref()
        .filter(|failure| failure.digest == digest)
        .map_or(MicroTime(now), |failure| failure.since.clone());
    let reason = Some(reason.as_str().to_owned());
    record.failure = Some(Failure { digest: digest.to_owned(), since, last: MicroTime(now), reason });
}

/// Why the body failed whose failure the record has, where it says so. Which body that is its digest tells.
pub fn failure_reason(record: &PartRecord) -> Option<Reason> {
    record.failure.as_ref()?.reason.as_deref()?.parse().ok()
}

/// What is known of an object whose record is gone although its finalizer is there: a restored backup, a wiped status.
/// It has no digest of a body, by which [`created_bound`] knows it. How many creations went before is gone with it:
/// it is counted on from a number that none of them can have had, so that no token is used twice.
pub fn lost(now: Timestamp) -> PartRecord {
    PartRecord {
        creation: now.as_second(),
        fate: Fate::Unknown,
        sent_at: Some(MicroTime(now)),
        sends: 2,
        closed: true,
        ever_active: true,
        ..PartRecord::default()
    }
}

/// The earliest time at which AWS can have created what this record speaks of.
pub fn created_bound(record: &PartRecord, object_created_at: Timestamp) -> Timestamp {
    match (&record.body_digest, &record.sent_at) {
        (Some(_), Some(sent_at)) => sent_at.0,
        _ => object_created_at,
    }
}

/// The record without the resource that it knew, which is gone.
pub fn without_id(record: &PartRecord) -> PartRecord {
    PartRecord {
        id: None,
        seen: false,
        last_write: None,
        delete_sent_at: None,
        delete_accepted_at: None,
        // Those of another have ids of their own, and are ours by their names until these are known.
        children: record.children.iter().map(|child| Child { name: child.name.clone(), id: None }).collect(),
        ..record.clone()
    }
}

/// A look-up has found the resource of this record.
pub fn found(record: &mut PartRecord, id: &str) {
    record.fate = Fate::Created;
    record.closed = true;
    record.id = Some(id.to_owned());
    record.accepted_digest.clone_from(&record.body_digest);
    // A name that AWS refused because of this very resource is no failure.
    record.failure = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_children_of_what_is_gone_are_known_by_name_only() {
        let facts = Child { name: "Facts".to_owned(), id: Some("Facts-1".to_owned()) };
        let record = PartRecord { id: Some("one".to_owned()), children: vec![facts], ..PartRecord::default() };
        let children = without_id(&record).children;
        assert_eq!(children, [Child { name: "Facts".to_owned(), id: None }]);
    }
}
