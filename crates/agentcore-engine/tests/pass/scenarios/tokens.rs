//! Tokens and times of sending.

use agentcore_api::keys::annotation;
use agentcore_engine::known::TagMap;
use jiff::SignedDuration;

use crate::{
    aws::Switches,
    bench::Bench,
    drive::Trouble,
    stories::{described, spec},
};

fn tokens<const U: bool>(bench: &mut Bench<U>, verb: &str) -> Vec<String> {
    bench.home().writes.iter().filter(|seen| seen.verb == verb).map(|seen| seen.token.clone()).collect()
}

const CREATE: usize = 4;

#[test]
fn a_create_whose_answer_was_lost_is_sent_again_under_its_token() {
    for trouble in [Trouble::Lost, Trouble::CrashAfter(1)] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(spec());
        bench.troubles.insert(CREATE, trouble);
        bench.run(30);
        let tokens = tokens(&mut bench, "create");
        assert_eq!((tokens.len(), tokens[0] == tokens[1]), (2, true));
        assert_eq!((bench.ours().len(), bench.says().as_str(), bench.record().sends), (1, "True/Available", 2));
        bench.silent();
    }
}

/// After half a minute nothing is sent again: it is looked for.
#[test]
fn a_create_is_not_sent_again_after_its_time() {
    for trouble in [Trouble::CrashBefore(31), Trouble::CrashAfter(31)] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(spec());
        bench.troubles.insert(CREATE, trouble);
        bench.run(100);
        assert_eq!(bench.calls("create"), usize::from(trouble == Trouble::CrashAfter(31)));
        bench.run(60);
        assert_eq!((bench.calls("create"), bench.says().as_str()), (1, "True/Available"));
        assert_eq!(bench.record().sends, 1);
        bench.silent();
    }
}

/// Reads may be older than an update. For how long that is reckoned with counts from when the update was answered, not
/// from its announcement: an operator that hung in between would else believe the first old read, and update again.
#[test]
fn an_update_that_left_late_is_not_sent_again_for_an_old_read() {
    let mut bench = Bench::<true>::new(Switches { versions: true, ..Switches::default() });
    bench.create(spec());
    bench.run(60);
    bench.edit(|spec| *spec = described("new"));
    // Read, whose credentials, read, announcement: and alone.
    bench.lonely = true;
    let call = bench.trace.len() + 4;
    bench.troubles.insert(call, Trouble::Hangs(150));
    bench.run(1);
    assert_eq!((bench.calls("update"), bench.hit.as_slice()), (1, [Trouble::Hangs(150)].as_slice()));
    bench.home().switches.lag = SignedDuration::from_secs(60);
    bench.run(30);
    assert_eq!(bench.calls("update"), 1);
    bench.run(120);
    assert_eq!((bench.calls("update"), bench.says().as_str()), (1, "True/Available"));
    bench.silent();
}

/// An operator that hangs between the announcement and the create does not send it late.
#[test]
fn a_create_does_not_leave_late() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    // Alone: the other replica is not there.
    bench.lonely = true;
    bench.troubles.insert(CREATE, Trouble::Hangs(31));
    bench.run(34);
    assert_eq!(bench.record().creation, 1);
    bench.run(60);
    assert_eq!((bench.calls("create"), bench.says().as_str()), (1, "True/Available"));
    bench.silent();
}

#[test]
fn an_edited_body_is_not_sent_under_the_same_token() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.troubles.insert(CREATE, Trouble::CrashBefore(1));
    bench.run(0);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(100);
    assert_eq!(bench.calls("create"), 0);
    bench.run(60);
    assert_eq!((bench.calls("create"), bench.record().creation), (1, 1));
    bench.silent();
}

#[test]
fn a_refused_create_is_another_creation() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.troubles.insert(CREATE, Trouble::Throttled);
    bench.run(30);
    assert_eq!((bench.calls("create"), bench.record().creation, bench.record().sends), (1, 1, 1));
    bench.silent();
}

/// A refusal of the second send says nothing of the first.
#[test]
fn a_refused_repetition_leaves_the_first_unknown() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.troubles.insert(CREATE, Trouble::Lost);
    bench.run(0);
    bench.always = Some((crate::drive::What::Call, Trouble::Throttled));
    bench.run(2);
    bench.always = None;
    assert_eq!((bench.record().sends, bench.record().closed), (2, true));
    bench.run(30);
    assert_eq!((bench.calls("create"), bench.ours().len(), bench.says().as_str()), (1, 1, "True/Available"));
    bench.silent();
}

/// What AWS finds invalid is told and left alone for its hour, also while look-ups ask what came of the send before.
#[test]
fn a_refusal_of_the_repetition_is_told_and_tried_hourly() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.troubles.insert(CREATE, Trouble::CrashBefore(1));
    bench.run(0);
    bench.always = Some((crate::drive::What::Call, Trouble::Invalid));
    bench.run(2);
    assert_eq!((bench.record().sends, bench.record().closed), (2, true));
    let (sent, events) = (bench.sent.len(), bench.events.len());
    for _ in 0..35 {
        assert_eq!(bench.stalled().as_deref(), Some("InvalidSpec"));
        // As after a restart.
        bench.wake = Some(bench.now);
        bench.run(100);
    }
    assert_eq!((bench.sent.len(), bench.events.len()), (sent, events));
    bench.run(300);
    assert_eq!(bench.sent.len(), sent + 1);
}

/// The edit's pass: the object, whose credentials, a read, the announcement, the update.
fn update_with(trouble: Trouble) -> Vec<String> {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    let update = bench.trace.len() + 4;
    bench.troubles.insert(update, trouble);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.ours()[0].version), ("True/Available", 2), "{trouble:?}");
    bench.silent();
    bench.sent.iter().filter(|(verb, _)| *verb == "update").map(|(_, token)| token.clone()).collect()
}

