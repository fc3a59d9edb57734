//! What makes two states the same: times are ages, versions are ranks, replicas have no order.

use std::hash::{DefaultHasher, Hash, Hasher};

use agentcore_api::{
    keys::tag,
    status::{CommonStatus, MAIN_PART},
};
use agentcore_engine::{digest::create_token, known::Known, object::Object};
use jiff::Timestamp;

use super::{
    kind::Small,
    world::{Running, Slot, Stored, World},
};

/// Up to this age each age counts, in milliseconds; of what is older only the order does.
const OLD: i64 = 151_000;

/// Takes up a state, twice: first its times, then all of it.
struct Print {
    now: i64,
    /// The ages above [`OLD`], in order.
    old: Vec<i64>,
    collects: bool,
    /// The lowest number of a creation that anybody still knows: numbers count from here, else they grow for ever.
    first_creation: i64,
    hasher: DefaultHasher,
}

/// The numbers of creations whose record was lost are times, and all others are less.
const A_TIME: i64 = 1000;

impl<const U: bool> World<U> {
    /// A number that two states share if and only if they are the same, as far as anything that follows can tell.
    pub(crate) fn print(&self) -> u64 {
        let first_creation = self.creations().map(|(_, number)| number).min().unwrap_or_default();
        let hasher = DefaultHasher::new();
        let mut print = Print { now: self.now * 1000, old: Vec::new(), collects: true, first_creation, hasher };
        self.take_up(&mut print);
        print.old.sort_unstable();
        print.old.dedup();
        print.collects = false;
        self.take_up(&mut print);
        print.hasher.finish()
    }

    /// The creations that somebody still knows: of which object, and their numbers.
    fn creations(&self) -> impl Iterator<Item = (&str, i64)> {
        let stored = self.slots.iter().filter_map(|slot| slot.stored.as_ref()).map(|(object, _)| object);
        let passes = self.workers.iter().filter_map(|worker| worker.pass.as_ref()).map(|pass| &pass.object);
        stored.chain(passes).filter_map(|object| {
            let record = Self::record_of(object)?;
            Some((object.meta.uid.as_str(), record.creation))
        })
    }

    /// The tokens that somebody may still send, by what they are of: numbers only grow, so no other is sent again.
    fn take_up_tokens(&self, print: &mut Print) {
        let mut known: Vec<_> = self.creations().collect();
        known.sort_unstable();
        known.dedup();
        for (uid, number) in known {
            let token = create_token(uid, MAIN_PART, number);
            for (_, made) in self.aws.tokens.range(token.clone()..).take_while(|(it, _)| it.starts_with(&token)) {
                print.value(&(uid, made));
                print.creation(number);
            }
            for request in self.aws.pending.iter().filter(|request| request.token.starts_with(&token)) {
                print.value(&(uid, &request.token.strip_prefix(&token)));
                print.creation(number);
            }
        }
    }

    fn take_up(&self, print: &mut Print) {
        for slot in &self.slots {
            print.value(&(slot.lives, slot.was_ready));
            print.stored(slot.stored.as_ref());
        }
        self.take_up_workers(print);
        for resource in &self.aws.resources {
            print.value(&(resource.id, resource.is, resource.size, resource.version, resource.shown));
            print.value(&(&resource.name, &resource.made_for, resource.tags.get(tag::UID)));
            // When it was created proves whose it is only where tags don't.
            if !self.scope.switches.tags {
                print.time(resource.created * 1000);
            }
            print.value(&(!resource.shown).then(|| self.now - resource.sent));
        }
        for request in &self.aws.pending {
            print.value(&(&request.name, request.size, request.tags.get(tag::UID)));
            print.time(request.sent * 1000);
        }
        self.take_up_tokens(print);
        print.value(&(self.aws.made, self.faults, self.acts));
    }

    fn take_up_workers(&self, print: &mut Print) {
        // Each by itself, so that their order does not count.
        let mut sums = Vec::new();
        for worker in &self.workers {
            let Some(slot) = self.slots.get(worker.slot) else { continue };
            let outer = std::mem::take(&mut print.hasher);
            print.value(&worker.slot);
            if let Some(pass) = &worker.pass {
                print.pass(pass, slot);
            }
            sums.push(std::mem::replace(&mut print.hasher, outer).finish());
        }
        sums.sort_unstable();
        print.value(&sums);
    }
}

