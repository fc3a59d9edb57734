//! One object, its AWS, its API server and its clock; and what must hold at every step.

use std::{collections::BTreeMap, time::Duration};

use agentcore_api::{keys::annotation, status::ConditionType};
use agentcore_engine::{
    contract::{self, Tokens},
    fault::Fault,
    known::{Referent, Referrer},
    object::{Namespaces, Object, RolePatterns, Settings},
    rules::Rules,
    step::Call,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    aws::Aws,
    drive::{Trouble, What},
    server::{Halt, Read, Server, Stored},
    toy::{Spec, Status, Toy},
};

/// When all stories begin: not at a whole second.
const START: Timestamp = Timestamp::constant(1_800_000_000, 123_456_000);

pub const ACCOUNT: &str = "123456789012";

pub struct Bench<const U: bool> {
    pub server: Server,
    pub now: Timestamp,
    pub wake: Option<Timestamp>,
    pub failures: u32,
    pub down: i64,
    pub rules: Rules,
    pub settings: Settings,
    pub account: String,
    pub referents: BTreeMap<String, Referent>,
    /// Whether other objects exist, by uid; those that are not here can't be seen.
    pub lives: BTreeMap<String, bool>,
    /// The objects that name this one.
    pub referrers: Vec<Referrer>,
    /// What others have made on our resources.
    pub attachments: Vec<String>,
    pub denies_attachments: bool,
    pub passes: u32,
    pub questions: u32,
    /// Troubles to come, by the number of the step that each hits.
    pub troubles: BTreeMap<usize, Trouble>,
    /// Those that came.
    pub hit: Vec<Trouble>,
    /// A trouble that lasts.
    pub always: Option<(What, Trouble)>,
    /// What AWS answers to some questions and calls, again and again.
    pub broken: Option<Broken>,
    /// Hot loops are counted, and no defect by themselves.
    pub unbounded: bool,
    /// Calls of AWS that change something, whatever came of them.
    pub asked: u32,
    /// There is no other replica.
    pub lonely: bool,
    /// Updates and creates as they left the operator, whether they arrived or not.
    pub sent: Vec<(&'static str, String)>,
    /// Nobody may read a resource; lists go on.
    pub denies_reads: bool,
    /// Nobody may look at tags.
    pub denies_tags: bool,
    pub trace: Vec<What>,
    pub wrong: Vec<String>,
    /// The texts of the events.
    pub events: Vec<String>,
    pub told: Vec<String>,
    pub verbose: bool,
    clouds: BTreeMap<String, Aws>,
    switches: crate::aws::Switches,
    nested: bool,
    /// Tokens of creates, by creation.
    tokens: Tokens,
}

/// What AWS answers to questions and calls of these names.
#[derive(Clone, Debug)]
pub struct Broken {
    pub operations: Vec<&'static str>,
    /// One of these; `None` lets it go well.
    pub answers: Vec<Option<Fault>>,
    /// Which of them comes.
    pub choice: Choice,
}

/// How one of several is chosen.
#[derive(Clone, Debug)]
pub enum Choice {
    /// One after the other; so many went before.
    InTurn(usize),
    /// By numbers that look like chance and are the same each time.
    Chance(u64),
}

impl Choice {
    fn below(&mut self, most: usize) -> usize {
        match self {
            Self::InTurn(before) => {
                *before += 1;
                (*before - 1) % most
            }
            Self::Chance(seed) => {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(*seed >> 33).unwrap() % most
            }
        }
    }
}

/// A status in one line.
pub fn tell(status: &Status) -> String {
    let common = &status.common;
    let conditions: Vec<_> = common
        .conditions
        .iter()
        .map(|condition| {
            format!("{}={}/{}({})", condition.type_, condition.status, condition.reason, condition.message)
        })
        .collect();
    format!("{} {:?}", conditions.join(" "), common.record.as_ref().and_then(|record| record.get("main")))
}

impl<const U: bool> Bench<U> {
    pub fn new(switches: crate::aws::Switches) -> Self {
        Self {
            server: Server::default(),
            now: START,
            wake: None,
            failures: 0,
            down: 1,
            rules: Rules::production(),
            settings: Settings {
                cluster_id: "cluster".to_owned(),
                region: "us-east-1".to_owned(),
                default_tags: BTreeMap::new(),
                allowed_roles: RolePatterns::new(RolePatterns::DEFAULT),
                external_ids: Namespaces::Only(Vec::new()),
                adoption: Namespaces::Only(Vec::new()),
                adopt_from_clusters: Vec::new(),
                read_only: false,
            },
            account: ACCOUNT.to_owned(),
            referents: BTreeMap::new(),
            lives: BTreeMap::new(),
            referrers: Vec::new(),
            attachments: Vec::new(),
            denies_attachments: false,
            passes: 0,
            questions: 0,
            troubles: BTreeMap::new(),
            hit: Vec::new(),
            always: None,
            broken: None,
            unbounded: false,
            asked: 0,
            lonely: false,
            sent: Vec::new(),
            denies_reads: false,
            denies_tags: false,
            trace: Vec::new(),
            wrong: Vec::new(),
            events: Vec::new(),
            told: Vec::new(),
            verbose: false,
            clouds: BTreeMap::new(),
            switches,
            nested: false,
            tokens: Tokens::default(),
        }
    }