#[test]
fn an_update_is_repeated_under_its_token_unless_it_was_answered() {
    for trouble in [Trouble::Internal, Trouble::CrashBefore(1)] {
        let tokens = update_with(trouble);
        assert_eq!(tokens.iter().collect::<std::collections::BTreeSet<_>>().len(), 1, "{trouble:?}");
    }
    for trouble in [Trouble::Throttled, Trouble::Denied, Trouble::Conflict, Trouble::Mismatch] {
        let tokens = update_with(trouble);
        assert_eq!(tokens.len(), 2, "{trouble:?}");
        assert_ne!(tokens[0], tokens[1], "{trouble:?}");
    }
}

/// A refusal of the repetition says nothing of the first, which a newer version without a difference shows to be made.
#[test]
fn an_update_that_was_made_is_not_sent_again_for_a_refused_repetition() {
    for (description, also, wiped, versions) in [
        (Some("second"), None, false, 2),
        (Some("second"), None, true, 2),
        // A member that AWS keeps, or another edit meanwhile: that is sent.
        (None, None, false, 3),
        (Some("second"), Some("third"), false, 3),
    ] {
        let mut bench = Bench::<true>::with_ready(Switches { keeps_description: true, ..Switches::default() });
        if wiped {
            bench.change(|stored| stored.status = serde_json::json!({}));
            bench.run(300);
            assert_eq!(bench.says(), "True/Available");
        }
        bench.edit(|spec| spec.description = description.map(str::to_owned));
        let update = bench.trace.len() + 4;
        bench.troubles.insert(update, Trouble::Lost);
        bench.run(0);
        bench.always = Some((crate::drive::What::Call, Trouble::Throttled));
        bench.run(5);
        bench.always = None;
        if let Some(text) = also {
            bench.edit(|spec| spec.description = Some(text.to_owned()));
        }
        bench.run(120);
        let told = bench.says();
        assert_eq!((told.as_str(), bench.ours()[0].version), ("True/Available", versions), "{description:?} {also:?}");
        assert!(bench.record().failure.is_none());
        bench.silent();
    }
}

/// The operator hangs before an update that makes a child, and AWS refuses it: nothing of it can be under way by then.
#[test]
fn a_late_refusal_of_an_update_is_followed_by_a_look() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.lonely = true;
    let announcement = bench.trace.len() + 3;
    bench.edit(|spec| spec.children = vec!["new".to_owned()]);
    bench.troubles.insert(announcement, Trouble::Hangs(150));
    bench.always = Some((crate::drive::What::Call, Trouble::Invalid));
    bench.run(155);
    assert_eq!((bench.sent.len(), bench.stalled().as_deref()), (2, Some("InvalidSpec")));
    assert!(bench.record().children.iter().all(|child| child.name != "new"), "{:?}", bench.record().children);
}

/// The first of two sends arrives when what the second one made has gone and the token is forgotten. Where no tags tell
/// whose that is, its name and its time do.
#[test]
fn what_the_other_of_two_sends_made_goes_too() {
    let mut bench = Bench::<true>::new(Switches { tags_listable: false, ..Switches::default() });
    bench.always = Some((crate::drive::What::Call, Trouble::Lost));
    bench.create(spec());
    bench.run(0);
    bench.always = None;
    bench.run(40);
    assert_eq!((bench.says().as_str(), bench.record().sends), ("True/Available", 2));
    bench.delete();
    bench.run(20);
    assert!(!bench.gone() && bench.ours().is_empty());
    let (now, name) = (bench.now, bench.home().resources[0].name.clone());
    bench.home().stranger(&name, TagMap::new(), now);
    let id = bench.home().resources[1].id.clone();
    bench.home().granted.push((id, "uid-1".to_owned()));
    bench.run(300);
    let now = bench.now;
    assert!(bench.gone());
    assert_eq!((bench.calls("delete"), bench.home().existing(now).count()), (2, 0));
    bench.clean();
}

/// A repetition of a create makes what its first send made: what is asked for in between is not in it.
#[test]
fn a_redeploy_that_is_asked_for_between_two_sends_of_a_create_is_made() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.always = Some((crate::drive::What::Call, Trouble::Lost));
    bench.create(spec());
    bench.run(0);
    let told = bench.message();
    assert!(told.contains("the same is asked once more, and then it is looked for until"), "{told}");
    bench.always = None;
    bench.annotate(annotation::REDEPLOY_AT, "now");
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create create update"));
    assert_eq!(bench.common().last_handled_redeploy_at.as_deref(), Some("now"));
    bench.silent();
}

#[test]
fn each_try_of_a_failed_update_has_its_own_token() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.description = Some("fails".to_owned()));
    bench.run(4 * 3600);
    let tokens = tokens(&mut bench, "update");
    assert!((4..6).contains(&tokens.len()), "{}", tokens.len());
    assert_eq!(tokens.iter().collect::<std::collections::BTreeSet<_>>().len(), tokens.len());
    // There and back again is another update, too.
    for text in ["good", "first", "good", "first"] {
        bench.edit(|spec| spec.description = Some(text.to_owned()));
        bench.run(30);
        assert_eq!(bench.says(), "True/Available");
        assert_eq!(bench.ours()[0].settings.description.as_deref(), Some(text));
    }
    bench.silent();
}

/// Two creations of one failed spec have two tokens; the spec is the same.
#[test]
fn each_creation_has_its_own_token() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("fails"));
    bench.run(2 * 3600 + 300);
    let tokens = tokens(&mut bench, "create");
    assert_eq!(tokens.len(), 3);
    assert_eq!(tokens.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    bench.clean();
}
