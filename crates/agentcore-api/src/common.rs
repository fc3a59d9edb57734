//! What the specs of all kinds have in common.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{patterns, rules};

/// The members that every spec has. They stand beside the kind's own members, not in an object of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommonSpec {
    /// The AWS region of the resource, for example `us-west-2`. Left out: the operator's own region.
    /// It can't change once the operator has asked AWS for the resource; the chosen one is in `status.region`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), regex(pattern = patterns::REGION))]
    pub region: Option<String>,

    /// What happens to the AWS resource when this object is deleted. `Delete` deletes it too; `Retain` leaves it
    /// in AWS and says so in an event. Left out: `Retain` for an AgentMemory, else `Delete`.
    /// The effective one is in `status.deletionPolicy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,

    /// Takes a resource that is in AWS already, instead of creating one. The operator's `--allow-adoption` must allow
    /// this namespace to adopt. It is read only until the object has a resource. What was adopted is kept in AWS when
    /// this object is deleted, unless `deletionPolicy` says `Delete`. With `drift: Report` the settings of the resource
    /// stay as they are until the spec is edited, and the condition `Drifted` names those that differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt: Option<Adopt>,

    /// While true, the operator reads AWS and reports, but writes nothing there. Deletion still proceeds.
    #[serde(default)]
    pub suspend: bool,

    /// What happens when others have changed the resource in AWS, so that a field of this spec differs there. `Correct`
    /// sets it back. `Report` changes nothing and names the fields in the condition `Drifted`. `Ignore` does nothing.
    /// With the last two, a resource that others have deleted is not created anew. An edit of this spec is always sent,
    /// and with it all that it says.
    #[serde(default, skip_serializing_if = "Drift::is_default")]
    #[schemars(extend("default" = "Correct"))]
    pub drift: Drift,

    /// Tags of the AWS resource, at most 40. They add to the operator's `--default-tags` (a key here wins) and to
    /// the tags by which it knows its own. Keys: up to 128 of letters, digits, spaces and `._:/=+@-`, starting with
    /// neither `aws:` nor `agentcore-operator/`. Values: up to 256 of the same characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self.all(key, key.size() >= 1 && key.size() <= 128)")
        .message("a tag's key must have 1 to 128 characters"))]
    #[x_kube(validation = Rule::new("self.all(key, key.matches('^[a-zA-Z0-9 ._:/=+@-]*$'))")
        .message("a tag's key may hold letters, digits, spaces and ._:/=+@- only"))]
    #[x_kube(validation = Rule::new("self.all(key, !key.lowerAscii().startsWith('aws:') && !key.startsWith('agentcore-operator/'))")
        .message("a tag's key must not start with aws: or agentcore-operator/, which are reserved: choose another key"))]
    #[schemars(schema_with = "crate::schema::tags::<40>")]
    pub tags: Option<Tags>,
}

/// What happens to an AWS resource when its object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = crate::schema::without_description)]
pub enum DeletionPolicy {
    /// The AWS resource is deleted, and the object stays until it is gone.
    Delete,
    /// The AWS resource stays, and the object goes.
    Retain,
}

/// Which resource is adopted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["id", "byName"]))]
#[x_kube(validation = Rule::new("!has(self.byName) || self.byName")
    .message("byName is true, or left out"))]
pub struct Adopt {
    /// The one with this AWS id, for example `support-AbCdEf1234`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 12, max = 111), regex(pattern = patterns::RESOURCE_ID))]
    pub id: Option<String>,

    /// With `true`, the one that has the name in AWS that this object's resource would have: the name in the spec, or
    /// the derived one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_name: Option<bool>,
}

/// What happens when others have changed a resource in AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = crate::schema::without_description)]
pub enum Drift {
    /// It is set back.
    #[default]
    Correct,
    /// It is told.
    Report,
    /// Nothing.
    Ignore,
}

impl Drift {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A user's tags, by key.
pub type Tags = BTreeMap<String, String>;

/// The IAM role that AWS assumes for the resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline, extend("x-kubernetes-map-type" = "atomic"))]
pub struct ExecutionRole {
    /// The role's ARN, for example `arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreSupport`.
    /// The operator accepts only roles that its `--allowed-role-arns` allows, by default names that start with
    /// `AmazonBedrockAgentCore`.
    #[schemars(length(min = 1, max = 2048), regex(pattern = patterns::ROLE_ARN))]
    pub arn: String,
}

/// A memory that a runtime uses: an AgentMemory of the same namespace, or any memory of the account by id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["name", "id"]))]
pub struct MemoryRef {
    /// The name of an AgentMemory in this namespace. The runtime waits until it is ACTIVE before it is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = patterns::OBJECT_NAME))]
    pub name: Option<String>,

    /// The AWS id of a memory that is used but not managed, for example `support-AbCdEf1234`.
    /// The operator's `--allow-external-ids` must allow this namespace to name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 12, max = 111), regex(pattern = patterns::MEMORY_ID))]
    pub id: Option<String>,
}

/// A code interpreter that a runtime uses, under an alias.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["name", "id"]))]
pub struct CodeInterpreterRef {
    /// What the agent calls it: the alias `web-tools` injects `BEDROCK_AGENTCORE_CODE_INTERPRETER_WEB_TOOLS_ID`.
    /// The alias `default`, or the only entry whatever its alias, also injects `BEDROCK_AGENTCORE_CODE_INTERPRETER_ID`.
    /// Lower-case letters, digits and `-`, starting with a letter, at most 32.
    #[schemars(length(min = 1, max = 32), regex(pattern = patterns::ALIAS))]
    pub alias: String,

    /// The name of a CodeInterpreter in this namespace. The runtime waits until it is READY before it is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = patterns::OBJECT_NAME))]
    pub name: Option<String>,

    /// The AWS id of a code interpreter that is used but not managed: AWS's own `aws.codeinterpreter.v1`, always
    /// allowed, or another that the operator's `--allow-external-ids` allows this namespace to name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 12, max = 59), regex(pattern = patterns::CODE_INTERPRETER_ID))]
    pub id: Option<String>,
}

/// Where in a VPC a resource is. The members stand beside the network's mode, not in an object of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct VpcConfig {
    /// Subnets, 1 to 16, for example `subnet-0a1b2c3d4e5f60718`. With mode `VPC` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 16), inner(length(min = 15, max = 24), regex(pattern = patterns::SUBNET)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub subnets: Vec<String>,

    /// Security groups, 1 to 16, for example `sg-0a1b2c3d4e5f60718`. With mode `VPC` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 16), inner(length(min = 11, max = 20), regex(pattern = patterns::SECURITY_GROUP)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub security_groups: Vec<String>,
}
