//! The agent's variables: the user's, and those that tell it what it may use.

use std::collections::BTreeMap;

use agentcore_api::{
    agent_runtime::{AgentRuntimeSpec, EnvVar},
    secret::SecretText,
    status::Reason,
};
use agentcore_engine::kind::{Blocked, Resolved};

use super::desired;

/// How many variables AWS takes.
const MOST: usize = 50;

/// The user's variables and the injected ones, by name. The user's win.
pub(super) fn complete(spec: &AgentRuntimeSpec, resolved: &Resolved) -> Result<Vec<EnvVar>, Blocked> {
    let mut all: BTreeMap<String, SecretText> =
        spec.env.iter().map(|variable| (variable.name.clone(), variable.value.clone())).collect();
    let given = all.len();
    for (name, value) in injected(spec, resolved) {
        all.entry(name).or_insert_with(|| value.into());
    }
    if all.len() > MOST {
        return Err(too_many(given, all.len() - given));
    }
    Ok(all.into_iter().map(|(name, value)| EnvVar { name, value }).collect())
}

fn too_many(given: usize, injected: usize) -> Blocked {
    Blocked {
        reason: Reason::TooManyVariables,
        message: format!(
            "spec.env gives {given} environment variables and {injected} are injected, but AWS takes {MOST}: remove at \
             least {} from spec.env, or references that the agent does not need",
            (given + injected).saturating_sub(MOST)
        ),
    }
}

/// The variables that the region and the references inject.
fn injected(spec: &AgentRuntimeSpec, resolved: &Resolved) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            found.push((name.to_owned(), value));
        }
    };
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        add(name, Some(resolved.region.clone()));
    }
    let (id, name) = memory(spec, resolved);
    add("BEDROCK_AGENTCORE_MEMORY_ID", id);
    add("BEDROCK_AGENTCORE_MEMORY_NAME", name);
    let references = &spec.code_interpreter_refs;
    for reference in references {
        let referent = reference.name.as_deref().and_then(|name| resolved.references.get(&desired::interpreter(name)));
        let id = reference.id.clone().or_else(|| referent.and_then(|referent| referent.id.clone()));
        let alias = reference.alias.to_ascii_uppercase().replace('-', "_");
        add(&format!("BEDROCK_AGENTCORE_CODE_INTERPRETER_{alias}_ID"), id.clone());
        if reference.alias == "default" || references.len() == 1 {
            add("BEDROCK_AGENTCORE_CODE_INTERPRETER_ID", id);
        }
    }
    found
}

/// The memory's id and name, as far as they are known.
fn memory(spec: &AgentRuntimeSpec, resolved: &Resolved) -> (Option<String>, Option<String>) {
    let Some(reference) = &spec.memory_ref else { return (None, None) };
    if let Some(id) = &reference.id {
        // A memory's id is its name, a hyphen and ten characters.
        return (Some(id.clone()), id.rsplit_once('-').map(|(name, _)| name.to_owned()));
    }
    let referent = reference.name.as_deref().and_then(|name| resolved.references.get(&desired::memory(name)));
    referent.map(|referent| (referent.id.clone(), referent.name.clone())).unwrap_or_default()
}
