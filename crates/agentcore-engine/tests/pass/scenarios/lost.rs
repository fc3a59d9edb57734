//! What the operator remembered is gone, or old.

use agentcore_api::{keys::annotation, status::Fate};
use agentcore_engine::{
    conclusion::{Conclusion, Met},
    object::Object,
    record,
    rules::Rules,
};
use jiff::SignedDuration;

use crate::{
    aws::Switches,
    bench::Bench,
    drive::Trouble,
    stories::spec,
    toy::{Spec, Toy},
};

fn wipe<const U: bool>(bench: &mut Bench<U>) {
    bench.change(|stored| stored.status = serde_json::json!({}));
}

#[test]
fn a_wiped_status_finds_its_resource() {
    let plain = Switches::default();
    for switches in [plain.clone(), Switches { tags_listable: false, lists_tell_names: false, ..plain }] {
        let mut bench = Bench::<true>::with_ready(switches.clone());
        wipe(&mut bench);
        bench.run(5);
        assert_eq!((bench.says().as_str(), bench.calls("create")), ("True/Available", 1));
        assert!(bench.record().ever_active);
        bench.silent();
        wipe(&mut bench);
        bench.delete();
        bench.run(200);
        assert!(bench.gone() && bench.ours().is_empty());
        bench.clean();
    }
}

/// The look-up of a deletion goes where the spec says, since the status does not.
#[test]
fn a_wiped_status_is_looked_for_in_the_spec_s_region_and_name() {
    let mut bench = Bench::<true>::new(Switches::default());
    let mut spec = Spec { name: Some("mine".to_owned()), ..spec() };
    spec.common.region = Some("eu-west-1".to_owned());
    bench.create(spec);
    bench.run(30);
    assert_eq!(bench.says(), "True/Available");
    wipe(&mut bench);
    bench.delete();
    bench.run(300);
    let now = bench.now;
    assert!(bench.gone() && bench.aws("eu-west-1").existing(now).count() == 0);
    bench.clean();
}

/// Nothing in AWS: a new one after two minutes, under a token that was never used.
#[test]
fn a_wiped_status_without_a_resource_creates_one() {
    let mut bench = Bench::<false>::with_ready(Switches::default());
    for text in ["a", "b", "c"] {
        bench.edit(|spec| spec.fixed = Some(text.to_owned()));
        bench.run(30);
    }
    assert_eq!((bench.record().creation, bench.calls("create")), (3, 4));
    bench.sweep_away();
    wipe(&mut bench);
    bench.run(100);
    assert_eq!(bench.calls("create"), 4);
    bench.run(60);
    assert_eq!((bench.says().as_str(), bench.calls("create")), ("True/Available", 5));
    let tokens: std::collections::BTreeSet<_> =
        bench.home().writes.iter().filter(|seen| seen.verb == "create").map(|seen| seen.token.clone()).collect();
    assert_eq!(tokens.len(), 5);
    bench.silent();
}

/// AWS has refused the update that would have made it. Another send of the same, which was lost, makes it after all.
#[test]
fn a_child_that_comes_after_a_refusal_is_ours() {
    for (comes, ours) in [(Some(1), true), (Some(60), true), (Some(110), true), (None, false)] {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        bench.edit(|spec| {
            spec.children.push("one".to_owned());
            spec.description = Some("invalid".to_owned());
        });
        bench.run(5);
        assert_eq!(bench.stalled().as_deref(), Some("InvalidSpec"));
        if let Some(after) = comes {
            bench.run(after);
            // A pass in between forgets nothing.
            bench.change(|_| {});
            bench.run(1);
            bench.others_change(|settings| settings.children.push("one".to_owned()));
        }
        bench.run(200);
        let children = bench.record().children;
        let told: Vec<_> = children.iter().map(|child| (child.name.as_str(), child.id.as_deref())).collect();
        // Where nothing came, the name is anybody's again.
        assert_eq!(told, if ours { vec![("one", Some("id-one"))] } else { Vec::new() }, "{comes:?}");
        assert_eq!((bench.stalled().as_deref(), bench.verbs().as_str()), (Some("InvalidSpec"), "create update"));
        let passes = bench.passes;
        bench.run(3000);
        assert_eq!(bench.passes, passes);
    }
}

/// A list that lags shows the resource that was just replaced: the count of creations goes on.
#[test]
fn a_list_that_lags_does_not_start_the_count_over() {
    let mut bench = Bench::<false>::with_ready(Switches::default());
    for text in ["a", "b"] {
        bench.edit(|spec| spec.fixed = Some(text.to_owned()));
        bench.run(30);
    }
    bench.home().switches.list_lag = SignedDuration::from_secs(30);
    bench.edit(|spec| spec.fixed = Some("c".to_owned()));
    bench.run(400);
    assert_eq!((bench.says().as_str(), bench.ours().len()), ("True/Available", 1));
    assert!(bench.home().writes.iter().all(|seen| seen.verb != "create" || seen.ok));
    bench.silent();
}

/// A backup from before a replacement is restored: its resource is gone, and the new one is found.
#[test]
fn a_restored_backup_finds_the_newer_resource() {
    for pass in 0..2 {
        let mut bench = Bench::<true>::with_ready(Switches::default());
        let backup = bench.server.stored.as_ref().unwrap().status.clone();
        bench.edit(|spec| spec.fixed = Some("y".to_owned()));
        bench.run(30);
        bench.change(|stored| stored.status = backup);
        if pass == 1 {
            bench.delete();
        }
        bench.run(400);
        if pass == 1 {
            assert!(bench.gone());
        } else {
            assert_eq!((bench.says().as_str(), bench.ours().len()), ("True/Available", 1));
            bench.silent();
        }
    }
}

