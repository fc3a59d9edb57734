//! What came of a sweep, for those who read it.

use std::{collections::BTreeMap, fmt};

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub schedules: usize,
    pub requests: usize,
    pub answers: usize,
    pub turns: u64,
    /// What went wrong, the shortest lines first.
    pub failures: Vec<Failure>,
    /// The first of them, shortened.
    pub example: Option<Failure>,
}

/// A schedule that went wrong.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line that repeats it.
    pub line: String,
    pub wrong: Vec<String>,
    /// What happened in it.
    pub told: Vec<String>,
}

/// Of how many causes examples are shown.
const CAUSES: usize = 40;

impl Failure {
    /// What failures of one cause have in common, as far as one can tell: the troubles and the first words of what is
    /// wrong.
    pub fn cause(&self) -> (String, String) {
        let troubles = self.line.rsplit('/').next().unwrap_or_default().split(',');
        let names: Vec<_> = troubles.filter_map(|trouble| trouble.split_once(':')).map(|(_, name)| name).collect();
        (names.join(","), self.kind_of_wrong())
    }

    /// What is wrong without what is told of the single case.
    pub fn kind_of_wrong(&self) -> String {
        let wrong = self.wrong.first().map(String::as_str).unwrap_or_default();
        let words = wrong.split([':', '[', '{']).next().unwrap_or_default();
        words.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schedules, requests, answers, turns, failures, example } = self;
        write!(
            f,
            "{schedules} schedules, {} of them went wrong; {turns} turns of AWS calls, of them {requests} distinct \
             requests and {answers} distinct answers, each computed once by the SDK",
            failures.len()
        )?;
        let mut causes: BTreeMap<_, Vec<&Failure>> = BTreeMap::new();
        for failure in failures {
            causes.entry(failure.cause()).or_default().push(failure);
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, alike)| std::cmp::Reverse(alike.len()));
        for ((troubles, wrong), alike) in causes.iter().take(CAUSES) {
            write!(f, "\n\n{} times, with {troubles}: {wrong}", alike.len())?;
            if let Some(first) = alike.first() {
                write!(f, "\ncargo xtask sweep --only '{}'\n    {}", first.line, first.wrong.join("\n    "))?;
            }
        }
        if causes.len() > CAUSES {
            write!(f, "\n\nand {} more causes", causes.len() - CAUSES)?;
        }
        if let Some(Failure { line, wrong, told }) = example {
            let (wrong, told) = (wrong.join("\n"), condensed(told).join("\n"));
            write!(f, "\n\nthe first one shortened: cargo xtask sweep --only '{line}'\n{told}\n{wrong}")?;
        }
        Ok(())
    }
}

/// How long the time and the number of the step are, before what happened.
const PREFIX: usize = 16;

/// What happened, without passes that are as the one before: of those it only says how many there were.
pub fn condensed(told: &[String]) -> Vec<String> {
    let said = |line: &String| line.get(PREFIX..).unwrap_or(line).to_owned();
    let mut shown: Vec<String> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    let mut alike = 0;
    // A pass ends where it rests.
    for pass in told.split_inclusive(|line| line.contains("rests: ")) {
        let words: Vec<_> = pass.iter().map(said).collect();
        if words == before {
            alike += 1;
            continue;
        }
        if alike > 0 {
            shown.push(format!("{:PREFIX$}the same, {alike} times more", ""));
            alike = 0;
        }
        shown.extend_from_slice(pass);
        before = words;
    }
    if alike > 0 {
        shown.push(format!("{:PREFIX$}the same, {alike} times more", ""));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_that_are_alike_are_shown_once() {
        let line = |time: u32, what: &str| format!("{:>10.3} {time:>4} {what}", f64::from(time));
        let poll = |time| [line(time, "Get -> 200"), line(time, "rests: After(1s)")];
        let other = [line(9, "Get -> 404"), line(9, "rests: Now")];
        let told: Vec<_> = (1..=4).flat_map(poll).chain(other.clone()).chain(poll(10)).collect();
        let shown = condensed(&told);
        let more = format!("{:PREFIX$}the same, 3 times more", "");
        let expected: Vec<_> = poll(1).into_iter().chain([more]).chain(other).chain(poll(10)).collect();
        assert_eq!(shown, expected);
    }
}
