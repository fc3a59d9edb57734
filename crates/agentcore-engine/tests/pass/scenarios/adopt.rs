//! What is in AWS already becomes an object's, if the operator allows it and no live object has it.

use std::collections::BTreeMap;

use agentcore_api::{
    common::{Adopt, DeletionPolicy, Drift},
    keys::tag,
    status::ConditionType,
};
use agentcore_engine::{known::TagMap, object::Namespaces};
use jiff::SignedDuration;

use crate::{
    aws::{Gone, Resource, Switches},
    bench::Bench,
    drive::{Trouble, What},
    stories::spec,
    toy::Spec,
};

const THEIRS: &str = "theirs-s0";

/// A spec that adopts by id.
fn adopting() -> Spec {
    let mut spec = spec();
    spec.common.adopt = Some(Adopt { id: Some(THEIRS.to_owned()), by_name: None });
    spec
}

/// A spec that adopts what is called `theirs`.
fn adopting_by_name() -> Spec {
    let mut spec = Spec { name: Some("theirs".to_owned()), ..spec() };
    spec.common.adopt = Some(Adopt { id: None, by_name: Some(true) });
    spec
}

/// The tags of an object's resource.
fn tagged(cluster: &str, name: &str, uid: &str) -> TagMap {
    [
        (tag::CLUSTER, cluster),
        (tag::NAMESPACE, "agents"),
        (tag::NAMESPACE_UID, "nsuid"),
        (tag::KIND, "Toy"),
        (tag::NAME, name),
        (tag::UID, uid),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// AWS has `theirs`, with these tags; the operator allows to adopt.
fn with<const U: bool>(tags: &TagMap, switches: Switches) -> Bench<U> {
    let mut bench = Bench::<U>::new(switches);
    bench.settings.adoption = Namespaces::All;
    let now = bench.now;
    bench.home().stranger("theirs", tags.clone(), now - SignedDuration::from_mins(5));
    bench.home().granted.push((THEIRS.to_owned(), "uid-1".to_owned()));
    bench
}

fn free<const U: bool>() -> Bench<U> {
    with(&[("theirs".to_owned(), "x".to_owned())].into(), Switches::default())
}

fn theirs<const U: bool>(bench: &mut Bench<U>) -> Resource {
    bench.home().resources[0].clone()
}

fn description<const U: bool>(bench: &mut Bench<U>) -> Option<String> {
    let now = bench.now;
    theirs(bench).at(now).unwrap().settings.description.clone()
}

fn drifted<const U: bool>(bench: &Bench<U>) -> Option<String> {
    bench.common().condition(ConditionType::Drifted).map(|condition| condition.message.clone())
}

fn is_adopted<const U: bool>(spec: Spec) {
    let mut bench = free::<U>();
    bench.create(spec);
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"));
    let common = bench.common();
    assert_eq!((common.id.as_deref(), common.name.as_deref()), (Some(THEIRS), Some("theirs")));
    assert!(common.established_at.is_some());
    assert_eq!(common.deletion_policy, Some(DeletionPolicy::Retain));
    let record = bench.record();
    assert!(record.adopted && record.ever_active);
    let tags = theirs(&mut bench).tags;
    assert_eq!(tags.get(tag::UID).map(String::as_str), Some("uid-1"));
    assert_eq!(tags.get("theirs").map(String::as_str), Some("x"), "what it was tagged with is not ours to remove");
    assert_eq!(description(&mut bench).as_deref(), Some("first"));
    bench.silent();
    bench.edit(|spec| spec.common.adopt = None);
    bench.run(10);
    assert_eq!((bench.says().as_str(), bench.calls("update")), ("True/Available", 1), "it is read only once");
    assert_eq!(bench.common().deletion_policy, Some(DeletionPolicy::Retain), "how it came is a fact of the record");
    bench.delete();
    bench.run(5);
    assert!(bench.gone());
    assert_eq!((bench.calls("delete"), bench.calls("create")), (0, 0));
    bench.clean();
}

/// Where AWS hides what is gone, the list tells that there is nothing to adopt.
#[test]
fn what_goes_before_it_is_adopted_is_told_where_aws_hides_it() {
    for gone in [Gone::Denied, Gone::NotFound] {
        let mut bench = with::<true>(&TagMap::new(), Switches { gone, ..Switches::default() });
        bench.create(adopting());
        bench.run(1);
        assert_eq!(bench.verbs(), "tag", "{gone:?}");
        bench.sweep_away();
        bench.run(700);
        assert_eq!(bench.stalled().as_deref(), Some("InvalidSpec"), "{gone:?}");
        assert!(bench.message().contains("AWS has none of that id"), "{}", bench.message());
        bench.clean();
    }
}

/// What is missing of it is known by name, and not forgotten before it is claimed: that must be no reason to look again
/// and again.
#[test]
fn a_refused_claim_is_no_hot_loop() {
    let mut bench = free::<true>();
    bench.always = Some((What::Call, Trouble::Invalid));
    let mut spec = adopting();
    spec.children = vec!["one".to_owned()];
    bench.create(spec);
    bench.run(130);
    assert_eq!(bench.stalled().as_deref(), Some("InvalidSpec"));
    let passes = bench.passes;
    bench.change(|_| {});
    bench.run(3000);
    assert!(bench.passes - passes < 20, "{} passes", bench.passes - passes);
    bench.always = None;
    bench.run(1000);
    assert_eq!(bench.says(), "True/Available");
    bench.clean();
}

#[test]
fn by_id() {
    is_adopted::<true>(adopting());
    is_adopted::<false>(adopting());
}

#[test]
fn by_name() {
    is_adopted::<true>(adopting_by_name());
    is_adopted::<false>(adopting_by_name());
}

#[test]
fn what_was_adopted_is_deleted_where_the_spec_says_so() {
    let mut bench = free::<true>();
    bench.create(adopting());
    bench.run(30);
    bench.edit(|spec| spec.common.deletion_policy = Some(DeletionPolicy::Delete));
    bench.delete();
    bench.run(60);
    assert!(bench.gone());
    assert_eq!(bench.verbs(), "tag update delete");
    bench.clean();
}

#[test]
fn what_is_as_the_spec_says_already_is_only_tagged() {
    let mut bench = free::<true>();
    bench.others_change(|settings| settings.description = Some("first".to_owned()));
    bench.create(adopting());
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag"));
    bench.silent();
}

#[test]
fn nothing_is_asked_of_aws_where_the_operator_does_not_allow_it() {
    for adoption in [Namespaces::Only(Vec::new()), Namespaces::Only(vec!["elsewhere".to_owned()])] {
        let mut bench = free::<true>();
        bench.settings.adoption = adoption;
        bench.create(adopting());
        bench.run(600);
        assert_eq!((bench.stalled().as_deref(), bench.questions), (Some("AdoptionNotAllowed"), 0));
        for part in ["--allow-adoption", "namespace agents", "spec.adopt"] {
            assert!(bench.message().contains(part), "{}", bench.message());
        }
        bench.settings.adoption = Namespaces::Only(vec!["agents".to_owned()]);
        bench.change(|_| {});
        bench.run(30);
        assert_eq!(bench.says(), "True/Available");
        // What has its resource needs nothing any more.
        bench.settings.adoption = Namespaces::Only(Vec::new());
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        bench.run(30);
        assert_eq!((bench.says().as_str(), bench.calls("update")), ("True/Available", 2));
        bench.clean();
    }
}

/// What is refused, and the parts of the message that say why.
fn is_refused(tags: &TagMap, lives: &BTreeMap<String, bool>, parts: &[&str]) {
    for spec in [adopting(), adopting_by_name()] {
        let mut bench = with::<true>(tags, Switches::default());
        bench.lives.clone_from(lives);
        bench.home().granted.clear();
        bench.create(spec);
        bench.run(900);
        assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("NotOwned"), ""), "{tags:?}");
        for part in parts {
            assert!(bench.message().contains(part), "{part} is not in: {}", bench.message());
        }
        assert_eq!(theirs(&mut bench).tags, *tags);
        // Its deletion takes nothing along.
        bench.edit(|spec| spec.common.deletion_policy = Some(DeletionPolicy::Delete));
        bench.delete();
        bench.run(300);
        assert!(bench.gone() && bench.verbs().is_empty());
        bench.clean();
    }
}

