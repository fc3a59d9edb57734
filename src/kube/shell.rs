//! One pass after another over one object: asks `next`, performs, writes what it reports.

use std::{collections::HashMap, sync::Arc, time::Duration};

use agentcore_api::status::{ConditionType, Reason};
use agentcore_engine::{
    conditions, defect,
    fault::Class,
    known::Known,
    next,
    object::Settings,
    rules::Rules,
    step::{Act, Again, Report, Step},
};
use jiff::Timestamp;
use kube::{Client, api::ApiResource};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    backoff, events,
    hints::Hints,
    line::Waits,
    objects::{Error, Objects, Read, namespace_uid},
    referrers::Referrers,
    turns::{Booked, InLine},
};
use crate::{
    aws::{
        Aws,
        batch::{Observers, Wake},
    },
    kinds::Managed,
    server::metrics::Metrics,
    slot::{self, Slots},
};

/// How many questions and acts a pass may have. A pass has about ten; a pass without an end is a defect.
const STEPS: usize = 200;

/// How many passes follow each other at once before others get their turn.
const IN_A_ROW: usize = 8;

/// What the passes of all kinds share.
#[derive(Clone)]
pub struct Shared {
    /// The client of the cluster.
    pub client: Client,
    /// AWS.
    pub aws: Aws,
    /// The operator's metrics.
    pub metrics: Metrics,
    /// What the operator was told at its start.
    pub settings: Arc<Settings>,
    /// Which objects name which others.
    pub referrers: Referrers,
    /// Which of several operators this is, for events.
    pub instance: String,
    /// One for each pass that may run at the same time.
    pub slots: Slots,
    /// Cancelled when the operator is asked to stop: then nothing new begins.
    pub shutdown: CancellationToken,
    /// The kinds that objects may refer to, by name.
    pub kinds: Arc<HashMap<&'static str, Referable>>,
}

/// What must be known of a kind to follow a reference to an object of it.
#[derive(Clone, Debug)]
pub struct Referable {
    /// Where the API server has its objects.
    pub resource: ApiResource,
    /// AWS's word for the good state.
    pub good: &'static str,
}

impl Referable {
    /// What must be known of `K`.
    pub fn of<K: Managed>() -> Self {
        Self { resource: ApiResource::erase::<K::Object>(&()), good: K::GOOD }
    }
}

/// What the passes of one kind share.
pub struct Shell<K: Managed> {
    pub(super) shared: Shared,
    pub(super) observers: Arc<Observers<K>>,
    pub(super) wake: Wake,
    pub(super) rules: Rules,
    hints: Hints,
    pub(super) waits: Waits,
    kind: std::marker::PhantomData<K>,
}

/// What is left to do for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// A pass after this time.
    After(Duration),
    /// Nothing, until it changes.
    UntilChange,
}

/// How a pass ended.
enum End {
    /// It rests.
    Rests(Again),
    /// Its write waits for a turn, and others are first.
    InLine(InLine),
}

impl<K: Managed> Shell<K> {
    /// A shell whose passes take their turns with those of all kinds, and whose objects are observed with those of all
    /// shells of this kind. Objects that are to have a pass are sent to `wake`.
    pub fn new(shared: Shared, observers: Arc<Observers<K>>, wake: Wake) -> Self {
        Self {
            shared,
            observers,
            wake,
            rules: Rules::production(),
            hints: Hints::default(),
            waits: Waits::default(),
            kind: std::marker::PhantomData,
        }
    }

    /// The client of the cluster.
    pub fn client(&self) -> Client {
        self.shared.client.clone()
    }

    /// The operator's metrics.
    pub fn metrics(&self) -> Metrics {
        self.shared.metrics.clone()
    }

    /// Cancelled when the operator is asked to stop.
    pub fn shutdown(&self) -> CancellationToken {
        self.shared.shutdown.clone()
    }

    /// The object is gone: nothing is kept of it.
    pub fn forget(&self, namespace: &str, name: &str) {
        self.hints.forget(namespace, name);
        self.observe_no_longer(namespace, name);
        self.shared.referrers.set(K::NAME, namespace, name, &[]);
    }

    /// Looks after an object until there is nothing to be done at once.
    pub async fn look_after(&self, namespace: &str, name: &str) -> Result<Rest, Error> {
        let slot = tokio::select! {
            biased;
            // The objects that wait for their turn count as under way, and there may be thousands.
            () = self.shared.shutdown.cancelled() => return Ok(Rest::UntilChange),
            slot = self.shared.slots.slot() => slot,
        };
        slot.run(async {
            let mut booked = None;
            let rest = self.passes(namespace, name, &mut booked).await;
            if let Some(unused) = booked {
                unused.release();
            }
            rest
        })
        .await
    }

