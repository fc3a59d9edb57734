//! The operator that is measured: ours, or another.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    environment::Environment,
    processes::{Group, Process},
};

/// How an operator is started.
#[derive(Clone, Debug)]
pub(crate) enum Operator {
    /// Ours, this program.
    Ours(PathBuf),
    /// Another, by this command.
    Other(String),
}

/// Where an operator finds what it needs.
pub(crate) struct Surroundings<'a> {
    /// By which it reaches the cluster.
    pub(crate) kubeconfig: &'a Path,
    /// Where AWS is.
    pub(crate) endpoint: &'a str,
    /// Where its objects are.
    pub(crate) namespace: &'a str,
}

impl Operator {
    /// Starts it. What it prints goes into a log called `name`.
    pub(crate) fn start(
        &self,
        group: &Group,
        name: &str,
        logs: &Path,
        surroundings: &Surroundings<'_>,
    ) -> anyhow::Result<Process> {
        let mut command = match self {
            Self::Ours(program) => {
                let mut command = Command::new(program);
                command.args(["run", "--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0"]);
                command.args(["--aws-quota-share=0.95", "--watch-namespaces", surroundings.namespace]);
                command
            }
            Self::Other(line) => {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", &format!("exec {line}")]);
                command
            }
        };
        let kubeconfig = surroundings.kubeconfig.as_os_str().to_owned();
        let environment = Environment::of_user(env::vars_os(), kubeconfig);
        command.env_clear().envs(environment.simulated(surroundings.endpoint).without_proxies());
        command.env("BENCH_NAMESPACE", surroundings.namespace);
        group.spawn(name, command, logs)
    }
}
