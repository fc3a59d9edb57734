//! `cargo xtask check-model`: the model checker beyond what the suite has time for.

use agentcore_engine::rules::Rules;
use agentcore_proof::model::{self, explore};
use anyhow::bail;

/// What is explored.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many states of each scope at most
    #[arg(long, default_value_t = 1_000_000, value_name = "STATES")]
    most: usize,

    /// Only scopes whose name contains this, for example `two replicas`
    #[arg(long, default_value = "")]
    filter: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut wrong = 0;
    let scopes = [model::suite(), model::nearest(), model::larger()].concat();
    for scope in scopes.iter().filter(|scope| scope.name.contains(&arguments.filter)) {
        let mut tell = |states: usize, open: usize| eprintln!("{}: {states} states, {open} to go on from", scope.name);
        let found = explore(scope, &Rules::production(), arguments.most, &mut tell);
        let all = if found.gave_up { "the nearest" } else { "all" };
        println!("{}: {all} {} states, {} of them ends, {} s", scope.name, found.states, found.ends, found.seconds);
        if let Some((what, way)) = found.wrong {
            wrong += 1;
            println!("WRONG: {what}\n{}", way.join("\n"));
        }
    }
    if wrong > 0 {
        bail!("{wrong} scopes have states that must not be");
    }
    Ok(())
}
