//! What AWS still shows although the spec has it no longer.

use agentcore_api::agent_memory::{AgentMemorySpec, Reflection, Strategy, StrategyType};
use agentcore_engine::kind::{LeftOver, View};

use super::MemoryKind;

/// What an accepted update has not taken away.
pub(super) fn left_over(desired: &AgentMemorySpec, view: &View<MemoryKind>) -> Vec<LeftOver> {
    let mut found: Vec<LeftOver> = removed_from(desired, &view.settings)
        .into_iter()
        .map(|field| LeftOver { field: field.to_owned(), grave: field == EXECUTION_ROLE })
        .collect();
    for strategy in &desired.strategies {
        let shown = view.more.iter().find(|seen| seen.name == strategy.name && !seen.deleting());
        if let Some(shown) = shown.and_then(|seen| seen.strategy.as_ref()) {
            let fields = of_strategy(strategy, shown).into_iter();
            found.extend(
                fields.map(|field| LeftOver { field: format!("strategies[{}].{field}", strategy.name), grave: false }),
            );
        }
    }
    found
}

const EXECUTION_ROLE: &str = "executionRole";

/// Top-level members that AWS shows and the desired state lacks. It never fills them in by itself.
pub(super) fn removed_from(desired: &AgentMemorySpec, shown: &AgentMemorySpec) -> Vec<&'static str> {
    let mut found = Vec::new();
    if desired.description.is_none() && shown.description.is_some() {
        found.push("description");
    }
    if desired.execution_role.is_none() && shown.execution_role.is_some() {
        found.push(EXECUTION_ROLE);
    }
    if desired.namespace_keys.is_empty() && !shown.namespace_keys.is_empty() {
        found.push("namespaceKeys");
    }
    if desired.stream_delivery.is_none() && shown.stream_delivery.is_some() {
        found.push("streamDelivery");
    }
    found
}

fn of_strategy(desired: &Strategy, shown: &Strategy) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut check = |field, left| {
        if left {
            found.push(field);
        }
    };
    check("description", desired.description.is_none() && shown.description.is_some());
    check(
        "namespaceTemplates",
        desired.namespace_templates.is_empty() && shown.namespace_templates.iter().any(|one| is_chosen(one)),
    );
    check("recordExpiryDays", desired.record_expiry_days.is_none() && shown.record_expiry_days.is_some());
    check("recordSchema", desired.record_schema.is_none() && shown.record_schema.is_some());
    check("extraction", desired.extraction.is_none() && shown.extraction.is_some());
    check("consolidation", desired.consolidation.is_none() && shown.consolidation.is_some());
    check("reflection", desired.reflection.is_none() && reflects(shown));
    found
}

/// Whether somebody chose this namespace. AWS's own choice is one for each strategy, so it names the strategy.
pub(super) fn is_chosen(template: &str) -> bool {
    !template.contains("{memoryStrategyId}")
}

/// Whether a strategy reflects in a way that somebody chose.
pub(super) fn reflects(strategy: &Strategy) -> bool {
    let Some(reflection) = &strategy.reflection else { return false };
    let Reflection { model_id, append_to_prompt, namespace_templates, record_schema } = reflection;
    let chosen = record_schema.is_some()
        || namespace_templates.iter().any(|one| is_chosen(one) && !strategy.namespace_templates.contains(one));
    match strategy.type_ {
        StrategyType::Episodic => chosen,
        // An override is not there without its model.
        _ => model_id.is_some() || append_to_prompt.is_some(),
    }
}
