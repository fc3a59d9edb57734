//! AWS refuses, or fails.

use agentcore_api::{keys::annotation, status::Fate};
use jiff::SignedDuration;

use crate::{
    aws::Switches,
    bench::Bench,
    drive::{Trouble, What},
    stories::{described, spec, tag},
    toy::Spec,
};

#[test]
fn a_failed_create_is_never_ready_and_a_correction_recovers() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("fails"));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/CreateFailed", Some("CreateFailed")));
    assert!(bench.message().contains("it can't be"), "{}", bench.message());
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create delete create"));
    bench.silent();
}

#[test]
fn a_failed_create_is_tried_hourly_or_on_request() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("fails"));
    for _ in 0..10 {
        bench.run(350);
        bench.change(|_| {});
    }
    assert_eq!(bench.calls("create"), 1);
    bench.run(200);
    assert_eq!((bench.calls("create"), bench.says().as_str()), (2, "False/CreateFailed"));
    bench.annotate(annotation::REQUESTED_AT, "now");
    bench.run(60);
    assert_eq!((bench.calls("create"), bench.says().as_str()), (3, "False/CreateFailed"));
    bench.run(3400);
    assert_eq!(bench.calls("create"), 3);
    bench.run(36_000);
    assert!(bench.calls("create") <= 13, "{}", bench.calls("create"));
    bench.clean();
}

/// AWS cleans up what failed by itself: no faster for that.
#[test]
fn a_failed_create_that_goes_by_itself_is_tried_hourly_too() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("fails"));
    for _ in 0..12 {
        bench.run(300);
        bench.sweep_away();
        bench.change(|_| {});
    }
    assert!(bench.calls("create") <= 2, "{}", bench.calls("create"));
    assert_eq!((bench.says().as_str(), bench.record().fate), ("False/CreateFailed", Fate::None));
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!(bench.says(), "True/Available");
    bench.silent();
}

#[test]
fn a_failed_update_is_told_tried_hourly_and_corrected() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.description = Some("fails".to_owned()));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/UpdateFailed", Some("UpdateFailed")));
    assert!(bench.message().contains("it can't be so"), "{}", bench.message());
    for _ in 0..10 {
        bench.run(340);
        bench.change(|_| {});
    }
    assert_eq!(bench.verbs(), "create update");
    bench.run(300);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update update", "False/UpdateFailed"));
    bench.annotate(annotation::FLUX_REQUESTED_AT, "now");
    bench.run(60);
    assert_eq!((bench.calls("update"), bench.says().as_str()), (3, "False/UpdateFailed"));
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!((bench.calls("update"), bench.says().as_str()), (4, "True/Available"));
    assert_eq!(bench.calls("delete"), 0);
    bench.silent();
}

/// Data that was in use is not deleted because AWS calls it CREATE_FAILED.
#[test]
fn what_was_ever_active_is_not_deleted_to_create_it_again() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.turn_to("CREATE_FAILED");
    bench.run(7300);
    assert_eq!((bench.calls("delete"), bench.calls("create")), (0, 1));
    // An hour later an update repaired it.
    assert_eq!(bench.says(), "True/Available");
    bench.turn_to("CREATE_FAILED");
    bench.run(700);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/UpdateFailed", Some("UpdateFailed")));
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.calls("delete")), ("True/Available", 0));
    bench.silent();
}

/// A conflict that does not end is no change under way: AWS does not update what has failed.
#[test]
fn what_failed_and_is_not_updated_is_told_and_tried_slowly() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.turn_to("CREATE_FAILED");
    bench.always = Some((What::Call, Trouble::Conflict));
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(300);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/UpdateFailed", Some("UpdateFailed")));
    assert!(bench.message().contains("delete it in AWS"), "{}", bench.message());
    let asked = bench.asked;
    bench.run(3000);
    assert_eq!(bench.asked, asked, "the same is tried hourly");
    bench.always = None;
    bench.run(1000);
    assert_eq!((bench.says().as_str(), bench.calls("delete")), ("True/Available", 0));
    bench.silent();
}

/// So it is after the record was lost, when nobody knows whether it was in use.
#[test]
fn what_a_lost_record_finds_failed_is_not_deleted_either() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("fails"));
    bench.run(60);
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.run(300);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/UpdateFailed", "create"));
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create update"));
    bench.silent();
}

/// A request outlasts questions that fail, and makes no loop of them.
#[test]
fn a_request_is_open_until_aws_answers() {
    for trouble in [Trouble::Throttled, Trouble::Internal, Trouble::Denied] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(described("fails"));
        bench.run(60);
        bench.always = Some((What::Question, trouble));
        bench.annotate(annotation::REQUESTED_AT, "now");
        let passes = bench.passes;
        bench.run(1200);
        assert!(bench.passes - passes < 60, "{trouble:?}: {} passes", bench.passes - passes);
        assert_eq!((bench.common().last_handled_request_at, bench.calls("create")), (None, 1));
        bench.always = None;
        bench.run(400);
        assert_eq!(bench.common().last_handled_request_at.as_deref(), Some("now"));
        assert_eq!(bench.calls("create"), 2, "{trouble:?}");
        bench.clean();
    }
}

/// What comes between tells of other things; when the same is due is in the record.
#[test]
fn what_comes_between_puts_no_failed_body_forward() {
    for (text, reason) in [("invalid", "InvalidSpec"), ("fails", "CreateFailed")] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(described(text));
        bench.run(60);
        assert_eq!(bench.record().failure.unwrap().reason.as_deref(), Some(reason));
        for trouble in [Trouble::Throttled, Trouble::Internal, Trouble::Denied] {
            bench.always = Some((What::Question, trouble));
            bench.change(|_| {});
            bench.run(400);
            bench.sweep_away();
            bench.always = None;
            bench.change(|_| {});
            bench.run(400);
            assert_eq!(bench.calls("create"), 1, "{text} after {trouble:?}");
            assert_eq!(bench.says(), format!("False/{reason}"), "{text} after {trouble:?}");
            assert_eq!(bench.stalled().as_deref(), Some(reason));
        }
        bench.run(1800);
        assert_eq!(bench.calls("create"), 2, "{text}");
        bench.clean();
    }
}

