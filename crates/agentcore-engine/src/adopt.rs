//! Adoption: the spec names a resource that is in AWS already, and the operator allows that.
//!
//! What tags prove to be another live object's is never adopted, nor what belongs to an AWS service. It is claimed by
//! our tags before anything else of it is changed, so that two objects do not both take it for their own.

use agentcore_api::{
    common::{Adopt, Drift},
    status::{PartRecord, Reason},
};
use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    change::Settled,
    conditions::{Verdict, whole_seconds},
    fault::Class,
    gone::{Gone, absent},
    kind::{Kind, State, View},
    known::{Candidate, TagMap, Timed},
    pass::{Desired, Flow, Pass, Place},
    record,
    step::{Again, Call, Step},
    tags::{self, Owner},
    take::Origin,
};

/// How long until a claim is looked at: another's, made at the same time, is there by then.
const CLAIM_SHOWS: SignedDuration = SignedDuration::from_secs(2);

/// How long AWS may take to show tags before they are set again.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_secs(10);

impl<K: Kind> Pass<'_, K> {
    /// Leaves the pass if the spec adopts and the operator does not allow that: before anything is read of it.
    pub(crate) fn adoption_gate(&self, spec: &K::Spec) -> Flow<(), K> {
        let namespace = &self.object.meta.namespace;
        if K::common(spec).adopt.is_none() || self.settings.adoption.contain(namespace) {
            return Ok(());
        }
        Err(self.stalled(
            Reason::AdoptionNotAllowed,
            &format!(
                "the spec adopts a {}, and the operator does not allow that in the namespace {namespace}: remove \
                 spec.adopt, or start the operator with --allow-adoption that includes {namespace}",
                K::NOUN
            ),
        ))
    }

    /// Nothing of ours exists, and the spec says what is to be adopted. `None` where that is gone and a new one is to be
    /// created: an object that had its resource is not left without one.
    pub(crate) fn adopt(&self, desired: &Desired<'_, K>, adopt: &Adopt) -> Flow<Option<Step<K>>, K> {
        let had_one = self.status().established_at.is_some();
        let id = if let Some(id) = &adopt.id {
            id.clone()
        } else {
            let ids = self.of_this_name(desired)?;
            if ids.is_empty() && had_one {
                return Ok(None);
            }
            self.the_one(desired, &ids)?
        };
        let region = &desired.place.region;
        let view = match &self.ask_get(region, &id, 0, None)?.value {
            Ok(view) => view.as_ref().filter(|view| !matches!(K::state(view), State::Deleted | State::Deleting)),
            // AWS may hide what is gone.
            Err(fault) if fault.class == Class::Denied && !self.is_listed(desired, &id)? => None,
            Err(fault) => return Err(self.fault(fault)),
        };
        let Some(view) = view else {
            if had_one {
                return Ok(None);
            }
            let message = format!(
                "spec.adopt names the {} {id}, and AWS has none of that id in {region}, or is deleting it: correct it, \
                 or remove spec.adopt to have one created",
                K::NOUN
            );
            return Err(self.stalled(Reason::InvalidSpec, &message));
        };
        self.is_free(desired, view)?;
        let found = match self.ask_tags(region, &view.facts.arn)? {
            Ok(found) => found.clone().unwrap_or_default(),
            // Not listed for this kind: no tag says that it is another's.
            Err(fault) if fault.class == Class::Invalid => TagMap::new(),
            Err(fault) => return Err(self.fault(fault)),
        };
        self.may_adopt(&id, &found)?;
        Ok(Some(self.take_adopted(desired, view)))
    }

    /// Whether a complete list has this id, which begins with the resource's name.
    fn is_listed(&self, desired: &Desired<'_, K>, id: &str) -> Flow<bool, K> {
        let name = id.rsplit_once('-').map_or(id, |(name, _)| name).to_owned();
        let found = self.ask_find(&Place { name, ..desired.place.clone() }, 0, None)?;
        let candidates = found.value.as_ref().map_err(|fault| self.fault(fault))?;
        Ok(candidates.iter().any(|candidate| candidate.id == id))
    }

    /// Writes that the object has this resource. Its name is the resource's, whatever was to be created.
    fn take_adopted(&self, desired: &Desired<'_, K>, view: &View<K>) -> Step<K> {
        let place = Place { name: view.facts.name.clone(), ..desired.place.clone() };
        let here = Desired { place, body: desired.body.clone(), digest: desired.digest.clone(), spec: desired.spec };
        self.take(&here, None, &view.facts.id, Origin::Adopted)
    }

    /// What an object whose record is lost had adopted, if tags prove that: no search by name finds it.
    pub(crate) fn adopted_before(&self, region: &str, record: &PartRecord) -> Flow<Option<&View<K>>, K> {
        let adopt = self.object.spec.as_ref().ok().and_then(|spec| K::common(spec).adopt.as_ref());
        let Some(id) = adopt.filter(|_| record.adopted).and_then(|adopt| adopt.id.as_ref()) else { return Ok(None) };
        let view = match &self.ask_get(region, id, 0, None)?.value {
            Ok(view) => view.as_ref().filter(|view| K::state(view) != State::Deleted),
            // AWS may hide what is gone.
            Err(fault) if fault.class == Class::Denied => None,
            Err(fault) => return Err(self.fault(fault)),
        };
        let Some(view) = view else { return Ok(None) };
        Ok(self.is_claimed(region, view)?.then_some(view))
    }

    /// The same, for an object that is to be there.
    pub(crate) fn take_adopted_before(
        &self,
        desired: &Desired<'_, K>,
        record: &PartRecord,
    ) -> Flow<Option<Step<K>>, K> {
        let view = self.adopted_before(&desired.place.region, record)?;
        Ok(view.map(|view| self.take_adopted(desired, view)))
    }

    /// Whether our tags are on it. Where tags can't be listed that is not known, so they are not.
    fn is_claimed(&self, region: &str, view: &View<K>) -> Flow<bool, K> {
        match self.ask_tags(region, &view.facts.arn)? {
            Ok(Some(found)) => Ok(tags::owner::<K>(&self.object.meta, self.settings, found) == Owner::Us),
            Ok(None) => Ok(false),
            Err(fault) if fault.class == Class::Invalid => Ok(false),
            Err(fault) => Err(self.fault(fault)),
        }
    }

    /// The end of the pass over an object that is being deleted, and whose resource was adopted and perhaps never
    /// claimed: another may have claimed it first, although the record has its id. Then it is left alone. `None` where
    /// it is this object's.
    pub(crate) fn leave_unclaimed(
        &self,
        record: &PartRecord,
        place: &Place,
        id: &str,
        first: &Timed<Option<View<K>>>,
    ) -> Flow<Option<Step<K>>, K> {
        let Ok(view) = &first.value else { return Ok(None) };
        if let Some(view) = view.as_ref().filter(|view| !absent(Some(view))) {
            if self.is_claimed(&place.region, view)? {
                return Ok(None);
            }
            // One answer may show the tags as they were before ours.
            let marked = record::last_asked(record).filter(|_| record.failure.is_none());
            if let Some(from) = marked.map(|at| at + self.rules.lookup_delay).filter(|from| self.now < *from) {
                let message = format!("waits until {} to learn whether {id} became this object's", whole_seconds(from));
                return Ok(Some(self.deleting(self.object.status.clone(), &message, self.poll(record))));
            }
            return Ok(Some(
                self.release(format!("{id} was to be adopted and never became this object's: it stays in AWS")),
            ));
        }
        if matches!(self.confirm_gone(place, record, id, first)?, Gone::Confirmed) {
            return Ok(Some(self.release(format!("{id} is gone"))));
        }
        let message = format!("AWS does not always show the {} {id}: looks again", K::NOUN);
        Ok(Some(self.deleting(self.object.status.clone(), &message, self.poll(record))))
    }

    /// The ids of those that have the name that this object's resource would have.
    fn of_this_name(&self, desired: &Desired<'_, K>) -> Flow<Vec<String>, K> {
        let place = &desired.place;
        let candidates = self.ask_find(place, 0, None)?.value.as_ref().map_err(|fault| self.fault(fault))?;
        let mut ids = Vec::new();
        for candidate in candidates {
            if self.has_name(place, candidate)?.map_err(|fault| self.fault(&fault))? {
                ids.push(candidate.id.clone());
            }
        }
        ids.sort();
        Ok(ids)
    }

    fn the_one(&self, desired: &Desired<'_, K>, ids: &[String]) -> Flow<String, K> {
        let place = &desired.place;
        let message = match ids {
            [id] => return Ok(id.clone()),
            [] => format!(
                "AWS has no {} called {} in {} to adopt: set spec.{} to the name of one, or remove spec.adopt to have \
                 one created",
                K::NOUN,
                place.name,
                place.region,
                K::NAME_FIELD
            ),
            several => format!(
                "AWS has several called {} ({}): say which with spec.adopt.id instead of byName",
                place.name,
                several.join(", ")
            ),
        };
        Err(self.stalled(Reason::InvalidSpec, &message))
    }

    /// Whether the resource is somebody's whom no tag tells, and is what the spec says.
    fn is_free(&self, desired: &Desired<'_, K>, view: &View<K>) -> Flow<(), K> {
        let facts = &view.facts;
        if let Some(owner) = &facts.managed_by {
            let message = format!("the {} {} belongs to {owner}, so it can't be adopted", K::NOUN, facts.id);
            return Err(self.stalled(Reason::NotOwned, &message));
        }
        if facts.id.starts_with("aws.") {
            let message = format!("the {} {} is AWS's own, so it can't be adopted: reference it", K::NOUN, facts.id);
            return Err(self.stalled(Reason::NotOwned, &message));
        }
        match K::chosen_name(desired.spec).filter(|chosen| *chosen != facts.name) {
            None => Ok(()),
            Some(chosen) => Err(self.stalled(
                Reason::InvalidSpec,
                &format!(
                    "spec.{} is {chosen}, and the {} {} that spec.adopt names is called {}: correct one of them",
                    K::NAME_FIELD,
                    K::NOUN,
                    facts.id,
                    facts.name
                ),
            )),
        }
    }

    /// Leaves the pass unless its tags allow to adopt it.
    fn may_adopt(&self, id: &str, found: &TagMap) -> Flow<(), K> {
        let owner = tags::owner::<K>(&self.object.meta, self.settings, found);
        let Owner::Other(claim) = &owner else { return Ok(()) };
        let why = if claim.cluster == self.settings.cluster_id {
            match self.ask_lives(claim)? {
                Some(false) => return Ok(()),
                Some(true) => "that object exists. Delete it with deletionPolicy: Retain first".to_owned(),
                None => "the operator can't see whether that object exists: it must watch that namespace to adopt \
                         what is of it"
                    .to_owned(),
            }
        } else if self.settings.adopt_from_clusters.contains(&claim.cluster) {
            return Ok(());
        } else {
            format!(
                "what another cluster has counts as in use. If that cluster is no more, start the operator with \
                 --adopt-from-clusters that includes {}",
                claim.cluster
            )
        };
        let message = format!("the {} {id} can't be adopted: {}, and {why}", K::NOUN, owner.words());
        Err(self.stalled(Reason::NotOwned, &message))
    }

    /// Before anything else is changed of an adopted resource it is claimed; `None` when it is.
    pub(crate) fn claim(&self, desired: &Desired<'_, K>, settled: &Settled<'_, K>) -> Flow<Option<Step<K>>, K> {
        let facts = &settled.view.facts;
        let record = &settled.record;
        if is_claimed_by(record) {
            return Ok(None);
        }
        let region = desired.place.region.clone();
        let found = match self.ask_tags(&region, &facts.arn)? {
            Ok(found) => found.clone().unwrap_or_default(),
            // Whether others claim it is not known: it is tagged with the first change of its tags.
            Err(fault) if fault.class == Class::Invalid => return Ok(None),
            Err(fault) => return Err(self.fault(fault)),
        };
        if tags::owner::<K>(&self.object.meta, self.settings, &found) == Owner::Us {
            return Ok(None);
        }
        let digest = desired.digest.text();
        let message = format!("marks the {} {} as this object's", K::NOUN, facts.id);
        let updating = Verdict::Progressing(Reason::Updating);
        if !self.known.announced {
            self.may_adopt(&facts.id, &found)?;
            if let Some(end) = self.not_due(record, &digest, settled.status.clone()) {
                return Ok(Some(end));
            }
            if record.failure.is_none() && record.sent_at.as_ref().is_some_and(|at| self.now < at.0 + SHOWN_WITHIN) {
                return Ok(Some(self.rest_in(settled.status.clone(), updating, &message, Again::After(CLAIM_SHOWS))));
            }
        }
        let proof = tags::proof::<K>(&self.object.meta, self.settings);
        let tags = proof.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let call = Call::Tag { region, arn: facts.arn.clone(), tags };
        let announce = |part: &mut PartRecord, now: MicroTime| record::tagged(part, now);
        let outcome = self.write(|| self.announcement(announce, updating, &message), call)?;
        let mut part = record.clone();
        let (verdict, message, again) = match outcome {
            // Two may have claimed it at once: the one whose tags are there then has it.
            Ok(_) => {
                part.failure = None;
                (updating, message, Again::After(CLAIM_SHOWS))
            }
            Err(fault) if fault.refusal => {
                record::failed(&mut part, &digest, fault.class.reason(), self.now);
                self.refused(&part, fault)
            }
            Err(fault) => Self::undecided(fault),
        };
        Ok(Some(self.concluded(settled.status.clone(), part, outcome, (verdict, &message, again))))
    }

    /// Whether tags that differ are left as they are: those of an adopted resource whose drift is not corrected.
    pub(crate) fn leaves_tags(&self, desired: &Desired<'_, K>, record: &PartRecord, accepted: Option<&str>) -> bool {
        record.adopted && accepted.is_none() && K::common(desired.spec).drift != Drift::Correct && !self.is_still()
    }

    /// How a stranger could become this object's, as the end of a sentence; empty where it can't.
    pub(crate) fn how_to_adopt(&self, owner: &Owner, candidate: &Candidate) -> Flow<String, K> {
        let id = &candidate.id;
        let read = self.known.gets.iter().find(|(get, _)| get.id == *id && get.ordinal == 0);
        let view = read.and_then(|(_, read)| read.value.as_ref().ok()).and_then(Option::as_ref);
        if self.object.meta.deleting() || view.is_some_and(|view| view.facts.managed_by.is_some()) {
            return Ok(String::new());
        }
        let namespace = &self.object.meta.namespace;
        let mut flags = Vec::new();
        if !self.settings.adoption.contain(namespace) {
            flags.push(format!("with --allow-adoption that includes {namespace}"));
        }
        if let Owner::Other(claim) = owner {
            if claim.cluster == self.settings.cluster_id {
                if self.ask_lives(claim)? != Some(false) {
                    return Ok(String::new());
                }
            } else if !self.settings.adopt_from_clusters.contains(&claim.cluster) {
                let flag = format!("with --adopt-from-clusters that includes {}, if that is no more", claim.cluster);
                flags.push(flag);
            }
        }
        let needs = if flags.is_empty() {
            String::new()
        } else {
            format!(" (the operator must be started {})", flags.join(" and "))
        };
        Ok(format!(", or adopt it with spec.adopt.id: {id}{needs}"))
    }
}

/// Whether the resource is this object's by what the record says: it was created for it, or claimed and then found, or
/// brought, to be as the spec says.
pub(crate) fn is_claimed_by(record: &PartRecord) -> bool {
    !record.adopted || record.accepted_digest.is_some()
}
