//! The measurement of one kind: objects are made, left alone, changed behind the operator's back, and deleted.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use jiff::Timestamp;
use tokio::{task::block_in_place, time::sleep};

use super::{
    aws::{Aws, Call},
    cluster::{Objects, Place},
    figures::{
        Beside, Percentiles, Requests, Row, Throttled, per, per_minute, quota_used, resources_of, rounded, seconds,
    },
    manifest::Manifest,
    observe::{Seen, Watch},
    operator::{Operator, Surroundings},
    plan::{Kind, Profile},
    usage::Usage,
    writes::Mark,
};
use crate::processes::{Group, Process};

/// How long an operator has to start before its memory at idle is read.
const STARTED: Duration = Duration::from_secs(5);

/// How long an operator has to finish what it does, once all objects are ready, before it counts as at rest.
const SETTLED: Duration = Duration::from_secs(10);

/// How long changes in AWS may take beyond what they need there and by its quotas.
const PATIENCE: Duration = Duration::from_mins(3);

/// How long drift may take to be seen beyond the pages that have to be read.
const DRIFT: Duration = Duration::from_mins(1);

/// What the measurements of a run share.
pub(crate) struct Common {
    pub(crate) place: Place,
    pub(crate) simulator: PathBuf,
    pub(crate) operator: Operator,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) ready_condition: String,
    pub(crate) rest: Duration,
    pub(crate) logs: PathBuf,
}

/// One measurement, under way.
///
/// When it is dropped, it ends in the order of its fields.
struct Bench {
    operator: Process,
    aws: Aws,
    group: Group,
    common: Arc<Common>,
    kind: Kind,
    n: usize,
    profile: Profile,
    name: String,
    manifest: Manifest,
    kubeconfig: PathBuf,
    objects: Objects,
    /// The requests so far to AgentCore.
    calls: Vec<Call>,
}

/// What was seen while the objects were made.
struct Made {
    apply_to_ready: Percentiles,
    aws_ready_to_ready: Percentiles,
    calls: usize,
    by: Requests,
    quota_used: Option<f64>,
    /// When the last one was ready.
    ready: Timestamp,
    /// The ids of the resources, by the names of their objects.
    ids: BTreeMap<String, String>,
}

/// What was seen while the objects were left alone.
struct Rest {
    writes: usize,
    calls_per_minute: f64,
    lists_per_minute: f64,
}

/// Measures a kind.
pub(crate) async fn measure(
    common: Arc<Common>,
    kind: Kind,
    n: usize,
    profile: Profile,
) -> anyhow::Result<(Row, Beside)> {
    let n = kind.capped(n);
    let mut bench = Bench::start(common, kind, n, profile).await?;
    bench.run().await.with_context(|| bench.operator.log_tail())
}

impl Bench {
    async fn start(common: Arc<Common>, kind: Kind, n: usize, profile: Profile) -> anyhow::Result<Self> {
        // No two operators have the same: their objects, their logs and their requests are told apart by it.
        let name = format!("bench-{}-{n}-{}", kind.name(), profile.name()).to_lowercase().replace('.', "-");
        let manifest = match &common.manifest {
            Some(manifest) => manifest.clone(),
            None => Manifest::of(kind)?,
        };
        let group = Group::start()?;
        let aws = Aws::start(&common.simulator, &group, &name, &common.logs, kind, profile).await?;
        common.place.prepare(&name, &manifest.once).await?;
        let objects = common.place.objects(&name, &manifest.object(1)).await?;
        let kubeconfig = common.place.user(&name)?;
        let operator = spawn(&common, &group, &name, &kubeconfig, &aws.url)?;
        Ok(Self {
            common,
            kind,
            n,
            profile,
            name,
            manifest,
            group,
            aws,
            kubeconfig,
            objects,
            operator,
            calls: Vec::new(),
        })
    }

