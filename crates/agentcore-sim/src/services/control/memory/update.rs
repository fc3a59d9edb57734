//! UpdateMemory: the strategies by what is added, modified and deleted, the rest by its new values.

use serde_json::{Map, Value, json};

use super::super::lookup::check_updatable;
use super::super::settle::Work;
use super::{create, metadata, modify, read, rules, shapes, strategy};
use crate::failure::{Failure, Reason};
use crate::services::{Call, Reply};
use crate::settings::OmittedMember;
use crate::store::{Change, Kind, Resource};

/// Members that an update sets as a whole.
const PLAIN: &[&str] = &["description", "memoryExecutionRoleArn", "streamDeliveryResources"];

/// UpdateMemory.
pub(in super::super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::Memory)?;
    let given = shapes::UPDATE.accept(&call.params.body)?;
    let switches = &call.settings.switches;
    let (after_failure, omitted) = (switches.update_after_failed_create, switches.omitted_memory_member);
    let mut resource = call.existing(&arn)?.clone();
    check_strategies_at_rest(&resource)?;
    check_updatable(&resource, after_failure)?;

    metadata::check(&Value::Object(given.clone()))?;
    if given.contains_key("memoryStrategies") {
        rules::check_unmanaged(&resource)?;
    }

    let changes = given.get("memoryStrategies").cloned().unwrap_or_else(|| json!({}));
    set_members(&mut resource.body, &given, omitted)?;
    let mut strategies = rules::strategies_of(&resource.body).to_vec();
    let deleted = delete(&mut strategies, list(&changes, "deleteMemoryStrategies"))?;
    for one in list(&changes, "modifyMemoryStrategies") {
        modify::modify(&mut strategies, one, call.now)?;
    }
    let mut added = Vec::new();
    for one in list(&changes, "addMemoryStrategies") {
        added.push(strategy::add(call, one)?);
    }
    rules::check_role(&added, given.get("memoryExecutionRoleArn"))?;
    strategies.extend(added.iter().cloned());
    rules::check_strategies(call, &strategies, &arn)?;
    let staying: Vec<Value> =
        strategies.iter().filter(|one| rules::text(one, "status") != "DELETING").cloned().collect();
    rules::check_namespaces(&staying, &resource.body)?;

    let duration = call.duration(Kind::Memory, Work::Update, !added.is_empty());
    let (end, mut steps) = create::settle(call, Work::Update, duration, &create::ids(&added));
    steps.extend(deleted.into_iter().map(|id| Change::StrategyGone { id }.at(end.at)));
    resource.body.insert("strategies".to_owned(), Value::Array(strategies));
    resource.begin(Work::Update, call.now, &end, steps);
    let reply = json!({ "memory": read::shown(&resource, &resource.status) });
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// While strategies change, the service refuses with a validation, not with a conflict.
fn check_strategies_at_rest(resource: &Resource) -> Result<(), Failure> {
    let moving = |one: &Value| ["CREATING", "DELETING"].contains(&rules::text(one, "status"));
    let updatable = resource.status == "UPDATING" || !resource.in_transition();
    if updatable && rules::strategies_of(&resource.body).iter().any(moving) {
        return Err(Failure::validation(
            Reason::ResourceConflict,
            "Cannot update memory while strategies are being modified",
        ));
    }
    Ok(())
}

/// Sets what is not a strategy.
fn set_members(
    body: &mut Map<String, Value>,
    given: &Map<String, Value>,
    omitted: OmittedMember,
) -> Result<(), Failure> {
    for name in PLAIN {
        match given.get(*name) {
            Some(value) => {
                body.insert((*name).to_owned(), value.clone());
            }
            None if omitted == OmittedMember::Reset => {
                body.remove(*name);
            }
            None => {}
        }
    }
    // These two have no value to go back to: the first is required, and the second is replaced only if it is there.
    for name in ["eventExpiryDuration", "namespaceKeys"] {
        if let Some(value) = given.get(name) {
            body.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(Value::Array(more)) = given.get("addIndexedKeys") {
        let mut keys = rules::list(body, "indexedKeys").to_vec();
        keys.extend(more.iter().cloned());
        rules::check_indexed_keys(&keys)?;
        body.insert("indexedKeys".to_owned(), Value::Array(keys));
    }
    Ok(())
}

/// Marks strategies as being deleted, and returns their ids.
fn delete(strategies: &mut [Value], given: &[Value]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::new();
    for one in given {
        let id = rules::text(one, "memoryStrategyId");
        let found = strategies.iter_mut().find(|strategy| rules::text(strategy, "strategyId") == id);
        let Some(strategy) = found.and_then(Value::as_object_mut) else {
            return Err(Failure::validation(
                Reason::FieldValidationFailed,
                format!("Cannot delete non-existent memory strategies: {id}"),
            ));
        };
        strategy.insert("status".to_owned(), Value::from("DELETING"));
        ids.push(id.to_owned());
    }
    Ok(ids)
}

fn list<'a>(changes: &'a Value, name: &str) -> &'a [Value] {
    changes.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
