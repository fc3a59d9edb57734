//! What all kinds share of AWS: clients, identity, tags, and what an error of the SDK means.

pub mod batch;
mod clients;
mod control;
mod guard;
mod limits;
pub mod listing;
mod meter;
mod sdk_error;
mod tags;
pub mod time;

pub use clients::{Aws, Connection};
pub use control::Control;
#[cfg(test)]
pub(crate) use limits::limiter;
pub use limits::{Limiter, Turn};
pub use sdk_error::{CREDENTIALS_CHANGED, credentials_changed};
pub use tags::{TAG, UNTAG};
