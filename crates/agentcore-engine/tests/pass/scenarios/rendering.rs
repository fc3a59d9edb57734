//! AWS answers and shows things in its own way, and nothing loops for it.

use agentcore_api::{
    keys::annotation,
    status::{ConditionType, Fate},
};
use agentcore_engine::{conditions, known::Referent, step::Event};
use jiff::SignedDuration;

use crate::{
    aws::Switches,
    bench::{Bench, tell},
    drive::{Trouble, What},
    stories::{spec, tag},
    toy::{Spec, Status},
};

/// What one turn wrote.
struct Turn {
    statuses: Vec<Status>,
    events: Vec<Event>,
}

impl Turn {
    fn unknown(&self) -> bool {
        let ready = |status: &Status| status.common.condition(ConditionType::Ready).cloned();
        self.statuses.iter().filter_map(ready).any(|ready| ready.status == "Unknown")
    }
}

/// Lets time pass, and tells of the turns that wrote something. As in the shell, each write has the event of its
/// transition, the announcement too.
fn watch<const U: bool>(bench: &mut Bench<U>, seconds: i64) -> Vec<Turn> {
    let end = bench.now + SignedDuration::from_secs(seconds);
    let mut turns = Vec::new();
    while let Some(wake) = bench.wake.filter(|wake| *wake <= end) {
        bench.now = bench.now.max(wake);
        let (writes, mut told) = (bench.server.writes, bench.server.stored.as_ref().unwrap().status());
        bench.turn();
        let writes = bench.server.writes - writes;
        assert!(writes <= 2, "{writes} writes in a turn");
        // What was before the last write is the announcement, where there was one.
        let stale = [true, false].into_iter().filter(|stale| writes == 2 || (writes == 1 && !stale));
        let statuses: Vec<_> = stale.filter_map(|stale| Some(bench.server.read::<U>(stale)?.object.status)).collect();
        let mut events = Vec::new();
        for status in &statuses {
            events.extend(conditions::transition(&told.common, &status.common));
            told = status.clone();
        }
        if writes > 0 {
            turns.push(Turn { statuses, events });
        }
        assert!(turns.len() < 1000, "a hot loop");
    }
    bench.now = bench.now.max(end);
    turns
}

fn events(turns: Vec<Turn>) -> Vec<Event> {
    turns.into_iter().flat_map(|turn| turn.events).collect()
}

/// What the conditions say, without the record.
fn conditions_of(status: &Status) -> String {
    let mut status = status.clone();
    status.common.record = None;
    tell(&status)
}

fn memory(id: Option<&str>) -> Referent {
    Referent { exists: true, id: id.map(str::to_owned), usable: id.is_some(), ..Referent::default() }
}

/// An object that is Ready, and whose reference then lost its id.
fn with_lost_reference() -> Bench<true> {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.referents.insert("memory".to_owned(), memory(Some("m-1")));
    bench.create(Spec { reference: Some("memory".to_owned()), ..spec() });
    bench.run(40);
    assert_eq!(bench.says(), "True/Available");
    bench.referents.insert("memory".to_owned(), memory(None));
    bench.change(|_| {});
    bench
}

#[test]
fn a_field_that_aws_renders_in_its_own_way_is_sent_hourly_at_most() {
    for versions in [true, false] {
        let mut bench = Bench::<true>::with_ready(Switches { capitals: true, versions, ..Switches::default() });
        for _ in 0..36 {
            bench.run(300);
            bench.change(|_| {});
            bench.run(20);
            assert_eq!(bench.says(), "True/Available", "versions: {versions}");
        }
        let updates = bench.calls("update");
        assert!(updates <= 3, "versions: {versions}, {updates} updates in three hours");
        bench.clean();
    }
}

#[test]
fn a_request_sends_what_aws_renders_once() {
    for versions in [true, false] {
        let mut bench = Bench::<true>::with_ready(Switches { capitals: true, versions, ..Switches::default() });
        bench.annotate(annotation::REQUESTED_AT, "now");
        bench.run(1800);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"), "{versions}");
        bench.clean();
    }
}

/// An edit goes out at once, and what others change is set back.
#[test]
fn what_aws_renders_hides_no_edit_and_no_change_of_others() {
    for versions in [true, false] {
        let mut bench = Bench::<true>::with_ready(Switches { capitals: true, versions, ..Switches::default() });
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        bench.run(1200);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"), "{versions}");
        bench.others_change(|settings| settings.description = Some("theirs".to_owned()));
        bench.run(1200);
        assert_eq!((bench.calls("update"), bench.says().as_str()), (2, "True/Available"), "versions: {versions}");
        assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("second"));
        bench.clean();
    }
}

