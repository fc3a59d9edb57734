//! What can happen next, in every order that makes a difference.
//!
//! Many orders make none, and of those one is explored:
//!
//! - *What AWS does by itself shows only in what is asked of it.* So it happens immediately before a read, a write or
//!   somebody else's act to which it makes a difference, or before time passes that it may not take any longer.
//! - *Of the passes over one object that have announced nothing, the first that writes ends the others*: what they
//!   would write is refused. So there is one of them at a time. Until it has ended, nobody writes the object, because
//!   that would be as if it had never begun; others may still ask AWS, and time may pass.
//! - *A pass that has announced a create adds the finalizer at once*, or never: whatever comes in between and writes the
//!   object ends it, and all else makes no difference to what it adds.
//! - *Replicas are alike*: of those that have nothing to do, the first begins.

use agentcore_api::status::CommonStatus;

use super::{
    aws::{Aws, Is, at},
    scopes::{Doing, Trouble},
    world::{Frame, TICK, World},
};

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// A replica begins a pass, and reads AWS.
    Begins(usize, How),
    /// A replica goes on with its pass.
    GoesOn(usize, How),
    /// A replica announces a create, and never gets to the finalizer.
    Announces(usize),
    /// A replica dies and starts anew.
    Dies(usize),
    /// A resource comes into another state.
    Becomes(u8, Is),
    /// A resource that was being deleted is gone.
    Goes(u8),
    /// Reads and lists show a new resource.
    Shows(u8),
    /// A create that was on its way arrives.
    Arrives(usize),
    /// Somebody else deletes a resource.
    Outsider(u8),
    /// Somebody else makes a resource of that name.
    Stranger,
    /// Time passes.
    Tick,
    /// The user deletes an object.
    Deletes(usize),
    /// The user edits an object.
    Edits(usize),
    /// Somebody takes the status away.
    Wipes(usize),
    /// The user makes an object again.
    Makes(usize),
}

/// How a step of a replica comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As it should.
    Well,
    /// A read or a list does not show what is there.
    Hidden,
    /// A read shows what was there before the last write.
    Old,
    /// AWS does it, and the answer is lost.
    AnswerLost,
    /// Nothing arrives at AWS, and no answer comes.
    RequestLost,
    /// No answer comes, and the request arrives later.
    Late,
    /// AWS refuses the body.
    Invalid,
    /// AWS refuses the request for now.
    Throttled,
}

/// A state that follows.
#[derive(Clone, Debug)]
pub(crate) struct Following<const U: bool> {
    /// What happened, one after the other.
    pub(crate) what: Vec<Move>,
    /// Whether it could go without any fault or act.
    pub(crate) free: bool,
    /// What is then.
    pub(crate) world: World<U>,
}

impl<const U: bool> Following<U> {
    /// And then something else.
    pub(crate) fn then(mut self, what: Move, free: bool, change: impl FnOnce(&mut World<U>)) -> Self {
        self.what.push(what);
        self.free &= free;
        change(&mut self.world);
        self
    }
}

/// To what of AWS a step looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sees {
    /// Nothing.
    Nothing,
    /// One resource, by its id.
    One(String),
    /// Which resources there are.
    Names,
    /// All of it.
    All,
    /// What AWS may not put off any longer.
    Overdue,
}

/// How long what AWS has to do may take: what was sent 90 s ago has arrived or never will, and shows in another tick.
const AT_MOST: i64 = 90;

impl<const U: bool> World<U> {
    /// All that can happen next.
    pub(crate) fn following(&self, frame: &Frame) -> Vec<Following<U>> {
        let mut all = Vec::new();
        for worker in 0..self.workers.len() {
            self.of_worker(frame, worker, &mut all);
        }
        if self.acts > 0 {
            self.of_users(&mut all);
            self.of_others(&mut all);
        }
        if self.scope.all_orders {
            all.extend(self.of_aws(&Sees::All));
        }
        for before in self.meanwhile(&Sees::Overdue) {
            if !before.world.is_overdue() {
                all.push(before.then(Move::Tick, true, |world| world.now += TICK));
            }
        }
        for one in &mut all {
            one.world.drop_what_is_over();
        }
        all
    }

