//! The desired state: the spec with its references turned into variables, in an order that is always the same.

use agentcore_api::{agent_runtime::AgentRuntimeSpec, common::CommonSpec};
use agentcore_engine::{
    kind::{Blocked, Resolved},
    known::Reference,
};

use super::{env, normal};

/// A memory that the spec names by its object.
pub(super) fn memory(name: &str) -> Reference {
    Reference { kind: "AgentMemory", name: name.to_owned() }
}

/// A code interpreter that the spec names by its object.
pub(super) fn interpreter(name: &str) -> Reference {
    Reference { kind: "CodeInterpreter", name: name.to_owned() }
}

/// The objects that the spec names.
pub(super) fn references(spec: &AgentRuntimeSpec) -> Vec<Reference> {
    let memories = spec.memory_ref.iter().filter_map(|reference| reference.name.as_deref()).map(memory);
    let interpreters = spec.code_interpreter_refs.iter().filter_map(|reference| reference.name.as_deref());
    memories.chain(interpreters.map(interpreter)).collect()
}

/// The ids that the spec names.
pub(super) fn external_ids(spec: &AgentRuntimeSpec) -> Vec<&str> {
    let memories = spec.memory_ref.iter().filter_map(|reference| reference.id.as_deref());
    memories.chain(spec.code_interpreter_refs.iter().filter_map(|reference| reference.id.as_deref())).collect()
}

/// The desired state of a spec.
pub(super) fn settings(spec: &AgentRuntimeSpec, resolved: &Resolved) -> Result<AgentRuntimeSpec, Blocked> {
    let mut settings = AgentRuntimeSpec {
        common: CommonSpec::default(),
        runtime_name: None,
        memory_ref: None,
        code_interpreter_refs: Vec::new(),
        env: env::complete(spec, resolved)?,
        ..spec.clone()
    };
    normal::sort(&mut settings);
    normal::without_empty(&mut settings);
    Ok(settings)
}

/// What a create can carry. AWS takes `requireMMDSv2` in updates only; `false` is what a new runtime has, so it costs
/// no update of its own unless AWS shows otherwise.
pub(super) fn at_creation(settings: &AgentRuntimeSpec) -> AgentRuntimeSpec {
    AgentRuntimeSpec { require_mmds_v2: settings.require_mmds_v2.filter(|required| !required), ..settings.clone() }
}
