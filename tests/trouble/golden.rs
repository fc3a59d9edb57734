//! Texts for whoever is woken at night: what `kubectl describe` and the log say. They are kept in
//! `tests/trouble/golden`; after a change that is meant, `UPDATE_GOLDEN=1 cargo test --test whole trouble` writes them
//! anew.

use std::{collections::BTreeSet, env, fs, process::Command};

use regex::Regex;
use serde_json::Value;

use crate::support::{cluster::ok, root, world::World};

/// Compares a text with the one that is kept.
pub fn golden(name: &str, actual: &str) {
    let path = root().join("tests/trouble/golden").join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(actual, expected, "tests/trouble/golden/{name}");
}

/// The conditions and the events of an object as `kubectl describe` shows them, and below the operator's complaints
/// since the log had this length.
pub fn picture(world: &World, kubectl: &mut Command, object: &Value, log_from: usize) -> String {
    let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
    let text = ok(kubectl.args(["describe", kind, name, "-n", &world.objects.namespace]));
    let shown = format!("# kubectl describe {kind} {name}\n{}{}", section(&text, "  Conditions:"), events(&text));
    normal(world, &shown) + "\n" + &complaints_with(world, log_from, &["a pass met an error", "AWS did not accept"])
}

/// The events, each once: of those of one second the order is any.
fn events(description: &str) -> String {
    let text = section(description, "Events:");
    let age = Regex::new(r"^(  (?:Normal|Warning) +\w+ +)\S+ (?:\(.*?\) )?").unwrap();
    let mut lines: Vec<_> = text.lines().skip(3).map(|line| age.replace(line, "${1}AGE  ").into_owned()).collect();
    lines.sort();
    lines.dedup();
    let head = text.lines().take(2).map(str::to_owned);
    head.chain(lines).map(|line| line + "\n").collect()
}

/// The warnings and errors in the operator's log since it had this length that have one of these words: what else it
/// met depends on the moment. Each once, without time and span, in any order.
pub fn complaints_with(world: &World, from: usize, words: &[&str]) -> String {
    let log = world.operator.log();
    let line = Regex::new(r"^\S+ +(WARN|ERROR) (?:.*\}: )?(agentcore_operator[^ ]*: .*)$").unwrap();
    let lines = log[from..].lines().filter_map(|text| line.captures(text));
    let lines = lines.map(|found| normal(world, &format!("{} {}", &found[1], &found[2])));
    let lines: BTreeSet<_> = lines.filter(|text| words.iter().any(|words| text.contains(words))).collect();
    format!("# the operator's log: warnings and errors\n{}\n", Vec::from_iter(lines).join("\n"))
}

/// A heading and what is indented below it.
fn section(text: &str, heading: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| !line.starts_with(heading));
    let Some(first) = lines.next() else { return format!("{heading} none\n") };
    let rest = lines.take_while(|line| depth(line) > depth(first));
    let lines: Vec<&str> = std::iter::once(first).chain(rest).map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// The text without what differs from run to run.
fn normal(world: &World, text: &str) -> String {
    let mut text = text.replace(&world.objects.namespace, "NAMESPACE");
    for (pattern, with) in [
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME"),
        (r"(127\.0\.0\.1|localhost):\d+", "$1:PORT"),
        (r"\b[A-Za-z0-9_]+_[0-9a-f]{10}-[A-Za-z0-9]{10}\b", "ID"),
        (r"\b[A-Za-z0-9_]+_[0-9a-f]{10}\b", "NAME"),
        (r"(\S)   +", "$1  "),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, with).into_owned();
    }
    text
}
