//! What is done to the objects and to the world, drawn from a seed before anything happens.

use std::time::Duration;

use fastrand::Rng;

pub const KINDS: [&str; 3] = ["AgentMemory", "AgentRuntime", "CodeInterpreter"];

/// A change of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Creates the object of this number; its kind follows from the number.
    Create(usize),
    Update(usize),
    Delete(usize),
}

/// A change, what happens to the operator then, and how long it is until the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub change: Change,
    pub kill: bool,
    pub pause: Duration,
}

/// So many steps. The same seed gives the same ones. Each object lives once.
pub fn steps(seed: u64, count: usize) -> Vec<Step> {
    let mut random = Rng::with_seed(seed);
    let (mut next, mut alive) = (0, Vec::new());
    let mut steps = Vec::new();
    for _ in 0..count {
        let change = match random.u32(0..100) {
            0..45 => Change::Create(next),
            _ if alive.len() < 3 => Change::Create(next),
            45..78 => Change::Update(alive[random.usize(..alive.len())]),
            _ => Change::Delete(alive.swap_remove(random.usize(..alive.len()))),
        };
        if change == Change::Create(next) {
            alive.push(next);
            next += 1;
        }
        let pause = Duration::from_millis(random.u64(10..250));
        steps.push(Step { change, kill: random.u32(0..8) == 0, pause });
    }
    steps
}

/// The kind of the object of this number.
pub fn kind(number: usize) -> &'static str {
    KINDS[number % KINDS.len()]
}

/// The objects that live at the end, and those that were deleted.
pub fn end(steps: &[Step]) -> (Vec<usize>, Vec<usize>) {
    let of = |step: &Step| match step.change {
        Change::Delete(number) => Some(number),
        _ => None,
    };
    let deleted: Vec<usize> = steps.iter().filter_map(of).collect();
    let created = steps.iter().filter_map(|step| match step.change {
        Change::Create(number) => Some(number),
        _ => None,
    });
    (created.filter(|number| !deleted.contains(number)).collect(), deleted)
}

#[test]
fn a_seed_gives_one_plan() {
    assert_eq!(steps(7, 200), steps(7, 200));
    assert_ne!(steps(7, 200), steps(8, 200));
}

#[test]
fn a_plan_touches_only_what_lives() {
    for seed in 0..50 {
        let steps = steps(seed, 200);
        let mut alive = Vec::new();
        for step in &steps {
            match step.change {
                Change::Create(number) => alive.push(number),
                Change::Update(number) => assert!(alive.contains(&number), "seed {seed}: {step:?}"),
                Change::Delete(number) => {
                    assert!(alive.contains(&number), "seed {seed}: {step:?}");
                    alive.retain(|other| *other != number);
                }
            }
        }
        let (living, deleted) = end(&steps);
        assert_eq!(
            living,
            alive.iter().copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
        assert!(living.len() > 20 && deleted.len() > 20, "seed {seed}: {} and {}", living.len(), deleted.len());
        assert!(steps.iter().filter(|step| step.kill).count() > 10, "seed {seed}");
    }
}
