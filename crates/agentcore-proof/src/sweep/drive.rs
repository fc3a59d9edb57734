//! The shell of the sweep: it performs what a pass asks for, in a time of its own, and fails where it is told to.

use agentcore_engine::{
    conclusion::{Conclusion, Met},
    fault::{Class, Fault},
    known::{Find, Get, Known, Query, Timed},
    next,
    step::{Act, Again, Call, Outcome, Report, Step},
};
use agentcore_operator::{aws::credentials_changed, kinds, kube::Read};
use agentcore_sim::{Delivery, Fault as Mishap, FaultRule, Late, Mutation, Provision, ResetPoint, Show, Stale};
use bytes::Bytes;
use http::Request;
use jiff::SignedDuration;

use super::{
    server::{Halt, Server},
    subject::Subject,
    trouble::{Operation, Trouble, What},
    wire::{Ask, Reply, Said, Turn},
    world::{Span, World, tell},
};

impl<K: Subject> World<K> {
    /// One turn of the object, and when the next one is.
    pub fn turn(&mut self) {
        self.told_of_change = false;
        let end = self.pass();
        let wait = match end {
            Ok(Again::Now) | Err(Halt::Conflict) => SignedDuration::from_millis(5),
            Ok(Again::After(time) | Again::Moved(time)) => {
                self.failures = 0;
                assert!(time >= SignedDuration::ZERO, "a wait of {time:?}");
                time
            }
            Ok(Again::Retry(class)) => self.back_off(class),
            Ok(Again::OnChange) | Err(Halt::Gone) => {
                self.failures = 0;
                SignedDuration::from_hours(24)
            }
            Err(Halt::Api) => SignedDuration::from_secs(3),
            Err(Halt::Crash) => {
                self.failures = 0;
                SignedDuration::from_secs(self.down)
            }
        };
        let wait = if self.told_of_change && end != Err(Halt::Crash) { SignedDuration::from_millis(5) } else { wait };
        self.wake = Some(self.now + wait);
        if self.server.stored.is_none() {
            self.wake = None;
            if let Some(spec) = self.recreate.take() {
                self.now += SignedDuration::from_millis(100);
                self.create(spec);
            }
        }
    }

    fn back_off(&mut self, class: Class) -> SignedDuration {
        let (least, most) = class.back_off();
        let wait = least.saturating_mul(1 << self.failures.min(10)).min(most);
        self.failures += 1;
        wait
    }

    /// One pass, as the operator's shell makes it.
    fn pass(&mut self) -> Result<Again, Halt> {
        self.passes += 1;
        if !self.nested {
            self.spans.push(Span { first: self.trace.len(), ..Span::default() });
        }
        let trouble = self.step(What::Object)?;
        if trouble == Some(Trouble::KubeError) {
            return Err(Halt::Api);
        }
        let Some(mut read) = self.server.read::<K>(trouble == Some(Trouble::OldObject)) else { return Err(Halt::Gone) };
        let mut known = Known::<K>::default();
        for _ in 0..200 {
            match next(&self.rules, &self.settings, &read.object, &known, self.now) {
                Step::Ask(query) => self.answer(query, &mut known)?,
                Step::Act(act) => match *act {
                    Act::Announce(status, _) => {
                        read = self.write_status(&read, &status)?;
                        known.announced = true;
                    }
                    Act::AddFinalizer => {
                        read = self.write_server(What::Finalizer, |server| server.add_finalizer(&read))?;
                    }
                    Act::Call(call) => known.outcome = Some(self.call(&read, call, &known)?),
                },
                Step::Rest(report) => return self.report(&read, *report),
            }
        }
        self.wrong("a pass without an end".to_owned());
        Err(Halt::Api)
    }

    fn answer(&mut self, query: Query, known: &mut Known<K>) -> Result<(), Halt> {
        if let Query::Get(Get { not_before: Some(at), .. }) | Query::Find(Find { not_before: Some(at), .. }) = &query {
            // The shell waits two seconds at most.
            self.now = self.now.max((*at).min(self.now + SignedDuration::from_secs(2)));
        }
        let began = self.now;
        match query {
            Query::Identity { region } => {
                if let Said::Identity(identity) = self.converse(Operation::Identity, &Ask::Identity)? {
                    known.identities.insert(region, identity);
                }
            }
            Query::Reference(reference) => {
                let referent = self.referents.get(&reference.name).cloned().unwrap_or_default();
                known.references.insert(reference, referent);
            }
            Query::Referrers(_) => known.referrers = Some(Vec::new()),
            Query::Lives(claim) => {
                let lives = self.others.contains(&claim.uid);
                known.lives.insert(claim, Some(lives));
            }
            Query::Get(get) => {
                let value = match self.ask(known, Operation::Get, &Ask::Get(get.id.clone()))? {
                    Ok(Said::View(view)) => view,
                    Ok(_) => unreachable!("a read shows a view"),
                    Err(fault) => Err(fault),
                };
                known.gets.insert(get, Timed { began, value });
            }
            Query::Find(find) => {
                let value = match self.ask(known, Operation::List, &Ask::List)? {
                    Ok(Said::List(items)) => items.map(|items| kinds::named::<K>(&items, &find.name)),
                    Ok(_) => unreachable!("a list lists"),
                    Err(fault) => Err(fault),
                };
                known.finds.insert(find, Timed { began, value });
            }
            Query::Tags { arn, .. } => {
                let value = match self.ask(known, Operation::Tags, &Ask::Tags(arn.clone()))? {
                    Ok(Said::Tags(tags)) => tags,
                    Ok(_) => unreachable!("tags are told"),
                    Err(fault) => Err(fault),
                };
                known.tags.insert(arn, value);
            }
            Query::Attachments { id, .. } => {
                let value = match self.ask(known, Operation::Attachments, &Ask::Attachments(id.clone()))? {
                    Ok(Said::Attachments(found)) => found,
                    Ok(_) => unreachable!("endpoints are told"),
                    Err(fault) => Err(fault),
                };
                known.attachments.insert(id, value);
            }
        }
        Ok(())
    }

