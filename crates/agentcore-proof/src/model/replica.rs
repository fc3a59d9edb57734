//! What a replica does next: the pass itself, with all that may come of each of its steps.

use std::sync::Arc;

use agentcore_engine::{
    conclusion::Conclusion,
    fault::Fault,
    known::{Query, Timed},
    step::{Act, Call, Outcome, Report, Step, Verb},
};

use super::{
    aws::{self, Aws, Sight, at},
    kind::Small,
    moves::{Following, How, Move, Sees},
    scopes::Trouble,
    world::{Frame, Running, World},
};

const OP: &str = "Write";

impl<const U: bool> World<U> {
    /// What a replica can do next.
    pub(crate) fn of_worker(&self, frame: &Frame, index: usize, all: &mut Vec<Following<U>>) {
        let Some(worker) = self.workers.get(index) else { return };
        let Some(pass) = &worker.pass else { return self.begins(frame, index, worker.slot, all) };
        let among_reads = self.is_read(worker.slot);
        if pass.known.announced && !among_reads && self.may(Trouble::Dies) {
            all.push(self.as_it_is().then(Move::Dies(index), false, |world| {
                world.faults -= 1;
                world.run(index, None);
            }));
        }
        let mut pass = pass.clone();
        match self.settle(frame, &mut pass) {
            // A look ends with nothing to be done.
            None => {
                all.push(self.as_it_is().then(Move::GoesOn(index, How::Well), true, |world| world.run(index, None)));
            }
            Some(Step::Ask(query)) => self.reads(frame, index, &pass, &query, all),
            Some(Step::Act(act)) if pass.known.announced && matches!(*act, Act::Call(_)) => {
                if let Act::Call(call) = &*act {
                    self.calls(index, &pass, call, all);
                }
            }
            // Another pass reads: see `moves.rs`.
            Some(_) if pass.known.announced && among_reads => {}
            Some(step) => self.as_it_is().writes(frame, index, &pass, &step, Move::GoesOn(index, How::Well), all),
        }
    }

    fn begins(&self, frame: &Frame, index: usize, slot: usize, all: &mut Vec<Following<U>>) {
        let idle_before = self.workers.iter().take(index).any(|worker| worker.slot == slot && worker.pass.is_none());
        if (idle_before && !self.scope.all_orders) || self.is_read(slot) {
            return;
        }
        let Some((object, version)) = self.slots.get(slot).and_then(|slot| slot.stored.clone()) else { return };
        let mut pass = Running { object, version, known: Arc::default() };
        match self.settle(frame, &mut pass) {
            None => {}
            Some(Step::Ask(query)) => self.reads(frame, index, &pass, &query, all),
            Some(step) => self.as_it_is().writes(frame, index, &pass, &step, Move::Begins(index, How::Well), all),
        }
    }

    pub(crate) fn run(&mut self, index: usize, pass: Option<Running<U>>) {
        if let Some(worker) = self.workers.get_mut(index) {
            worker.pass = pass;
        }
    }

    /// A read, and what the pass writes to the API server because of it. That is one step: what AWS does in between
    /// makes no difference to what is written, and if the object changes in between, nothing is.
    fn reads(&self, frame: &Frame, index: usize, pass: &Running<U>, query: &Query, all: &mut Vec<Following<U>>) {
        let begins = self.workers.get(index).is_some_and(|worker| worker.pass.is_none());
        let sees = match query {
            Query::Get(get) => Sees::One(get.id.clone()),
            Query::Find(_) => Sees::Names,
            _ => Sees::Nothing,
        };
        for before in self.meanwhile(&sees) {
            for (how, sight) in [(How::Well, Sight::Plain), (How::Hidden, Sight::Hidden), (How::Old, Sight::Old)] {
                if !before.world.may_see(sight, query) {
                    continue;
                }
                let what = if begins { Move::Begins(index, how) } else { Move::GoesOn(index, how) };
                let mut pass = pass.clone();
                before.world.answer(&mut pass, query, sight);
                let mut next = before.clone();
                next.free &= how == How::Well;
                next.world.faults -= u8::from(how != How::Well);
                match next.world.settle(frame, &mut pass) {
                    // A pass that sees nothing to do might as well not have begun.
                    None if begins => {}
                    None => all.push(next.then(what, true, |world| world.run(index, None))),
                    Some(Step::Ask(_)) => all.push(next.then(what, true, |world| world.run(index, Some(pass)))),
                    Some(step) => next.writes(frame, index, &pass, &step, what, all),
                }
            }
        }
    }

