//! A resource whose state has come to rest: what must change, and whether it serves.

use agentcore_api::status::{ConditionType, PartRecord, Reason};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::{
    conditions::{self, Verdict, whole_seconds},
    fault::Class,
    kind::{Blocked, Kind, Plan, Planning, Serving, State, View},
    known::Timed,
    pass::{Desired, Flow, Pass},
    present::because,
    record,
    step::{Again, Step},
};

/// How old what was seen before a pass may be.
const SIGHT: SignedDuration = SignedDuration::from_secs(30);

/// How the resource is dealt with once its state has come to rest.
pub(crate) struct Settled<'a, K: Kind> {
    pub(crate) view: &'a View<K>,
    pub(crate) record: PartRecord,
    pub(crate) status: K::Status,
    /// Whether it works: from now on it counts as ever active.
    pub(crate) good: bool,
    /// A failed update: the same body is sent once more.
    pub(crate) resend: bool,
    pub(crate) child_failed: Option<Blocked>,
}

impl<K: Kind> Pass<'_, K> {
    /// The state has come to rest: plan, and change what differs.
    pub(crate) fn settled(
        &self,
        desired: &Desired<'_, K>,
        mut settled: Settled<'_, K>,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Step<K>, K> {
        if !self.is_still()
            && let Some(step) = self.claim(desired, &settled)?
        {
            return Ok(step);
        }
        self.forget_children(&mut settled, first.began);
        let differs = Self::differs(desired, &settled.record);
        let plan = self.planned(desired, &mut settled);
        // Planned with what was before: a resource that was edited before it first worked may still be replaced.
        if (settled.good || settled.record.adopted) && !matches!(plan, Plan::Replace(_)) {
            settled.record.ever_active = true;
            record::put::<K>(&mut settled.status, settled.record.clone());
            // What must be set back can be only while it is not established.
            if !matches!(plan, Plan::Blocked(_)) {
                let common = K::status_mut(&mut settled.status);
                common.established_at.get_or_insert_with(|| Time(whole_seconds(self.now)));
            }
        }
        match plan {
            Plan::Blocked(blocked) => {
                let again = self.at_rest();
                Ok(self.rest_in(settled.status, Verdict::Stalled(blocked.reason), &blocked.message, again))
            }
            Plan::Update { fields, .. } if fields.is_empty() && self.is_made(desired, &settled) => {
                record::made(&mut settled.record, &settled.view.facts);
                self.in_sync(desired, settled, first)
            }
            Plan::Update { fields, .. } | Plan::Replace(fields) if self.is_still() => {
                let why = if fields.is_empty() { "an update is due".to_owned() } else { fields.join(", ") };
                Ok(self.does_not_match(settled.status, &why))
            }
            // Nobody has said yet that what was adopted may go.
            Plan::Replace(fields) if settled.record.adopted && settled.record.accepted_digest.is_none() => {
                let message = format!(
                    "AWS can't change {} of the {} {}, which is adopted: write what AWS has into the spec first",
                    fields.join(", "),
                    K::NOUN,
                    settled.view.facts.id
                );
                let again = self.at_rest();
                Ok(self.rest_in(settled.status, Verdict::Stalled(Reason::InvalidSpec), &message, again))
            }
            Plan::Replace(fields) => {
                self.remove(desired, &settled.record, settled.view, &format!("{} changed", fields.join(", ")))
            }
            // What we sent is what AWS shows: it renders the field in its own way. Sent again, it would be another
            // version with each look, so that is left to once an hour.
            Plan::Update { .. } if !differs && !settled.resend && self.is_our_own(&settled) => {
                self.in_sync(desired, settled, first)
            }
            Plan::Update { change, children, fields } => self.update(desired, &settled, change, children, &fields),
            Plan::InSync if !settled.good && settled.child_failed.is_none() => {
                let message = format!(
                    "the {} {} has failed{}, and there is nothing to change in it: change the spec, or create another \
                     {}",
                    K::NOUN,
                    settled.view.facts.id,
                    because(settled.view),
                    K::NAME
                );
                let verdict = Verdict::Stalled(Reason::UpdateFailed);
                Ok(self.rest_in(settled.status, verdict, &message, self.at_rest()))
            }
            Plan::InSync => self.in_sync(desired, settled, first),
        }
    }

    /// Whether the settings are others than AWS last accepted.
    pub(crate) fn differs(desired: &Desired<'_, K>, record: &PartRecord) -> bool {
        let accepted = record.accepted_digest.as_deref();
        accepted.is_some() && desired.digest.settings_differ(accepted)
    }

    /// What must change, without what others have changed where that is not to be set back.
    pub(crate) fn planned(&self, desired: &Desired<'_, K>, settled: &mut Settled<'_, K>) -> Plan<K::Change> {
        let consent = self.object.meta.annotation(agentcore_api::keys::annotation::ALLOW_DELETE_STRATEGIES);
        let changed = Self::differs(desired, &settled.record) || settled.resend || self.redeploy().is_some();
        let plan = K::plan(&Planning {
            spec: desired.spec,
            desired: &desired.body.settings,
            view: settled.view,
            record: &settled.record,
            changed,
            policy: self.policy(),
            consent: consent.into_iter().flat_map(|names| names.split(',').map(str::trim)).collect(),
        });
        self.without_drift(desired, settled, plan, changed)
    }

    /// After a refused update the names of its children are anybody's again, and what is not shown is gone; but not
    /// before no other send, such as that of another replica, can still be on its way, and no read be older than it: what
    /// that makes is this object's.
    fn forget_children(&self, settled: &mut Settled<'_, K>, began: Timestamp) {
        let record = &mut settled.record;
        let over = record::last_asked(record).is_none_or(|asked| began >= asked + self.rules.lookup_delay);
        if !over || self.known.announced {
            return;
        }
        if record.failure.is_some() {
            record.children.retain(|child| child.id.is_some());
        }
        K::forget(settled.view, record);
        record::put::<K>(&mut settled.status, record.clone());
    }

    /// The settings are as desired: the tags, and whether it serves.
    fn in_sync(
        &self,
        desired: &Desired<'_, K>,
        mut settled: Settled<'_, K>,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Step<K>, K> {
        let accepted = settled.record.accepted_digest.clone();
        settled.record.accepted_digest = Some(desired.digest.with_settings(accepted.as_deref()));
        if self.leaves_tags(desired, &settled.record, accepted.as_deref()) {
            settled.record.accepted_digest = Some(desired.digest.text());
        } else if desired.digest.tags_differ(accepted.as_deref())
            && let Some(step) = self.tag(desired, &mut settled)?
        {
            return Ok(step);
        }
        let Settled { view, record, mut status, child_failed, .. } = settled;
        record::put::<K>(&mut status, record.clone());
        if let Some(blocked) = child_failed {
            let again = self.at_rest();
            return Ok(self.rest_in(status, Verdict::Stalled(blocked.reason), &blocked.message, again));
        }
        match K::serving(view) {
            Serving::Yes => {}
            Serving::NotYet(message) => {
                let verdict = Verdict::Progressing(Reason::Updating);
                return Ok(self.rest_in(status, verdict, &message, self.poll(&record)));
            }
            Serving::Unknown(fault) => return Err(self.fault(&fault)),
            Serving::Failed(blocked) => {
                let again = self.at_rest();
                return Ok(self.rest_in(status, Verdict::Stalled(blocked.reason), &blocked.message, again));
            }
        }
        if !self.is_ready() {
            // Reads flap: one good read is not enough.
            let not_before = Some(first.began + self.rules.good_gap);
            let steady = self.shown_before(view, &record, first.began) || {
                let second = self.ask_get(&desired.place.region, &view.facts.id, 1, not_before)?;
                let again = second.value.as_ref().ok().and_then(Option::as_ref);
                again.is_some_and(|again| {
                    K::state(again) == State::Good
                        && K::serving(again) == Serving::Yes
                        && again.facts.version == view.facts.version
                })
            };
            if !steady {
                let message = format!("AWS does not show the {} {} steadily yet", K::NOUN, view.facts.id);
                let verdict = Verdict::Progressing(Reason::Progressing);
                return Ok(self.rest_in(status, verdict, &message, Again::Retry(Class::Unavailable)));
            }
        }
        Ok(self.ready(desired, status, view))
    }

    /// Whether a list, or the pass before, has seen the same good state early enough before this read, and after our last
    /// write.
    fn shown_before(&self, view: &View<K>, record: &PartRecord, began: Timestamp) -> bool {
        let asked = record::last_asked(record);
        self.known.shown.get(&view.facts.id).is_some_and(|shown| {
            shown.state == view.facts.state
                && (shown.version.is_none() || shown.version == view.facts.version)
                && shown.began + self.rules.good_gap <= began
                && began <= shown.began + SIGHT
                && asked.is_none_or(|asked| asked <= shown.began)
        })
    }

    fn ready(&self, desired: &Desired<'_, K>, mut status: K::Status, view: &View<K>) -> Step<K> {
        // A create leaves nothing over, and a version that others made is theirs: only our own updates count.
        let updated = self.record().is_some_and(|record| {
            let write = record.last_write.as_ref();
            let ours = write.is_some_and(|write| write.version.is_none() || write.version == view.facts.version);
            ours && write.and_then(|write| write.at.as_ref()) != record.sent_at.as_ref()
        });
        let left = if updated { K::left_over(&desired.body.settings, view) } else { Vec::new() };
        let names: Vec<&str> = left.iter().map(|left| left.field.as_str()).collect();
        let kept = (!left.is_empty()).then(|| {
            format!(
                "AWS keeps {}, which the spec does not have, and offers no way to clear it: set it to what you want, \
                 or create another object",
                names.join(", ")
            )
        });
        let generation = self.object.meta.generation;
        let common = K::status_mut(&mut status);
        conditions::inform(
            common,
            ConditionType::FieldsNotCleared,
            kept.as_deref(),
            Reason::NotClearable,
            generation,
            self.now,
        );
        if let Some(message) = kept.filter(|_| left.iter().any(|left| left.grave)) {
            return self.rest_in(status, Verdict::Stalled(Reason::NotClearable), &message, self.at_rest());
        }
        self.rest_in(status, Verdict::Ready, &K::message(view), self.at_rest())
    }

    /// Whether what AWS shows is what our last write made of it, a moment ago, and nobody asks for another.
    fn is_our_own(&self, settled: &Settled<'_, K>) -> bool {
        let asked = self.requested() || self.redeploy().is_some();
        self.shows_our_write(settled) && self.is_recent(settled) && !self.known.announced && !asked
    }

    /// Whether our last write is less than an hour old, so that the same is not sent again.
    pub(crate) fn is_recent(&self, settled: &Settled<'_, K>) -> bool {
        let written = settled.record.last_write.as_ref().and_then(|write| write.at.as_ref()).map(|at| at.0);
        written.is_some_and(|at| self.now < at + self.rules.failed_retry)
    }

    /// Whether AWS shows what our last write made: nobody has changed anything since.
    pub(crate) fn shows_our_write(&self, settled: &Settled<'_, K>) -> bool {
        let Some(write) = &settled.record.last_write else { return false };
        let Some(at) = write.at.as_ref().map(|at| at.0) else { return false };
        let facts = &settled.view.facts;
        settled.record.accepted_digest.is_some()
            && match &write.version {
                Some(version) => facts.version.as_ref() == Some(version),
                // Without versions the time of update tells, which AWS also moves while our own change settles.
                None => facts.updated_at.is_none_or(|updated| updated < at + self.rules.own_change),
            }
    }

    /// Whether this body failed before, and the conditions say so.
    pub(crate) fn repeats_failure(&self, record: &PartRecord, digest: &str) -> bool {
        record.failure.as_ref().is_some_and(|failure| failure.digest == digest) && self.tells_of_failure()
    }

    pub(crate) fn does_not_match(&self, status: K::Status, why: &str) -> Step<K> {
        let message = format!("{}: AWS does not match the spec, and nothing is changed: {why}", self.why_still());
        self.rest_in(status, Verdict::Suspended, &message, self.at_rest())
    }
}
