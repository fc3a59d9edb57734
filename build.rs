//! Hands the commit to the compiler, for `--version`.

use std::process::Command;

const COMMIT: &str = "AGENTCORE_OPERATOR_COMMIT";

fn main() {
    println!("cargo::rerun-if-env-changed={COMMIT}");
    // Image builds have no .git and set the variable; a checkout asks git.
    let commit = std::env::var(COMMIT).ok().filter(|commit| !commit.is_empty()).or_else(head);
    println!("cargo::rustc-env={COMMIT}={}", commit.as_deref().unwrap_or("unknown"));
}

fn head() -> Option<String> {
    // The log of HEAD grows with each commit, checkout and reset.
    for file in ["HEAD", "logs/HEAD"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", file])?);
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
