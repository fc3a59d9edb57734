//! Agent runtimes and their versions.

mod change;
mod hooks;
mod read;
mod rules;
mod shapes;

pub(super) use change::{create, delete, update};
pub(super) use read::{get, list, list_versions};
pub(super) use rules::{check_mount_paths, check_vpc};
