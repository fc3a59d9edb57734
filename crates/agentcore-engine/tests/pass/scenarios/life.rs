//! An object that is created, edited and looked at again.

use agentcore_api::{
    keys::annotation,
    status::{ConditionType, Fate},
};
use agentcore_engine::known::Referent;
use jiff::SignedDuration;

use crate::{
    aws::{Gone, Shape, Switches},
    bench::Bench,
    drive::{Trouble, What},
    stories::{spec, tag},
    toy::Spec,
};

#[test]
fn creates_and_comes_to_rest() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.run(2);
    assert_eq!(bench.says(), "Unknown/Creating");
    bench.run(20);
    assert_eq!(bench.says(), "True/Available");
    assert_eq!(bench.verbs(), "create");
    let status = bench.common();
    assert_eq!(status.name.unwrap(), Bench::<true>::derived_name());
    assert!(status.established_at.is_some() && bench.record().seen && bench.record().ever_active);
    bench.silent();
}

/// Two looks before the first create where names are not unique, none where they are.
#[test]
fn a_new_object_costs_little() {
    let mut bench = Bench::<true>::new(Switches { creating: SignedDuration::from_millis(500), ..Switches::default() });
    bench.create(spec());
    bench.run(10);
    assert_eq!(bench.says(), "True/Available");
    // Whose credentials in each pass; one read while it is created; two to be sure.
    assert!(bench.questions <= 6, "{}", bench.questions);
    // Announcement, finalizer, conclusion, Ready.
    assert_eq!(bench.server.writes, 4);
}

#[test]
fn an_edit_is_one_update_and_the_last_one_wins() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(1);
    assert_eq!(bench.says(), "Unknown/Updating");
    bench.edit(|spec| spec.description = Some("third".to_owned()));
    bench.run(1);
    bench.edit(|spec| spec.description = Some("fourth".to_owned()));
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    assert_eq!(bench.verbs(), "create update update");
    assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("fourth"));
    bench.silent();
}

/// Reads flap: one good one makes no Ready.
#[test]
fn one_good_read_is_not_enough() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.run(3);
    // The next look sees it ACTIVE, and half a second later it is not.
    let soon = bench.wake.unwrap().duration_since(bench.now) + SignedDuration::from_millis(300);
    let now = bench.now;
    let shape = bench.home().resources[0].at(now).cloned().unwrap();
    let active = Shape { state: "ACTIVE", ..shape.clone() };
    let again = SignedDuration::from_secs(20);
    let line = vec![(SignedDuration::ZERO, Some(active.clone())), (soon, Some(shape)), (again, Some(active))];
    bench.home().resources[0].becomes(now, line);
    bench.run(3);
    assert_ne!(bench.says(), "True/Available");
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    bench.silent();
}

/// Reads that are older than our last write say nothing: neither that it is done, nor that something differs.
#[test]
fn a_read_from_before_the_update_says_nothing() {
    for versions in [true, false] {
        let lag = SignedDuration::from_secs(8);
        let mut bench = Bench::<true>::with_ready(Switches { lag, versions, ..Switches::default() });
        bench.edit(|spec| spec.description = Some("second".to_owned()));
        bench.run(10);
        assert_eq!(bench.says(), "Unknown/Updating");
        bench.run(20);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"), "{versions}");
        bench.silent();
    }
}

#[test]
fn edits_while_it_is_created_wait() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.run(2);
    for text in ["a", "b", "c"] {
        bench.edit(|spec| spec.description = Some(text.to_owned()));
        bench.run(1);
    }
    assert_eq!(bench.verbs(), "create");
    bench.run(40);
    assert_eq!(bench.verbs(), "create update");
    assert_eq!(bench.ours()[0].settings.description.as_deref(), Some("c"));
    bench.silent();
}

#[test]
fn an_edit_that_changes_nothing_calls_nothing() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.common.deletion_policy = Some(agentcore_api::common::DeletionPolicy::Delete));
    bench.run(30);
    assert_eq!(bench.verbs(), "create");
    assert_eq!(bench.common().observed_generation, Some(2));
    bench.silent();
}

