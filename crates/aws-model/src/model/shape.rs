//! A shape: a type of a model, and how others refer to it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A type of a model.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the traits of a shape, as the model has them")]
pub struct Shape {
    /// What kind of type it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The members of a structure, by their names in the model.
    #[serde(default)]
    pub members: BTreeMap<String, Member>,
    /// The members that must be there.
    #[serde(default)]
    pub required: Vec<String>,
    /// What a list is a list of.
    pub member: Option<Member>,
    /// The keys of a map.
    pub key: Option<Member>,
    /// The values of a map.
    pub value: Option<Member>,
    /// The least number, or length in characters, bytes or items.
    pub min: Option<f64>,
    /// The greatest number, or length in characters, bytes or items.
    pub max: Option<f64>,
    /// What a string must match.
    pub pattern: Option<String>,
    /// The values that a string can have.
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    /// Whether exactly one member must be there.
    #[serde(default)]
    pub union: bool,
    /// Whether it is any JSON.
    #[serde(default)]
    pub document: bool,
    /// Whether it is a stream of events.
    #[serde(default)]
    pub eventstream: bool,
    /// Whether a list or map in XML or a form has no element around its items.
    #[serde(default)]
    pub flattened: bool,
    /// The member that is the whole body.
    pub payload: Option<String>,
    /// How a timestamp is written, if not as its place would have it.
    pub timestamp_format: Option<TimestampFormat>,
    /// The status and code of an error.
    pub error: Option<ErrorTrait>,
    /// Whether it is an error.
    #[serde(default)]
    pub exception: bool,
    /// Whether it is an error of the service's fault.
    #[serde(default)]
    pub fault: bool,
}

/// What kind of type a shape is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Kind {
    #[default]
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Blob,
    Timestamp,
}

/// A reference to a shape: of a structure to a member, of a list to its items, of an operation to its input.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The name of the shape.
    pub shape: String,
    /// Where in a request or answer it is, if not in the body.
    pub location: Option<Location>,
    /// Its name there, if not the member's own.
    pub location_name: Option<String>,
    /// How a timestamp is written, if not as its place would have it.
    pub timestamp_format: Option<TimestampFormat>,
    /// Whether clients fill it by themselves.
    #[serde(default)]
    pub idempotency_token: bool,
    /// Whether it is a string that contains JSON.
    #[serde(default)]
    pub jsonvalue: bool,
    /// The element around the result, of an output in XML.
    pub result_wrapper: Option<String>,
}

impl Member {
    /// Its name on the wire, when `name` is its name in the model.
    pub fn wire_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.location_name.as_deref().unwrap_or(name)
    }
}

/// Where in a request or answer a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Location {
    /// A label of the path.
    Uri,
    /// A parameter of the query.
    Querystring,
    /// A header.
    Header,
    /// All headers whose names start like this.
    Headers,
    /// The status of the answer.
    StatusCode,
}

/// How a timestamp is written. <https://smithy.io/2.0/spec/protocol-traits.html#timestamp-formats>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimestampFormat {
    /// `2026-01-02T03:04:05Z`, with or without a fraction.
    Iso8601,
    /// A number of seconds.
    UnixTimestamp,
    /// `Fri, 02 Jan 2026 03:04:05 GMT`.
    Rfc822,
}

/// The status and code of an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorTrait {
    /// The code on the wire, if not the name of the shape.
    pub code: Option<String>,
    /// The status.
    pub http_status_code: Option<u16>,
}
