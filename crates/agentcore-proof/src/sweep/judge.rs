//! How a schedule must end: as the final spec says, whatever went wrong, and then in silence.

use std::{
    cell::RefCell,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use agentcore_api::{
    keys::tag,
    status::{ConditionType, Fate},
};
use agentcore_engine::{record, rules::Rules};
use agentcore_sim::{InventoryItem, Kind as Resource, Settings, Sim};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    server::Stored,
    stories::{Ends, Story, THEIRS, tagless},
    subject::Subject,
    trouble::Trouble,
    wire::Wire,
    world::{ACCOUNT, World, merge},
};

/// How both sides are when all is over.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub object: Option<String>,
    pub ready: bool,
    pub stalled: Option<String>,
    pub spec: Value,
    /// The resources of the object that is there, or was last.
    pub resources: Vec<String>,
    /// Resources of this cluster that are no object's.
    pub orphans: Vec<String>,
}

/// A schedule, run.
pub struct Run<K: Subject> {
    pub world: World<K>,
    pub end: End,
    /// How many steps the story has; those of the hours after it are more of the same.
    pub steps: usize,
}

/// What all schedules of one kind in one kind of AWS share.
pub struct Court<K: Subject> {
    pub wire: Rc<RefCell<Wire<K>>>,
    pub settings: Settings,
    pub rules: Rules,
    ideals: HashMap<String, Vec<String>>,
}

impl<K: Subject> Court<K> {
    pub fn new(wire: Rc<RefCell<Wire<K>>>, switches: &[&str]) -> Self {
        let mut settings = Settings { speed: 20.0, journal_limit: 0, ..Settings::realistic() };
        for switch in ["requestQuotas=off", "flaps=off", "listLagMs=0", "readLagMs=0", "latencyMs=0"] {
            settings.set(switch).expect("a switch");
        }
        for switch in switches {
            settings.set(switch).expect("a switch");
        }
        Self { wire, settings, rules: Rules::production(), ideals: HashMap::new() }
    }

    fn world(&self) -> World<K> {
        World::new(Rc::clone(&self.wire), Sim::new(self.settings.clone()))
    }

    /// Tells the story, waits until everything has come to rest, and listens.
    pub fn run(&self, story: &Story<K>, troubles: &[(usize, Trouble)], verbose: bool) -> Run<K> {
        let mut world = self.world();
        world.rules = self.rules.clone();
        world.verbose = verbose;
        world.expect(troubles);
        let told = catch_unwind(AssertUnwindSafe(|| (story.tell)(&mut world)));
        if told.is_err() {
            world.wrong("a panic".to_owned());
            world.wake = None;
        }
        let steps = world.trace.len();
        // The troubles of a story come while it is told.
        world.troubles.clear();
        settle(&mut world);
        if K::IS_MEMORY && story.name == "edited by others" {
            // Memories have no versions: what differs within ten minutes of our own write is taken for AWS's way of
            // showing it, and set back when that write is an hour old.
            world.run(3700);
        }
        let end = end(&mut world);
        // Tags that AWS takes at the creation only, and refuses since, are tried once an hour.
        let hourly = tagless::<K>(&self.settings) && end.stalled.as_deref() == Some("InvalidSpec");
        if end.stalled.is_none() || (story.ends == Ends::Ready && !hourly) {
            listen(&mut world);
        }
        world.check_strangers();
        Run { world, end, steps }
    }

    /// The resources that a spec makes where nothing goes wrong.
    fn ideal(&mut self, of: &World<K>, spec: &Value) -> Vec<String> {
        let key = format!("{spec} {:?} {:?}", of.settings.default_tags, of.referents);
        if let Some(known) = self.ideals.get(&key) {
            return known.clone();
        }
        let mut world = self.world();
        world.settings = of.settings.clone();
        world.referents = of.referents.clone();
        world.create(spec.clone());
        world.run(100);
        let end = end(&mut world);
        assert!(end.ready, "{spec} does not become Ready: {end:?} {:?}", world.wrong);
        self.ideals.insert(key, end.resources.clone());
        end.resources
    }