#[test]
fn a_tag_edit_is_one_tag_and_one_untag_at_most() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    tag(&mut bench, &[("a", "1"), ("b", "2")]);
    bench.run(10);
    assert_eq!(bench.verbs(), "create tag");
    tag(&mut bench, &[("b", "3"), ("c", "4")]);
    bench.run(10);
    assert_eq!(bench.verbs(), "create tag untag tag");
    tag(&mut bench, &[("b", "3")]);
    bench.run(10);
    assert_eq!(bench.verbs(), "create tag untag tag untag");
    assert_eq!(bench.home().resources[0].tags.get("b").unwrap(), "3");
    assert!(!bench.home().resources[0].tags.contains_key("c"));
    bench.silent();
}

/// However late and in whatever way AWS shows them.
#[test]
fn a_renamed_tag_is_no_hot_loop() {
    for lag in [0, 5, 60] {
        let tags_lag = SignedDuration::from_secs(lag);
        let switches = Switches { tags_lag, tags_rendered: true, ..Switches::default() };
        let mut bench = Bench::<true>::with_ready(switches);
        tag(&mut bench, &[("a", "one")]);
        bench.run(100);
        tag(&mut bench, &[("b", "two")]);
        bench.run(300);
        assert_eq!(bench.says(), "True/Available");
        assert!(bench.calls("untag") <= 8, "{lag} s: {}", bench.verbs());
        assert_eq!(bench.calls("tag"), 2, "{lag} s: {}", bench.verbs());
        let tags = &bench.home().resources[0].tags;
        assert!(!tags.contains_key("a") && tags["b"] == "two", "{tags:?}");
        bench.silent();
    }
}

/// Which tags must go is seen in the list only: as long as that is denied, none is taken for gone.
#[test]
fn tags_that_cannot_be_looked_at_go_when_they_can() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    tag(&mut bench, &[("a", "1")]);
    bench.run(10);
    bench.denies_tags = true;
    tag(&mut bench, &[("b", "2")]);
    let passes = bench.passes;
    bench.run(3600);
    assert_eq!((bench.says().as_str(), bench.stalled()), ("False/AccessDenied", None));
    assert!(bench.message().contains("ListTagsForResource"), "{}", bench.message());
    assert_eq!(bench.verbs(), "create tag");
    let passes = bench.passes - passes;
    assert!((10..25).contains(&passes), "{passes} passes in an hour");
    bench.denies_tags = false;
    bench.run(310);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create tag untag tag"));
    let tags = &bench.home().resources[0].tags;
    assert!(!tags.contains_key("a") && tags.contains_key("b"), "{tags:?}");
    bench.silent();
}

/// Where AWS takes tags at the creation only, an edit of them is told as refused, and a lost status is none.
#[test]
fn tags_that_aws_refuses_are_told_and_a_lost_status_asks_for_none() {
    let mut bench = Bench::<true>::with_ready(Switches { tags_listable: false, ..Switches::default() });
    bench.always = Some((What::Call, Trouble::Invalid));
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.run(200);
    assert_eq!((bench.says().as_str(), bench.stalled()), ("True/Available", None), "{}", bench.message());
    bench.silent();
    tag(&mut bench, &[("a", "1")]);
    bench.run(60);
    assert_eq!(bench.stalled().as_deref(), Some("InvalidSpec"));
    assert!(bench.message().contains("All but the tags of the toy"), "{}", bench.message());
    tag(&mut bench, &[]);
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.stalled()), ("True/Available", None), "{}", bench.message());
    bench.silent();
}

#[test]
fn a_removal_is_sent_and_what_aws_keeps_is_told() {
    let mut bench = Bench::<true>::with_ready(Switches { keeps_description: true, ..Switches::default() });
    bench.edit(|spec| spec.description = None);
    bench.run(30);
    assert_eq!(bench.verbs(), "create update");
    assert_eq!(bench.says(), "True/Available");
    assert!(bench.common().condition(ConditionType::FieldsNotCleared).is_some());
    bench.silent();
}

