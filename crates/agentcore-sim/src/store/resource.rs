//! One resource, of any kind.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::kind::Kind;
use super::step::{Change, Step};

/// A moment in which reads show an earlier state once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flap {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) status: String,
}

/// One version of a runtime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) number: u32,
    pub(crate) status: String,
    pub(crate) created_at: Timestamp,
    pub(crate) body: Map<String, Value>,
}

/// One resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) status: String,
    /// Whether it ever was in its good state.
    pub(crate) ever_good: bool,
    pub(crate) failure_reason: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Since when the status is what it is.
    pub(crate) status_since: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
    /// What Get returns besides what every resource has, in the form of the wire.
    pub(crate) body: Map<String, Value>,
    /// The versions of a runtime, oldest first; empty for other kinds.
    pub(crate) versions: Vec<Version>,
    /// The highest version that was ever made.
    pub(crate) last_version: u32,
    /// What will happen to it, in order of time.
    pub(crate) steps: Vec<Step>,
    /// When reads are deceived.
    pub(crate) flap: Option<Flap>,
    /// Since when it no longer exists.
    pub(crate) gone_at: Option<Timestamp>,
    /// The ARN of the resource that the service made it for, and with which it goes.
    #[serde(default)]
    pub(crate) owner: Option<String>,
    /// Its policy, as text.
    #[serde(default)]
    pub(crate) policy: Option<String>,
}

impl Resource {
    /// Whether a change is under way.
    pub(crate) fn in_transition(&self) -> bool {
        matches!(self.status.as_str(), "CREATING" | "UPDATING" | "DELETING" | "SYNCHRONIZING" | "SAVING")
    }

    /// The status that a read shows.
    pub(crate) fn shown(&self, now: Timestamp) -> &str {
        match &self.flap {
            Some(flap) if flap.from <= now && now < flap.until => &flap.status,
            _ => &self.status,
        }
    }

    /// Enters a state.
    pub(crate) fn enter(&mut self, status: &str, reason: Option<String>, at: Timestamp) {
        status.clone_into(&mut self.status);
        self.ever_good |= status == self.kind.good();
        self.failure_reason = reason;
        self.status_since = at;
    }

    /// Adds what will happen, in place of what would have happened.
    pub(crate) fn schedule(&mut self, mut steps: Vec<Step>) {
        steps.sort_by_key(|step| step.at);
        self.steps = steps;
        self.flap = None;
    }

    /// Ceases to exist.
    pub(crate) fn end(&mut self, at: Timestamp) {
        if self.gone_at.is_none() {
            "DELETED".clone_into(&mut self.status);
            self.status_since = at;
            self.updated_at = at;
            self.gone_at = Some(at);
            self.steps.clear();
            self.flap = None;
        }
    }

    /// Does what has come due.
    pub(crate) fn advance(&mut self, now: Timestamp, settles: bool) {
        let due = self.steps.iter().take_while(|step| step.at <= now).count();
        for step in self.steps.drain(..due).collect::<Vec<_>>() {
            self.apply(step, settles);
        }
    }

    fn apply(&mut self, step: Step, settles: bool) {
        let at = step.at;
        match step.change {
            Change::Status { status, reason } => {
                self.enter(&status, reason, at);
                if settles {
                    self.updated_at = at;
                }
            }
            Change::Version { number, status } => {
                if let Some(version) = self.versions.iter_mut().find(|version| version.number == number) {
                    version.status = status;
                }
            }
            Change::Member { name, value } => {
                self.body.insert(name, value);
            }
            Change::Strategy { id, status } => {
                if let Some(Value::Array(strategies)) = self.body.get_mut("strategies") {
                    let one =
                        strategies.iter_mut().find(|one| one.get("strategyId").and_then(Value::as_str) == Some(&id));
                    if let Some(Value::Object(strategy)) = one {
                        strategy.insert("status".to_owned(), Value::from(status));
                    }
                }
            }
            Change::StrategyGone { id } => {
                if let Some(Value::Array(strategies)) = self.body.get_mut("strategies") {
                    strategies.retain(|one| one.get("strategyId").and_then(Value::as_str) != Some(&id));
                }
            }
            Change::Gone => self.end(at),
        }
    }
}
