//! What a developer of agentcore-operator runs, each as `cargo xtask <command>`.

mod bench;
mod check_model;
mod cluster;
mod crds;
mod demo;
mod environment;
mod processes;
mod programs;
mod sweep;
mod test;
mod tools;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The developer's commands of agentcore-operator.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check everything that must hold before a change is merged
    ///
    /// Formatting, generated files, lints with warnings denied, and all tests, those on
    /// a real API server included. CI runs just this.
    Test,

    /// Show the operator at work, on this machine alone
    ///
    /// Builds the operator and a simulator of AWS, starts them and a development cluster, applies
    /// examples/quickstart and shows how a memory, a code interpreter and an agent runtime become Ready. Stays until
    /// Ctrl-C, which deletes the objects in view of you and stops everything. It takes no AWS account and reaches
    /// none, and what it starts listens on 127.0.0.1 only.
    Demo(demo::Arguments),

    /// Measure how fast the operator is and what it costs, on this machine alone
    ///
    /// Builds the operator and a simulator of AWS as they are released, starts a development cluster, and for each kind,
    /// number of objects and profile: makes the objects, leaves them alone, deletes one in a hundred in AWS behind the
    /// operator's back, and deletes all objects. Each kind has an operator and a simulator of its own. A full run takes
    /// about half an hour; for a part of a minute or two: --kind CodeInterpreter --n 10 --rest 20.
    /// docs/performance.md says what the figures mean. Progress goes to stderr, the table to stdout.
    Bench(bench::Arguments),

    /// Run the pass against a simulated AWS with something going wrong at each step
    ///
    /// `cargo xtask test` runs a sample; this runs more of it, or one schedule, and says how far it is.
    /// crates/agentcore-proof/README.md tells how to read a failure.
    Sweep(sweep::Arguments),

    /// Explore what two replicas, users and AWS can do in every order, in small worlds
    ///
    /// `cargo xtask test` explores the scopes of the suite whole; this adds those that take longer, and says how
    /// far it is. A failure prints the shortest way to it.
    CheckModel(check_model::Arguments),

    /// Write crds/*.yaml and the chart's copies anew from the types
    Crds {
        /// Write nothing; fail if a file is stale
        #[arg(long)]
        check: bool,
    },

    /// Build the programs of the development cluster and print where they are
    ///
    /// They are etcd, kube-apiserver, kube-controller-manager and kubectl, and helm
    /// for the tests of the chart. If KUBEBUILDER_ASSETS is set, they have to be in
    /// that folder, helm excepted. Otherwise they are in ${XDG_CACHE_HOME:-$HOME/.cache}/agentcore-operator/tools, where they are
    /// built from the Go modules that tools/*/go.mod pins. That takes Go and, the
    /// first time, about eight minutes. The tests against AWS's own service models take a
    /// Python environment beside it, with the packages that tools/python/requirements.txt
    /// pins: some ten seconds, a Python 3 and a package index.
    Tools,

    /// Run a development cluster until Ctrl-C
    ///
    /// It is a real Kubernetes control plane on loopback ports, with RBAC and without
    /// nodes: Deployments get their Pods, but no Pod runs. Its data is thrown away
    /// when it ends. Several can run side by side.
    Cluster,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Task::CheckModel(arguments) => check_model::run(&arguments),
        Task::Test => test::run(&root()),
        Task::Bench(arguments) => bench::run(&root(), arguments),
        Task::Sweep(arguments) => sweep::run(arguments),
        Task::Demo(arguments) => demo::run(&root(), arguments),
        Task::Crds { check } => crds::run(&root(), check),
        Task::Tools => tools::run(),
        Task::Cluster => cluster::run(),
    }
}

/// The root of the checkout that this was built from.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
