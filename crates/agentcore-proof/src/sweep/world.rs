//! One object, its AWS, its API server and its clock; and what must hold at every step.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use agentcore_api::{common::DeletionPolicy, keys::tag, status::ConditionType};
use agentcore_engine::{
    contract::{self, Tokens},
    known::Referent,
    object::{Namespaces, Object, RolePatterns, Settings},
    record,
    rules::Rules,
    step::Call,
};
use agentcore_operator::kube::Read;
use agentcore_sim::{FaultRule, InventoryItem, Sim, Stale};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    server::{Halt, Server},
    subject::Subject,
    trouble::{Trouble, What},
    wire::{Whose, Wire},
};

/// When all stories begin: not at a whole second.
pub const START: Timestamp = Timestamp::constant(1_800_000_000, 123_000_000);

/// The cluster of the object.
pub const CLUSTER: &str = "cluster";

/// The account of the object's resources.
pub const ACCOUNT: &str = agentcore_sim::DEFAULT_ACCOUNT;

/// One pass, as far as it is known how it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub first: usize,
    pub steps: Vec<What>,
    pub wrote: bool,
}

#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct World<K: Subject> {
    pub wire: Rc<RefCell<Wire<K>>>,
    pub sim: Sim,
    pub server: Server,
    pub now: Timestamp,
    pub wake: Option<Timestamp>,
    pub failures: u32,
    pub down: i64,
    pub rules: Rules,
    pub settings: Settings,
    /// Until when the credentials are another account's.
    pub foreign_until: Option<Timestamp>,
    pub referents: BTreeMap<String, Referent>,
    pub passes: i64,
    /// Troubles to come, by the number of the step that each hits.
    pub troubles: BTreeMap<usize, Trouble>,
    /// Those that came, and where.
    pub hit: Vec<(Trouble, What)>,
    pub trace: Vec<What>,
    pub spans: Vec<Span>,
    pub wrong: Vec<String>,
    pub told: Vec<String>,
    pub verbose: bool,
    pub nested: bool,
    pub calls: u32,
    /// What the object is to be when it is created again.
    pub recreate: Option<Value>,
    /// Whether the user wants the object to be there.
    pub wanted: bool,
    /// A resource was left on purpose.
    pub leaves: bool,
    /// How many tokens the SDK has made up.
    pub deletes: u64,
    /// Something happened in this pass that the operator is told of when it is over.
    pub told_of_change: bool,
    /// The uids of other objects that exist, as far as tags name them.
    pub others: BTreeSet<String>,
    /// Tokens of creates, by creation.
    tokens: Tokens,
    /// What others have in AWS, as it was when the story began.
    pub strangers: Vec<InventoryItem>,
}

impl<K: Subject> World<K> {
    pub fn new(wire: Rc<RefCell<Wire<K>>>, sim: Sim) -> Self {
        Self {
            wire,
            sim,
            server: Server::default(),
            now: START,
            wake: None,
            failures: 0,
            down: 1,
            rules: Rules::production(),
            settings: Settings {
                cluster_id: CLUSTER.to_owned(),
                region: super::wire::REGION.to_owned(),
                default_tags: BTreeMap::new(),
                allowed_roles: RolePatterns::new(RolePatterns::DEFAULT),
                external_ids: Namespaces::Only(Vec::new()),
                adoption: Namespaces::Only(Vec::new()),
                adopt_from_clusters: Vec::new(),
                read_only: false,
            },
            foreign_until: None,
            referents: K::referents("AbCdEf1234"),
            passes: 0,
            troubles: BTreeMap::new(),
            hit: Vec::new(),
            trace: Vec::new(),
            spans: Vec::new(),
            wrong: Vec::new(),
            told: Vec::new(),
            verbose: false,
            nested: false,
            calls: 0,
            recreate: None,
            wanted: false,
            leaves: false,
            deletes: 0,
            told_of_change: false,
            others: BTreeSet::new(),
            tokens: Tokens::default(),
            strangers: Vec::new(),
        }
    }

