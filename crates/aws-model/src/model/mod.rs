//! What a model file says: operations and shapes, as botocore's `service-2.json` has them.

mod load;
mod shape;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use self::load::{paginators, waiters};
pub use self::shape::{ErrorTrait, Kind, Location, Member, Shape, TimestampFormat};

/// The services whose models the tests use, as botocore names them.
pub const SERVICES: [&str; 7] = ["bedrock-agentcore-control", "bedrock-agentcore", "iam", "ecr", "sts", "logs", "xray"];

/// The model of one service.
#[derive(Debug, Deserialize)]
pub struct Model {
    /// What holds for the whole service.
    pub metadata: Metadata,
    /// The operations by name.
    pub operations: BTreeMap<String, Operation>,
    /// The shapes by name; [`Model::shape`] looks one up.
    pub shapes: BTreeMap<String, Shape>,
    /// Stands for a shape that is not there, which [`Model::parse`] excludes.
    #[serde(skip)]
    nothing: Shape,
}

/// What holds for a whole service.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// How requests and answers are written.
    pub protocol: Protocol,
    /// The version of the API, for example `2023-06-05`; a query request has it as `Version`.
    pub api_version: String,
    /// The first label of the endpoint's host name.
    pub endpoint_prefix: String,
    /// What signatures name the service, if not as the endpoint.
    pub signing_name: Option<String>,
    /// What stands before the operation's name in `X-Amz-Target`.
    pub target_prefix: Option<String>,
    /// The version in the content type of the JSON protocol.
    pub json_version: Option<String>,
    /// The XML namespace of answers.
    pub xml_namespace: Option<String>,
}

/// How requests and answers are written. <https://smithy.io/2.0/aws/protocols/index.html> describes the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Method and path say the operation; the rest is JSON.
    RestJson,
    /// The header `X-Amz-Target` says the operation; the rest is JSON.
    Json,
    /// A form says the operation as `Action`; the answer is XML.
    Query,
}

/// One operation.
#[derive(Debug, Deserialize)]
pub struct Operation {
    /// Its name, for example `CreateMemory`.
    pub name: String,
    /// Its method, path and status.
    pub http: Http,
    /// The shape of its parameters, if it has any.
    pub input: Option<Member>,
    /// The shape of its answer, if it has one.
    pub output: Option<Member>,
    /// The errors that it declares.
    #[serde(default)]
    pub errors: Vec<Member>,
}

/// The HTTP side of an operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    /// The method.
    pub method: String,
    /// The path with its labels, and what the query must contain.
    pub request_uri: String,
    /// The status of success.
    #[serde(default = "ok")]
    pub response_code: u16,
}

fn ok() -> u16 {
    200
}

impl Model {
    /// The shape of that name.
    pub fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).unwrap_or(&self.nothing)
    }

    /// What the scope of a signature calls the service.
    pub fn signing_name(&self) -> &str {
        self.metadata.signing_name.as_deref().unwrap_or(&self.metadata.endpoint_prefix)
    }
}
