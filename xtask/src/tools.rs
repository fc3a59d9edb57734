//! `cargo xtask tools`: the programs of the development cluster, and the Python environment of the tests.

use anyhow::Result;
use aws_model::python;
use devcluster::tools;

/// Finds every tool, builds what is missing, and prints where each program is.
pub(crate) fn run() -> Result<()> {
    for tool in tools::ALL {
        for program in tools::locate(tool)? {
            println!("{:<24} {}", program.name, program.path.display());
        }
    }
    println!("{:<24} {}", "python", python::locate()?.display());
    Ok(())
}
