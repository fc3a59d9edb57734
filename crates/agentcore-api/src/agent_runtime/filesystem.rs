//! File systems of a session.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{patterns, rules};

/// A file system of a session: where it is mounted, and exactly one source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(
    &["sessionStorage", "s3FilesAccessPoint", "efsAccessPoint", "capacityProviderVolume"]))]
pub struct Filesystem {
    /// Where it is mounted: one level below /mnt, without a slash at the end, for example `/mnt/data`.
    #[schemars(length(min = 6, max = 200), regex(pattern = patterns::MOUNT_PATH))]
    pub mount_path: String,

    /// Storage that AgentCore manages and keeps between the invocations of a session. Write `sessionStorage: {}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_storage: Option<SessionStorage>,

    /// An S3 Files access point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_files_access_point: Option<AccessPoint>,

    /// An Amazon EFS access point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efs_access_point: Option<EfsAccessPoint>,

    /// A volume of the capacity provider that the runtime uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider_volume: Option<CapacityProviderVolume>,
}

/// Storage that AgentCore manages. It has no settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SessionStorage {}

/// An S3 Files access point.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct AccessPoint {
    /// The access point's ARN,
    /// `arn:aws:s3files:REGION:ACCOUNT:file-system/fs-ID/access-point/fsap-ID`.
    #[schemars(length(min = 1, max = 256), regex(pattern = patterns::S3_FILES_ACCESS_POINT))]
    pub access_point_arn: String,
}

/// An Amazon EFS access point.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct EfsAccessPoint {
    /// The access point's ARN, `arn:aws:elasticfilesystem:REGION:ACCOUNT:access-point/fsap-ID`.
    #[schemars(length(min = 1, max = 128), regex(pattern = patterns::EFS_ACCESS_POINT))]
    pub access_point_arn: String,
}

/// A volume of a capacity provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct CapacityProviderVolume {
    /// The volume's name on the capacity provider, at most 48 characters.
    #[schemars(length(min = 1, max = 48), regex(pattern = patterns::VOLUME_NAME))]
    pub volume_name: String,
}
