//! All orders of what two replicas, users and AWS can do, for small scopes.
//!
//! A state is the API server, an abstract AWS, the replicas in the middle of their passes, and the clock, which moves by
//! 30 s; whoever can do something is next. What is checked at every step is in `moves.rs`: the finalizer is there before
//! a write, one object never has two resources, nothing of others is touched, the finalizer goes last. Of a scope that is
//! explored whole, the end must besides be in reach from every state, without another fault: nothing gets stuck.
//!
//! Two states are the same (`print.rs`) if times differ only beyond what any rule looks at, if versions and creations
//! differ by a constant, and if replicas are swapped. States are held against each other by a hash of 64 bits: that two
//! of some 100 000 are taken for one is possible, and unlikely by far.
//!
//! A failure prints the shortest way to it, one line for each step. What is not explored: child resources beyond their
//! announcement, several regions or accounts, `adopt`, `drift`, and an API server that fails.

mod aws;
mod check;
mod kind;
mod moves;
mod print;
mod scopes;
mod world;

pub use aws::{Gone, Switches};
pub use check::{Found, explore};
pub use scopes::{Doing, Trouble, for_mutant, larger, nearest, suite};
pub use world::Scope;
