//! Whole-system tests, against a real API server. One binary: linked once, one control plane for all tests.
#![allow(missing_docs, reason = "tests are read in their files")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test a panic is the report"
)]

mod adversary;
mod binary;
mod chaos;
mod chart;
mod conditions;
mod crds;
mod dependencies;
mod edits;
mod gitops;
mod guarantees;
mod lifecycle;
mod records;
mod support;
mod trouble;
