//! The cluster as its users see it. Every test starts real processes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in a helper that is no test itself"
)]

mod access;
mod api_server;
mod ends;
mod process_group;
mod side_by_side;

use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use devcluster::{Cluster, Options};

fn start() -> Cluster {
    Cluster::start(Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs kubectl and gives its stdout. It has to succeed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "not after 30 s: {what}");
        sleep(Duration::from_millis(50));
    }
}
