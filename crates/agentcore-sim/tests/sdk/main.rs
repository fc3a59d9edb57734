//! The AWS SDK for Rust against the simulator over HTTP: the whole life of every kind, as the SDK reads it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in a helper that is no test itself"
)]

mod around;
mod browser;
mod gateway;
mod interpreter;
mod memory;
mod runtime;
mod world;
