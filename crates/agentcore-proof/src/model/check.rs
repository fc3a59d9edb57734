//! The search: every state that can be reached, breadth first, and whether the end can be reached from each.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use agentcore_api::status::{Failure, LastWrite};
use agentcore_engine::rules::Rules;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use super::{
    aws::at,
    moves::{Following, Move},
    world::{Frame, Scope, Slot, World},
};

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many states were reached.
    pub states: usize,
    /// How many of them are the end: everything is as it should be, and stays so.
    pub ends: usize,
    /// What is wrong, and how it came to that; the shortest way.
    pub wrong: Option<(String, Vec<String>)>,
    /// Whether the search was given up because there were too many states.
    pub gave_up: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// Explores a scope under these rules, up to so many states. `tell` hears now and then how many there are.
pub fn explore(scope: &Scope, rules: &Rules, most: usize, tell: &mut dyn FnMut(usize, usize)) -> Found {
    if scope.unique { search::<true>(scope, rules, most, tell) } else { search::<false>(scope, rules, most, tell) }
}

/// Explores several scopes, on all processors; `done` hears of each.
pub fn explore_all(scopes: &[Scope], rules: &Rules, most: usize, done: &(dyn Fn(&Scope, Found) + Sync)) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|run| {
        for _ in 0..threads {
            run.spawn(|| {
                while let Some(scope) = scopes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    done(scope, explore(scope, rules, most, &mut |_, _| {}));
                }
            });
        }
    });
}

/// How a state was first reached: from which, and by which of its moves.
type Came = (u32, u16);

fn search<const U: bool>(scope: &Scope, rules: &Rules, most: usize, tell: &mut dyn FnMut(usize, usize)) -> Found {
    let started = Instant::now();
    let frame = Frame::new(rules.clone());
    let first = World::<U>::new(*scope);
    let mut numbers: HashMap<u128, u32> = HashMap::from([(first.print(), 0)]);
    let mut came: Vec<Came> = vec![(0, 0)];
    let mut calm: Vec<(u32, u32)> = Vec::new();
    let mut ends: Vec<u32> = Vec::new();
    let mut open: VecDeque<(u32, World<U>)> = VecDeque::from([(0, first)]);
    let mut found = Found { states: 1, ends: 0, wrong: None, gave_up: false, seconds: 0.0 };
    while let Some((number, world)) = open.pop_front() {
        if number % 100_000 == 99_999 {
            tell(came.len(), open.len());
        }
        if world.is_over(&frame) {
            ends.push(number);
        }
        for (index, Following { free, world: next, .. }) in (0_u16..).zip(world.following(&frame)) {
            let fresh = u32::try_from(came.len()).unwrap_or(u32::MAX);
            let wrong = next.wrong.clone();
            let known = *numbers.entry(next.print()).or_insert(fresh);
            if known == fresh {
                came.push((number, index));
                open.push_back((fresh, next));
            }
            if let Some(wrong) = wrong {
                found.wrong = Some((wrong, way::<U>(scope, &frame, &came, known)));
                found.states = came.len();
                found.seconds = started.elapsed().as_secs_f64();
                return found;
            }
            if free && known != number {
                calm.push((known, number));
            }
        }
        if came.len() > most {
            found.gave_up = true;
            break;
        }
    }
    found.states = came.len();
    found.ends = ends.len();
    if !found.gave_up
        && let Some(lost) = without_end(came.len(), &ends, calm)
    {
        let what = "from here the end is out of reach, even if nothing else goes wrong".to_owned();
        found.wrong = Some((what, way::<U>(scope, &frame, &came, lost)));
    }
    found.seconds = started.elapsed().as_secs_f64();
    found
}