    /// Whether a read may come out so, and is another than it should be.
    fn may_see(&self, sight: Sight, query: &Query) -> bool {
        match (sight, query) {
            (Sight::Plain, _) => true,
            (Sight::Hidden, Query::Get(get)) => {
                self.may(Trouble::Hidden) && self.aws.by_id(&get.id).is_some_and(|resource| resource.shown)
            }
            (Sight::Hidden, Query::Find(find)) => {
                self.may(Trouble::Hidden) && !self.aws.find(&find.name, false).is_empty()
            }
            (Sight::Old, Query::Get(get)) => {
                let before = self.aws.by_id(&get.id).and_then(|resource| resource.before(self.now));
                self.may(Trouble::Old) && before.is_some()
            }
            _ => false,
        }
    }

    /// AWS answers a question.
    pub(crate) fn answer(&self, pass: &mut Running<U>, query: &Query, sight: Sight) {
        let known = Arc::make_mut(&mut pass.known);
        let began =
            |not_before: Option<jiff::Timestamp>| not_before.map_or(at(self.now), |from| from.max(at(self.now)));
        match query {
            Query::Get(get) => {
                let value = self.aws.get(&get.id, sight, self.now);
                known.gets.insert(get.clone(), Timed { began: began(get.not_before), value });
            }
            Query::Find(find) => {
                let value = self.aws.find(&find.name, sight == Sight::Hidden);
                known.finds.insert(find.clone(), Timed { began: began(find.not_before), value: Ok(value) });
            }
            // The kind has none of what the others are about.
            _ => {}
        }
    }

    /// What comes of a write to AWS.
    fn calls(&self, index: usize, pass: &Running<U>, call: &Call<Small<U>>, all: &mut Vec<Following<U>>) {
        let mut push = |before: &Following<U>, how: How, change: &dyn Fn(&mut Self) -> Outcome| {
            let well = how == How::Well;
            all.push(before.clone().then(Move::GoesOn(index, how), well, |world| {
                world.faults -= u8::from(!well);
                let outcome = change(world);
                let mut pass = pass.clone();
                Arc::make_mut(&mut pass.known).outcome = Some(outcome);
                world.run(index, Some(pass));
            }));
        };
        let here = self.as_it_is();
        if let Call::Create { deadline, .. } = call
            && at(self.now) >= *deadline
        {
            push(&here, How::Well, &|_| Err(Fault::too_late(OP)));
            return;
        }
        let sees = match call {
            Call::Create { .. } => Sees::All,
            Call::Update { id, .. } | Call::Delete { id, .. } => Sees::One(id.clone()),
            Call::Tag { arn, .. } | Call::Untag { arn, .. } => Sees::One(arn.clone()),
        };
        for before in self.meanwhile(&sees) {
            push(&before, How::Well, &|world| world.performs(pass, call));
            if before.world.may(Trouble::AnswerLost) {
                push(&before, How::AnswerLost, &|world| world.performs(pass, call).and(Err(aws::lost(OP))));
            }
        }
        if self.may(Trouble::RequestLost) {
            push(&here, How::RequestLost, &|world| {
                world.check_call(pass, call);
                Err(aws::lost(OP))
            });
        }
        if self.may(Trouble::Throttled) {
            push(&here, How::Throttled, &|_| Err(aws::throttled(OP)));
        }
        if self.may(Trouble::Invalid) && matches!(call, Call::Create { .. } | Call::Update { .. }) {
            push(&here, How::Invalid, &|world| {
                if let Call::Update { id, change, token, .. } = call {
                    world.aws.refuse(id, *change, token);
                    world.remembers(pass, id);
                }
                Err(aws::invalid(OP))
            });
        }
        let Call::Create { body, token, .. } = call else { return };
        if self.may(Trouble::Late) {
            push(&here, How::Late, &|world| {
                world.check_call(pass, call);
                world.aws.pending.push(Aws::request(body, token, world.now));
                Err(aws::lost(OP))
            });
        }
    }

