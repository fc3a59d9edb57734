//! Turns for requests: AWS takes so many a second of each operation, and this operator takes a share of them.
//!
//! Waiting for a turn is not an error, and it is fair: who came first goes first. Each operation has a bucket of its
//! own, as AWS's quotas have, so that no number of reads keeps a write waiting.

mod bucket;
mod quotas;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

use self::bucket::Bucket;
use crate::{server::metrics::Metrics, slot};

/// How long a read waits until others are answered. AWS may be slow.
const SLOW: Duration = Duration::from_secs(2);

/// The limits of every account and region.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    share: f64,
    metrics: Metrics,
    places: Arc<Mutex<HashMap<(String, String), Limiter>>>,
}

/// The limits of one account in one region. Clones share them.
#[derive(Clone, Debug)]
pub struct Limiter {
    share: f64,
    metrics: Metrics,
    lines: Arc<Mutex<HashMap<&'static str, Arc<Line>>>>,
}

/// Those who wait for a turn of one operation.
#[derive(Debug)]
struct Line {
    bucket: Mutex<Bucket>,
    /// Writes leave a while after their turn, some sooner and some later: they must not leave all at once.
    gate: Gate,
    /// Held by the one who is next. Tokio's mutex is fair.
    first: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
    /// Turns whose requests were stopped before they left.
    unused: AtomicUsize,
    /// As many reads as may have had their turn and not their answer.
    under_way: Arc<Semaphore>,
}

/// Spreads what has had its turn.
#[derive(Debug)]
struct Gate(tokio::sync::Mutex<Bucket>);

/// The right to send one request. A write's is had before its announcement, a read's is kept until its answer.
#[derive(Debug)]
#[must_use = "a turn that is not used is lost"]
pub struct Turn {
    _under_way: Option<OwnedSemaphorePermit>,
}

impl Limits {
    /// Limits that take this share of the published quotas.
    pub(super) fn new(share: f64, metrics: Metrics) -> Self {
        Self { share, metrics, places: Arc::default() }
    }

    /// Those of one account in one region. They outlive its credentials.
    pub(super) fn of(&self, account: &str, region: &str) -> Limiter {
        let mut places = lock(&self.places);
        let place = places.entry((account.to_owned(), region.to_owned()));
        let new = || Limiter { share: self.share, metrics: self.metrics.clone(), lines: Arc::default() };
        place.or_insert_with(new).clone()
    }
}

impl Limiter {
    /// Waits for a turn to write. A pass that waits does so without its slot.
    pub async fn turn(&self, operation: &'static str) -> Turn {
        let began = Instant::now();
        self.line(operation).turn(began).await;
        self.metrics.turn_waited(operation, began.elapsed());
        Turn { _under_way: None }
    }

    /// The same to read. While many reads wait for their answers, or for a slot to be sent, others wait a little: what a
    /// pause has held back must not reach AWS all at once.
    pub(super) async fn turn_to_read(&self, operation: &'static str) -> Turn {
        let line = self.line(operation);
        let began = Instant::now();
        let under_way = match Arc::clone(&line.under_way).try_acquire_owned() {
            Ok(free) => Some(free),
            // Nobody closes it.
            Err(_) => {
                slot::aside(timeout(SLOW, Arc::clone(&line.under_way).acquire_owned())).await.ok().and_then(Result::ok)
            }
        };
        line.turn(began).await;
        self.metrics.turn_waited(operation, began.elapsed());
        Turn { _under_way: under_way }
    }

    /// The request did not leave: who asks next has this turn, at once. It is the same request, made again.
    pub(super) fn give_back(&self, operation: &'static str, _: Turn) {
        self.line(operation).unused.fetch_add(1, Ordering::Relaxed);
    }

    /// There is no request after all: the turn is whose turn it is next. It can't be kept for later.
    pub fn release(&self, operation: &'static str, _: Turn) {
        lock(&self.line(operation).bucket).give_back(Instant::now());
    }

    /// Waits until a write may leave that has had its turn: at once, unless others whose turn was earlier leave just now.
    pub async fn leaves(&self, operation: &'static str) {
        let line = self.line(operation);
        if line.gate.0.try_lock().is_ok_and(|mut gate| gate.take(Instant::now()).is_ok()) {
            return;
        }
        slot::aside(async {
            let mut gate = line.gate.0.lock().await;
            while let Err(wait) = gate.take(Instant::now()) {
                sleep(wait).await;
            }
        })
        .await;
    }

