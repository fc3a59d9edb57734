//! The agent's program.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{patterns, rules};

/// The agent's program: exactly one of `container` and `code`. It can't change from one to the other once AWS has
/// created the runtime.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["container", "code"]))]
pub struct Artifact {
    /// A container image for linux/arm64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerArtifact>,

    /// Code in S3 that a managed language runtime executes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeArtifact>,
}

/// A container image.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ContainerArtifact {
    /// The image, in a private ECR repository or in public.ecr.aws, by tag or digest, for example
    /// `123456789012.dkr.ecr.us-west-2.amazonaws.com/support-agent:1.0.0`. AWS runs linux/arm64 images only.
    #[schemars(length(min = 1, max = 1024), regex(pattern = patterns::CONTAINER_IMAGE))]
    pub image: String,
}

/// Code that a managed language runtime executes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeArtifact {
    /// The zip archive with the code.
    pub s3: S3Object,

    /// The language runtime, for example `PYTHON_3_13` or `NODE_22`. AWS says which it has.
    #[schemars(length(min = 1, max = 32), regex(pattern = patterns::CODE_RUNTIME))]
    pub runtime: String,

    /// What to start: one or two strings of 1 to 128 characters, for example `[main.py]` or
    /// `[opentelemetry-instrument, main.py]`.
    #[schemars(length(min = 1, max = 2), inner(length(min = 1, max = 128)))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub entry_point: Vec<String>,
}

/// An object in S3.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct S3Object {
    /// The bucket's name, 3 to 63 lower-case letters, digits, dots and hyphens.
    #[schemars(length(min = 3, max = 63), regex(pattern = patterns::BUCKET))]
    pub bucket: String,

    /// The object's key, 1 to 1024 characters. AWS calls it prefix.
    #[schemars(length(min = 1, max = 1024))]
    pub prefix: String,

    /// The object's version, 3 to 1024 characters. Left out: the newest when a version of the runtime is made; the
    /// annotation `agentcore-operator.github.io/redeployAt` picks up a newer upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 3, max = 1024))]
    pub version_id: Option<String>,
}
