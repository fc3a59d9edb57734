//! `cargo xtask sweep`: the fault sweep beyond what the suite has time for, or one schedule of it.

use agentcore_proof::sweep::run::{Plan, only, sweep};
use anyhow::{Context, bail};

/// Which schedules are run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Every schedule with one trouble and with two, in every kind of AWS, rather than the suite's sample
    #[arg(long)]
    all: bool,

    /// Only stories whose line contains this, for example `AgentMemory/plain/update`
    #[arg(long, default_value = "")]
    filter: String,

    /// One schedule, by the line that a failure prints: shows all that happens in it
    #[arg(long, value_name = "LINE", conflicts_with_all = ["all", "filter"])]
    only: Option<String>,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(line) = arguments.only {
        let schedule = only(&line).with_context(|| format!("there is no schedule `{line}`"))?;
        println!("{}", schedule.told.join("\n"));
        if schedule.wrong.is_empty() {
            println!("\nnothing is wrong");
            return Ok(());
        }
        bail!("{}", schedule.wrong.join("\n"));
    }
    let plan = if arguments.all { Plan::all() } else { Plan::suite() };
    let report = sweep(&Plan { filter: arguments.filter, progress: true, ..plan });
    println!("{report}");
    if !report.failures.is_empty() {
        bail!("{} schedules went wrong", report.failures.len());
    }
    Ok(())
}
