//! What makes two states the same: that nothing which follows can tell them apart.
//!
//! Of each time only that counts which a rule can still ask: its age up to the largest bound, or which of two came
//! first. Creations and ids count by their rank among those that anybody still knows, replicas have no order, and of a
//! pass that met a newer object only what its write and its conclusion need. That all of it is exact is a test:
//! [`same_states_have_the_same_future`](super::check).

use std::hash::{DefaultHasher, Hash, Hasher};

use agentcore_api::{
    keys::tag,
    status::{CommonStatus, Fate, MAIN_PART, PartRecord},
};
use agentcore_engine::{digest::create_token, known::Known, object::Object, record};
use jiff::Timestamp;

use super::{
    aws::{Is, Resource, at, id},
    kind::Small,
    scopes::{Doing, Trouble},
    world::{Running, Stored, TICK, World},
};

/// From this age on absence is proved, and a read is not old any more.
const PROVED: i64 = 120;

/// From this age on everything that is tried again is due.
const DUE: i64 = 5 * TICK;

/// Takes up a state.
struct Print<'a, const U: bool> {
    world: &'a World<U>,
    /// The creations that anybody still knows, by object.
    creations: Vec<(&'a str, i64)>,
    /// The numbers of the resources that anybody still knows.
    ids: Vec<String>,
    hashers: (DefaultHasher, DefaultHasher),
}

impl<const U: bool> World<U> {
    /// A number that two states share only if nothing that follows can tell them apart. (That two others share it by
    /// chance is as good as impossible: it has 128 bits.)
    pub(crate) fn print(&self) -> u128 {
        let mut print = Print { world: self, creations: self.creations(), ids: self.ids(), hashers: hashers() };
        print.take_up();
        print.finish()
    }

    /// The creations that somebody still knows: of which object, and their numbers.
    fn creations(&self) -> Vec<(&str, i64)> {
        let mut all: Vec<_> = self
            .objects()
            .filter_map(|object| Some((object.meta.uid.as_str(), Self::record_of(object)?.creation)))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The objects that somebody still knows: as they are, and as passes have seen them.
    fn objects(&self) -> impl Iterator<Item = &Object<Small<U>>> {
        let stored = self.slots.iter().filter_map(|slot| slot.stored.as_ref()).map(|(object, _)| &**object);
        let passes = self.workers.iter().filter_map(|worker| worker.pass.as_ref()).map(|pass| &*pass.object);
        stored.chain(passes)
    }

    /// The ids that somebody still knows, in the order in which AWS gave them.
    fn ids(&self) -> Vec<String> {
        let mut numbers: Vec<u8> = self.aws.resources.iter().map(|resource| resource.id).collect();
        let known = |number: u8| {
            let it = id(number);
            self.objects().any(|object| Self::record_of(object).is_some_and(|record| record.id.as_ref() == Some(&it)))
                || self.creations().into_iter().any(|creation| self.made_by(creation).any(|made| made == number))
                || self.workers.iter().filter_map(|worker| worker.pass.as_ref()).any(|pass| knows(&pass.known, &it))
        };
        let others: Vec<u8> =
            (1..=self.aws.made).filter(|number| !numbers.contains(number) && known(*number)).collect();
        numbers.extend(others);
        numbers.sort_unstable();
        numbers.into_iter().map(id).collect()
    }

    /// What AWS made for a creation, by the tokens that it remembers. A broken rule has several for one.
    fn made_by(&self, (uid, number): (&str, i64)) -> impl Iterator<Item = u8> {
        let token = create_token(uid, MAIN_PART, number);
        let from = self.aws.tokens.range(token.clone()..);
        from.take_while(move |(it, _)| it.starts_with(&token)).map(|(_, (.., made))| *made)
    }
}

fn knows<const U: bool>(known: &Known<Small<U>>, id: &str) -> bool {
    known.gets.keys().any(|get| get.id == id)
        || known.finds.values().any(|find| find.value.iter().flatten().any(|candidate| candidate.id == id))
        || known.outcome.iter().flatten().any(|accepted| accepted.id.as_deref() == Some(id))
}

fn hashers() -> (DefaultHasher, DefaultHasher) {
    let mut second = DefaultHasher::new();
    second.write_u8(1);
    (DefaultHasher::new(), second)
}

impl<const U: bool> Hasher for Print<'_, U> {
    fn write(&mut self, bytes: &[u8]) {
        self.hashers.0.write(bytes);
        self.hashers.1.write(bytes);
    }
    fn finish(&self) -> u64 {
        self.hashers.0.finish()
    }
}

