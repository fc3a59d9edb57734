//! What there was before, for answers that are out of date, and requests that take effect later than they came.

use std::collections::VecDeque;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::moment::{later, seconds};
use crate::settings::Settings;
use crate::store::Store;

/// How many changes back the past is known at most.
const LONGEST: usize = 100;

/// The world after each of the last changes. Empty unless a rule needs it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Past(VecDeque<Then>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Then {
    /// From when on it was so.
    at: Timestamp,
    store: Store,
}

impl Past {
    /// Begins with the world as it is: older than that nothing is known.
    pub(crate) fn begin(&mut self, store: &Store) {
        if self.0.is_empty() {
            self.0.push_back(Then { at: store.last_change(), store: store.clone() });
        }
    }

    /// Notes a change, if the past is of interest, and forgets what is older than so many seconds.
    pub(crate) fn note(&mut self, now: Timestamp, store: &Store, stalest: Option<u64>) {
        let Some(stalest) = stalest else {
            self.0.clear();
            return;
        };
        self.0.push_back(Then { at: now, store: store.clone() });
        let oldest = ago(now, stalest);
        while self.0.len() > LONGEST || self.0.get(1).is_some_and(|second| second.at <= oldest) {
            self.0.pop_front();
        }
    }

    /// The world as it was so many seconds ago, or the oldest one that is known, and when that was.
    pub(crate) fn seen(&self, now: Timestamp, age: u64, settings: &Settings) -> Option<(Store, Timestamp)> {
        let at = ago(now, age);
        let then = self.0.iter().rev().find(|then| then.at <= at).or(self.0.front())?;
        let (at, mut store) = (at.max(then.at), then.store.clone());
        store.advance(at, settings);
        Some((store, at))
    }
}

fn ago(now: Timestamp, age: u64) -> Timestamp {
    now.checked_sub(seconds(age)).unwrap_or(Timestamp::MIN)
}

/// The requests that came and have not had their effect yet, in the order of their effects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending(Vec<Landing>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Landing {
    /// When it takes effect.
    pub(crate) at: Timestamp,
    /// When it came.
    pub(crate) came: Timestamp,
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Pending {
    /// Keeps a request.
    pub(crate) fn keep(&mut self, now: Timestamp, wait: SignedDuration, request: &Request<Bytes>) {
        let headers = request.headers().iter();
        let landing = Landing {
            at: later(now, wait),
            came: now,
            method: request.method().to_string(),
            uri: request.uri().to_string(),
            headers: headers
                .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
                .collect(),
            body: request.body().to_vec(),
        };
        let place = self.0.partition_point(|other| other.at <= landing.at);
        self.0.insert(place, landing);
    }

    /// The first request of which the time has come.
    pub(crate) fn due(&mut self, now: Timestamp) -> Option<Landing> {
        let due = self.0.first().is_some_and(|landing| landing.at <= now);
        due.then(|| self.0.remove(0))
    }
}

impl Landing {
    /// The request as it came.
    pub(crate) fn request(&self) -> Request<Bytes> {
        let mut request = Request::new(Bytes::from(self.body.clone()));
        *request.method_mut() = self.method.parse().unwrap_or_default();
        *request.uri_mut() = self.uri.parse().unwrap_or_default();
        let headers = self
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?)));
        *request.headers_mut() = headers.collect();
        request
    }
}