    async fn run(&mut self) -> anyhow::Result<(Row, Beside)> {
        sleep(STARTED).await;
        self.operator.check_running()?;
        let idle = self.usage()?;
        let watch = Watch::start(self.objects.api.clone(), &self.common.ready_condition);
        let made = self.make(&watch).await?;

        self.say("all are ready; leaves them alone");
        let rest = self.rest().await?;
        let full = self.usage()?;
        self.say(&format!("its memory is {:.1} MiB now, and was {:.1} MiB at most", full.rss_mib, full.peak_mib));

        let drift_seen_seconds = self.drift(&watch, &made.ids).await?;

        self.say("deletes all objects");
        let deleted = Timestamp::now();
        let (delete_seconds, deleted_by, delete_calls) = self.delete(&watch, made.ids.into_keys().collect()).await?;
        let end = self.usage()?;

        self.say("starts the operator once more, where an object waits");
        let start_to_first_pass_seconds = self.first_pass(&watch).await?;

        let row = Row {
            kind: self.kind.name(),
            n: self.n,
            profile: self.profile.name(),
            apply_to_ready_seconds: made.apply_to_ready,
            aws_ready_to_ready_seconds: made.aws_ready_to_ready,
            aws_calls_per_object: per(made.calls, self.n),
            throttled_calls: self.calls.iter().filter(|call| call.is_throttled()).count(),
            quota_used: made.quota_used,
            apiserver_writes_at_rest: rest.writes,
            aws_calls_per_minute_at_rest: rest.calls_per_minute,
            rss_idle_mib: rounded(idle.rss_mib, 1),
            rss_peak_mib: rounded(end.peak_mib, 1),
            cpu_seconds: rounded(end.cpu_seconds, 2),
        };
        let beside = Beside {
            start_to_first_pass_seconds,
            rss_at_rest_mib: rounded(full.rss_mib, 1),
            lists_per_minute_at_rest: rest.lists_per_minute,
            drift_seen_seconds,
            delete_seconds,
            delete_calls_per_object: per(delete_calls, self.n),
            made_by: made.by,
            deleted_by,
            throttled: Throttled::of(&self.calls, made.ready, deleted),
        };
        Ok((row, beside))
    }

    /// Makes the objects and waits until all are ready.
    async fn make(&mut self, watch: &Watch) -> anyhow::Result<Made> {
        self.say("makes the objects");
        let asked = self.objects.create((1..=self.n).map(|number| self.manifest.object(number)).collect()).await?;
        let quota = self.aws.quota(self.kind.creation()).await?;
        let within = self.kind.longest() * self.profile.durations() + turns(self.n, quota);
        self.until(watch, "ready", within, |seen| seen.ready.is_some()).await?;

        let seen = watch.all();
        let resources = resources_of(&seen, &self.aws.resources().await?, self.kind);
        if resources.len() < self.n {
            bail!(
                "only {} of {} objects have the id or the ARN of a {} in AWS anywhere in them",
                resources.len(),
                self.n,
                self.kind.in_aws()
            );
        }
        let ready = |name: &String| seen.get(name).and_then(|seen| seen.ready);
        let since = |(name, from): (&String, Timestamp)| Some(seconds(from, ready(name)?));
        let apply = Percentiles::of(asked.iter().filter_map(|(name, at)| since((name, *at))).collect());
        let aws = Percentiles::of(resources.iter().filter_map(|(name, (_, at))| since((name, *at))).collect());

        self.read_journal().await?;
        let last = seen.values().filter_map(|seen| seen.ready).max().context("nothing is ready any more")?;
        Ok(Made {
            apply_to_ready: apply.context("nothing is ready any more")?,
            aws_ready_to_ready: aws.context("nothing is ready any more")?,
            calls: self.calls.iter().filter(|call| call.time <= last).count(),
            by: Requests::of(self.calls.iter().filter(|call| call.time <= last), self.n),
            quota_used: quota_used(&self.calls, self.kind.creation(), quota),
            ready: last,
            ids: resources.into_iter().map(|(name, (id, _))| (name, id)).collect(),
        })
    }

    /// Leaves the objects alone.
    async fn rest(&mut self) -> anyhow::Result<Rest> {
        sleep(SETTLED).await;
        self.read_journal().await?;
        let before = self.calls.len();
        let mark = Mark::set(&self.common.place.audit_log())?;
        sleep(self.common.rest).await;
        self.operator.check_running()?;
        self.read_journal().await?;
        let calls: Vec<&Call> = self.calls.iter().skip(before).collect();
        let lists = calls.iter().filter(|call| call.operation.starts_with("List")).count();
        let seconds = self.common.rest.as_secs_f64();
        Ok(Rest {
            writes: mark.writes_since(&self.name)?,
            calls_per_minute: per_minute(calls.len(), seconds),
            lists_per_minute: per_minute(lists, seconds),
        })
    }

