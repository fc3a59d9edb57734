//! What is said of an object beside its passes: its write waits for a turn, or a pass panicked.

use agentcore_api::status::ConditionType;
use agentcore_engine::{contract::broken_rules, defect, object::Object, queued};

use crate::{aws::Switches, bench::Bench, stories::spec, toy::Toy};

const WAITS: &str = "waits for its turn";

/// The conditions as `Ready/Reason`, and what else is true, if there is anything new to say.
fn told(bench: &Bench<true>) -> Option<String> {
    let object: Object<Toy<true>> = bench.server.read::<true>(false).unwrap().object;
    let status = queued(&object, WAITS, bench.now)?;
    let ready = status.common.condition(ConditionType::Ready).unwrap();
    assert_eq!(ready.message, WAITS);
    assert_eq!(status.common.observed_generation, Some(object.meta.generation));
    assert_eq!(status.common.record, object.status.common.record, "nothing else is touched");
    let again = queued(&Object { status: status.clone(), ..object }, WAITS, bench.now);
    assert!(again.is_none(), "said twice");
    Some(format!("{}/{}", ready.status, ready.reason))
}

#[test]
fn a_new_object_says_that_it_waits() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    assert_eq!(told(&bench).as_deref(), Some("Unknown/Queued"));
}

#[test]
fn what_is_ready_stays_so_until_it_is_edited() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    assert_eq!(told(&bench), None);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    assert_eq!(told(&bench).as_deref(), Some("Unknown/Queued"));
}

#[test]
fn a_deletion_stays_a_deletion() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.delete();
    assert_eq!(told(&bench).as_deref(), Some("False/Deleting"));
    bench.run(1);
    assert_eq!(told(&bench), None);
}

#[test]
fn a_defect_is_told_once_and_a_deletion_stays_a_deletion() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    for (deleting, says, stalled) in
        [(false, "False/InternalError", None), (true, "False/Deleting", Some("InternalError"))]
    {
        if deleting {
            bench.delete();
        }
        let object: Object<Toy<true>> = bench.server.read::<true>(false).unwrap().object;
        let status = defect(&object, bench.now).unwrap();
        let told = |type_| status.common.condition(type_).map(|told| (told.status.clone(), told.reason.clone()));
        let (ready, reason) = told(ConditionType::Ready).unwrap();
        assert_eq!(format!("{ready}/{reason}"), says);
        assert_eq!(told(ConditionType::Stalled).map(|(_, reason)| reason).as_deref(), stalled);
        assert_eq!(broken_rules(&status.common, object.meta.generation), [""; 0]);
        assert_eq!(status.common.record, object.status.common.record, "nothing else is touched");
        assert!(defect(&Object { status, ..object }, bench.now).is_none(), "said twice");
    }
}
