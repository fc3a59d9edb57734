//! Every operation against AWS's public service models, with requests made from the models by chance: what is good
//! is answered as the model says, what is bad is refused as the model says, and nothing is ever a fault of the server.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in a helper that is no test itself"
)]

#[path = "../shared/beyond.rs"]
mod beyond;
mod random;
mod served;
mod things;
mod world;
