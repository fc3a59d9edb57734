//! No failure makes a hot loop: whatever AWS answers, and however long, the passes and calls of an object stay few.

use agentcore_engine::fault::{Class, Fault};

use crate::{
    aws::{self, Switches},
    bench::{Bench, Broken, Choice},
    stories::{described, spec, tag},
    toy::Spec,
};

/// An answer of each class, and one that never came.
fn faults() -> Vec<Fault> {
    let answers = [
        aws::not_found("Call"),
        aws::conflict("Call"),
        aws::mismatch("Call"),
        aws::fault("Call", "ValidationException", 400, "Toy is in transitional state"),
        aws::throttled("Call"),
        aws::fault("Call", "ServiceQuotaExceededException", 402, "too many toys"),
        aws::denied("Call"),
        aws::fault("Call", "ExpiredTokenException", 403, "expired"),
        aws::invalid("Call"),
        aws::fault("Call", "ValidationException", 400, "Role validation failed"),
        aws::internal("Call"),
    ];
    assert_eq!(answers.each_ref().map(|fault| fault.class), Class::ALL, "one of each class");
    answers.into_iter().chain([aws::lost("Call"), aws::unsent("Call")]).collect()
}

const OPERATIONS: [&str; 10] =
    ["Identity", "Get", "Find", "Tags", "Attachments", "create", "update", "delete", "tag", "untag"];

/// What the object is about to do when AWS breaks.
type Stage = (&'static str, fn(&mut Bench<true>));

const STAGES: [Stage; 8] = [
    ("create", |bench| bench.create(spec())),
    ("edit", |bench| {
        ready(bench, spec());
        bench.edit(|spec| spec.description = Some("second".to_owned()));
    }),
    ("tags", |bench| {
        ready(bench, spec());
        tag(bench, &[("a", "1"), ("b", "2")]);
        bench.run(30);
        tag(bench, &[("b", "3")]);
    }),
    ("rest", |bench| ready(bench, spec())),
    ("drift", |bench| {
        ready(bench, spec());
        bench.others_change(|settings| settings.description = Some("theirs".to_owned()));
    }),
    ("replace", |bench| {
        ready(bench, Spec { fixed: Some("x".to_owned()), ..spec() });
        bench.edit(|spec| spec.fixed = Some("y".to_owned()));
    }),
    ("failed", |bench| ready(bench, described("fails"))),
    ("delete", |bench| {
        ready(bench, spec());
        bench.delete();
    }),
];

fn ready(bench: &mut Bench<true>, spec: Spec) {
    bench.create(spec);
    bench.run(40);
}

fn clouds() -> [Switches; 2] {
    let plain = Switches::default();
    [plain.clone(), Switches { tags_listable: false, lists_tell_names: false, versions: false, ..plain }]
}

const HOUR: i64 = 3600;

/// What an object costs in each of the hours that follow the first.
#[derive(Debug)]
struct Cost {
    passes: u32,
    questions: u32,
    calls: u32,
    writes: u32,
}

impl Cost {
    /// A look in ten seconds while it is not known what became of a create, two writes to AWS a minute, and what is
    /// written of them: that goes on for ever, so it must be little.
    fn is_little(&self) -> bool {
        self.passes <= 500 && self.questions <= 1000 && self.calls <= 135 && self.writes <= 300
    }
}

fn cost(stage: Stage, cloud: &Switches, broken: Broken) -> Cost {
    let mut bench = Bench::<true>::new(cloud.clone());
    bench.unbounded = true;
    (stage.1)(&mut bench);
    bench.broken = Some(broken);
    bench.run(HOUR);
    let (passes, questions, asked, writes) = (bench.passes, bench.questions, bench.asked, bench.server.writes);
    let hours = 2;
    bench.run(HOUR * hours);
    let hours = u32::try_from(hours).unwrap();
    Cost {
        passes: (bench.passes - passes) / hours,
        questions: (bench.questions - questions) / hours,
        calls: (bench.asked - asked) / hours,
        writes: (bench.server.writes - writes) / hours,
    }
}

/// All stages, with this behaviour of AWS; what costs most, most first.
fn costs(broken: &Broken) -> Vec<(Cost, String)> {
    let mut all = Vec::new();
    for stage in STAGES {
        for (number, cloud) in clouds().iter().enumerate() {
            let told = format!("{} in cloud {number}, {:?}", stage.0, broken.operations);
            all.push((cost(stage, cloud, broken.clone()), told));
        }
    }
    all
}

/// How often an hour a class lets something be tried at most, with the shortest waits that chance can make.
fn tries_an_hour(class: Class) -> u32 {
    let (_, most) = class.back_off();
    u32::try_from(HOUR * 10 / (most.as_secs() * 9)).unwrap() + 2
}

#[test]
fn what_aws_answers_for_hours_costs_little() {
    for fault in faults() {
        for operation in OPERATIONS {
            // A resource that reads never show is another story: it is gone.
            if operation == "Get" && fault.class == Class::NotFound {
                continue;
            }
            let broken =
                Broken { operations: vec![operation], answers: vec![Some(fault.clone())], choice: Choice::InTurn(0) };
            for (cost, told) in costs(&broken) {
                let tries = tries_an_hour(fault.class);
                assert!(cost.calls <= tries && cost.is_little(), "{told}, {}: {cost:?}, not {tries} calls", fault.code);
            }
        }
    }
}

#[test]
fn no_sequence_of_answers_makes_a_hot_loop() {
    let mut answers: Vec<Option<Fault>> = faults().into_iter().map(Some).collect();
    answers.extend([None, None, None]);
    for seed in 0..3 {
        for operations in
            [&OPERATIONS[1..], &["Get"], &["Tags", "tag", "untag"], &["Get", "delete"], &["create", "Find"]]
        {
            let broken =
                Broken { operations: operations.to_vec(), answers: answers.clone(), choice: Choice::Chance(seed) };
            for (cost, told) in costs(&broken) {
                assert!(cost.is_little(), "{told}, seed {seed}: {cost:?}");
            }
        }
    }
}

/// The first read of each pass goes well, and what should confirm it does not.
#[test]
fn reads_that_never_agree_make_no_hot_loop() {
    for fault in [aws::throttled("Get"), aws::internal("Get"), aws::denied("Get"), aws::lost("Get")] {
        for answers in [vec![None, Some(fault.clone())], vec![None, None, Some(fault.clone())]] {
            let broken = Broken { operations: vec!["Get"], answers, choice: Choice::InTurn(0) };
            for (cost, told) in costs(&broken) {
                assert!(cost.is_little(), "{told}, {}: {cost:?}", fault.code);
            }
        }
    }
}
