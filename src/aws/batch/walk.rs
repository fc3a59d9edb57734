//! The slow walk through a list at rest: a page at a time, again and again.
//!
//! Pure: times are values.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::aws::listing::{Listed, Page, Sweep};

/// How long after a page the next one is asked for: two a minute.
const EACH: SignedDuration = SignedDuration::from_secs(30);

/// A page that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Where it begins.
    pub(super) after: Option<String>,
    /// Of which round through the list it is: one that was begun anew meanwhile has no use for it.
    round: u64,
}

/// Where the walk is.
#[derive(Debug)]
pub(super) struct Walk {
    /// How often it has begun.
    round: u64,
    next_at: Timestamp,
    after: Option<String>,
    began: Timestamp,
    items: Vec<Listed>,
    pages: usize,
    /// When the whole list was last seen, and how many pages it had, if it ever was.
    whole: Timestamp,
    whole_pages: Option<usize>,
    /// When the last pages were asked for, those that follow each other. A walk that ends goes on with the first page.
    times: VecDeque<Timestamp>,
}

impl Walk {
    /// At the beginning.
    pub(super) fn new(now: Timestamp) -> Self {
        let (after, items) = (None, Vec::new());
        Self {
            round: 0,
            next_at: now + EACH,
            after,
            began: now,
            items,
            pages: 0,
            whole: now,
            whole_pages: None,
            times: VecDeque::new(),
        }
    }

    pub(super) fn next_at(&self) -> Timestamp {
        self.next_at
    }

    /// The next page is asked for.
    pub(super) fn goes(&mut self, now: Timestamp) -> Step {
        if self.after.is_none() {
            self.begin(now);
        }
        self.next_at = now + EACH;
        Step { after: self.after.clone(), round: self.round }
    }

    /// All that is there was on a page that was asked for then or later: so many follow each other as the list has.
    pub(super) fn shown_since(&self) -> Option<Timestamp> {
        // Before the whole list was seen once it is not known how long it is.
        let length = self.whole_pages?;
        self.times.get(self.times.len().checked_sub(length)?).copied()
    }

    /// A page was read. Gives the whole list and the number of its pages where it was the last one.
    pub(super) fn went(&mut self, step: &Step, page: Page, began: Timestamp) -> Option<(Sweep, usize)> {
        if step.round != self.round {
            return None;
        }
        self.pages += 1;
        self.times.push_back(began);
        while self.times.len() > self.pages.max(self.whole_pages.unwrap_or(0)) {
            self.times.pop_front();
        }
        self.items.extend(page.items);
        // A list that does not go on is begun anew.
        let stands_still = page.next.is_some() && page.next == self.after;
        if stands_still {
            self.begin_anew(began);
            return None;
        }
        self.after = page.next;
        if self.after.is_some() {
            return None;
        }
        let whole = (Sweep { began: self.began, items: std::mem::take(&mut self.items), fault: None }, self.pages);
        (self.whole, self.whole_pages) = (began, Some(self.pages));
        Some(whole)
    }

    /// A page could not be had: the walk begins anew. What went before it has proved what is there.
    pub(super) fn failed(&mut self, now: Timestamp) {
        self.begin_anew(now);
        self.next_at = now + EACH;
    }

    /// Somebody has seen the whole list: the walk begins anew.
    pub(super) fn swept(&mut self, now: Timestamp, pages: usize) {
        self.begin_anew(now);
        self.next_at = now + EACH;
        (self.whole, self.whole_pages) = (now, Some(pages));
    }

    /// Whether the whole list was seen of late.
    pub(super) fn works(&self, now: Timestamp) -> bool {
        let pages = i32::try_from(self.whole_pages.unwrap_or(1).max(self.pages) + 4).unwrap_or(i32::MAX);
        now < self.whole + EACH * 2 * pages
    }

    fn begin_anew(&mut self, now: Timestamp) {
        self.begin(now);
        self.times.clear();
    }

