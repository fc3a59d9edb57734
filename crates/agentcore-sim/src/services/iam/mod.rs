//! Identity and Access Management: roles and their policies.

use serde::{Deserialize, Serialize};

use super::{Operation, Protocol, Service};

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "iam",
    name: "iam",
    protocol: Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
    operations: OPERATIONS,
    missing: "",
};

static OPERATIONS: &[Operation] = &[];

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {}
