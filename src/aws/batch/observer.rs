//! The looks themselves: what is due is looked at, and objects whose resources have moved on are woken.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agentcore_engine::{fault::Fault, known::Shown};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Notify, mpsc::UnboundedSender},
    time::sleep,
};

use super::{
    Facts, Watch, Who,
    choose::{Look, choose},
    resting::Resting,
    walk::{Step, Walk},
    watches::Watches,
};
use crate::aws::{
    Aws, Connection, Control,
    listing::{Beside, Listed, Listing, Lists, Sweep},
};

/// How long lists are not asked for after they could not be had: reads do it meanwhile.
const WITHOUT_LISTS: SignedDuration = SignedDuration::from_secs(30);

/// How old what was read beside a resource may be.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// How long after its first look, and after each audit, what nobody is known to have is audited next.
const AUDIT: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(1), SignedDuration::from_mins(15));

/// What a whole list shows and no object is known to have.
#[derive(Clone, Debug)]
pub struct Swept {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The resources.
    pub unknown: Vec<Listed>,
}

/// Where woken objects are sent.
pub type Wake = UnboundedSender<Who>;

/// An account and a region.
type Place = (String, String);

/// The observers of one kind, for each account and region.
#[derive(Debug)]
pub struct Observers<L: Listing> {
    aws: Aws,
    swept: UnboundedSender<Swept>,
    places: Mutex<HashMap<Place, Arc<Observer<L>>>>,
}

/// What is observed of one kind in one account and region.
pub struct Observer<L: Listing> {
    aws: Aws,
    swept: UnboundedSender<Swept>,
    account: String,
    region: String,
    lists: Lists,
    state: Mutex<State<L>>,
    changed: Notify,
}

struct State<L: Listing> {
    watches: Watches,
    resting: Resting,
    walk: Walk,
    wakes: HashMap<Who, Wake>,
    /// What was read beside a resource whose object has a pass now, by id, and when.
    sides: HashMap<String, (Timestamp, L::Side)>,
    without_lists: Option<Timestamp>,
    audit_at: Timestamp,
}

impl<L: Listing> std::fmt::Debug for Observer<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observer").field("account", &self.account).field("region", &self.region).finish_non_exhaustive()
    }
}

impl<L: Listing> Observers<L> {
    /// Nothing is observed yet. What lists show and no object has is sent to `swept` from time to time.
    pub fn new(aws: Aws, swept: UnboundedSender<Swept>) -> Self {
        Self { aws, swept, places: Mutex::default() }
    }

    /// The observer of this account and region. It runs as long as the operator.
    pub fn of(&self, account: &str, region: &str) -> Arc<Observer<L>> {
        let mut places = lock(&self.places);
        let place = places.entry((account.to_owned(), region.to_owned()));
        let observer = place.or_insert_with(|| {
            let observer = Arc::new(Observer::new(self.aws.clone(), self.swept.clone(), account, region));
            tokio::spawn(Arc::clone(&observer).run());
            observer
        });
        Arc::clone(observer)
    }

    /// Whether the object is observed anywhere.
    pub fn has(&self, who: &Who) -> bool {
        lock(&self.places).values().any(|observer| lock(&observer.state).wakes.contains_key(who))
    }

    /// An object is observed nowhere but there.
    pub fn leave(&self, who: &Who, but: Option<&Arc<Observer<L>>>) {
        for observer in lock(&self.places).values() {
            if but.is_none_or(|but| !Arc::ptr_eq(but, observer)) {
                observer.forget(who);
            }
        }
    }
}

impl<L: Listing> Observer<L> {
    fn new(aws: Aws, swept: UnboundedSender<Swept>, account: &str, region: &str) -> Self {
        let now = Timestamp::now();
        let state = State {
            watches: Watches::new(L::PACE, L::SETTLED, L::Side::AFTER),
            resting: Resting::default(),
            walk: Walk::new(now),
            wakes: HashMap::new(),
            sides: HashMap::new(),
            without_lists: None,
            audit_at: now + AUDIT.0,
        };
        let (account, region) = (account.to_owned(), region.to_owned());
        Self { aws, swept, account, region, lists: Lists::default(), state: Mutex::new(state), changed: Notify::new() }
    }

