//! What others change in AWS, by what the spec says of it.

use agentcore_api::{common::Drift, keys::annotation, status::ConditionType};

use crate::{
    aws::Switches,
    bench::Bench,
    stories::{spec, tag},
};

fn with(drift: Drift, switches: Switches) -> Bench<true> {
    let mut bench = Bench::new(switches);
    let mut spec = spec();
    spec.common.drift = drift;
    bench.create(spec);
    bench.run(40);
    assert_eq!(bench.says(), "True/Available");
    // Without versions it takes so long until a change of others can be told from our own that settles.
    bench.run(1000);
    bench
}

fn clouds() -> [Switches; 2] {
    [Switches::default(), Switches { versions: false, ..Switches::default() }]
}

fn theirs(bench: &mut Bench<true>) {
    bench.others_change(|settings| settings.description = Some("SECRET".to_owned()));
    bench.run(700);
}

fn drifted(bench: &Bench<true>) -> Option<String> {
    bench.common().condition(ConditionType::Drifted).map(|condition| condition.message.clone())
}

#[test]
fn correct_sets_it_back() {
    for cloud in clouds() {
        let mut bench = with(Drift::Correct, cloud);
        theirs(&mut bench);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
        assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("first"));
        assert_eq!(drifted(&bench), None);
        let told = bench.events.iter().filter(|note| note.contains("sets back what others changed of the toy"));
        assert!(told.clone().all(|note| note.ends_with(": description")) && told.count() == 1, "{:?}", bench.events);
        bench.silent();
    }
}

#[test]
fn report_names_the_fields_and_changes_nothing() {
    for cloud in clouds() {
        let mut bench = with(Drift::Report, cloud);
        let events = bench.events.len();
        theirs(&mut bench);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "True/Available"));
        let told = drifted(&bench).unwrap();
        assert!(told.contains("differs from the spec in description, and"), "{told}");
        assert!(!bench.server.stored.as_ref().unwrap().status.to_string().contains("SECRET"), "no value is told");
        assert_eq!((bench.events.len(), bench.last_event()), (events + 1, told.as_str()));
        bench.annotate(annotation::REQUESTED_AT, "now");
        bench.run(60);
        bench.silent();
        assert_eq!((bench.verbs().as_str(), bench.events.len()), ("create", events + 1));
        // Set back by whoever it was.
        bench.others_change(|settings| settings.description = Some("first".to_owned()));
        bench.run(700);
        assert_eq!((drifted(&bench), bench.says().as_str()), (None, "True/Available"));
        bench.clean();
    }
}

#[test]
fn ignore_does_nothing() {
    for cloud in clouds() {
        let mut bench = with(Drift::Ignore, cloud);
        let events = bench.events.len();
        theirs(&mut bench);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "True/Available"));
        assert_eq!((drifted(&bench), bench.events.len()), (None, events));
        bench.silent();
    }
}

/// Drift is what others did. An edit goes out, and with it all that the spec says.
#[test]
fn an_edit_is_sent_whatever_is_said_of_drift() {
    for drift in [Drift::Report, Drift::Ignore] {
        for early in [true, false] {
            let mut bench = with(drift, Switches::default());
            if early {
                theirs(&mut bench);
            }
            bench.edit(|spec| spec.children.push("one".to_owned()));
            if !early {
                bench.others_change(|settings| settings.description = Some("theirs".to_owned()));
            }
            bench.run(60);
            assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
            assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("first"));
            assert_eq!((bench.ours()[0].settings.children.len(), drifted(&bench)), (1, None));
            // What the spec has no longer is an edit, too.
            bench.edit(|spec| spec.description = None);
            bench.run(60);
            assert_eq!(bench.verbs(), "create update update");
            tag(&mut bench, &[("a", "1")]);
            bench.run(60);
            assert_eq!(bench.verbs(), "create update update tag");
            bench.silent();
        }
    }
}

