//! The shell of the tests: it performs what a pass asks for, in a time of its own, and fails where it is told to.

use agentcore_engine::{
    conclusion::{Conclusion, Met},
    conditions,
    fault::{Class, Fault},
    known::{Find, Get, Identity, Known, Query, Timed},
    next,
    step::{Act, Again, Call, Outcome, Report, Step},
};
use jiff::SignedDuration;

use crate::{
    aws,
    bench::Bench,
    server::{Halt, Read, Server},
    toy::{Status, Toy},
};

/// What the operator does next, as far as faults can hit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A read of the object.
    Object,
    /// A question to AWS.
    Question,
    /// A write to the API server.
    Write,
    /// A write to AWS.
    Call,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The operator dies before the step, and is back after so many seconds.
    CrashBefore(i64),
    /// It dies after the step.
    CrashAfter(i64),
    /// The step has its effect, and no answer comes.
    Lost,
    /// The step has no effect, and no answer comes.
    Unsent,
    Throttled,
    Internal,
    Denied,
    Invalid,
    Mismatch,
    /// AWS says 409, or somebody writes the object first.
    Conflict,
    /// What is read is old.
    Stale,
    /// Another replica has a pass first.
    Other,
    /// The operator hangs for so many seconds, while another replica works.
    Hangs(i64),
    /// The user deletes the object.
    Delete,
    /// The user edits the object.
    Edit,
}

impl Trouble {
    /// Whether this can happen at such a step.
    pub fn hits(self, what: What) -> bool {
        match self {
            Self::CrashBefore(_) | Self::Other | Self::Hangs(_) | Self::Delete | Self::Edit => true,
            Self::CrashAfter(_) | Self::Lost => matches!(what, What::Write | What::Call),
            Self::Unsent | Self::Internal => what != What::Object,
            Self::Throttled | Self::Denied => matches!(what, What::Question | What::Call),
            Self::Invalid | Self::Mismatch => what == What::Call,
            Self::Conflict => matches!(what, What::Write | What::Call),
            Self::Stale => matches!(what, What::Object | What::Question),
        }
    }
}

/// The name of a question.
fn name(query: &Query) -> &'static str {
    match query {
        Query::Identity { .. } => "Identity",
        Query::Get(_) => "Get",
        Query::Find(_) => "Find",
        Query::Tags { .. } => "Tags",
        Query::Attachments { .. } => "Attachments",
        Query::Reference(_) | Query::Referrers(_) | Query::Lives(_) => "of the cluster",
    }
}

/// The answer, unless the question failed.
fn or<T>(failed: Option<Fault>, value: T) -> Result<T, Fault> {
    failed.map_or(Ok(value), Err)
}

