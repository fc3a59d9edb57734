//! The desired state: the preset written out, and only what is the resource's own.

use agentcore_api::{
    agent_memory::{AgentMemorySpec, Strategy, StrategyPreset, StrategyType},
    common::CommonSpec,
};

use super::normal;

/// The strategies of the preset `Standard`. Frozen: a change would change users' memories.
const STANDARD: [(&str, StrategyType, &str); 3] = [
    ("UserPreferences", StrategyType::UserPreference, "/users/{actorId}/preferences/"),
    ("SemanticFacts", StrategyType::Semantic, "/users/{actorId}/facts/"),
    ("SessionSummaries", StrategyType::Summarization, "/summaries/{actorId}/{sessionId}/"),
];

/// The desired state of a spec. Two specs that mean the same give the same.
pub(super) fn settings(spec: &AgentMemorySpec) -> AgentMemorySpec {
    let mut settings = spec.clone();
    settings.common = CommonSpec::default();
    settings.memory_name = None;
    match settings.strategy_preset.take() {
        Some(StrategyPreset::Standard) => settings.strategies.extend(STANDARD.into_iter().map(standard)),
        None => {}
    }
    normal::spec(&mut settings);
    settings
}

fn standard((name, type_, namespace): (&str, StrategyType, &str)) -> Strategy {
    Strategy {
        name: name.to_owned(),
        type_,
        description: None,
        namespace_templates: vec![namespace.to_owned()],
        record_schema: None,
        record_expiry_days: None,
        extraction: None,
        consolidation: None,
        reflection: None,
        self_managed: None,
    }
}
