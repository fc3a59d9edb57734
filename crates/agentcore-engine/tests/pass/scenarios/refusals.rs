//! What the operator refuses by itself.

use agentcore_engine::object::Namespaces;

use crate::{aws::Switches, bench::Bench, stories::spec, toy::Spec};

#[test]
fn roles_and_ids_are_checked_before_any_question() {
    let role = Spec { role: Some("arn:aws:iam::123456789012:role/Admin".to_owned()), ..spec() };
    let id = Spec { external: Some("m-1234567890".to_owned()), ..spec() };
    for (spec, reason) in [(role, "RoleNotAllowed"), (id, "ExternalIdNotAllowed")] {
        let mut bench = Bench::<true>::new(Switches::default());
        bench.create(spec);
        bench.run(30);
        assert_eq!((bench.says(), bench.stalled().as_deref()), (format!("False/{reason}"), Some(reason)));
        assert_eq!((bench.questions, bench.verbs().as_str()), (0, ""));
        bench.silent();
    }
}

#[test]
fn what_is_allowed_passes() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.settings.external_ids = Namespaces::Only(vec!["agents".to_owned()]);
    bench.create(Spec { external: Some("m-1234567890".to_owned()), ..spec() });
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { external: Some("aws.codeinterpreter.v1".to_owned()), ..spec() });
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
}

#[test]
fn another_region_is_told_and_set_back() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.edit(|spec| spec.common.region = Some("eu-west-1".to_owned()));
    bench.run(700);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/RegionMismatch", Some("RegionMismatch")));
    assert_eq!(bench.verbs(), "create");
    bench.edit(|spec| spec.common.region = None);
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    bench.silent();
}

/// The operator's default region is another after a restart: what is there stays where it is.
#[test]
fn another_default_region_changes_nothing() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.settings.region = "eu-west-1".to_owned();
    bench.run(1300);
    assert_eq!(bench.says(), "True/Available");
    bench.delete();
    bench.run(10);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

#[test]
fn another_account_is_told_and_nothing_is_let_go() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.account = "999999999999".to_owned();
    bench.run(700);
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/AccountMismatch", Some("AccountMismatch")));
    bench.delete();
    bench.run(3600);
    assert!(!bench.gone());
    assert_eq!((bench.says().as_str(), bench.stalled().as_deref()), ("False/Deleting", Some("AccountMismatch")));
    assert_eq!(bench.verbs(), "create");
    bench.account = crate::bench::ACCOUNT.to_owned();
    bench.run(700);
    assert!(bench.gone() && bench.ours().is_empty());
    bench.clean();
}

#[test]
fn what_the_kind_refuses_is_told() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(Spec { description: Some("blocked".to_owned()), ..spec() });
    bench.run(30);
    assert_eq!(
        (bench.says().as_str(), bench.stalled().as_deref()),
        ("False/TooManyVariables", Some("TooManyVariables"))
    );
    bench.silent();
}
