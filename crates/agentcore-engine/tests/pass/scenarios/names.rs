//! Whose a resource is.

use agentcore_api::{keys::tag, status::Fate};
use jiff::SignedDuration;

use crate::{
    aws::{Switches, mismatch},
    bench::Bench,
    drive::{Trouble, What},
    stories::spec,
    toy::Spec,
};

fn named(name: &str) -> Spec {
    Spec { name: Some(name.to_owned()), ..spec() }
}

fn taken<const U: bool>(switches: Switches) -> Bench<U> {
    let mut bench = Bench::<U>::new(switches);
    let before = bench.now - SignedDuration::from_hours(1);
    bench.home().stranger("mine", [("team".to_owned(), "other".to_owned())].into(), before);
    bench.create(named("mine"));
    bench.run(30);
    bench
}

fn a_stranger_is_left_alone<const U: bool>(switches: Switches) {
    let mut bench = taken::<U>(switches);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/NotOwned", Some("NotOwned")));
    assert!(bench.message().contains("spec.name"), "{}", bench.message());
    bench.run(3000);
    assert!(bench.calls("create") <= 1);
    bench.edit(|spec| spec.name = Some("other".to_owned()));
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    let now = bench.now;
    let names: Vec<_> = bench.home().existing(now).map(|(resource, _)| resource.name.clone()).collect();
    assert_eq!(names, ["mine", "other"]);
    bench.silent();
    bench.delete();
    bench.run(200);
    let now = bench.now;
    assert!(bench.gone() && bench.home().existing(now).count() == 1);
    bench.clean();
}

#[test]
fn a_taken_name_is_told_and_another_recovers() {
    let plain = Switches::default();
    for switches in [
        plain.clone(),
        Switches { tags_listable: false, ..plain.clone() },
        Switches { lists_tell_names: false, ..plain.clone() },
    ] {
        a_stranger_is_left_alone::<true>(switches.clone());
        a_stranger_is_left_alone::<false>(switches);
    }
}

#[test]
fn a_stranger_that_goes_makes_room() {
    let mut bench = taken::<true>(Switches::default());
    bench.sweep_away();
    bench.run(3700);
    assert_eq!(bench.says(), "True/Available");
    bench.silent();
}

/// The object goes while a stranger has its name: nothing of the stranger's is touched.
#[test]
fn deleted_while_a_stranger_has_the_name() {
    let mut bench = taken::<true>(Switches::default());
    bench.delete();
    bench.run(5);
    let now = bench.now;
    assert!(bench.gone() && bench.home().existing(now).count() == 1);
    assert_eq!(bench.verbs(), "create");
    bench.clean();
}

/// A name that begins with ours is another name.
#[test]
fn a_longer_name_is_no_stranger() {
    let mut bench = Bench::<false>::new(Switches { lists_tell_names: false, ..Switches::default() });
    let before = bench.now - SignedDuration::from_hours(1);
    bench.home().stranger("mine-too", [("team".to_owned(), "other".to_owned())].into(), before);
    bench.create(named("mine"));
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    bench.silent();
}

/// What carries the tags of another object of ours is another's, too.
#[test]
fn the_tags_of_another_object_make_a_stranger() {
    for key in [tag::CLUSTER, tag::NAMESPACE, tag::NAMESPACE_UID, tag::KIND, tag::NAME, tag::UID] {
        let mut bench = Bench::<false>::with_ready(Switches::default());
        let mut tags = bench.home().resources[0].tags.clone();
        tags.insert(key.to_owned(), "another".to_owned());
        let before = bench.now - SignedDuration::from_hours(1);
        let name = Bench::<false>::derived_name();
        bench.home().stranger(&name, tags, before);
        bench.change(|stored| stored.status = serde_json::json!({}));
        bench.run(200);
        assert_eq!(bench.says(), "True/Available", "{key}");
        assert_eq!(bench.record().id.as_deref(), Some(format!("{name}-0").as_str()), "{key}");
        bench.delete();
        bench.run(200);
        let now = bench.now;
        assert!(bench.gone() && bench.home().existing(now).count() == 1, "{key}");
        bench.clean();
    }
}

