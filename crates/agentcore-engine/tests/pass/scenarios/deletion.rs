//! An object that is deleted.

use agentcore_api::{
    common::{DeletionPolicy, Drift},
    keys::annotation,
};
use agentcore_engine::object::Unreadable;
use jiff::SignedDuration;

use crate::{
    aws::{Gone, Switches},
    bench::Bench,
    drive::{Trouble, What},
    stories::{described, spec},
    toy::Spec,
};

#[test]
fn deletes_and_lets_go_seconds_after_aws() {
    for gone in [Gone::NotFound, Gone::Deleted] {
        let mut bench = Bench::<true>::with_ready(Switches { gone, ..Switches::default() });
        bench.delete();
        bench.run(2);
        assert_eq!(bench.says(), "False/Deleting");
        // AWS takes three seconds.
        bench.run(5);
        assert!(bench.gone() && bench.ours().is_empty(), "{gone:?}");
        assert_eq!(bench.verbs(), "create delete");
        bench.clean();
    }
}

/// The lists take the place of reads that are denied, and need their time.
#[test]
fn deletes_where_a_denial_hides_what_is_gone() {
    let mut bench = Bench::<true>::with_ready(Switches { gone: Gone::Denied, ..Switches::default() });
    bench.delete();
    bench.run(60);
    assert!(!bench.gone());
    bench.run(80);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

/// The operator may not read what is there: that proves nothing.
#[test]
fn a_denial_alone_proves_nothing() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.delete();
    bench.always = Some((What::Question, Trouble::Denied));
    bench.run(7200);
    assert!(!bench.gone());
    assert_eq!(bench.says(), "False/Deleting");
    assert_eq!(bench.stalled().as_deref(), Some("AccessDenied"));
    assert!(bench.message().contains("abandon: \"true\" lets go"), "{}", bench.message());
    bench.always = None;
    bench.run(400);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

/// Without an incident, an object that is deleted within ten seconds of its creation goes seconds after its resource.
#[test]
fn deleted_soon_after_its_creation_it_goes_soon() {
    for after in 1..10 {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(spec());
        bench.run(after);
        bench.delete();
        // AWS is done with the creation in the eighth second, and needs three to delete.
        bench.run(8 - after.min(8) + 3 + 5);
        assert!(bench.gone() && bench.ours().is_empty(), "after {after} s: {}", bench.message());
        bench.clean();
    }
}

#[test]
fn deleted_where_creating_can_be_deleted() {
    let mut bench = Bench::<true>::new(Switches { busy_refuses_delete: false, ..Switches::default() });
    bench.create(spec());
    bench.run(2);
    bench.delete();
    bench.run(6);
    assert!(bench.gone() && bench.ours().is_empty());
    assert_eq!(bench.verbs(), "create delete");
    bench.clean();
}

#[test]
fn deleted_while_its_create_is_unknown() {
    for (trouble, exists) in [(Trouble::CrashAfter(1), true), (Trouble::CrashBefore(1), false)] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(spec());
        let create = 4;
        bench.troubles.insert(create, trouble);
        bench.run(0);
        assert_eq!(bench.ours().len(), usize::from(exists));
        bench.delete();
        bench.run(60);
        // What exists is found at once; that nothing does is known after two minutes.
        assert_eq!(bench.gone(), exists, "{trouble:?}");
        bench.run(70);
        assert!(bench.gone() && bench.ours().is_empty(), "{trouble:?}");
        bench.clean();
    }
}

/// Reads are denied, and the list shows that it is there.
#[test]
fn a_list_that_shows_it_outweighs_a_denied_read() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.denies_reads = true;
    bench.run(3600);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    bench.delete();
    bench.run(10);
    // The delete needs no read; that it is gone is known from the lists, after two minutes.
    assert!(!bench.gone() && bench.ours().is_empty());
    bench.run(300);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