/// One empty list proves nothing, however late: the second one shows what the create made.
#[test]
fn one_empty_list_proves_nothing() {
    for deleted in [false, true] {
        let list_lag = SignedDuration::from_millis(150_600);
        let mut bench = Bench::<true>::new(Switches { list_lag, ..Switches::default() });
        bench.create(spec());
        let create = 4;
        bench.troubles.insert(create, Trouble::CrashAfter(150));
        bench.run(0);
        if deleted {
            let wake = bench.wake;
            bench.delete();
            bench.wake = wake;
        }
        bench.run(400);
        assert_eq!(bench.calls("create"), 1);
        assert_eq!((bench.gone(), bench.ours().len()), (deleted, usize::from(!deleted)));
        bench.clean();
    }
}

/// The finalizer alone was lost: it comes back before anything else.
#[test]
fn a_lost_finalizer_comes_back() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.change(|stored| stored.meta.finalizer = false);
    bench.run(1);
    assert!(bench.server.stored.as_ref().unwrap().meta.finalizer);
    bench.silent();
}

/// A conclusion that meets a conflict is written onto the newest object.
#[test]
fn a_conclusion_survives_a_conflict() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    let conclusion = 5;
    bench.troubles.insert(conclusion, Trouble::Conflict);
    bench.run(0);
    assert_eq!(bench.record().fate, Fate::Created);
    bench.run(30);
    assert_eq!((bench.calls("create"), bench.says().as_str()), (1, "True/Available"));
    bench.silent();
}

#[test]
fn conclusions() {
    let mut bench = Bench::<true>::new(Switches::default());
    bench.create(spec());
    bench.troubles.insert(4, Trouble::CrashBefore(1));
    bench.run(0);
    let announced = bench.server.stored.as_ref().unwrap().status();
    let part = record::main::<Toy<true>>(&announced).unwrap().clone();
    bench.now += SignedDuration::from_secs(1);
    let with = |change: &dyn Fn(&mut agentcore_api::status::PartRecord)| {
        let mut status = announced.clone();
        let mut part = part.clone();
        change(&mut part);
        record::put::<Toy<true>>(&mut status, part);
        status
    };
    let created = with(&|part| {
        part.id = Some("id".to_owned());
        part.fate = Fate::Created;
        part.closed = true;
    });
    let refused = with(&record::nothing);
    let object = bench.server.read::<true>(false).unwrap().object;
    let conclude = |newest: &crate::toy::Status, conclusion: &crate::toy::Status| {
        let mut conclusion = Conclusion::new(&Rules::production(), &object, conclusion.clone());
        let newest = Object { status: newest.clone(), ..object.clone() };
        conclusion.onto(&newest).then(|| conclusion.status().clone())
    };
    // What was announced is still there: both are written, whatever else changed.
    assert_eq!(conclude(&announced, &created), Some(created.clone()));
    assert_eq!(conclude(&announced, &refused), Some(refused.clone()));
    // It was sent once more: an id is written, a refusal is not.
    let again = with(&|part| part.sends = 2);
    let merged = conclude(&again, &created).unwrap();
    let merged = record::main::<Toy<true>>(&merged).unwrap();
    assert_eq!((merged.id.as_deref(), merged.sends, merged.fate), (Some("id"), 2, Fate::Created));
    assert_eq!(conclude(&again, &refused), None);
    // It was closed meanwhile: the same.
    let closed = with(&|part| part.closed = true);
    assert!(conclude(&closed, &created).is_some());
    assert_eq!(conclude(&closed, &refused), None);
    // Another creation, another announcement, or nothing at all: neither.
    let later = agentcore_engine::record::lost(bench.now);
    for newest in [
        with(&|part| part.creation += 1),
        with(&|part| part.sent_at = later.sent_at.clone()),
        with(&record::nothing),
        crate::toy::Status::default(),
    ] {
        assert_eq!(conclude(&newest, &created), None);
        assert_eq!(conclude(&newest, &refused), None);
    }
    // Somebody wrote an id already.
    assert_eq!(conclude(&created, &refused), None);
    // Another object has that name by now, from a backup with its status.
    let mut next = object.clone();
    next.meta.uid = "uid-2".to_owned();
    assert!(!Conclusion::new(&Rules::production(), &object, created.clone()).onto(&next));
    // Against trouble it is tried again for some seconds, against others at once, and not for ever.
    let waits = |met, object| {
        let mut conclusion = Conclusion::new(&Rules::production(), object, created.clone());
        std::iter::from_fn(move || conclusion.missed(met)).map(|wait| wait.as_millis()).collect::<Vec<_>>()
    };
    assert_eq!(waits(Met::Trouble, &object), [500, 1000, 2000, 4000, 8000]);
    assert_eq!(waits(Met::Conflict, &object), [0; 5]);
    assert_eq!(waits(Met::Gone, &object), []);
    // Without an announcement the next pass knows as much.
    let bare = Object { status: crate::toy::Status::default(), ..object.clone() };
    assert_eq!(waits(Met::Conflict, &bare), []);
}

/// Removing an annotation answers nothing.
#[test]
fn a_removed_request_is_no_request() {
    let mut bench = Bench::<true>::with_ready(Switches::default());
    bench.annotate(annotation::REQUESTED_AT, "1");
    bench.run(5);
    bench.change(|stored| stored.meta.annotations.clear());
    bench.run(5);
    assert_eq!(bench.common().last_handled_request_at.as_deref(), Some("1"));
    bench.silent();
}
