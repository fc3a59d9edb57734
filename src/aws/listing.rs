//! Lists: what a kind says of its own, and complete lists that many share.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use agentcore_engine::{fault::Fault, known::Candidate};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::Control;
use crate::slot;

/// How AWS lists the resources of a kind, and what a list leaves open.
pub trait Listing: Send + Sync + 'static {
    /// AWS's name of the call.
    const LIST: &'static str;
    /// The word for the state in which nothing is awaited any more.
    const SETTLED: &'static str;
    /// How long to wait at least between two looks at what is in transition.
    const PACE: SignedDuration;

    /// What must be read beside the resource to know whether it serves; `()` where lists tell all.
    type Side: Beside;

    /// One page of the list, the first or the one that `after` points to.
    fn page(control: &Control, after: Option<String>) -> impl Future<Output = Result<Page, Fault>> + Send;
}

/// What is beside a resource, such as a runtime's endpoint.
pub trait Beside: Clone + Send + Sync {
    /// How long after the resource has settled this can be expected at the earliest; `None` where there is nothing.
    const AFTER: Option<SignedDuration>;

    /// Reads what is beside the resource.
    fn read(control: &Control, id: &str) -> impl Future<Output = Self> + Send;
    /// Whether there is nothing to wait for beside a resource of this version.
    fn has_settled(&self, version: Option<&str>) -> bool;
}

impl Beside for () {
    const AFTER: Option<SignedDuration> = None;

    async fn read(_: &Control, _: &str) {}

    fn has_settled(&self, _: Option<&str>) -> bool {
        true
    }
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What it shows.
    pub items: Vec<Listed>,
    /// Where the next one begins, if there is one.
    pub next: Option<String>,
}

/// A resource as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name, where the list tells.
    pub name: Option<String>,
    /// Its state in AWS's own word.
    pub state: String,
    /// Its version, where AWS counts versions.
    pub version: Option<String>,
    /// When it was created, where the list tells.
    pub created_at: Option<Timestamp>,
    /// When it was last updated.
    pub updated_at: Option<Timestamp>,
}

impl Listed {
    /// The same as a look-up gives it.
    pub fn candidate(&self) -> Candidate {
        Candidate { id: self.id.clone(), arn: self.arn.clone(), name: self.name.clone(), created_at: self.created_at }
    }
}

/// A whole list, or its beginning where a page failed: then it proves what is there, and not what isn't.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// When the first page was asked for.
    pub began: Timestamp,
    /// What it shows.
    pub items: Vec<Listed>,
    /// What went wrong.
    pub fault: Option<Fault>,
}

/// The last sweep, which serves all who want to know what was there at a time before it began.
#[derive(Debug, Default)]
pub struct Lists {
    last: Mutex<Option<Arc<Sweep>>>,
    pages: AtomicUsize,
}

impl Lists {
    /// A sweep that began no earlier than `bound`. One at a time is under way: those who come meanwhile share the next.
    pub async fn since<L: Listing>(&self, control: &Control, bound: Timestamp) -> Arc<Sweep> {
        let came = Timestamp::now();
        let mut last = slot::aside(self.last.lock()).await;
        // One that failed says so to those who waited for it, and to nobody later.
        let serves = |sweep: &&Arc<Sweep>| sweep.began >= if sweep.fault.is_none() { bound } else { bound.max(came) };
        if let Some(sweep) = last.as_ref().filter(serves) {
            return Arc::clone(sweep);
        }
        let (sweep, pages) = sweep::<L>(control).await;
        if sweep.fault.is_none() {
            self.pages.store(pages, Ordering::Relaxed);
        }
        let sweep = Arc::new(sweep);
        *last = Some(Arc::clone(&sweep));
        sweep
    }

    /// How many pages the list had last: one if nobody has seen it yet.
    pub fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed).max(1)
    }

    /// A sweep that somebody has made page by page.
    pub fn set_pages(&self, pages: usize) {
        self.pages.store(pages, Ordering::Relaxed);
    }
}

