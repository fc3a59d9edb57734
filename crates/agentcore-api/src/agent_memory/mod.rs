//! AgentMemory: what agents remember, within a session and beyond.

mod record_schema;
mod strategy;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use record_schema::{
    ExtractionType, LlmExtraction, MetadataExtraction, MetadataField, MetadataType, MetadataValidation,
    NumberValidation, RecordSchema, StringListValidation, StringValidation,
};
pub use strategy::{PromptOverride, Reflection, SelfManaged, Strategy, StrategyPreset, StrategyType, Triggers};

use crate::{
    common::{CommonSpec, ExecutionRole},
    patterns, rules,
    status::CommonStatus,
};

/// What agents remember: events of sessions for a number of days (short-term memory), and with strategies what is
/// extracted from them (long-term memory).
#[derive(CustomResource, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "agentcore-operator.github.io",
    version = "v1alpha1",
    kind = "AgentMemory",
    plural = "agentmemories",
    shortname = "acmem",
    category = "agentcore",
    namespaced,
    status = "AgentMemoryStatus",
    derive = "PartialEq",
    doc = "AgentMemory is what agents remember: short-term memory, and long-term memory with strategies.",
    selectable = ".status.region",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(name = "Memory", type_ = "string", json_path = ".status.memoryType"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "ID", type_ = "string", json_path = ".status.id", priority = 1),
    validation = rules::pinned("region", "region"),
    validation = rules::pinned("memoryName", "name"),
    validation = rules::immutable("encryptionKeyArn", "set it back, or create another AgentMemory"),
    validation = Rule::new(format!(
        "{} || !has(oldSelf.spec.indexedKeys) || (has(self.spec.indexedKeys) && oldSelf.spec.indexedKeys.all(old, self.spec.indexedKeys.exists(new, new.key == old.key && new.type == old.type)))",
        rules::NOT_ESTABLISHED))
        .message("indexedKeys can only be added once AWS has created the memory: put back what was removed or changed")
        .reason(Reason::FieldValueForbidden)
        .field_path(".spec.indexedKeys"),
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "!has(self.strategyPreset) || !has(self.strategies) || self.strategies.all(strategy, !(strategy.name in ['UserPreferences', 'SemanticFacts', 'SessionSummaries']))")
    .message("UserPreferences, SemanticFacts and SessionSummaries come with strategyPreset: rename the strategy, or remove strategyPreset and write out those to keep")
    .field_path(".strategies"))]
#[x_kube(validation = Rule::new("!has(self.strategyPreset) || !has(self.strategies) || self.strategies.size() <= 3")
    .message("a memory has at most 6 strategies and strategyPreset brings 3: at most 3 more")
    .field_path(".strategies"))]
pub struct AgentMemorySpec {
    /// The members that every kind has.
    #[serde(flatten)]
    pub common: CommonSpec,

    /// The memory's name in AWS: letters, digits and underscores, starting with a letter, at most 48.
    /// Left out: derived from the cluster, the namespace and the object's name. It can't change once the operator has
    /// asked AWS for the memory; the chosen one is in `status.name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 48), regex(pattern = patterns::AWS_NAME))]
    pub memory_name: Option<String>,

    /// What the memory is for, 1 to 4096 characters. Shown in the AWS console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub description: Option<String>,

    /// Days after which events of the short-term memory expire, 3 to 3650.
    #[serde(default = "default_event_expiry_days")]
    #[schemars(range(min = 3, max = 3650))]
    pub event_expiry_days: i32,

    /// `Standard`: the strategies UserPreferences (`/users/{actorId}/preferences/`), SemanticFacts
    /// (`/users/{actorId}/facts/`) and SessionSummaries (`/summaries/{actorId}/{sessionId}/`).
    /// Replacing it by the same three written out changes nothing in AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy_preset: Option<StrategyPreset>,

    /// Strategies of the long-term memory, merged by name; with those of the preset at most 6. Left out, and no
    /// preset: short-term memory only. Removing a strategy deletes its long-term records; where the effective
    /// deletion policy is Retain that needs the annotation
    /// `agentcore-operator.github.io/allow-delete-strategies` with the strategy's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 6))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub strategies: Vec<Strategy>,

    /// The ARN of the KMS key that encrypts the memory. Left out: a key of AWS. Immutable once AWS has created the memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1284), regex(pattern = patterns::ARN))]
    pub encryption_key_arn: Option<String>,