    /// How long a request of this operation would wait for its turn now.
    pub fn wait(&self, operation: &'static str) -> Duration {
        let line = self.line(operation);
        let others = line.waiting.load(Ordering::Relaxed);
        lock(&line.bucket).wait_behind(others, Instant::now())
    }

    /// Why requests of this operation wait, for users.
    pub fn describe(&self, operation: &'static str) -> String {
        let (quota, share) = (quotas::per_second(operation), self.share);
        format!(
            "waits for its turn: AWS takes {quota} {operation} requests a second of an account in a region, and the \
             operator uses {share} of that (--aws-quota-share)"
        )
    }

    /// A request was repeated by the SDK, which asks for no turn.
    pub(super) fn repeated(&self, operation: &'static str) {
        lock(&self.line(operation).bucket).sent_without(Instant::now());
    }

    /// AWS answered that there were too many requests.
    pub(super) fn throttled(&self, operation: &'static str) {
        self.metrics.throttled(operation);
        lock(&self.line(operation).bucket).throttled(Instant::now());
    }

    fn line(&self, operation: &'static str) -> Arc<Line> {
        let mut lines = lock(&self.lines);
        let new = || {
            let quota = quotas::per_second(operation);
            let bucket = Bucket::new(quota, self.share, Instant::now());
            let gate = Gate(tokio::sync::Mutex::new(bucket.clone()));
            Arc::new(Line {
                bucket: Mutex::new(bucket),
                gate,
                first: tokio::sync::Mutex::default(),
                waiting: AtomicUsize::new(0),
                unused: AtomicUsize::new(0),
                under_way: Arc::new(Semaphore::new(under_way(quota))),
            })
        };
        Arc::clone(lines.entry(operation).or_insert_with(new))
    }
}

/// How many reads may be under way where AWS takes so many a second: half a second's. Answers come sooner.
fn under_way(quota: u32) -> usize {
    usize::try_from(quota.div_ceil(2)).unwrap_or(usize::MAX).max(1)
}

impl Line {
    async fn turn(&self, now: Instant) {
        let given_back =
            || self.unused.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |unused| unused.checked_sub(1)).is_ok();
        // Nobody waits, and there is a token: no detour.
        let at_once = given_back() || self.first.try_lock().is_ok_and(|_first| lock(&self.bucket).take(now).is_ok());
        if !at_once {
            slot::aside(self.wait()).await;
        }
    }

    async fn wait(&self) {
        let _waiting = Waiting::new(&self.waiting);
        let _first = self.first.lock().await;
        loop {
            // Taken anew after each wait: AWS may have said meanwhile that it was too much.
            let taken = lock(&self.bucket).take(Instant::now());
            match taken {
                Ok(()) => return,
                Err(wait) => sleep(wait).await,
            }
        }
    }
}

