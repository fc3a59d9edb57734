//! The binary `agentcore-sim`: the simulator on a port of 127.0.0.1 until it is told to stop.

use std::fmt::Write as _;
use std::process::ExitCode;

use agentcore_sim::server::{Options, Server};
use agentcore_sim::settings::{Mode, SWITCHES, Settings};
use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

/// Amazon Bedrock AgentCore on a loopback port, for development and tests without an AWS account.
#[derive(Debug, Parser)]
#[command(name = "agentcore-sim", version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 4500)]
    port: u16,
    /// How long things take.
    #[arg(long, value_enum, default_value_t = ModeName::Fast)]
    mode: ModeName,
    /// By what the durations of the realistic mode are divided.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Where the generator of ids and durations starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Set a switch; repeatable. The switches are listed below.
    #[arg(long = "set", value_name = "SWITCH=VALUE")]
    switches: Vec<String>,
}

/// The modes by their names on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModeName {
    /// Every change is complete by the next request.
    Fast,
    /// Changes take as long as in AWS.
    Realistic,
}

/// The list of switches, for the end of the help text.
fn switches() -> String {
    let mut text = String::from("Switches:");
    for switch in SWITCHES {
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n  {}={}\n      {} (values: {}; default because: {})",
            switch.name, switch.default, switch.meaning, switch.values, switch.reason
        );
    }
    text
}

#[tokio::main]
async fn main() -> ExitCode {
    let matches = Arguments::command().after_help(switches()).get_matches();
    let result = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => run(arguments).await,
        Err(error) => error.exit(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agentcore-sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until it is told to stop.
async fn run(arguments: Arguments) -> Result<()> {
    let mode = match arguments.mode {
        ModeName::Fast => Mode::Fast,
        ModeName::Realistic => Mode::Realistic,
    };
    let mut settings = Settings { mode, speed: arguments.speed, seed: arguments.seed, ..Settings::default() };
    for assignment in &arguments.switches {
        settings.set(assignment).with_context(|| format!("--set {assignment}"))?;
    }
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for SIGTERM")?;
    let server = Server::start(Options { port: arguments.port, settings, observer: None }).await?;
    let url = server.url();
    println!("agentcore-sim: listening on {url}");
    println!(
        "  export AWS_ENDPOINT_URL={url} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=AKIASIM AWS_SECRET_ACCESS_KEY=any"
    );
    println!("  curl {url}/_sim/");
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("could not listen for Ctrl-C")?,
        _ = terminate.recv() => {}
    }
    server.stop().await;
    Ok(())
}
