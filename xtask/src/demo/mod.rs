//! `cargo xtask demo`: the operator at work.

mod arguments;
mod ask;
mod objects;
mod place;
mod real_aws;
mod screen;
mod stage;
mod table;

use std::{fs, path::Path};

use anyhow::{Context, bail};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

pub(crate) use self::arguments::Arguments;
use self::{
    arguments::Wanted,
    objects::Object,
    place::Place,
    real_aws::Target,
    screen::Screen,
    stage::{Seen, Stage},
    table::Row,
};
use crate::programs::{self, Profile};

/// Runs the demo. The logs stay only if it fails.
pub(crate) fn run(root: &Path, arguments: Arguments) -> anyhow::Result<()> {
    let wanted = arguments.check()?;
    let folder =
        tempfile::Builder::new().prefix("agentcore-demo-").tempdir().context("cannot make a folder for logs")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(story(root, &wanted, folder.path()));
    if result.is_err() && has_logs(folder.path()) {
        eprintln!("All logs are kept in {}", folder.keep().display());
    }
    result
}

/// The demo from its beginning to its end.
async fn story(root: &Path, wanted: &Wanted, logs: &Path) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let mut contents = objects::read(&root.join("examples/quickstart"))?;
    let target = match &wanted.agent {
        Some(agent) => {
            objects::set_agent(&mut contents, agent);
            let target = real_aws::look(agent).await?;
            screen.say(&target.plan(&contents))?;
            Some(target)
        }
        None => None,
    };
    let users = match &wanted.context {
        Some(context) => Some(users_cluster(context, logs, &mut screen).await?),
        None => None,
    };
    if target.is_some() || users.is_some() {
        ask::confirm("Go on?", wanted.yes)?;
    }

    screen.step("cargo build: agentcore-operator, agentcore-sim")?;
    let programs = programs::build(root, Profile::Dev)?;
    let place = if let Some(place) = users {
        place
    } else {
        screen.step("starting a development cluster: etcd, kube-apiserver, kube-controller-manager")?;
        Place::start(logs).await?
    };
    // Until here a signal ends this process at once, and the cluster's guard process stops what has been started.
    let signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("cannot handle signals")?;

    screen.step("installing the CustomResourceDefinitions")?;
    place.install(&place.missing_kinds().await?).await?;
    place.make_namespace().await?;
    let objects = contents
        .into_iter()
        .map(|content| Object::new(&place.client, place.namespace, content))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut stage = Stage::build(&programs, place, objects, target.as_ref(), logs, signals, screen)?;

    let result = play(&mut stage, wanted).await;
    if let (Err(_), Some(target)) = (&result, &target) {
        say_what_is_left(stage.screen.shown(), target);
    }
    let mut screen = stage.stop()?;
    if result.is_ok() {
        screen.step("stopped: the processes are gone")?;
    }
    result
}

/// The user's cluster, once the user has been told what will be done to it.
async fn users_cluster(context: &str, logs: &Path, screen: &mut Screen) -> anyhow::Result<Place> {
    let place = Place::of_user(context, logs).await?;
    let missing = place.missing_kinds().await?;
    screen.say(&format!("This uses the cluster of your kubeconfig's context {context}. It will"))?;
    for kind in &missing {
        let name = kind.metadata.name.as_deref().unwrap_or_default();
        screen.say(&format!("  install the CustomResourceDefinition {name}, which stays"))?;
    }
    if missing.is_empty() {
        screen.say("  use the CustomResourceDefinitions that are there")?;
    }
    let namespace = place.namespace;
    screen.say(&format!(
        "  put examples/quickstart into the namespace {namespace}, which no other agentcore-operator may watch\n  \
         run the operator on this machine, for this namespace only"
    ))?;
    Ok(place)
}

/// Applies the objects, shows how they become Ready, and, when told to stop, how they go.
async fn play(stage: &mut Stage, wanted: &Wanted) -> anyhow::Result<()> {
    stage.screen.step("applying examples/quickstart")?;
    stage.apply().await?;
    let seen = stage.watch(|rows| rows.iter().all(Row::is_ready), Some(wanted.timeout)).await?;
    if !matches!(seen, Seen::Interrupted) {
        stage.screen.conclude()?;
    }
    let late = format!("not all objects are Ready after {} s", wanted.timeout.as_secs());
    match seen {
        Seen::Done if wanted.once => {
            stage.screen.step("all objects are Ready")?;
            if let Some(context) = &wanted.context {
                let namespace = stage.place.namespace;
                stage.screen.say(&format!(
                    "They stay in the namespace {namespace}, and the operator that looks after them stops. To remove \
                     them, run the same without --once, and press Ctrl-C. The context was {context}."
                ))?;
            }
            return Ok(());
        }
        Seen::TimedOut if wanted.once => bail!("{late}\n{}", stage.reasons(|row| !row.is_ready())),
        Seen::Interrupted if wanted.once => bail!("interrupted before all objects were Ready"),
        Seen::Interrupted => {}
        Seen::Done | Seen::TimedOut => {
            if let Seen::TimedOut = seen {
                stage.screen.say(&format!("{late}\n{}", stage.reasons(|row| !row.is_ready())))?;
            }
            stage.screen.say(&stage.hints())?;
            stage.watch(|_| false, None).await?;
        }
    }

    stage.screen.step("deleting the objects; Ctrl-C again stops at once")?;
    stage.delete().await?;
    match stage.watch(|rows| rows.iter().all(|row| row.gone), Some(wanted.timeout)).await? {
        Seen::Done => {
            stage.screen.conclude()?;
            stage.place.remove_namespace().await
        }
        Seen::Interrupted => bail!("interrupted before all objects were gone"),
        Seen::TimedOut => {
            bail!("not all objects are gone after {} s\n{}", wanted.timeout.as_secs(), stage.reasons(|row| !row.gone))
        }
    }
}

/// After a failure with real AWS: what may go on to cost.
fn say_what_is_left(rows: &[Row], target: &Target) {
    let left: Vec<&str> = rows.iter().filter(|row| !row.gone).filter_map(|row| row.arn.as_deref()).collect();
    eprintln!("In AWS, region {}, there may still be what was created: {}", target.region, left.join(", "));
    eprintln!(
        "`aws bedrock-agentcore-control` has list- and delete- commands for memories, runtimes and interpreters."
    );
}

fn has_logs(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|file| file.path().extension().is_some_and(|e| e == "log"))
}
