//! An operator that is to write nothing to AWS: a restored cluster is looked at first.

use agentcore_api::common::DeletionPolicy;
use agentcore_api::keys::annotation;

use crate::{
    aws::Switches,
    bench::Bench,
    stories::{described, spec},
    toy::Spec,
};

/// A Ready object, and from now on nothing is to be written.
fn with_ready<const U: bool>() -> Bench<U> {
    let mut bench = Bench::<U>::with_ready(Switches::default());
    bench.settings.read_only = true;
    bench
}

fn starts_again<const U: bool>(bench: &mut Bench<U>) {
    bench.settings.read_only = false;
    bench.change(|_| {});
}

#[test]
fn what_matches_stays_ready() {
    let mut bench = with_ready::<true>();
    bench.change(|_| {});
    bench.run(3600);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    bench.clean();
}

#[test]
fn what_does_not_match_is_told_and_left() {
    let mut bench = with_ready::<true>();
    bench.others_change(|settings| settings.description = Some("theirs".to_owned()));
    bench.run(700);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/Suspended", "create"));
    for part in ["--read-only", "description"] {
        assert!(bench.message().contains(part), "{}", bench.message());
    }
    starts_again(&mut bench);
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create update"));
    bench.clean();
}

fn nothing_is_created<const U: bool>() {
    let mut bench = Bench::<U>::new(Switches::default());
    bench.settings.read_only = true;
    bench.create(spec());
    bench.run(600);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/Suspended", ""));
    for part in ["--read-only", "one would be created", &Bench::<U>::derived_name()] {
        assert!(bench.message().contains(part), "{}", bench.message());
    }
    starts_again(&mut bench);
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    bench.clean();
}

#[test]
fn what_is_not_there_is_not_created() {
    nothing_is_created::<true>();
    nothing_is_created::<false>();
}

/// A backup without status: its resource is found by its tags, with the finalizer or without.
fn is_found_again<const U: bool>(finalizer: bool) {
    let mut bench = with_ready::<U>();
    bench.change(|stored| {
        stored.status = serde_json::json!({});
        stored.meta.finalizer = finalizer;
    });
    bench.run(300);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    assert_eq!(bench.server.stored.as_ref().unwrap().meta.finalizer, finalizer);
    starts_again(&mut bench);
    bench.run(300);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    assert!(bench.server.stored.as_ref().unwrap().meta.finalizer);
    bench.clean();
}

#[test]
fn an_object_without_record_finds_its_resource() {
    for finalizer in [true, false] {
        is_found_again::<true>(finalizer);
        is_found_again::<false>(finalizer);
    }
}

/// The object was made anew from the backup: AWS has the one of its predecessor.
fn predecessor<const U: bool>() {
    let mut bench = Bench::<U>::new(Switches::default());
    let mut retained = spec();
    retained.common.deletion_policy = Some(DeletionPolicy::Retain);
    bench.create(retained);
    bench.run(40);
    bench.delete();
    bench.run(5);
    assert!(bench.gone());
    let id = bench.home().resources[0].id.clone();
    bench.home().granted.push((id.clone(), "uid-2".to_owned()));
    bench.settings.read_only = true;
    bench.create(described("second"));
    bench.run(300);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/Suspended", "create"));
    assert!(bench.message().contains("description"), "{}", bench.message());
    assert_eq!(bench.common().id.as_deref(), Some(id.as_str()));
    starts_again(&mut bench);
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create update tag"));
    bench.clean();
}

#[test]
fn what_an_earlier_object_left_is_found_and_not_tagged() {
    predecessor::<true>();
    predecessor::<false>();
}

#[test]
fn a_stranger_under_the_name_is_told() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.settings.read_only = true;
    let now = bench.now;
    bench.home().stranger("mine", [].into(), now);
    bench.create(Spec { name: Some("mine".to_owned()), ..spec() });
    bench.run(300);
    assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("NotOwned"), ""));
    bench.clean();
}

#[test]
fn deletions_wait_and_say_so() {
    for (policy, abandon) in
        [(None, false), (Some(DeletionPolicy::Delete), false), (Some(DeletionPolicy::Retain), false), (None, true)]
    {
        let mut bench = with_ready::<true>();
        bench.edit(|spec| spec.common.deletion_policy = policy);
        if abandon {
            bench.annotate(annotation::ABANDON, "true");
        }
        bench.delete();
        bench.run(700);
        assert_eq!((bench.gone(), bench.verbs().as_str()), (false, "create"));
        assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/Deleting", Some("Suspended")));
        assert!(bench.message().contains("--read-only"), "{}", bench.message());
        let writes = bench.server.writes;
        bench.run(3600);
        assert_eq!(bench.server.writes, writes, "it is told once");
        starts_again(&mut bench);
        bench.run(60);
        assert!(bench.gone());
        bench.clean();
    }
}

#[test]
fn a_create_under_way_is_followed_and_not_sent_again() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.run(1);
    bench.settings.read_only = true;
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    bench.clean();
}
