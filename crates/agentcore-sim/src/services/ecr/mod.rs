//! The Elastic Container Registry: repositories and their images.

use serde::{Deserialize, Serialize};

use super::{Operation, Protocol, Service};

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "ecr",
    name: "ecr",
    protocol: Protocol::Json("AmazonEC2ContainerRegistry_V20150921"),
    operations: OPERATIONS,
    missing: "",
};

static OPERATIONS: &[Operation] = &[];

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {}
