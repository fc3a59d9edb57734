//! What holds of every status: the rules of Flux's status checker, and our own. The tests and proofs hold each status
//! that is written against it.

use agentcore_api::status::{CommonStatus, ConditionType};

/// Which of the rules a status of an object of this generation breaks.
pub fn broken_rules(status: &CommonStatus, generation: i64) -> Vec<&'static str> {
    let value = |type_| status.condition(type_).map(|condition| condition.status.as_str());
    let ready = value(ConditionType::Ready);
    let (reconciling, stalled) = (value(ConditionType::Reconciling), value(ConditionType::Stalled));
    let root = status.observed_generation;
    let lags = status.conditions.iter().any(|condition| condition.observed_generation != root);
    let mut types: Vec<_> = status.conditions.iter().map(|condition| &condition.type_).collect();
    types.dedup();
    [
        (ready == Some("True") && (reconciling.is_some() || stalled.is_some()), "FAIL0001"),
        (ready.is_none(), "FAIL0002"),
        (stalled.is_some() && ready != Some("False"), "FAIL0003"),
        (reconciling.is_some() && stalled.is_some(), "FAIL0005"),
        (root.is_none_or(|root| root > generation), "FAIL0006"),
        (ready == Some("True") && (root != Some(generation) || lags), "FAIL0007-9"),
        (ready == Some("Unknown") && reconciling.is_none(), "FAIL0011"),
        (reconciling.or(stalled).is_some_and(|value| value != "True"), "WARN0003/4"),
        (status.conditions.iter().any(|condition| condition.observed_generation.is_none()), "WARN0005"),
        (status.conditions.iter().any(|condition| condition.message.is_empty()), "a message for each"),
        (types.len() != status.conditions.len(), "each type once"),
    ]
    .into_iter()
    .filter_map(|(broken, rule)| broken.then_some(rule))
    .collect()
}
