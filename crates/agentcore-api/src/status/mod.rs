//! What the statuses of all kinds have in common.

mod conditions;
mod record;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

pub use conditions::{ConditionType, Reason, UnknownName};
pub use record::{Child, Failure, Fate, LastWrite, MAIN_PART, PartRecord, Record};

use crate::common::DeletionPolicy;

/// The members that every status has. They stand beside the kind's own members, not in an object of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommonStatus {
    /// The generation of the spec that this status speaks of; -1 until the operator has seen the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,

    /// `Ready` says whether AWS matches the spec and works. `Reconciling` is present while the operator is on it,
    /// `Stalled` while it can't proceed without help; their messages say what to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions::list_schema")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,

    /// The resource's id in AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub id: Option<String>,

    /// The resource's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048))]
    pub arn: Option<String>,

    /// The resource's name in AWS, once the operator has chosen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub name: Option<String>,

    /// The resource's state in AWS's own word, for example CREATING, READY or ACTIVE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub state: Option<String>,

    /// Why the resource failed, in AWS's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8192))]
    pub failure_reason: Option<String>,

    /// The AWS account that holds the resource, once the operator has chosen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 12))]
    pub account: Option<String>,

    /// The AWS partition that holds the resource, for example `aws`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub partition: Option<String>,

    /// The AWS region that holds the resource, once the operator has chosen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub region: Option<String>,

    /// What will happen to the AWS resource when this object is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,

    /// When the resource was READY or ACTIVE for the first time, or adopted. From then on some fields of the spec
    /// are immutable. Never cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub established_at: Option<Time>,

    /// The last value of the annotation `agentcore-operator.github.io/requestedAt` that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub last_handled_request_at: Option<String>,

    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub last_handled_reconcile_at: Option<String>,

    /// The last value of the annotation `agentcore-operator.github.io/redeployAt` that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub last_handled_redeploy_at: Option<String>,

    /// The operator's own notes on what it asked of AWS, by part. Don't edit them: they are how a restart never
    /// creates a resource twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "record::record_schema")]
    pub record: Option<Record>,
}

impl CommonStatus {
    /// The condition of this type, if it is present.
    pub fn condition(&self, type_: ConditionType) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.type_ == type_.as_str())
    }
}
