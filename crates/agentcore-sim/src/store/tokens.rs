//! Client tokens: what a repeated request is answered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::moment::{later, seconds};

/// What is known about one token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// When it was first used.
    pub(crate) at: Timestamp,
    /// The parameters that it was used with.
    pub(crate) fingerprint: String,
    /// The answer; none if the request was refused.
    pub(crate) reply: Option<Value>,
}

/// All tokens, by account, region, operation and token. A clone shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    known: BTreeMap<Arc<str>, Arc<Remembered>>,
    /// The tokens in the order of their use: those whose time is over come first.
    order: VecDeque<(Timestamp, Arc<str>)>,
}

impl Tokens {
    /// What is known about a token, if its time is not over.
    pub(crate) fn get(&self, key: &str, now: Timestamp, lifetime_seconds: u64) -> Option<&Remembered> {
        self.known.get(key).map(|token| &**token).filter(|token| alive(token.at, now, lifetime_seconds))
    }

    /// Remembers a token, and forgets those whose time is over.
    pub(crate) fn insert(&mut self, key: String, remembered: Remembered, lifetime_seconds: u64) {
        let now = remembered.at;
        while let Some((at, key)) = self.order.front().filter(|(at, _)| !alive(*at, now, lifetime_seconds)) {
            // One that was used again later has another place in the order too.
            if self.known.get(key).is_some_and(|token| token.at == *at) {
                self.known.remove(key);
            }
            self.order.pop_front();
        }
        let key: Arc<str> = key.into();
        self.order.push_back((now, Arc::clone(&key)));
        self.known.insert(key, Arc::new(remembered));
    }
}

fn alive(at: Timestamp, now: Timestamp, lifetime_seconds: u64) -> bool {
    later(at, seconds(lifetime_seconds)) > now
}

impl PartialEq for Tokens {
    fn eq(&self, other: &Self) -> bool {
        self.known == other.known
    }
}

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.known.iter().map(|(key, token)| (&**key, &**token)))
    }
}

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = BTreeMap::<String, Remembered>::deserialize(deserializer)?;
        let known: BTreeMap<Arc<str>, Arc<Remembered>> =
            saved.into_iter().map(|(key, token)| (key.into(), Arc::new(token))).collect();
        let mut order: Vec<_> = known.iter().map(|(key, token)| (token.at, Arc::clone(key))).collect();
        order.sort();
        Ok(Self { known, order: order.into() })
    }
}
