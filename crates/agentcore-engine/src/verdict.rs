//! How a pass ends: the status that is written, the events, and when to look again.

use agentcore_api::{
    common::Drift,
    keys::annotation,
    status::{ConditionType, PartRecord, Reason},
};
use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    conditions::{self, Verdict},
    fault::{Class, Fault},
    kind::{Blocked, Kind, View},
    pass::{Pass, clip, clip_to, rest},
    record,
    rules::Mutation,
    step::{Again, Outcome, Report, Step},
};

/// Why nothing is written where the whole operator is told so.
pub(crate) const READ_ONLY: &str = "the operator runs with --read-only";

impl<K: Kind> Pass<'_, K> {
    /// The end of the pass: the one place where a verdict becomes a status.
    pub(crate) fn end(&self, mut status: K::Status, verdict: Verdict, message: &str, again: Again) -> Report<K> {
        let meta = &self.object.meta;
        let policy = self.policy();
        let handled = |key| meta.annotation(key).map(|value| clip(value).to_owned());
        let common = K::status_mut(&mut status);
        common.deletion_policy = Some(policy);
        // Removing a request answers nothing.
        if let Some(value) = handled(annotation::REQUESTED_AT) {
            common.last_handled_request_at = Some(value);
        }
        if let Some(value) = handled(annotation::FLUX_REQUESTED_AT) {
            common.last_handled_reconcile_at = Some(value);
        }
        if !K::REDEPLOYS
            && let Some(value) = handled(annotation::REDEPLOY_AT)
        {
            common.last_handled_redeploy_at = Some(value);
        }
        let still = if self.settings.read_only { READ_ONLY } else { "spec.suspend is true" };
        let note = (self.is_still() && !meta.deleting())
            .then(|| format!("{still}: AWS is read, and nothing is written there"));
        if meta.deleting() {
            // What goes is not counted any more.
            conditions::clear(common, ConditionType::StrategiesActive);
            conditions::clear(common, ConditionType::FieldsNotCleared);
        }
        let reports = self.object.spec.as_ref().is_ok_and(|spec| K::common(spec).drift == Drift::Report);
        if meta.deleting() || !reports {
            conditions::clear(common, ConditionType::Drifted);
        }
        conditions::inform(
            common,
            ConditionType::Suspended,
            note.as_deref(),
            Reason::Suspended,
            meta.generation,
            self.now,
        );
        if self.rules.breaks(Mutation::WriteStatusAlways) {
            let writes = common.last_handled_redeploy_at.as_ref().map_or(0, String::len);
            common.last_handled_redeploy_at = Some("x".repeat((writes + 1) % 3));
        }
        conditions::apply(common, verdict, clip_to(message, 4096), meta.generation, self.now);
        let mut events: Vec<_> = conditions::transition(self.status(), common).into_iter().collect();
        events.extend(conditions::drift(self.status(), common));
        Report { status, conclusion: self.known.outcome.is_some(), release: false, events, again, fault: None }
    }

    pub(crate) fn rest_in(&self, status: K::Status, verdict: Verdict, message: &str, again: Again) -> Step<K> {
        rest(self.end(status, verdict, message, again))
    }

    /// Whether AWS is read, and nothing written there, because the spec or the whole operator is told so.
    pub(crate) fn is_still(&self) -> bool {
        self.settings.read_only || self.object.spec.as_ref().is_ok_and(|spec| K::common(spec).suspend)
    }

    /// Why nothing is written, as the beginning of a sentence.
    pub(crate) fn why_still(&self) -> &'static str {
        if self.settings.read_only { READ_ONLY } else { "suspended" }
    }

    /// Nothing goes on without help.
    pub(crate) fn stalled(&self, reason: Reason, message: &str) -> Step<K> {
        let verdict =
            if self.object.meta.deleting() { Verdict::DeletionStuck(reason) } else { Verdict::Stalled(reason) };
        // Only the operator's credentials can end this, and no watch tells of them.
        let again = match reason {
            Reason::AccountMismatch => SignedDuration::from_secs(30),
            _ => self.rules.resync,
        };
        let or_else = self.object.meta.or_abandon();
        self.rest_in(self.object.status.clone(), verdict, &format!("{message}{or_else}"), Again::After(again))
    }

    pub(crate) fn blocked(&self, blocked: &Blocked) -> Step<K> {
        self.stalled(blocked.reason, &blocked.message)
    }

    /// Something is awaited. An object that is Ready stays so: what it waits for is not its own.
    pub(crate) fn retrying(&self, reason: Reason, message: &str, again: Again, fault: Option<&Fault>) -> Step<K> {
        let verdict = if self.object.meta.deleting() {
            Verdict::Deleting
        } else if self.is_ready() {
            Verdict::Keep
        } else {
            Verdict::Retrying(reason)
        };
        let mut report = self.end(self.object.status.clone(), verdict, message, again);
        report.fault = fault.cloned();
        rest(report)
    }

    /// A question to AWS failed.
    pub(crate) fn fault(&self, fault: &Fault) -> Step<K> {
        if self.object.meta.deleting() {
            return self.fault_while_deleting(fault);
        }
        let message = fault.explained();
        let mut step = self.retrying(fault.class.reason(), &message, Again::Retry(fault.class), Some(fault));
        if let Step::Rest(report) = &mut step {
            self.leave_requests_open(report);
        }
        step
    }

    /// A pass that could not look has not tried what the user asked for: that is still to be done when AWS answers.
    pub(crate) fn leave_requests_open(&self, report: &mut Report<K>) {
        let before = self.status();
        let common = K::status_mut(&mut report.status);
        common.last_handled_request_at.clone_from(&before.last_handled_request_at);
        common.last_handled_reconcile_at.clone_from(&before.last_handled_reconcile_at);
    }

    pub(crate) fn unreadable(&self, why: &str) -> Step<K> {
        self.stalled(
            Reason::UnreadableSpec,
            &format!(
                "this version of the operator can't read the spec: {why}. Correct it, or update the operator; nothing \
                 is changed in AWS until then"
            ),
        )
    }

    /// The verdict on a refused or failed write, and when the same is tried again.
    pub(crate) fn refused(&self, record: &PartRecord, fault: &Fault) -> (Verdict, String, Again) {
        let again = Again::After(self.retry_in(record, fault.class));
        let message = fault.explained();
        let verdict = match fault.class {
            Class::Invalid => Verdict::Stalled(Reason::InvalidSpec),
            Class::Role if Self::failing_for(record) >= self.rules.role_propagation => {
                Verdict::Stalled(Reason::RoleNotReady)
            }
            class => Verdict::Retrying(class.reason()),
        };
        (verdict, message, again)
    }

    /// The verdict on a write of which it is not known what became of it, or that was refused for now.
    pub(crate) fn undecided(fault: &Fault) -> (Verdict, String, Again) {
        (Verdict::Retrying(fault.class.reason()), fault.explained(), Again::Retry(fault.class))
    }

    /// The end of a pass that has made a write: what became of it is in the record.
    pub(crate) fn concluded(
        &self,
        mut status: K::Status,
        record: PartRecord,
        outcome: &Outcome,
        (verdict, message, again): (Verdict, &str, Again),
    ) -> Step<K> {
        record::put::<K>(&mut status, record);
        let mut report = self.end(status, verdict, message, again);
        report.fault = outcome.as_ref().err().cloned();
        rest(report)
    }

    /// The announcement of an update or a delete: the time of it makes the record another.
    pub(crate) fn announcement(
        &self,
        change: impl FnOnce(&mut PartRecord, MicroTime),
        verdict: Verdict,
        message: &str,
    ) -> K::Status {
        let mut status = self.object.status.clone();
        if let Some(record) = self.record() {
            let mut part = record.clone();
            change(&mut part, MicroTime(self.now));
            record::put::<K>(&mut status, part);
        }
        self.end(status, verdict, message, Again::Now).status
    }

    /// How long the same body has been failing.
    fn failing_for(record: &PartRecord) -> SignedDuration {
        record.failure.as_ref().map_or(SignedDuration::ZERO, |failure| failure.last.0.duration_since(failure.since.0))
    }

    /// How long until what failed is tried again: as long again as it has been failing, between the class's bounds.
    pub(crate) fn retry_in(&self, record: &PartRecord, class: Class) -> SignedDuration {
        let failing = Self::failing_for(record);
        let (least, most) = class.back_off();
        // A role that AWS still refuses after ten minutes is not new: from then on it is tried slowly.
        let most =
            if class == Class::Role && failing >= self.rules.role_propagation { self.rules.failed_retry } else { most };
        failing.clamp(least, most)
    }

    /// If this very body failed and is not due yet: the end of the pass, which writes what was read and says why it
    /// failed.
    pub(crate) fn not_due(&self, record: &PartRecord, digest: &str, status: K::Status) -> Option<Step<K>> {
        let failure = record.failure.as_ref().filter(|failure| failure.digest == digest)?;
        if self.requested() || self.rules.breaks(Mutation::RetryTerminalAtOnce) {
            return None;
        }
        // Asked for since, and it is not known what came of it: this is that very attempt.
        if record::last_asked(record).is_some_and(|asked| asked > failure.last.0) {
            return None;
        }
        let told = self.told();
        // Records of earlier versions don't say why: the conditions do, unless something else has come between.
        let reason = record::failure_reason(record).or_else(|| told.as_ref().map(|(_, reason, _)| *reason))?;
        let hourly =
            matches!(reason, Reason::CreateFailed | Reason::UpdateFailed | Reason::InvalidSpec | Reason::NotOwned);
        let wait = if hourly { self.rules.failed_retry } else { self.retry_in(record, class_of(reason)) };
        let due = failure.last.0.checked_add(wait).ok()?;
        if self.now >= due {
            return None;
        }
        let (verdict, message) = match told {
            Some((verdict, said, message)) if said == reason => (verdict, message),
            _ => {
                let message = format!(
                    "the last attempt failed ({}); the same is tried again at {}, or when the annotation \
                     agentcore-operator.github.io/requestedAt changes",
                    reason.as_str(),
                    conditions::whole_seconds(due)
                );
                let role = reason == Reason::RoleNotReady && Self::failing_for(record) >= self.rules.role_propagation;
                let verdict = if hourly || role { Verdict::Stalled(reason) } else { Verdict::Retrying(reason) };
                (verdict, message)
            }
        };
        // Names that are kept beyond their time wait for something else: to look at once would be a hot loop.
        let unmade = self.unmade_until(record).filter(|until| self.now < *until);
        let next = unmade.map_or(due, |until| due.min(until + SignedDuration::from_secs(1)));
        Some(self.rest_in(status, verdict, &message, Again::After(next.duration_since(self.now))))
    }

    /// Whether the conditions say of the spec as it is why it failed.
    pub(crate) fn tells_of_failure(&self) -> bool {
        self.status().observed_generation == Some(self.object.meta.generation) && self.told().is_some()
    }

    /// What the conditions say of a failure, as a verdict.
    pub(crate) fn told(&self) -> Option<(Verdict, Reason, String)> {
        let status = self.status();
        let ready = status.condition(ConditionType::Ready)?;
        let reason: Reason = ready.reason.parse().ok()?;
        // These tell of no write.
        if matches!(reason, Reason::DependencyNotReady | Reason::Suspended) {
            return None;
        }
        let verdict = if status.condition(ConditionType::Stalled).is_some() {
            Verdict::Stalled(reason)
        } else if ready.status == "False" {
            Verdict::Retrying(reason)
        } else {
            return None;
        };
        Some((verdict, reason, ready.message.clone()))
    }

    /// When a resource in transition is looked at again: often at first, then at a pace that fits its age.
    pub(crate) fn poll(&self, record: &PartRecord) -> Again {
        let age = self.now.duration_since(record::last_asked(record).unwrap_or(self.now));
        Again::Moved((age / 20).clamp(SignedDuration::from_secs(1), SignedDuration::from_secs(10)))
    }

    /// Fills the status from a read, or from its absence.
    pub(crate) fn describe(status: &mut K::Status, record: &PartRecord, view: Option<&View<K>>) {
        let common = K::status_mut(status);
        common.id.clone_from(&record.id);
        if let Some(view) = view {
            let facts = &view.facts;
            common.arn = Some(facts.arn.clone());
            common.name = Some(facts.name.clone());
            common.state = Some(clip_to(&facts.state, 64).to_owned());
            common.failure_reason = facts.failure_reason.as_deref().map(|reason| clip_to(reason, 8192).to_owned());
        } else {
            common.arn = None;
            common.state = None;
            common.failure_reason = None;
        }
        K::describe(view, record, status);
        record::put::<K>(status, record.clone());
    }
}

/// The class whose back-off a reason stands for, where only the condition is left of a refusal.
fn class_of(reason: Reason) -> Class {
    match reason {
        Reason::Throttled => Class::Throttled,
        Reason::QuotaExceeded => Class::Quota,
        Reason::AccessDenied => Class::Denied,
        Reason::CredentialsMissing => Class::Credentials,
        Reason::RoleNotReady => Class::Role,
        Reason::Conflict => Class::Conflict,
        _ => Class::Unavailable,
    }
}
