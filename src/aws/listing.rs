//! Lists: what a kind says of its own, and complete lists that many share.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use agentcore_engine::{fault::Fault, known::Candidate};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::Control;
use crate::slot;

/// How long parts of a list are enough although they don't show where something is.
const LOST: SignedDuration = SignedDuration::from_secs(10);

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

impl Sweep {
    /// Some pages of a list.
    pub fn part<L: Listing>(began: Timestamp, items: Vec<Listed>) -> Self {
        Self { began, items, fault: Some(Fault::incomplete(L::LIST, "a part of the list")) }
    }
}

/// The last sweep, which serves all who want to know what was there at a time before it began.
#[derive(Debug, Default)]
pub struct Lists {
    /// Locked while a look is under way: those who come meanwhile share what it shows.
    seen: Mutex<Seen>,
    pages: AtomicUsize,
    /// How many pages the last look took: of the whole list, or of a part.
    cost: AtomicUsize,
}

#[derive(Debug, Default)]
struct Seen {
    sweep: Option<Arc<Sweep>>,
    index: Option<Index>,
}

/// What stands on which page. A hint: a page that is asked for again shows what is there then.
#[derive(Debug)]
struct Index {
    /// When the whole list was last looked through.
    whole: Timestamp,
    pages: Vec<Part>,
}

/// What a page showed when it was read last.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where it begins.
    after: Option<String>,
    ids: HashSet<String>,
}

impl Index {
    /// The pages that show these resources, and the last one, where new ones may come. `None` where the whole list is
    /// better: it is not much longer, or has not told for a while where one of them is.
    fn pages_of(&self, ids: &[String], now: Timestamp) -> Option<Vec<usize>> {
        let last = self.pages.len().checked_sub(1)?;
        let mut wanted = BTreeSet::from([last]);
        for id in ids {
            match self.pages.iter().position(|page| page.ids.contains(id)) {
                Some(number) => {
                    wanted.insert(number);
                }
                None if now >= self.whole + LOST => return None,
                None => {}
            }
        }
        (wanted.len() * 2 <= self.pages.len()).then(|| wanted.into_iter().collect())
    }
}

impl Lists {
    /// A sweep that began no earlier than `bound`. One at a time is under way: those who come meanwhile share the next.
    pub async fn since<L: Listing>(&self, control: &Control, bound: Timestamp) -> Arc<Sweep> {
        let came = Timestamp::now();
        let mut seen = slot::aside(self.seen.lock()).await;
        // One that failed says so to those who waited for it, and to nobody later.
        let serves = |sweep: &&Arc<Sweep>| sweep.began >= if sweep.fault.is_none() { bound } else { bound.max(came) };
        if let Some(sweep) = seen.sweep.as_ref().filter(serves) {
            return Arc::clone(sweep);
        }
        // Apart, because many wait for it.
        let (sweep, parts) = Box::pin(sweep::<L>(control)).await;
        seen.index = None;
        if sweep.fault.is_none() {
            self.set_pages(parts.len());
            self.cost.store(parts.len(), Ordering::Relaxed);
            seen.index = Some(Index { whole: sweep.began, pages: parts });
        }
        let sweep = Arc::new(sweep);
        seen.sweep = Some(Arc::clone(&sweep));
        sweep
    }

    /// The pages of a long list on which these resources are, if that is known and they are few: they prove what is
    /// there, and not what isn't. Otherwise `None`.
    pub async fn part<L: Listing>(&self, control: &Control, ids: &[String]) -> Option<Sweep> {
        let mut seen = slot::aside(self.seen.lock()).await;
        let began = Timestamp::now();
        let wanted = seen.index.as_ref()?.pages_of(ids, began)?;
        let mut items = Vec::new();
        let mut read = 0;
        for number in wanted {
            // The last page may have become several.
            let mut next = Some(number);
            while let Some(number) = next.take() {
                let after = seen.index.as_ref()?.pages.get(number)?.after.clone();
                let Ok(page) = L::page(control, after.clone()).await else {
                    // It may not be there any more: the whole list tells.
                    seen.index = None;
                    return None;
                };
                read += 1;
                let pages = &mut seen.index.as_mut()?.pages;
                pages.get_mut(number)?.ids = page.items.iter().map(|item| item.id.clone()).collect();
                if number + 1 == pages.len() && page.next.is_some() && page.next != after {
                    pages.push(Part { after: page.next, ids: HashSet::new() });
                    next = Some(number + 1);
                }
                items.extend(page.items);
            }
        }
        self.cost.store(read, Ordering::Relaxed);
        Some(Sweep::part::<L>(began, items))
    }

    /// How many pages the last look at the list took: one if nobody has looked yet.
    pub fn cost(&self) -> usize {
        self.cost.load(Ordering::Relaxed).max(1)
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

/// Lists everything, page by page, because each request goes through the control's checks. Gives what is on each, too.
pub async fn sweep<L: Listing>(control: &Control) -> (Sweep, Vec<Part>) {
    let mut sweep = Sweep { began: Timestamp::now(), items: Vec::new(), fault: None };
    let mut after: Option<String> = None;
    let mut parts = Vec::new();
    loop {
        let page = match L::page(control, after.clone()).await {
            Ok(page) => page,
            Err(fault) => {
                sweep.fault = Some(fault);
                break;
            }
        };
        parts.push(Part { after: after.clone(), ids: page.items.iter().map(|item| item.id.clone()).collect() });
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
    (sweep, parts)
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

    static ASKED: [AtomicUsize; 11] = [const { AtomicUsize::new(0) }; 11];

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

    #[tokio::test]
    async fn of_a_long_list_the_pages_are_read_that_show_what_is_awaited() {
        let (lists, control) = (Lists::default(), control());
        let part = async |ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            let part = lists.part::<Fake<10, 14>>(&control, &ids).await;
            part.map(|sweep| sweep.items.into_iter().map(|item| item.id).collect::<Vec<_>>())
        };
        assert_eq!(part(&["3"]).await, None, "nobody has seen the list yet");
        lists.since::<Fake<10, 14>>(&control, Timestamp::now()).await;
        assert_eq!((asked(10), lists.cost()), (10, 10));
        // And the last page, where new ones may come.
        assert_eq!(part(&["3", "new"]).await.unwrap(), ["3", "10"]);
        assert_eq!((asked(10), lists.cost(), lists.pages()), (12, 2, 10));
        assert_eq!(part(&["1", "2", "3", "4", "5"]).await, None, "the whole list is hardly longer");
        assert_eq!(asked(10), 12);
        // A page fails: the whole list is needed.
        assert_eq!(part(&["4", "5"]).await, None);
        assert_eq!((asked(10), part(&["3"]).await), (14, None));
    }

    #[test]
    fn what_no_page_shows_for_long_needs_the_whole_list() {
        let whole = Timestamp::UNIX_EPOCH;
        let page = |id: &str| Part { after: None, ids: HashSet::from([id.to_owned()]) };
        let index = Index { whole, pages: ["a", "b", "c", "d"].map(page).into() };
        let pages = |id: &str, second| index.pages_of(&[id.to_owned()], whole + SignedDuration::from_secs(second));
        assert_eq!((pages("b", 100), pages("new", 9), pages("new", 10)), (Some(vec![1, 3]), Some(vec![3]), None));
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