impl<const U: bool> Print<'_, U> {
    fn finish(&self) -> u128 {
        (u128::from(self.hashers.0.finish()) << 64) | u128::from(self.hashers.1.finish())
    }

    fn value(&mut self, value: &impl Hash) {
        value.hash(self);
    }

    /// How old a time is, as far as a rule asks.
    fn age(&mut self, at: Option<Timestamp>, most: i64) {
        let age = at.map(|at| (self.world.now - at.as_second()).min(most));
        self.value(&age);
    }

    fn id(&mut self, id: Option<&str>) {
        let rank = id.map(|id| self.ids.iter().position(|known| known == id));
        self.value(&rank);
    }

    fn creation(&mut self, uid: &str, number: i64) {
        let of_it = self.creations.iter().filter(|(of, _)| *of == uid);
        let rank = of_it.take_while(|(_, known)| *known < number).count();
        self.value(&rank);
    }

    fn take_up(&mut self) {
        let world = self.world;
        for slot in &world.slots {
            self.value(&(slot.lives, slot.stored.is_some()));
            self.id(slot.was_ready.as_deref());
            if let Some((object, _)) = &slot.stored {
                self.object(object);
            }
        }
        self.take_up_workers();
        for resource in &world.aws.resources {
            self.resource(resource);
        }
        for request in &world.aws.pending {
            self.value(&(&request.name, request.size, request.tags.get(tag::UID), world.now - request.sent));
        }
        self.take_up_tokens();
        self.value(&(world.faults, world.acts));
    }

    /// The tokens that somebody may still send, by what they are of: numbers only grow, so no other is sent again.
    fn take_up_tokens(&mut self) {
        let world = self.world;
        for (uid, number) in self.creations.clone() {
            let token = create_token(uid, MAIN_PART, number);
            for (remembered, (_, size, made)) in
                world.aws.tokens.range(token.clone()..).take_while(|(it, _)| it.starts_with(&token))
            {
                self.value(&(uid, size, remembered.strip_prefix(&token)));
                self.creation(uid, number);
                self.id(Some(&id(*made)));
            }
            for request in world.aws.pending.iter().filter(|request| request.token.starts_with(&token)) {
                self.value(&(uid, request.token.strip_prefix(&token)));
                self.creation(uid, number);
            }
        }
    }

    fn take_up_workers(&mut self) {
        // Each by itself, so that their order does not count.
        let mut sums = Vec::new();
        for worker in &self.world.workers {
            let outer = std::mem::replace(&mut self.hashers, hashers());
            self.value(&worker.slot);
            if let Some(pass) = &worker.pass {
                self.pass(pass, worker.slot);
            }
            sums.push(self.finish());
            self.hashers = outer;
        }
        sums.sort_unstable();
        self.value(&sums);
    }

    fn resource(&mut self, resource: &Resource) {
        let world = self.world;
        self.id(Some(&id(resource.id)));
        self.value(&(resource.is, resource.size, resource.version, resource.shown));
        self.value(&(&resource.name, &resource.made_for, resource.tags.get(tag::UID)));
        self.value(&(!resource.shown).then(|| world.now - resource.sent));
        // When it was created proves whose it is only where tags don't.
        if !world.scope.switches.tags {
            for (object, _) in world.slots.iter().filter_map(|slot| slot.stored.as_ref()) {
                let sent = World::<U>::record_of(object).and_then(|record| record.sent_at.clone());
                let from = |bound: Timestamp| resource.created >= bound.as_second() - 5;
                self.value(&(from(object.meta.created_at), sent.map(|sent| from(sent.0))));
            }
            self.age(Some(at(resource.created)), TICK);
        }
        if world.scope.troubles.contains(&Trouble::Old) {
            let before = resource.before(world.now);
            self.value(&before.map(|before| (before.is, before.size, before.version, world.now - before.written)));
        }
        if let Some(update) = &resource.update {
            self.value(&(update.size, update.refused, &update.of.0));
            // Whoever sends it again has these in the record.
            let stored = world.slots.iter().filter_map(|slot| slot.stored.as_ref());
            for (object, _) in stored {
                let failed = World::<U>::record_of(object).and_then(|record| record.failure.as_ref());
                self.value(&(failed.map(|failure| failure.last.0) == update.of.1));
            }
        }
    }

    fn object(&mut self, object: &Object<Small<U>>) {
        self.meta(object);
        self.status(&object.status);
        if let Some(record) = World::<U>::record_of(object) {
            self.record(&object.meta.uid, record);
            self.times(record);
        }
    }

    fn meta(&mut self, object: &Object<Small<U>>) {
        let meta = &object.meta;
        // When it was made counts only where the record was lost, and since when it is being deleted only for what
        // uses it, which nothing does here.
        self.value(&(&meta.uid, meta.finalizer, meta.deleting(), object.spec.as_ref().map_or(0, |spec| spec.size)));
    }

    fn status(&mut self, status: &CommonStatus) {
        for condition in &status.conditions {
            self.value(&(&condition.type_, &condition.status, &condition.reason));
            // A message that changes is written, and whoever has announced something then meets a conflict. The numbers
            // in it are times and ids, which change with what they are of.
            for word in condition.message.split(|it: char| it.is_ascii_digit()) {
                self.value(&word);
            }
        }
        self.value(&(status.observed_generation, &status.name, &status.state));
        self.value(&(&status.region, status.established_at.is_some()));
        self.id(status.id.as_deref());
        self.id(status.arn.as_deref());
    }

    /// All of a record but its times; of those, which came first.
    fn record(&mut self, uid: &str, record: &PartRecord) {
        self.creation(uid, record.creation);
        self.id(record.id.as_deref());
        self.value(&(record.fate, &record.body_digest, record.sends, record.closed, record.seen));
        self.value(&(record.ever_active, record.adopted, &record.accepted_digest));
        let written = record.last_write.as_ref();
        self.value(&written.map(|write| &write.version));
        self.value(&record.failure.as_ref().map(|failure| (&failure.digest, &failure.reason)));
        for child in &record.children {
            self.value(&(&child.name, &child.id));
        }
        let [sent, delete, accepted] =
            [&record.sent_at, &record.delete_sent_at, &record.delete_accepted_at].map(|at| at.as_ref().map(|at| at.0));
        let written = written.and_then(|write| write.at.as_ref()).map(|at| at.0);
        let failed = record.failure.as_ref().map(|failure| failure.last.0);
        self.value(&(sent.is_some(), delete.is_some(), accepted.is_some(), written.is_some()));
        self.value(&(failed >= sent, failed >= written, accepted >= delete));
    }

    /// Its times, as far as rules may still ask how old they are.
    fn times(&mut self, record: &PartRecord) {
        let world = self.world;
        let sent = record.sent_at.as_ref().map(|at| at.0);
        if asks_for_the_send(record) {
            self.age(sent, PROVED);
        }
        if denies(world) {
            self.age(record::last_asked(record), PROVED);
        }
        let old = world.scope.troubles.contains(&Trouble::Old);
        let written = record.last_write.as_ref().and_then(|write| write.at.as_ref()).map(|at| at.0);
        // Two announcements of an update within a tick are the same.
        let updates = world.scope.replicas > 1 && world.scope.doings.contains(&Doing::Edits);
        let most = if old {
            PROVED
        } else if updates {
            TICK
        } else {
            0
        };
        self.age(written, most);
        let resource = record.id.as_deref().and_then(|id| world.aws.by_id(id));
        self.age(record.delete_sent_at.as_ref().map(|at| at.0), asks_for_the_delete(world, resource));
        // A failure that reads may have shown before the delete.
        let failed = resource.is_some_and(|resource| resource.is == Is::Failed);
        self.age(record.delete_accepted_at.as_ref().map(|at| at.0), if failed || old { TICK } else { 0 });
        if let Some(failure) = &record.failure {
            let reasons = ["InvalidSpec", "CreateFailed", "UpdateFailed", "NotOwned"];
            // What AWS then shows as failed waits for its hour, whatever was refused since it was written.
            let noted = sent.is_some() && Some(failure.last.0) >= sent.max(written);
            let hourly = failure.reason.as_deref().is_some_and(|reason| reasons.contains(&reason));
            // Others wait as long as they have been failing, up to a minute.
            let failing = failure.last.0.as_second() - failure.since.0.as_second();
            self.value(&(if hourly { 0 } else { failing.min(2 * TICK) }));
            self.age(Some(failure.last.0), if hourly || noted { DUE } else { 2 * TICK });
        }
    }

    fn pass(&mut self, pass: &Running<U>, slot: usize) {
        let stored = self.world.slots.get(slot).and_then(|slot| slot.stored.as_ref());
        let newest = stored.is_some_and(|(_, version)| *version == pass.version);
        self.value(&newest);
        let record = World::<U>::record_of(&pass.object);
        if !newest {
            self.outdated(pass, stored, record);
        }
        let asked = record.filter(|record| asks_for_the_send(record));
        let settled = asked.and_then(|record| record.sent_at.as_ref()).map(|at| at.0.as_second() + PROVED);
        self.known(&pass.known, settled);
    }

    /// The object of a pass, where somebody has written a newer one: what the pass does yet is a write that it has
    /// announced, and a conclusion that is written only onto what it announced.
    fn outdated(&mut self, pass: &Running<U>, newest: Option<&Stored<U>>, record: Option<&PartRecord>) {
        self.meta(&pass.object);
        let Some(record) = record else { return };
        self.record(&pass.object.meta.uid, record);
        let found = newest.and_then(|(object, _)| World::<U>::record_of(object));
        self.value(&(found == Some(record), found.is_some_and(|found| found.sent_at == record.sent_at)));
        if found == Some(record) {
            // Then the status is written as a whole.
            self.status(&pass.object.status);
            self.value(&pass.object.meta.generation);
        }
        if pass.known.outcome.is_none() {
            self.age(record.sent_at.as_ref().map(|at| at.0), if asks_for_the_send(record) { PROVED } else { 0 });
            if denies(self.world) {
                self.age(record::last_asked(record), PROVED);
            }
        }
        // A token of an update that AWS may remember.
        let failed = record.failure.as_ref().map(|failure| failure.last.0);
        for update in self.world.aws.resources.iter().filter_map(|resource| resource.update.as_ref()) {
            self.value(&(failed == update.of.1));
        }
    }

    /// The answers of a pass. Of when a look began that only counts whether it proves absence.
    fn known(&mut self, known: &Known<Small<U>>, settled: Option<i64>) {
        let proves = |began: Timestamp| settled.is_some_and(|settled| began.as_second() >= settled);
        self.value(&known.announced);
        match &known.outcome {
            None => self.value(&0_u8),
            Some(Ok(accepted)) => {
                self.value(&(&accepted.state, &accepted.version));
                self.id(accepted.id.as_deref());
            }
            Some(Err(fault)) => self.value(&(fault.class, fault.refusal, &fault.code)),
        }
        for (get, answer) in &known.gets {
            self.id(Some(&get.id));
            self.value(&(get.ordinal, answer.value.is_err(), proves(answer.began)));
            if let Ok(Some(view)) = &answer.value {
                self.value(&(&view.facts.state, &view.facts.version, view.settings.size));
            }
        }
        for (find, answer) in &known.finds {
            self.value(&(find.ordinal, proves(answer.began)));
            for candidate in answer.value.iter().flatten() {
                self.id(Some(&candidate.id));
            }
        }
        for (arn, tags) in &known.tags {
            self.id(Some(arn));
            self.value(&tags.as_ref().ok().map(|tags| tags.as_ref().map(|tags| tags.get(tag::UID))));
        }
        for (claim, lives) in &known.lives {
            self.value(&(&claim.uid, lives));
        }
    }
}

/// Whether a rule still asks how long ago the create was announced.
fn asks_for_the_send(record: &PartRecord) -> bool {
    let looked_for = record.id.is_none() && record.fate != Fate::None;
    let shown = record.seen || record.delete_accepted_at.is_some();
    looked_for || !shown || record.sends > 1 || record.fate == Fate::Unknown
}

/// Up to which age rules ask how long ago a delete was sent.
fn asks_for_the_delete<const U: bool>(world: &World<U>, resource: Option<&Resource>) -> i64 {
    let old = world.scope.troubles.contains(&Trouble::Old);
    match resource.map(|resource| resource.is) {
        None | Some(Is::Deleting) if !old => {
            if denies(world) {
                TICK
            } else {
                0
            }
        }
        Some(Is::Active) if !old && !world.scope.doings.contains(&Doing::Edits) => TICK,
        _ => DUE,
    }
}

/// Whether AWS denies a look at what is gone, so that lists must tell, two minutes after whatever was asked of it last.
fn denies<const U: bool>(world: &World<U>) -> bool {
    world.scope.switches.gone == super::Gone::Denied
}
