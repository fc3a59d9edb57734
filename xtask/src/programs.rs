//! Builds the programs that a command runs.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use serde_json::Value;

/// Where the programs are.
pub(crate) struct Programs {
    /// `agentcore-operator`
    pub(crate) operator: PathBuf,
    /// `agentcore-sim`
    pub(crate) simulator: PathBuf,
}

/// How the programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As in development: soon built.
    Dev,
    /// As they are released: optimised.
    Release,
}

/// Builds the operator and the simulator; cargo says where it put them, whatever its target directory is.
pub(crate) fn build(root: &Path, profile: Profile) -> anyhow::Result<Programs> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let selection: &[&str] = match profile {
        // The whole workspace: a selection would be built with other features, and everything below it once more.
        Profile::Dev => &["--workspace", "--bins"],
        // As it is released: with the features that these have, and no others.
        Profile::Release => &["--release", "--package", "agentcore-operator", "--package", "agentcore-sim", "--bins"],
    };
    let output = Command::new(cargo)
        .args(["build", "--locked", "--message-format=json-render-diagnostics"])
        .args(selection)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        bail!("`cargo build` failed: its messages are above");
    }
    let mut built = executables(&String::from_utf8_lossy(&output.stdout));
    let mut take = |name: &str| built.remove(name).with_context(|| format!("cargo did not say where {name} is"));
    Ok(Programs { operator: take("agentcore-operator")?, simulator: take("agentcore-sim")? })
}

/// The programs in cargo's messages, one JSON object to a line.
fn executables(messages: &str) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let name = message.pointer("/target/name").and_then(Value::as_str);
        let path = message.pointer("/executable").and_then(Value::as_str);
        if let (Some(name), Some(path)) = (name, path) {
            found.insert(name.to_owned(), PathBuf::from(path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::executables;

    #[test]
    fn cargo_says_where_programs_are() {
        let found = executables(
            r#"{"reason":"compiler-artifact","target":{"name":"serde"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"agentcore-sim"},"executable":"/t/debug/agentcore-sim"}
not JSON
{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [("agentcore-sim".to_owned(), PathBuf::from("/t/debug/agentcore-sim"))]
        );
    }
}
