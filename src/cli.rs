//! The command line.

use std::io::{self, Write};

use agentcore_operator::{crds, version::VERSION};
use clap::{Parser, Subcommand};

/// The Kubernetes operator for Amazon Bedrock AgentCore.
#[derive(Debug, Parser)]
#[command(version = VERSION, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the CustomResourceDefinitions as YAML, for `kubectl apply --server-side -f -`.
    Crds,
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Crds => print_crds(),
        }
    }
}

fn print_crds() -> anyhow::Result<()> {
    let documents: Vec<String> = crds::render()?.into_iter().map(|crd| crd.yaml).collect();
    match io::stdout().lock().write_all(documents.join("---\n").as_bytes()) {
        // `agentcore-operator crds | head` is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
