//! The table of AWS members (`crates/agentcore-api/aws-members.tsv`): no field that it does not know, no field that
//! does not exist.

use std::{collections::BTreeSet, fs};

use super::schema;
use crate::support::root;

/// A line: the AWS member if any, the fields, the reason.
fn table() -> Vec<(Option<String>, Vec<String>, String)> {
    let text = fs::read_to_string(root().join("crates/agentcore-api/aws-members.tsv")).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split('\t');
            let member = columns.next().filter(|member| *member != "-").map(str::to_owned);
            let fields = columns.next().unwrap_or_else(|| panic!("{line:?} has one column"));
            let fields = fields.split(' ').filter(|field| *field != "-").map(str::to_owned).collect();
            (member, fields, columns.next().unwrap_or_default().to_owned())
        })
        .collect()
}

/// The values that users can write: what has no parts of its own.
fn leaves() -> BTreeSet<String> {
    let mut leaves = BTreeSet::new();
    schema::walk(&mut |place, schema| {
        let parts = ["properties", "items", "additionalProperties"].iter().any(|parts| schema[*parts].is_object());
        if !parts && place.to_string().contains(".spec.") {
            leaves.insert(place.to_string());
        }
    });
    leaves
}

#[test]
fn every_field_has_a_line_and_every_line_a_field() {
    let named: BTreeSet<String> = table().into_iter().flat_map(|(_, fields, _)| fields).collect();
    let leaves = leaves();
    println!("{} lines, {} fields", table().len(), leaves.len());
    let without_line: Vec<_> = leaves.difference(&named).collect();
    let without_field: Vec<_> = named.difference(&leaves).collect();
    assert!(without_line.is_empty(), "fields without a line: {without_line:#?}");
    assert!(without_field.is_empty(), "lines without a field: {without_field:#?}");
}

#[test]
fn every_line_says_enough() {
    let mut members = BTreeSet::new();
    for (member, fields, reason) in table() {
        if let Some(member) = &member {
            assert!(members.insert(member.clone()), "{member} has two lines");
        }
        let explained = member.is_some() && !fields.is_empty();
        assert_eq!(explained, reason.is_empty(), "{member:?} {fields:?}: a reason belongs to what is on one side only");
        assert!(member.is_some() || !fields.is_empty(), "an empty line");
    }
}
