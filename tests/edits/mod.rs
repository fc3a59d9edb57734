//! What an edit does: every leaf of every spec reaches AWS, in exactly the calls that the documentation names.

mod leaves;
mod own_fields;
mod subject;
