//! Client tokens: what a repeated request is answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    pub(crate) fn get(&self, key: &str) -> Option<&Remembered> {
        self.0.get(key)
    }

    pub(crate) fn insert(&mut self, key: String, remembered: Remembered) {
        self.0.insert(key, remembered);
    }

    /// Forgets the tokens whose time is over.
    pub(crate) fn retain(&mut self, now: Timestamp, lifetime_seconds: u64) {
        let lifetime = crate::moment::seconds(lifetime_seconds);
        self.0.retain(|_, token| crate::moment::later(token.at, lifetime) > now);
    }
}
