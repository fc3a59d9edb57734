//! All orders of what two replicas, users and AWS can do, for small scopes.
//!
//! A state is the API server, an abstract AWS, the replicas in the middle of their passes, and the clock, which moves by
//! 30 s; whoever can do something is next. What is checked at every step is in `checks.rs`: the finalizer is there before
//! a write, one object never has two resources, nothing of others is touched, the finalizer goes last. Of a scope that is
//! explored whole, the end must besides be in reach from every state, without another fault: nothing gets stuck.
//!
//! Of orders that make no difference one is explored (`moves.rs`), and two states are the same if nothing that follows
//! can tell them apart (`print.rs`). States are held against each other by a hash of 128 bits.
//!
//! A failure prints the shortest way to it, one line for each step. What is not explored: child resources beyond their
//! announcement, several regions or accounts, `adopt`, `drift`, and an API server that fails.

mod aws;
mod check;
mod checks;
mod kind;
mod moves;
mod print;
mod replica;
mod scopes;
mod world;

pub use aws::{Gone, Switches};
pub use check::{Found, comes_to, explore, explore_all, same_states_have_the_same_future};
pub use scopes::{Doing, Trouble, for_mutant, larger, several, suite};
pub use world::Scope;