    pub fn aws(&mut self, region: &str) -> &mut Aws {
        let switches = &self.switches;
        let new = || Aws::new(switches.clone());
        self.clouds.entry(region.to_owned()).or_insert_with(new)
    }

    pub fn home(&mut self) -> &mut Aws {
        self.aws("us-east-1")
    }

    // What users and time do.

    pub fn create(&mut self, spec: Spec) {
        self.server.create(spec, self.now);
        self.wake = Some(self.now);
    }

    pub fn change(&mut self, change: impl FnOnce(&mut Stored)) {
        self.server.change(change);
        self.wake = Some(self.now);
    }

    pub fn edit(&mut self, edit: impl FnOnce(&mut Spec)) {
        self.change(|stored| {
            if let Ok(spec) = &mut stored.spec {
                edit(spec);
            }
            stored.meta.generation += 1;
        });
    }

    pub fn annotate(&mut self, key: &str, value: &str) {
        self.change(|stored| {
            stored.meta.annotations.insert(key.to_owned(), value.to_owned());
        });
    }

    pub fn delete(&mut self) {
        let now = self.now;
        self.change(|stored| stored.meta.deleting_since = Some(now));
    }

    /// Lets time pass.
    pub fn run(&mut self, seconds: i64) {
        let end = self.now + SignedDuration::from_secs(seconds);
        let passes = self.passes;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            self.turn();
            // One a second on the average, and some for what users do.
            if !self.unbounded && i64::from(self.passes - passes) > 60 + seconds {
                self.wrong(format!("a hot loop: {} passes in {seconds} s", self.passes - passes));
                self.wake = None;
                return;
            }
        }
        self.now = self.now.max(end);
    }

    // Troubles.

    /// What AWS answers to a question or call of this name, if that is broken.
    pub fn broken(&mut self, operation: &str) -> Option<Fault> {
        let broken = self.broken.as_mut().filter(|broken| broken.operations.contains(&operation))?;
        let answer = broken.choice.below(broken.answers.len());
        broken.answers[answer].clone()
    }

    pub fn step(&mut self, what: What) -> Result<Option<Trouble>, Halt> {
        if self.nested {
            return Ok(None);
        }
        let number = self.trace.len();
        self.trace.push(what);
        let lasting = self.always.filter(|(at, _)| *at == what).map(|(_, trouble)| trouble);
        let Some(trouble) = self.troubles.get(&number).copied().or(lasting) else { return Ok(None) };
        self.hit.push(trouble);
        self.log(|| format!("{trouble:?} at {what:?}"));
        match trouble {
            Trouble::CrashBefore(down) => {
                self.down = down;
                return Err(Halt::Crash);
            }
            Trouble::CrashAfter(down) => self.down = down,
            Trouble::Delete => {
                let now = self.now;
                self.server.change(|stored| stored.meta.deleting_since = Some(now));
            }
            Trouble::Edit => self.server.change(|stored| {
                if let Ok(spec) = &mut stored.spec {
                    spec.description = Some("late".to_owned());
                }
                stored.meta.generation += 1;
            }),
            Trouble::Other => self.other(SignedDuration::from_millis(100)),
            Trouble::Hangs(seconds) => self.other(SignedDuration::from_secs(seconds)),
            _ => {}
        }
        Ok(Some(trouble))
    }

