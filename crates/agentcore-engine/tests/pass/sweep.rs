//! One trouble at each step of each story: afterwards all is as without it, and silent.

use std::fmt::Write;

use agentcore_api::status::{ConditionType, Fate};

use crate::{
    aws::Switches,
    bench::Bench,
    drive::Trouble,
    stories::{self, Story},
};

/// How both sides are when all is over.
#[derive(Clone, Debug, PartialEq)]
struct End {
    object: Option<String>,
    resources: Vec<String>,
}

fn end<const U: bool>(bench: &mut Bench<U>) -> End {
    let object = bench.server.stored.as_ref().map(|stored| {
        let common = stored.status().common;
        let is = |type_| common.condition(type_).map(|condition| format!("{}/{}", condition.status, condition.reason));
        format!(
            "{:?} {:?} {:?} gen={:?} finalizer={} fate={:?} deleting={}",
            is(ConditionType::Ready),
            is(ConditionType::Stalled),
            is(ConditionType::Reconciling),
            common.observed_generation,
            stored.meta.finalizer,
            common.record.as_ref().map_or(Fate::None, |record| record["main"].fate),
            stored.meta.deleting(),
        )
    });
    let now = bench.now;
    let resources = bench.home().existing(now).map(|(resource, shape)| {
        format!("{} {} {:?} {:?} {:?}", resource.name, shape.state, shape.settings, resource.tags, resource.made_for)
    });
    let resources = resources.collect();
    End { object, resources }
}

struct Run<const U: bool> {
    bench: Bench<U>,
    end: End,
}

/// Tells the story, waits until everything has come to rest, and listens for an hour.
fn run<const U: bool>(story: &Story<U>, cloud: &Switches, troubles: &[(usize, Trouble)], verbose: bool) -> Run<U> {
    let mut bench = Bench::<U>::new(cloud.clone());
    bench.verbose = verbose;
    bench.troubles = troubles.iter().copied().collect();
    (story.tell)(&mut bench);
    // What is tried hourly has been tried again, too.
    bench.troubles.retain(|step, _| *step < bench.trace.len());
    bench.run(7600);
    let end = end(&mut bench);
    // A taken name is tried hourly.
    if story.quiet && !end.object.as_deref().is_some_and(|object| object.contains("NotOwned")) {
        let (api, aws) = (bench.server.writes, bench.home().writes.len());
        bench.run(3700);
        if bench.server.writes != api || bench.home().writes.len() != aws {
            let (api, aws) = (bench.server.writes - api, bench.home().writes.len() - aws);
            bench.wrong(format!("at rest {api} writes to the API server and {aws} to AWS"));
        }
    }
    Run { bench, end }
}

fn troubles() -> Vec<Trouble> {
    vec![
        Trouble::CrashBefore(1),
        Trouble::CrashBefore(45),
        Trouble::CrashBefore(150),
        Trouble::CrashAfter(1),
        Trouble::CrashAfter(45),
        Trouble::CrashAfter(150),
        Trouble::Lost,
        Trouble::Unsent,
        Trouble::Throttled,
        Trouble::Internal,
        Trouble::Denied,
        Trouble::Invalid,
        Trouble::Mismatch,
        Trouble::Conflict,
        Trouble::Stale,
        Trouble::Other,
        Trouble::Hangs(40),
        Trouble::Hangs(150),
        Trouble::Delete,
        Trouble::Edit,
    ]
}

/// Whether a run ended as it does without trouble, apart from what trouble may change.
fn same<const U: bool>(story: &Story<U>, cloud: &Switches, end: &End, calm: &End) -> bool {
    let (object, before) = (end.object.as_deref(), calm.object.as_deref());
    // What was not created before the object was deleted does not stay.
    if story.name == "retained" && end.resources.is_empty() {
        return object == before;
    }
    // What the first object had not created the second one creates.
    if story.name == "taken over" {
        let ready = object.is_some_and(|object| object.contains("True/Available"));
        return (object == before || ready) && end.resources.len() == 1;
    }
    // It is tried hourly, at another time.
    if !story.quiet {
        return object.is_some_and(|object| !object.contains("True/Available")) && end.resources.len() <= 1;
    }
    // Where AWS lists no tags they are set, and none is removed.
    let blind = !cloud.tags_listable;
    let without =
        |end: &End| -> Vec<String> { end.resources.iter().map(|it| it.replace("\"a\": \"1\", ", "")).collect() };
    object == before && (end.resources == calm.resources || (blind && without(end) == without(calm)))
}

/// What is wrong with a run, if anything.
fn judge<const U: bool>(story: &Story<U>, cloud: &Switches, run: &Run<U>, calm: &End) -> Vec<String> {
    let is = |trouble| run.bench.hit.contains(&trouble);
    // Where neither tags nor a derived name can prove it, what a create made whose answer was lost for longer than it
    // may be repeated is a stranger's by the rules: it is left alone, and the user is told.
    let long =
        |time| [Trouble::CrashAfter(time), Trouble::CrashBefore(time), Trouble::Hangs(time)].into_iter().any(&is);
    let unproved = run.end.object.as_deref().is_none_or(|object| object.contains("NotOwned"));
    if story.name == "taken name" && !cloud.tags_listable && (long(40) || long(45) || long(150)) && unproved {
        return Vec::new();
    }
    let mut wrong = run.bench.wrong.clone();
    // Which of the two objects it hit decides the end.
    if story.name == "taken over" && (is(Trouble::Delete) || is(Trouble::Edit)) {
        return wrong;
    }
    if is(Trouble::Delete) {
        let left = run.end.resources.iter().filter(|resource| resource.contains("Some(\"uid-")).count();
        if run.end.object.is_some() || (left > 0 && story.name != "retained") {
            wrong.push(format!("deleted, and this is left: {:?}", run.end));
        }
    } else if is(Trouble::Edit) {
        let object = run.end.object.as_deref().unwrap_or("True/Available");
        if story.quiet && !object.contains("True/Available") {
            wrong.push(format!("edited, and not Ready: {:?}", run.end));
        }
    } else if !same(story, cloud, &run.end, calm) {
        wrong.push(format!("ends as {:?}, without trouble as {calm:?}", run.end));
    }
    wrong
}

