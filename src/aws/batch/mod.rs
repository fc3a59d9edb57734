//! Batched observation: one list tells of many objects what a read each would tell.
//!
//! While resources are in transition, a list shows which of them have moved on, and their objects have a pass. At rest a
//! slow walk through the list shows what others have changed. Everything here is a hint that starts a pass, which reads
//! the resource itself: what a list shows too late, or not at all, costs time and never correctness.

mod choose;
mod observer;
mod pace;
mod resting;
mod walk;
mod watches;

pub use observer::{Observer, Observers, Swept, Wake};
pub use resting::Facts;
pub use watches::Watch;

/// An object that is looked after, by namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}