    /// Asks something of AWS, unless the credentials are of another account than the pass knows: then it is stopped.
    fn ask(&mut self, known: &Known<K>, operation: Operation, ask: &Ask<K>) -> Result<Result<Said<K>, Fault>, Halt> {
        let home =
            known.identities.values().next().is_none_or(|identity| {
                identity.as_ref().is_ok_and(|identity| identity.account == super::world::ACCOUNT)
            });
        let foreign = self.whose() == super::wire::Whose::Foreign;
        if home == foreign {
            return Ok(Err(credentials_changed()));
        }
        self.converse(operation, ask).map(Ok)
    }

    /// A call, request by request.
    fn converse(&mut self, operation: Operation, ask: &Ask<K>) -> Result<Said<K>, Halt> {
        let mut replies = Vec::new();
        loop {
            let whose = self.whose();
            let turn = self.wire.borrow_mut().turn(whose, ask, &replies);
            match turn {
                Turn::Request(request) => replies.push(self.exchange(operation, replies.len(), &request)?),
                Turn::Over(said) => return Ok(*said),
            }
        }
    }

    fn exchange(&mut self, operation: Operation, number: usize, request: &Request<Bytes>) -> Result<Reply, Halt> {
        let trouble = self.step(What::Request(operation, number))?;
        let mishap = trouble.and_then(|trouble| mishap::<K>(trouble, operation));
        if trouble == Some(Trouble::NoConnection) {
            return Ok(Reply::NoConnection);
        }
        let mut request = request.clone();
        // A request that was looked up is sent now.
        let date = self.now.strftime("%Y%m%dT%H%M%SZ").to_string();
        request.headers_mut().insert("x-amz-date", date.parse().expect("a header"));
        if operation == Operation::Delete {
            self.deletes += 1;
            renew_token(&mut request, self.deletes);
        }
        if trouble == Some(Trouble::Vanished) {
            self.undo_creates();
        }
        let rule = mishap.map(|fault| self.sim.add_fault_rule(FaultRule::new(fault)));
        let response = self.sim.handle(self.now, request);
        if let Some(rule) = rule {
            self.sim.remove_fault_rule(rule);
        }
        let reset = response.extensions().get::<Delivery>().is_some_and(|delivery| delivery.reset);
        let reply = if reset { Reply::Cut } else { Reply::of(&response) };
        self.log(|| match &reply {
            Reply::Answer { status, .. } if operation == Operation::Identity => format!("{operation:?} -> {status}"),
            Reply::Answer { status, body, .. } => {
                format!("{operation:?} -> {status} {}", String::from_utf8_lossy(body).replace('\n', ""))
            }
            other => format!("{operation:?} -> {other:?}"),
        });
        if trouble == Some(Trouble::DeadReplay) {
            self.undo_creates();
        }
        self.now += SignedDuration::from_millis(30);
        if matches!(trouble, Some(Trouble::CrashAfter(_))) {
            return Err(Halt::Crash);
        }
        Ok(reply)
    }

    /// Somebody deletes what was created for the object.
    pub fn undo_creates(&mut self) {
        let uid = self.server.stored.as_ref().map(|stored| stored.uid.clone()).unwrap_or_default();
        for item in self.made_for(&uid) {
            let gone = Mutation::Delete { kind: item.kind, id: item.id };
            // What was on its way out may have gone by itself since the inventory was made.
            let _ = self.sim.mutate(self.now, gone);
        }
    }