/// Another word for drift is an edit that changes nothing of the body: it is not sent, and takes effect at once.
#[test]
fn what_is_said_of_drift_can_change() {
    let mut bench = with(Drift::Ignore, Switches::default());
    theirs(&mut bench);
    bench.edit(|spec| spec.common.drift = Drift::Report);
    bench.run(30);
    assert!(drifted(&bench).is_some());
    assert_eq!(bench.verbs(), "create");
    bench.edit(|spec| spec.common.drift = Drift::Correct);
    bench.run(30);
    assert_eq!((bench.verbs().as_str(), drifted(&bench)), ("create update", None));
    bench.silent();
}

/// AWS's own way of writing what we sent is nobody's change.
#[test]
fn what_aws_renders_in_its_own_way_is_no_drift() {
    for drift in [Drift::Report, Drift::Ignore] {
        let mut bench = with(drift, Switches { capitals: true, ..Switches::default() });
        bench.run(7200);
        assert_eq!((bench.verbs().as_str(), drifted(&bench)), ("create", None));
        bench.silent();
    }
}

#[test]
fn what_others_delete_is_created_anew_only_where_drift_is_corrected() {
    for drift in [Drift::Report, Drift::Ignore] {
        let mut bench = with(drift, Switches::default());
        bench.sweep_away();
        bench.run(700);
        assert_eq!((bench.verbs().as_str(), bench.stalled().as_deref()), ("create", Some("Drifted")));
        assert!(bench.message().contains("was deleted in AWS, not by this operator"), "{}", bench.message());
        assert_eq!(drifted(&bench).is_some(), drift == Drift::Report);
        bench.silent();
        let mut other = with(drift, Switches::default());
        other.sweep_away();
        other.run(700);
        other.edit(|spec| spec.description = Some("second".to_owned()));
        bench.edit(|spec| spec.common.drift = Drift::Correct);
        for mut bench in [bench, other] {
            bench.run(60);
            assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create create", "True/Available"));
            assert_eq!(drifted(&bench), None);
            bench.clean();
        }
    }
}

#[test]
fn what_others_deleted_lets_go_of_its_object() {
    let mut bench = with(Drift::Report, Switches::default());
    bench.sweep_away();
    bench.run(700);
    bench.delete();
    bench.run(10);
    assert!(bench.gone());
    bench.clean();
}

#[test]
fn suspended_it_sends_nothing_and_says_that_aws_does_not_match() {
    let mut bench = with(Drift::Correct, Switches::default());
    bench.edit(|spec| spec.common.suspend = true);
    theirs(&mut bench);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "False/Suspended"));
    bench.clean();
}

/// Without the record it is not known what was accepted: what differs is told, and the next edit is one.
#[test]
fn a_lost_record_makes_nothing_of_drift() {
    let mut bench = with(Drift::Report, Switches::default());
    theirs(&mut bench);
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.run(200);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "True/Available"));
    assert!(drifted(&bench).is_some());
    bench.edit(|spec| spec.children.push("one".to_owned()));
    bench.run(60);
    assert_eq!((bench.calls("update"), drifted(&bench)), (1, None));
    assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("first"));
    bench.clean();
}

/// What was accepted is not known, and it is gone before that could be seen: from then on an edit tells itself.
#[test]
fn an_edit_of_what_was_deleted_is_told_from_no_edit_without_a_record_of_what_was_sent() {
    for drift in [Drift::Report, Drift::Ignore] {
        let mut bench = with(drift, Switches::default());
        // Its record is found again while AWS is busy with it.
        bench.turn_to("UPDATING");
        bench.change(|stored| stored.status = serde_json::json!({}));
        bench.run(60);
        assert_eq!((bench.record().id.is_some(), bench.record().accepted_digest), (true, None));
        bench.sweep_away();
        bench.run(700);
        assert_eq!((bench.verbs().as_str(), bench.stalled().as_deref()), ("create", Some("Drifted")));
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        bench.run(60);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create create", "True/Available"));
        bench.clean();
    }
}
