//! What must never happen: held against every announcement, every write to AWS, every resource that comes to be, and
//! every finalizer that goes.

use agentcore_api::status::{CommonStatus, ConditionType, PartRecord};
use agentcore_engine::{record, step::Call};

use super::{
    aws::{Is, at, id},
    kind::{CHILD, Small},
    scopes::Doing,
    world::{Running, TICK, World},
};

impl<const U: bool> World<U> {
    pub(crate) fn wrong(&mut self, what: impl FnOnce() -> String) {
        self.wrong.get_or_insert_with(what);
    }

    /// The same spec that AWS refused for good, or failed to create, waits for its hour.
    pub(crate) fn check_announcement(&mut self, pass: &Running<U>, status: &CommonStatus) {
        let failure = Self::record_of(&pass.object).and_then(|record| record.failure.clone());
        let announced = record::main::<Small<U>>(status);
        let Some((failure, announced)) = failure.zip(announced) else { return };
        let terminal = matches!(failure.reason.as_deref(), Some("InvalidSpec" | "CreateFailed"));
        let same = announced.body_digest.as_deref() == Some(&failure.digest);
        let soon = at(self.now) < failure.last.0 + jiff::SignedDuration::from_secs(5 * TICK);
        if terminal && same && soon && announced.sends == 1 {
            self.wrong(|| "the same spec that failed is tried again at once".to_owned());
        }
    }

    pub(crate) fn check_call(&mut self, pass: &Running<U>, call: &Call<Small<U>>) {
        let meta = &pass.object.meta;
        let Some(object) = self.object_of(&meta.uid) else {
            if matches!(call, Call::Create { .. }) {
                self.wrong(|| "a create is sent for an object that is gone".to_owned());
            }
            return;
        };
        if !object.meta.finalizer {
            self.wrong(|| "a write to AWS, and the finalizer is not there".to_owned());
            return;
        }
        // Somebody may have taken the record away since it was written.
        let wiped = self.scope.doings.contains(&Doing::Wipes);
        let announced = Self::record_of(&pass.object).cloned().unwrap_or_else(PartRecord::default);
        let record = if wiped { Some(&announced) } else { Self::record_of(object) };
        let touched = match call {
            Call::Create { .. } => {
                let children = record.map(|record| record.children.as_slice()).unwrap_or_default();
                if !children.iter().any(|child| child.name == CHILD) {
                    self.wrong(|| "a child is made that was not announced".to_owned());
                }
                return;
            }
            Call::Update { id, .. } | Call::Delete { id, .. } => id,
            Call::Tag { arn, .. } | Call::Untag { arn, .. } => arn,
        };
        if announced.id.as_ref() != Some(touched) {
            let what = format!("{} of {touched}, which the record does not name", call.verb());
            self.wrong(|| what);
        }
        self.check_update(pass, call);
        let Some(resource) = self.aws.by_id(touched) else { return };
        let prefix = meta.uid.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
        if !resource.made_for.as_ref().is_some_and(|uid| uid.starts_with(&prefix)) {
            let what = format!("{} of {touched}, which is not this object's", call.verb());
            self.wrong(|| what);
        }
        let was_ready = self.slots.iter().any(|slot| {
            let is_it = slot.stored.as_ref().is_some_and(|(stored, _)| stored.meta.uid == meta.uid);
            is_it && slot.was_ready.as_ref() == Some(touched)
        });
        if matches!(call, Call::Delete { .. }) && !meta.deleting() && was_ready {
            self.wrong(|| "what was ever ACTIVE is deleted, and its object is not being deleted".to_owned());
        }
    }

    /// An update that changes nothing makes a version all the same. A replica that has slept on it may do so; and so may
    /// one that was shown an old state after its repetition was refused: the refusal, which is definite, has changed its
    /// token.
    fn check_update(&mut self, pass: &Running<U>, call: &Call<Small<U>>) {
        let Call::Update { id, change, token, .. } = call else { return };
        let newest =
            self.slots.iter().filter_map(|slot| slot.stored.as_ref()).any(|(_, version)| *version == pass.version);
        let resource = self.aws.by_id(id).filter(|resource| resource.size == *change && resource.is == Is::Active);
        let Some(version) = resource.map(|resource| resource.version.to_string()) else { return };
        let refused = Self::record_of(&pass.object).is_some_and(|record| record.failure.is_some());
        let views = pass.known.gets.values().filter_map(|read| read.value.as_ref().ok()?.as_ref());
        let shown = views.filter(|view| view.facts.id == *id).all(|view| view.facts.version.as_ref() == Some(&version));
        if newest && (shown || !refused) && !self.aws.repeats(id, token) {
            self.wrong(|| "an update that changes nothing".to_owned());
        }
    }

    /// What is Ready is as the spec says, unless another replica has written since it was read.
    pub(crate) fn check_ready(&mut self, slot: usize) {
        let Some((object, _)) = self.slots.get(slot).and_then(|slot| slot.stored.as_ref()) else { return };
        let ready = object.status.condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True");
        let of_this = object.status.observed_generation == Some(object.meta.generation);
        let id = Self::record_of(object).and_then(|record| record.id.as_ref());
        let resource = id.and_then(|id| self.aws.by_id(id));
        let size = object.spec.as_ref().map_or(0, |spec| spec.size);
        if ready && of_this && self.scope.replicas == 1 && resource.is_none_or(|resource| resource.size != size) {
            self.wrong(|| "Ready, and AWS has something else".to_owned());
        }
    }

    pub(crate) fn check_made(&mut self) {
        let Some(made) = self.aws.resources.last() else { return };
        let Some(uid) = made.made_for.clone() else { return };
        let of_it = self.aws.resources.iter().filter(|it| it.made_for.as_ref() == Some(&uid));
        let ids: Vec<String> = of_it.map(|it| id(it.id)).collect();
        if ids.len() > 1 {
            self.wrong(|| format!("one object has {}", ids.join(" and ")));
        }
        if !self.scope.retain && self.object_of(&uid).is_none() {
            self.wrong(|| "a resource comes to be, and its object is gone".to_owned());
        }
    }

    pub(crate) fn check_release(&mut self, pass: &Running<U>) {
        let uid = &pass.object.meta.uid;
        let left = self.aws.resources.iter().find(|it| it.made_for.as_ref() == Some(uid)).map(|it| it.id);
        if let Some(left) = left.filter(|_| !self.scope.retain) {
            self.wrong(|| format!("the finalizer goes, and {} is there", id(left)));
        }
    }
}
