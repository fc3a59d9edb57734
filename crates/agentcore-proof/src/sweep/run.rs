//! All schedules, on all cores.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use agentcore_engine::rules::Rules;
use agentcore_operator::kinds::{
    agent_memory::MemoryKind, agent_runtime::RuntimeKind, code_interpreter::InterpreterKind,
};

pub use super::report::{Failure, Report, condensed};
use super::{
    clouds::{self, Cloud},
    judge::{Court, Run},
    shorten::Case,
    stories::{self, Story},
    subject::Subject,
    trouble::{Operation, TABLE, Trouble, What},
    wire::Wire,
};

/// Which schedules are run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// One in this many schedules with one trouble, in AWS as it is by default; 0: none.
    pub plain: usize,
    /// The same, where AWS is switched otherwise.
    pub switched: usize,
    /// The same of those with two troubles, where AWS is as by default.
    pub pairs: usize,
    /// Stories whose line contains this.
    pub filter: String,
    /// Says how far it is.
    pub progress: bool,
}

impl Plan {
    /// What the suite has time for.
    pub fn suite() -> Self {
        Self { plain: 1, switched: 61, pairs: 31, filter: String::new(), progress: false }
    }

    /// Everything.
    pub fn all() -> Self {
        Self { plain: 1, switched: 1, pairs: 1, filter: String::new(), progress: true }
    }
}

/// Where a story is told: the number of the kind, of the AWS and of the story.
type Job = (usize, usize, usize);

/// Runs the schedules of a plan.
pub fn sweep(plan: &Plan) -> Report {
    let clouds = clouds::all();
    let counts = [
        stories::all::<MemoryKind>().len(),
        stories::all::<RuntimeKind>().len(),
        stories::all::<InterpreterKind>().len(),
    ];
    let jobs: Vec<Job> = (0..clouds.len())
        .flat_map(|cloud| (0..3).flat_map(move |kind| (0..counts[kind]).map(move |story| (kind, cloud, story))))
        .collect();
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Report::default()));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut worker = Worker::new(plan);
                while let Some((kind, cloud, story)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    match kind {
                        0 => worker.memories.tell(plan, &clouds[cloud], story, &mut worker.report),
                        1 => worker.runtimes.tell(plan, &clouds[cloud], story, &mut worker.report),
                        _ => worker.interpreters.tell(plan, &clouds[cloud], story, &mut worker.report),
                    }
                }
                worker.end(&total);
            });
        }
    });
    let mut report = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failures.sort_by(|a, b| (a.line.len(), &a.line).cmp(&(b.line.len(), &b.line)));
    report.example = report.failures.first().and_then(|first| shortened(&first.line));
    report
}

/// One schedule, from the line that names it, and what happens in it. None if there is no such schedule.
pub fn only(line: &str) -> Option<Failure> {
    judged(line, false)
}

/// The same failure with fewer and earlier troubles, and what happens in it.
pub fn shortened(line: &str) -> Option<Failure> {
    judged(line, true)
}

fn judged(line: &str, shorten: bool) -> Option<Failure> {
    fn of<K: Subject>(line: &str, shorten: bool) -> Option<Failure> {
        let case = Case::<K>::of(line)?;
        Some(if shorten { case.shortened() } else { case.told() })
    }
    match line.split('/').next()? {
        "AgentMemory" => of::<MemoryKind>(line, shorten),
        "AgentRuntime" => of::<RuntimeKind>(line, shorten),
        "CodeInterpreter" => of::<InterpreterKind>(line, shorten),
        _ => None,
    }
}

/// What is wrong with a story in a kind of AWS, told with a trouble at the first such request.
pub fn hit_first<K: Subject>(
    rules: &Rules,
    switches: &[&str],
    story: &str,
    operation: Operation,
    trouble: Trouble,
) -> Vec<String> {
    let stage = Stage::<K>::new();
    let mut court = stage.court(switches);
    court.rules = rules.clone();
    let story = stories::all::<K>().into_iter().find(|known| known.name == story).expect("a story of this name");
    let calm = court.run(&story, &[], false);
    let step = calm.world.trace.iter().position(|what| *what == What::Request(operation, 0)).expect("such a request");
    let run = court.run(&story, &[(step, trouble)], false);
    court.judge(&story, &run)
}

struct Worker {
    memories: Stage<MemoryKind>,
    runtimes: Stage<RuntimeKind>,
    interpreters: Stage<InterpreterKind>,
    report: Report,
}

impl Worker {
    fn new(_: &Plan) -> Self {
        Self { memories: Stage::new(), runtimes: Stage::new(), interpreters: Stage::new(), report: Report::default() }
    }

    fn end(mut self, total: &Mutex<Report>) {
        let Report { schedules, failures, .. } = &mut self.report;
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        total.schedules += *schedules;
        total.failures.append(failures);
        for (requests, answers, turns) in
            [self.memories.computed(), self.runtimes.computed(), self.interpreters.computed()]
        {
            total.requests += requests;
            total.answers += answers;
            total.turns += turns;
        }
    }
}