    /// Deletes one in a hundred resources in AWS, and waits until their objects have changed. None if that takes too
    /// long, of fewer than a hundred objects, and among others' resources: the more pages a list has, the longer it takes.
    async fn drift(&mut self, watch: &Watch, ids: &BTreeMap<String, String>) -> anyhow::Result<Option<Percentiles>> {
        let chosen: Vec<(&String, &String)> = ids.iter().take(self.n / 100).collect();
        if chosen.is_empty() || self.profile.foreign() > 0 {
            return Ok(None);
        }
        self.say("deletes one in a hundred in AWS");
        let at = Timestamp::now();
        for (_, id) in &chosen {
            self.aws.delete(self.kind, id).await?;
        }
        // A page of 50 each half minute is the slowest that is expected.
        let within = Duration::from_secs(30 * u64::try_from(self.n.div_ceil(50))?) + DRIFT;
        let changed = |seen: &Seen| seen.changed.is_some_and(|changed| changed > at);
        let name_of =
            |seen: &Seen| seen.object.pointer("/metadata/name").and_then(|name| name.as_str().map(str::to_owned));
        let concerned = |seen: &Seen| name_of(seen).is_some_and(|name| chosen.iter().any(|(one, _)| **one == name));
        let mut first: BTreeMap<String, Timestamp> = BTreeMap::new();
        let deadline = tokio::time::Instant::now() + within;
        while first.len() < chosen.len() {
            self.operator.check_running()?;
            for seen in watch.all().values().filter(|seen| changed(seen) && concerned(seen)) {
                if let (Some(name), Some(changed)) = (name_of(seen), seen.changed) {
                    first.entry(name).or_insert(changed);
                }
            }
            if tokio::time::Instant::now() > deadline {
                self.say(&format!("only {} of {} were seen in {} s", first.len(), chosen.len(), within.as_secs()));
                return Ok(None);
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(Percentiles::of(first.into_values().map(|changed| seconds(at, changed)).collect()))
    }

    /// Deletes all objects, and waits until they are gone. The requests to AWS meanwhile are counted.
    async fn delete(&mut self, watch: &Watch, names: Vec<String>) -> anyhow::Result<(Percentiles, Requests, usize)> {
        self.read_journal().await?;
        let before = self.calls.len();
        let at = Timestamp::now();
        self.objects.delete(names).await?;
        let quota = self.aws.quota(self.kind.creation()).await?;
        // An operator that makes anew what was deleted in AWS may have to wait for it first.
        let within = (20.0 + self.kind.longest()) * self.profile.durations() + turns(self.n, quota);
        self.until(watch, "gone", within, |seen| seen.gone.is_some()).await?;
        let gone = watch.all().values().filter_map(|seen| seen.gone).map(|gone| seconds(at, gone)).collect();
        self.read_journal().await?;
        let calls: Vec<&Call> = self.calls.iter().skip(before).collect();
        let count = calls.len();
        Ok((Percentiles::of(gone).context("nothing is gone")?, Requests::of(calls, self.n), count))
    }

    /// Starts the operator anew where an object waits, until it has written its status.
    async fn first_pass(&mut self, watch: &Watch) -> anyhow::Result<f64> {
        block_in_place(|| self.operator.stop());
        let object = self.manifest.object(self.n + 1);
        let made = self.objects.create(vec![object]).await?;
        let at = Timestamp::now();
        self.operator = spawn(&self.common, &self.group, &self.name, &self.kubeconfig, &self.aws.url)?;
        let waits = |seen: &Seen| {
            made.iter().any(|(name, _)| seen.object.pointer("/metadata/name").is_some_and(|found| found == name))
        };
        let (operator, aws) = (&mut self.operator, &mut self.aws);
        let check = || operator.check_running().and_then(|()| aws.check_running());
        let found = watch.until(1, PATIENCE, |seen| waits(seen) && seen.first_status.is_some(), check).await?;
        let first = watch.all().into_values().find(waits).and_then(|seen| seen.first_status);
        match first {
            Some(first) if found == 1 => Ok(rounded(seconds(at, first), 2)),
            _ => bail!("no status was written in {} s", PATIENCE.as_secs()),
        }
    }

    /// Waits until all objects are as wanted.
    async fn until(
        &mut self,
        watch: &Watch,
        what: &str,
        seconds: f64,
        wanted: impl Fn(&Seen) -> bool,
    ) -> anyhow::Result<()> {
        let within = Duration::try_from_secs_f64(seconds)? + PATIENCE;
        let (operator, aws) = (&mut self.operator, &mut self.aws);
        let check = || operator.check_running().and_then(|()| aws.check_running());
        let found = watch.until(self.n, within, &wanted, check).await?;
        if found < self.n {
            let example = watch.example(&wanted);
            bail!("only {found} of {} objects are {what} after {} s. {example}", self.n, within.as_secs());
        }
        Ok(())
    }

    async fn read_journal(&mut self) -> anyhow::Result<()> {
        let calls = self.aws.calls().await?;
        self.calls.extend(calls);
        Ok(())
    }

    fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(self.operator.pid())
    }

    fn say(&self, what: &str) {
        eprintln!("bench: {}, N={}, {}: {what}", self.kind.name(), self.n, self.profile.name());
    }
}

/// Seconds in which so many requests are let through, with what else is under way.
#[allow(clippy::cast_precision_loss, reason = "nobody has 2^52 objects")]
fn turns(n: usize, quota: f64) -> f64 {
    2.0 * n as f64 / quota
}

fn spawn(common: &Common, group: &Group, name: &str, kubeconfig: &Path, endpoint: &str) -> anyhow::Result<Process> {
    let surroundings = Surroundings { kubeconfig, endpoint, namespace: name };
    common.operator.start(group, &format!("{name}.operator"), &common.logs, &surroundings)
}
