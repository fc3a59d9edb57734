//! What the tests share: one cluster, and a client that keeps the API server's own words.

pub mod api;
pub mod cluster;
pub mod operator;
pub mod world;

use std::path::PathBuf;

/// The root of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