    fn performs(&mut self, pass: &Running<U>, call: &Call<Small<U>>) -> Outcome {
        self.check_call(pass, call);
        match call {
            Call::Create { body, token, .. } => self.create(&Aws::request(body, token, self.now)),
            Call::Update { id, .. } => {
                let outcome = self.aws.write(call, self.now);
                if outcome.is_ok() {
                    self.remembers(pass, id);
                }
                outcome
            }
            _ => self.aws.write(call, self.now),
        }
    }

    /// AWS remembers the token of an update, which was made of this record.
    fn remembers(&mut self, pass: &Running<U>, id: &str) {
        let update = self.aws.by_id_mut(id).and_then(|resource| resource.update.as_mut());
        let Some((update, record)) = update.zip(Self::record_of(&pass.object)) else { return };
        let version = record.last_write.as_ref().and_then(|write| write.version.clone());
        update.of = (version, record.failure.as_ref().map(|failure| failure.last.0));
    }

    /// A create arrives.
    pub(crate) fn create(&mut self, request: &aws::Pending) -> Outcome {
        let made = self.aws.made;
        let outcome = self.aws.create::<U>(request, self.now);
        if self.aws.made > made {
            self.check_made();
        }
        outcome
    }
}

impl<const U: bool> Following<U> {
    /// And then a pass writes to the API server.
    fn writes(
        self,
        frame: &Frame,
        index: usize,
        pass: &Running<U>,
        step: &Step<Small<U>>,
        what: Move,
        all: &mut Vec<Self>,
    ) {
        let Some(slot) = self.world.workers.get(index).map(|worker| worker.slot) else { return };
        // What another pass writes meanwhile ends this one, and its own write does not.
        let mut next = self.then(what, true, |world| world.run(index, None));
        let world = &mut next.world;
        let act = match step {
            Step::Act(act) => &**act,
            Step::Rest(report) => {
                world.rests(frame, slot, pass, report);
                return all.push(next);
            }
            Step::Ask(_) => return,
        };
        let (stored, announced) = match act {
            Act::Announce(status, intent) => {
                if intent.verb == Verb::Create {
                    world.check_announcement(pass, status);
                }
                (world.write(slot, pass.version, |object| object.status = status.clone()), true)
            }
            Act::AddFinalizer => {
                let stored = world.write(slot, pass.version, |object| object.meta.finalizer = true);
                (stored, pass.known.announced)
            }
            Act::Call(call) => {
                let what = format!("{} of {} is not announced", call.verb(), call.about());
                world.wrong(|| what);
                (None, false)
            }
        };
        let Some((object, version)) = stored else { return all.push(next) };
        let mut known = pass.known.clone();
        Arc::make_mut(&mut known).announced = announced;
        let mut pass = Running { object, version, known };
        // Nothing that happens before the finalizer is there makes a difference to it, but what ends the pass.
        if matches!(act, Act::Announce(..))
            && !next.world.scope.all_orders
            && let Some(step) = next.world.settle(frame, &mut pass)
            && matches!(&step, Step::Act(act) if matches!(**act, Act::AddFinalizer))
        {
            all.push(next.clone().then(Move::Announces(index), false, |_| {}));
            return next.writes(frame, index, &pass, &step, Move::GoesOn(index, How::Well), all);
        }
        next.world.run(index, Some(pass));
        all.push(next);
    }
}

impl<const U: bool> World<U> {
    /// A pass ends.
    fn rests(&mut self, frame: &Frame, slot: usize, pass: &Running<U>, report: &Report<Small<U>>) {
        if report.release {
            let here = self.slots.get(slot).and_then(|slot| slot.stored.as_ref());
            if here.is_some_and(|(_, version)| *version == pass.version) {
                self.check_release(pass);
            }
            self.write(slot, pass.version, |object| object.meta.finalizer = false);
            return;
        }
        let written = self.write(slot, pass.version, |object| object.status = report.status.clone());
        if written.is_some() {
            return self.check_ready(slot);
        }
        if !report.conclusion {
            return;
        }
        // A conclusion that meets a conflict is written again, onto the newest object.
        let Some((newest, version)) = self.slots.get(slot).and_then(|slot| slot.stored.clone()) else { return };
        let mut conclusion = Conclusion::new(&frame.rules, &pass.object, report.status.clone());
        if conclusion.onto(&newest) {
            self.write(slot, version, |object| object.status = conclusion.status().clone());
        }
    }
}