    /// As it is, without anything having happened.
    pub(crate) fn as_it_is(&self) -> Following<U> {
        Following { what: Vec::new(), free: true, world: self.clone() }
    }

    /// Whether AWS has to do something before time passes.
    fn is_overdue(&self) -> bool {
        let overdue = |sent: i64| self.now + TICK - sent > AT_MOST;
        self.aws.resources.iter().any(|it| !it.shown && overdue(it.sent))
            || self.aws.pending.iter().any(|it| overdue(it.sent))
    }

    /// This state, and all that AWS may have made of it by itself, as far as it shows in what is looked at.
    pub(crate) fn meanwhile(&self, sees: &Sees) -> Vec<Following<U>> {
        let mut all = vec![self.as_it_is()];
        if self.scope.all_orders {
            return all;
        }
        let mut from = 0;
        while let Some(before) = all.get(from).cloned() {
            for next in before.world.of_aws(sees) {
                let looks_alike = |one: &Following<U>| one.world.looks_like(&next.world);
                if !all.iter().any(looks_alike) {
                    let what = before.what.iter().chain(&next.what).copied().collect();
                    all.push(Following { what, free: before.free && next.free, world: next.world });
                }
            }
            from += 1;
        }
        all
    }

    /// Whether AWS is in the same state, where one has come of the other.
    fn looks_like(&self, other: &Self) -> bool {
        let resources =
            |world: &Self| world.aws.resources.iter().map(|it| (it.id, it.is, it.shown)).collect::<Vec<_>>();
        let pending = |world: &Self| world.aws.pending.iter().map(|it| it.token.clone()).collect::<Vec<_>>();
        self.faults == other.faults && resources(self) == resources(other) && pending(self) == pending(other)
    }

    /// What AWS may do next by itself, as far as it shows in what is looked at.
    fn of_aws(&self, sees: &Sees) -> Vec<Following<U>> {
        let overdue = |sent: i64| *sees != Sees::Overdue || self.now + TICK - sent > AT_MOST;
        let mut all = Vec::new();
        for (index, resource) in self.aws.resources.iter().enumerate() {
            let number = resource.id;
            let looked_at = match sees {
                Sees::Nothing => false,
                Sees::One(id) => *id == super::aws::id(number),
                Sees::Names | Sees::All | Sees::Overdue => true,
            };
            if !looked_at {
                continue;
            }
            let mut push = |what, faults: u8, change: &dyn Fn(&mut Aws)| {
                all.push(self.as_it_is().then(what, faults == 0, |world| {
                    world.faults -= faults;
                    change(&mut world.aws);
                }));
            };
            let becomes = |is: Is| {
                move |aws: &mut Aws| {
                    if let Some(resource) = aws.resources.get_mut(index) {
                        resource.is = is;
                    }
                }
            };
            match resource.is {
                Is::Creating | Is::Updating if matches!(sees, Sees::One(_) | Sees::All) => {
                    push(Move::Becomes(number, Is::Active), 0, &becomes(Is::Active));
                    if self.may(Trouble::Fails) {
                        push(Move::Becomes(number, Is::Failed), 1, &becomes(Is::Failed));
                    }
                }
                // A create that arrives is refused as long as the name is taken.
                Is::Deleting if *sees != Sees::Overdue || !self.aws.pending.is_empty() => {
                    push(Move::Goes(number), 0, &|aws| {
                        aws.resources.remove(index);
                    });
                }
                _ => {}
            }
            if !resource.shown && overdue(resource.sent) {
                push(Move::Shows(number), 0, &|aws| {
                    if let Some(resource) = aws.resources.get_mut(index) {
                        resource.shown = true;
                    }
                });
            }
        }
        for (index, request) in self.aws.pending.iter().enumerate() {
            if matches!(sees, Sees::Names | Sees::All | Sees::Overdue) && overdue(request.sent) {
                all.push(self.as_it_is().then(Move::Arrives(index), true, |world| {
                    world.aws.pending.remove(index);
                    // Nobody hears the answer.
                    drop(world.create(request));
                }));
            }
        }
        all
    }

