//! `cargo xtask test`: everything that must hold before a change is merged.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, bail};

/// Runs all checks in the order in which they fail fastest, and ends with the number of tests.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    step("formatting");
    cargo(root, &["fmt", "--all", "--check"]).context("run `cargo fmt --all`")?;

    step("generated files");
    crate::crds::run(root, true)?;

    step("lints");
    cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;

    // Before the tests, so that their first use of the cluster is not an eight-minute silence.
    step("tools of the development cluster");
    crate::tools::run()?;

    step("tests");
    let tests = tests(root)?;
    eprintln!("\nall of it took {} s", started.elapsed().as_secs());
    println!("{} passed, {} failed, {} skipped", tests.passed, tests.failed, tests.ignored);
    if tests.failed > 0 || !tests.succeeded {
        bail!("tests failed");
    }
    Ok(())
}

fn step(what: &str) {
    eprintln!("\n=== {what}");
}

fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let status = command(root, arguments).status().context("cannot run cargo")?;
    if !status.success() {
        bail!("`cargo {}` failed", arguments.join(" "));
    }
    Ok(())
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root);
    command
}

/// What cargo's test summaries add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tests {
    passed: u32,
    failed: u32,
    ignored: u32,
    succeeded: bool,
}

/// Runs all tests, shows what they print as they print it, and adds up their summaries.
fn tests(root: &Path) -> anyhow::Result<Tests> {
    let mut command = command(root, &["test", "--workspace", "--locked", "--no-fail-fast"]);
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        // The whole-system tests wait more than they compute: two at a time would take three times as long.
        command.env("RUST_TEST_THREADS", "8");
    }
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot run cargo")?;
    let mut tests = Tests::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.context("cannot read what cargo prints")?;
            println!("{line}");
            tests.add(&line);
        }
    }
    tests.succeeded = child.wait()?.success();
    Ok(tests)
}

impl Tests {
    /// Adds a line such as `test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; ...`.
    fn add(&mut self, line: &str) {
        let Some(summary) = line.strip_prefix("test result: ") else { return };
        let words: Vec<&str> = summary.split_whitespace().collect();
        for pair in words.windows(2) {
            let [number, what] = pair else { continue };
            let Ok(number) = number.parse::<u32>() else { continue };
            match *what {
                "passed;" => self.passed += number,
                "failed;" => self.failed += number,
                "ignored;" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tests;

    #[test]
    fn summaries_add_up() {
        let mut tests = Tests::default();
        tests.add("running 3 tests");
        tests.add("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        tests.add("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.5s");
        assert_eq!(tests, Tests { passed: 7, failed: 3, ignored: 1, succeeded: false });
    }
}
