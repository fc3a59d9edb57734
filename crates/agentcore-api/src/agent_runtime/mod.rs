//! AgentRuntime: an agent hosted by Amazon Bedrock AgentCore Runtime.

mod artifact;
mod authorizer;
mod filesystem;
mod network;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use artifact::{Artifact, CodeArtifact, ContainerArtifact, S3Object};
pub use authorizer::{
    AllowedWorkloadConfiguration, Authorizer, AuthorizingClaimMatchValue, ClaimMatchOperator, ClaimMatchValue,
    ClaimValueType, CustomClaim, CustomJwtAuthorizer, HostingEnvironment, IpAddressType, ManagedVpcResource,
    PrivateEndpoint, PrivateEndpointOverride, SelfManagedLatticeResource,
};
pub use filesystem::{AccessPoint, CapacityProviderVolume, EfsAccessPoint, Filesystem, SessionStorage};
pub use network::{AllowedPort, Network, NetworkMode, PortRange, Protocol, ProtocolType};

use crate::{
    common::{CodeInterpreterRef, CommonSpec, ExecutionRole, MemoryRef},
    patterns, rules,
    secret::SecretText,
    status::CommonStatus,
};

/// An agent hosted by Amazon Bedrock AgentCore Runtime: its artifact, its role, its network and what it may use.
/// Every change of the spec becomes a new version, which the DEFAULT endpoint then serves.
#[derive(CustomResource, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "agentcore-operator.github.io",
    version = "v1alpha1",
    kind = "AgentRuntime",
    plural = "agentruntimes",
    shortname = "acrt",
    category = "agentcore",
    namespaced,
    status = "AgentRuntimeStatus",
    derive = "PartialEq",
    doc = "AgentRuntime is an agent hosted by Amazon Bedrock AgentCore Runtime.",
    selectable = ".status.region",
    selectable = ".spec.memoryRef.name",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "ID", type_ = "string", json_path = ".status.id", priority = 1),
    validation = rules::pinned("region", "region"),
    validation = rules::pinned("runtimeName", "name"),
    validation = Rule::new(format!(
        "{} || has(self.spec.artifact.container) == has(oldSelf.spec.artifact.container)", rules::NOT_ESTABLISHED))
        .message("artifact can't change between container and code once AWS has created the runtime: create another AgentRuntime")
        .reason(Reason::FieldValueForbidden)
        .field_path(".spec.artifact"),
)]
#[serde(rename_all = "camelCase")]
pub struct AgentRuntimeSpec {
    /// The members that every kind has.
    #[serde(flatten)]
    pub common: CommonSpec,

    /// The runtime's name in AWS: letters, digits and underscores, starting with a letter, at most 48.
    /// Left out: derived from the cluster, the namespace and the object's name. It can't change once the operator has
    /// asked AWS for the runtime; the chosen one is in `status.name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 48), regex(pattern = patterns::AWS_NAME))]
    pub runtime_name: Option<String>,

    /// What the runtime is for, 1 to 4096 characters. Shown in the AWS console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub description: Option<String>,

    /// The agent's program: a container image, or code that a managed language runtime executes.
    pub artifact: Artifact,

    /// The role that the agent runs as. Required.
    pub execution_role: ExecutionRole,

    /// How the agent reaches the network.
    #[serde(default)]
    pub network: Network,

    /// The protocol that the agent's server speaks. Left out: AWS assumes HTTP on port 8080 at /invocations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,

    /// Who may invoke the agent. Left out: callers with AWS credentials (IAM, Signature Version 4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<Authorizer>,

    /// Request headers that are passed on to the agent. Left out: none but AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_headers: Option<RequestHeaders>,

    /// How long sessions live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,

    /// Environment variables of the agent, merged by name. With those that references inject, at most 50. A variable
    /// given here wins over an injected one. Injected: `AWS_REGION`, `AWS_DEFAULT_REGION`,
    /// `BEDROCK_AGENTCORE_MEMORY_ID` and `_NAME`, `BEDROCK_AGENTCORE_CODE_INTERPRETER_ID` and one for each alias.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub env: Vec<EnvVar>,

    /// File systems of a session, at most 5, merged by mount path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["mountPath".into()]))]
    pub filesystems: Vec<Filesystem>,

    /// Further ports, besides the protocol's own, on which the agent may be reached: 1 to 5 ports or ranges between
    /// 8000 and 12000 that don't overlap. AWS does not accept port 8443.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 5))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    #[x_kube(validation = network::ports_apart())]
    pub allowed_ports: Vec<AllowedPort>,

    /// The version of the AgentCore platform, 1 to 128 characters without spaces. Left out: AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = patterns::NO_SPACES))]
    pub platform_version: Option<String>,

    /// Whether the agent must use version 2 of the microVM metadata service. Left out: AWS's default.
    /// AWS takes it in updates only, so a new runtime that sets it is at version 2 when it becomes Ready.
    #[serde(default, rename = "requireMMDSv2", skip_serializing_if = "Option::is_none")]
    pub require_mmds_v2: Option<bool>,

    /// The ARN of the capacity provider whose EC2 instances run the agent. Left out: AgentCore's own microVMs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256), regex(pattern = patterns::CAPACITY_PROVIDER))]
    pub capacity_provider_arn: Option<String>,

    /// The memory that the agent uses. Injects `BEDROCK_AGENTCORE_MEMORY_ID` and `BEDROCK_AGENTCORE_MEMORY_NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_ref: Option<MemoryRef>,

    /// The code interpreters that the agent uses, at most 10, merged by alias. Each injects its id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["alias".into()]))]
    pub code_interpreter_refs: Vec<CodeInterpreterRef>,
}

/// An environment variable of the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline, extend("x-kubernetes-map-type" = "atomic"))]
pub struct EnvVar {
    /// The variable's name, 1 to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,

    /// The variable's value, at most 5000 characters. Quote numbers and words like `yes` or `true` in YAML.
    /// Whoever may read this object or the runtime in AWS can read it: keep secrets in AWS Secrets Manager.
    #[schemars(length(max = 5000))]
    pub value: SecretText,
}

/// Request headers that are passed on to the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestHeaders {
    /// Names of headers, 1 to 20, for example `X-Amzn-Bedrock-AgentCore-Runtime-Custom-Actor-Id`.
    #[schemars(length(min = 1, max = 20), inner(length(min = 1, max = 256), regex(pattern = patterns::HEADER)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub allowlist: Vec<String>,
}

/// How long sessions live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Lifecycle {
    /// Seconds after which an idle session ends, 60 to 1209600 (14 days). Left out: AWS takes 900.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60, max = 1_209_600))]
    pub idle_session_timeout_seconds: Option<i32>,

    /// Seconds after which any session ends, 60 to 1209600 (14 days). Left out: AWS takes 28800 (8 hours).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60, max = 1_209_600))]
    pub max_lifetime_seconds: Option<i32>,
}

/// What the operator and AWS say of an AgentRuntime.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct AgentRuntimeStatus {
    /// The members that every kind has.
    #[serde(flatten)]
    pub common: CommonStatus,

    /// The newest version of the runtime in AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub version: Option<String>,

    /// The endpoint DEFAULT, which AWS makes and moves to the newest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_endpoint: Option<DefaultEndpointStatus>,
}

/// What AWS says of the endpoint DEFAULT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct DefaultEndpointStatus {
    /// The endpoint's state in AWS, for example READY.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub state: Option<String>,

    /// The version that serves requests now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub live_version: Option<String>,

    /// The version that the endpoint is being moved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub target_version: Option<String>,
}
