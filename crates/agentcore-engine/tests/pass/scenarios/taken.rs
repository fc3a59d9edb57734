//! The resource of an earlier object of the same name is taken over, and nobody else's.

use agentcore_api::{
    common::{DeletionPolicy, Drift},
    keys::{annotation, tag},
};
use jiff::SignedDuration;

use crate::{
    aws::{Shape, Switches},
    bench::Bench,
    stories::{described, spec},
    toy::Spec,
};

fn retaining() -> Spec {
    let mut spec = Spec { role: None, ..spec() };
    spec.common.deletion_policy = Some(DeletionPolicy::Retain);
    spec
}

/// An object was there, and left its resource.
fn with_left_over<const U: bool>(switches: Switches) -> Bench<U> {
    let mut bench = Bench::<U>::new(switches);
    bench.create(retaining());
    bench.run(40);
    bench.delete();
    bench.run(5);
    assert!(bench.gone() && bench.ours().len() == 1);
    bench
}

/// The next object may touch what is there.
fn grant<const U: bool>(bench: &mut Bench<U>) -> String {
    let id = bench.home().resources[0].id.clone();
    bench.home().granted.push((id.clone(), "uid-2".to_owned()));
    id
}

fn is_taken_over<const U: bool>(spec: &Spec, verbs: &str, within: i64) {
    let mut bench = with_left_over::<U>(Switches::default());
    let id = grant(&mut bench);
    bench.create(spec.clone());
    bench.run(within);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", verbs));
    assert_eq!(bench.common().id.as_deref(), Some(id.as_str()));
    assert!(bench.record().ever_active && !bench.record().adopted);
    let told = format!("takes over the toy {id} of an earlier Toy of this name");
    assert_eq!(bench.events.iter().filter(|note| **note == told).count(), 1, "{:?}", bench.events);
    let resource = bench.home().resources[0].clone();
    assert_eq!(resource.tags.get(tag::UID).map(String::as_str), Some("uid-2"), "it says whose it is now");
    let now = bench.now;
    assert_eq!(resource.at(now).unwrap().settings.description, spec.description);
    assert_eq!(bench.ours().len(), 1);
    bench.silent();
    // From now on it is this object's, with all that follows.
    bench.delete();
    bench.run(20);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

#[test]
fn where_names_are_unique_the_refused_create_leads_to_it() {
    is_taken_over::<true>(&spec(), "create create tag", 30);
    is_taken_over::<true>(&described("second"), "create create update tag", 30);
}

#[test]
fn where_names_are_not_unique_it_is_found_before_anything_is_created() {
    is_taken_over::<false>(&spec(), "create tag", 30);
    is_taken_over::<false>(&described("second"), "create update tag", 30);
}

#[test]
fn what_an_abandoned_object_left_is_taken_over_too() {
    let mut bench = Bench::<false>::with_ready(Switches::default());
    bench.delete();
    bench.annotate(annotation::ABANDON, "true");
    // It was abandoned before AWS was asked to delete it.
    bench.run(10);
    assert!(bench.gone() && bench.ours().len() == 1);
    grant(&mut bench);
    bench.create(spec());
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create tag"));
    bench.clean();
}

/// The namespace was deleted and made anew: that its objects are gone is not known here.
#[test]
fn another_namespace_of_the_same_name_is_another() {
    for member in [tag::NAMESPACE_UID, tag::CLUSTER, tag::KIND, tag::NAME, tag::NAMESPACE] {
        let mut bench = with_left_over::<false>(Switches::default());
        bench.home().resources[0].tags.insert(member.to_owned(), "another".to_owned());
        bench.create(spec());
        bench.run(200);
        assert_eq!(bench.stalled().as_deref(), Some("NotOwned"), "{member}");
        assert_eq!(bench.verbs(), "create", "{member}");
        bench.clean();
    }
}

#[test]
fn what_says_no_uid_is_of_nobody() {
    let mut bench = with_left_over::<false>(Switches::default());
    bench.home().resources[0].tags.remove(tag::UID);
    bench.create(spec());
    bench.run(200);
    assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("NotOwned"), "create"));
    bench.clean();
}

