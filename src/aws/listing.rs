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

    /// What must be read beside the resource to know whether it serves: a runtime's endpoint.
    type Side: Clone + Send + Sync;
    /// How long after the resource has settled that can be expected at the earliest; `None` where lists tell all.
    const SIDE_AFTER: Option<SignedDuration>;

    /// One page of the list, the first or the one that `after` points to.
    fn page(control: &Control, after: Option<String>) -> impl Future<Output = Result<Page, Fault>> + Send;
    /// Reads what is beside the resource.
    fn side(control: &Control, id: &str) -> impl Future<Output = Self::Side> + Send;
    /// Whether there is nothing to wait for beside a resource of this version.
    fn side_settled(side: &Self::Side, version: Option<&str>) -> bool;
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

/// Lists everything, page by page, because each request goes through the control's checks.
async fn sweep<L: Listing>(control: &Control) -> (Sweep, usize) {
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
