//! The agent's network, ports and protocol.

use kube::{KubeSchema, core::Rule as CelRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{common::VpcConfig, patterns, rules};

/// How the agent reaches the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::vpc_settings())]
pub struct Network {
    /// `PUBLIC`, the default: through the internet. `VPC`: through the given subnets and security groups.
    #[serde(default)]
    pub mode: NetworkMode,

    /// Where in a VPC, with mode `VPC` only.
    #[serde(flatten)]
    pub vpc: VpcConfig,
}

impl Default for Network {
    fn default() -> Self {
        Self { mode: NetworkMode::Public, vpc: VpcConfig::default() }
    }
}

/// The network modes of a runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum NetworkMode {
    /// Through the internet.
    #[default]
    Public,
    /// Through a VPC's subnets and security groups.
    Vpc,
}

/// The protocol that the agent's server speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Protocol {
    /// `HTTP`, `MCP` (Model Context Protocol), `A2A` (Agent2Agent) or `AGUI`.
    #[serde(rename = "type")]
    pub type_: ProtocolType,

    /// The port, 8000 to 12000 but not 8443. Left out: AWS takes 8080 for HTTP and AGUI, 8000 for MCP, 9000 for A2A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 8000, max = 12000))]
    #[x_kube(validation = Rule::new("self != 8443").message("port 8443 is not accepted by AWS: choose another"))]
    pub port: Option<i32>,

    /// The path, 1 to 2048 characters, for example `/invocations`. Left out: AWS takes /invocations for HTTP and
    /// AGUI, /mcp for MCP, / for A2A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048), regex(pattern = patterns::URL_PATH))]
    pub path: Option<String>,
}

/// The protocols of a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum ProtocolType {
    /// Plain HTTP.
    Http,
    /// Model Context Protocol.
    Mcp,
    /// Agent2Agent.
    A2a,
    /// Agent-user interaction.
    Agui,
}

/// A port, or a range of ports.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["port", "range"]))]
pub struct AllowedPort {
    /// One port, 8000 to 12000 but not 8443.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 8000, max = 12000))]
    #[x_kube(validation = Rule::new("self != 8443").message("port 8443 is not accepted by AWS: choose another"))]
    pub port: Option<i32>,

    /// A range of ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<PortRange>,
}

/// A range of ports, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.from <= self.to").message("from must not be greater than to"))]
pub struct PortRange {
    /// The first port, 8000 to 12000.
    #[schemars(range(min = 8000, max = 12000))]
    pub from: i32,

    /// The last port, 8000 to 12000.
    #[schemars(range(min = 8000, max = 12000))]
    pub to: i32,
}

/// No port of the list is in two entries.
pub(super) fn ports_apart() -> CelRule {
    let first = |entry: &str| format!("(has({entry}.port) ? {entry}.port : {entry}.range.from)");
    let last = |entry: &str| format!("(has({entry}.port) ? {entry}.port : {entry}.range.to)");
    // An entry overlaps itself; a range the wrong way round not even that, and has a rule of its own.
    CelRule::new(format!(
        "self.all(a, self.filter(b, {} <= {} && {} <= {}).size() <= 1)",
        first("a"),
        last("b"),
        first("b"),
        last("a"),
    ))
    .message("ports and ranges must not overlap: merge those that do")
}
