//! CloudWatch Logs: groups, resource policies and deliveries.

use serde::{Deserialize, Serialize};

use super::{Operation, Protocol, Service};

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "logs",
    name: "logs",
    protocol: Protocol::Json("Logs_20140328"),
    operations: OPERATIONS,
    missing: "",
};

static OPERATIONS: &[Operation] = &[];

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {}
