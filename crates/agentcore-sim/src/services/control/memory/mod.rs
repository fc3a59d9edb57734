//! Memories and their strategies.

mod create;
mod metadata;
mod modify;
mod read;
mod rules;
mod shapes;
mod strategy;
mod update;

pub(super) use create::create;
pub(super) use read::{delete, get, list};
pub(super) use update::update;
