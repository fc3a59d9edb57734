//! What it costs to await many creations, and how soon each is seen: the budgets, in a time of its own.

use super::{tests::who, *};
use crate::aws::batch::choose::{Look, choose};

/// How long AWS takes for one answer.
const ANSWER: SignedDuration = SignedDuration::from_millis(40);

/// How long lists lack a new resource; of those that they have they show the state.
const LAG: SignedDuration = SignedDuration::from_millis(1500);

/// Resources of a kind that are created one after the other, and become ready.
struct Creations {
    count: usize,
    /// So many a second.
    rate: f64,
    /// How long each takes: from, to.
    takes: (i64, i64),
    usual: SignedDuration,
    pace: SignedDuration,
    on_a_page: usize,
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// What was seen.
struct Seen {
    /// Requests for each resource, without its creation.
    requests: f64,
    /// From ready to seen ready twice, in seconds, in order.
    delays: Vec<f64>,
}

impl Seen {
    fn p50_and_p99(&self) -> (f64, f64) {
        let nearest = |percent: usize| self.delays[(self.delays.len() * percent).div_ceil(100) - 1];
        (nearest(50), nearest(99))
    }
}

impl Creations {
    fn asked(&self, number: usize) -> Timestamp {
        let start = Timestamp::from_second(1_000_000).unwrap();
        start + SignedDuration::from_secs_f64(real(number) / self.rate)
    }

    fn ready(&self, number: usize) -> Timestamp {
        let (from, to) = self.takes;
        // Spread over all that it can take, in an order without a pattern.
        let part = i64::try_from(number * 6197 % 1009).unwrap();
        self.asked(number) + SignedDuration::from_millis(from * 1000 + (to - from) * 1000 * part / 1009)
    }

    fn watch(&self, number: usize, since: Timestamp) -> Watch {
        let (id, state) = (number.to_string(), "CREATING".to_owned());
        Watch { id, state, version: None, asked: self.asked(number), usual: self.usual, creation: true, since }
    }

    fn list(&self, created: usize, began: Timestamp) -> Sweep {
        let items = (0..created).filter(|number| self.asked(*number) + LAG <= began).map(|number| {
            let state = if self.ready(number) <= began { "READY" } else { "CREATING" };
            Listed { id: number.to_string(), state: state.to_owned(), ..Listed::default() }
        });
        Sweep { began, items: items.collect(), fault: None }
    }

    fn run(&self) -> Seen {
        let mut watches = Watches::new(self.pace, "READY", None);
        let (mut now, mut created, mut requests) = (self.asked(0), 0, 0);
        let mut delays = Vec::new();
        while delays.len() < self.count {
            let next = (created < self.count).then(|| self.asked(created));
            now = now.max([next, watches.next_at()].into_iter().flatten().min().unwrap());
            if next.is_some_and(|next| next <= now) {
                watches.watch(who(&created.to_string()), self.watch(created, now + ANSWER));
                created += 1;
                continue;
            }
            let pages = created.div_ceil(self.on_a_page);
            watches.have_pages(pages);
            let due = watches.due(now);
            let mut read = due.passes;
            match choose(due.looks, pages) {
                _ if due.looks == 0 => {}
                Look::List => {
                    let sweep = self.list(created, now);
                    requests += pages;
                    now += ANSWER * i32::try_from(pages).unwrap();
                    assert!(watches.listed(&sweep, now).is_empty());
                }
                Look::Get => read.extend(watches.take_due(now)),
            }
            for who in read {
                let number = who.name.parse().unwrap();
                requests += 1;
                let twice = watches.take_sighting(&who.name).is_some();
                if self.ready(number) > now {
                    watches.watch(who, self.watch(number, now));
                    continue;
                }
                // Where no list has shown it before, it is read once more.
                requests += usize::from(!twice);
                let seen = now + ANSWER + if twice { SignedDuration::ZERO } else { GAP + ANSWER };
                delays.push(seen.duration_since(self.ready(number)).as_secs_f64());
            }
        }
        delays.sort_by(f64::total_cmp);
        Seen { requests: real(requests) / real(self.count), delays }
    }
}

fn memories(count: usize) -> Creations {
    Creations {
        count,
        rate: 2.85,
        takes: (160, 190),
        usual: SignedDuration::from_secs(150),
        pace: SignedDuration::from_millis(1500),
        on_a_page: 50,
    }
}

fn interpreters(count: usize) -> Creations {
    Creations {
        count,
        rate: 4.75,
        takes: (5, 8),
        usual: SignedDuration::from_secs(5),
        pace: SignedDuration::from_millis(600),
        on_a_page: 100,
    }
}

/// The budgets are of all requests, with one for the creation; a status takes its time to be written, too.
#[test]
fn many_are_seen_soon_and_cost_little() {
    for (creations, requests, p50, p99) in
        [(memories(100), 4.0, 1.5, 3.0), (memories(150), 4.0, 1.5, 3.0), (interpreters(100), 3.0, 1.0, 2.5)]
    {
        let count = creations.count;
        let seen = creations.run();
        let (half, most) = seen.p50_and_p99();
        println!("{count}: {:.2} requests each, seen after {half:.2} / {most:.2} s", seen.requests + 1.0);
        assert!(seen.requests + 1.0 < requests, "{count}: {:.2} requests each", seen.requests + 1.0);
        assert!(half < p50 && most < p99, "{count}: seen after {half:.2} and {most:.2} s");
    }
}

/// One alone is nobody else's delay.
#[test]
fn one_is_seen_soon() {
    for creations in [memories(1), interpreters(1)] {
        let seen = creations.run();
        println!("{:.0} requests, seen after {:.2} s", seen.requests + 1.0, seen.delays[0]);
        assert!(seen.delays[0] < 1.3 && seen.requests < 80.0, "{:.0} {:.2}", seen.requests, seen.delays[0]);
    }
}
