//! Policies: what a document says, and what documents together decide. It knows no service and no state.
//!
//! What is not understood is refused when the document is written down, never passed over when it is used: a policy
//! that is stored means all that it says.

mod condition;
mod context;
mod decide;
mod document;
mod glob;
mod principal;
mod statement;
#[cfg(test)]
mod tests;

pub(crate) use context::Context;
pub use decide::Decision;
pub(crate) use decide::{Question, Rights, Source, Verdict, decide};
pub(crate) use document::{Malformed, Policy, Sort};
pub(crate) use principal::{Trust, Who, grant, trust};
