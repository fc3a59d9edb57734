//! The fault sweep, as far as it fits into the suite.
#![allow(clippy::panic, reason = "in a test a panic is the report")]

use agentcore_proof::sweep::run::{Plan, sweep};

#[test]
fn faults() {
    let report = sweep(&Plan::suite());
    println!("{report}");
    assert!(report.failures.is_empty(), "{report}");
}
