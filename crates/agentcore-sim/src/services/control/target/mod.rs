//! Targets of gateways.

mod change;
mod read;
mod schemas;
mod shapes;
mod sort;

pub(super) use change::{create, delete, synchronize, update};
pub(super) use read::{all, get, list};
