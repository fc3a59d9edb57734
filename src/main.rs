//! The Kubernetes operator for Amazon Bedrock AgentCore.

mod cli;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    cli::Cli::parse().run()
}