/// Which part of all runs is done: one of so many. All of them, where the environment has `AGENTCORE_SWEEP=all`, take
/// minutes with optimisation; the others are chosen so that each story, step and trouble has its share.
fn share(cloud: &str) -> usize {
    match (std::env::var("AGENTCORE_SWEEP").as_deref(), cloud) {
        (Ok("all"), _) => 1,
        (_, "plain") => 17,
        _ => 71,
    }
}

fn sweep<const U: bool>() {
    let mut wrong = Vec::new();
    let (mut runs, mut all) = (0, 0);
    for (cloud, switches) in stories::clouds() {
        for story in stories::all::<U>() {
            let calm = run(&story, &switches, &[], false);
            let what = |troubles: &[(usize, Trouble)]| format!("unique={U} {cloud}, {}: {troubles:?}", story.name);
            if !calm.bench.wrong.is_empty() {
                wrong.push((what(&[]), calm.bench.wrong.clone(), run(&story, &switches, &[], true).bench.told));
                continue;
            }
            for (step, at) in calm.bench.trace.iter().enumerate().take(steps(&story, &switches)) {
                for trouble in troubles().into_iter().filter(|trouble| trouble.hits(*at)) {
                    all += 1;
                    if all % share(cloud) != 0 {
                        continue;
                    }
                    let troubles = [(step, trouble)];
                    let one = run(&story, &switches, &troubles, false);
                    runs += 1;
                    let found = judge(&story, &switches, &one, &calm.end);
                    if !found.is_empty() {
                        let told = if wrong.is_empty() {
                            run(&story, &switches, &troubles, true).bench.told
                        } else {
                            Vec::new()
                        };
                        wrong.push((what(&troubles), found, told));
                    }
                }
            }
        }
    }
    report(runs, &wrong);
}

/// How many steps the story has; those of the hours after it are more of the same.
fn steps<const U: bool>(story: &Story<U>, cloud: &Switches) -> usize {
    let mut bench = Bench::<U>::new(cloud.clone());
    (story.tell)(&mut bench);
    bench.trace.len()
}

/// The first failure in full, the others in a few lines each.
fn report(runs: usize, wrong: &[(String, Vec<String>, Vec<String>)]) {
    let Some((_, _, told)) = wrong.first() else { return };
    let mut text = told.join("\n");
    for (what, found, _) in wrong.iter().take(400) {
        let _ = write!(text, "\n{what}\n    {}", found.join("\n    "));
    }
    panic!("{text}\n{} of {runs} runs went wrong", wrong.len());
}

#[test]
fn unique_names() {
    sweep::<true>();
}

#[test]
fn names_that_are_not_unique() {
    sweep::<false>();
}

/// Two or three troubles at any steps. The numbers are made up, and the same each time.
fn several<const U: bool>(seed: u64) {
    let runs = if share("several") == 1 { 40_000 } else { 250 };
    let mut state = seed;
    let mut pick = |from: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % from
    };
    // Reads that flap, and one that is old besides: that is more than two reads can tell.
    let clouds: Vec<_> = stories::clouds().into_iter().filter(|(name, _)| *name != "showing").collect();
    let stories = stories::all::<U>();
    let calm: Vec<Vec<_>> = clouds
        .iter()
        .map(|(_, cloud)| {
            stories.iter().map(|story| (steps(story, cloud), run(story, cloud, &[], false).end)).collect()
        })
        .collect();
    let mut wrong = Vec::new();
    for _ in 0..runs {
        let (cloud, story) = (pick(clouds.len()), pick(stories.len()));
        let (steps, calm) = &calm[cloud][story];
        let (name, switches, story) = (clouds[cloud].0, &clouds[cloud].1, &stories[story]);
        let choice = troubles();
        // Two old reads in a row, too, are more than they can tell.
        let mut old = false;
        let mut troubles = Vec::new();
        for _ in 0..2 + pick(2) {
            let (step, trouble) = (pick(*steps), choice[pick(choice.len())]);
            if trouble != Trouble::Stale || !old {
                troubles.push((step, trouble));
            }
            old |= trouble == Trouble::Stale;
        }
        let one = run(story, switches, &troubles, false);
        let found = judge(story, switches, &one, calm);
        if !found.is_empty() {
            let told = if wrong.is_empty() { run(story, switches, &troubles, true).bench.told } else { Vec::new() };
            wrong.push((format!("unique={U} {name}, {}: {troubles:?}", story.name), found, told));
        }
    }
    report(runs, &wrong);
}

#[test]
fn several_troubles_where_names_are_unique() {
    several::<true>(1);
}

#[test]
fn several_troubles_where_names_are_not_unique() {
    several::<false>(2);
}
