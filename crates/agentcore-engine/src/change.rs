//! A resource whose state has come to rest: what must change, and whether it serves.

use agentcore_api::status::{ConditionType, PartRecord, Reason};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};

use crate::{
    conditions::{self, Verdict, whole_seconds},
    digest::{Digest, update_token},
    fault::{Class, Fault},
    kind::{Blocked, Kind, Plan, Planning, Serving, State, View},
    known::Timed,
    pass::{Desired, Flow, Pass, rest},
    present::because,
    record,
    rules::Mutation,
    step::{Again, Call, Step},
};

/// For how long the change of somebody else may stand in the way of an update of what failed.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(1);

/// How the resource is dealt with once its state has come to rest.
pub(crate) struct Settled<'a, K: Kind> {
    pub(crate) view: &'a View<K>,
    pub(crate) record: PartRecord,
    pub(crate) status: K::Status,
    /// Whether it works: from now on it counts as ever active.
    pub(crate) good: bool,
    /// A failed update: the same body is sent once more.
    pub(crate) again: bool,
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
        self.forget_unmade(&mut settled, first.began);
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
            Plan::Update { .. } if !differs && !settled.again && self.is_our_own(&settled) => {
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
        let changed = Self::differs(desired, &settled.record) || settled.again || self.redeploy().is_some();
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

    /// After a refused update the names of its children are anybody's again; but not before no other send of it, such
    /// as that of another replica, can still be on its way: what that makes is this object's.
    fn forget_unmade(&self, settled: &mut Settled<'_, K>, began: Timestamp) {
        let record = &mut settled.record;
        let over = record::last_asked(record).is_none_or(|asked| began >= asked + self.rules.lookup_delay);
        if over && record.failure.is_some() && !self.known.announced {
            record.children.retain(|child| child.id.is_some());
            record::put::<K>(&mut settled.status, record.clone());
        }
    }

    /// When to look again after a refused update: at the latest when the names of its children are to be forgotten.
    fn not_after_unmade(&self, record: &PartRecord, again: Again) -> Again {
        let unmade = record.children.iter().any(|child| child.id.is_none());
        match (again, record::last_asked(record)) {
            (Again::After(time), Some(asked)) if unmade => {
                let over = (asked + self.rules.lookup_delay).duration_since(self.now) + SignedDuration::from_secs(1);
                Again::After(time.min(over))
            }
            (again, _) => again,
        }
    }

    fn update(
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
            && !settled.again
            && let Some(end) = self.not_due(record, &digest, settled.status.clone())
        {
            return Ok(end);
        }
        let message = if fields.is_empty() {
            format!("updates the {} {id}", K::NOUN)
        } else {
            format!("updates the {} {id}: {}", K::NOUN, fields.join(", "))
        };
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
                    part.children.push(agentcore_api::status::Child { name, id: None });
                }
            }
            part.last_write.get_or_insert_default().at = Some(now);
        };
        // Another try of what failed turns nothing over until it is known what comes of it.
        let announced = if self.repeats_failure(record, &digest) { Verdict::Keep } else { updating };
        let outcome = self.write(|| self.announcement(announce, announced, &message), call)?;
        let mut part = record.clone();
        let mut status = settled.status.clone();
        let mut report = match outcome {
            Ok(accepted) => {
                part.accepted_digest = Some(desired.digest.with_settings(part.accepted_digest.as_deref()));
                part.failure = None;
                let write = part.last_write.get_or_insert_default();
                // It may have left long after its announcement, and how long reads may be older counts from when it left.
                write.at = Some(MicroTime(self.now));
                write.version = accepted.version.clone().or_else(|| settled.view.facts.version.clone());
                write.updated_at = accepted.updated_at.or(settled.view.facts.updated_at).map(MicroTime);
                record::put::<K>(&mut status, part);
                let common = K::status_mut(&mut status);
                if let Some(value) = self.redeploy() {
                    common.last_handled_redeploy_at = Some(value.to_owned());
                }
                if let Some(state) = &accepted.state {
                    common.state = Some(state.clone());
                }
                let message = format!("AWS is updating the {} {id}", K::NOUN);
                self.end(status, updating, &message, Again::Moved(SignedDuration::from_secs(1)))
            }
            Err(fault) => {
                // Either the resource is gone, which the next read shows, or something that the body names is missing.
                let may_be_gone = fault.class == Class::NotFound;
                let fault = &fault.of_a_write();
                let (verdict, message, again) = match fault.class {
                    Class::Conflict | Class::InTransition if self.is_refused_as_failed(settled, &digest) => {
                        record::failed(&mut part, &digest, Reason::UpdateFailed, self.now);
                        let message = Self::refused_as_failed(settled, fault);
                        (Verdict::Stalled(Reason::UpdateFailed), message, Again::After(self.rules.failed_retry))
                    }
                    Class::Conflict | Class::InTransition => {
                        // A definite answer: the same change goes out under another token.
                        record::failed(&mut part, &digest, fault.class.reason(), self.now);
                        let message = fault.explained();
                        (Verdict::Retrying(Reason::Conflict), message, Again::Retry(fault.class))
                    }
                    class if fault.refusal || class == Class::TokenMismatch => {
                        record::failed(&mut part, &digest, fault.class.reason(), self.now);
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
                record::put::<K>(&mut status, part);
                self.end(status, verdict, &message, again)
            }
        };
        report.fault = outcome.as_ref().err().cloned();
        Ok(rest(report))
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
            let steady = self.shown_before(view, first.began) || {
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

    /// Whether a list that began early enough before this read has shown the same good state.
    fn shown_before(&self, view: &View<K>, began: Timestamp) -> bool {
        self.known.shown.get(&view.facts.id).is_some_and(|shown| {
            shown.state == view.facts.state
                && (shown.version.is_none() || shown.version == view.facts.version)
                && shown.began + self.rules.good_gap <= began
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
                "AWS keeps {} although the spec has it no longer, and offers no way to clear it: set it to what you \
                 want, or create another object",
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

    /// Sets and removes tags, one call a pass; `None` when nothing is left to do.
    fn tag(&self, desired: &Desired<'_, K>, settled: &mut Settled<'_, K>) -> Flow<Option<Step<K>>, K> {
        let arn = &settled.view.facts.arn;
        let region = desired.place.region.clone();
        let mut listed = true;
        let (set, removed) = match self.ask_tags(&region, arn)? {
            Ok(Some(found)) => {
                let (set, removed) = crate::tags::difference(&desired.body.tags, found);
                // What an adopted resource was tagged with before is not ours to remove.
                let first =
                    settled.record.adopted && settled.record.accepted_digest.as_deref().is_none_or(Digest::has_no_tags);
                (set, if first { Vec::new() } else { removed })
            }
            Ok(None) => return Ok(Some(self.retry_soon(settled.status.clone()))),
            // AWS lists no tags for this kind: all are set, and none can be removed.
            Err(fault) if fault.class == Class::Invalid => {
                listed = false;
                (desired.body.tags.clone(), Vec::new())
            }
            // Tags that are to go may be there, whoever is denied the look: they are as desired only once seen.
            Err(fault) => return Err(self.fault(fault)),
        };
        let accepted = settled.record.accepted_digest.clone();
        let with_tags = Some(desired.digest.with_tags(accepted.as_deref()));
        if set.is_empty() && removed.is_empty() {
            settled.record.accepted_digest = with_tags;
            return Ok(None);
        }
        if self.is_still() {
            return Ok(Some(self.does_not_match(settled.status.clone(), "the tags differ")));
        }
        if !self.known.announced
            && let Some(end) = self.not_due(&settled.record, &desired.digest.text(), settled.status.clone())
        {
            return Ok(Some(end));
        }
        // Removed first, because there may be no more than fifty. Once they are seen to be gone the others are set, and
        // that is the end, however AWS shows them.
        let last = set.is_empty() || removed.is_empty();
        let call = if removed.is_empty() {
            Call::Tag { region, arn: arn.clone(), tags: set }
        } else {
            Call::Untag { region, arn: arn.clone(), keys: removed }
        };
        let updating = Verdict::Progressing(Reason::Updating);
        let message = format!("updates the tags of the {} {}", K::NOUN, settled.view.facts.id);
        let announce = |part: &mut PartRecord, now: MicroTime| record::tagged(part, now);
        let repeats = self.repeats_failure(&settled.record, &desired.digest.text());
        let announced = if repeats { Verdict::Keep } else { updating };
        let outcome = self.write(|| self.announcement(announce, announced, &message), call)?;
        let mut part = settled.record.clone();
        let (verdict, message, again) = match outcome {
            Ok(_) => {
                if last {
                    part.accepted_digest = with_tags;
                    part.failure = None;
                    (updating, message, Again::Now)
                } else {
                    // Where AWS goes on showing them for a while, it is not asked again and again.
                    (updating, message, Again::Retry(Class::NotFound))
                }
            }
            // AWS takes tags of this kind at its creation only, and nobody is known to have edited them since.
            Err(fault)
                if fault.class == Class::Invalid && !listed && accepted.as_deref().is_none_or(Digest::has_no_tags) =>
            {
                part.accepted_digest = with_tags;
                (updating, message, Again::Now)
            }
            Err(fault) if fault.refusal => {
                record::failed(&mut part, &desired.digest.text(), fault.class.reason(), self.now);
                let (verdict, message, again) = self.refused(&part, fault);
                let message = if fault.class == Class::Invalid { Self::refused_tags(settled, fault) } else { message };
                (verdict, message, again)
            }
            Err(fault) => Self::undecided(fault),
        };
        Ok(Some(self.concluded(settled.status.clone(), part, outcome, (verdict, &message, again))))
    }

    /// AWS refuses the tags, and has all else.
    fn refused_tags(settled: &Settled<'_, K>, fault: &Fault) -> String {
        format!(
            "{}. All but the tags of the {} {} is as the spec says: take the last change of spec.tags or of \
             --default-tags back, or create another {}; the same is tried again in an hour, or when the annotation \
             agentcore-operator.github.io/requestedAt changes",
            fault.sentence(),
            K::NOUN,
            settled.view.facts.id,
            K::NAME
        )
    }

    /// Whether what AWS shows is what our last write made of it, a moment ago, and nobody asks for another.
    fn is_our_own(&self, settled: &Settled<'_, K>) -> bool {
        let asked = self.requested() || self.redeploy().is_some();
        self.shows_our_write(settled) && self.is_recent(settled) && !self.known.announced && !asked
    }

    /// Whether our last write is so recent that the same is not sent again.
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
                None => facts.updated_at.is_none_or(|updated| updated < at + self.rules.delete_retry),
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

    /// The resource is shown, and its tags are not: one of the two answers is old.
    fn retry_soon(&self, status: K::Status) -> Step<K> {
        let message = format!("looks at the {} again", K::NOUN);
        let verdict = Verdict::Progressing(Reason::Progressing);
        self.rest_in(status, verdict, &message, Again::Retry(Class::NotFound))
    }
}