    fn begin(&mut self, now: Timestamp) {
        self.round += 1;
        self.after = None;
        self.began = now;
        self.items.clear();
        self.pages = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn page(ids: &[&str], next: Option<&str>) -> Page {
        let items = ids.iter().map(|id| Listed { id: (*id).to_owned(), ..Listed::default() }).collect();
        Page { items, next: next.map(str::to_owned) }
    }

    /// Asks for the next page, and has it.
    fn goes(walk: &mut Walk, second: i64, ids: &[&str], next: Option<&str>) -> Option<(Sweep, usize)> {
        let step = walk.goes(at(second));
        walk.went(&step, page(ids, next), at(second))
    }

    #[test]
    fn two_pages_a_minute_make_a_whole_list() {
        let mut walk = Walk::new(at(0));
        assert_eq!(walk.next_at(), at(30));
        assert!(goes(&mut walk, 30, &["a"], Some("p2")).is_none());
        assert_eq!((walk.next_at(), walk.after.as_deref()), (at(60), Some("p2")));
        let (sweep, pages) = goes(&mut walk, 60, &["b"], None).unwrap();
        // It says what was there when it began.
        assert_eq!((sweep.began, pages, sweep.items.len(), sweep.fault), (at(30), 2, 2, None));
        assert_eq!((walk.next_at(), walk.after.as_deref()), (at(90), None));
        let (sweep, pages) = goes(&mut walk, 90, &["c"], None).unwrap();
        assert_eq!((sweep.began, pages, sweep.items.len()), (at(90), 1, 1));
    }

    #[test]
    fn a_failed_page_begins_anew() {
        let mut walk = Walk::new(at(0));
        goes(&mut walk, 30, &["a"], Some("p2"));
        walk.failed(at(60));
        assert_eq!((walk.next_at(), walk.after.as_deref()), (at(90), None));
        let (sweep, _) = goes(&mut walk, 90, &["a", "b"], None).unwrap();
        assert_eq!((sweep.began, sweep.items.len()), (at(90), 2));
        // So does a list that does not go on.
        goes(&mut walk, 120, &["a"], Some("p2"));
        assert!(goes(&mut walk, 150, &["b"], Some("p2")).is_none());
        assert_eq!(walk.after, None);
    }

    #[test]
    fn a_page_of_a_walk_that_was_begun_anew_is_no_part_of_the_next() {
        let mut walk = Walk::new(at(0));
        goes(&mut walk, 30, &["a"], Some("p2"));
        let second = walk.goes(at(60));
        assert_eq!((second.after.as_deref(), walk.next_at()), (Some("p2"), at(90)));
        // Somebody sees the whole list before the page is there: it lacks what the first page had.
        walk.swept(at(61), 2);
        assert!(walk.went(&second, page(&["b"], None), at(60)).is_none());
        let (sweep, _) = goes(&mut walk, 91, &["a", "b"], None).unwrap();
        assert_eq!(sweep.items.len(), 2);
    }

    #[test]
    fn as_many_pages_as_the_list_has_show_all_that_is_there() {
        let mut walk = Walk::new(at(0));
        let mut shown = Vec::new();
        for (second, next) in [(30, Some("2")), (60, Some("3")), (90, None), (120, Some("2")), (150, Some("3"))] {
            goes(&mut walk, second, &[], next);
            shown.push(walk.shown_since());
        }
        // From wherever on.
        assert_eq!(shown, [None, None, Some(at(30)), Some(at(60)), Some(at(90))]);
        // But not across a page that could not be had.
        walk.failed(at(180));
        for (second, next, since) in [(210, Some("2"), None), (240, Some("3"), None), (270, None, Some(at(210)))] {
            goes(&mut walk, second, &[], next);
            assert_eq!(walk.shown_since(), since);
        }
        // The list has grown: one page more.
        for (second, next) in [(300, Some("2")), (330, Some("3")), (360, Some("4")), (390, None)] {
            goes(&mut walk, second, &[], next);
        }
        assert_eq!(walk.shown_since(), Some(at(300)));
    }

    #[test]
    fn without_a_whole_list_it_does_not_work() {
        let mut walk = Walk::new(at(0));
        assert!(walk.works(at(240)));
        for second in (30..600).step_by(30) {
            walk.failed(at(second));
        }
        assert!(!walk.works(at(600)));
        walk.swept(at(600), 1);
        assert!(walk.works(at(800)));
    }
}