/// Where the stories of one kind are told.
pub(super) struct Stage<K: Subject> {
    wire: Rc<RefCell<Wire<K>>>,
}

impl<K: Subject> Stage<K> {
    pub(super) fn new() -> Self {
        Self { wire: Rc::new(RefCell::new(Wire::new())) }
    }

    fn computed(&self) -> (usize, usize, u64) {
        let wire = self.wire.borrow();
        let (requests, answers) = wire.computed();
        (requests, answers, wire.asked)
    }

    pub(super) fn court(&self, switches: &[&str]) -> Court<K> {
        Court::new(Rc::clone(&self.wire), switches)
    }

    /// A story without troubles, with each one at each step, and with pairs of them.
    fn tell(&self, plan: &Plan, (cloud, switches): &Cloud, story: usize, report: &mut Report) {
        let story = &stories::all::<K>()[story];
        let line = |troubles: &[(usize, Trouble)]| line::<K>(cloud, story, troubles);
        if !line(&[]).contains(&plan.filter) {
            return;
        }
        let mut court = self.court(switches);
        if !story.is_of(&court.settings) {
            return;
        }
        let calm = court.run(story, &[], false);
        let mut check = |run: &Run<K>, troubles: &[(usize, Trouble)], report: &mut Report| {
            report.schedules += 1;
            let wrong = court.judge(story, run);
            let good = wrong.is_empty();
            if !good {
                if plan.progress {
                    eprintln!("went wrong: cargo xtask sweep --only '{}'", line(troubles));
                }
                report.failures.push(Failure { line: line(troubles), wrong, told: Vec::new() });
            }
            good
        };
        if !check(&calm, &[], report) {
            return;
        }
        let court = self.court(switches);
        let share = if *cloud == clouds::PLAIN { plan.plain } else { plan.switched };
        // A prime stride through a list that begins elsewhere for each story: each step and trouble has its share.
        let mut number = story.name.len() + cloud.len();
        for (step, what) in worthwhile(&calm) {
            for (_, trouble, _) in TABLE.iter().filter(|(.., at)| at.has(what)) {
                number += 1;
                if takes(share, number) {
                    let troubles = [(step, *trouble)];
                    check(&court.run(story, &troubles, false), &troubles, report);
                }
            }
        }
        if *cloud == clouds::PLAIN && plan.pairs > 0 {
            for troubles in pairs(&calm) {
                number += 1;
                if takes(plan.pairs, number) {
                    check(&court.run(story, &troubles, false), &troubles, report);
                }
            }
        }
        if plan.progress {
            eprintln!("{}: {} schedules so far, {} went wrong", line(&[]), report.schedules, report.failures.len());
        }
    }
}

/// Whether one in so many takes this one.
fn takes(share: usize, number: usize) -> bool {
    share > 0 && number.is_multiple_of(share)
}

/// The name of a schedule.
pub(super) fn line<K: Subject>(cloud: &str, story: &Story<K>, troubles: &[(usize, Trouble)]) -> String {
    let troubles: Vec<_> = troubles.iter().map(|(step, trouble)| format!("{step}:{}", trouble.name())).collect();
    format!("{}/{cloud}/{}/{}", K::NAME, story.name, troubles.join(","))
}

/// The steps that can make a difference: of polls that are all alike only the first and the last.
fn worthwhile<K: Subject>(calm: &Run<K>) -> Vec<(usize, What)> {
    let spans = &calm.world.spans;
    let alike = |a: usize, b: usize| {
        spans.get(a).zip(spans.get(b)).is_some_and(|(a, b)| !a.wrote && !b.wrote && a.steps == b.steps)
    };
    let mut steps = Vec::new();
    for (number, span) in spans.iter().enumerate() {
        let middle = number > 0 && alike(number - 1, number) && alike(number, number + 1);
        if !middle {
            steps.extend((span.first..calm.steps).zip(span.steps.iter().copied()));
        }
    }
    steps
}

/// Pairs of troubles: one at a write, the other at the read that comes next, or at the next write.
fn pairs<K: Subject>(calm: &Run<K>) -> Vec<[(usize, Trouble); 2]> {
    use super::trouble::Where;
    let first = [Trouble::CrashAfter(1), Trouble::Lost, Trouble::KubeLost, Trouble::Edited, Trouble::Recreated];
    let second = [
        Trouble::CrashBefore(1),
        Trouble::CrashBefore(150),
        Trouble::Lost,
        Trouble::Stale(3),
        Trouble::OldObject,
        Trouble::Edited,
        Trouble::Recreated,
    ];
    let at = |trouble: Trouble| TABLE.iter().find(|(_, known, _)| *known == trouble).map(|(.., at)| *at);
    let steps = worthwhile(calm);
    let mut pairs = Vec::new();
    for (step, what) in steps.iter().filter(|(_, what)| Where::Writes.has(*what)) {
        for first in first.into_iter().filter(|trouble| at(*trouble).is_some_and(|at| at.has(*what))) {
            // What follows is not what followed without the first: any of the next steps can be the one.
            for later in 1..=8 {
                for second in second {
                    pairs.push([(*step, first), (step + later, second)]);
                }
            }
        }
    }
    pairs
}
