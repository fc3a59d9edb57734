//! What the simulator does, seen from outside: plain HTTP requests to the core, and to the server.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in a helper that is no test itself"
)]

mod accounts;
mod admin;
mod agents;
#[path = "../shared/beyond.rs"]
mod beyond;
mod browser;
mod costs;
mod crowd;
mod delivery;
mod ecr;
mod ecr_images;
mod endpoint;
mod enforced_elsewhere;
mod enforcement;
mod events;
mod faults;
mod gateway;
mod gone;
mod iam;
mod identity;
mod interpreter;
mod least_policy;
mod logs;
mod memory;
mod memory_update;
mod mishaps;
mod omitted;
mod planes;
mod policy;
mod profile;
mod quotas;
mod records;
mod roles;
mod runtime;
mod server;
mod signature;
mod sts;
mod tags;
mod target;
mod time;
mod tokens;
mod tool_sessions;
mod validation;
mod world;
mod xray;
