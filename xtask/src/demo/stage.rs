//! Everything that runs during the demo, and the look at it.

use std::{env, path::Path, process::Command, time::Duration};

use anyhow::Context;
use signal_hook::iterator::Signals;
use tokio::time::{Instant, sleep};

use super::{objects::Object, place::Place, real_aws::Target, screen::Screen, table::Row};
use crate::{
    environment::Environment,
    processes::{Group, Process},
    programs::Programs,
};

/// How often the objects are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long the API server may fail to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the simulator may take to listen.
const SIMULATOR_WITHIN: Duration = Duration::from_secs(20);

/// By what the durations of AWS are divided: a memory takes eight seconds, so that one can watch.
const SPEED: &str = "20";

/// What runs, and the screen. When it is dropped, it ends in the order of its fields.
pub(crate) struct Stage {
    operator: Process,
    simulator: Option<Simulator>,
    _group: Group,
    objects: Vec<Object>,
    /// The cluster.
    pub(crate) place: Place,
    signals: Signals,
    /// What the user sees.
    pub(crate) screen: Screen,
}

struct Simulator {
    process: Process,
    url: String,
}

/// Why a look at the objects ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen {
    /// It is as it was to become.
    Done,
    /// The user has pressed Ctrl-C.
    Interrupted,
    /// It has taken too long.
    TimedOut,
}

impl Stage {
    /// Starts the simulator, unless AWS is real, and the operator.
    pub(crate) fn build(
        programs: &Programs,
        place: Place,
        objects: Vec<Object>,
        target: Option<&Target>,
        logs: &Path,
        signals: Signals,
        mut screen: Screen,
    ) -> anyhow::Result<Self> {
        let group = Group::start()?;
        let environment = Environment::of_user(env::vars_os(), place.kubeconfig.clone());
        let (simulator, environment) = if let Some(target) = target {
            (None, environment.real(&target.region))
        } else {
            let simulator = Simulator::start(programs, &group, logs)?;
            screen.step(&simulator.process.to_string())?;
            let environment = environment.simulated(&simulator.url);
            (Some(simulator), environment)
        };
        let mut command = Command::new(&programs.operator);
        command.args(["run", "--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0"]);
        if let Some(namespace) = place.only_namespace() {
            command.arg(format!("--watch-namespaces={namespace}"));
        }
        if let Some(target) = target {
            command.arg(format!("--allowed-role-arns={}", target.role_arn));
        }
        command.env_clear().envs(place.adapt(environment));
        let operator = group.spawn("agentcore-operator", command, logs)?;
        screen.step(&operator.to_string())?;
        Ok(Self { operator, simulator, _group: group, objects, place, signals, screen })
    }

    /// Writes the objects into the cluster.
    pub(crate) async fn apply(&self) -> anyhow::Result<()> {
        for object in &self.objects {
            object.apply().await?;
        }
        Ok(())
    }

    /// Asks for the deletion of all objects.
    pub(crate) async fn delete(&self) -> anyhow::Result<()> {
        for object in &self.objects {
            object.delete().await?;
        }
        Ok(())
    }

    /// Shows the objects until they are as wanted, the user stops it, or time is up.
    pub(crate) async fn watch(
        &mut self,
        done: impl Fn(&[Row]) -> bool,
        timeout: Option<Duration>,
    ) -> anyhow::Result<Seen> {
        let started = Instant::now();
        let mut answered = started;
        loop {
            if self.signals.pending().next().is_some() {
                return Ok(Seen::Interrupted);
            }
            self.check_running()?;
            match self.look().await {
                Ok(rows) => {
                    answered = Instant::now();
                    self.screen.show(&rows)?;
                    if done(&rows) {
                        return Ok(Seen::Done);
                    }
                }
                Err(error) if answered.elapsed() > PATIENCE => return Err(error).context("cannot read the objects"),
                Err(_) => {}
            }
            if timeout.is_some_and(|timeout| started.elapsed() > timeout) {
                return Ok(Seen::TimedOut);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Why these objects are as they are, and how the operator's log ends.
    pub(crate) fn reasons(&self, which: impl Fn(&Row) -> bool) -> String {
        let mut lines = Vec::new();
        for row in self.screen.shown().iter().filter(|row| which(row)) {
            lines.push(row.object.clone());
            if row.conditions.is_empty() {
                lines.push(format!("  {}", row.message));
            }
            lines.extend(row.conditions.iter().map(|condition| format!("  {condition}")));
        }
        format!("{}\nThe operator: {}", lines.join("\n"), self.operator.log_tail())
    }

    /// How to look around in another terminal.
    pub(crate) fn hints(&self) -> String {
        let mut commands = self.place.commands();
        if let Some(simulator) = &self.simulator {
            commands.push(format!("curl {}/_sim/inventory   # what there is in the simulated AWS", simulator.url));
            commands.push(format!("curl {}/_sim/journal     # what was asked of it", simulator.url));
        }
        commands.push(format!("tail -f {}", self.operator.log().display()));
        format!(
            "Look around, in another terminal:\n\n  {}\n\n\
             It stays until you press Ctrl-C here, or `kill {}`: then the objects are deleted and everything stops.",
            commands.join("\n  "),
            std::process::id()
        )
    }

    /// Ends what runs, and leaves the screen.
    pub(crate) fn stop(self) -> anyhow::Result<Screen> {
        let Self { operator, simulator, _group: group, place, mut screen, .. } = self;
        screen.step("stopping what was started")?;
        drop(operator);
        drop(simulator);
        drop(group);
        drop(place);
        Ok(screen)
    }

    fn check_running(&mut self) -> anyhow::Result<()> {
        self.operator.check_running()?;
        if let Some(simulator) = &mut self.simulator {
            simulator.process.check_running()?;
        }
        self.place.check_running()
    }

    async fn look(&self) -> Result<Vec<Row>, kube::Error> {
        let mut rows = Vec::new();
        for object in &self.objects {
            rows.push(object.look().await?);
        }
        Ok(rows)
    }
}

impl Simulator {
    fn start(programs: &Programs, group: &Group, logs: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(&programs.simulator);
        command.args(["--port=0", "--mode=realistic", "--speed", SPEED]);
        let mut process = group.spawn("agentcore-sim", command, logs)?;
        let url = process.printed("agentcore-sim: listening on ", SIMULATOR_WITHIN)?;
        Ok(Self { process, url })
    }
}
