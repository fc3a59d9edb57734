//! The whole of a state: the API server, AWS, two replicas in the middle of their passes, and the clock.

use std::{collections::BTreeMap, sync::Arc};

use agentcore_api::{
    common::{CommonSpec, DeletionPolicy},
    names,
    status::{CommonStatus, ConditionType, PartRecord},
};
use agentcore_engine::{
    known::{Identity, Known, Query},
    next,
    object::{Meta, Namespaces, Object, RolePatterns, Settings},
    record,
    rules::Rules,
    step::Step,
};

use super::{
    aws::{Aws, Is, Sight, Switches, at},
    kind::{Small, Spec},
    scopes::{Doing, Trouble},
};

/// The clock at the beginning, in seconds.
const START: i64 = 1_000_000;

/// How far the clock moves at once. Everything that the pass waits for is a multiple of it, or is less by far.
pub(crate) const TICK: i64 = 30;

/// The name that users choose.
const CHOSEN: &str = "chosen";

/// What is explored: who is there, and how often something may go wrong.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches, each thrown on its own")]
pub struct Scope {
    /// Its name.
    pub name: &'static str,
    /// Whether AWS keeps names unique.
    pub unique: bool,
    /// How AWS behaves besides.
    pub switches: Switches,
    /// How many objects there are. Several have the same name in AWS, in namespaces of their own.
    pub objects: u8,
    /// How many replicas act on each object.
    pub replicas: u8,
    /// Whether the users chose the name in AWS.
    pub chosen: bool,
    /// Whether somebody else has a resource of that name.
    pub stranger: bool,
    /// What deletion does.
    pub retain: bool,
    /// What may go wrong.
    pub troubles: &'static [Trouble],
    /// How often it goes wrong.
    pub faults: u8,
    /// What users and others may do, besides making each object once.
    pub doings: &'static [Doing],
    /// How often they do.
    pub acts: u8,
    /// Whether orders are explored too that make no difference: that they make none is a test.
    pub all_orders: bool,
}

pub(crate) type Stored<const U: bool> = (Arc<Object<Small<U>>>, u32);

/// Where an object is, or was, or will be again.
#[derive(Clone, Debug)]
pub(crate) struct Slot<const U: bool> {
    pub(crate) stored: Option<Stored<U>>,
    /// How many objects there were, one after the other.
    pub(crate) lives: u8,
    /// The resource with which this object was Ready.
    pub(crate) was_ready: Option<String>,
}

/// A replica in the middle of a pass.
#[derive(Clone, Debug)]
pub(crate) struct Running<const U: bool> {
    pub(crate) object: Arc<Object<Small<U>>>,
    pub(crate) version: u32,
    pub(crate) known: Arc<Known<Small<U>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Worker<const U: bool> {
    pub(crate) slot: usize,
    pub(crate) pass: Option<Running<U>>,
}

#[derive(Clone, Debug)]
pub(crate) struct World<const U: bool> {
    pub(crate) scope: Scope,
    pub(crate) now: i64,
    pub(crate) slots: Vec<Slot<U>>,
    pub(crate) workers: Vec<Worker<U>>,
    pub(crate) aws: Aws,
    pub(crate) versions: u32,
    pub(crate) faults: u8,
    pub(crate) acts: u8,
    /// What must never happen, and did.
    pub(crate) wrong: Option<String>,
}

/// What never changes while a scope is explored.
pub(crate) struct Frame {
    pub(crate) rules: Rules,
    pub(crate) settings: Settings,
}

impl Frame {
    pub(crate) fn new(mut rules: Rules) -> Self {
        // What is tried hourly, or each ten minutes, is tried once nothing else waits any more: later makes no
        // difference, and each age that makes none is a state saved.
        rules.failed_retry = jiff::SignedDuration::from_secs(5 * TICK);
        rules.delete_retry = jiff::SignedDuration::from_secs(5 * TICK);
        rules.own_change = jiff::SignedDuration::from_secs(5 * TICK);
        let settings = Settings {
            cluster_id: "cluster".to_owned(),
            region: "us-east-1".to_owned(),
            default_tags: BTreeMap::new(),
            allowed_roles: RolePatterns::new(RolePatterns::DEFAULT),
            external_ids: Namespaces::All,
            adoption: Namespaces::All,
            adopt_from_clusters: Vec::new(),
            read_only: false,
        };
        Self { rules, settings }
    }

