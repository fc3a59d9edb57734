//! An update of a resource that has come to rest: announced, sent, and what became of it.

use std::cmp::Ordering;

use agentcore_api::{
    keys::annotation,
    status::{Child, PartRecord, Reason},
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    change::Settled,
    conditions::Verdict,
    digest::update_token,
    fault::{Class, Fault},
    kind::Kind,
    pass::{Desired, Flow, Pass, rest},
    present::{because, versions},
    record,
    rules::Mutation,
    step::{Accepted, Again, Call, Step},
};

/// For how long the change of somebody else may stand in the way of an update of what failed.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(1);

impl<K: Kind> Pass<'_, K> {
    /// Sends one update with the whole change.
    pub(crate) fn update(
        &self,
        desired: &Desired<'_, K>,
        settled: &Settled<'_, K>,
        change: K::Change,
        children: Vec<String>,
        fields: &[String],
    ) -> Flow<Step<K>, K> {
        let record = &settled.record;
        let id = &settled.view.facts.id;
        let digest = desired.digest.text();
        if !self.known.announced
            && !settled.resend
            && let Some(end) = self.not_due(record, &digest, settled.status.clone())
        {
            return Ok(end);
        }
        let message = self.why_update(desired, settled, fields);
        let updating = Verdict::Progressing(Reason::Updating);
        let call = Call::Update {
            region: desired.place.region.clone(),
            id: id.clone(),
            change,
            token: self.update_token(desired, id, record),
        };
        let announce = |part: &mut PartRecord, now: MicroTime| {
            part.seen = true;
            K::learn(settled.view, part);
            for name in children {
                if !part.children.iter().any(|child| child.name == name && child.id.is_none()) {
                    part.children.push(Child { name, id: None });
                }
            }
            let write = part.last_write.get_or_insert_default();
            write.at = Some(now);
            // What the update makes is newer than this, whoever made that.
            if write.version.is_none() {
                write.version.clone_from(&settled.view.facts.version);
            }
        };
        // Another try of what failed turns nothing over until it is known what comes of it.
        let announced = if self.repeats_failure(record, &digest) { Verdict::Keep } else { updating };
        Ok(match self.write(|| self.announcement(announce, announced, &message), call)? {
            Ok(accepted) => self.updated(desired, settled, accepted),
            Err(fault) => self.not_updated(settled, &digest, fault),
        })
    }

    fn updated(&self, desired: &Desired<'_, K>, settled: &Settled<'_, K>, accepted: &Accepted) -> Step<K> {
        let facts = &settled.view.facts;
        let mut part = settled.record.clone();
        part.accepted_digest = Some(desired.digest.with_settings(part.accepted_digest.as_deref()));
        part.failure = None;
        let write = part.last_write.get_or_insert_default();
        // It may have left long after its announcement, and how long reads may be older counts from when it left.
        write.at = Some(MicroTime(self.now));
        write.version = accepted.version.clone().or_else(|| facts.version.clone());
        write.updated_at = accepted.updated_at.or(facts.updated_at).map(MicroTime);
        let mut status = settled.status.clone();
        record::put::<K>(&mut status, part);
        let common = K::status_mut(&mut status);
        if let Some(value) = self.redeploy() {
            common.last_handled_redeploy_at = Some(value.to_owned());
        }
        if let Some(state) = &accepted.state {
            common.state = Some(state.clone());
        }
        let message = format!("AWS is updating the {} {}", K::NOUN, facts.id);
        let again = Again::Moved(SignedDuration::from_secs(1));
        self.rest_in(status, Verdict::Progressing(Reason::Updating), &message, again)
    }

    fn not_updated(&self, settled: &Settled<'_, K>, digest: &str, fault: &Fault) -> Step<K> {
        // Either the resource is gone, which the next read shows, or something that the body names is missing.
        let may_be_gone = fault.class == Class::NotFound;
        let fault = &fault.of_a_write();
        let mut part = settled.record.clone();
        let (verdict, message, again) = match fault.class {
            Class::Conflict | Class::InTransition if self.is_refused_as_failed(settled, digest) => {
                record::failed(&mut part, digest, Reason::UpdateFailed, self.now);
                let message = Self::refused_as_failed(settled, fault);
                (Verdict::Stalled(Reason::UpdateFailed), message, Again::After(self.rules.failed_retry))
            }
            Class::Conflict | Class::InTransition => {
                // A definite answer: the same change goes out under another token.
                record::failed(&mut part, digest, fault.class.reason(), self.now);
                (Verdict::Retrying(Reason::Conflict), fault.explained(), Again::Retry(fault.class))
            }
            class if fault.refusal || class == Class::TokenMismatch => {
                record::failed(&mut part, digest, fault.class.reason(), self.now);
                let (verdict, message, again) = self.refused(&part, fault);
                // A look costs nothing: the same body is not due for an hour.
                let again = if may_be_gone {
                    Again::After(SignedDuration::from_secs(10))
                } else {
                    self.not_after_unmade(&part, again)
                };
                (verdict, message, again)
            }
            _ => Self::undecided(fault),
        };
        let mut status = settled.status.clone();
        record::put::<K>(&mut status, part);
        let mut report = self.end(status, verdict, &message, again);
        report.fault = Some(fault.clone());
        rest(report)
    }

    /// What is updated, and who wants it: the spec, the user's request, or the operator because others changed it.
    fn why_update(&self, desired: &Desired<'_, K>, settled: &Settled<'_, K>, fields: &[String]) -> String {
        let what = format!("the {} {}", K::NOUN, settled.view.facts.id);
        let record = &settled.record;
        let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
        let edited = record.accepted_digest.is_none() || Self::differs(desired, record);
        if settled.resend || self.repeats_failure(record, &desired.digest.text()) {
            format!("tries the update of {what} again{fields}")
        } else if edited {
            format!("updates {what}{fields}")
        } else if self.redeploy().is_some() {
            format!("updates {what}, as the annotation {} asks{fields}", annotation::REDEPLOY_AT)
        } else if record.last_write.is_none() || self.shows_our_write(settled) {
            format!("updates {what}, which does not show what was sent{fields}")
        } else {
            format!("sets back what others changed of {what}{fields}")
        }
    }

    /// Whether the update was made although its answer was lost and its repetition refused: this body was sent, AWS shows
    /// a newer version than the record, and that differs from it in nothing. Another would be a version for nothing.
    pub(crate) fn is_made(&self, desired: &Desired<'_, K>, settled: &Settled<'_, K>) -> bool {
        let Settled { view, record, resend, .. } = settled;
        let sent = record.failure.as_ref().is_some_and(|failure| failure.digest == desired.digest.text());
        let newer = versions(&view.facts, record).is_some_and(Ordering::is_gt);
        let more = *resend || self.redeploy().is_some() || self.rules.breaks(Mutation::UpdateWhatIsMade);
        sent && newer && !more && K::left_over(&desired.body.settings, view).is_empty()
    }

    /// The same for a repetition whose answer was lost, another after each definite answer.
    fn update_token(&self, desired: &Desired<'_, K>, id: &str, record: &PartRecord) -> String {
        let token =
            |record: &PartRecord| update_token(id, &desired.digest, self.redeploy().unwrap_or_default(), record);
        if self.rules.breaks(Mutation::UpdateWithoutToken) {
            return String::new();
        }
        if self.rules.breaks(Mutation::RepeatTheUpdateToken) {
            return token(&PartRecord { failure: None, ..record.clone() });
        }
        token(record)
    }

    /// Whether it is because the resource failed that AWS answers an update with a conflict: a change that is under way
    /// ends, and what failed has gone on refusing.
    fn is_refused_as_failed(&self, settled: &Settled<'_, K>, digest: &str) -> bool {
        let failure = settled.record.failure.as_ref().filter(|failure| failure.digest == digest);
        let failed = !settled.good && settled.child_failed.is_none();
        failed && failure.is_some_and(|failure| self.now >= failure.since.0 + UNDER_WAY)
    }

    fn refused_as_failed(settled: &Settled<'_, K>, fault: &Fault) -> String {
        format!(
            "the {} {} has failed{}, and AWS does not update it: {}. It is tried again in an hour, or when the annotation \
             agentcore-operator.github.io/requestedAt changes. To have a new one created, delete it in AWS, or create \
             another {}",
            K::NOUN,
            settled.view.facts.id,
            because(settled.view),
            fault.sentence(),
            K::NAME
        )
    }

    /// Until when the names of children may still be made by a send of the update that was refused, if there are such.
    pub(crate) fn unmade_until(&self, record: &PartRecord) -> Option<Timestamp> {
        let unmade = record.children.iter().any(|child| child.id.is_none());
        record::last_asked(record).filter(|_| unmade).map(|asked| asked + self.rules.lookup_delay)
    }

    /// When to look again after a refused update: at the latest when the names of its children are to be forgotten.
    fn not_after_unmade(&self, record: &PartRecord, again: Again) -> Again {
        match (again, self.unmade_until(record)) {
            (Again::After(time), Some(until)) => {
                let over = until.duration_since(self.now).max(SignedDuration::ZERO);
                Again::After(time.min(over + SignedDuration::from_secs(1)))
            }
            (again, _) => again,
        }
    }
}
