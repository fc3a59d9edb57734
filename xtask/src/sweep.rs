//! `cargo xtask sweep`: the fault sweep beyond what the suite has time for, or one schedule of it.

use agentcore_proof::sweep::run::{Plan, condensed, only, sweep};
use anyhow::{Context, bail};

/// Which schedules are run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Every schedule with one trouble and with two, in every kind of AWS, rather than the suite's sample
    #[arg(long)]
    all: bool,

    /// Run one in this many schedules with one trouble, in AWS as it is by default; 0: none
    #[arg(long, value_name = "N")]
    plain: Option<usize>,

    /// The same, where AWS is switched otherwise
    #[arg(long, value_name = "N")]
    switched: Option<usize>,

    /// The same of the schedules with two troubles
    #[arg(long, value_name = "N")]
    pairs: Option<usize>,

    /// Only stories whose line contains this, for example `AgentMemory/plain/update`
    #[arg(long, default_value = "")]
    filter: String,

    /// One schedule, by the line that a failure prints: shows all that happens in it
    #[arg(long, value_name = "LINE", conflicts_with_all = ["all", "plain", "switched", "pairs", "filter"])]
    only: Option<String>,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(line) = arguments.only {
        let schedule = only(&line).with_context(|| format!("there is no schedule `{line}`"))?;
        println!("{}", condensed(&schedule.told).join("\n"));
        if schedule.wrong.is_empty() {
            println!("\nnothing is wrong");
            return Ok(());
        }
        bail!("{}", schedule.wrong.join("\n"));
    }
    let plan = if arguments.all { Plan::all() } else { Plan::suite() };
    let report = sweep(&Plan {
        plain: arguments.plain.unwrap_or(plan.plain),
        switched: arguments.switched.unwrap_or(plan.switched),
        pairs: arguments.pairs.unwrap_or(plan.pairs),
        filter: arguments.filter,
        progress: true,
    });
    println!("{report}");
    if !report.failures.is_empty() {
        bail!("{} schedules went wrong", report.failures.len());
    }
    Ok(())
}