#[test]
fn what_a_live_object_has_is_refused() {
    let lives = [("uid-9".to_owned(), true)].into();
    let parts = ["can't be adopted", "Toy agents/other (uid uid-9) of the cluster cluster", "that object exists"];
    is_refused(&tagged("cluster", "other", "uid-9"), &lives, &parts);
}

#[test]
fn what_an_object_has_that_cannot_be_seen_is_refused() {
    let parts = ["can't see whether that object exists"];
    is_refused(&tagged("cluster", "other", "uid-9"), &BTreeMap::new(), &parts);
    // A rest of our tags says that it is somebody's, and not whose.
    is_refused(&[(tag::CLUSTER.to_owned(), "cluster".to_owned())].into(), &BTreeMap::new(), &parts);
}

#[test]
fn what_another_cluster_has_is_refused_unless_that_is_no_more() {
    let tags = tagged("old", "support", "uid-9");
    let gone = [("uid-9".to_owned(), false)].into();
    is_refused(&tags, &gone, &["of the cluster old", "--adopt-from-clusters that includes old"]);
    let mut bench = with::<true>(&tags, Switches::default());
    bench.settings.adopt_from_clusters = vec!["older".to_owned(), "old".to_owned()];
    bench.create(adopting());
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"));
    assert_eq!(theirs(&mut bench).tags.get(tag::CLUSTER).map(String::as_str), Some("cluster"));
    bench.clean();
}

