//! The records of memories: those that were put there by hand. Nothing makes records out of events here.

mod batch;
mod metadata;
mod read;
mod shapes;

pub(super) use batch::{batch_create, batch_delete, batch_update};
pub(super) use read::{delete, get, list, retrieve};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::moment::epoch;

/// The strategy of records that have none: the model requires one, and not an empty one.
const NO_STRATEGY: &str = "none";

/// One record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    content: Value,
    namespaces: Vec<String>,
    strategy: Option<String>,
    created_at: Timestamp,
    /// The time that its content is of.
    timestamp: Timestamp,
    metadata: Option<Value>,
    pub(super) expires_at: Option<Timestamp>,
}

impl Record {
    /// What lists and Get have in common.
    fn shown(&self, id: &str) -> Value {
        json!({
            "memoryRecordId": id,
            "content": self.content,
            "memoryStrategyId": self.strategy.as_deref().unwrap_or(NO_STRATEGY),
            "namespaces": self.namespaces,
            "createdAt": epoch(self.created_at),
            "timestamp": epoch(self.timestamp),
            "metadata": self.metadata,
        })
    }

    fn text(&self) -> &str {
        self.content.get("text").and_then(Value::as_str).unwrap_or_default()
    }
}