impl Print {
    fn value(&mut self, value: &impl Hash) {
        if !self.collects {
            value.hash(&mut self.hasher);
        }
    }

    fn time(&mut self, milliseconds: i64) {
        let age = self.now - milliseconds;
        if age <= OLD {
            self.value(&age);
        } else if self.collects {
            self.old.push(age);
        } else {
            let rank = self.old.binary_search(&age).unwrap_or_default();
            self.value(&(OLD, rank));
        }
    }

    fn creation(&mut self, number: i64) {
        if number > A_TIME {
            self.time(number * 1000);
        } else {
            self.value(&(number - self.first_creation));
        }
    }

    fn at(&mut self, at: Option<Timestamp>) {
        self.value(&at.is_some());
        if let Some(at) = at {
            self.time(at.as_millisecond());
        }
    }

    fn stored<const U: bool>(&mut self, stored: Option<&Stored<U>>) {
        self.value(&stored.is_some());
        if let Some((object, _)) = stored {
            self.object(object);
        }
    }

    fn object<const U: bool>(&mut self, object: &Object<Small<U>>) {
        let meta = &object.meta;
        self.value(&(&meta.uid, meta.generation, meta.finalizer, object.spec.as_ref().map_or(0, |spec| spec.size)));
        // When it was made counts only where the record was lost, and since when it is being deleted only for what
        // uses it: neither is here.
        self.value(&meta.deleting());
        self.status(&object.status);
    }

    fn status(&mut self, status: &CommonStatus) {
        for condition in &status.conditions {
            self.value(&(&condition.type_, &condition.status, &condition.reason));
        }
        self.value(&(status.observed_generation, &status.id, &status.arn, &status.name, &status.state));
        self.value(&(&status.region, status.established_at.is_some()));
        let Some(record) = status.record.as_ref().and_then(|record| record.get("main")) else { return };
        self.creation(record.creation);
        self.value(&(record.fate, &record.body_digest, record.sends, record.closed, &record.id, record.seen));
        self.value(&(record.ever_active, record.adopted, &record.accepted_digest));
        let write = record.last_write.as_ref();
        self.value(&write.map(|write| &write.version));
        for at in [
            record.sent_at.as_ref(),
            write.and_then(|write| write.at.as_ref()),
            record.delete_sent_at.as_ref(),
            record.delete_accepted_at.as_ref(),
            record.failure.as_ref().map(|failure| &failure.since),
            record.failure.as_ref().map(|failure| &failure.last),
        ] {
            self.at(at.map(|at| at.0));
        }
        self.value(&record.failure.as_ref().map(|failure| (&failure.digest, &failure.reason)));
        for child in &record.children {
            self.value(&(&child.name, &child.id));
        }
    }

    fn pass<const U: bool>(&mut self, pass: &Running<U>, slot: &Slot<U>) {
        let is = |stored: &Option<Stored<U>>| stored.as_ref().is_some_and(|(_, version)| *version == pass.version);
        let newest = is(&slot.stored);
        self.value(&newest);
        if !newest {
            self.object(&pass.object);
        }
        self.known(&pass.known);
    }

    fn known<const U: bool>(&mut self, known: &Known<Small<U>>) {
        self.value(&(known.announced, known.identities.len()));
        match &known.outcome {
            None => self.value(&0_u8),
            Some(Ok(accepted)) => self.value(&(&accepted.id, &accepted.state, &accepted.version)),
            Some(Err(fault)) => self.value(&(fault.class, fault.refusal)),
        }
        for (get, answer) in &known.gets {
            self.value(&(&get.id, get.ordinal, answer.value.is_err()));
            self.at(get.not_before);
            self.at(Some(answer.began));
            if let Ok(Some(view)) = &answer.value {
                self.value(&(&view.facts.state, &view.facts.version, view.settings.size));
            }
        }
        for (find, answer) in &known.finds {
            self.value(&find.ordinal);
            self.at(find.not_before);
            self.at(Some(answer.began));
            for candidate in answer.value.iter().flatten() {
                self.value(&candidate.id);
            }
        }
        for (arn, tags) in &known.tags {
            let uid = tags.as_ref().ok().map(|tags| tags.as_ref().map(|tags| tags.get(tag::UID)));
            self.value(&(arn, uid));
        }
    }
}