    /// Another replica works for a time.
    fn other(&mut self, time: SignedDuration) {
        let (failures, end) = (self.failures, self.now + time);
        self.nested = true;
        self.wake = Some(self.now);
        while let Some(wake) = self.wake.filter(|wake| *wake <= end && !self.lonely) {
            self.now = self.now.max(wake);
            self.turn();
        }
        self.now = self.now.max(end);
        self.nested = false;
        self.failures = failures;
    }

    // What must hold.

    pub fn log(&mut self, line: impl FnOnce() -> String) {
        if self.verbose {
            let since = Duration::try_from(self.now.duration_since(START)).unwrap_or_default();
            let who = if self.nested { "  other: " } else { "" };
            let line = format!("{:>10.3} {:>4} {who}{}", since.as_secs_f64(), self.trace.len(), line());
            self.told.push(line);
        }
    }

    pub fn wrong(&mut self, what: String) {
        self.log(|| format!("WRONG: {what}"));
        if !self.wrong.contains(&what) {
            self.wrong.push(what);
        }
    }

    pub fn check_call(&mut self, read: &Read<U>, call: &Call<Toy<U>>) {
        let meta = &read.object.meta;
        let held =
            self.server.stored.as_ref().is_none_or(|stored| stored.meta.finalizer || stored.meta.uid != meta.uid);
        if !held || !meta.finalizer {
            self.wrong(format!("{} without the finalizer", call.verb()));
        }
        if let Call::Create { token, .. } | Call::Update { token, .. } = call {
            self.sent.push((call.verb(), token.clone()));
        }
        if let Call::Delete { .. } = call {
            if !self.attachments.is_empty() {
                self.wrong("a delete that takes others' things with it".to_owned());
            }
            let live = self.referrers.iter().any(|referrer| referrer.deleting_since.is_none());
            if live && meta.deleting() && meta.annotation(annotation::ALLOW_DELETE_IN_USE) != Some("true") {
                self.wrong("a delete of what is in use".to_owned());
            }
        }
        for wrong in self.tokens.wrongs(&read.object, call) {
            self.wrong(wrong);
        }
    }

    pub fn check_world(&mut self) {
        let Some(uid) = self.server.stored.as_ref().map(|stored| stored.meta.uid.clone()) else { return };
        let now = self.now;
        let mut wrong: Vec<String> = Vec::new();
        let mut live = 0;
        for aws in self.clouds.values_mut() {
            wrong.append(&mut aws.wrong);
            live += aws
                .existing(now)
                .filter(|(resource, shape)| resource.made_for.as_ref() == Some(&uid) && shape.state != "DELETING")
                .count();
        }
        if live > 1 {
            wrong.push("two live resources of one object".to_owned());
        }
        for what in wrong {
            self.wrong(what);
        }
    }

    /// Nothing of the object exists when its finalizer goes, unless the user wants that.
    pub fn check_release(&mut self, read: &Read<U>) {
        let policy = read.object.deletion_policy;
        let keeps = !matches!(policy, Ok(None | Some(agentcore_api::common::DeletionPolicy::Delete)));
        if keeps || read.object.meta.abandoned() {
            return;
        }
        let now = self.now;
        let uid = &read.object.meta.uid;
        let left = self
            .clouds
            .values()
            .flat_map(|aws| aws.existing(now))
            .filter(|(resource, _)| resource.made_for.as_ref() == Some(uid))
            .count();
        if left > 0 {
            self.wrong("let go although something of it exists".to_owned());
        }
    }

    /// The rules of Flux's status checker, and our own.
    pub fn check_status(&mut self, object: &Object<Toy<U>>, status: &Status) {
        let common = &status.common;
        if !object.meta.finalizer && object.meta.deleting() {
            return;
        }
        for broken in contract::broken_rules(common, object.meta.generation) {
            self.wrong(format!("a status that breaks {broken}: {}", tell(status)));
        }
        let ready = common.condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True");
        let failed = common.state.as_deref().is_some_and(|state| state.ends_with("FAILED"));
        if ready && failed {
            self.wrong(format!("Ready although it failed: {}", tell(status)));
        }
    }
}
