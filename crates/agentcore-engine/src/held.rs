//! What holds a delete back that could be sent: what others have made on the resource, and objects that use it.

use agentcore_api::{keys::annotation, status::Reason};
use jiff::{SignedDuration, Timestamp};

use crate::{
    conditions::Verdict,
    fault::{Class, Fault},
    kind::Kind,
    known::{NamedBy, Referrer},
    pass::{Flow, Pass, rest},
    step::{Again, Step},
};

/// When what others must take away is looked for again; no watch tells of it.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// When objects that are going are looked for again.
const SOON: SignedDuration = SignedDuration::from_secs(5);

/// How many names a message holds.
const NAMES: usize = 10;

impl<K: Kind> Pass<'_, K> {
    /// Leaves the pass if something is in the way of the delete that is to be sent. What was announced is not held back.
    pub(crate) fn hold_back(&self, region: &str, id: &str, status: &K::Status, verdict: Verdict) -> Flow<(), K> {
        if self.known.announced {
            return Ok(());
        }
        if let (Some(by), Some(since)) = (K::NAMED_BY, self.object.meta.deleting_since) {
            self.wait_for_referrers(by, since, id, status)?;
        }
        let Some(what) = K::ATTACHMENTS else { return Ok(()) };
        match self.ask_attachments(region, id)? {
            Ok(found) if found.is_empty() => Ok(()),
            // It is gone, and all that was on it.
            Err(fault) if fault.class == Class::NotFound => Ok(()),
            Ok(found) => Err(self.attached(what, found, id, status, verdict)),
            Err(fault) => Err(self.perhaps_attached(what, fault, id, status, verdict)),
        }
    }

    /// Others have made something on the resource. It is theirs, and would go with it.
    fn attached(&self, what: &str, found: &[String], id: &str, status: &K::Status, verdict: Verdict) -> Step<K> {
        let message = format!(
            "the {} {id} has {what} that this operator has not made, and that would go with it: {}. Delete them in \
             AWS, and it is deleted too{}",
            K::NOUN,
            names(found.iter().map(String::as_str)),
            self.object.meta.or_abandon()
        );
        let verdict = stuck(verdict, Reason::EndpointsRemain);
        self.rest_in(status.clone(), verdict, &message, Again::After(LOOK_AGAIN))
    }

    /// Nothing is deleted of which it is not known that it is ours alone.
    fn perhaps_attached(&self, what: &str, fault: &Fault, id: &str, status: &K::Status, verdict: Verdict) -> Step<K> {
        let message = format!(
            "{}. Until it is known that others have made no {what} on the {} {id}, it is not deleted. {}",
            fault.sentence(),
            K::NOUN,
            fault.class.advice()
        );
        let (verdict, message) = if fault.class.needs_help() {
            (stuck(verdict, fault.class.reason()), message + &self.object.meta.or_abandon())
        } else {
            (verdict, message)
        };
        let mut report = self.end(status.clone(), verdict, &message, Again::Retry(fault.class));
        self.leave_requests_open(&mut report);
        report.fault = Some(fault.clone());
        rest(report)
    }

    /// Leaves the pass while objects of the namespace use the resource.
    fn wait_for_referrers(&self, by: NamedBy, since: Timestamp, id: &str, status: &K::Status) -> Flow<(), K> {
        if self.object.meta.consents(annotation::ALLOW_DELETE_IN_USE) {
            return Ok(());
        }
        let referrers = self.ask_referrers(by)?;
        let kind = by.kind;
        let live: Vec<&str> = of(referrers, |referrer| referrer.deleting_since.is_none());
        if !live.is_empty() && self.now >= since + self.rules.referrers_grace {
            let message = format!(
                "{} {} {} the {} {id}. It is deleted when they are gone or no longer name it{}{}",
                kind,
                names(live.iter().copied()),
                if live.len() == 1 { "uses" } else { "use" },
                K::NOUN,
                self.object.meta.consent_to(annotation::ALLOW_DELETE_IN_USE, "deletes it all the same"),
                self.object.meta.or_abandon(),
            );
            let verdict = Verdict::DeletionStuck(Reason::InUse);
            return Err(self.rest_in(status.clone(), verdict, &message, Again::After(LOOK_AGAIN)));
        }
        // Each has its time from when both were being deleted.
        let until = |referrer: &Referrer| {
            referrer.deleting_since.map(|theirs| theirs.max(since) + self.rules.referrers_patience)
        };
        let awaited: Vec<&str> = of(referrers, |referrer| until(referrer).is_none_or(|until| self.now < until));
        if awaited.is_empty() {
            return Ok(());
        }
        let uses = if awaited.len() == 1 { "uses" } else { "use" };
        let what = format!("{kind} {}, which {uses} the {} {id},", names(awaited.iter().copied()), K::NOUN);
        let message = if live.is_empty() {
            let most = self.rules.referrers_patience.as_mins();
            format!("waits for {what} to go first, at most {most} minutes")
        } else {
            format!("looks for a moment whether {what} is being deleted too")
        };
        let verdict = Verdict::DeletionWaits(Reason::InUse);
        Err(self.rest_in(status.clone(), verdict, &message, Again::After(SOON)))
    }
}

/// The verdict on a delete that needs help: of the object's deletion, or of its replacement.
fn stuck(verdict: Verdict, reason: Reason) -> Verdict {
    if verdict == Verdict::Deleting { Verdict::DeletionStuck(reason) } else { Verdict::Stalled(reason) }
}

fn of(referrers: &[Referrer], which: impl Fn(&Referrer) -> bool) -> Vec<&str> {
    let mut found: Vec<&str> =
        referrers.iter().filter(|one| which(one)).map(|referrer| referrer.name.as_str()).collect();
    found.sort_unstable();
    found
}

/// Names for a message, in order: the first ones, and how many more there are.
fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = all.collect();
    all.sort_unstable();
    let more = all.len().saturating_sub(NAMES);
    all.truncate(NAMES);
    let names = all.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
