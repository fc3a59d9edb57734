//! The data plane of Amazon Bedrock AgentCore: agents that are called, and what memories hold.

use serde::{Deserialize, Serialize};

use super::{Operation, Protocol, Service};

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "bedrock-agentcore",
    name: "bedrock-agentcore",
    protocol: Protocol::RestJson,
    operations: OPERATIONS,
    missing: "",
};

static OPERATIONS: &[Operation] = &[];

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {}