/// It may hold data of the earlier object's time.
#[test]
fn what_is_taken_over_is_not_deleted_because_it_failed() {
    let mut bench = with_left_over::<true>(Switches::default());
    grant(&mut bench);
    bench.turn_to("CREATE_FAILED");
    bench.create(described("second"));
    bench.run(7300);
    assert_eq!(bench.calls("delete"), 0);
    assert!(bench.calls("update") > 0, "it is mended where that can be");
    assert_eq!(bench.says(), "True/Available");
    bench.clean();
}

/// It went with the earlier object, whatever the spec says of what others do to this one's.
#[test]
fn what_is_on_its_way_out_makes_room_whatever_drift_says() {
    for drift in [Drift::Correct, Drift::Report, Drift::Ignore] {
        for seconds in [5, 60, 300] {
            makes_room::<false>(drift, seconds, seconds + 30);
            // The create that AWS refused for its name is first given its time.
            makes_room::<true>(drift, seconds, seconds + 150);
        }
    }
}

fn makes_room<const U: bool>(drift: Drift, seconds: i64, within: i64) {
    let mut bench = with_left_over::<U>(Switches::default());
    grant(&mut bench);
    let now = bench.now;
    let resource = &mut bench.home().resources[0];
    let deleting = Shape { state: "DELETING", ..resource.at(now).unwrap().clone() };
    resource.becomes(now, vec![(SignedDuration::ZERO, Some(deleting)), (SignedDuration::from_secs(seconds), None)]);
    let mut spec = spec();
    spec.common.drift = drift;
    bench.create(spec);
    bench.run(3);
    assert!(bench.message().contains("of an earlier Toy of this name"), "{}", bench.message());
    bench.run(within);
    assert_eq!(bench.says(), "True/Available", "{drift:?} {seconds}");
    assert_eq!((bench.verbs().matches("create").count(), bench.ours().len()), (if U { 3 } else { 2 }, 1));
    bench.clean();
}

/// Where AWS's word says that it never worked it holds nothing, and is created anew.
#[test]
fn what_is_taken_over_and_never_worked_is_created_anew() {
    let mut bench = with_left_over::<true>(Switches::default());
    grant(&mut bench);
    bench.turn_to("STILLBORN");
    bench.create(spec());
    bench.run(600);
    assert_eq!((bench.says().as_str(), bench.calls("update"), bench.calls("delete")), ("True/Available", 0, 1));
    bench.clean();
}

/// What is deleted takes nothing over in order to delete it.
#[test]
fn an_object_that_is_deleted_takes_nothing_over() {
    let mut bench = with_left_over::<true>(Switches::default());
    bench.create(spec());
    bench.change(|stored| stored.meta.finalizer = true);
    bench.delete();
    bench.run(300);
    assert!(bench.gone());
    assert_eq!((bench.ours().len(), bench.verbs().as_str()), (1, "create"));
    bench.clean();
}

/// Its record is lost, so it is not known whether it had a resource of its own: that is looked for first.
#[test]
fn a_lost_record_is_looked_for_before_an_earlier_one_is_taken() {
    let mut bench = with_left_over::<false>(Switches::default());
    grant(&mut bench);
    bench.create(spec());
    bench.change(|stored| stored.meta.finalizer = true);
    bench.run(100);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("Unknown/Creating", "create"));
    bench.run(100);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create tag"));
    bench.clean();
}

/// Tags that can't be listed prove nothing of an earlier object.
#[test]
fn where_tags_cannot_be_listed_nothing_is_taken_over() {
    let mut bench = with_left_over::<true>(Switches { tags_listable: false, ..Switches::default() });
    bench.run(300);
    bench.create(spec());
    bench.run(300);
    assert_eq!(bench.stalled().as_deref(), Some("NotOwned"));
    assert_eq!((bench.ours().len(), bench.calls("tag"), bench.calls("update")), (1, 0, 0));
    bench.clean();
}
