//! Strategies: how long-term memory is made of events.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RecordSchema;
use crate::{patterns, secret::SecretText};

/// Sets of strategies that come with the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = crate::schema::without_description)]
pub enum StrategyPreset {
    /// UserPreferences, SemanticFacts and SessionSummaries, as AWS's starter toolkit creates them.
    Standard,
}

/// A strategy: how long-term records are made of events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "!has(self.extraction) || self.type in ['SEMANTIC_OVERRIDE', 'USER_PREFERENCE_OVERRIDE', 'EPISODIC_OVERRIDE']")
    .message("extraction goes with the types SEMANTIC_OVERRIDE, USER_PREFERENCE_OVERRIDE and EPISODIC_OVERRIDE only")
    .field_path(".extraction"))]
#[x_kube(validation = Rule::new(
    "!has(self.consolidation) || self.type in ['SEMANTIC_OVERRIDE', 'SUMMARY_OVERRIDE', 'USER_PREFERENCE_OVERRIDE', 'EPISODIC_OVERRIDE']")
    .message("consolidation goes with the types that end in _OVERRIDE only")
    .field_path(".consolidation"))]
#[x_kube(validation = Rule::new("!has(self.reflection) || self.type in ['EPISODIC', 'EPISODIC_OVERRIDE']")
    .message("reflection goes with the types EPISODIC and EPISODIC_OVERRIDE only")
    .field_path(".reflection"))]
#[x_kube(validation = Rule::new(
    "!has(self.reflection) || self.type != 'EPISODIC' || (!has(self.reflection.modelId) && !has(self.reflection.appendToPrompt))")
    .message("with the type EPISODIC reflection takes neither modelId nor appendToPrompt: use EPISODIC_OVERRIDE to set them")
    .field_path(".reflection"))]
#[x_kube(validation = Rule::new(
    "!has(self.reflection) || self.type != 'EPISODIC_OVERRIDE' || (has(self.reflection.modelId) && has(self.reflection.appendToPrompt))")
    .message("with the type EPISODIC_OVERRIDE reflection needs both modelId and appendToPrompt")
    .field_path(".reflection"))]
#[x_kube(validation = Rule::new("has(self.selfManaged) == (self.type == 'SELF_MANAGED')")
    .message("the type SELF_MANAGED needs selfManaged, and no other type takes it")
    .field_path(".selfManaged"))]
pub struct Strategy {
    /// The strategy's name: letters, digits and underscores, starting with a letter, at most 48. Its identity: another
    /// name is another strategy.
    #[schemars(length(min = 1, max = 48), regex(pattern = patterns::AWS_NAME))]
    pub name: String,

    /// What is extracted, and by whom. Built in: `SEMANTIC` (facts), `SUMMARIZATION`, `USER_PREFERENCE`, `EPISODIC`.
    /// With models and prompts of yours: `SEMANTIC_OVERRIDE`, `SUMMARY_OVERRIDE`, `USER_PREFERENCE_OVERRIDE`,
    /// `EPISODIC_OVERRIDE`. By your own pipeline: `SELF_MANAGED`. Immutable: give another type another name.
    #[serde(rename = "type")]
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("a strategy's type can't change: set it back, or give the new strategy another name"))]
    pub type_: StrategyType,

    /// What the strategy is for, 1 to 4096 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub description: Option<String>,

    /// The namespace of its records: one template of path characters and variables in braces, for example
    /// `/users/{actorId}/facts/`. Left out: AWS chooses; GetMemory shows its choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 1), inner(length(min = 1, max = 512), regex(pattern = patterns::NAMESPACE_TEMPLATE)))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub namespace_templates: Vec<String>,

    /// The metadata of its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_schema: Option<RecordSchema>,

    /// Days after which a record expires, at least 31. Holds for records made after the change. Left out: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 31))]
    pub record_expiry_days: Option<i32>,

    /// How facts are taken from events. For `SEMANTIC_OVERRIDE`, `USER_PREFERENCE_OVERRIDE`, `EPISODIC_OVERRIDE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extraction: Option<PromptOverride>,

    /// How new facts are merged with known ones. For the types that end in `_OVERRIDE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consolidation: Option<PromptOverride>,

    /// How insights are drawn across episodes. For `EPISODIC` (without model and prompt) and `EPISODIC_OVERRIDE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reflection: Option<Reflection>,

    /// Your own pipeline. For `SELF_MANAGED`, which needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_managed: Option<SelfManaged>,
}

/// The types of strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum StrategyType {
    /// Facts.
    Semantic,
    /// Summaries of sessions.
    Summarization,
    /// Preferences of users.
    UserPreference,
    /// Episodes, and insights across them.
    Episodic,
    /// Facts, with models and prompts of yours.
    SemanticOverride,
    /// Summaries, with a model and prompt of yours.
    SummaryOverride,
    /// Preferences, with models and prompts of yours.
    UserPreferenceOverride,
    /// Episodes, with models and prompts of yours.
    EpisodicOverride,
    /// Records that your own pipeline makes.
    SelfManaged,
}

/// A model and an addition to AWS's prompt.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct PromptOverride {
    /// The id of a model in Amazon Bedrock, 1 to 2048 characters.
    #[schemars(length(min = 1, max = 2048))]
    pub model_id: String,

    /// What is added to AWS's prompt, 1 to 30000 characters.
    #[schemars(length(min = 1, max = 30000))]
    pub append_to_prompt: SecretText,
}

/// How insights are drawn across episodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reflection {
    /// The id of a model in Amazon Bedrock, 1 to 2048 characters. With `EPISODIC_OVERRIDE` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub model_id: Option<String>,

    /// What is added to AWS's prompt, 1 to 30000 characters. With `EPISODIC_OVERRIDE` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 30000))]
    pub append_to_prompt: Option<SecretText>,

    /// The namespace of the insights: one template, which may be less nested than that of the episodes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 1), inner(length(min = 1, max = 512), regex(pattern = patterns::NAMESPACE_TEMPLATE)))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub namespace_templates: Vec<String>,

    /// The metadata of the insights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_schema: Option<RecordSchema>,
}

/// A pipeline of yours that makes the records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct SelfManaged {
    /// The SNS topic that is told of new payloads.
    #[schemars(length(min = 1, max = 1284), regex(pattern = patterns::ARN))]
    pub topic_arn: String,

    /// The S3 bucket that payloads are written to.
    #[schemars(length(min = 3, max = 63), regex(pattern = patterns::BUCKET))]
    pub payload_bucket_name: String,

    /// When a payload is written. Left out: AWS's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggers: Option<Triggers>,

    /// How many earlier messages a payload holds, 0 to 50. Left out: AWS's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 50))]
    pub historical_context_window_size: Option<i32>,
}

/// When a payload is written: at the first trigger that fires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.messageCount) || has(self.tokenCount) || has(self.idleSessionTimeoutSeconds)")
    .message("set at least one of messageCount, tokenCount, idleSessionTimeoutSeconds, or leave triggers out"))]
pub struct Triggers {
    /// After so many messages, 1 to 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 50))]
    pub message_count: Option<i32>,

    /// After so many tokens, 100 to 500000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 500_000))]
    pub token_count: Option<i32>,

    /// After so many seconds without a message, 10 to 3000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 3000))]
    pub idle_session_timeout_seconds: Option<i32>,
}