/// Where tags can't be listed, an older resource under our derived name is not ours.
#[test]
fn without_tags_the_time_of_creation_tells() {
    for (age, ready) in [(3600, false), (10, false), (-2, true)] {
        let mut bench = Bench::<true>::new(Switches { tags_listable: false, ..Switches::default() });
        bench.create(spec());
        let create = 4;
        bench.troubles.insert(create, Trouble::CrashBefore(60));
        bench.run(0);
        let made = bench.now - SignedDuration::from_secs(age);
        let uid = bench.server.stored.as_ref().unwrap().meta.uid.clone();
        bench.home().stranger(&Bench::<true>::derived_name(), [].into(), made);
        // Of the young one it can't be told: it is as good as ours.
        bench.home().resources[0].made_for = ready.then_some(uid);
        bench.run(150);
        assert_eq!(bench.says() == "True/Available", ready, "{age}: {}", bench.message());
        bench.clean();
    }
}

/// Tags that the operator may not read make nobody a stranger.
#[test]
fn a_denied_look_at_tags_proves_nothing() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(named("mine"));
    let create = 4;
    bench.troubles.insert(create, Trouble::CrashAfter(60));
    bench.run(0);
    bench.denies_tags = true;
    bench.delete();
    bench.run(3600);
    assert!(!bench.gone());
    assert_eq!(bench.stalled().as_deref(), Some("AccessDenied"));
    bench.denies_tags = false;
    bench.run(400);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

/// Names that are not unique: a lost answer, a refusal, and a stranger of that name. Two look-ups prove it, no less.
#[test]
fn a_stranger_of_the_same_name_proves_nothing_where_names_are_not_unique() {
    let mut bench = Bench::<false>::new(Switches { lag: SignedDuration::from_secs(40), ..Switches::default() });
    bench.create(named("mine"));
    // The first look-up, the announcement, the finalizer, and then the create, whose answer is lost.
    let create = 5;
    bench.troubles.insert(create, Trouble::Lost);
    bench.run(0);
    assert_eq!((bench.calls("create"), bench.record().fate), (1, Fate::Unknown));
    bench.always = Some((What::Call, Trouble::Denied));
    let before = bench.now - SignedDuration::from_hours(1);
    bench.home().stranger("mine", [("team".to_owned(), "other".to_owned())].into(), before);
    bench.change(|_| {});
    bench.run(20);
    bench.always = None;
    bench.run(400);
    assert_eq!((bench.ours().len(), bench.says().as_str()), (1, "True/Available"));
    bench.clean();
}

/// Only a 409 is a refusal because of the name: after another one the lost create may have made something.
#[test]
fn a_refusal_for_another_reason_says_nothing_of_the_name() {
    for deleted in [false, true] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(named("mine"));
        let create = 4;
        bench.troubles.insert(create, Trouble::CrashBefore(1));
        bench.run(0);
        bench.always = Some((What::Call, Trouble::Throttled));
        let before = bench.now - SignedDuration::from_hours(1);
        bench.home().stranger("mine", [("team".to_owned(), "other".to_owned())].into(), before);
        bench.run(10);
        let record = bench.record();
        assert_eq!((record.fate, record.sends, record.closed), (Fate::Unknown, 2, true));
        assert_eq!(record.failure.unwrap().reason.as_deref(), Some("Throttled"));
        bench.always = None;
        if deleted {
            bench.delete();
        }
        bench.run(100);
        assert!(!bench.gone());
        assert_eq!(bench.record().fate, Fate::Unknown);
        bench.run(60);
        assert_eq!(bench.gone(), deleted);
        bench.clean();
    }
}

/// A token mismatch is a definite answer: only look-ups follow, and then another creation.
#[test]
fn a_token_mismatch_is_not_sent_again() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    let create = 4;
    bench.troubles.insert(create, Trouble::Mismatch);
    bench.run(100);
    assert!(!mismatch("x").refusal && bench.record().closed);
    assert_eq!((bench.record().fate, bench.calls("create")), (Fate::Unknown, 0));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.record().creation), ("True/Available", 1));
    bench.silent();
}

/// The first send of a create may still arrive once the stranger is gone: that the second was refused for the name
/// does not say that nothing comes of it.
#[test]
fn a_name_that_refused_the_second_send_does_not_let_go_at_once() {
    let mut bench = Bench::<true>::new(Switches::default());
    let before = bench.now - SignedDuration::from_hours(1);
    bench.home().stranger("mine", [("team".to_owned(), "other".to_owned())].into(), before);
    bench.create(named("mine"));
    // It dies before the answer, and says so of its second send.
    bench.troubles.insert(4, Trouble::CrashBefore(1));
    bench.run(4);
    assert_eq!((bench.record().sends, bench.record().closed), (2, true));
    bench.delete();
    bench.run(100);
    assert!(!bench.gone());
    bench.run(40);
    assert!(bench.gone());
    bench.clean();
}