#[test]
fn what_a_create_cannot_carry_follows() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { late: Some("x".to_owned()), ..spec() });
    bench.run(40);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
    bench.silent();
}

#[test]
fn children_are_announced_and_learned() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { children: vec!["one".to_owned()], ..spec() });
    bench.run(30);
    bench.edit(|spec| spec.children.push("two".to_owned()));
    bench.run(30);
    let children = bench.record().children;
    let told: Vec<_> = children.iter().map(|child| (child.name.as_str(), child.id.as_deref())).collect();
    assert_eq!(told, [("one", Some("id-one")), ("two", Some("id-two"))]);
    bench.silent();
}

#[test]
fn suspended_reads_and_writes_nothing() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.common.suspend = true);
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(30);
    assert_eq!((bench.says().as_str(), bench.stalled()), ("False/Suspended", None));
    assert_eq!(bench.common().observed_generation, Some(3));
    tag(&mut bench, &[("a", "1")]);
    bench.run(700);
    assert_eq!(bench.verbs(), "create");
    bench.edit(|spec| spec.common.suspend = false);
    bench.run(30);
    assert_eq!(bench.verbs(), "create update tag");
    bench.silent();
}

#[test]
fn suspended_from_the_start_creates_nothing() {
    let mut bench = Bench::<true>::new(Switches::default());
    let mut spec = spec();
    spec.common.suspend = true;
    bench.create(spec);
    bench.run(30);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("", "False/Suspended"));
    bench.silent();
}

/// Suspended after the delete of a replacement was refused: it is not sent again.
#[test]
fn suspended_while_it_is_replaced() {
    let mut bench = Bench::<true>::with_ready(Switches { failing_deletes: 1, ..Switches::default() });
    bench.edit(|spec| spec.fixed = Some("y".to_owned()));
    bench.run(20);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/DeleteFailed", Some("DeleteFailed")));
    bench.edit(|spec| spec.common.suspend = true);
    bench.run(3600);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create delete", "False/Suspended"));
    bench.edit(|spec| spec.common.suspend = false);
    bench.run(60);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create delete delete create", "True/Available"));
    bench.silent();
}

#[test]
fn redeploys_on_request_once() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.annotate(annotation::REDEPLOY_AT, "before");
    bench.run(30);
    assert_eq!(bench.verbs(), "create");
    bench.annotate(annotation::REDEPLOY_AT, "now");
    bench.run(30);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
    assert_eq!(bench.common().last_handled_redeploy_at.as_deref(), Some("now"));
    bench.silent();
}

#[test]
fn a_request_is_answered() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.annotate(annotation::REQUESTED_AT, "1");
    bench.annotate(annotation::FLUX_REQUESTED_AT, "2");
    bench.run(5);
    let status = bench.common();
    assert_eq!(status.last_handled_request_at.as_deref(), Some("1"));
    assert_eq!(status.last_handled_reconcile_at.as_deref(), Some("2"));
    bench.silent();
}

fn replaces<const U: bool>(gone: Gone, within: i64) {
    let mut bench = Bench::<U>::with_ready(Switches { gone, ..Switches::default() });
    for text in ["y", "z", "x"] {
        bench.edit(|spec| spec.fixed = Some(text.to_owned()));
        bench.run(within);
        assert_eq!(bench.says(), "True/Available", "{gone:?} {text}");
    }
    assert_eq!(bench.verbs(), "create delete create delete create delete create");
    let creations: Vec<_> = bench.home().writes.iter().filter(|seen| seen.verb == "create").cloned().collect();
    assert!(creations.iter().all(|seen| seen.ok));
    assert_eq!((bench.record().creation, bench.record().fate), (3, Fate::Created));
    assert_eq!(bench.ours().len(), 1);
    bench.silent();
}