#[test]
fn what_belongs_to_an_aws_service_is_refused() {
    let arn = "arn:aws:bedrock-agentcore:us-east-1:123456789012:harness/h";
    let parts = ["belongs to arn:aws:bedrock-agentcore", "can't be adopted"];
    is_refused(&[("managed-by".to_owned(), arn.to_owned())].into(), &BTreeMap::new(), &parts);
}

#[test]
fn what_an_object_left_that_is_gone_is_adopted() {
    let mut bench = with::<true>(&tagged("cluster", "other", "uid-9"), Switches::default());
    bench.lives = [("uid-9".to_owned(), false)].into();
    bench.create(adopting());
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"));
    bench.clean();
}

#[test]
fn what_is_not_there_is_told_and_not_created() {
    for (spec, parts) in [
        (adopting(), ["the toy theirs-s0, and AWS has none", "remove spec.adopt"]),
        (adopting_by_name(), ["AWS has no toy called theirs", "remove spec.adopt"]),
    ] {
        let mut bench = free::<false>();
        bench.sweep_away();
        bench.create(spec);
        bench.run(600);
        assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("InvalidSpec"), ""));
        for part in parts {
            assert!(bench.message().contains(part), "{}", bench.message());
        }
        bench.edit(|spec| {
            spec.common.adopt = None;
            spec.name = None;
        });
        bench.run(30);
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
        assert!(!bench.record().adopted);
        bench.clean();
    }
}

#[test]
fn another_name_in_the_spec_is_a_mistake() {
    let mut bench = free::<true>();
    bench.create(Spec { name: Some("another".to_owned()), ..adopting() });
    bench.run(60);
    assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("InvalidSpec"), ""));
    for part in ["spec.name is another", "is called theirs"] {
        assert!(bench.message().contains(part), "{}", bench.message());
    }
    bench.clean();
}

#[test]
fn of_several_of_one_name_none_is_guessed() {
    let mut bench = free::<false>();
    let now = bench.now;
    bench.home().stranger("theirs", TagMap::new(), now - SignedDuration::from_mins(5));
    bench.create(adopting_by_name());
    bench.run(60);
    assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("InvalidSpec"), ""));
    for part in ["theirs-s0", "theirs-s1", "spec.adopt.id"] {
        assert!(bench.message().contains(part), "{}", bench.message());
    }
    bench.clean();
}

/// An object that had its resource does not stay without one because of how it came.
#[test]
fn what_others_delete_is_created_anew() {
    for spec in [adopting(), adopting_by_name()] {
        let mut bench = free::<true>();
        bench.create(spec);
        bench.run(30);
        bench.sweep_away();
        bench.run(700);
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update create"));
        assert!(!bench.record().adopted);
        assert_eq!(bench.common().deletion_policy, Some(DeletionPolicy::Delete));
        bench.clean();
    }
}

