//! What the operator serves: health and metrics.

pub mod health;
mod listen;
pub mod metrics;

pub use listen::serve;
