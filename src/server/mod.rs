//! What the operator serves: health and metrics.

pub mod metrics;