/// Counts one who waits, until it is dropped: whoever gives up waits no longer.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A limiter of its own for a test.
#[cfg(test)]
pub(crate) fn limiter(share: f64) -> Limiter {
    Limits::new(share, Metrics::default()).of("123456789012", "us-west-2")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever holds reads back after their turns, a pause of this process or of AWS: they don't all leave after it.
    #[tokio::test]
    async fn of_reads_that_are_under_way_there_are_few() {
        let limiter = limiter(1.0);
        let mut under_way = Vec::new();
        for _ in 0..15 {
            under_way.push(limiter.turn_to_read("GetCodeInterpreter").await);
        }
        // There are tokens meanwhile.
        let began = Instant::now();
        let (next, ()) = tokio::join!(limiter.turn_to_read("GetCodeInterpreter"), async {
            sleep(Duration::from_millis(300)).await;
            under_way.pop();
        });
        assert!((300..1000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        // Where no answer comes they don't wait for ever.
        let _slow = limiter.turn_to_read("GetCodeInterpreter").await;
        assert!(began.elapsed() >= SLOW);
        drop(next);
        // Those of other operations, and writes, have nothing to do with it.
        let _other = limiter.turn_to_read("GetMemory").await;
    }

    #[tokio::test]
    async fn turns_come_in_the_order_of_asking() {
        let limiter = limiter(1.0);
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        for number in 0..6 {
            let (limiter, told) = (limiter.clone(), told.clone());
            tokio::spawn(async move {
                let _turn = limiter.turn("CreateCodeInterpreter").await;
                told.send(number).unwrap();
            });
            tokio::task::yield_now().await;
        }
        for expected in 0..6 {
            assert_eq!(heard.recv().await, Some(expected));
        }
    }

    #[tokio::test]
    async fn reads_keep_no_write_waiting_and_places_none_of_another() {
        let limits = Limits::new(0.7, Metrics::default());
        let here = limits.of("123456789012", "us-west-2");
        for _ in 0..30 {
            here.repeated("GetMemory");
        }
        assert!(here.wait("GetMemory") > Duration::from_millis(300));
        assert_eq!(here.wait("UpdateMemory"), Duration::ZERO);
        for (account, region) in [("123456789012", "eu-west-1"), ("210987654321", "us-west-2")] {
            assert_eq!(limits.of(account, region).wait("GetMemory"), Duration::ZERO);
        }
        assert!(limits.of("123456789012", "us-west-2").wait("GetMemory") > Duration::from_millis(300));
    }

    #[tokio::test]
    async fn writes_do_not_leave_all_at_once() {
        let limiter = limiter(1.0);
        for _ in 0..5 {
            let _turn = limiter.turn("CreateCodeInterpreter").await;
        }
        let began = Instant::now();
        for _ in 0..5 {
            limiter.leaves("CreateCodeInterpreter").await;
        }
        assert!(began.elapsed() >= Duration::from_millis(700), "{:?}", began.elapsed());
        // Who was not held up leaves at once.
        let _turn = limiter.turn("CreateMemory").await;
        let began = Instant::now();
        limiter.leaves("CreateMemory").await;
        assert!(began.elapsed() < Duration::from_millis(100));
    }

    /// What a pause has held back comes all at once, and must not keep all slots while it leaves one by one.
    #[tokio::test]
    async fn a_write_that_may_not_leave_yet_holds_no_slot() {
        let (limiter, slots) = (limiter(1.0), crate::slot::Slots::new(1));
        for _ in 0..3 {
            let _turn = limiter.turn("CreateMemory").await;
        }
        limiter.leaves("CreateMemory").await;
        let waits = slots.slot().await.run(async {
            for _ in 0..3 {
                limiter.leaves("CreateMemory").await;
            }
        });
        let others = async {
            let began = Instant::now();
            let _slot = slots.slot().await;
            began.elapsed()
        };
        let ((), waited) = tokio::join!(waits, others);
        assert!(waited < Duration::from_millis(200), "{waited:?}");
    }

    #[tokio::test]
    async fn a_request_that_did_not_leave_is_made_again_at_once() {
        let limiter = limiter(0.2);
        let turn = limiter.turn("CreateMemory").await;
        limiter.give_back("CreateMemory", turn);
        let began = Instant::now();
        let _turn = limiter.turn("CreateMemory").await;
        assert!(began.elapsed() < Duration::from_millis(100));
        // Once.
        assert!(tokio::time::timeout(Duration::from_millis(100), limiter.turn("CreateMemory")).await.is_err());
    }

    #[tokio::test]
    async fn turns_that_nobody_needs_are_not_saved_up() {
        let limiter = limiter(0.2);
        for _ in 0..5 {
            let turn = limiter.turn("CreateMemory").await;
            limiter.release("CreateMemory", turn);
        }
        let began = Instant::now();
        let _turn = limiter.turn("CreateMemory").await;
        assert!(began.elapsed() < Duration::from_millis(100));
        assert!(limiter.wait("CreateMemory") > Duration::from_millis(500));
    }

    #[tokio::test]
    async fn who_gives_up_holds_nobody_back() {
        let limiter = limiter(0.2);
        let _first = limiter.turn("CreateMemory").await;
        for _ in 0..10 {
            let given_up = tokio::time::timeout(Duration::from_millis(5), limiter.turn("CreateMemory")).await;
            assert!(given_up.is_err());
        }
        assert!(limiter.wait("CreateMemory") < Duration::from_secs(2));
    }

    #[tokio::test]
    async fn too_many_requests_slow_the_operation_down() {
        let limiter = limiter(1.0);
        limiter.throttled("GetMemory");
        let wait = limiter.wait("GetMemory");
        assert!(wait >= Duration::from_millis(35), "{wait:?}");
        assert_eq!(limiter.wait("GetAgentRuntime"), Duration::ZERO);
    }
}