/// Only the tags say whose it is; what it is stays as it was until somebody edits the spec.
#[test]
fn with_drift_reported_nothing_but_its_mark_is_written() {
    let mut bench = free::<true>();
    let mut spec = adopting();
    spec.common.drift = Drift::Report;
    spec.common.tags = Some([("a".to_owned(), "1".to_owned())].into());
    bench.create(spec);
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag"));
    assert!(drifted(&bench).is_some_and(|told| told.contains("differs from the spec in description")));
    assert_eq!(description(&mut bench), None);
    let tags = theirs(&mut bench).tags;
    assert_eq!((tags.contains_key(tag::UID), tags.contains_key("a")), (true, false));
    bench.silent();
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(30);
    assert_eq!((bench.calls("update"), drifted(&bench)), (1, None));
    assert_eq!(description(&mut bench).as_deref(), Some("second"));
    bench.clean();
}

/// A look at what adoption would change, before it is done.
#[test]
fn suspended_it_says_what_would_change() {
    for drift in [Drift::Correct, Drift::Report, Drift::Ignore] {
        let mut bench = free::<true>();
        let mut spec = adopting();
        spec.common.suspend = true;
        spec.common.drift = drift;
        bench.create(spec);
        bench.run(600);
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/Suspended", ""), "{drift:?}");
        assert_eq!(bench.common().id.as_deref(), Some(THEIRS));
        if drift == Drift::Correct {
            assert!(bench.message().contains("description"), "{}", bench.message());
        }
        bench.edit(|spec| spec.common.suspend = false);
        bench.run(30);
        let verbs = if drift == Drift::Correct { "tag update" } else { "tag" };
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", verbs), "{drift:?}");
        bench.clean();
    }
}

/// Two objects adopt it at the same time, and the other's tags are there in the end.
#[test]
fn who_is_not_the_last_to_claim_lets_it_go() {
    for early in [true, false] {
        let mut bench = free::<true>();
        bench.lives = [("uid-9".to_owned(), true)].into();
        let mut spec = adopting();
        spec.common.deletion_policy = Some(DeletionPolicy::Delete);
        bench.create(spec);
        if early {
            // The record is written, and nothing else.
            bench.settings.read_only = true;
            bench.run(1);
            bench.settings.read_only = false;
        } else {
            bench.run(1);
        }
        let tags = tagged("cluster", "other", "uid-9");
        bench.home().resources[0].tags.extend(tags);
        bench.change(|_| {});
        bench.run(300);
        assert_eq!(bench.verbs(), if early { "" } else { "tag" });
        assert_eq!((bench.stalled().as_deref(), bench.common().id.as_deref()), (Some("NotOwned"), Some(THEIRS)));
        bench.delete();
        bench.run(60);
        assert!(bench.gone());
        assert_eq!(bench.calls("delete"), 0, "it is the other's");
        bench.clean();
    }
}

/// Deleted while AWS shows the tags as they were before it was claimed: that does not make it somebody else's.
#[test]
fn a_claim_that_is_shown_late_is_waited_for() {
    let mut spec = adopting();
    spec.common.deletion_policy = Some(DeletionPolicy::Delete);
    let mut bench =
        with::<true>(&TagMap::new(), Switches { tags_lag: SignedDuration::from_secs(40), ..Switches::default() });
    bench.create(spec);
    bench.run(3);
    bench.delete();
    bench.run(20);
    assert!(bench.server.stored.is_some(), "it is let go: {:?}", bench.events);
    bench.run(60);
    assert!(bench.server.stored.is_none() && bench.calls("delete") == 1, "{} {:?}", bench.says(), bench.events);
    bench.clean();
}

#[test]
fn a_refused_claim_changes_nothing_and_is_tried_slowly() {
    let mut bench = free::<true>();
    bench.always = Some((What::Call, Trouble::Denied));
    bench.create(adopting());
    bench.run(600);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/AccessDenied", ""));
    bench.always = None;
    bench.run(600);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"));
    bench.clean();
}

#[test]
fn tags_that_may_not_be_read_stop_it() {
    let mut bench = free::<true>();
    bench.denies_tags = true;
    bench.create(adopting());
    bench.run(300);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("False/AccessDenied", ""));
    bench.clean();
}

/// Where AWS lists no tags of this kind, none says that it is another's.
#[test]
fn where_tags_cannot_be_listed_it_is_adopted_all_the_same() {
    let mut bench = with::<true>(&TagMap::new(), Switches { tags_listable: false, ..Switches::default() });
    bench.create(adopting());
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "update tag"));
    bench.silent();
}