impl<const U: bool> Bench<U> {
    /// One turn of the object, and when the next one is.
    pub fn turn(&mut self) {
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
                self.wake = None;
                return;
            }
            Err(Halt::Api) => SignedDuration::from_secs(3),
            Err(Halt::Crash) => {
                self.failures = 0;
                SignedDuration::from_secs(self.down)
            }
        };
        self.wake = Some(self.now + wait);
    }

    fn back_off(&mut self, class: Class) -> SignedDuration {
        // The shortest that chance can make of it.
        let wait = class.delay(self.failures, 0.0);
        self.failures += 1;
        wait
    }

    /// One pass, as the operator's shell makes it.
    fn pass(&mut self) -> Result<Again, Halt> {
        self.passes += 1;
        let trouble = self.step(What::Object)?;
        let Some(mut read) = self.server.read::<U>(trouble == Some(Trouble::Stale)) else { return Err(Halt::Gone) };
        let mut known = Known::<Toy<U>>::default();
        for _ in 0..200 {
            let step = next(&self.rules, &self.settings, &read.object, &known, self.now);
            if self.settings.read_only && step.commits() {
                self.wrong("a write of an operator that is to write nothing".to_owned());
            }
            match step {
                Step::Ask(query) => self.answer(query, &mut known)?,
                Step::Act(act) => match *act {
                    Act::Announce(status, _) => {
                        let told = conditions::transition(&read.object.status.common, &status.common);
                        read = self.write_status(&read, &status)?;
                        self.events.extend(told.map(|event| event.note));
                        known.announced = true;
                    }
                    Act::AddFinalizer => {
                        read = self.write_server(Server::add_finalizer, read.version)?;
                    }
                    Act::Call(call) => known.outcome = Some(self.call(&read, &call)?),
                },
                Step::Rest(report) => return self.report(&read, *report),
            }
        }
        self.wrong("a pass without an end".to_owned());
        Err(Halt::Api)
    }

    fn answer(&mut self, query: Query, known: &mut Known<Toy<U>>) -> Result<(), Halt> {
        if let Query::Reference(reference) = query {
            let referent = self.referents.get(&reference.name).cloned().unwrap_or_default();
            known.references.insert(reference, referent);
            return Ok(());
        }
        if let Query::Lives(claim) = query {
            let lives = self.lives.get(&claim.uid).copied();
            known.lives.insert(claim, lives);
            return Ok(());
        }
        if let Query::Referrers(_) = query {
            known.referrers = Some(self.referrers.clone());
            return Ok(());
        }
        if let Query::Get(Get { not_before: Some(at), .. }) | Query::Find(Find { not_before: Some(at), .. }) = &query {
            // The shell waits two seconds at most.
            self.now = self.now.max((*at).min(self.now + SignedDuration::from_secs(2)));
        }
        self.questions += 1;
        let trouble = self.step(What::Question)?;
        let began = self.now;
        let stale = trouble == Some(Trouble::Stale);
        let failed = match trouble {
            Some(Trouble::Throttled) => Some(aws::throttled("Question")),
            Some(Trouble::Internal) => Some(aws::internal("Question")),
            Some(Trouble::Denied) => Some(aws::denied("Question")),
            Some(Trouble::Unsent) => Some(aws::unsent("Question")),
            _ => self.broken(name(&query)),
        };
        match query {
            Query::Identity { region } => {
                let identity = Identity { account: self.account.clone(), partition: "aws".to_owned() };
                known.identities.insert(region, or(failed, identity));
            }
            Query::Get(get) => {
                let failed = failed.or(self.denies_reads.then(|| aws::denied("GetToy")));
                let value = self.aws(&get.region).get(&get.id, began, stale);
                let value = or(failed, ()).and(value);
                known.gets.insert(get, Timed { began, value });
            }
            Query::Find(find) => {
                let value = self.aws(&find.region).find(&find.name, began, stale);
                known.finds.insert(find, Timed { began, value: or(failed, value) });
            }
            Query::Tags { region, arn } => {
                let failed = failed.or(self.denies_tags.then(|| aws::denied("ListTagsForResource")));
                let value = self.aws(&region).tags(&arn, began, stale);
                let value = match failed {
                    Some(fault) if fault.class == Class::NotFound => Ok(None),
                    failed => or(failed, ()).and(value),
                };
                known.tags.insert(arn, value);
            }
            Query::Attachments { region, id } => {
                let failed = failed.or(self.denies_attachments.then(|| aws::denied("ListEndpoints")));
                let now = self.now;
                let exists = self.aws(&region).existing(now).any(|(resource, _)| resource.id == id);
                let found = if exists { Ok(self.attachments.clone()) } else { Err(aws::not_found("ListEndpoints")) };
                known.attachments.insert(id, or(failed, ()).and(found));
            }
            Query::Reference(_) | Query::Referrers(_) | Query::Lives(_) => {}
        }
        self.now += SignedDuration::from_millis(30);
        Ok(())
    }

    fn call(&mut self, read: &Read<U>, call: &Call<Toy<U>>) -> Result<Outcome, Halt> {
        let trouble = self.step(What::Call)?;
        self.check_call(read, call);
        let op = "Call";
        let refused = match trouble {
            Some(Trouble::Throttled) => Some(aws::throttled(op)),
            Some(Trouble::Internal) => Some(aws::internal(op)),
            Some(Trouble::Denied) => Some(aws::denied(op)),
            Some(Trouble::Invalid) => Some(aws::invalid(op)),
            Some(Trouble::Mismatch) => Some(aws::mismatch(op)),
            Some(Trouble::Unsent) => Some(aws::unsent(op)),
            Some(Trouble::Conflict) => Some(aws::conflict(op)),
            _ => self.broken(call.verb()),
        };
        self.asked += 1;
        if let Some(fault) = refused {
            self.log(|| format!("{} -> {}", call.verb(), fault.code));
            return Ok(Err(fault));
        }
        let region = match call {
            Call::Create { region, deadline, .. } => {
                if self.now >= *deadline {
                    self.log(|| "create: too late".to_owned());
                    return Ok(Err(Fault::too_late(op)));
                }
                region
            }
            Call::Update { region, .. }
            | Call::Delete { region, .. }
            | Call::Tag { region, .. }
            | Call::Untag { region, .. } => region,
        };
        let (now, uid) = (self.now, read.object.meta.uid.clone());
        let outcome = self.aws(region).write(&uid, call, now);
        self.log(|| format!("{call:?} -> {outcome:?}"));
        self.check_world();
        self.now += SignedDuration::from_millis(60);
        match trouble {
            Some(Trouble::CrashAfter(_)) => Err(Halt::Crash),
            Some(Trouble::Lost) => Ok(Err(aws::lost(op))),
            _ => Ok(outcome),
        }
    }

    fn report(&mut self, read: &Read<U>, report: Report<Toy<U>>) -> Result<Again, Halt> {
        self.log(|| format!("rests: {:?} release={}", report.again, report.release));
        self.events.extend(report.events.iter().map(|event| event.note.clone()));
        if report.release {
            self.check_release(read);
            return match self.write_server(Server::remove_finalizer, read.version) {
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

    fn conclude(&mut self, read: &Read<U>, status: Status) -> Result<(), Halt> {
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
            onto = self.server.read::<U>(false).ok_or(Halt::Gone)?;
            if !conclusion.onto(&onto.object) {
                return Ok(());
            }
        }
    }

    fn write_status(&mut self, read: &Read<U>, status: &Status) -> Result<Read<U>, Halt> {
        self.log(|| format!("writes {}", crate::bench::tell(status)));
        let written = self.write_server(|server, version| server.write_status(version, status), read.version)?;
        self.check_status(&read.object, status);
        Ok(written)
    }

    /// A write to the API server, with its troubles.
    fn write_server<T>(
        &mut self,
        write: impl FnOnce(&mut Server, u64) -> Result<T, Halt>,
        version: u64,
    ) -> Result<T, Halt> {
        let trouble = self.step(What::Write)?;
        self.now += SignedDuration::from_millis(5);
        match trouble {
            Some(Trouble::Conflict) => self.server.change(|_| {}),
            Some(Trouble::Unsent | Trouble::Internal) => return Err(Halt::Api),
            _ => {}
        }
        let written = write(&mut self.server, version)?;
        match trouble {
            Some(Trouble::CrashAfter(_)) => Err(Halt::Crash),
            Some(Trouble::Lost) => Err(Halt::Api),
            _ => Ok(written),
        }
    }
}