    async fn passes(&self, namespace: &str, name: &str, booked: &mut Option<Booked>) -> Result<Rest, Error> {
        let objects = Objects::new(self.shared.client.clone(), namespace);
        let mut contested = None;
        for _ in 0..IN_A_ROW {
            if self.shared.shutdown.is_cancelled() {
                return Ok(Rest::UntilChange);
            }
            let change = self.waits.notice(namespace, name);
            booked.take_if(|booked| booked.is_none());
            // Apart, so that a thousand objects that wait in line hold nothing of what a pass needs while it works.
            let pass = Box::pin(self.fresh_pass(&objects, namespace, name, booked));
            let Some((uid, end)) = pass.await? else {
                self.forget(namespace, name);
                return Ok(Rest::UntilChange);
            };
            let again = match end {
                Ok(End::Rests(again)) => Ok(again),
                Ok(End::InLine(line)) => {
                    *booked = self.wait_in_line(&line, &change).await;
                    continue;
                }
                Err(error) => Err(error),
            };
            contested = again.as_ref().is_err_and(|error| matches!(error, Error::Conflict)).then(|| uid.clone());
            match again {
                Ok(Again::Now) | Err(Error::Conflict) => {}
                Ok(Again::After(time) | Again::Moved(time)) => {
                    self.hints.succeeded(&uid);
                    let time = Duration::try_from(time).unwrap_or_default();
                    // Short waits are for a state that is about to come; long ones must not come all at once.
                    let time = if time > Duration::from_mins(1) { backoff::spread(time) } else { time };
                    return Ok(Rest::After(time));
                }
                Ok(Again::Retry(class)) => return Ok(Rest::After(backoff::delay(class, self.hints.failed(&uid)))),
                Ok(Again::OnChange) | Err(Error::Gone) => {
                    self.hints.succeeded(&uid);
                    return Ok(Rest::UntilChange);
                }
                Err(error) => return Err(error),
            }
        }
        // Somebody else writes the object again and again: whoever goes on for ever must not be answered for ever.
        let wait = contested.map(|uid| backoff::delay(Class::Conflict, self.hints.failed(&uid)));
        Ok(Rest::After(wait.unwrap_or(Duration::from_millis(100))))
    }

    /// A pass over the object as it is now, with the object's uid; `None` if there is none.
    async fn fresh_pass(
        &self,
        objects: &Objects<K>,
        namespace: &str,
        name: &str,
        booked: &mut Option<Booked>,
    ) -> Result<Option<(String, Result<End, Error>)>, Error> {
        let Some(found) = objects.get(name).await? else { return Ok(None) };
        let finalizers = found.metadata.finalizers.clone().unwrap_or_default();
        let uid = found.metadata.uid.clone().unwrap_or_default();
        let namespace_uid = self.namespace_uid(&uid, namespace, name).await?;
        let read = Read::new(found, &namespace_uid)?;
        if let Ok(spec) = &read.object.spec {
            self.shared.referrers.set(K::NAME, namespace, name, &K::references(spec));
        }
        let end = self.pass(objects, read, &finalizers, booked).await;
        Ok(Some((uid, end)))
    }

    /// One pass. On shutdown it ends where it is, unless it has begun a write to AWS: that is concluded.
    async fn pass(
        &self,
        objects: &Objects<K>,
        mut read: Read<K>,
        finalizers: &[String],
        booked: &mut Option<Booked>,
    ) -> Result<End, Error> {
        let mut known = Known::default();
        for _ in 0..STEPS {
            let step = next(&self.rules, &self.shared.settings, &read.object, &known, Timestamp::now());
            let has_begun = known.announced || known.outcome.is_some();
            if !has_begun && self.shared.shutdown.is_cancelled() && !matches!(step, Step::Rest(_)) {
                return Ok(End::Rests(Again::OnChange));
            }
            if self.shared.settings.read_only && step.commits() {
                tracing::error!(
                    kind = K::NAME,
                    namespace = %read.object.meta.namespace,
                    name = %read.object.meta.name,
                    "a pass wants to write although the operator runs with --read-only: a defect of the operator"
                );
                return Ok(End::Rests(Again::Retry(Class::Invalid)));
            }
            match step {
                Step::Ask(query) if has_begun => self.answer(&read.object, query, &mut known).await?,
                Step::Ask(query) => tokio::select! {
                    biased;
                    () = self.shared.shutdown.cancelled() => return Ok(End::Rests(Again::OnChange)),
                    answered = self.answer(&read.object, query, &mut known) => answered?,
                },
                Step::Act(act) => match *act {
                    Act::Announce(status, intent) => {
                        let operation = K::operation(intent.verb);
                        if booked.as_ref().is_none_or(|booked| !booked.is_for(operation, &intent.region)) {
                            // An announcement has a time: when there is a turn, it is asked for anew.
                            match self.book(objects, &read, &intent).await? {
                                Ok(turn) => {
                                    if let Some(unused) = booked.replace(turn) {
                                        unused.release();
                                    }
                                }
                                Err(line) => return Ok(End::InLine(line)),
                            }
                            continue;
                        }
                        let before = read.object.clone();
                        read = objects.write_status(&read, &status).await?;
                        // An announcement that met a conflict leaves the turn to the next one.
                        *booked = None;
                        self.shared.metrics.status_written(K::NAME);
                        known.announced = true;
                        let told = conditions::transition(K::status(&before.status), K::status(&status));
                        let told: Vec<_> = told.into_iter().collect();
                        events::publish::<K>(&self.shared.client, &self.shared.instance, &before.meta, &told).await;
                    }
                    Act::AddFinalizer => read = objects.add_finalizer(&read, finalizers).await?,
                    Act::Call(call) => {
                        known.outcome = Some(Box::pin(self.call(&read.object.meta, &call, &known)).await);
                    }
                },
                Step::Rest(report) => {
                    return self.report(objects, &read, *report, &known, finalizers).await.map(End::Rests);
                }
            }
        }
        tracing::error!(kind = K::NAME, name = %read.object.meta.name, "a pass without an end: a defect of the operator");
        Ok(End::Rests(Again::Retry(Class::Invalid)))
    }

