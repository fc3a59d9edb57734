//! `cargo xtask bench`: how fast the operator is, and what it costs.
//!
//! `plan` says what is measured, `round` measures it, `figures` and `table` say what came out. `aws`, `cluster` and
//! `operator` are what runs; `observe`, `writes` and `usage` look at it.

mod arguments;
mod aws;
mod cluster;
mod figures;
mod manifest;
mod observe;
mod operator;
mod plan;
mod round;
mod table;
mod usage;
mod writes;

use std::{fs, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep},
};

pub(crate) use self::arguments::Arguments;
use self::{
    arguments::Wanted,
    cluster::Place,
    figures::{Beside, Row},
    operator::Operator,
    plan::{Round, SMALL},
    round::Common,
};
use crate::programs::{self, Profile};

/// How many threads wait, look and count. The machine's CPUs are for what is measured.
const THREADS: usize = 2;

/// What a measurement came to, with its place in the plan.
type Outcome = (usize, anyhow::Result<(Row, Beside)>);

/// Measures, and prints the figures. The logs stay only if something fails.
pub(crate) fn run(root: &Path, arguments: Arguments) -> anyhow::Result<()> {
    let wanted = arguments.check()?;
    let folder =
        tempfile::Builder::new().prefix("agentcore-bench-").tempdir().context("cannot make a folder for logs")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    let result = runtime.block_on(story(root, wanted, folder.path()));
    runtime.shutdown_timeout(Duration::from_secs(30));
    if result.is_err() {
        eprintln!("All logs are kept in {}", folder.keep().display());
    }
    result
}

async fn story(root: &Path, wanted: Wanted, logs: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    say("cargo build --release: agentcore-operator, agentcore-sim");
    let programs = programs::build(root, Profile::Release)?;
    say("starts a development cluster: etcd, kube-apiserver, kube-controller-manager");
    let place = Place::start(logs).await?;
    // Until here a signal ends this process at once, and the cluster's guard process stops what has been started.
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("cannot handle signals")?;
    let common = Arc::new(Common {
        place,
        simulator: programs.simulator,
        operator: wanted.operator_command.map_or(Operator::Ours(programs.operator), Operator::Other),
        manifest: wanted.manifest,
        ready_condition: wanted.ready_condition,
        rest: wanted.rest,
        logs: logs.to_owned(),
    });
    let interrupted = async {
        while signals.pending().next().is_none() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    let outcomes = tokio::select! {
        outcomes = all(&common, wanted.rounds, wanted.side_by_side) => outcomes,
        () = interrupted => bail!("interrupted"),
    };
    let (figures, failures) = sorted(outcomes);
    if let Some(file) = &wanted.json {
        let rows: Vec<&Row> = figures.iter().map(|(row, _)| row).collect();
        let text = serde_json::to_string_pretty(&rows)?;
        fs::write(file, format!("{text}\n")).with_context(|| format!("cannot write {}", file.display()))?;
    }
    say(&format!("took {} s", started.elapsed().as_secs()));
    print!("{}", table::render(&figures));
    if !failures.is_empty() {
        bail!("{} of the measurements failed:\n{}", failures.len(), failures.join("\n"));
    }
    Ok(())
}

/// Measures all rounds, several at a time.
async fn all(common: &Arc<Common>, rounds: Vec<Round>, side_by_side: u32) -> Vec<Outcome> {
    let mut running = JoinSet::new();
    let places = Arc::new(Semaphore::new(usize::try_from(side_by_side).unwrap_or(1)));
    for (number, round) in rounds.into_iter().enumerate() {
        let needed = if round.n > SMALL { side_by_side } else { 1 };
        // Here, so that the places are given in the order of the plan.
        let place = Arc::clone(&places).acquire_many_owned(needed).await;
        let common = Arc::clone(common);
        running.spawn(async move {
            let _place = place;
            say(&round.to_string());
            together(&common, &round).await.into_iter().map(|outcome| (number, outcome)).collect::<Vec<_>>()
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// Measures the kinds of a round at the same time.
async fn together(common: &Arc<Common>, round: &Round) -> Vec<anyhow::Result<(Row, Beside)>> {
    let mut running = JoinSet::new();
    for kind in &round.kinds {
        let (common, kind, n, profile) = (Arc::clone(common), *kind, round.n, round.profile);
        running.spawn(async move {
            let measured = round::measure(common, kind, n, profile).await;
            measured.with_context(|| format!("{}, N={n}, {}", kind.name(), profile.name()))
        });
    }
    running.join_all().await
}

/// The figures in the order of the plan, and what failed.
fn sorted(mut outcomes: Vec<Outcome>) -> (Vec<(Row, Beside)>, Vec<String>) {
    outcomes.sort_by_key(|(number, outcome)| (*number, outcome.as_ref().map_or("", |(row, _)| row.kind)));
    let mut figures = Vec::new();
    let mut failures = Vec::new();
    for (_, outcome) in outcomes {
        match outcome {
            Ok(found) => figures.push(found),
            Err(error) => failures.push(format!("- {error:#}")),
        }
    }
    (figures, failures)
}

fn say(what: &str) {
    eprintln!("bench: {what}");
}