    pub(crate) fn step<const U: bool>(&self, pass: &Running<U>, now: i64) -> Step<Small<U>> {
        next(&self.rules, &self.settings, &pass.object, &pass.known, at(now))
    }
}

/// The uid of an object in a slot.
pub(crate) fn uid(slot: usize, life: u8) -> String {
    format!("uid-{slot}-{life}")
}

impl<const U: bool> World<U> {
    pub(crate) fn new(scope: Scope) -> Self {
        let objects = usize::from(scope.objects);
        let mut world = Self {
            scope,
            now: START,
            slots: vec![Slot { stored: None, lives: 0, was_ready: None }; objects],
            workers: Vec::new(),
            aws: Aws::new(scope.switches),
            versions: 0,
            faults: scope.faults,
            acts: scope.acts,
            wrong: None,
        };
        for slot in 0..objects {
            world.make(slot);
            for _ in 0..scope.replicas {
                world.workers.push(Worker { slot, pass: None });
            }
        }
        if scope.stranger {
            world.aws.stranger(&world.name(), START - 10_000);
        }
        world
    }

    /// The name in AWS of what the first object wants.
    pub(crate) fn name(&self) -> String {
        if self.scope.chosen { CHOSEN.to_owned() } else { names::aws_name("cluster", "Small", "ns-0", "support") }
    }

    /// Whether this may go wrong now.
    pub(crate) fn may(&self, trouble: Trouble) -> bool {
        self.faults > 0 && self.scope.troubles.contains(&trouble)
    }

    /// A user makes an object.
    pub(crate) fn make(&mut self, index: usize) {
        let (now, scope) = (self.now, self.scope);
        self.versions += 1;
        let version = self.versions;
        let Some(slot) = self.slots.get_mut(index) else { return };
        slot.lives += 1;
        slot.was_ready = None;
        let policy = if scope.retain { DeletionPolicy::Retain } else { DeletionPolicy::Delete };
        let meta = Meta {
            namespace: format!("ns-{index}"),
            namespace_uid: format!("nsuid-{index}"),
            name: "support".to_owned(),
            uid: uid(index, slot.lives),
            generation: 1,
            created_at: at(now),
            deleting_since: None,
            finalizer: false,
            annotations: BTreeMap::new(),
        };
        let spec = Spec {
            common: CommonSpec { deletion_policy: Some(policy), ..CommonSpec::default() },
            name: scope.chosen.then(|| CHOSEN.to_owned()),
            size: 0,
        };
        let object =
            Object { meta, spec: Ok(spec), deletion_policy: Ok(Some(policy)), status: CommonStatus::default() };
        slot.stored = Some((Arc::new(object), version));
    }

    /// A write to the API server, whoever makes it.
    pub(crate) fn change(&mut self, index: usize, change: impl FnOnce(&mut Object<Small<U>>)) {
        self.versions += 1;
        let version = self.versions;
        let Some(slot) = self.slots.get_mut(index) else { return };
        let Some((object, _)) = slot.stored.clone() else { return };
        let mut changed = (*object).clone();
        change(&mut changed);
        let ready = changed.status.condition(ConditionType::Ready);
        if ready.is_some_and(|ready| ready.status == "True") {
            slot.was_ready = Self::record_of(&changed).and_then(|record| record.id.clone());
        }
        let gone = changed.meta.deleting() && !changed.meta.finalizer;
        slot.stored = (!gone).then(|| (Arc::new(changed), version));
        // A pass that has announced nothing can only write what the API server now refuses.
        for worker in self.workers.iter_mut().filter(|worker| worker.slot == index) {
            worker.pass.take_if(|pass| !pass.known.announced);
        }
    }

    /// A pass whose write has been answered, and whose conclusion can't be written any more, has nothing left to do.
    /// Creations and their times only move on, so what does not fit the newest record never will.
    pub(crate) fn drop_what_is_over(&mut self) {
        let Self { slots, workers, .. } = self;
        for worker in workers {
            let newest = slots.get(worker.slot).and_then(|slot| slot.stored.as_ref());
            worker.pass.take_if(|pass| {
                let fits = newest.is_some_and(|(object, version)| {
                    let records = Self::record_of(object).zip(Self::record_of(&pass.object));
                    let same = |(found, announced): (&PartRecord, &PartRecord)| {
                        found.creation == announced.creation && found.sent_at == announced.sent_at
                    };
                    *version == pass.version || records.is_some_and(same)
                });
                pass.known.outcome.is_some() && !fits
            });
        }
    }