    /// What users do to objects.
    fn of_users(&self, all: &mut Vec<Following<U>>) {
        let does = |doing| self.scope.doings.contains(&doing);
        let mut push = |what, change: &dyn Fn(&mut Self)| {
            all.push(self.as_it_is().then(what, false, |world| {
                world.acts -= 1;
                change(world);
            }));
        };
        let now = at(self.now);
        for (index, slot) in self.slots.iter().enumerate() {
            if self.is_read(index) {
                continue;
            }
            let Some((object, _)) = &slot.stored else {
                if does(Doing::Makes) {
                    push(Move::Makes(index), &|world| world.make(index));
                }
                continue;
            };
            let deleting = object.meta.deleting();
            if does(Doing::Deletes) && !deleting {
                push(Move::Deletes(index), &|world| {
                    world.change(index, |object| object.meta.deleting_since = Some(now));
                });
            }
            if does(Doing::Edits) && !deleting {
                push(Move::Edits(index), &|world| {
                    world.change(index, |object| {
                        object.meta.generation += 1;
                        if let Ok(spec) = &mut object.spec {
                            spec.size += 1;
                        }
                    });
                });
            }
            if does(Doing::Wipes) && object.status.record.is_some() {
                push(Move::Wipes(index), &|world| {
                    world.change(index, |object| object.status = CommonStatus::default());
                });
            }
        }
    }

    /// What others do in AWS.
    fn of_others(&self, all: &mut Vec<Following<U>>) {
        let does = |doing| self.scope.doings.contains(&doing);
        if does(Doing::Outsider) || does(Doing::StrangerGoes) {
            for before in self.meanwhile(&Sees::All) {
                before.world.deletes_in_aws(&before, all);
            }
        }
        if does(Doing::StrangerComes) {
            for before in self.meanwhile(&Sees::Names) {
                let name = self.name();
                if !U || before.world.aws.resources.iter().all(|resource| resource.name != name) {
                    all.push(before.then(Move::Stranger, false, |world| {
                        world.acts -= 1;
                        world.aws.stranger(&name, world.now);
                    }));
                }
            }
        }
    }

    fn deletes_in_aws(&self, before: &Following<U>, all: &mut Vec<Following<U>>) {
        let does = |doing| self.scope.doings.contains(&doing);
        for (index, resource) in self.aws.resources.iter().enumerate() {
            let theirs = resource.made_for.is_none();
            let at_rest = resource.shown && matches!(resource.is, Is::Active | Is::Failed);
            if theirs && does(Doing::StrangerGoes) {
                all.push(before.clone().then(Move::Outsider(resource.id), false, |world| {
                    world.acts -= 1;
                    world.aws.resources.remove(index);
                }));
            } else if !theirs && at_rest && does(Doing::Outsider) {
                all.push(before.clone().then(Move::Outsider(resource.id), false, |world| {
                    world.acts -= 1;
                    if let Some(resource) = world.aws.resources.get_mut(index) {
                        resource.is = Is::Deleting;
                    }
                }));
            }
        }
    }

    /// Whether a pass over this object is under way that has announced nothing.
    pub(crate) fn is_read(&self, slot: usize) -> bool {
        let mut passes = self.workers.iter().filter(|it| it.slot == slot).filter_map(|worker| worker.pass.as_ref());
        !self.scope.all_orders && passes.any(|pass| !pass.known.announced)
    }
}