/// So it is after the object was suspended, and what was read is written meanwhile.
#[test]
fn a_refused_update_is_not_due_sooner_for_a_suspension() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.description = Some("invalid".to_owned()));
    bench.run(60);
    for suspend in [true, false] {
        bench.edit(|spec| spec.common.suspend = suspend);
        bench.run(60);
    }
    assert_eq!((bench.says().as_str(), bench.calls("update")), ("False/InvalidSpec", 1));
    assert!(bench.message().contains("tried again at"), "{}", bench.message());
    let now = bench.now;
    for resource in &mut bench.home().resources {
        let shape = resource.at(now).cloned().map(|shape| crate::aws::Shape { version: 9, ..shape });
        resource.becomes(now, vec![(SignedDuration::ZERO, shape)]);
        resource.name = "renamed".to_owned();
    }
    bench.change(|_| {});
    bench.run(60);
    assert_eq!((bench.calls("update"), bench.common().name.as_deref()), (1, Some("renamed")));
    bench.run(3600);
    assert_eq!(bench.calls("update"), 2);
    bench.clean();
}

#[test]
fn a_refused_spec_waits_for_its_correction() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("invalid"));
    bench.run(3000);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/InvalidSpec", Some("InvalidSpec")));
    assert_eq!((bench.calls("create"), bench.record().fate), (1, Fate::None));
    bench.run(1000);
    assert_eq!(bench.calls("create"), 2);
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!(bench.says(), "True/Available");
    bench.edit(|spec| spec.description = Some("invalid".to_owned()));
    bench.run(3000);
    assert_eq!((bench.says().as_str(), bench.calls("update")), ("False/InvalidSpec", 1));
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.calls("update")), ("True/Available", 1));
    bench.silent();
}

#[test]
fn a_new_role_gets_its_time() {
    let role = "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreX".to_owned();
    let mut bench = Bench::<true>::new(Switches::default());
    let ready = bench.now + SignedDuration::from_mins(4);
    bench.home().switches.role_ready_at = Some(ready);
    bench.create(Spec { role: Some(role), ..spec() });
    bench.run(200);
    assert_eq!((bench.says().as_str(), bench.stalled()), ("False/RoleNotReady", None));
    bench.run(120);
    assert_eq!(bench.says(), "True/Available");
    assert!((5..20).contains(&bench.calls("create")), "{}", bench.calls("create"));
    bench.silent();

    // One that never comes is an error after ten minutes, and tried slowly.
    let never = bench.now + SignedDuration::from_hours(1000);
    bench.home().switches.role_ready_at = Some(never);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(900);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/RoleNotReady", Some("RoleNotReady")));
    let calls = bench.calls("update");
    assert!(calls < 40, "{calls}");
    bench.run(36_000);
    assert!(bench.calls("update") < calls + 20, "{} after {calls}", bench.calls("update"));
    bench.clean();
}

/// What AWS answers for hours makes no hot loop, and no status that is never the same.
#[test]
fn long_troubles_are_slow() {
    for trouble in
        [Trouble::Throttled, Trouble::Internal, Trouble::Denied, Trouble::Invalid, Trouble::Unsent, Trouble::Conflict]
    {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.always = Some((What::Call, trouble));
        bench.create(spec());
        bench.run(3600);
        assert!(bench.passes < 700, "{trouble:?}: {} passes", bench.passes);
        bench.always = None;
        bench.run(7500);
        assert_eq!(bench.says(), "True/Available", "{trouble:?}");
        bench.silent();

        bench.always = Some((What::Call, trouble));
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        tag(&mut bench, &[("a", "1")]);
        let passes = bench.passes;
        bench.run(3500);
        assert!(bench.passes - passes < 400, "{trouble:?}: {} passes", bench.passes - passes);
        assert_ne!(bench.says(), "True/Available");
        bench.always = None;
        bench.run(7500);
        assert_eq!(bench.says(), "True/Available", "{trouble:?}");
        bench.silent();
    }
}

/// A healthy object stays Ready while its reads fail.
#[test]
fn reads_that_fail_cost_nothing() {
    for trouble in [Trouble::Throttled, Trouble::Internal, Trouble::Denied, Trouble::Unsent] {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        let writes = bench.server.writes;
        bench.always = Some((What::Question, trouble));
        bench.run(3600);
        assert_eq!((bench.says().as_str(), bench.server.writes), ("True/Available", writes), "{trouble:?}");
        bench.always = None;
        bench.run(700);
        bench.silent();
    }
}

/// Somebody else's change turns the conditions to progress: what was refused is not due before its hour all the same.
#[test]
fn what_others_change_does_not_bring_a_refused_update_forward() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.description = Some("invalid".to_owned()));
    bench.run(10);
    assert_eq!((bench.stalled().as_deref(), bench.calls("update")), (Some("InvalidSpec"), 1));
    bench.turn_to("UPDATING");
    bench.change(|_| {});
    bench.run(30);
    assert_eq!(bench.says(), "Unknown/Updating");
    bench.turn_to("ACTIVE");
    bench.run(600);
    assert_eq!((bench.stalled().as_deref(), bench.calls("update")), (Some("InvalidSpec"), 1));
    bench.run(3600);
    assert_eq!(bench.calls("update"), 2);
}
