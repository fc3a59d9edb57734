//! The pass: validate, observe, plan, and a verdict.

use agentcore_api::{
    common::{CommonSpec, DeletionPolicy},
    keys::annotation,
    names,
    status::{CommonStatus, ConditionType, Fate, PartRecord, Reason},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    digest::Digest,
    fault::Fault,
    kind::{Body, Kind, Resolved, View},
    known::{
        Candidate, Claim, Find, Get, Identity, Known, NamedBy, Query, Reference, Referent, Referrer, TagMap, Timed,
    },
    object::{Object, Settings},
    record,
    rules::Rules,
    step::{Act, Again, Call, Outcome, Report, Step},
    tags,
};

/// What is to be done for `object` next, given what is `known` in this pass.
///
/// The caller starts with an empty [`Known`], puts each answer into it, and asks again, until the pass rests. After an
/// announcement it passes the object as the API server answered it.
pub fn next<K: Kind>(
    rules: &Rules,
    settings: &Settings,
    object: &Object<K>,
    known: &Known<K>,
    now: Timestamp,
) -> Step<K> {
    // The API server keeps microseconds: what is compared later must not hold more.
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    let pass = Pass { rules, settings, object, known, now };
    let end = if object.meta.deleting() { pass.delete() } else { pass.live() };
    end.unwrap_or_else(|step| step)
}

/// A value, or the step with which the pass is left: a question, an act, or an early end.
pub(crate) type Flow<T, K> = Result<T, Step<K>>;

/// One pass over one object.
pub(crate) struct Pass<'a, K: Kind> {
    pub(crate) rules: &'a Rules,
    pub(crate) settings: &'a Settings,
    pub(crate) object: &'a Object<K>,
    pub(crate) known: &'a Known<K>,
    pub(crate) now: Timestamp,
}

/// Where the resource is or will be: pinned in the status while anything of ours may exist.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) partition: String,
    pub(crate) name: String,
}

/// What the object wants.
pub(crate) struct Desired<'a, K: Kind> {
    pub(crate) spec: &'a K::Spec,
    pub(crate) place: Place,
    pub(crate) body: Body<K>,
    pub(crate) digest: Digest,
}

impl<'a, K: Kind> Pass<'a, K> {
    /// An object that is to be there.
    fn live(&self) -> Flow<Step<K>, K> {
        let spec = match &self.object.spec {
            Ok(spec) => spec,
            Err(why) => return Err(self.unreadable(why)),
        };
        match self.record() {
            // The status was wiped, or the object restored without it: AWS may hold something.
            None if self.object.meta.finalizer => return Err(self.record_lost()),
            Some(record) if record.id.is_some() && !self.object.meta.finalizer && !self.settings.read_only => {
                return Err(act(Act::AddFinalizer));
            }
            _ => {}
        }
        self.gates(spec)?;
        let place = self.place(K::common(spec), K::chosen_name(spec))?;
        let resolved = match (self.resolve(spec, &place.region)?, self.record()) {
            (Ok(resolved), _) => resolved,
            (Err(waits), Some(record)) if record.id.is_some() => {
                let id = record.id.as_deref().unwrap_or_default();
                return self.present_while_waiting(&place, record, id, &waits);
            }
            // Its change starts the next pass; the time is for a change that was missed.
            (Err(waits), _) => {
                let again = Again::After(SignedDuration::from_mins(5));
                return Err(self.retrying(Reason::DependencyNotReady, &waits, again, None));
            }
        };
        let settings = K::settings(spec, &resolved).map_err(|blocked| self.blocked(&blocked))?;
        let tags = tags::desired::<K>(&self.object.meta, self.settings, K::common(spec).tags.as_ref());
        let body = Body { name: place.name.clone(), tags, settings };
        let desired = Desired { spec, digest: Digest::of(&body), place, body };
        match self.record() {
            Some(record) => match (&record.id, record.fate) {
                (Some(id), _) => self.present(&desired, record, id),
                (None, Fate::Unknown | Fate::Created) => self.unknown(&desired, record),
                (None, Fate::None) => self.absent(&desired),
            },
            None => self.absent(&desired),
        }
    }

    /// What the operator was told to refuse: checked before anything is asked of AWS.
    fn gates(&self, spec: &K::Spec) -> Flow<(), K> {
        if let Some(role) = K::role(spec)
            && !self.settings.allowed_roles.allow(role)
        {
            return Err(self.stalled(
                Reason::RoleNotAllowed,
                &format!(
                    "spec.executionRole.arn {role} is not among the roles that the operator allows ({}): use another \
                     role, or start the operator with --allowed-role-arns that includes it",
                    self.settings.allowed_roles.describe()
                ),
            ));
        }
        if !self.may_exist() {
            self.adoption_gate(spec)?;
        }
        let namespace = &self.object.meta.namespace;
        if !self.settings.external_ids.contain(namespace)
            && let Some(id) = K::external_ids(spec).into_iter().find(|id| !id.starts_with("aws."))
        {
            return Err(self.stalled(
                Reason::ExternalIdNotAllowed,
                &format!(
                    "the spec names {id} by id, and the operator does not allow that in the namespace {namespace}: \
                     reference an object of this namespace by name, or start the operator with --allow-external-ids \
                     that includes {namespace}"
                ),
            ));
        }
        Ok(())
    }

