//! Rules that are broken on purpose, and a schedule that tells.

use agentcore_engine::rules::Rules;
use agentcore_operator::kinds::{agent_memory::MemoryKind, agent_runtime::RuntimeKind};
use agentcore_proof::sweep::{
    run::hit_first,
    trouble::{Operation, Trouble},
};
use jiff::SignedDuration;

const NOTHING: [&str; 0] = [];

/// The schedule is good with the operator's rules, and wrong with these.
fn tells(broken: &Rules, run: impl Fn(&Rules) -> Vec<String>) {
    assert_eq!(run(&Rules::production()), NOTHING);
    assert_ne!(run(broken), NOTHING);
}

#[test]
fn a_create_that_may_leave_later() {
    let mut broken = Rules::production();
    broken.send_window = SignedDuration::from_hours(1);
    tells(&broken, |rules| hit_first::<RuntimeKind>(rules, &[], "create", Operation::Create, Trouble::CrashAfter(1)));
}

#[test]
fn look_ups_that_prove_absence_too_soon() {
    let mut broken = Rules::production();
    broken.lookup_delay = SignedDuration::ZERO;
    // The answer is lost with the operator, for longer than the create may be repeated, and the lists lag.
    let lags = ["runtimeNames=free", "listLagMs=60000"];
    tells(&broken, |rules| {
        hit_first::<RuntimeKind>(rules, &lags, "create", Operation::Create, Trouble::CrashAfter(45))
    });
}

#[test]
fn a_bound_that_no_resource_keeps_to() {
    let mut broken = Rules::production();
    broken.clock_skew = SignedDuration::from_hours(-1);
    let tagless = ["memoryTags=refused"];
    tells(&broken, |rules| {
        hit_first::<MemoryKind>(rules, &tagless, "create", Operation::Create, Trouble::CrashAfter(150))
    });
}
