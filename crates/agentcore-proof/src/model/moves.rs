//! What can happen next, in every order.

use std::sync::Arc;

use agentcore_api::status::PartRecord;
use agentcore_engine::{
    conclusion::Conclusion,
    fault::Fault,
    known::{Query, Timed},
    object::Object,
    record,
    step::{Act, Call, Outcome, Report, Step, Verb},
};

use super::{
    aws::{self, Aws, Is, at, id},
    kind::{CHILD, Small},
    scopes::{Doing, Trouble},
    world::{Frame, Running, TICK, World},
};

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// A replica begins a pass, and reads AWS.
    Begins(usize, How),
    /// A replica goes on with its pass.
    GoesOn(usize, How),
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

/// A state that follows: what happened, whether it could go without any fault, and what is then.
pub(crate) type Following<const U: bool> = (Move, bool, World<U>);

impl<const U: bool> World<U> {
    /// All that can happen next.
    pub(crate) fn following(&self, frame: &Frame) -> Vec<Following<U>> {
        let mut all = Vec::new();
        for worker in 0..self.workers.len() {
            self.of_worker(frame, worker, &mut all);
        }
        self.of_aws(&mut all);
        self.of_users(&mut all);
        let mut later = self.clone();
        later.now += TICK;
        // What was sent 120 s ago shows, and what was sent 90 s ago has arrived or never will.
        let overdue = |sent: i64, most: i64| later.now - sent > most;
        let due = self.aws.resources.iter().any(|it| !it.shown && overdue(it.sent, 90))
            || self.aws.pending.iter().any(|it| overdue(it.sent, 90));
        if !due {
            all.push((Move::Tick, true, later));
        }
        all
    }

    fn of_aws(&self, all: &mut Vec<Following<U>>) {
        for (index, resource) in self.aws.resources.iter().enumerate() {
            let mut push = |what, free, change: &dyn Fn(&mut Aws), faults: u8| {
                let mut world = self.clone();
                world.faults -= faults;
                change(&mut world.aws);
                all.push((what, free, world));
            };
            let number = resource.id;
            let becomes = |is: Is| {
                move |aws: &mut Aws| {
                    if let Some(resource) = aws.resources.get_mut(index) {
                        resource.is = is;
                    }
                }
            };
            match resource.is {
                Is::Creating | Is::Updating => {
                    push(Move::Becomes(number, Is::Active), true, &becomes(Is::Active), 0);
                    if self.may(Trouble::Fails) {
                        push(Move::Becomes(number, Is::Failed), false, &becomes(Is::Failed), 1);
                    }
                }
                Is::Deleting => push(
                    Move::Goes(number),
                    true,
                    &|aws| {
                        aws.resources.remove(index);
                    },
                    0,
                ),
                Is::Active | Is::Failed => {}
            }
            if !resource.shown {
                push(
                    Move::Shows(number),
                    true,
                    &|aws| {
                        if let Some(resource) = aws.resources.get_mut(index) {
                            resource.shown = true;
                        }
                    },
                    0,
                );
            }
        }
        for (index, request) in self.aws.pending.iter().enumerate() {
            let mut world = self.clone();
            let request = request.clone();
            world.aws.pending.remove(index);
            // Nobody hears the answer.
            drop(world.create(&request));
            all.push((Move::Arrives(index), true, world));
        }
    }

