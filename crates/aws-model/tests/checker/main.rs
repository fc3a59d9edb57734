//! The checker finds each sort of violation, on small models of a service that does not exist.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in a helper")]

mod query;
mod rest;

use aws_model::{Model, Rule, Violation};

/// The rules that are broken, each once, in order.
fn rules(found: &[Violation]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = found.iter().map(|violation| violation.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// Fails unless just this rule is broken; nothing must be if there is none.
fn broken(what: &str, found: &[Violation], expected: Option<Rule>) {
    assert_eq!(rules(found), expected.into_iter().collect::<Vec<_>>(), "{what}: {found:#?}");
}

#[test]
fn a_model_that_refers_to_nothing_is_refused() {
    let text = r#"{"metadata": {"apiVersion": "1", "endpointPrefix": "x", "protocol": "json"}, "operations": {},
        "shapes": {"A": {"type": "list", "member": {"shape": "B"}}}}"#;
    let message = Model::parse("x", text).unwrap_err().to_string();
    assert!(message.contains("no shape B"), "{message}");
    assert!(Model::parse("x", "{}").is_err());
}