/// The first state from which no end can be reached without another fault. The edges lead backwards.
fn without_end(states: usize, ends: &[u32], mut back: Vec<(u32, u32)>) -> Option<u32> {
    back.sort_unstable();
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let mut reaches = vec![false; states];
    let mut open: Vec<u32> = ends.to_vec();
    while let Some(number) = open.pop() {
        let Some(seen) = reaches.get_mut(index(number)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        let from = back.partition_point(|(to, _)| *to < number);
        let before = back.iter().skip(from).take_while(|(to, _)| *to == number);
        open.extend(before.map(|(_, before)| *before));
    }
    let lost = reaches.iter().position(|reached| !reached)?;
    u32::try_from(lost).ok()
}

/// Whether states that are taken for one have the same future: how many pairs were compared, or the ways to the first
/// two that differ. What follows of each is held against the other one step far, and that for every pair, so that no
/// number of steps tells them apart.
pub fn same_states_have_the_same_future(scope: &Scope, most: usize) -> Result<usize, String> {
    if scope.unique { compare::<true>(scope, most) } else { compare::<false>(scope, most) }
}

fn compare<const U: bool>(scope: &Scope, most: usize) -> Result<usize, String> {
    let frame = Frame::new(Rules::production());
    let first = World::<U>::new(*scope);
    let mut open: VecDeque<(World<U>, Vec<String>)> = VecDeque::from([(first, Vec::new())]);
    let mut known: HashMap<u128, (Future, Vec<String>)> = HashMap::new();
    let mut pairs = 0;
    while let Some((world, way)) = open.pop_front() {
        let following = world.following(&frame);
        let mut future: Future = (world.is_over(&frame), HashSet::new());
        future.1.extend(following.iter().map(|it| (it.free, it.world.wrong.clone(), it.world.print())));
        if let Some((other, other_way)) = known.get(&world.print()) {
            pairs += 1;
            if *other != future {
                let only = |these: &Future, those: &Future| {
                    let differ = |it: &&Following<U>| {
                        let what = (it.free, it.world.wrong.clone(), it.world.print());
                        these.1.contains(&what) && !those.1.contains(&what)
                    };
                    let told = following.iter().filter(differ).map(|it| tell(&it.what, &it.world));
                    told.collect::<Vec<_>>().join("\n")
                };
                let more = only(&future, other);
                let lines = |way: &[String]| way.join("\n");
                return Err(format!(
                    "{}: these differ:\n{}\n--\n{}\nof which only this has:\n{more}",
                    scope.name,
                    lines(other_way),
                    lines(&way)
                ));
            }
            continue;
        }
        known.insert(world.print(), (future, way.clone()));
        if known.len() > most {
            break;
        }
        for next in following {
            let mut way = way.clone();
            way.push(tell(&next.what, &next.world));
            open.push_back((next.world, way));
        }
    }
    Ok(pairs)
}

/// All that the objects of a scope can come to, but for when: what is in the API server. `None` if there is too much.
pub fn comes_to(scope: &Scope, most: usize) -> Option<BTreeSet<String>> {
    if scope.unique { collect::<true>(scope, most) } else { collect::<false>(scope, most) }
}

fn collect<const U: bool>(scope: &Scope, most: usize) -> Option<BTreeSet<String>> {
    let frame = Frame::new(Rules::production());
    let first = World::<U>::new(*scope);
    let mut known = HashSet::from([first.print()]);
    let mut open = VecDeque::from([first]);
    let mut all = BTreeSet::new();
    while let Some(world) = open.pop_front() {
        all.insert(world.slots.iter().map(without_times).collect::<Vec<_>>().join("; "));
        for next in world.following(&frame) {
            if known.insert(next.world.print()) {
                open.push_back(next.world);
            }
        }
        if known.len() > most {
            return None;
        }
    }
    Some(all)
}

/// More than any scope has creations.
const CREATIONS: i64 = 1000;

fn without_times<const U: bool>(slot: &Slot<U>) -> String {
    let Some((object, _)) = &slot.stored else { return "no object".to_owned() };
    let meta = &object.meta;
    let says = object.status.conditions.iter().map(|it| (&it.type_, &it.status, &it.reason)).collect::<Vec<_>>();
    let never = || MicroTime(at(0));
    let mut record = World::record_of(object).cloned();
    if let Some(record) = &mut record {
        // A creation that is counted from a lost record counts from its time.
        record.creation = record.creation.min(CREATIONS);
        for time in [&mut record.sent_at, &mut record.delete_sent_at, &mut record.delete_accepted_at] {
            *time = time.take().map(|_| never());
        }
        record.last_write = record.last_write.take().map(|write| LastWrite { at: None, ..write });
        let failure = record.failure.take();
        record.failure = failure.map(|it| Failure { since: never(), last: never(), ..it });
    }
    format!("{} {} {} {says:?} {record:?}", meta.generation, meta.finalizer, meta.deleting())
}

/// Whether it is an end, and what follows: whether without a fault, whether wrong, and which state.
type Future = (bool, HashSet<(bool, Option<String>, u128)>);

/// How a state was reached, in words.
fn way<const U: bool>(scope: &Scope, frame: &Frame, came: &[Came], last: u32) -> Vec<String> {
    let mut steps = Vec::new();
    let mut number = last;
    while number != 0 {
        let Some(&(before, index)) = usize::try_from(number).ok().and_then(|number| came.get(number)) else { break };
        steps.push(index);
        number = before;
    }
    let mut world = World::<U>::new(*scope);
    let mut told = Vec::new();
    for index in steps.into_iter().rev() {
        let Some(next) = world.following(frame).into_iter().nth(usize::from(index)) else { break };
        told.push(tell(&next.what, &next.world));
        world = next.world;
    }
    told
}

fn tell<const U: bool>(what: &[Move], world: &World<U>) -> String {
    use std::fmt::Write as _;
    let mut text = what.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(", ");
    for slot in &world.slots {
        let Some((object, _)) = &slot.stored else {
            text.push_str(" | no object");
            continue;
        };
        let ready = object.status.conditions.first().map_or("-", |condition| condition.reason.as_str());
        let deleting = if object.meta.deleting() { " deleting" } else { "" };
        let finalizer = if object.meta.finalizer { " finalizer" } else { "" };
        let _ = write!(text, " | {ready}{deleting}{finalizer}");
        if let Some(record) = World::record_of(object) {
            let age = |at: Option<&k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime>| {
                at.map(|at| world.now - at.0.as_second())
            };
            let _ = write!(
                text,
                " n={} {:?} sends={} closed={} id={:?} seen={} sent={:?} delete={:?}",
                record.creation,
                record.fate,
                record.sends,
                record.closed,
                record.id,
                record.seen,
                age(record.sent_at.as_ref()),
                age(record.delete_sent_at.as_ref())
            );
        }
    }
    for resource in &world.aws.resources {
        let _ = write!(text, " | id-{} {:?}{}", resource.id, resource.is, if resource.shown { "" } else { " unseen" });
    }
    if !world.aws.pending.is_empty() {
        let _ = write!(text, " | {} on the way", world.aws.pending.len());
    }
    text
}
