//! ListMemoryRecords, RetrieveMemoryRecords, GetMemoryRecord, DeleteMemoryRecord.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::metadata::{conditions, holds};
use super::{Record, shapes};
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::control::cut;
use crate::services::data::memory::{Memory, PAGE, active};
use crate::services::{Call, Reply};

/// How many records a search finds if it does not say.
const TOP: usize = 10;

/// ListMemoryRecords, by id.
pub(in super::super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let body = shapes::LIST.accept(&call.params.body)?;
    let cursor = call.cursor_in_body_by(PAGE.0, PAGE.1)?;
    let found = matching(call, &memory, &body, &body, "metadataFilters")?;
    let page = cut(&cursor, found.into_iter(), |(id, _)| (*id).clone());
    let items: Vec<Value> = page.items.iter().map(|(id, record)| record.shown(id)).collect();
    Ok(Reply::Json(json!({ "memoryRecordSummaries": items, "nextToken": page.next })))
}

/// RetrieveMemoryRecords: the records with the most words of the query, best first. Those with none are not found.
pub(in super::super) fn retrieve(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let body = shapes::RETRIEVE.accept(&call.params.body)?;
    let cursor = call.cursor_in_body_by(PAGE.0, PAGE.1)?;
    let nothing = Map::new();
    let criteria = body.get("searchCriteria").and_then(Value::as_object).unwrap_or(&nothing);
    let query = words(criteria.get("searchQuery").and_then(Value::as_str).unwrap_or_default());
    let top = criteria.get("topK").and_then(Value::as_u64).and_then(|top| usize::try_from(top).ok()).unwrap_or(TOP);
    let found = matching(call, &memory, &body, criteria, "searchCriteria.metadataFilters")?;
    let hits = |record: &Record| words(record.text()).intersection(&query).count();
    let mut ranked: Vec<_> = found.into_iter().map(|(id, record)| (hits(record), id, record)).collect();
    ranked.retain(|(hits, ..)| *hits > 0);
    ranked.sort_by_key(|(hits, id, _)| (usize::MAX - hits, *id));
    ranked.truncate(top);
    let page = cut(&cursor, ranked.into_iter(), |(hits, id, _)| format!("{:020} {id}", usize::MAX - hits));
    let items: Vec<Value> = page
        .items
        .iter()
        .map(|(hits, id, record)| {
            let mut item = record.shown(id);
            if let Some(item) = item.as_object_mut() {
                item.insert("score".to_owned(), Value::from(share(*hits, query.len())));
            }
            item
        })
        .collect();
    Ok(Reply::Json(json!({ "memoryRecordSummaries": items, "nextToken": page.next })))
}

/// GetMemoryRecord.
pub(in super::super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let id = record_id(call)?;
    let record = memory.contents(&call.store.data).and_then(|contents| contents.records.get(&id));
    let record = record.ok_or_else(|| unknown(&id))?;
    let mut shown = record.shown(&id);
    if let (Some(shown), Some(end)) = (shown.as_object_mut(), record.expires_at) {
        shown.insert("expiresAt".to_owned(), epoch(end));
    }
    Ok(Reply::Json(json!({ "memoryRecord": shown })))
}

/// DeleteMemoryRecord.
pub(in super::super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let id = record_id(call)?;
    let contents = memory.contents_mut(&mut call.store.data);
    contents.records.remove(&id).ok_or_else(|| unknown(&id))?;
    contents.settle();
    Ok(Reply::Json(json!({ "memoryRecordId": id })))
}

/// The records that a request is about: in one namespace or below a path, of a strategy, with metadata.
fn matching<'a>(
    call: &'a Call<'_>,
    memory: &Memory,
    place: &Map<String, Value>,
    criteria: &Map<String, Value>,
    field: &str,
) -> Result<Vec<(&'a String, &'a Record)>, Failure> {
    let text = |members: &Map<String, Value>, name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let (exact, path) = (text(place, "namespace"), text(place, "namespacePath"));
    if exact.is_some() == path.is_some() {
        return Err(Failure::field("namespace", "Either namespace or namespacePath must be given"));
    }
    let strategy = text(criteria, "memoryStrategyId");
    let conditions = conditions(criteria.get("metadataFilters"), field)?;
    let all = memory.contents(&call.store.data).into_iter().flat_map(|contents| &contents.records);
    let found = all.filter(|(_, record)| {
        let here = record.namespaces.iter().any(|namespace| match (&exact, &path) {
            (Some(exact), _) => namespace == exact,
            (None, Some(path)) => below(namespace, path),
            (None, None) => false,
        });
        let of_strategy = strategy.is_none() || record.strategy == strategy;
        here && of_strategy && conditions.iter().all(|condition| holds(condition, record))
    });
    Ok(found.collect())
}

/// Whether a namespace is a path, or lies below it.
fn below(namespace: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.is_empty() || namespace.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The words of a text, in small letters.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// How much of the query was found. A query has fewer words than a number has exact places.
#[expect(clippy::cast_precision_loss)]
fn share(hits: usize, of: usize) -> f64 {
    hits as f64 / of.max(1) as f64
}

fn record_id(call: &Call<'_>) -> Result<String, Failure> {
    let id = call.params.label("memoryRecordId");
    shapes::RECORD_ID.accept_text("memoryRecordId", id)?;
    if let Some(namespace) = call.params.query("namespace") {
        shapes::NAMESPACE.accept_text("namespace", namespace)?;
    }
    Ok(id.to_owned())
}

fn unknown(id: &str) -> Failure {
    Failure::NotFound(format!("Memory record '{id}' was not found"))
}
