//! The record: what the operator asked of AWS, written before it asks.
//!
//! A process can die between any two of its steps. The record is what the next one knows: whether a create was
//! announced, how often it may have been sent, and what became of it.

#![allow(clippy::struct_excessive_bools, reason = "independent facts, each written and read on its own")]

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::KubeSchema;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The part that every object has: the resource that the object is named for.
pub const MAIN_PART: &str = "main";

/// Records by the name of the part that they are about.
pub type Record = BTreeMap<String, PartRecord>;

pub(super) fn record_schema(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 8,
        "additionalProperties": PartRecord::json_schema(generator),
    })
}

/// What the operator asked of AWS for one part of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartRecord {
    // Not `n`: YAML 1.1 reads that key as `false`, and a backup that is restored by kubectl would lose it.
    /// The number of the create that this record speaks of, counted up for each new resource; part of the token that
    /// makes a create happen once.
    #[schemars(range(min = 0))]
    pub creation: i64,

    /// What became of this create.
    pub fate: Fate,

    /// The digest of the create's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub body_digest: Option<String>,

    /// When the create was announced; fixed for each creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<MicroTime>,

    /// How often the create was announced: 1, or 2 for more.
    #[schemars(range(min = 0, max = 2))]
    pub sends: i32,

    /// Whether the create will not be sent again, because its answer was definite or its time has passed.
    pub closed: bool,

    /// The resource's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub id: Option<String>,

    /// Whether a read has shown the id.
    pub seen: bool,

    /// The last create or update that AWS accepted. Reads older than it say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_write: Option<LastWrite>,

    /// When the operator last sent a delete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_sent_at: Option<MicroTime>,

    /// When AWS last accepted a delete of the id: from then on its absence means that it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_accepted_at: Option<MicroTime>,

    /// Whether the resource was ever READY or ACTIVE.
    pub ever_active: bool,

    /// Whether the resource was adopted rather than created.
    pub adopted: bool,

    /// The digest of the last body that AWS accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub accepted_digest: Option<String>,

    /// The body that AWS refused or failed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,

    /// Children, such as a memory's strategies, that were announced to AWS. Only these are ever deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub children: Vec<Child>,
}

/// What became of a create.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = crate::schema::without_description)]
pub enum Fate {
    /// Nothing of ours exists.
    #[default]
    None,
    /// It was announced; a resource may exist.
    Unknown,
    /// AWS has created the resource.
    Created,
}

/// The last create or update that AWS accepted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct LastWrite {
    /// When the operator announced it; once an update is answered, when that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<MicroTime>,

    /// The resource's version in the answer, where AWS counts versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub version: Option<String>,

    /// The resource's time of last update in the answer, where AWS gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<MicroTime>,
}

/// A body that AWS refused or failed on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Failure {
    /// The body's digest.
    #[schemars(length(max = 64))]
    pub digest: String,
    /// When it failed first.
    pub since: MicroTime,
    /// When it failed last: the last definite refusal or failure.
    pub last: MicroTime,
    /// Why it failed, as the reason of a condition: it tells when the same is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub reason: Option<String>,
}

/// A child of the resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Child {
    /// The child's name.
    #[schemars(length(max = 128))]
    pub name: String,
    /// The child's id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub id: Option<String>,
}
