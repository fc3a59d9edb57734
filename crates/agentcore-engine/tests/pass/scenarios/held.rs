//! What holds a deletion back.

use agentcore_api::{
    keys::annotation,
    status::{ConditionType, Reason},
};
use agentcore_engine::known::Referrer;
use jiff::{SignedDuration, Timestamp};

use crate::{
    aws::Switches,
    bench::Bench,
    drive::{Trouble, What},
    stories::{described, spec},
};

fn user(name: &str, deleting_since: Option<Timestamp>) -> Referrer {
    Referrer { name: name.to_owned(), deleting_since }
}

fn reconciling(bench: &Bench<true>) -> Option<String> {
    bench.common().condition(ConditionType::Reconciling).map(|condition| condition.reason.clone())
}

#[test]
fn what_others_have_made_on_it_is_not_deleted_with_it() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.attachments = vec!["prod".to_owned(), "beta".to_owned()];
    bench.delete();
    bench.run(3600);
    assert_eq!(bench.verbs(), "create");
    assert_eq!(bench.stalled().as_deref(), Some(Reason::EndpointsRemain.as_str()));
    assert!(bench.message().contains("would go with it: beta, prod. Delete them in AWS"), "{}", bench.message());
    bench.silent();
    bench.attachments.clear();
    bench.run(60);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

/// Nothing is deleted of which it is not known that it is ours alone; and the way out is told.
#[test]
fn where_it_cannot_be_known_nothing_is_deleted() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.denies_attachments = true;
    bench.delete();
    bench.run(3600);
    assert_eq!(bench.verbs(), "create");
    assert_eq!(bench.stalled().as_deref(), Some(Reason::AccessDenied.as_str()));
    for part in ["ListEndpoints", "have made no endpoints on the toy", "iam-policy", "abandon"] {
        assert!(bench.message().contains(part), "{part}: {}", bench.message());
    }
    bench.annotate(annotation::ABANDON, "true");
    bench.run(5);
    assert!(bench.gone());
    bench.clean();
}

/// A resource that failed may have been given endpoints too.
#[test]
fn a_replacement_is_held_back_too() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(described("fails"));
    bench.run(30);
    bench.attachments = vec!["prod".to_owned()];
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
    assert_eq!(bench.verbs(), "create");
    assert_eq!(bench.stalled().as_deref(), Some(Reason::EndpointsRemain.as_str()));
    assert!(!bench.message().contains("abandon"), "{}", bench.message());
    bench.attachments.clear();
    bench.run(60);
    assert_eq!(bench.says(), "True/Available");
    bench.clean();
}

#[test]
fn it_waits_for_users_that_go_too() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.referrers = vec![user("b", Some(bench.now)), user("a", Some(bench.now))];
    bench.delete();
    bench.run(30);
    assert_eq!(bench.verbs(), "create");
    assert_eq!((bench.stalled(), reconciling(&bench).as_deref()), (None, Some(Reason::InUse.as_str())));
    assert!(bench.message().contains("waits for Player a, b, which use the toy"), "{}", bench.message());
    bench.referrers.clear();
    bench.run(15);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

/// One that can't be deleted must not hold it for ever.
#[test]
fn it_waits_ten_minutes_at_most() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.referrers = vec![user("a", Some(bench.now - SignedDuration::from_mins(30)))];
    bench.delete();
    bench.run(590);
    assert_eq!(bench.verbs(), "create");
    bench.run(30);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

#[test]
fn live_users_make_it_refuse() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.referrers = vec![user("a", None), user("b", Some(bench.now))];
    bench.delete();
    // They may be about to be deleted, by the same command.
    bench.run(5);
    assert_eq!(bench.stalled(), None);
    bench.run(3600);
    assert_eq!(bench.verbs(), "create");
    assert_eq!(bench.stalled().as_deref(), Some(Reason::InUse.as_str()));
    assert!(bench.message().contains("Player a uses the toy"), "{}", bench.message());
    assert!(bench.message().contains("allow-delete-in-use: \"true\""), "{}", bench.message());
    bench.silent();
    // From now on it has its ten minutes.
    bench.referrers = vec![user("a", Some(bench.now))];
    bench.run(300);
    assert_eq!((bench.verbs().as_str(), bench.stalled()), ("create", None));
    bench.referrers = vec![user("a", None)];
    bench.run(60);
    assert_eq!(bench.stalled().as_deref(), Some(Reason::InUse.as_str()));
    bench.annotate(annotation::ALLOW_DELETE_IN_USE, "True");
    bench.run(60);
    assert!(bench.message().contains("allow-delete-in-use is \"True\": only \"true\" deletes"), "{}", bench.message());
    bench.annotate(annotation::ALLOW_DELETE_IN_USE, "true");
    bench.run(10);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

#[test]
fn retain_waits_for_nobody() {
    let mut bench = Bench::<true>::new(Switches::default());
    let mut spec = spec();
    spec.common.deletion_policy = Some(agentcore_api::common::DeletionPolicy::Retain);
    bench.create(spec);
    bench.run(40);
    bench.referrers = vec![user("a", None)];
    bench.attachments = vec!["prod".to_owned()];
    bench.delete();
    bench.run(5);
    assert!(bench.gone() && bench.ours().len() == 1);
    bench.clean();
}

/// What is gone in AWS holds nobody up.
#[test]
fn what_is_gone_waits_for_nobody() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.referrers = vec![user("a", None)];
    bench.sweep_away();
    bench.delete();
    bench.run(10);
    assert!(bench.gone());
    bench.clean();
}

/// A question that fails is asked again; it lets nothing through.
#[test]
fn a_failing_question_is_asked_again() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.delete();
    bench.always = Some((What::Question, Trouble::Throttled));
    bench.run(300);
    assert_eq!((bench.verbs().as_str(), bench.stalled()), ("create", None));
    bench.always = None;
    bench.run(80);
    assert!(bench.gone());
    bench.clean();
}
