//! Adjustments to schemas that the derive macros can't express.

use schemars::Schema;

/// Drops the description of an enum, so that the field's own survives: where the field is optional, the schema
/// generator would put the type's in its place.
pub(crate) fn without_description(schema: &mut Schema) {
    schema.remove("description");
}
