//! The table of AWS members in crates/agentcore-api (`aws-members.tsv`) against the model: every input member of the
//! create and update calls of our kinds is in it, and nothing that the model lacks.

use std::collections::BTreeSet;

use aws_model::Model;
use aws_model::model::Kind;

const TABLE: &str = include_str!("../../agentcore-api/aws-members.tsv");

/// The calls whose parameters users write. AWS has no update of a code interpreter, and its endpoints are not ours.
const OPERATIONS: [&str; 5] =
    ["CreateAgentRuntime", "UpdateAgentRuntime", "CreateMemory", "UpdateMemory", "CreateCodeInterpreter"];

/// The first column: shape and member.
fn table() -> BTreeSet<String> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split('\t').next()).filter(|member| *member != "-").map(str::to_owned).collect()
}

/// The members below a shape that are values, or lists or maps of values, as `Shape.member`.
fn leaves(model: &Model, name: &str, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    if !seen.insert(name.to_owned()) {
        return;
    }
    for (member, reference) in &model.shape(name).members {
        // Through lists and maps, of which the table has the whole.
        let mut of = reference;
        while let Some(inner) = model.shape(&of.shape).member.as_ref().or(model.shape(&of.shape).value.as_ref()) {
            of = inner;
        }
        let shape = model.shape(&of.shape);
        if shape.kind == Kind::Structure && !shape.members.is_empty() {
            leaves(model, &of.shape, seen, found);
        } else {
            found.insert(format!("{name}.{member}"));
        }
    }
}

#[test]
fn every_member_of_the_inputs_has_a_line_and_every_line_a_member() {
    let model = Model::load("bedrock-agentcore-control").unwrap();
    let (mut seen, mut all) = (BTreeSet::new(), BTreeSet::new());
    for operation in OPERATIONS {
        leaves(model, &model.operations[operation].input.as_ref().unwrap().shape, &mut seen, &mut all);
    }
    let table = table();
    println!("{} lines, {} members", table.len(), all.len());
    let missing: Vec<_> = all.difference(&table).collect();
    let beyond: Vec<_> = table.difference(&all).collect();
    assert!(beyond.is_empty(), "lines without a member in the model: {beyond:#?}");
    assert!(missing.is_empty(), "members without a line: {missing:#?}");
}
