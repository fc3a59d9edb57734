//! The shell: it watches, reads and writes the cluster, and performs what the pass asks for. It decides nothing.

mod backoff;
mod conclude;
pub mod controller;
mod events;
mod hints;
mod line;
mod objects;
mod observe;
pub mod orphans;
mod perform;
mod referrers;
mod shell;
#[cfg(test)]
mod tests;
mod turns;

pub use objects::{Error, Read, cluster_id};
pub use referrers::Referrers;
pub use shell::{Referable, Shared, Shell};