#[test]
fn a_failed_one_is_claimed_and_mended_and_never_deleted() {
    for state in ["CREATE_FAILED", "STILLBORN", "UPDATE_FAILED"] {
        let mut bench = free::<true>();
        bench.turn_to(state);
        bench.create(adopting());
        bench.run(60);
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"), "{state}");
        bench.clean();
    }
}

/// Nobody has said that what was adopted may go.
#[test]
fn it_is_not_replaced_by_being_adopted() {
    let mut bench = free::<true>();
    bench.create(Spec { fixed: Some("x".to_owned()), ..adopting() });
    bench.run(600);
    assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("InvalidSpec"), "tag"));
    assert!(bench.message().contains("can't change description, fixed"), "{}", bench.message());
    assert!(bench.common().established_at.is_none(), "the spec can still be corrected");
    bench.edit(|spec| spec.fixed = None);
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"));
    assert!(bench.common().established_at.is_some());
    bench.clean();
}

/// No search by the derived name finds what was adopted by id: its tags do.
#[test]
fn a_lost_record_is_found_again() {
    let mut bench = free::<true>();
    bench.create(adopting());
    bench.run(30);
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.run(20);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "tag update"));
    assert!(bench.record().adopted);
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.edit(|spec| spec.common.deletion_policy = Some(DeletionPolicy::Delete));
    bench.delete();
    bench.run(200);
    assert!(bench.gone());
    assert_eq!(bench.verbs(), "tag update delete", "no orphan is left");
    bench.clean();
}

#[test]
fn what_aws_hides_when_it_is_gone_is_gone() {
    let mut bench = with::<true>(&TagMap::new(), Switches { gone: Gone::Denied, ..Switches::default() });
    bench.others_change(|settings| settings.description = Some("first".to_owned()));
    bench.home().resources[0].tags = tagged("cluster", "support", "uid-1");
    bench.create(adopting());
    bench.run(30);
    bench.sweep_away();
    bench.run(900);
    assert_eq!((bench.says().as_str(), bench.calls("create")), ("True/Available", 1), "{}", bench.message());
    bench.clean();
}

/// The message about a stranger tells how to adopt it, where that can be.
#[test]
fn a_stranger_comes_with_the_line_that_adopts_it() {
    let line = "adopt it with spec.adopt.id: theirs-s0";
    let lives: BTreeMap<_, _> = [("uid-8".to_owned(), false), ("uid-9".to_owned(), true)].into();
    let managed: TagMap = [("managed-by".to_owned(), "arn:aws:x".to_owned())].into();
    for (tags, allowed, expected, absent) in [
        (TagMap::new(), false, vec![line, "--allow-adoption that includes agents"], "--adopt-from"),
        (TagMap::new(), true, vec![line], "the operator must"),
        (tagged("cluster", "other", "uid-8"), true, vec![line], "the operator must"),
        (tagged("cluster", "other", "uid-9"), true, vec!["uid-9"], "spec.adopt"),
        (tagged("cluster", "other", "uid-7"), true, vec!["uid-7"], "spec.adopt"),
        (tagged("old", "other", "uid-8"), true, vec![line, "--adopt-from-clusters that includes old"], "--allow-"),
        (managed, true, vec!["theirs-s0"], "spec.adopt"),
    ] {
        let mut bench = with::<true>(&tags, Switches { lists_tell_names: false, ..Switches::default() });
        bench.lives.clone_from(&lives);
        if !allowed {
            bench.settings.adoption = Namespaces::Only(Vec::new());
        }
        bench.create(Spec { name: Some("theirs".to_owned()), ..spec() });
        bench.run(60);
        assert_eq!(bench.stalled().as_deref(), Some("NotOwned"));
        for part in expected {
            assert!(bench.message().contains(part), "{part} is not in: {}", bench.message());
        }
        assert!(!bench.message().contains(absent), "{absent} is in: {}", bench.message());
        bench.edit(|spec| spec.common.adopt = Some(Adopt { id: Some(THEIRS.to_owned()), by_name: None }));
        bench.run(60);
        // Where nothing but the line is missing, the line is enough.
        assert_eq!(bench.says() == "True/Available", absent == "the operator must", "{tags:?}");
        bench.clean();
    }
}
