//! Everything at once: two hundred changes while nothing around the operator stays up, and the operator neither.

mod asleep;
pub mod plan;
mod storm;