    /// A write of a replica: only onto the object that it has read.
    pub(crate) fn write(
        &mut self,
        index: usize,
        version: u32,
        change: impl FnOnce(&mut Object<Small<U>>),
    ) -> Option<Stored<U>> {
        let stored = self.slots.get(index)?.stored.as_ref()?;
        if stored.1 != version {
            return None;
        }
        self.change(index, change);
        self.slots.get(index)?.stored.clone()
    }

    pub(crate) fn object_of(&self, uid: &str) -> Option<&Object<Small<U>>> {
        let stored = self.slots.iter().filter_map(|slot| slot.stored.as_ref());
        stored.map(|(object, _)| &**object).find(|object| object.meta.uid == uid)
    }

    /// What needs no step of its own is answered, until the pass reads AWS, does something, or has nothing to do.
    pub(crate) fn settle(&self, frame: &Frame, pass: &mut Running<U>) -> Option<Step<Small<U>>> {
        loop {
            match frame.step(pass, self.now) {
                Step::Ask(Query::Identity { region }) => {
                    let identity = Identity { account: "1".to_owned(), partition: "aws".to_owned() };
                    Arc::make_mut(&mut pass.known).identities.insert(region, Ok(identity));
                }
                Step::Ask(Query::Tags { arn, .. }) => {
                    let tags = self.aws.tags(&arn);
                    Arc::make_mut(&mut pass.known).tags.insert(arn, tags);
                }
                Step::Ask(Query::Lives(claim)) => {
                    let lives = Some(self.object_of(&claim.uid).is_some());
                    Arc::make_mut(&mut pass.known).lives.insert(claim, lives);
                }
                Step::Rest(report) if !report.release && report.status == pass.object.status => return None,
                step => return Some(step),
            }
        }
    }

    /// Whether all is as it should be, and stays so.
    pub(crate) fn is_over(&self, frame: &Frame) -> bool {
        let idle = self.workers.iter().all(|worker| worker.pass.is_none()) && self.aws.pending.is_empty();
        idle && (0..self.slots.len()).all(|index| self.is_done(index)) && self.is_silent(frame)
    }

    fn is_done(&self, index: usize) -> bool {
        let Some(slot) = self.slots.get(index) else { return false };
        let prefix = format!("uid-{index}-");
        let mut ours = self
            .aws
            .resources
            .iter()
            .filter(|resource| resource.made_for.as_ref().is_some_and(|uid| uid.starts_with(&prefix)));
        let Some((object, _)) = &slot.stored else { return self.scope.retain || ours.next().is_none() };
        if object.meta.deleting() {
            return false;
        }
        let says = |type_, reason: &str| {
            object.status.condition(type_).is_some_and(|it| it.status == "True" && it.reason == reason)
        };
        if self.is_contended() && says(ConditionType::Stalled, "NotOwned") {
            return ours.next().is_none() && !self.aws.resources.is_empty();
        }
        let one = ours.next().filter(|_| ours.next().is_none());
        let size = object.spec.as_ref().map_or(0, |spec| spec.size);
        object.status.observed_generation == Some(object.meta.generation)
            && says(ConditionType::Ready, "Available")
            && one.is_some_and(|resource| resource.is == Is::Active && resource.size == size)
    }

    /// Whether somebody else may have the name.
    fn is_contended(&self) -> bool {
        self.scope.objects > 1 || self.aws.resources.iter().any(|resource| resource.made_for.is_none())
    }

    /// Whether a pass now, and one in an hour, has nothing to write.
    fn is_silent(&self, frame: &Frame) -> bool {
        [0, 3700].into_iter().all(|later| {
            let mut world = self.clone();
            world.now += later;
            world.slots.iter().filter_map(|slot| slot.stored.as_ref()).all(|(object, version)| {
                let mut pass = Running { object: object.clone(), version: *version, known: Arc::default() };
                loop {
                    match world.settle(frame, &mut pass) {
                        None => return true,
                        Some(Step::Ask(query)) => {
                            world.answer(&mut pass, &query, Sight::Plain);
                        }
                        // A taken name is tried again in an hour.
                        Some(_) => return later > 0 && world.is_contended(),
                    }
                }
            })
        })
    }

    pub(crate) fn record_of(object: &Object<Small<U>>) -> Option<&PartRecord> {
        record::main::<Small<U>>(&object.status)
    }
}
