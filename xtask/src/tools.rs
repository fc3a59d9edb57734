//! `cargo xtask tools`: the programs of the development cluster.

use anyhow::Result;
use devcluster::tools;

/// Finds every tool, builds what is missing, and prints where each program is.
pub(crate) fn run() -> Result<()> {
    for tool in tools::ALL {
        for program in tools::locate(tool)? {
            println!("{:<24} {}", program.name, program.path.display());
        }
    }
    Ok(())
}
