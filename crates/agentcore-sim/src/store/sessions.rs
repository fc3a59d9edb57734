//! The sessions that were made by assuming roles.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) user_id: String,
    /// The ARN of the role.
    #[serde(default)]
    pub(crate) role: String,
    /// Documents of the policies that the session was made with, beyond which it may do nothing.
    #[serde(default)]
    pub(crate) policies: Vec<String>,
    /// Tags that the session was made with.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) expires: Timestamp,
    /// What each request of the session must bring along.
    pub(crate) token: String,
}

/// All sessions, by access key id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Sessions(BTreeMap<String, Session>);

/// For how many seconds an expired session is still told that it has expired.
const GRACE_SECONDS: i64 = 86_400;

impl Sessions {
    pub(crate) fn get(&self, access_key: &str) -> Option<&Session> {
        self.0.get(access_key)
    }

    /// Adds a session, and forgets those that expired long ago.
    pub(crate) fn insert(&mut self, access_key: String, session: Session, now: Timestamp) {
        self.0.insert(access_key, session);
        self.0.retain(|_, session| session.expires.as_second().saturating_add(GRACE_SECONDS) > now.as_second());
    }
}