    fn of_users(&self, all: &mut Vec<Following<U>>) {
        if self.acts == 0 {
            return;
        }
        let does = |doing| self.scope.doings.contains(&doing);
        let mut push = |what, change: &dyn Fn(&mut Self)| {
            let mut world = self.clone();
            world.acts -= 1;
            change(&mut world);
            all.push((what, false, world));
        };
        let now = at(self.now);
        for (index, slot) in self.slots.iter().enumerate() {
            match &slot.stored {
                None if does(Doing::Makes) => push(Move::Makes(index), &|world| world.make(index)),
                Some((object, _)) if !object.meta.deleting() => {
                    if does(Doing::Deletes) {
                        push(Move::Deletes(index), &|world| {
                            world.change(index, |object| object.meta.deleting_since = Some(now));
                        });
                    }
                    if does(Doing::Edits) {
                        push(Move::Edits(index), &|world| world.change(index, edit));
                    }
                }
                _ => {}
            }
        }
        for (index, resource) in self.aws.resources.iter().enumerate() {
            let theirs = resource.made_for.is_none();
            if theirs && does(Doing::StrangerGoes) {
                push(Move::Outsider(resource.id), &|world| drop(world.aws.resources.remove(index)));
            }
            let at_rest = resource.shown && matches!(resource.is, Is::Active | Is::Failed);
            if !theirs && at_rest && does(Doing::Outsider) {
                push(Move::Outsider(resource.id), &|world| {
                    if let Some(resource) = world.aws.resources.get_mut(index) {
                        resource.is = Is::Deleting;
                    }
                });
            }
        }
        let taken = U && self.aws.resources.iter().any(|resource| resource.name == self.name());
        if does(Doing::StrangerComes) && !taken {
            push(Move::Stranger, &|world| world.aws.stranger(&world.name(), world.now));
        }
    }

    fn of_worker(&self, frame: &Frame, index: usize, all: &mut Vec<Following<U>>) {
        let Some(worker) = self.workers.get(index) else { return };
        let Some(pass) = &worker.pass else {
            let Some((object, version)) = self.slots.get(worker.slot).and_then(|slot| slot.stored.clone()) else {
                return;
            };
            let mut pass = Running { object, version, known: Arc::default() };
            match self.settle(frame, &mut pass) {
                None => {}
                Some(Step::Ask(query)) => {
                    self.reads(frame, index, &pass, &query, &|how| Move::Begins(index, how), all);
                }
                Some(step) => {
                    let mut world = self.clone();
                    world.acts_at_once(index, pass, &step);
                    all.push((Move::Begins(index, How::Well), true, world));
                }
            }
            return;
        };
        if pass.known.announced && self.may(Trouble::Dies) {
            let mut world = self.clone();
            world.faults -= 1;
            world.run(index, None);
            all.push((Move::Dies(index), false, world));
        }
        let mut pass = pass.clone();
        match self.settle(frame, &mut pass) {
            None => {
                let mut world = self.clone();
                world.run(index, None);
                all.push((Move::GoesOn(index, How::Well), true, world));
            }
            Some(Step::Ask(query)) => {
                self.reads(frame, index, &pass, &query, &|how| Move::GoesOn(index, how), all);
            }
            Some(step) => {
                if let Step::Act(act) = &step
                    && let Act::Call(call) = &**act
                    && pass.known.announced
                {
                    return self.calls(index, &pass, call, all);
                }
                let mut world = self.clone();
                world.acts_at_once(index, pass, &step);
                all.push((Move::GoesOn(index, How::Well), true, world));
            }
        }
    }

    fn run(&mut self, index: usize, pass: Option<Running<U>>) {
        if let Some(worker) = self.workers.get_mut(index) {
            worker.pass = pass;
        }
    }

    /// A read, and what the pass writes to the API server because of it. That is one step: what AWS does in between
    /// makes no difference to what is written, and if the object changes in between, nothing is.
    fn reads(
        &self,
        frame: &Frame,
        index: usize,
        pass: &Running<U>,
        query: &Query,
        what: &dyn Fn(How) -> Move,
        all: &mut Vec<Following<U>>,
    ) {
        for how in [How::Well, How::Hidden] {
            if how == How::Hidden && !self.may(Trouble::Hidden) {
                continue;
            }
            let mut pass = pass.clone();
            let shows = self.answer(&mut pass, query, how == How::Hidden);
            if how == How::Hidden && !shows {
                continue;
            }
            let mut world = self.clone();
            world.faults -= u8::from(how != How::Well);
            match self.settle(frame, &mut pass) {
                None => world.run(index, None),
                Some(Step::Ask(_)) => world.run(index, Some(pass)),
                Some(step) => world.acts_at_once(index, pass, &step),
            }
            all.push((what(how), how == How::Well, world));
        }
    }

