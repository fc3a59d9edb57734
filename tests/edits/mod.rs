//! What an edit does: every leaf of every spec reaches AWS, in exactly the calls that the documentation names.

mod calls;
mod leaves;
pub mod own_fields;
mod removal;
mod requests;
mod strategies;
mod subject;
mod transitions;