    /// What is wrong with a run, if anything.
    pub fn judge(&mut self, story: &Story<K>, run: &Run<K>) -> Vec<String> {
        let mut wrong = run.world.wrong.clone();
        let end = &run.end;
        let is = |trouble: Trouble| run.world.hit.iter().any(|(hit, _)| *hit == trouble);
        let left_on_purpose = run.world.leaves || is(Trouble::Account);
        if !left_on_purpose && !end.orphans.is_empty() {
            wrong.push(format!("nobody's: {:?}", end.orphans));
        }
        if is(Trouble::Account) && end.stalled.as_deref() == Some("AccountMismatch") {
            // What was created in the other account stays there, and the user is told.
            return wrong;
        }
        if is(Trouble::Wiped) && story.name == "creation fails" && end.stalled.is_some() {
            // What the record said of the failure is lost with it, and so is that it never worked: it is not deleted.
            return wrong;
        }
        let may_fail = is(Trouble::Fails) || (is(Trouble::ShowsGood) && story.name == "creation fails");
        if may_fail && end.stalled.as_deref() == Some("StrategyFailed") {
            // A memory that works, or once seemed to, is never created again: its user must name the strategy anew.
            return wrong;
        }
        if may_fail
            && !self.settings.switches.update_after_failed_create
            && end.stalled.as_deref() == Some("UpdateFailed")
        {
            // What once seemed to work, or was taken over, is never created again; and here AWS does not update it.
            return wrong;
        }
        if tagless::<K>(&self.settings) && is(Trouble::Upgrade) && end.stalled.as_deref() == Some("InvalidSpec") {
            // Other default tags can't be set where AWS takes none after the creation: that is told.
            return wrong;
        }
        if is(Trouble::Wiped) && story.name == "part removed" && end.ready {
            // That the part was ours is lost with the record, so it stays.
            return wrong;
        }
        let there = |name: &str| run.world.sim.inventory().iter().any(|item| item.name == name);
        if end.spec.get("adopt").is_some() && end.stalled.as_deref() == Some("InvalidSpec") && !there(THEIRS) {
            // What is to be adopted is gone, and the object never had it: that is told.
            return wrong;
        }
        let forgets = self.settings.switches.token_lifetime_seconds <= 60;
        if tagless::<K>(&self.settings)
            && forgets
            && is(Trouble::Late(60))
            && end.stalled.as_deref() == Some("NotOwned")
        {
            // The late request has made another once its name was free again and its token forgotten, before the create
            // that followed was sent: nothing proves whose it is. It is left alone, and that is told.
            return wrong;
        }
        // What users did last counts, also where they did it when nobody expected it.
        let again = story.name == "retained and created again" || (story.name == "retained" && is(Trouble::Recreated));
        let ends = match (run.world.wanted, story.ends) {
            (true, Ends::Stalled) => Ends::Stalled,
            // Whose a memory was can't be told where AWS does not tell its tags: it is not taken over, if it came to be.
            (true, _) if again && tagless::<K>(&self.settings) && !end.ready => Ends::Stalled,
            (true, _) => Ends::Ready,
            (false, Ends::Left) => Ends::Left,
            // What was adopted is kept.
            (false, Ends::Ready) if story.name == "adopted by id" => Ends::Left,
            (false, _) => Ends::Gone,
        };
        match ends {
            Ends::Gone if end.object.is_some() || !end.resources.is_empty() => {
                wrong.push(format!("is to be gone: {end:?}"));
            }
            Ends::Left if end.object.is_some() || end.resources.len() > 2 => {
                wrong.push(format!("is to be gone but for one resource: {end:?}"));
            }
            Ends::Stalled if end.ready || end.object.is_none() => {
                wrong.push(format!("is to wait for its user: {end:?}"));
            }
            Ends::Ready if !end.ready => wrong.push(format!("is to be Ready: {end:?}")),
            Ends::Ready => {
                let ideal = self.ideal(&run.world, &as_created::<K>(end));
                if ideal != end.resources {
                    wrong.push(format!("is in AWS {:?}, and the spec makes {ideal:?}", end.resources));
                }
            }
            _ => {}
        }
        wrong
    }
}

/// The spec by which that is created which this one adopts. What was adopted keeps its name; where that is gone, what is
/// created in its place has the object's.
fn as_created<K: Subject>(end: &End) -> Value {
    let mut spec = end.spec.clone();
    let adopts = spec.as_object_mut().and_then(|spec| spec.remove("adopt")).is_some();
    let theirs = format!(" {THEIRS} ");
    if adopts && end.resources.iter().any(|resource| resource.contains(&theirs)) {
        merge(&mut spec, &json!({ K::NAME_FIELD: THEIRS }));
    }
    spec
}