    /// Complete lists, shared with all who want one.
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// The object is woken when its resource moves on. Whether lists can show that.
    pub fn awaits(&self, who: Who, wake: Wake, watch: Watch) -> bool {
        let mut state = lock(&self.state);
        if !state.watches.can_watch(&watch.state) {
            return false;
        }
        state.resting.forget(&who);
        state.wakes.insert(who.clone(), wake);
        state.watches.watch(who, watch);
        drop(state);
        self.changed.notify_one();
        true
    }

    /// The object is at rest, and is woken when others change its resource, or when it is its turn to be read.
    pub fn rests(&self, who: Who, wake: Wake, id: &str, facts: Facts, looked: Timestamp) {
        let mut state = lock(&self.state);
        state.watches.forget(&who);
        state.wakes.insert(who.clone(), wake);
        state.resting.rests(who, id, facts, looked);
        drop(state);
        self.changed.notify_one();
    }

    fn forget(&self, who: &Who) {
        let mut state = lock(&self.state);
        state.watches.forget(who);
        state.resting.forget(who);
        state.wakes.remove(who);
    }

    /// What a list, or the pass before, saw of the resource before its object was woken. Told once.
    pub fn take_sighting(&self, id: &str) -> Option<Shown> {
        lock(&self.state).watches.take_sighting(id)
    }

    /// What was read beside the resource a moment ago, before its object was woken. Told once.
    pub fn take_side(&self, id: &str) -> Option<L::Side> {
        let side = lock(&self.state).sides.remove(id);
        side.filter(|(at, _)| Timestamp::now() < *at + FRESH).map(|(_, side)| side)
    }

