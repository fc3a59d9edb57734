//! CreateMemory.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::settle::{End, Work, strategy_lag};
use super::{metadata, read, rules, shapes, strategy};
use crate::failure::Failure;
use crate::moment::later;
use crate::services::{Call, Reply};
use crate::settings::Mode;
use crate::store::{Change, Kind, Step};

/// CreateMemory.
pub(in super::super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let mut body = shapes::CREATE.accept(&call.params.body)?;
    let Some(Value::String(name)) = body.remove("name") else {
        return Err(Failure::field("name", "Member must not be null"));
    };
    metadata::check(&Value::Object(body.clone()))?;
    body.remove("tags");
    body.remove("clientToken");
    let given = match body.remove("memoryStrategies") {
        Some(Value::Array(given)) => given,
        _ => Vec::new(),
    };
    call.check_room(Kind::Memory, &name, true, call.settings.quotas.memories)?;
    let mut strategies = Vec::new();
    for one in &given {
        strategies.push(strategy::add(call, one)?);
    }
    rules::check_role(&strategies, body.get("memoryExecutionRoleArn"))?;
    rules::check_strategies(call, &strategies, "")?;
    rules::check_namespaces(&strategies, &body)?;
    rules::check_indexed_keys(rules::list(&body, "indexedKeys"))?;

    let duration = call.duration(Kind::Memory, Work::Create, !strategies.is_empty());
    let (end, steps) = settle(call, Work::Create, duration, &ids(&strategies));
    body.insert("strategies".to_owned(), Value::Array(strategies));
    let mut resource = call.blank(Kind::Memory, &name);
    resource.body = body;
    resource.begin(Work::Create, call.now, &end, steps);
    let reply = json!({ "memory": read::shown(&resource, &resource.status) });
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// The ids of strategies.
pub(super) fn ids(strategies: &[Value]) -> Vec<String> {
    strategies.iter().map(|strategy| rules::text(strategy, "strategyId").to_owned()).collect()
}

/// When the memory and its new strategies are ACTIVE: the strategies one after another, and the memory with the last
/// one, or before them where the switch says so.
pub(super) fn settle(
    call: &mut Call<'_>,
    work: Work,
    duration: SignedDuration,
    strategies: &[String],
) -> (End, Vec<Step>) {
    let first = call.settings.switches.memory_active_first && !strategies.is_empty();
    let whole = match call.settings.mode {
        Mode::Fast if first => strategy_lag(call),
        _ => duration,
    };
    let fraction = |part: usize| -> Timestamp {
        let parts = i32::try_from(strategies.len().max(1)).unwrap_or(i32::MAX);
        let part = i32::try_from(part).unwrap_or(i32::MAX);
        later(call.now, whole.saturating_mul(part) / parts)
    };
    let times: Vec<Timestamp> = (1..=strategies.len()).map(fraction).collect();
    let memory_at = match (first, call.settings.mode) {
        (true, Mode::Fast) => call.now,
        (true, Mode::Realistic) => later(call.now, whole / 4),
        (false, _) => later(call.now, whole),
    };
    let end = call.end(Kind::Memory, work, memory_at);
    let status = if end.good() { "ACTIVE" } else { "FAILED" };
    let steps = strategies
        .iter()
        .zip(times)
        .map(|(id, at)| Change::Strategy { id: id.clone(), status: status.to_owned() }.at(at));
    let steps = steps.collect();
    (end, steps)
}