/// Should there be two for whatever reason, both go.
#[test]
fn a_second_resource_of_ours_is_found_and_deleted() {
    let mut bench = Bench::<false>::with_ready(Switches::default());
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.run(10);
    let mut second = bench.home().resources[0].clone();
    second.id.push_str("-second");
    bench.home().resources.push(second);
    bench.delete();
    bench.run(400);
    assert!(bench.gone() && bench.ours().is_empty());
}

/// A list that lags shows the first one still: the second one goes all the same.
#[test]
fn a_second_resource_behind_a_listed_one_that_is_gone_is_deleted() {
    for gone in [Gone::NotFound, Gone::Deleted, Gone::Denied] {
        let mut bench = Bench::<false>::with_ready(Switches { gone, ..Switches::default() });
        bench.change(|stored| stored.status = serde_json::json!({}));
        bench.run(200);
        let mut second = bench.home().resources[0].clone();
        second.id.push_str("-second");
        bench.home().resources.push(second);
        bench.home().switches.list_lag = SignedDuration::from_secs(60);
        bench.delete();
        bench.run(900);
        assert!(bench.gone() && bench.ours().is_empty(), "{gone:?}: {:?}", bench.wrong);
        assert_eq!(bench.calls("delete"), 2, "{gone:?}");
    }
}

/// A list that shows the resource outweighs reads that don't.
#[test]
fn what_the_list_shows_is_not_gone() {
    for deleted in [false, true] {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        bench.change(|stored| stored.status = serde_json::json!({}));
        bench.run(200);
        bench.home().switches.reads_show_nothing = true;
        if deleted {
            bench.home().switches.deleting = SignedDuration::from_secs(600);
            bench.delete();
        } else {
            bench.change(|_| {});
        }
        bench.run(300);
        assert!(!bench.gone());
        assert_eq!((bench.calls("create"), bench.calls("delete")), (1, usize::from(deleted)));
        assert_eq!(bench.says(), if deleted { "False/Deleting" } else { "True/Available" });
        bench.home().switches.reads_show_nothing = false;
        bench.run(900);
        assert_eq!((bench.gone(), bench.ours().len()), (deleted, usize::from(!deleted)));
        bench.clean();
    }
}

#[test]
fn retains() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.common.deletion_policy = Some(DeletionPolicy::Retain));
    bench.run(10);
    bench.delete();
    bench.run(1);
    assert!(bench.gone());
    assert_eq!((bench.ours().len(), bench.verbs().as_str()), (1, "create"));
    let arn = bench.home().resources[0].arn();
    assert_eq!(bench.last_event(), format!("retained: {arn} stays in AWS"));
    bench.clean();
}

/// Nothing that fails holds an object back that leaves AWS as it is, and nothing is said that is not known.
#[test]
fn retain_and_abandon_let_go_whatever_fails() {
    let unknown = format!(
        "it is not known whether a toy called {} in the account 123456789012, region us-east-1 exists",
        Bench::<true>::derived_name()
    );
    let failures: [fn(&mut Bench<true>); 3] = [
        |bench| bench.always = Some((What::Question, Trouble::Denied)),
        |bench| bench.always = Some((What::Question, Trouble::Unsent)),
        |bench| bench.account = "210987654321".to_owned(),
    ];
    for fails in failures {
        for (abandon, how) in [(true, "abandoned"), (false, "retained")] {
            let mut bench = Bench::<true>::new(Switches::default());
            let mut spec = spec();
            spec.common.deletion_policy = (!abandon).then_some(DeletionPolicy::Retain);
            bench.create(spec);
            let create = 4;
            bench.troubles.insert(create, Trouble::CrashAfter(1));
            bench.run(0);
            if abandon {
                bench.annotate(annotation::ABANDON, "true");
            }
            bench.delete();
            fails(&mut bench);
            bench.run(59);
            assert!(!bench.gone());
            bench.run(10);
            assert!(bench.gone() && bench.ours().len() == 1 && bench.calls("delete") == 0);
            assert_eq!(bench.last_event(), format!("{how}: {unknown}"));
            bench.clean();
        }
    }
}

