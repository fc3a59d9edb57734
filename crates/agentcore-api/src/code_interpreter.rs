//! CodeInterpreter: a sandbox that runs code for agents.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    common::{CommonSpec, ExecutionRole, VpcConfig},
    patterns, rules,
    status::CommonStatus,
};

/// A sandbox that runs code for agents. AWS can change only its tags: any other change is a replacement, which
/// `replacement` must allow.
#[derive(CustomResource, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "agentcore-operator.github.io",
    version = "v1alpha1",
    kind = "CodeInterpreter",
    plural = "codeinterpreters",
    shortname = "acci",
    category = "agentcore",
    namespaced,
    status = "CodeInterpreterStatus",
    derive = "PartialEq",
    doc = "CodeInterpreter is a sandbox that runs code for agents.",
    selectable = ".status.region",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(name = "Network", type_ = "string", json_path = ".spec.network.mode"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "ID", type_ = "string", json_path = ".status.id", priority = 1),
    validation = rules::pinned("region", "region"),
    validation = rules::pinned("codeInterpreterName", "name"),
    validation = rules::replaceable("description"),
    validation = rules::replaceable("executionRole"),
    validation = rules::replaceable("network"),
    validation = rules::replaceable("certificates"),
    validation = rules::replaceable("filesystems"),
)]
#[serde(rename_all = "camelCase")]
pub struct CodeInterpreterSpec {
    /// The members that every kind has.
    #[serde(flatten)]
    pub common: CommonSpec,

    /// The code interpreter's name in AWS: letters, digits and underscores, starting with a letter, at most 48.
    /// Left out: derived from the cluster, the namespace and the object's name. It can't change once the operator has
    /// asked AWS for the code interpreter; the chosen one is in `status.name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 48), regex(pattern = patterns::AWS_NAME))]
    pub code_interpreter_name: Option<String>,

    /// What the code interpreter is for, 1 to 4096 characters. A change is a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub description: Option<String>,

    /// The role that the code runs as. Left out: none. A change is a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<ExecutionRole>,

    /// How the code reaches the network. A change is a replacement.
    #[serde(default)]
    pub network: InterpreterNetwork,

    /// Certificates that the sandbox trusts, 1 to 200. A change is a replacement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 200))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub certificates: Vec<Certificate>,

    /// File systems of a session, 1 to 10, merged by mount path. A change is a replacement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["mountPath".into()]))]
    pub filesystems: Vec<InterpreterFilesystem>,

    /// Whether a change that AWS can't make may replace the code interpreter. `Never`, the default: such a change is
    /// refused. `OnChange`: it is deleted and created again under a new id, which ends its sessions; runtimes
    /// that reference it get the new id.
    #[serde(default)]
    pub replacement: Replacement,
}

/// Whether a code interpreter may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = crate::schema::without_description)]
pub enum Replacement {
    /// A change that needs it is refused.
    #[default]
    Never,
    /// A change that needs it deletes and creates again.
    OnChange,
}

/// How the code reaches the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::vpc_settings())]
pub struct InterpreterNetwork {
    /// `SANDBOX`, the default: no internet. `PUBLIC`: through the internet. `VPC`: through the given subnets and
    /// security groups.
    #[serde(default)]
    pub mode: InterpreterNetworkMode,

    /// Where in a VPC, with mode `VPC` only.
    #[serde(flatten)]
    pub vpc: VpcConfig,
}

impl Default for InterpreterNetwork {
    fn default() -> Self {
        Self { mode: InterpreterNetworkMode::Sandbox, vpc: VpcConfig::default() }
    }
}

/// The network modes of a code interpreter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum InterpreterNetworkMode {
    /// Through the internet.
    Public,
    /// No internet.
    #[default]
    Sandbox,
    /// Through a VPC's subnets and security groups.
    Vpc,
}

/// A certificate that the sandbox trusts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Certificate {
    /// The ARN of the secret in AWS Secrets Manager that holds it.
    #[schemars(length(min = 1, max = 2048), regex(pattern = patterns::SECRET_ARN))]
    pub secret_arn: String,
}

/// A file system of a session: where it is mounted, and exactly one source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["s3FilesAccessPoint", "efsAccessPoint"]))]
pub struct InterpreterFilesystem {
    /// Where it is mounted: one level below /mnt, without a slash at the end, for example `/mnt/data`.
    #[schemars(length(min = 6, max = 200), regex(pattern = patterns::MOUNT_PATH))]
    pub mount_path: String,

    /// An S3 Files access point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_files_access_point: Option<S3FilesMount>,

    /// An Amazon EFS access point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efs_access_point: Option<EfsMount>,
}

/// An S3 Files access point and its file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct S3FilesMount {
    /// The access point's ARN, `arn:aws:s3files:REGION:ACCOUNT:file-system/fs-ID/access-point/fsap-ID`.
    #[schemars(length(min = 1, max = 256), regex(pattern = patterns::S3_FILES_ACCESS_POINT))]
    pub access_point_arn: String,

    /// The file system's ARN, `arn:aws:s3files:REGION:ACCOUNT:file-system/fs-ID`.
    #[schemars(length(min = 1, max = 256), regex(pattern = patterns::S3_FILES_FILE_SYSTEM))]
    pub file_system_arn: String,
}

/// An Amazon EFS access point and its file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct EfsMount {
    /// The access point's ARN, `arn:aws:elasticfilesystem:REGION:ACCOUNT:access-point/fsap-ID`.
    #[schemars(length(min = 1, max = 128), regex(pattern = patterns::EFS_ACCESS_POINT))]
    pub access_point_arn: String,

    /// The file system's ARN, `arn:aws:elasticfilesystem:REGION:ACCOUNT:file-system/fs-ID`.
    #[schemars(length(min = 1, max = 256), regex(pattern = patterns::EFS_FILE_SYSTEM))]
    pub file_system_arn: String,
}

/// What the operator and AWS say of a CodeInterpreter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct CodeInterpreterStatus {
    /// The members that every kind has.
    #[serde(flatten)]
    pub common: CommonStatus,
}