    /// These troubles are to come, by the number of the step that each hits.
    pub fn expect(&mut self, troubles: &[(usize, Trouble)]) {
        self.troubles = troubles.iter().copied().collect();
        if troubles.iter().any(|(_, trouble)| matches!(trouble, Trouble::Stale(_))) {
            // Nobody is hit by this one, but with it AWS remembers what was.
            let never = FaultRule::new(agentcore_sim::Fault::Stale(Stale { seconds: 30 }));
            self.sim.add_fault_rule(FaultRule { nth: u64::MAX, ..never });
        }
    }

    pub fn whose(&self) -> Whose {
        if self.foreign_until.is_some_and(|until| self.now < until) { Whose::Foreign } else { Whose::Home }
    }

    // What users and time do.

    pub fn create(&mut self, spec: Value) {
        self.wanted = true;
        if self.server.stored.is_some() {
            // There is one of that name: the user tries again until it is gone.
            self.recreate = Some(spec);
            return;
        }
        self.server.create(spec, self.now);
        self.wake = Some(self.now);
    }

    pub fn edit(&mut self, patch: &Value) {
        self.server.change(|stored| merge(&mut stored.spec, patch));
        self.wake = Some(self.now);
    }

    pub fn delete(&mut self) {
        // Whoever waits to create it again still does.
        self.wanted = self.recreate.is_some();
        self.server.delete(self.now);
        self.wake = Some(self.now);
    }

