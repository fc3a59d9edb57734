//! The Kubernetes operator for Amazon Bedrock AgentCore.

mod cli;

use clap::Parser;
use tikv_jemallocator::Jemalloc;

/// Gives memory back soon: see `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> anyhow::Result<()> {
    cli::Cli::parse().run()
}
