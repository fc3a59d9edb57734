//! The metadata of long-term records.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{patterns, rules, secret::SecretText};

/// The metadata of a strategy's records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordSchema {
    /// Members of the metadata, 1 to 20, merged by key.
    #[schemars(length(min = 1, max = 20))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["key".into()]))]
    pub metadata: Vec<MetadataField>,
}

/// A member of the metadata.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.extractionType) || self.extractionType != 'LLM_INFERRED' || has(self.extraction)")
    .message("extractionType LLM_INFERRED needs extraction.llm with a definition"))]
pub struct MetadataField {
    /// The key, 1 to 128 letters, digits, spaces and `._:/=+@-`. Searchable if it is one of `indexedKeys`.
    #[schemars(length(min = 1, max = 128), regex(pattern = patterns::TAG_TEXT))]
    pub key: String,

    /// `STRING`, `STRINGLIST` or `NUMBER`. Left out: AWS's default.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<MetadataType>,

    /// `LLM_INFERRED`: a model infers it, as `extraction` says. `STRICTLY_CONSISTENT`: copied from the event.
    /// Left out: AWS's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extraction_type: Option<ExtractionType>,

    /// How the value is extracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extraction: Option<MetadataExtraction>,
}

/// The types of metadata values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum MetadataType {
    /// One text.
    String,
    /// Several texts.
    StringList,
    /// A number.
    Number,
}

/// Where a metadata value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum ExtractionType {
    /// A model infers it.
    LlmInferred,
    /// It is copied from the event.
    StrictlyConsistent,
}

/// How a metadata value is extracted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline, extend("x-kubernetes-map-type" = "atomic"))]
pub struct MetadataExtraction {
    /// By a model.
    pub llm: LlmExtraction,
}

/// How a model extracts a metadata value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct LlmExtraction {
    /// What the value means, 1 to 1000 characters.
    #[schemars(length(min = 1, max = 1000))]
    pub definition: SecretText,

    /// How to extract it, 1 to 1000 characters. Left out: AWS's own instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub instruction: Option<SecretText>,

    /// Which values are accepted. Left out: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<MetadataValidation>,
}

/// Which values are accepted: exactly one of `string`, `stringList` and `number`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["string", "stringList", "number"]))]
pub struct MetadataValidation {
    /// For values of the type `STRING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string: Option<StringValidation>,

    /// For values of the type `STRINGLIST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_list: Option<StringListValidation>,

    /// For values of the type `NUMBER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberValidation>,
}

/// Which texts are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct StringValidation {
    /// The accepted texts, 1 to 10 of at most 256 characters.
    #[schemars(length(min = 1, max = 10), inner(length(max = 256), regex(pattern = patterns::TAG_TEXT)))]
    pub allowed_values: Vec<String>,
}

/// Which lists of texts are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct StringListValidation {
    /// The accepted texts, 1 to 10 of at most 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10), inner(length(min = 1, max = 64), regex(pattern = patterns::TAG_TEXT)))]
    pub allowed_values: Vec<String>,

    /// How many texts a list may have, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5))]
    pub max_items: Option<i32>,
}

/// Which numbers are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct NumberValidation {
    /// The smallest, a decimal number in quotes such as `"0.5"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), regex(pattern = patterns::DECIMAL))]
    pub min_value: Option<String>,

    /// The greatest, a decimal number in quotes such as `"10"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), regex(pattern = patterns::DECIMAL))]
    pub max_value: Option<String>,
}