    /// Lets time pass.
    pub fn run(&mut self, seconds: i64) {
        let end = self.now + SignedDuration::from_secs(seconds);
        let passes = self.passes;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            self.turn();
            // One a second on the average, and some for what users do.
            if self.passes - passes > 60 + seconds {
                self.wrong(format!("a hot loop: {} passes in {seconds} s", self.passes - passes));
                self.wake = None;
                return;
            }
        }
        self.now = self.now.max(end);
    }

    // Troubles.

    pub fn step(&mut self, what: What) -> Result<Option<Trouble>, Halt> {
        if self.nested {
            return Ok(None);
        }
        let number = self.trace.len();
        self.trace.push(what);
        if let Some(span) = self.spans.last_mut() {
            span.steps.push(what);
            span.wrote |= matches!(what, What::Status | What::Finalizer);
        }
        let Some(trouble) = self.troubles.get(&number).copied() else { return Ok(None) };
        self.hit.push((trouble, what));
        self.log(|| format!("*** {} at {what:?}", trouble.name()));
        match trouble {
            Trouble::CrashBefore(down) => {
                self.down = down;
                return Err(Halt::Crash);
            }
            Trouble::Upgrade => {
                self.down = 5;
                self.settings.default_tags.insert("release".to_owned(), "next".to_owned());
                return Err(Halt::Crash);
            }
            Trouble::CrashAfter(down) => self.down = down,
            Trouble::Deleted => self.delete(),
            Trouble::DeleteUnseen => {
                self.wanted = self.recreate.is_some();
                self.server.delete(self.now);
            }
            Trouble::Recreated => {
                let again = self.server.stored.as_ref().map(|stored| stored.spec.clone());
                self.recreate = self.recreate.take().or(again);
                self.delete();
            }
            Trouble::Edited | Trouble::EditUnseen => {
                self.server.change(|stored| merge(&mut stored.spec, &K::late()));
            }
            Trouble::Wiped => self.server.change(|stored| stored.status = Value::Null),
            Trouble::Referent => self.referents = K::referents("ZyXwVu9876"),
            Trouble::Account => self.foreign_until = Some(self.now + SignedDuration::from_mins(1)),
            Trouble::Other => self.other(SignedDuration::from_millis(100)),
            Trouble::Hangs(seconds) => self.other(SignedDuration::from_secs(seconds)),
            _ => {}
        }
        if matches!(
            trouble,
            Trouble::Edited | Trouble::Deleted | Trouble::Recreated | Trouble::Wiped | Trouble::Referent
        ) {
            // The event that tells of it ends the wait that follows.
            self.wake = Some(self.now);
            self.told_of_change = true;
        }
        Ok(Some(trouble))
    }

    /// Another replica works for a time.
    fn other(&mut self, time: SignedDuration) {
        let (failures, end) = (self.failures, self.now + time);
        self.nested = true;
        self.wake = Some(self.now);
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
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
            let since = self.now.duration_since(START).as_secs_f64();
            let who = if self.nested { "  other: " } else { "" };
            let line = format!("{since:>10.3} {:>4} {who}{}", self.trace.len(), line());
            self.told.push(line);
        }
    }

    pub fn wrong(&mut self, what: String) {
        self.log(|| format!("WRONG: {what}"));
        if !self.wrong.contains(&what) {
            self.wrong.push(what);
        }
    }

    pub fn check_call(&mut self, read: &Read<K>, call: &Call<K>) {
        let meta = &read.object.meta;
        let held = self.server.stored.as_ref().is_none_or(|stored| stored.finalizer || stored.uid != meta.uid);
        if !held || !meta.finalizer {
            self.wrong(format!("{} without the finalizer", call.verb()));
        }
        for wrong in self.tokens.wrongs(&read.object, call) {
            self.wrong(wrong);
        }
    }

    /// The resources that were made for an object, and are not gone.
    pub fn made_for(&self, uid: &str) -> Vec<InventoryItem> {
        let mut all = self.sim.inventory();
        all.retain(|item| {
            item.kind == K::RESOURCE
                && item.status != "DELETED"
                && item.tags.get(tag::UID).is_some_and(|found| found == uid)
        });
        all
    }

    pub fn check_world(&mut self) {
        let Some(uid) = self.server.stored.as_ref().map(|stored| stored.uid.clone()) else { return };
        let live = self.made_for(&uid).iter().filter(|item| item.status != "DELETING").count();
        if live > 1 {
            self.wrong("two live resources of one object".to_owned());
        }
    }

    /// Nothing of the object exists when its finalizer goes, unless the user wants that.
    pub fn check_release(&mut self, read: &Read<K>) {
        let policy = read.object.deletion_policy.unwrap_or(Some(DeletionPolicy::Retain));
        // What was adopted stays where the spec says nothing.
        let adopted = record::main::<K>(&read.object.status).is_some_and(|record| record.adopted);
        let by_default = if adopted { DeletionPolicy::Retain } else { K::DELETION_POLICY };
        let deletes = policy.unwrap_or(by_default) == DeletionPolicy::Delete;
        self.sim.advance(self.now);
        if deletes && !read.object.meta.abandoned() && !self.made_for(&read.object.meta.uid).is_empty() {
            self.wrong("let go although something of it exists".to_owned());
        }
    }

    pub fn check_status(&mut self, object: &Object<K>, status: &K::Status) {
        let common = K::status(status);
        if !object.meta.finalizer && object.meta.deleting() {
            return;
        }
        for broken in contract::broken_rules(common, object.meta.generation) {
            self.wrong(format!("a status that breaks {broken}: {}", tell::<K>(status)));
        }
        let ready = common.condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True");
        let failed = common.state.as_deref().is_some_and(|state| state.ends_with("FAILED"));
        if ready && failed {
            self.wrong(format!("Ready although it failed: {}", tell::<K>(status)));
        }
    }

    /// What others have is as it was.
    pub fn check_strangers(&mut self) {
        let all = self.sim.inventory();
        let changed =
            self.strangers.iter().find(|stranger| !all.contains(stranger)).map(|stranger| stranger.id.clone());
        if let Some(id) = changed {
            self.wrong(format!("somebody else's {id} was changed"));
        }
    }
}

/// A status in one line.
pub fn tell<K: Subject>(status: &K::Status) -> String {
    let common = K::status(status);
    let conditions: Vec<_> = common
        .conditions
        .iter()
        .map(|condition| {
            format!("{}={}/{}({})", condition.type_, condition.status, condition.reason, condition.message)
        })
        .collect();
    let record = serde_json::to_string(&record::main::<K>(status)).unwrap_or_default();
    format!("{} {record}", conditions.join(" "))
}

/// A merge patch.
pub fn merge(under: &mut Value, over: &Value) {
    let Value::Object(members) = over else {
        *under = over.clone();
        return;
    };
    if !under.is_object() {
        *under = Value::Object(serde_json::Map::new());
    }
    let Value::Object(into) = under else { return };
    for (name, value) in members {
        if value.is_null() {
            into.remove(name);
        } else {
            merge(into.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}