/// Lists everything, page by page, because each request goes through the control's checks. Gives the number of pages too.
pub async fn sweep<L: Listing>(control: &Control) -> (Sweep, usize) {
    let mut sweep = Sweep { began: Timestamp::now(), items: Vec::new(), fault: None };
    let mut after: Option<String> = None;
    let mut pages = 0;
    loop {
        let page = match L::page(control, after.clone()).await {
            Ok(page) => page,
            Err(fault) => {
                sweep.fault = Some(fault);
                break;
            }
        };
        pages += 1;
        sweep.items.extend(page.items);
        if page.next.is_none() {
            break;
        }
        if page.next == after {
            sweep.fault = Some(Fault::incomplete(L::LIST, "the list does not go on"));
            break;
        }
        after = page.next;
    }
    (sweep, pages)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_bedrockagentcorecontrol::{Client, Config, config::BehaviorVersion};
    use futures::future::join_all;

    use super::*;
    use crate::{
        aws::{guard::Keys, limits::Limits},
        server::metrics::Metrics,
    };

    fn control() -> Control {
        let sdk = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
        let metrics = Metrics::default();
        let limiter = Limits::new(1.0, metrics.clone()).of("123456789012", "us-west-2");
        Control::new(sdk, "key".into(), Keys::default(), limiter, metrics)
    }

    /// Lists of so many pages, of which one may fail; how many were asked for.
    struct Fake<const PAGES: usize, const FAILS: usize>;

    static ASKED: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

    impl<const PAGES: usize, const FAILS: usize> Listing for Fake<PAGES, FAILS> {
        const LIST: &'static str = "ListFakes";
        const SETTLED: &'static str = "READY";
        const PACE: SignedDuration = SignedDuration::from_secs(1);
        type Side = ();

        async fn page(_: &Control, after: Option<String>) -> Result<Page, Fault> {
            let number: usize = after.map_or(1, |after| after.parse().unwrap());
            let asked = ASKED[PAGES].fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
            if asked == FAILS {
                return Err(Fault::incomplete("ListFakes", "no answer"));
            }
            let items = vec![Listed { id: number.to_string(), ..Listed::default() }];
            Ok(Page { items, next: (number < PAGES).then(|| (number + 1).to_string()) })
        }
    }

    fn asked(pages: usize) -> usize {
        ASKED[pages].load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_list_serves_all_who_want_an_earlier_one() {
        let (lists, control) = (Lists::default(), control());
        let before = Timestamp::now();
        let all = join_all((0..10).map(|_| lists.since::<Fake<1, 0>>(&control, before))).await;
        assert!(all.iter().all(|sweep| sweep.began >= before && sweep.items.len() == 1));
        assert_eq!(asked(1), 1);
        // One that begins later is another one, for all of them.
        let now = Timestamp::now();
        let again = join_all((0..10).map(|_| lists.since::<Fake<1, 0>>(&control, now))).await;
        assert!(again.iter().all(|sweep| sweep.began >= now), "older than wanted");
        assert_eq!(asked(1), 2);
    }

    #[tokio::test]
    async fn a_list_that_failed_shows_its_beginning_and_serves_nobody_later() {
        let (lists, control) = (Lists::default(), control());
        let before = Timestamp::now();
        let failed = lists.since::<Fake<3, 3>>(&control, before).await;
        assert!(failed.fault.is_some());
        assert_eq!(failed.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(lists.pages(), 1, "it is not known how many there are");
        let whole = lists.since::<Fake<3, 3>>(&control, before).await;
        assert_eq!((whole.fault.clone(), whole.items.len(), lists.pages()), (None, 3, 3));
    }

    /// A list whose every page leads to itself.
    struct Loops;

    impl Listing for Loops {
        const LIST: &'static str = "ListLoops";
        const SETTLED: &'static str = "READY";
        const PACE: SignedDuration = SignedDuration::from_secs(1);
        type Side = ();

        async fn page(_: &Control, _: Option<String>) -> Result<Page, Fault> {
            Ok(Page { items: Vec::new(), next: Some("again".to_owned()) })
        }
    }

    #[tokio::test]
    async fn a_list_without_an_end_proves_no_absence() {
        let sweep = Lists::default().since::<Loops>(&control(), Timestamp::now()).await;
        assert!(sweep.fault.is_some());
    }
}
