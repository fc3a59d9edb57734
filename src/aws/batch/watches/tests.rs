//! What is due when, and what a list shows.

use super::*;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

pub(super) fn who(name: &str) -> Who {
    Who { namespace: "ns".to_owned(), name: name.to_owned() }
}

fn watch(id: &str, state: &str, since: i64) -> Watch {
    Watch {
        id: id.to_owned(),
        state: state.to_owned(),
        version: None,
        asked: at(since),
        usual: SECOND * 5,
        creation: state == "CREATING",
        since: at(since),
    }
}

fn sweep(began: i64, items: &[(&str, &str)], whole: bool) -> Sweep {
    let item =
        |(id, state): &(&str, &str)| Listed { id: (*id).to_owned(), state: (*state).to_owned(), ..Listed::default() };
    let fault = (!whole).then(|| agentcore_engine::fault::Fault::incomplete("List", "a page failed"));
    Sweep { began: at(began), items: items.iter().map(item).collect(), fault }
}

fn watches() -> Watches {
    Watches::new(SECOND, "READY", None)
}

#[test]
fn what_a_list_shows_of_a_resource() {
    for (state, listed, whole, began, passes) in [
        // Nothing new.
        ("CREATING", &[("a", "CREATING")][..], true, 5, false),
        // It moved on, and not to the good state.
        ("CREATING", &[("a", "CREATE_FAILED")], true, 5, true),
        ("CREATING", &[("a", "CREATE_FAILED")], false, 5, true),
        // A list that began before it was watched tells of the time before.
        ("UPDATING", &[("a", "FAILED")], true, -1, false),
        // Not yet listed, or listed late.
        ("CREATING", &[], true, 5, false),
        // Gone, if the list is whole.
        ("DELETING", &[], true, 5, true),
        ("DELETING", &[], false, 5, false),
        ("DELETING", &[("b", "READY")], true, 5, true),
        // Lists lack it for long: it is read by itself.
        ("CREATING", &[], true, 11, true),
        ("DELETING", &[], false, 11, true),
        // And so it is where they show the same for very long.
        ("CREATING", &[("a", "CREATING")], true, 239, false),
        ("CREATING", &[("a", "CREATING")], true, 240, true),
    ] {
        let mut watches = watches();
        watches.watch(who("x"), watch("a", state, 0));
        let expected = if passes { vec![who("x")] } else { Vec::new() };
        let told = watches.listed(&sweep(began, listed, whole), at(began));
        assert_eq!(told, expected, "{state} {listed:?} {whole} {began}");
        assert_eq!(watches.next_at().is_some(), !passes, "what has a pass is watched no longer");
    }
}

#[test]
fn a_part_of_a_list_says_nothing_of_what_it_was_not_read_for() {
    let mut watches = watches();
    watches.watch(who("x"), watch("a", "CREATING", 0));
    watches.watch(who("y"), watch("b", "CREATING", 0));
    // Each would be read by itself after ten seconds without being listed.
    let part = sweep(15, &[], false);
    assert_eq!(watches.listed_in_part(&part, &["b".to_owned()], at(15)), [who("y")]);
    assert!(watches.has("a") && !watches.has("b"));
    assert!(watches.listed_in_part(&sweep(16, &[("a", "READY")], false), &[], at(16)).is_empty());
    assert_eq!(watches.due(at(17)).passes, [who("x")]);
}

#[test]
fn only_a_whole_list_shows_what_goes() {
    let mut watches = watches();
    watches.watch(who("x"), watch("a", "CREATING", 0));
    assert_eq!(watches.awaited(at(1)), Some(vec!["a".to_owned()]));
    watches.watch(who("y"), watch("b", "DELETING", 0));
    assert_eq!(watches.awaited(at(1)), None);
}

#[test]
fn what_has_settled_has_its_pass_a_gap_later_and_once() {
    let mut watches = watches();
    watches.watch(who("x"), watch("a", "CREATING", 0));
    assert!(watches.listed(&sweep(5, &[("a", "READY")], true), at(5)).is_empty());
    assert_eq!(watches.next_at(), Some(at(5) + GAP));
    assert!(watches.due(at(5)).passes.is_empty());
    // Another list changes nothing in that.
    assert!(watches.listed(&sweep(5, &[("a", "CREATING")], true), at(5)).is_empty());
    assert_eq!(watches.due(at(6)).passes, [who("x")]);
    assert_eq!(watches.due(at(7)), Due::default());
    let sighting = watches.take_sighting("a").unwrap();
    assert_eq!((sighting.began, sighting.state.as_str()), (at(5), "READY"));
    assert_eq!(watches.take_sighting("a"), None);
}

