//! What AWS's answer means, and what of it goes into the status.

use agentcore_api::{
    agent_memory::{AgentMemoryStatus, StrategyCounts, StrategyStatus},
    keys::annotation::ALLOW_DELETE_STRATEGIES,
    status::{PartRecord, Reason},
};
use agentcore_engine::kind::{Blocked, State, View};

use super::{MemoryKind, SeenStrategy};

/// What the memory's state means.
///
/// A failed strategy does not show here: whether it is ours is known only where the record is, in the plan.
pub(super) fn state(view: &View<MemoryKind>) -> State {
    match view.facts.state.as_str() {
        "CREATING" => State::Creating,
        "UPDATING" => State::Updating,
        "ACTIVE" if view.more.iter().any(SeenStrategy::in_transition) => State::Updating,
        "ACTIVE" => State::Good,
        // AWS has one word for a failed create and a failed update.
        "FAILED" => State::CreateFailed,
        "DELETING" => State::Deleting,
        _ => State::Unknown,
    }
}

/// Strategies of ours that failed, as the cause that keeps the object from being Ready.
pub(super) fn failed<'a>(strategies: impl IntoIterator<Item = &'a SeenStrategy>) -> Option<Blocked> {
    let advice = failed_children(strategies)?;
    let message = format!(
        "{advice}. AWS gives no reason for a strategy; where the memory failed with it, the event CreateFailed or \
         UpdateFailed has AWS's words"
    );
    Some(Blocked { reason: Reason::StrategyFailed, message })
}

/// Which strategies failed, and what is to be done about it. AWS has no way to try one again.
pub(super) fn failed_children<'a>(strategies: impl IntoIterator<Item = &'a SeenStrategy>) -> Option<String> {
    let mut names: Vec<&str> = strategies.into_iter().filter(|one| one.failed()).map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    let (noun, them) = match names.as_slice() {
        [] => return None,
        [_] => ("strategy", "it another name, which makes a new one"),
        _ => ("strategies", "them other names, which makes new ones"),
    };
    let names = names.join(",");
    Some(format!(
        "AWS failed to set up the {noun} {names}: check its model, and the execution role if there is one, then give \
         {them}. Where the memory is retained, the annotation {ALLOW_DELETE_STRATEGIES}: \"{names}\" consents to the \
         deletion of what failed"
    ))
}

/// The message of a Ready object.
pub(super) fn message(view: &View<MemoryKind>) -> String {
    match active(&view.more) {
        0 if view.more.is_empty() => "ACTIVE, short-term memory only".to_owned(),
        1 => "ACTIVE with 1 strategy".to_owned(),
        number => format!("ACTIVE with {number} strategies"),
    }
}

/// Fills in what the status of a memory has besides that of every kind.
pub(super) fn describe(view: Option<&View<MemoryKind>>, record: &PartRecord, status: &mut AgentMemoryStatus) {
    let Some(view) = view else {
        let announced = !record.children.is_empty();
        status.memory_type = announced.then(|| PROVISIONING.to_owned());
        status.strategy_counts = None;
        status.strategies = Vec::new();
        return;
    };
    status.memory_type = Some(memory_type(view, record));
    status.strategy_counts = Some(StrategyCounts { total: count(view.more.len()), active: active(&view.more) });
    status.strategies = view.more.iter().map(|seen| strategy(seen, record)).collect();
    status.strategies.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
}

const PROVISIONING: &str = "STM+LTM (provisioning...)";

fn memory_type(view: &View<MemoryKind>, record: &PartRecord) -> String {
    let state = view.facts.state.as_str();
    if state == "FAILED" {
        format!("Error ({state})")
    } else if view.more.is_empty() && (record.children.iter().all(|one| one.id.is_some()) || record.failure.is_some()) {
        // What had an id is gone, and what AWS refused is not on its way.
        "STM only".to_owned()
    } else if state == "CREATING" || view.more.iter().any(SeenStrategy::creating) {
        PROVISIONING.to_owned()
    } else {
        format!("STM+LTM ({} strategies)", active(&view.more))
    }
}

fn strategy(seen: &SeenStrategy, record: &PartRecord) -> StrategyStatus {
    StrategyStatus {
        name: seen.name.clone(),
        id: Some(seen.id.clone()),
        type_: Some(seen.type_.clone()),
        status: Some(seen.status.clone()),
        managed: seen.is_ours(&record.children),
    }
}

fn active(strategies: &[SeenStrategy]) -> i32 {
    count(strategies.iter().filter(|one| one.active()).count())
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