/// It was ACTIVE while its children were being made: it may hold data.
#[test]
fn what_worked_while_its_children_were_made_is_updated_and_never_deleted() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { children: vec!["slow".to_owned()], ..spec() });
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.record().ever_active), ("Unknown/Updating", true));
    bench.turn_to("CREATE_FAILED");
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/UpdateFailed", Some("UpdateFailed")));
    bench.edit(|spec| spec.children.clear());
    bench.run(60);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
    bench.silent();
}

#[test]
fn a_read_that_stays_older_than_our_write_is_believed_after_two_minutes() {
    for versions in [true, false] {
        let mut bench = Bench::<true>::with_ready(Switches { ahead: true, versions, ..Switches::default() });
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        bench.run(100);
        assert_eq!(bench.says(), "Unknown/Updating", "versions: {versions}");
        bench.run(35);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"), "{versions}");
        bench.silent();
    }
}

#[test]
fn an_edit_goes_out_although_reads_stay_older_than_our_write() {
    for versions in [true, false] {
        let mut bench = Bench::<true>::with_ready(Switches { ahead: true, versions, ..Switches::default() });
        for text in ["second", "third", "fourth"] {
            bench.edit(|spec| spec.description = Some(text.to_owned()));
            bench.run(130);
        }
        bench.run(300);
        assert_eq!((bench.calls("update"), bench.says().as_str()), (3, "True/Available"), "versions: {versions}");
        assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("fourth"));
        bench.silent();
    }
}

#[test]
fn a_failure_is_told_at_once_however_old_the_read_looks() {
    for versions in [true, false] {
        let mut bench = Bench::<true>::with_ready(Switches { ahead: true, versions, ..Switches::default() });
        bench.edit(|spec| spec.description = Some("fails".to_owned()));
        bench.run(10);
        assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/UpdateFailed", Some("UpdateFailed")));
        assert!(bench.message().contains("it can't be so"), "{}", bench.message());
        bench.run(3000);
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/UpdateFailed", "create update"));
        bench.clean();
    }
}

#[test]
fn an_update_that_names_what_is_missing_waits_for_its_correction() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.home().switches.missing = true;
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    for _ in 0..10 {
        bench.run(300);
        bench.change(|_| {});
    }
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/InvalidSpec", Some("InvalidSpec")));
    assert!(bench.message().contains("the key was not found"), "{}", bench.message());
    assert_eq!(bench.verbs(), "create update");
    bench.run(1000);
    assert_eq!(bench.verbs(), "create update update");
    bench.home().switches.missing = false;
    bench.edit(|spec| spec.description = Some("third".to_owned()));
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.calls("update")), ("True/Available", 3));
    bench.silent();
}

#[test]
fn a_create_that_names_what_is_missing_waits_for_its_correction() {
    let mut bench = Bench::<true>::new(Switches { missing: true, ..Switches::default() });
    bench.create(spec());
    for _ in 0..10 {
        bench.run(300);
        bench.change(|_| {});
    }
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/InvalidSpec", Some("InvalidSpec")));
    assert!(bench.message().contains("the key was not found"), "{}", bench.message());
    assert_eq!((bench.verbs().as_str(), bench.record().fate), ("create", Fate::None));
    bench.run(1000);
    assert_eq!(bench.verbs(), "create create");
    bench.home().switches.missing = false;
    bench.edit(|spec| spec.description = Some("third".to_owned()));
    bench.run(40);
    assert_eq!((bench.says().as_str(), bench.calls("create")), ("True/Available", 3));
    bench.silent();
}

