//! A list that showed the good state before is as good as the first of the two reads.

use agentcore_engine::{
    known::{Get, Identity, Known, Query, Shown, Timed},
    next,
    step::Step,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    aws::Switches,
    bench::{ACCOUNT, Bench},
    stories::spec,
    toy::Toy,
};

/// What a pass does after its first read of a resource that works, if a list showed this before. `None`: it is Ready.
fn then(shown: impl Fn(Timestamp) -> Option<Shown>) -> Option<Query> {
    then_after(5, shown)
}

/// The same, where that read is made so many seconds later.
fn then_after(seconds: i64, shown: impl Fn(Timestamp) -> Option<Shown>) -> Option<Query> {
    let mut bench = Bench::<true>::new(Switches { creating: SignedDuration::from_secs(2), ..Switches::default() });
    bench.create(spec());
    bench.run(1);
    assert_eq!(bench.says(), "Unknown/Creating");
    let began = bench.now + SignedDuration::from_secs(seconds);
    let object = bench.server.read::<true>(false).unwrap().object;
    let id = object.status.common.id.clone().unwrap();
    let mut known = Known::<Toy<true>>::default();
    let identity = Identity { account: ACCOUNT.to_owned(), partition: "aws".to_owned() };
    known.identities.insert("us-east-1".to_owned(), Ok(identity));
    let value = bench.home().get(&id, began, false);
    let get = Get { region: "us-east-1".to_owned(), id: id.clone(), ordinal: 0, not_before: None };
    known.gets.insert(get, Timed { began, value });
    known.shown.extend(shown(began).map(|shown| (id, shown)));
    match next(&bench.rules, &bench.settings, &object, &known, began) {
        Step::Ask(query) => Some(query),
        Step::Rest(report) => {
            let ready = &report.status.common.conditions[0];
            assert_eq!((ready.type_.as_str(), ready.status.as_str()), ("Ready", "True"), "{report:?}");
            None
        }
        Step::Act(act) => panic!("{act:?}"),
    }
}

/// A list that began so many milliseconds before the read.
fn list(before: i64, state: &str, version: Option<&str>) -> impl Fn(Timestamp) -> Option<Shown> {
    let (state, version) = (state.to_owned(), version.map(str::to_owned));
    move |read| {
        let began = read - SignedDuration::from_millis(before);
        Some(Shown { began, state: state.clone(), version: version.clone() })
    }
}

fn asks_again(query: Option<Query>) -> bool {
    matches!(query, Some(Query::Get(get)) if get.ordinal == 1)
}

#[test]
fn a_list_and_the_read_after_it_make_an_object_ready() {
    assert_eq!(then(list(500, "ACTIVE", Some("1"))), None);
    assert_eq!(then(list(5000, "ACTIVE", None)), None);
}

#[test]
fn it_counts_only_if_it_says_the_same_and_early_enough() {
    assert!(asks_again(then(|_| None)));
    assert!(asks_again(then(list(499, "ACTIVE", Some("1")))));
    assert!(asks_again(then(list(5000, "CREATING", Some("1")))));
    assert!(asks_again(then(list(5000, "ACTIVE", Some("2")))));
    // Before our last write, and long ago.
    assert!(asks_again(then(list(7000, "ACTIVE", Some("1")))));
    assert_eq!(then_after(100, list(30_000, "ACTIVE", Some("1"))), None);
    assert!(asks_again(then_after(100, list(31_000, "ACTIVE", Some("1")))));
}
