//! BatchCreateMemoryRecords, BatchUpdateMemoryRecords, BatchDeleteMemoryRecords.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Record, shapes};
use crate::failure::Failure;
use crate::moment::{later, of_epoch, seconds};
use crate::services::data::memory::{DAY, active};
use crate::services::{Call, Reply};

/// BatchCreateMemoryRecords.
pub(in super::super) fn batch_create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let body = shapes::BATCH_CREATE.accept(&call.params.body)?;
    let expires_at = match expiry(&body, call.now) {
        Some(None) => {
            let message = "REMOVE does not apply to records that are made";
            return Err(Failure::field("recordExpirySpecification.action", message));
        }
        Some(end) => end,
        None => None,
    };
    let mut outcome = Outcome::default();
    let mut made = Vec::new();
    for given in items(&body) {
        let record = Record {
            content: given.get("content").cloned().unwrap_or_default(),
            namespaces: namespaces(given).unwrap_or_default(),
            strategy: given.get("memoryStrategyId").and_then(Value::as_str).map(str::to_owned),
            created_at: call.now,
            timestamp: timestamp(given)?,
            metadata: given.get("metadata").cloned(),
            expires_at,
        };
        let id = format!("mem-{}", call.random.uuid());
        let mut done = json!({ "memoryRecordId": id, "status": "SUCCEEDED" });
        if let Some(done) = done.as_object_mut() {
            done.insert("requestIdentifier".to_owned(), Value::from(text(given, "requestIdentifier")));
        }
        outcome.good.push(done);
        made.push((id, record));
    }
    let contents = memory.contents_mut(&mut call.store.data);
    contents.records.extend(made);
    contents.settle();
    Ok(outcome.reply())
}

/// BatchUpdateMemoryRecords: what is given takes the place of what is there.
pub(in super::super) fn batch_update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let body = shapes::BATCH_UPDATE.accept(&call.params.body)?;
    let expiry = expiry(&body, call.now);
    // All times are read before anything is changed.
    let times: Vec<Timestamp> = items(&body).map(timestamp).collect::<Result<_, _>>()?;
    let contents = memory.contents_mut(&mut call.store.data);
    let mut outcome = Outcome::default();
    for (given, timestamp) in items(&body).zip(times) {
        let id = text(given, "memoryRecordId");
        let Some(record) = contents.records.get_mut(id) else {
            outcome.unknown(id);
            continue;
        };
        record.timestamp = timestamp;
        if let Some(content) = given.get("content") {
            record.content = content.clone();
        }
        if let Some(namespaces) = namespaces(given) {
            record.namespaces = namespaces;
        }
        if let Some(strategy) = given.get("memoryStrategyId").and_then(Value::as_str) {
            record.strategy = Some(strategy.to_owned());
        }
        if let Some(metadata) = given.get("metadata") {
            record.metadata = Some(metadata.clone());
        }
        if let Some(end) = expiry {
            record.expires_at = end;
        }
        outcome.done(id);
    }
    contents.settle();
    Ok(outcome.reply())
}

/// BatchDeleteMemoryRecords.
pub(in super::super) fn batch_delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let memory = active(call)?;
    let body = shapes::BATCH_DELETE.accept(&call.params.body)?;
    let contents = memory.contents_mut(&mut call.store.data);
    let mut outcome = Outcome::default();
    for given in items(&body) {
        let id = text(given, "memoryRecordId");
        if contents.records.remove(id).is_some() { outcome.done(id) } else { outcome.unknown(id) }
    }
    contents.settle();
    Ok(outcome.reply())
}

/// What became of each record.
#[derive(Debug, Default)]
struct Outcome {
    good: Vec<Value>,
    bad: Vec<Value>,
}

impl Outcome {
    fn done(&mut self, id: &str) {
        self.good.push(json!({ "memoryRecordId": id, "status": "SUCCEEDED" }));
    }

    fn unknown(&mut self, id: &str) {
        self.bad.push(json!({
            "memoryRecordId": id,
            "status": "FAILED",
            "errorCode": 404,
            "errorMessage": format!("Memory record '{id}' was not found"),
        }));
    }

    fn reply(self) -> Reply {
        Reply::Json(json!({ "successfulRecords": self.good, "failedRecords": self.bad }))
    }
}

/// The end that a request gives to its records: none given, no end, or an end.
#[expect(clippy::option_option, reason = "not to say anything is not to say that there is no end")]
fn expiry(body: &Map<String, Value>, now: Timestamp) -> Option<Option<Timestamp>> {
    let wanted = body.get("recordExpirySpecification")?;
    let days = wanted.get("recordExpiryDurationDays").and_then(Value::as_u64);
    Some(days.map(|days| later(now, seconds(days.saturating_mul(DAY)))))
}

fn items(body: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    body.get("records").and_then(Value::as_array).into_iter().flatten()
}

fn namespaces(given: &Value) -> Option<Vec<String>> {
    let all = given.get("namespaces")?.as_array()?;
    Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn timestamp(given: &Value) -> Result<Timestamp, Failure> {
    let read = given.get("timestamp").and_then(of_epoch);
    read.ok_or_else(|| Failure::field("records.timestamp", "timestamp is not a point in time"))
}

fn text<'a>(given: &'a Value, name: &str) -> &'a str {
    given.get(name).and_then(Value::as_str).unwrap_or_default()
}