    /// When an object is looked after again whose pass met this error of the cluster.
    pub fn after_error(&self, uid: &str, error: &Error) -> Duration {
        match error {
            // What an older or newer operator wrote does not change by itself.
            Error::Status(_) | Error::Incomplete(_) | Error::Kind(_) => backoff::spread(Duration::from_mins(5)),
            // What the API server refuses of this object it will refuse again; others have their turn meanwhile.
            error if error.is_answer() => backoff::delay(Class::Unavailable, self.hints.failed(uid)),
            _ => backoff::spread(Duration::from_secs(3)),
        }
    }

    /// The object has changed: if it waits for a turn, it does so no longer.
    pub fn interrupt(&self, namespace: &str, name: &str) {
        self.waits.interrupt(namespace, name);
    }

    /// Writes what a pass reports.
    async fn report(
        &self,
        objects: &Objects<K>,
        read: &Read<K>,
        report: Report<K>,
        known: &Known<K>,
        finalizers: &[String],
    ) -> Result<Again, Error> {
        let meta = &read.object.meta;
        let status = K::status(&report.status);
        let stalled = status.condition(ConditionType::Stalled).map(|stalled| stalled.reason.as_str());
        if stalled == Some(Reason::AccountMismatch.as_str())
            && let Some(region) = &status.region
        {
            // No call is made with these credentials, so none would tell that they have changed again.
            self.shared.aws.doubt(region);
        }
        if let Some(fault) = &report.fault {
            self.shared.metrics.fault(K::NAME, fault.class);
            tracing::warn!(
                kind = K::NAME,
                namespace = %meta.namespace,
                name = %meta.name,
                operation = fault.operation,
                code = %fault.code,
                class = fault.class.label(),
                error = %fault.message,
                "a pass met an error"
            );
        }
        if report.release {
            for event in &report.events {
                tracing::info!(kind = K::NAME, namespace = %meta.namespace, name = %meta.name, note = %event.note, "lets go");
            }
            events::publish::<K>(&self.shared.client, &self.shared.instance, meta, &report.events).await;
            objects.remove_finalizer(read, finalizers).await?;
            return Ok(Again::OnChange);
        }
        if report.status != read.object.status {
            if report.conclusion {
                self.conclude(objects, read, report.status.clone()).await?;
            } else {
                objects.write_status(read, &report.status).await?;
                self.shared.metrics.status_written(K::NAME);
            }
            events::publish::<K>(&self.shared.client, &self.shared.instance, meta, &report.events).await;
        }
        Ok(self.observe(&read.object, &report, known))
    }

    async fn namespace_uid(&self, uid: &str, namespace: &str, name: &str) -> Result<String, Error> {
        if let Some(known) = self.hints.namespace_uid(uid) {
            return Ok(known);
        }
        let found = namespace_uid(&self.shared.client, namespace).await?;
        self.hints.set_namespace_uid(uid, namespace, name, &found);
        Ok(found)
    }

    /// Waits for a time that a question has, without a slot: others get their turn meanwhile.
    pub(super) async fn wait_until(&self, at: Option<Timestamp>) {
        let Some(wait) = at.and_then(|at| Duration::try_from(at.duration_since(Timestamp::now())).ok()) else { return };
        if wait.is_zero() {
            return;
        }
        slot::aside(sleep(wait.min(Duration::from_secs(2)))).await;
    }

    /// A pass has panicked: the object says so, and the others go on.
    pub async fn tell_panic(&self, namespace: &str, name: &str) -> Result<(), Error> {
        let objects = Objects::<K>::new(self.shared.client.clone(), namespace);
        let Some(found) = objects.get(name).await? else { return Ok(()) };
        let uid = found.metadata.uid.clone().unwrap_or_default();
        let read = Read::<K>::new(found, &self.namespace_uid(&uid, namespace, name).await?)?;
        if let Some(status) = defect(&read.object, Timestamp::now()) {
            objects.write_status(&read, &status).await?;
        }
        Ok(())
    }
}