/// That there is nothing is said only where that is known.
#[test]
fn retain_says_that_nothing_is_there_where_nothing_is() {
    for abandon in [true, false] {
        let mut bench = Bench::<true>::new(Switches::default());
        let mut refused = described("invalid");
        refused.common.deletion_policy = Some(DeletionPolicy::Retain);
        bench.create(refused);
        bench.run(5);
        if abandon {
            bench.annotate(annotation::ABANDON, "true");
        }
        bench.delete();
        bench.run(1);
        assert!(bench.gone());
        let how = if abandon { "abandoned" } else { "retained" };
        assert_eq!(bench.last_event(), format!("{how}: there is no toy in AWS"));
    }
}

/// A minute for a create that is on its way; then what may exist stays.
#[test]
fn retain_and_abandon_wait_for_a_create() {
    for abandon in [true, false] {
        let mut bench = Bench::<true>::new(Switches::default());
        let mut spec = spec();
        spec.common.deletion_policy = (!abandon).then_some(DeletionPolicy::Retain);
        bench.create(spec);
        let create = 4;
        bench.troubles.insert(create, Trouble::CrashAfter(1));
        bench.run(0);
        if abandon {
            bench.annotate(annotation::ABANDON, "true");
        }
        bench.delete();
        bench.run(50);
        assert!(!bench.gone());
        bench.run(15);
        assert!(bench.gone() && bench.ours().len() == 1 && bench.calls("delete") == 0);
        let arn = bench.home().resources[0].arn();
        let told = bench.last_event();
        // Abandoning asks AWS nothing.
        assert!(if abandon { told.contains("it is not known whether a toy called") } else { told.contains(&arn) });
        bench.clean();
    }
}

#[test]
fn a_delete_that_fails_is_told_and_can_be_abandoned() {
    let mut bench = Bench::<true>::with_ready(Switches { failing_deletes: 9, ..Switches::default() });
    bench.delete();
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/Deleting", Some("DeleteFailed")));
    assert_eq!(bench.calls("delete"), 1);
    bench.run(600);
    assert_eq!(bench.calls("delete"), 2);
    assert!(bench.message().contains("and when the annotation agentcore-operator.github.io/requestedAt changes"));
    bench.annotate(annotation::REQUESTED_AT, "now");
    bench.run(60);
    assert_eq!(bench.calls("delete"), 3);
    bench.annotate(annotation::ABANDON, "yes\n");
    bench.run(700);
    assert!(bench.message().contains("abandon is \"yes\\n\": only \"true\" lets go"), "{}", bench.message());
    bench.annotate(annotation::ABANDON, "true");
    bench.run(1);
    assert!(bench.gone() && bench.ours().len() == 1);
    bench.clean();
}

/// The user takes the edit back before AWS has taken the delete: the last edit wins.
#[test]
fn a_replacement_is_withdrawn_with_the_edit() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.always = Some((What::Call, Trouble::Denied));
    bench.edit(|spec| spec.fixed = Some("y".to_owned()));
    bench.run(20);
    assert_eq!(bench.says(), "False/AccessDenied");
    bench.edit(|spec| spec.fixed = None);
    bench.run(5);
    assert!(bench.message().contains("may still be on its way"), "{}", bench.message());
    bench.run(140);
    assert_eq!(bench.says(), "True/Available");
    // From now on it could be deleted.
    bench.always = None;
    bench.run(7200);
    assert_eq!((bench.verbs().as_str(), bench.ours().len()), ("create", 1));
    bench.silent();
}