#[test]
fn one_look_serves_all_that_are_due_soon() {
    let mut watches = watches();
    for number in 0..10 {
        let mut watch = watch(&format!("id{number}"), "CREATING", 0);
        watch.asked = at(-100) + SignedDuration::from_millis(number * 100);
        watches.watch(who(&format!("x{number}")), watch);
    }
    let first = watches.next_at().unwrap();
    assert_eq!(watches.due(first - SignedDuration::from_millis(1)).looks, 0);
    assert_eq!(watches.due(first).looks, 10);
    assert_eq!(watches.take_due(first).len() + watches.entries.len(), 10);
}

#[test]
fn a_long_list_is_made_less_often() {
    let mut watches = watches();
    for (pages, wait) in [(1, 1000), (5, 1000), (10, 2000), (30, 6000)] {
        for name in ["w", "x", "y", "z"] {
            watches.watch(who(name), watch(name, "CREATING", 0));
        }
        watches.have_pages(pages);
        let items = ["w", "x", "y", "z"].map(|name| (name, "CREATING"));
        assert!(watches.listed(&sweep(4, &items, true), at(4)).is_empty());
        assert_eq!(watches.next_at(), Some(at(4) + SignedDuration::from_millis(wait)), "{pages} pages");
    }
}

#[test]
fn what_is_beside_it_is_awaited_too() {
    let mut watches = Watches::new(SECOND, "READY", Some(SECOND * 2));
    watches.watch(who("x"), watch("a", "CREATING", 0));
    let mut ready = sweep(5, &[("a", "READY")], true);
    ready.items[0].version = Some("1".to_owned());
    assert!(watches.listed(&ready, at(5)).is_empty());
    assert_eq!(watches.due(at(6)), Due::default());
    assert_eq!(watches.due(at(7)).sides, [(who("x"), "a".to_owned(), Some("1".to_owned()))]);
    // Not twice at the same time, and anew where nothing has come of it.
    assert!(watches.due(at(36)).sides.is_empty());
    assert_eq!(watches.due(at(37)).sides.len(), 1);
    watches.watch(who("x"), watch("a", "CREATING", 0));
    assert!(watches.listed(&ready, at(5)).is_empty());
    assert_eq!(watches.due(at(7)).sides.len(), 1);
    assert!(!watches.looked_beside(&who("x"), false, at(7)));
    assert!(watches.due(at(7)).sides.is_empty());
    assert_eq!(watches.due(at(8)).sides.len(), 1);
    assert!(watches.looked_beside(&who("x"), true, at(9)));
    assert_eq!(watches.due(at(9)), Due::default());
    assert_eq!(watches.take_sighting("a").unwrap().version.as_deref(), Some("1"));
    // Not for ever: its object says then what is missing.
    watches.watch(who("x"), watch("a", "READY", 0));
    assert!(!watches.looked_beside(&who("x"), false, at(19)));
    assert!(watches.looked_beside(&who("x"), false, at(20)));
}

#[test]
fn a_pass_that_saw_it_settled_has_seen_it_once() {
    let mut watches = Watches::new(SECOND, "READY", Some(SECOND * 2));
    watches.watch(who("x"), Watch { version: Some("2".to_owned()), ..watch("a", "READY", 0) });
    assert!(watches.looked_beside(&who("x"), true, at(1)));
    assert_eq!(watches.due(at(1)), Due::default());
    let (began, state, version) = (at(0), "READY".to_owned(), Some("2".to_owned()));
    assert_eq!(watches.take_sighting("a"), Some(Shown { began, state, version }));
}

#[test]
fn what_is_beside_a_few_is_looked_at_more_often() {
    for (count, age, wait) in [
        (1, 5, 250),
        (FEW, 15, 250),
        (FEW + 1, 5, 666),
        // Less often what does not come.
        (1, 60, 1000),
        (FEW + 1, 60, 1000),
        (1, 100_000, 20_000),
    ] {
        let mut watches = Watches::new(SECOND, "READY", Some(SECOND * 2));
        for number in 0..count {
            let asked = at(-age);
            watches.watch(who(&number.to_string()), Watch { asked, ..watch(&number.to_string(), "READY", 0) });
        }
        assert!(!watches.looked_beside(&who("0"), false, at(0)));
        let entry = &watches.entries[&who("0")];
        assert_eq!(entry.at.duration_since(at(0)).as_millis(), wait, "{count} after {age} s");
    }
}

#[test]
fn where_the_words_of_lists_say_nothing_they_are_not_awaited() {
    assert!(!watches().can_watch("READY") && watches().can_watch("UPDATING"));
    assert!(Watches::new(SECOND, "READY", Some(SECOND)).can_watch("READY"));
}

#[test]
fn what_is_forgotten_is_forgotten() {
    let mut watches = watches();
    watches.watch(who("x"), watch("a", "CREATING", 0));
    watches.forget(&who("x"));
    assert!(watches.listed(&sweep(5, &[("a", "FAILED")], true), at(5)).is_empty() && watches.next_at().is_none());
}
