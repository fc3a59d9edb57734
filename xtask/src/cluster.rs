//! `cargo xtask cluster`: a development cluster for as long as one needs it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use devcluster::{Cluster, Options};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How often it is looked whether a signal has come or a program has ended.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Starts a cluster, says how to use it, and stops it on Ctrl-C or SIGTERM.
pub(crate) fn run() -> Result<()> {
    let started = Instant::now();
    // A signal during the start ends this process at once, and the cluster's guard
    // process stops what has been started. So signals are handled from here on only.
    let mut cluster = Cluster::start(Options::default())?;
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("could not handle signals")?;

    let kubectl = cluster.tool("kubectl").context("the cluster has no kubectl")?;
    println!(
        "The cluster is ready after {:.1} s, at {}.\n\n  \
         export KUBECONFIG={}\n  {} get namespaces\n\n\
         Logs: {}\nAudit log: {}\n\n\
         It runs until you press Ctrl-C here, or `kill {}`. All its data is thrown away then.",
        started.elapsed().as_secs_f32(),
        cluster.server_url(),
        cluster.kubeconfig().display(),
        kubectl.display(),
        cluster.logs_dir().display(),
        cluster.audit_log().display(),
        std::process::id(),
    );

    while signals.pending().next().is_none() {
        cluster.check_running().context("the cluster is broken and is stopped")?;
        sleep(LOOK_EVERY);
    }
    println!("\nStopping the cluster ...");
    drop(cluster);
    println!("Stopped. Its processes and files are gone.");
    Ok(())
}
