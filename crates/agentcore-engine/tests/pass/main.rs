//! The pass, proved: a kind, an AWS, an API server and a clock in memory, and a shell that fails where it is told to.
#![allow(missing_docs, reason = "tests are read in their files")]
#![allow(clippy::struct_excessive_bools, reason = "switches, each thrown on its own")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test a panic is the report"
)]

mod aws;
mod bench;
mod drive;
mod look;
mod scenarios;
mod server;
mod stories;
mod sweep;
mod toy;