    /// Where the resource is or will be.
    pub(crate) fn place(&self, spec: &CommonSpec, chosen: Option<&str>) -> Flow<Place, K> {
        let pinned = self.may_exist().then(|| self.status());
        let pin = |member: fn(&CommonStatus) -> &Option<String>| pinned.and_then(|status| member(status).clone());
        let region = pin(|status| &status.region);
        if let (Some(region), Some(wanted)) = (&region, &spec.region)
            && region != wanted
            && !self.object.meta.deleting()
        {
            return Err(self.stalled(
                Reason::RegionMismatch,
                &format!(
                    "spec.region is {wanted}, but the {} is in {region}: set it back, or create another {}",
                    K::NOUN,
                    K::NAME
                ),
            ));
        }
        let region = region.or_else(|| spec.region.clone()).unwrap_or_else(|| self.settings.region.clone());
        let identity = self.ask_identity(&region)?.map_err(|fault| self.fault(fault))?;
        if let Some(account) = pin(|status| &status.account)
            && account != identity.account
        {
            return Err(self.stalled(
                Reason::AccountMismatch,
                &format!(
                    "the {} is in the AWS account {account}, but the operator's credentials are of {}: give it \
                     credentials of {account} again. Nothing is read or changed until then",
                    K::NOUN,
                    identity.account
                ),
            ));
        }
        let name =
            pin(|status| &status.name).or_else(|| chosen.map(str::to_owned)).unwrap_or_else(|| self.derived_name());
        Ok(Place { region, account: identity.account.clone(), partition: identity.partition.clone(), name })
    }

    /// The name that only this object's resource can have.
    pub(crate) fn derived_name(&self) -> String {
        let meta = &self.object.meta;
        names::aws_name(&self.settings.cluster_id, K::NAME, &meta.namespace, &meta.name)
    }

    /// Looks at the objects that the spec names. A resource is created only once they are usable; once there, it waits
    /// for nothing but their ids. Otherwise gives all that it waits for, in words.
    fn resolve(&self, spec: &K::Spec, region: &str) -> Flow<Result<Resolved, String>, K> {
        let mut resolved = Resolved { region: region.to_owned(), ..Resolved::default() };
        let mut awaited = Vec::new();
        let exists = self.may_exist();
        for reference in K::references(spec) {
            let referent = self.ask_reference(&reference)?;
            let missing = referent.id.is_none();
            if missing || (!exists && !referent.usable) {
                awaited.push(self.awaited(&reference, referent));
            }
            resolved.references.insert(reference, referent.clone());
        }
        if awaited.is_empty() { Ok(Ok(resolved)) } else { Ok(Err(format!("waits for {}", awaited.join("; and for ")))) }
    }

    fn awaited(&self, reference: &Reference, referent: &Referent) -> String {
        let what = format!("{} {}", reference.kind, reference.name);
        match (&referent.state, referent.exists) {
            (_, false) => format!(
                "{what}, which does not exist in the namespace {}: create it, or correct the reference",
                self.object.meta.namespace
            ),
            (_, true) if referent.deleting => format!("{what}, which is being deleted"),
            (Some(state), true) if state.contains("FAILED") => format!("{what}, which is {state}: see its conditions"),
            (Some(state), true) if referent.id.is_some() => format!("{what}, which is {state}"),
            (_, true) => format!("{what}, which has no resource in AWS yet: see its conditions"),
        }
    }

    /// The record of an object whose own is gone. Whether its resource was adopted the spec tells.
    pub(crate) fn lost(&self) -> PartRecord {
        let adopts = self.object.spec.as_ref().is_ok_and(|spec| K::common(spec).adopt.is_some());
        PartRecord { adopted: adopts, ..record::lost(self.now) }
    }

    fn record_lost(&self) -> Step<K> {
        let mut status = self.object.status.clone();
        record::put::<K>(&mut status, self.lost());
        self.rest_in(
            status,
            crate::conditions::Verdict::Progressing(Reason::Progressing),
            &format!("the record of this object is lost: looks for its {} in AWS before anything else", K::NOUN),
            Again::Now,
        )
    }

    // What the pass looks at.

