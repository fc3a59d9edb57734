//! Proof of the operator: its own pass against a simulated AWS, in process, with time as a value.
//!
//! | module | |
//! |---|---|
//! | [`sweep`] | each fault at each step of each scenario, with the real kinds and the simulator's core |
//! | [`model`] | all orders of what two replicas, users and AWS can do, for small scopes |

pub mod model;
pub mod sweep;
