//! GetMemory, ListMemories, DeleteMemory.

use serde_json::{Map, Value, json};

use super::super::lookup::check_at_rest;
use super::super::page::cut;
use super::{rules, shapes};
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::{Call, Reply};
use crate::store::{Kind, Resource};

/// GetMemory. Both views show everything: nothing is encrypted here.
pub(in super::super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::Memory)?;
    if let Some(view) = call.params.query("view")
        && !["full", "without_decryption"].contains(&view)
    {
        return Err(Failure::field("view", "view must be full or without_decryption"));
    }
    let now = call.now;
    let resource = call.seen(&arn)?;
    Ok(Reply::Json(json!({ "memory": shown(resource, resource.shown(now)) })))
}

/// ListMemories: without names.
pub(in super::super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    shapes::LIST.accept(&call.params.body)?;
    let cursor = call.cursor_in_body(i64::from(call.settings.switches.memory_page))?;
    let page = cut(&cursor, call.list(Kind::Memory), |found| found.arn.clone());
    let items: Vec<Value> = page
        .items
        .iter()
        .map(|found| {
            json!({
                "arn": found.arn,
                "id": found.id,
                "status": call.listed_status(found),
                "createdAt": epoch(found.created_at),
                "updatedAt": epoch(found.updated_at),
                "managedByResourceArn": found.body.get("managedByResourceArn"),
            })
        })
        .collect();
    Ok(Reply::Json(json!({ "memories": items, "nextToken": page.next })))
}

/// DeleteMemory.
pub(in super::super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::Memory)?;
    let resource = call.existing(&arn)?;
    rules::check_unmanaged(resource)?;
    check_at_rest(resource)?;
    let step = call.deletion(Kind::Memory);
    let now = call.now;
    let resource = call.existing(&arn)?;
    resource.begin_deletion(now, step);
    Ok(Reply::Json(json!({ "memoryId": resource.id, "status": resource.status })))
}

/// A memory as all its answers have it.
pub(super) fn shown(resource: &Resource, status: &str) -> Map<String, Value> {
    let mut answer = resource.body.clone();
    let own = json!({
        "arn": resource.arn,
        "id": resource.id,
        "name": resource.name,
        "status": status,
        "createdAt": epoch(resource.created_at),
        "updatedAt": epoch(resource.updated_at),
    });
    answer.extend(own.as_object().cloned().unwrap_or_default());
    if let Some(reason) = &resource.failure_reason {
        answer.insert("failureReason".to_owned(), Value::from(reason.as_str()));
    }
    answer
}