/// Its delete was on its way: what it deletes is made anew as the spec is now.
#[test]
fn a_withdrawn_delete_that_arrives_all_the_same_is_made_up_for() {
    for after in [10, 100] {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        bench.always = Some((What::Call, Trouble::Denied));
        bench.edit(|spec| spec.fixed = Some("y".to_owned()));
        bench.run(5);
        bench.always = None;
        bench.edit(|spec| {
            spec.fixed = None;
            spec.common.drift = Drift::Report;
        });
        bench.run(after);
        assert_eq!(bench.verbs(), "create");
        bench.sweep_away();
        bench.run(200);
        assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create create"), "{after} s");
        bench.silent();
    }
}

/// A replacement whose delete fails does not advise what only a deletion takes.
#[test]
fn a_replacement_whose_delete_fails_does_not_advise_to_abandon() {
    let mut bench = Bench::<true>::with_ready(Switches { failing_deletes: 9, ..Switches::default() });
    bench.edit(|spec| spec.fixed = Some("y".to_owned()));
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/DeleteFailed", Some("DeleteFailed")));
    assert!(!bench.message().contains("abandon"), "{}", bench.message());
    bench.account = "210987654321".to_owned();
    bench.delete();
    bench.run(60);
    assert_eq!(bench.stalled().as_deref(), Some("AccountMismatch"));
    assert!(bench.message().contains("abandon: \"true\" lets go"), "{}", bench.message());
    bench.clean();
}

/// `abandon` on an object that is not being deleted does nothing.
#[test]
fn abandon_is_for_deletion_only() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.annotate(annotation::ABANDON, "true");
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.verbs().as_str()), ("True/Available", "create"));
    bench.silent();
}

/// Neither a bad spec nor a missing reference ever blocks a deletion.
#[test]
fn deletes_whatever_the_spec() {
    let bad: [fn(&mut Spec); 5] = [
        |spec| spec.description = Some("blocked".to_owned()),
        |spec| spec.reference = Some("missing".to_owned()),
        |spec| spec.role = Some("arn:aws:iam::123456789012:role/Admin".to_owned()),
        |spec| spec.external = Some("m-1234567890".to_owned()),
        |spec| spec.common.region = Some("eu-west-1".to_owned()),
    ];
    for (number, edit) in bad.into_iter().enumerate() {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        bench.edit(edit);
        bench.run(5);
        assert_ne!(bench.says(), "True/Available", "{number}");
        bench.delete();
        bench.run(10);
        assert!(bench.gone() && bench.ours().is_empty(), "{number}");
        bench.clean();
    }
}

#[test]
fn an_unreadable_spec_is_told_and_cleaned_up() {
    for (policy, left) in [
        (Ok(None), 0),
        (Ok(Some(DeletionPolicy::Delete)), 0),
        (Ok(Some(DeletionPolicy::Retain)), 1),
        (Err(Unreadable), 1),
    ] {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        bench.change(|stored| {
            stored.spec = Err("unknown variant".to_owned());
            stored.policy = policy;
            stored.meta.generation += 1;
        });
        bench.run(700);
        assert_eq!(
            (bench.says().as_str(), bench.stalled().as_deref()),
            ("False/UnreadableSpec", Some("UnreadableSpec"))
        );
        assert_eq!(bench.verbs(), "create");
        bench.delete();
        bench.run(10);
        assert!(bench.gone(), "{policy:?}");
        assert_eq!(bench.ours().len(), left, "{policy:?}");
        bench.clean();
    }
}

#[test]
fn an_object_without_a_resource_goes_at_once() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("invalid"));
    bench.run(5);
    bench.delete();
    bench.run(1);
    assert!(bench.gone());
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { reference: Some("missing".to_owned()), ..spec() });
    bench.run(5);
    bench.delete();
    bench.run(1);
    assert!(bench.gone());
}

/// AWS does not show yet what it has just created: the delete goes out all the same, and nothing is left.
#[test]
fn deletes_what_is_not_shown_yet() {
    let mut bench = Bench::<true>::new(Switches { lag: SignedDuration::from_secs(6), ..Switches::default() });
    bench.create(spec());
    bench.run(1);
    bench.delete();
    bench.run(300);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}
