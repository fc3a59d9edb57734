//! Adjustments to schemas that the derive macros can't express.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::patterns;

/// Drops the description of an enum, so that the field's own survives: where the field is optional, the schema
/// generator would put the type's in its place.
pub(crate) fn without_description(schema: &mut Schema) {
    schema.remove("description");
}

/// A map of at most `MOST` AWS tags. What their keys may be is a CEL rule: a schema says nothing of keys.
pub(crate) fn tags<const MOST: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": MOST,
        "additionalProperties": { "type": "string", "maxLength": 256, "pattern": patterns::TAG_TEXT },
    })
}
