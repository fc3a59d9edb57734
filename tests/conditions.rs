//! The documentation of conditions names each condition and each reason once.

use std::fs;

use agentcore_api::status::{ConditionType, Reason};

use crate::support::root;

/// The first cells of the table under a title.
fn rows(text: &str, title: &str) -> Vec<String> {
    let section = text.split("\n## ").find(|section| section.starts_with(title)).unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let cells = table.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1));
    cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn each_condition_and_each_reason_is_documented_once() {
    let text = fs::read_to_string(root().join("docs/conditions.md")).unwrap();
    let mut conditions = rows(&text, "The conditions");
    let mut reasons = rows(&text, "The reasons");
    conditions.sort();
    reasons.sort();
    let mut expected: Vec<_> = ConditionType::ALL.iter().map(|type_| type_.as_str().to_owned()).collect();
    expected.sort();
    assert_eq!(conditions, expected);
    let mut expected: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
    expected.sort();
    assert_eq!(reasons, expected);
}
