//! The worlds in which a guarantee ends: in each, what is wrong there, and that it is not where the world is a little better.

use agentcore_engine::rules::Rules;
use agentcore_operator::kinds::{agent_memory::MemoryKind, agent_runtime::RuntimeKind};
use agentcore_proof::sweep::{
    run::hit_first,
    trouble::{Operation, Trouble},
};

fn runtime(switches: &[&str], trouble: Trouble) -> Vec<String> {
    hit_first::<RuntimeKind>(&Rules::production(), switches, "create", Operation::Create, trouble)
}

fn memory(switches: &[&str], trouble: Trouble) -> Vec<String> {
    hit_first::<MemoryKind>(&Rules::production(), switches, "create", Operation::Create, trouble)
}

const NOTHING: [&str; 0] = [];

#[test]
fn tokens_are_not_honoured_and_names_are_not_unique() {
    assert_ne!(runtime(&["tokenLifetimeSeconds=0", "runtimeNames=free"], Trouble::Lost), NOTHING);
    assert_eq!(runtime(&["tokenLifetimeSeconds=0"], Trouble::Lost), NOTHING);
    assert_eq!(runtime(&["runtimeNames=free"], Trouble::Lost), NOTHING);
}

#[test]
fn a_request_lands_long_after_it_was_sent() {
    // The repetition has created the resource: only the token keeps the late request from creating another.
    assert_ne!(runtime(&["runtimeNames=free", "tokenLifetimeSeconds=120"], Trouble::Late(400)), NOTHING);
    assert_eq!(runtime(&["runtimeNames=free", "tokenLifetimeSeconds=120"], Trouble::Late(85)), NOTHING);
    assert_ne!(runtime(&["runtimeNames=free", "tokenLifetimeSeconds=60"], Trouble::Late(85)), NOTHING);
    assert_eq!(runtime(&["tokenLifetimeSeconds=60"], Trouble::Late(85)), NOTHING);
}

#[test]
fn lists_lag_by_more_than_two_minutes() {
    assert_ne!(runtime(&["runtimeNames=free", "listLagMs=600000"], Trouble::CrashAfter(150)), NOTHING);
    assert_eq!(runtime(&["runtimeNames=free", "listLagMs=60000"], Trouble::CrashAfter(150)), NOTHING);
}

#[test]
fn clocks_differ_where_the_tags_of_memories_cannot_be_read() {
    assert_ne!(memory(&["memoryTags=refused", "clockSkewMs=-10000"], Trouble::CrashAfter(150)), NOTHING);
    assert_eq!(memory(&["memoryTags=refused", "clockSkewMs=-4000"], Trouble::CrashAfter(150)), NOTHING);
}