    /// AWS answers a question. Whether it has anything to show.
    pub(crate) fn answer(&self, pass: &mut Running<U>, query: &Query, hidden: bool) -> bool {
        let known = Arc::make_mut(&mut pass.known);
        let began =
            |not_before: Option<jiff::Timestamp>| not_before.map_or(at(self.now), |from| from.max(at(self.now)));
        match query {
            Query::Get(get) => {
                let value = self.aws.get(&get.id, hidden);
                known.gets.insert(get.clone(), Timed { began: began(get.not_before), value });
                self.aws.by_id(&get.id).is_some_and(|resource| resource.shown)
            }
            Query::Find(find) => {
                let value = self.aws.find(&find.name, hidden);
                known.finds.insert(find.clone(), Timed { began: began(find.not_before), value: Ok(value) });
                !self.aws.find(&find.name, false).is_empty()
            }
            // The kind has none of what the others are about.
            _ => false,
        }
    }

    /// What a pass writes to the API server.
    fn acts_at_once(&mut self, index: usize, pass: Running<U>, step: &Step<Small<U>>) {
        let Some(slot) = self.workers.get(index).map(|worker| worker.slot) else { return };
        // Its own write does not end its pass.
        self.run(index, None);
        let stored = match step {
            Step::Act(act) => match &**act {
                Act::Announce(status, intent) => {
                    if intent.verb == Verb::Create {
                        self.check_announcement(&pass, status);
                    }
                    self.write(slot, pass.version, |object| object.status = status.clone()).map(|it| (it, true))
                }
                Act::AddFinalizer => {
                    let announced = pass.known.announced;
                    let stored = self.write(slot, pass.version, |object| object.meta.finalizer = true);
                    stored.map(|it| (it, announced))
                }
                Act::Call(call) => {
                    let what = format!("{} of {} is not announced", call.verb(), call.about());
                    self.wrong(|| what);
                    None
                }
            },
            Step::Rest(report) => {
                self.rests(slot, &pass, report);
                None
            }
            Step::Ask(_) => None,
        };
        let running = stored.map(|((object, version), announced)| {
            let mut known = pass.known;
            Arc::make_mut(&mut known).announced = announced;
            Running { object, version, known }
        });
        self.run(index, running);
    }

    fn calls(&self, index: usize, pass: &Running<U>, call: &Call<Small<U>>, all: &mut Vec<Following<U>>) {
        let op = "Write";
        let mut push = |how: How, change: &dyn Fn(&mut Self) -> Outcome| {
            let mut world = self.clone();
            world.faults -= u8::from(how != How::Well);
            let outcome = change(&mut world);
            let mut pass = pass.clone();
            Arc::make_mut(&mut pass.known).outcome = Some(outcome);
            world.run(index, Some(pass));
            all.push((Move::GoesOn(index, how), how == How::Well, world));
        };
        if let Call::Create { deadline, .. } = call
            && at(self.now) >= *deadline
        {
            push(How::Well, &|_| Err(Fault::too_late(op)));
            return;
        }
        push(How::Well, &|world| world.performs(pass, call));
        if self.may(Trouble::AnswerLost) {
            push(How::AnswerLost, &|world| world.performs(pass, call).and(Err(aws::lost(op))));
        }
        if self.may(Trouble::RequestLost) {
            push(How::RequestLost, &|world| {
                world.check_call(pass, call);
                Err(aws::lost(op))
            });
        }
        if self.may(Trouble::Throttled) {
            push(How::Throttled, &|_| Err(aws::throttled(op)));
        }
        let Call::Create { body, token, .. } = call else { return };
        if self.may(Trouble::Invalid) {
            push(How::Invalid, &|_| Err(aws::invalid(op)));
        }
        if self.may(Trouble::Late) {
            push(How::Late, &|world| {
                world.check_call(pass, call);
                world.aws.pending.push(Aws::request(body, token, world.now));
                Err(aws::lost(op))
            });
        }
    }