    /// Looks for ever. A panic in it is a defect of the operator, and no reason to be blind from then on.
    async fn run(self: Arc<Self>) {
        loop {
            if AssertUnwindSafe(Arc::clone(&self).rounds()).catch_unwind().await.is_err() {
                tracing::error!(list = L::LIST, region = %self.region, "a look panicked: a defect of the operator");
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn rounds(self: Arc<Self>) {
        loop {
            let next = self.next_at();
            let wait = next.and_then(|at| Duration::try_from(at.duration_since(Timestamp::now())).ok());
            tokio::select! {
                // What is due already has no time to wait.
                () = sleep(wait.unwrap_or_default()), if next.is_some() => self.round().await,
                () = self.changed.notified() => {}
            }
        }
    }

    fn next_at(&self) -> Option<Timestamp> {
        let state = lock(&self.state);
        let walk = (!state.resting.is_empty()).then(|| state.walk.next_at());
        [state.watches.next_at(), walk].into_iter().flatten().min()
    }

    async fn round(self: &Arc<Self>) {
        let now = Timestamp::now();
        let (due, lists, walks) = {
            let mut state = lock(&self.state);
            state.watches.have_pages(self.lists.cost());
            let due = state.watches.due(now);
            state.wake(&due.passes);
            let lists = state.without_lists.is_none_or(|until| now >= until);
            (due, lists, !state.resting.is_empty() && now >= state.walk.next_at())
        };
        if due.looks == 0 && due.sides.is_empty() && !walks {
            return;
        }
        let Some(connection) = self.connect().await else {
            // Their passes say what is wrong.
            let mut state = lock(&self.state);
            let passes = state.watches.take_due(now);
            state.wake(&passes);
            for (who, ..) in due.sides {
                if state.watches.looked_beside(&who, true, now) {
                    state.wake(&[who]);
                }
            }
            state.walk.failed(now);
            return;
        };
        let look = if lists { choose(due.looks, self.lists.cost()) } else { Look::Get };
        self.look_beside(&connection.control, due.sides);
        if walks && (due.looks == 0 || look == Look::Get) {
            let (observer, connection) = (Arc::clone(self), connection.clone());
            let step = lock(&self.state).walk.goes(now);
            // Nobody waits for it, least of all what is in transition.
            tokio::spawn(async move { observer.walk(&connection, step, now).await });
        }
        match look {
            _ if due.looks == 0 => {}
            Look::Get => {
                let mut state = lock(&self.state);
                let passes = state.watches.take_due(now);
                state.wake(&passes);
            }
            Look::List => self.list(&connection, now).await,
        }
    }

    /// One list for all that is due.
    async fn list(&self, connection: &Connection, due: Timestamp) {
        let ids = lock(&self.state).watches.awaited(due);
        if let Some(ids) = ids
            && let Some(part) = self.lists.part::<L>(&connection.control, &ids).await
        {
            let mut state = lock(&self.state);
            let passes = state.watches.listed_in_part(&part, &ids, Timestamp::now());
            return state.wake(&passes);
        }
        let sweep = self.lists.since::<L>(&connection.control, due).await;
        let now = Timestamp::now();
        {
            let mut state = lock(&self.state);
            let passes = state.watches.listed(&sweep, now);
            state.wake(&passes);
            if sweep.fault.is_some() {
                state.without_lists = Some(now + WITHOUT_LISTS);
                let passes = state.watches.take_due(due);
                state.wake(&passes);
            }
        }
        match &sweep.fault {
            None => {
                lock(&self.state).walk.swept(now, self.lists.pages());
                self.swept(&sweep);
            }
            Some(fault) => self.failed(connection, fault).await,
        }
    }

    /// What was read of the whole list.
    fn swept(&self, sweep: &Sweep) {
        let now = Timestamp::now();
        let mut state = lock(&self.state);
        let passes = state.resting.listed(sweep, Some(sweep.began));
        state.wake(&passes);
        if now >= state.audit_at {
            state.audit_at = now + AUDIT.1;
            let is_known = |id: &str| state.watches.has(id) || state.resting.has(id);
            let unknown = sweep.items.iter().filter(|listed| !is_known(&listed.id)).cloned().collect();
            let (account, region) = (self.account.clone(), self.region.clone());
            // Nobody hears it when the operator stops.
            let _ = self.swept.send(Swept { account, region, unknown });
        }
    }

    /// Reads what is beside resources that have settled. One that is not answered delays nothing else.
    fn look_beside(self: &Arc<Self>, control: &Control, sides: Vec<(Who, String, Option<String>)>) {
        {
            let mut state = lock(&self.state);
            let now = Timestamp::now();
            state.sides.retain(|_, (at, _)| now < *at + FRESH);
        }
        for (who, id, version) in sides {
            let (observer, control) = (Arc::clone(self), control.clone());
            tokio::spawn(async move {
                let began = Timestamp::now();
                let side = L::Side::read(&control, &id).await;
                let settled = side.has_settled(version.as_deref());
                {
                    let mut state = lock(&observer.state);
                    if state.watches.looked_beside(&who, settled, Timestamp::now()) {
                        state.sides.insert(id, (began, side));
                        // Here, because the others' list may take long.
                        state.wake(&[who]);
                    }
                }
                observer.changed.notify_one();
            });
        }
    }

    /// The next page of the slow walk through the list.
    async fn walk(&self, connection: &Connection, step: Step, began: Timestamp) {
        {
            let mut state = lock(&self.state);
            let works = state.walk.works(began);
            let passes = state.resting.due(works, began);
            state.wake(&passes);
        }
        match L::page(&connection.control, step.after.clone()).await {
            Ok(page) => {
                let whole = {
                    let mut state = lock(&self.state);
                    let part = Sweep::part::<L>(began, page.items.clone());
                    let whole = state.walk.went(&step, page, began);
                    let since = state.walk.shown_since();
                    let passes = state.resting.listed(&part, since);
                    state.wake(&passes);
                    whole
                };
                if let Some((sweep, pages)) = whole {
                    self.lists.set_pages(pages);
                    self.swept(&sweep);
                }
            }
            Err(fault) => {
                lock(&self.state).walk.failed(began);
                self.failed(connection, &fault).await;
            }
        }
    }

    async fn connect(&self) -> Option<Connection> {
        let connection = self.aws.connect(&self.region).await.ok()?;
        // With credentials of another account nothing is looked at: its list would say that everything is gone.
        (connection.identity.account == self.account).then_some(connection)
    }

    async fn failed(&self, connection: &Connection, fault: &Fault) {
        let (region, code, error) = (&self.region, &fault.code, &fault.message);
        tracing::debug!(list = L::LIST, %region, %code, %error, "the list can't be had: reads do it meanwhile");
        self.aws.learn_from(&self.region, connection, fault).await;
    }
}

impl<L: Listing> State<L> {
    fn wake(&self, passes: &[Who]) {
        for who in passes {
            if let Some(wake) = self.wakes.get(who) {
                // Nobody hears it when the operator stops.
                let _ = wake.send(who.clone());
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
