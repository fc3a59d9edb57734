//! `cargo xtask check-model`: the model checker beyond what the suite has time for.

use std::sync::atomic::{AtomicUsize, Ordering};

use agentcore_engine::rules::Rules;
use agentcore_proof::model::{self, Scope, explore_all};
use anyhow::bail;

/// What is explored.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many states of each scope at most
    #[arg(long, default_value_t = 10_000_000, value_name = "STATES")]
    most: usize,

    /// Only scopes whose name contains this, for example `two replicas`
    #[arg(long, default_value = "")]
    filter: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scopes: Vec<Scope> = [model::suite(), model::several(), model::larger()]
        .concat()
        .into_iter()
        .filter(|scope| scope.name.contains(&arguments.filter))
        .collect();
    let wrong = AtomicUsize::new(0);
    explore_all(&scopes, &Rules::production(), arguments.most, &|scope, found| {
        let all = if found.gave_up { "the nearest" } else { "all" };
        println!("{}: {all} {} states, {} of them ends, {:.1} s", scope.name, found.states, found.ends, found.seconds);
        if let Some((what, way)) = found.wrong {
            wrong.fetch_add(1, Ordering::Relaxed);
            println!("WRONG: {what}\n{}", way.join("\n"));
        }
    });
    let wrong = wrong.into_inner();
    if wrong > 0 {
        bail!("{wrong} scopes have states that must not be");
    }
    Ok(())
}
