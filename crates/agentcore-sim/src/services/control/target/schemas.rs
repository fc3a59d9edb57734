//! What the schemas of tools and interfaces look like.

use crate::services::control::authorizer::{ACCOUNT, S3_URI};
use crate::shape::common::ANY_TEXT;
use crate::shape::{MANY, Shape, list, opt, req};

static S3: Shape = Shape::Record(&[opt("uri", &S3_URI), opt("bucketOwnerAccountId", &ACCOUNT)]);
/// An interface, or a list of tools, as text or in S3.
pub(super) static TEXT_OR_S3: Shape = Shape::Union(&[opt("s3", &S3), opt("inlinePayload", &ANY_TEXT)]);
/// The interface of a target that speaks HTTP.
pub(super) static SOURCE: Shape = Shape::Record(&[req("source", &TEXT_OR_S3)]);

static TYPE: Shape = Shape::Choice(&["string", "number", "object", "array", "boolean", "integer"]);
static PROPERTIES: Shape = Shape::Table { min: 0, max: MANY, key: &ANY_TEXT, value: &SCHEMA };
static REQUIRED: Shape = list(0, MANY, &ANY_TEXT);
/// A JSON schema: its properties and items are schemas again.
static SCHEMA: Shape = Shape::Record(&[
    req("type", &TYPE),
    opt("properties", &PROPERTIES),
    opt("required", &REQUIRED),
    opt("items", &SCHEMA),
    opt("description", &ANY_TEXT),
]);
static TOOL: Shape = Shape::Record(&[
    req("name", &ANY_TEXT),
    req("description", &ANY_TEXT),
    req("inputSchema", &SCHEMA),
    opt("outputSchema", &SCHEMA),
]);
static TOOLS: Shape = list(0, MANY, &TOOL);
/// The tools of a function.
pub(super) static TOOL_SCHEMA: Shape = Shape::Union(&[opt("s3", &S3), opt("inlinePayload", &TOOLS)]);
