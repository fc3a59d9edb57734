//! What requests about records look like.

use crate::services::data::memory::METADATA_KEY;
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, list, opt, pattern, req, text, whole};

/// The id of a record.
pub(super) static RECORD_ID: Shape = pattern(40, 50, "mem-[a-zA-Z0-9-_]*");
/// A namespace.
pub(super) static NAMESPACE: Shape =
    pattern(1, 1024, "[a-zA-Z0-9/*][a-zA-Z0-9-_/*]*(?::[a-zA-Z0-9-_/*]+)*[a-zA-Z0-9-_/*]*");
static NAMESPACES: Shape = list(0, 1, &NAMESPACE);
static STRATEGY: Shape = pattern(1, 100, "[a-zA-Z0-9][a-zA-Z0-9-_]*");
static WORDS: Shape = text(1, 16_000);
static CONTENT: Shape = Shape::Union(&[opt("text", &WORDS)]);
static REQUEST: Shape = pattern(1, 80, "[a-zA-Z0-9_-]+");

static STRING: Shape = pattern(1, 256, r"[a-zA-Z0-9\s._:/=+@-]*");
static ITEM: Shape = pattern(1, 64, r"[a-zA-Z0-9\s._:/=+@-]*");
static ITEMS: Shape = list(1, 5, &ITEM);
static VALUE: Shape = Shape::Union(&[
    opt("stringValue", &STRING),
    opt("stringListValue", &ITEMS),
    opt("numberValue", &Shape::Number),
    opt("dateTimeValue", &Shape::Number),
]);
static METADATA: Shape = Shape::Table { min: 1, max: 20, key: &METADATA_KEY, value: &VALUE };

static LEFT: Shape = Shape::Union(&[opt("metadataKey", &METADATA_KEY)]);
static RIGHT: Shape = Shape::Union(&[opt("metadataValue", &VALUE)]);
static OPERATOR: Shape = Shape::Choice(&[
    "EQUALS_TO",
    "EXISTS",
    "NOT_EXISTS",
    "BEFORE",
    "AFTER",
    "CONTAINS",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUALS",
    "LESS_THAN",
    "LESS_THAN_OR_EQUALS",
]);
static CONDITION: Shape = Shape::Record(&[req("left", &LEFT), req("operator", &OPERATOR), opt("right", &RIGHT)]);
static CONDITIONS: Shape = list(1, 5, &CONDITION);

static DAYS: Shape = whole(31, i64::MAX);
static REMOVE: Shape = Shape::Choice(&["REMOVE"]);
static EXPIRY: Shape = Shape::Union(&[opt("recordExpiryDurationDays", &DAYS), opt("action", &REMOVE)]);

/// ListMemoryRecords.
pub(super) static LIST: Shape = Shape::Record(&[
    opt("namespace", &NAMESPACE),
    opt("namespacePath", &NAMESPACE),
    opt("memoryStrategyId", &STRATEGY),
    opt("metadataFilters", &CONDITIONS),
]);

static QUERY: Shape = text(1, 10_000);
static TOP: Shape = whole(1, 100);
static CRITERIA: Shape = Shape::Record(&[
    req("searchQuery", &QUERY),
    opt("memoryStrategyId", &STRATEGY),
    opt("topK", &TOP),
    opt("metadataFilters", &CONDITIONS),
]);
/// RetrieveMemoryRecords.
pub(super) static RETRIEVE: Shape =
    Shape::Record(&[opt("namespace", &NAMESPACE), opt("namespacePath", &NAMESPACE), req("searchCriteria", &CRITERIA)]);

static NEW: Shape = Shape::Record(&[
    req("requestIdentifier", &REQUEST),
    req("namespaces", &NAMESPACES),
    req("content", &CONTENT),
    req("timestamp", &Shape::Number),
    opt("memoryStrategyId", &STRATEGY),
    opt("metadata", &METADATA),
]);
static ALL_NEW: Shape = list(0, 100, &NEW);
/// BatchCreateMemoryRecords.
pub(super) static BATCH_CREATE: Shape = Shape::Record(&[
    req("records", &ALL_NEW),
    opt("clientToken", &ANY_TEXT),
    opt("recordExpirySpecification", &EXPIRY),
]);

static CHANGED: Shape = Shape::Record(&[
    req("memoryRecordId", &RECORD_ID),
    req("timestamp", &Shape::Number),
    opt("content", &CONTENT),
    opt("namespaces", &NAMESPACES),
    opt("sourceNamespaces", &NAMESPACES),
    opt("memoryStrategyId", &STRATEGY),
    opt("metadata", &METADATA),
]);
static ALL_CHANGED: Shape = list(0, 100, &CHANGED);
/// BatchUpdateMemoryRecords.
pub(super) static BATCH_UPDATE: Shape =
    Shape::Record(&[req("records", &ALL_CHANGED), opt("recordExpirySpecification", &EXPIRY)]);

static DELETED: Shape = Shape::Record(&[req("memoryRecordId", &RECORD_ID), opt("namespace", &NAMESPACE)]);
static ALL_DELETED: Shape = list(0, 100, &DELETED);
/// BatchDeleteMemoryRecords.
pub(super) static BATCH_DELETE: Shape = Shape::Record(&[req("records", &ALL_DELETED)]);

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::LIST, &super::RETRIEVE, &super::BATCH_CREATE, &super::BATCH_UPDATE, &super::BATCH_DELETE]
        {
            crate::shape::assert_compile(shape);
        }
    }
}