#[test]
fn replaces_what_cannot_be_changed() {
    for gone in [Gone::NotFound, Gone::Deleted] {
        replaces::<true>(gone, 30);
        replaces::<false>(gone, 30);
    }
    // A denial needs the lists, and those their time.
    replaces::<true>(Gone::Denied, 200);
    replaces::<false>(Gone::Denied, 200);
}

#[test]
fn a_reference_is_awaited_before_the_create_and_never_costs_ready() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { reference: Some("memory".to_owned()), ..spec() });
    bench.run(30);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("", "False/DependencyNotReady"));
    assert_eq!(bench.stalled(), None);
    let referent =
        |id: Option<&str>, usable| Referent { exists: true, id: id.map(str::to_owned), usable, ..Referent::default() };
    bench.referents.insert("memory".to_owned(), referent(Some("m-1"), false));
    bench.change(|_| {});
    bench.run(30);
    assert_eq!(bench.verbs(), "");
    bench.referents.insert("memory".to_owned(), referent(Some("m-1"), true));
    bench.run(600);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "True/Available"));
    // It is updating, then replaced.
    bench.referents.insert("memory".to_owned(), referent(Some("m-1"), false));
    bench.run(1300);
    assert_eq!(bench.says(), "True/Available");
    bench.referents.insert("memory".to_owned(), referent(None, false));
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(1300);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create", "False/DependencyNotReady"));
    bench.referents.insert("memory".to_owned(), referent(Some("m-2"), true));
    bench.run(700);
    assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create update", "True/Available"));
    assert_eq!(bench.ours()[0].settings.reference.as_deref(), Some("m-2"));
    bench.silent();
}

/// Who has several to create, or one to mend, is told of all at once.
#[test]
fn all_references_that_are_awaited_are_named() {
    let mut bench = Bench::<true>::new(Switches::default());
    let referent = |state: &str, usable| Referent {
        exists: true,
        id: Some("m-1".to_owned()),
        usable,
        state: Some(state.to_owned()),
        ..Referent::default()
    };
    bench.referents.insert("b".to_owned(), referent("FAILED", false));
    bench.referents.insert("c".to_owned(), referent("ACTIVE", true));
    bench.referents.insert("d".to_owned(), Referent { deleting: true, ..referent("ACTIVE", false) });
    bench.create(Spec { reference: Some("a,b,c,d".to_owned()), ..spec() });
    bench.run(30);
    let expected = "waits for AgentMemory a, which does not exist in the namespace agents: create it, or correct the \
                    reference; and for AgentMemory b, which is FAILED: see its conditions; and for AgentMemory d, \
                    which is being deleted";
    assert_eq!((bench.says().as_str(), bench.message().as_str()), ("False/DependencyNotReady", expected));
    bench.clean();
}

#[test]
fn deleted_behind_our_back_it_is_created_anew() {
    for gone in [Gone::NotFound, Gone::Deleted, Gone::Denied] {
        let mut bench = Bench::<true>::with_ready(Switches { gone, ..Switches::default() });
        bench.sweep_away();
        bench.run(1300);
        assert_eq!((bench.verbs().as_str(), bench.says().as_str()), ("create create", "True/Available"), "{gone:?}");
        bench.silent();
    }
}

/// A spec that changes between the announcement and the finalizer, so that nothing was sent.
#[test]
fn what_was_never_sent_pins_nothing() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { name: Some("one".to_owned()), ..spec() });
    let finalizer = 3;
    bench.troubles.insert(finalizer, crate::drive::Trouble::CrashBefore(1));
    bench.run(0);
    assert_eq!(bench.record().fate, Fate::Unknown);
    bench.edit(|spec| {
        spec.name = Some("two".to_owned());
        spec.common.region = Some("eu-west-1".to_owned());
    });
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    assert_eq!(bench.record().creation, 0);
    let now = bench.now;
    let names: Vec<_> = bench.aws("eu-west-1").existing(now).map(|(resource, _)| resource.name.clone()).collect();
    assert_eq!(names, ["two"]);
    bench.clean();
}