    fn call(&mut self, read: &Read<K>, call: Call<K>, known: &Known<K>) -> Result<Outcome, Halt> {
        self.check_call(read, &call);
        let operation = match &call {
            Call::Create { .. } => Operation::Create,
            Call::Update { .. } => Operation::Update,
            Call::Delete { .. } => Operation::Delete,
            Call::Tag { .. } => Operation::Tag,
            Call::Untag { .. } => Operation::Untag,
        };
        let mut call = call;
        if let Call::Create { deadline, .. } = &mut call {
            self.hold_up(operation)?;
            if self.now >= *deadline {
                self.log(|| "create: too late".to_owned());
                return Ok(Err(Fault::too_late(K::CREATE)));
            }
            // It is checked here, by this world's clock; the SDK's guard looks at the machine's.
            *deadline = jiff::Timestamp::MAX;
        }
        self.calls += 1;
        self.log(|| format!("{call:?}"));
        let outcome = match self.ask(known, operation, &Ask::Call(call)) {
            Ok(Ok(Said::Outcome(outcome))) => Ok(outcome),
            Ok(Ok(_)) => unreachable!("a write has an outcome"),
            Ok(Err(stopped)) => Ok(Err(stopped)),
            Err(halt) => Err(halt),
        };
        self.check_world();
        outcome
    }

    /// The last look at the clock is after whatever holds a request up: a hang that is to come comes before it.
    fn hold_up(&mut self, operation: Operation) -> Result<(), Halt> {
        let number = self.trace.len();
        if !self.nested && matches!(self.troubles.get(&number), Some(Trouble::Hangs(_) | Trouble::Other)) {
            self.step(What::Request(operation, usize::MAX))?;
        }
        Ok(())
    }

    fn report(&mut self, read: &Read<K>, report: Report<K>) -> Result<Again, Halt> {
        self.log(|| format!("rests: {:?} release={}", report.again, report.release));
        if report.release {
            self.check_release(read);
            return match self.write_server(What::Finalizer, |server| server.remove_finalizer(read)) {
                Ok(()) | Err(Halt::Gone) => Ok(Again::OnChange),
                Err(halt) => Err(halt),
            };
        }
        if report.status != read.object.status {
            if report.conclusion {
                self.conclude(read, report.status)?;
            } else {
                self.write_status(read, &report.status)?;
            }
        }
        Ok(report.again)
    }

    fn conclude(&mut self, read: &Read<K>, status: K::Status) -> Result<(), Halt> {
        let mut conclusion = Conclusion::new(&self.rules, &read.object, status);
        let mut onto = read.clone();
        loop {
            let Err(halt) = self.write_status(&onto, conclusion.status()) else { return Ok(()) };
            let met = match halt {
                Halt::Conflict => Met::Conflict,
                Halt::Gone => Met::Gone,
                Halt::Api => Met::Trouble,
                Halt::Crash => return Err(halt),
            };
            let Some(wait) = conclusion.missed(met) else { return Err(halt) };
            self.now += wait;
            onto = self.server.read::<K>(false).ok_or(Halt::Gone)?;
            if !conclusion.onto(&onto.object) {
                return Ok(());
            }
        }
    }

    fn write_status(&mut self, read: &Read<K>, status: &K::Status) -> Result<Read<K>, Halt> {
        self.log(|| format!("writes {}", tell::<K>(status)));
        let written = self.write_server(What::Status, |server| server.write_status(read, status))?;
        self.check_status(&read.object, status);
        Ok(written)
    }

    /// A write to the API server, with its troubles.
    fn write_server<T>(&mut self, what: What, write: impl FnOnce(&mut Server) -> Result<T, Halt>) -> Result<T, Halt> {
        let trouble = self.step(what)?;
        self.now += SignedDuration::from_millis(5);
        match trouble {
            Some(Trouble::KubeConflict) => self.server.change(|_| {}),
            Some(Trouble::KubeError) => return Err(Halt::Api),
            _ => {}
        }
        let written = write(&mut self.server)?;
        match trouble {
            Some(Trouble::CrashAfter(_)) => Err(Halt::Crash),
            Some(Trouble::KubeLost) => Err(Halt::Api),
            _ => Ok(written),
        }
    }
}

/// What AWS does with the request.
fn mishap<K: Subject>(trouble: Trouble, operation: Operation) -> Option<Mishap> {
    if let Some(error) = trouble.error(operation, K::IS_MEMORY) {
        return Some(Mishap::Error(error));
    }
    Some(match trouble {
        Trouble::Lost | Trouble::DeadReplay => Mishap::Reset(ResetPoint::After),
        Trouble::Unheard => Mishap::Reset(ResetPoint::Before),
        Trouble::Late(seconds) => Mishap::Late(Late { seconds }),
        Trouble::Fails => Mishap::Provision(Provision { state: String::new(), reason: Some("no room".to_owned()) }),
        Trouble::ShowsGood => Mishap::Show(Show { state: K::GOOD.to_owned() }),
        Trouble::Stale(seconds) => Mishap::Stale(Stale { seconds }),
        _ => return None,
    })
}

/// The SDK makes up a token for each delete; a looked-up request must not have that of an earlier one.
fn renew_token(request: &mut Request<Bytes>, number: u64) {
    let uri = request.uri().to_string();
    let Some((before, after)) = uri.split_once("clientToken=") else { return };
    let rest = after.split_once('&').map(|(_, rest)| format!("&{rest}")).unwrap_or_default();
    let uri = format!("{before}clientToken=00000000-0000-4000-8000-{number:012}{rest}");
    *request.uri_mut() = uri.parse().expect("a URI");
}
