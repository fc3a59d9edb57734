//! Each fault at each step of each scenario.
//!
//! The real [`next`](agentcore_engine::next), the real kinds with their SDK calls, the simulator's core, an API server
//! of one object, and a time that is a value. README.md of the crate tells how to read a failure.
//!
//! | module | what it knows |
//! |---|---|
//! | `wire` | the kinds' SDK calls over a connection in process; each turn of a call is computed once |
//! | [`trouble`] | what goes wrong, and the table of where it can |
//! | [`stories`] | the scenarios |
//! | `clouds` | the kinds of AWS, and how its switches are mixed |
//! | `subject` | what the kinds add to them |
//! | `world` | one object, its AWS, its API server and its clock; the invariants at every step |
//! | `drive` | the shell: it performs what a pass asks for, and fails where it is told to |
//! | `judge` | how a schedule must end |
//! | [`run`] | all schedules, on all cores |
//! | `report`, `shorten` | what came of them, and the example that is shown |
#![allow(missing_docs, reason = "read in its files, by those who read a failure")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "in a proof a panic is the report"
)]

mod clouds;
mod drive;
mod judge;
mod refused;
mod report;
pub mod run;
mod server;
mod shorten;
pub mod stories;
pub mod subject;
pub mod trouble;
mod wire;
mod world;
