//! Client tokens: what a repeated request is answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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

/// All tokens, by account, region, operation and token.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Tokens(BTreeMap<String, Remembered>);

impl Tokens {
    /// What is known about a token, if its time is not over.
    pub(crate) fn get(&self, key: &str, now: Timestamp, lifetime_seconds: u64) -> Option<&Remembered> {
        self.0.get(key).filter(|token| alive(token, now, lifetime_seconds))
    }

    /// Remembers a token, and forgets those whose time is over.
    pub(crate) fn insert(&mut self, key: String, remembered: Remembered, lifetime_seconds: u64) {
        let now = remembered.at;
        self.0.retain(|_, token| alive(token, now, lifetime_seconds));
        self.0.insert(key, remembered);
    }
}

fn alive(token: &Remembered, now: Timestamp, lifetime_seconds: u64) -> bool {
    later(token.at, seconds(lifetime_seconds)) > now
}
