//! Proof of the operator: its own pass against a simulated AWS, in process, with time as a value.
//!
//! | module | |
//! |---|---|
//! | [`sweep`] | each fault at each step of each scenario, with the real kinds and the simulator's core |
//! | [`model`] | all orders of what two replicas, users and AWS can do, for small scopes |
//! | [`mutants`] | each rule of the pass, broken on purpose: the model checker must notice |

pub mod model;
pub mod mutants;
pub mod sweep;