    /// The role with which AgentCore calls models of yours, publishes and delivers. Needed for strategies of the
    /// types `*_OVERRIDE` and `SELF_MANAGED`, and for `streamDelivery`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<ExecutionRole>,

    /// Keys of record metadata by which records can be searched, 1 to 10, merged by key. Once AWS has created the
    /// memory, keys can be added but neither changed nor removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["key".into()]))]
    pub indexed_keys: Vec<IndexedKey>,

    /// Variables of namespace templates besides AWS's own `actorId`, `sessionId` and `memoryStrategyId`, at most 5,
    /// merged by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["key".into()]))]
    pub namespace_keys: Vec<NamespaceKey>,

    /// Where changes of memory records are delivered. Left out: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_delivery: Option<StreamDelivery>,
}

fn default_event_expiry_days() -> i32 {
    30
}

/// A key of record metadata by which records can be searched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct IndexedKey {
    /// The key, 1 to 128 letters, digits, spaces and `._:/=+@-`.
    #[schemars(length(min = 1, max = 128), regex(pattern = patterns::TAG_TEXT))]
    pub key: String,

    /// `STRING`, `STRINGLIST` or `NUMBER`.
    #[serde(rename = "type")]
    pub type_: MetadataType,
}

/// A variable of namespace templates.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct NamespaceKey {
    /// The variable's name: lower-case letters and digits, starting with a letter, at most 32.
    #[schemars(length(min = 1, max = 32), regex(pattern = patterns::NAMESPACE_KEY))]
    pub key: String,

    /// What AWS checks of its values when an event is created. Left out: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<NamespaceKeyValidation>,
}

/// What AWS checks of a variable's values. Where both members are set, both must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceKeyValidation {
    /// The allowed values, 1 to 10 of at most 64 lower-case letters, digits, `_` and `-`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10), inner(length(min = 1, max = 64), regex(pattern = patterns::NAMESPACE_VALUE)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub allowed_values: Vec<String>,

    /// A regular expression, 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub regex_pattern: Option<String>,
}

/// Where changes of memory records are delivered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline, extend("x-kubernetes-map-type" = "atomic"))]
pub struct StreamDelivery {
    /// A Kinesis data stream.
    pub kinesis: Kinesis,
}

/// A Kinesis data stream that receives changes of memory records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Kinesis {
    /// The stream's ARN.
    #[schemars(length(min = 1, max = 1284), regex(pattern = patterns::ARN))]
    pub data_stream_arn: String,

    /// What is delivered: exactly one entry.
    #[schemars(length(min = 1, max = 1))]
    pub contents: Vec<StreamContent>,
}

/// What is delivered to a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct StreamContent {
    /// `MEMORY_RECORDS`.
    #[serde(rename = "type")]
    pub type_: StreamContentType,

    /// `METADATA_ONLY` or `FULL_CONTENT`. Left out: AWS's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<StreamContentLevel>,
}

/// The kinds of content that a stream can receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum StreamContentType {
    /// Memory records.
    MemoryRecords,
}

/// How much of the content a stream receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum StreamContentLevel {
    /// Metadata without the text.
    MetadataOnly,
    /// Everything.
    FullContent,
}

/// What the operator and AWS say of an AgentMemory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentMemoryStatus {
    /// The members that every kind has.
    #[serde(flatten)]
    pub common: CommonStatus,

    /// `STM only`, `STM+LTM (provisioning...)`, `STM+LTM (N strategies)` with the number of active ones, or
    /// `Error (STATE)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub memory_type: Option<String>,

    /// How many strategies the memory has in AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy_counts: Option<StrategyCounts>,

    /// The memory's strategies in AWS. While one is replaced by another of the same name, both are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub strategies: Vec<StrategyStatus>,
}

/// How many strategies a memory has in AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct StrategyCounts {
    /// All of them, those that this object does not manage included.
    pub total: i32,
    /// Those that are ACTIVE.
    pub active: i32,
}

/// A strategy as it is in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct StrategyStatus {
    /// The strategy's name.
    #[schemars(length(max = 128))]
    pub name: String,

    /// The strategy's id. Long-term records are found by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub id: Option<String>,

    /// The strategy's type, as in `spec.strategies[].type`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub type_: Option<String>,

    /// The strategy's status in AWS: CREATING, ACTIVE, DELETING or FAILED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub status: Option<String>,

    /// Whether this object manages it. The operator never changes or deletes others.
    pub managed: bool,
}
