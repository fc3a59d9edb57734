//! The operator's binary, from the outside.

use std::{fs, process::Command};

use crate::support::{cluster::ok, root};

fn operator() -> Command {
    Command::new(env!("CARGO_BIN_EXE_agentcore-operator"))
}

#[test]
fn crds_prints_what_is_checked_in() {
    let printed = ok(operator().arg("crds"));
    let mut names: Vec<_> = fs::read_dir(root().join("crds")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let checked_in: Vec<String> = names.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!(printed, checked_in.join("---\n"), "run `cargo xtask crds`");
}

#[test]
fn version_names_the_commit() {
    let version = ok(operator().arg("--version"));
    let pattern = regex::Regex::new(r"^agentcore-operator \d+\.\d+\.\d+ \(([0-9a-f]{12}|unknown)\)\n$").unwrap();
    assert!(pattern.is_match(&version), "{version}");
    let head = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).current_dir(root()).output();
    if let Ok(head) = head.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        && head.len() == 12
        && std::env::var_os("AGENTCORE_OPERATOR_COMMIT").is_none()
    {
        assert!(version.contains(&head), "{version} was not built from {head}");
    }
}

#[test]
fn help_is_shown_to_whoever_asks_nothing() {
    let output = operator().output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(text.contains("Usage: agentcore-operator <COMMAND>") && text.contains("crds"), "{text}");
}