    fn performs(&mut self, pass: &Running<U>, call: &Call<Small<U>>) -> Outcome {
        self.check_call(pass, call);
        if let Call::Create { body, token, .. } = call {
            return self.create(&Aws::request(body, token, self.now));
        }
        self.aws.write(call, self.now)
    }

    fn create(&mut self, request: &aws::Pending) -> Outcome {
        let made = self.aws.made;
        let outcome = self.aws.create::<U>(request, self.now);
        if self.aws.made > made {
            self.check_made();
        }
        outcome
    }

    fn rests(&mut self, slot: usize, pass: &Running<U>, report: &Report<Small<U>>) {
        if report.release {
            let here = self.slots.get(slot).and_then(|slot| slot.stored.as_ref());
            if here.is_some_and(|(_, version)| *version == pass.version) {
                self.check_release(pass);
            }
            self.write(slot, pass.version, |object| object.meta.finalizer = false);
            return;
        }
        let written = self.write(slot, pass.version, |object| object.status = report.status.clone());
        if written.is_some() || !report.conclusion {
            return;
        }
        // A conclusion that meets a conflict is written again, onto the newest object.
        let Some((newest, version)) = self.slots.get(slot).and_then(|slot| slot.stored.clone()) else { return };
        let mut conclusion = Conclusion::new(&pass.object, report.status.clone());
        if conclusion.onto(&newest) {
            self.write(slot, version, |object| object.status = conclusion.status().clone());
        }
    }
}

fn edit<const U: bool>(object: &mut Object<Small<U>>) {
    object.meta.generation += 1;
    if let Ok(spec) = &mut object.spec {
        spec.size += 1;
    }
}

/// What must never happen.
impl<const U: bool> World<U> {
    fn wrong(&mut self, what: impl FnOnce() -> String) {
        self.wrong.get_or_insert_with(what);
    }

    /// The same spec that AWS refused for good, or failed to create, waits for its hour.
    fn check_announcement(&mut self, pass: &Running<U>, status: &agentcore_api::status::CommonStatus) {
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

    fn check_call(&mut self, pass: &Running<U>, call: &Call<Small<U>>) {
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
        let record = Self::record_of(object).cloned().unwrap_or_else(PartRecord::default);
        let touched = match call {
            Call::Create { .. } => {
                if !record.children.iter().any(|child| child.name == CHILD) {
                    self.wrong(|| "a child is made that was not announced".to_owned());
                }
                return;
            }
            Call::Update { id, .. } | Call::Delete { id, .. } => id,
            Call::Tag { arn, .. } | Call::Untag { arn, .. } => arn,
        };
        let Some(resource) = self.aws.by_id(touched) else { return };
        let prefix = meta.uid.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
        if !resource.made_for.as_ref().is_some_and(|uid| uid.starts_with(&prefix)) {
            let what = format!("{} of {touched}, which is not this object's", call.verb());
            self.wrong(|| what);
        }
        let was_ready = self
            .slots
            .iter()
            .any(|slot| slot.was_ready && slot.stored.as_ref().is_some_and(|(stored, _)| stored.meta.uid == meta.uid));
        if matches!(call, Call::Delete { .. }) && !meta.deleting() && was_ready {
            self.wrong(|| "what was ever ACTIVE is deleted, and its object is not being deleted".to_owned());
        }
    }

    fn check_made(&mut self) {
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

    fn check_release(&mut self, pass: &Running<U>) {
        let uid = &pass.object.meta.uid;
        let left = self.aws.resources.iter().find(|it| it.made_for.as_ref() == Some(uid)).map(|it| it.id);
        if let Some(left) = left.filter(|_| !self.scope.retain) {
            self.wrong(|| format!("the finalizer goes, and {} is there", id(left)));
        }
    }
}