    pub(crate) fn status(&self) -> &'a CommonStatus {
        K::status(&self.object.status)
    }

    pub(crate) fn record(&self) -> Option<&'a PartRecord> {
        record::main::<K>(&self.object.status)
    }

    /// Whether AWS may hold anything of this object: without the finalizer an announced create was never sent.
    fn may_exist(&self) -> bool {
        let sent = |record: &PartRecord| record.id.is_some() || self.object.meta.finalizer;
        self.record().is_some_and(|record| record.fate != Fate::None && sent(record))
    }

    /// Whether the conditions say Ready of the spec as it is.
    pub(crate) fn is_ready(&self) -> bool {
        self.status().observed_generation == Some(self.object.meta.generation)
            && self.status().condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True")
    }

    /// Whether the user has asked for a pass now, and with it for another try of what failed.
    pub(crate) fn requested(&self) -> bool {
        let status = self.status();
        let asked = |key, handled: &Option<String>| {
            self.object.meta.annotation(key).is_some_and(|value| Some(clip(value)) != handled.as_deref())
        };
        asked(annotation::REQUESTED_AT, &status.last_handled_request_at)
            || asked(annotation::FLUX_REQUESTED_AT, &status.last_handled_reconcile_at)
    }

    /// The value of `redeployAt` that has not been answered.
    pub(crate) fn redeploy(&self) -> Option<&'a str> {
        let value = clip(self.object.meta.annotation(annotation::REDEPLOY_AT)?);
        (K::REDEPLOYS && Some(value) != self.status().last_handled_redeploy_at.as_deref()).then_some(value)
    }

    /// What deletion does.
    pub(crate) fn policy(&self) -> DeletionPolicy {
        match self.object.deletion_policy {
            Ok(Some(policy)) => policy,
            Ok(None) if self.record().is_some_and(|record| record.adopted) => DeletionPolicy::Retain,
            Ok(None) => K::DELETION_POLICY,
            // Where even the policy is unreadable, nothing of the user's is destroyed.
            Err(_) => DeletionPolicy::Retain,
        }
    }

    // Questions. Each gives the answer, or leaves the pass with the question.

    pub(crate) fn ask_identity(&self, region: &str) -> Flow<Result<&'a Identity, &'a Fault>, K> {
        let answer = self.known.identities.get(region).map(Result::as_ref);
        answer.ok_or_else(|| Step::Ask(Query::Identity { region: region.to_owned() }))
    }

    pub(crate) fn ask_reference(&self, reference: &Reference) -> Flow<&'a Referent, K> {
        self.known.references.get(reference).ok_or_else(|| Step::Ask(Query::Reference(reference.clone())))
    }

    pub(crate) fn ask_get(
        &self,
        region: &str,
        id: &str,
        ordinal: u8,
        not_before: Option<Timestamp>,
    ) -> Flow<&'a Timed<Option<View<K>>>, K> {
        let get = Get { region: region.to_owned(), id: id.to_owned(), ordinal, not_before };
        self.known.gets.get(&get).ok_or(Step::Ask(Query::Get(get)))
    }

    pub(crate) fn ask_find(
        &self,
        place: &Place,
        ordinal: u8,
        not_before: Option<Timestamp>,
    ) -> Flow<&'a Timed<Vec<Candidate>>, K> {
        let find = Find { region: place.region.clone(), name: place.name.clone(), ordinal, not_before };
        self.known.finds.get(&find).ok_or(Step::Ask(Query::Find(find)))
    }

    pub(crate) fn ask_tags(&self, region: &str, arn: &str) -> Flow<&'a Result<Option<TagMap>, Fault>, K> {
        let query = || Step::Ask(Query::Tags { region: region.to_owned(), arn: arn.to_owned() });
        self.known.tags.get(arn).ok_or_else(query)
    }

    pub(crate) fn ask_attachments(&self, region: &str, id: &str) -> Flow<&'a Result<Vec<String>, Fault>, K> {
        let query = || Step::Ask(Query::Attachments { region: region.to_owned(), id: id.to_owned() });
        self.known.attachments.get(id).ok_or_else(query)
    }

    pub(crate) fn ask_lives(&self, claim: &Claim) -> Flow<Option<bool>, K> {
        self.known.lives.get(claim).copied().ok_or_else(|| Step::Ask(Query::Lives(claim.clone())))
    }

    pub(crate) fn ask_referrers(&self, by: NamedBy) -> Flow<&'a [Referrer], K> {
        self.known.referrers.as_deref().ok_or(Step::Ask(Query::Referrers(by)))
    }

    /// Announces a write to AWS, makes it, and gives what became of it.
    pub(crate) fn write(&self, announcement: impl FnOnce() -> K::Status, call: Call<K>) -> Flow<&'a Outcome, K> {
        if !self.known.announced {
            return Err(act(Act::Announce(announcement(), call.intent())));
        }
        self.known.outcome.as_ref().ok_or_else(|| act(Act::Call(call)))
    }
}

pub(crate) fn act<K: Kind>(act: Act<K>) -> Step<K> {
    Step::Act(Box::new(act))
}

pub(crate) fn rest<K: Kind>(report: Report<K>) -> Step<K> {
    Step::Rest(Box::new(report))
}

/// The longest text that the status takes for the value of an annotation.
pub(crate) fn clip(value: &str) -> &str {
    clip_to(value, 1024)
}

/// The beginning of a text, at most so many bytes.
pub(crate) fn clip_to(value: &str, most: usize) -> &str {
    value.get(..value.floor_char_boundary(most)).unwrap_or_default()
}