/// The same refusal, again and again: the conditions say it once, and stay.
#[test]
fn a_refused_update_that_is_tried_again_turns_nothing_over() {
    let edits: [fn(&mut Bench<true>); 2] =
        [|bench| bench.edit(|spec| spec.description = Some("second".to_owned())), |bench| tag(bench, &[("a", "1")])];
    for edit in edits {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        bench.always = Some((What::Call, Trouble::Denied));
        edit(&mut bench);
        // The edit is told, and the refusal.
        let first = events(watch(&mut bench, 10));
        assert!(first.len() == 2 && !first[0].warning && first[1].warning, "{first:?}");
        assert_eq!(bench.says(), "False/AccessDenied");
        let said = conditions_of(&bench.server.stored.as_ref().unwrap().status());
        let tries = bench.trace.iter().filter(|what| **what == What::Call).count();
        let turns = watch(&mut bench, 7200);
        let tries = bench.trace.iter().filter(|what| **what == What::Call).count() - tries;
        assert!((10..60).contains(&tries) && turns.len() <= tries, "{tries} tries, {} turns wrote", turns.len());
        for turn in &turns {
            assert!(!turn.unknown() && turn.events.is_empty(), "{:?}", turn.events);
            assert!(turn.statuses.iter().all(|status| conditions_of(status) == said));
        }
        bench.always = None;
        bench.run(600);
        assert_eq!(bench.says(), "True/Available");
        bench.silent();
    }
}

/// Other words are told: one warning for each try, and never Unknown in between.
#[test]
fn a_refusal_in_other_words_is_one_event() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.always = Some((What::Call, Trouble::Denied));
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    watch(&mut bench, 10);
    for trouble in [Trouble::Throttled, Trouble::Denied, Trouble::Throttled] {
        bench.always = Some((What::Call, trouble));
        let turns = watch(&mut bench, 900);
        assert!(!turns.iter().any(Turn::unknown), "{trouble:?}");
        let events = events(turns);
        assert!(events.len() == 1 && events[0].warning, "{trouble:?}: {events:?}");
    }
    bench.clean();
}

#[test]
fn a_deletion_is_one_event() {
    let mut bench =
        Bench::<true>::with_ready(Switches { deleting: SignedDuration::from_secs(90), ..Switches::default() });
    bench.delete();
    let events = events(watch(&mut bench, 200));
    assert!(bench.gone() && bench.ours().is_empty());
    assert!(events.len() == 1 && !events[0].warning, "{events:?}");
    bench.clean();
}

#[test]
fn a_reference_that_lost_its_id_takes_no_ready() {
    let mut bench = with_lost_reference();
    bench.silent();
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "True/Available"));
}

#[test]
fn a_failure_is_told_while_a_reference_has_no_id() {
    let mut bench = with_lost_reference();
    bench.turn_to("UPDATE_FAILED");
    bench.run(700);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/UpdateFailed", Some("UpdateFailed")));
    assert!(bench.message().contains("UPDATE_FAILED") && bench.message().contains("waits for"), "{}", bench.message());
    bench.silent();
    assert_eq!(bench.verbs(), "create");
    bench.referents.insert("memory".to_owned(), memory(Some("m-2")));
    bench.change(|_| {});
    bench.run(60);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
    bench.silent();
}

#[test]
fn a_suspended_object_says_so_while_a_reference_has_no_id() {
    let mut bench = with_lost_reference();
    bench.edit(|spec| {
        spec.common.suspend = true;
        spec.description = Some("second".to_owned());
    });
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.stalled()), ("False/Suspended", None));
    bench.silent();
    assert_eq!(bench.verbs(), "create");
}

/// What was asked before the first create is in it, even if its answer is lost.
#[test]
fn a_redeployment_asked_before_a_lost_create_makes_no_second_version() {
    redeploys_with_a_lost_create::<true>();
    redeploys_with_a_lost_create::<false>();
}

fn redeploys_with_a_lost_create<const U: bool>() {
    for trouble in [Trouble::Lost, Trouble::CrashAfter(1), Trouble::CrashAfter(45), Trouble::CrashAfter(150)] {
        let mut bench = Bench::<U>::new(Switches::default());
        bench.always = Some((What::Call, trouble));
        bench.create(spec());
        bench.annotate(annotation::REDEPLOY_AT, "before");
        bench.run(600);
        assert_eq!(bench.says(), "True/Available", "{trouble:?}");
        assert_eq!((bench.calls("update"), bench.ours().len(), bench.ours()[0].version), (0, 1, 1), "{trouble:?}");
        assert_eq!(bench.common().last_handled_redeploy_at.as_deref(), Some("before"));
        bench.silent();
    }
}

/// It went between our look and our update: no matter for an hour, nor one for the user.
#[test]
fn an_update_of_what_is_gone_is_followed_by_a_look() {
    for versions in [true, false] {
        let lag = SignedDuration::from_secs(3);
        let mut bench = Bench::<true>::with_ready(Switches { lag, versions, ..Switches::default() });
        bench.sweep_away();
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        bench.run(120);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update create", "True/Available"));
        bench.silent();
    }
}