/// Lets time pass until the object is at rest, at most a little more than two hours: what is tried hourly has been
/// tried again then.
fn settle<K: Subject>(world: &mut World<K>) {
    let end = world.now + SignedDuration::from_secs(7600);
    world.run(60);
    while world.now < end {
        let far = world.now + SignedDuration::from_secs(300);
        let rests = world.foreign_until.is_none_or(|until| until < world.now)
            && world.wake.is_none_or(|wake| wake > far)
            && world.spans.last().is_none_or(|span| !span.wrote);
        let stored = world.server.stored.as_ref().map(Stored::read::<K>);
        let ready = stored.is_none_or(|read| {
            let common = K::status(&read.object.status);
            let ready = common.condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True");
            ready && common.observed_generation == Some(read.object.meta.generation)
        });
        if rests && ready {
            break;
        }
        world.run(200);
    }
    // What nobody was told of is seen at the next look.
    world.run(650);
}

/// Nothing changes, so nothing is written.
fn listen<K: Subject>(world: &mut World<K>) {
    let (writes, calls) = (world.server.writes, world.calls);
    world.run(1300);
    if (world.server.writes, world.calls) != (writes, calls) {
        let (writes, calls) = (world.server.writes - writes, world.calls - calls);
        world.wrong(format!("at rest {writes} writes to the API server and {calls} to AWS"));
    }
}

fn end<K: Subject>(world: &mut World<K>) -> End {
    world.sim.advance(world.now);
    let read = world.server.stored.as_ref().map(|stored| (stored.read::<K>(), stored.clone()));
    let common = read.as_ref().map(|(read, _)| K::status(&read.object.status).clone());
    let condition = |type_| common.as_ref().and_then(|common| common.condition(type_)).cloned();
    let object = read.as_ref().map(|(read, _)| {
        let fate = record::main::<K>(&read.object.status).map_or(Fate::None, |record| record.fate);
        let meta = &read.object.meta;
        let is = |type_| condition(type_).map(|it| format!("{}/{}: {}", it.status, it.reason, it.message));
        format!(
            "Ready {:?} Stalled {:?} Reconciling {:?} fate {fate:?} finalizer {} deleting {}",
            is(ConditionType::Ready),
            is(ConditionType::Stalled),
            is(ConditionType::Reconciling),
            meta.finalizer,
            meta.deleting()
        )
    });
    let uid = format!("uid-{}", world.server.objects);
    let all = world.sim.inventory();
    let ours = all.iter().filter(|item| {
        item.account == ACCOUNT
            && item.status != "DELETED"
            && item.tags.contains_key(tag::UID)
            && item.kind == K::RESOURCE
    });
    let (mine, orphans): (Vec<_>, Vec<_>) = ours.partition(|item| item.tags.get(tag::UID) == Some(&uid));
    let endpoints = all.iter().filter(|item| {
        item.kind == Resource::AgentRuntimeEndpoint && mine.iter().any(|mine| item.id.starts_with(&mine.id))
    });
    let resources = mine.iter().copied().chain(endpoints).map(|item| shape(item, &mine, &uid)).collect();
    End {
        ready: condition(ConditionType::Ready).is_some_and(|ready| ready.status == "True"),
        stalled: condition(ConditionType::Stalled).map(|stalled| stalled.reason),
        object,
        spec: read.map(|(_, stored)| stored.spec).unwrap_or_default(),
        resources,
        orphans: orphans.into_iter().map(|item| format!("{} {}", item.id, item.status)).collect(),
    }
}

/// A resource without what differs from one to the next.
fn shape(item: &InventoryItem, mine: &[&InventoryItem], uid: &str) -> String {
    let mut body = Value::Object(item.body.clone());
    strip(&mut body);
    let mut text = format!("{:?} {} {} {:?} {body}", item.kind, item.name, item.status, item.tags);
    for item in mine {
        text = text.replace(&item.id, "ID");
    }
    text.replace(uid, "UID")
}

/// Removes times, ids and versions.
fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| {
                !(name.ends_with("At")
                    || name.ends_with("Id")
                    || name.ends_with("Version")
                    || name == "workloadIdentityDetails")
            });
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
