//! `/_sim/mutate`: changes that nobody asked AWS for.

use std::collections::BTreeMap;

use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Outcome, Refusal};
use crate::inventory::public_id;
use crate::sim::Sim;
use crate::store::{Kind, Resource};

/// A change behind everybody's back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Mutation {
    /// The resource, and what belongs to it, is gone at once.
    Delete {
        /// The kind of the resource.
        #[serde(rename = "type")]
        kind: Kind,
        /// Its id as the inventory has it, or its ARN.
        id: String,
    },
    /// The resource is different at once. What was under way for it no longer happens if the state is set.
    Set {
        /// The kind of the resource.
        #[serde(rename = "type")]
        kind: Kind,
        /// Its id as the inventory has it, or its ARN.
        id: String,
        /// The new state.
        state: Option<String>,
        /// Why the state is a bad one.
        failure_reason: Option<String>,
        /// Members to set in what is stored; null removes one.
        body: Option<Map<String, Value>>,
        /// The new tags, all of them.
        tags: Option<BTreeMap<String, String>>,
    },
}

/// Why a mutation was not possible.
#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    /// There is no such resource.
    #[error("there is no {0:?} with the id {1}")]
    NotFound(Kind, String),
}

impl Sim {
    /// Changes or deletes something behind everybody's back, at a time that is given like that of a request.
    pub fn mutate(&mut self, now: Timestamp, mutation: Mutation) -> Result<(), MutationError> {
        let now = self.advance(now);
        self.mutate_at(now, mutation)
    }

    fn mutate_at(&mut self, now: Timestamp, mutation: Mutation) -> Result<(), MutationError> {
        match mutation {
            Mutation::Delete { kind, id } => {
                let arn = self.find(kind, &id)?;
                self.store.remove(&arn, now);
                self.store.advance(now, &self.settings);
            }
            Mutation::Set { kind, id, state, failure_reason, body, tags } => {
                let arn = self.find(kind, &id)?;
                let Some(resource) = self.store.get_mut(&arn) else { return Err(MutationError::NotFound(kind, id)) };
                set(resource, now, state, failure_reason, body, tags);
            }
        }
        self.past.note(now, &self.store, self.faults.stalest());
        Ok(())
    }

    pub(super) fn mutate_by(&mut self, body: Value, now: Timestamp) -> Outcome {
        let mutation: Mutation = serde_json::from_value(body).map_err(Refusal::bad)?;
        self.mutate_at(now, mutation).map_err(|error| Refusal(StatusCode::NOT_FOUND, error.to_string()))?;
        Ok(json!({}))
    }

    fn find(&self, kind: Kind, id: &str) -> Result<String, MutationError> {
        let mut all = self.store.all().filter(|resource| resource.kind == kind);
        all.find(|resource| resource.arn == id || public_id(resource) == id)
            .map(|resource| resource.arn.clone())
            .ok_or_else(|| MutationError::NotFound(kind, id.to_owned()))
    }
}

fn set(
    resource: &mut Resource,
    now: Timestamp,
    state: Option<String>,
    failure_reason: Option<String>,
    body: Option<Map<String, Value>>,
    tags: Option<BTreeMap<String, String>>,
) {
    if let Some(state) = state {
        resource.schedule(Vec::new());
        resource.enter(&state, failure_reason, now);
    } else if failure_reason.is_some() {
        resource.failure_reason = failure_reason;
    }
    if let Some(tags) = tags {
        resource.tags = tags;
    }
    for (name, value) in body.into_iter().flatten() {
        lay(&mut resource.body, &name, &value);
        if let Some(version) = resource.versions.last_mut() {
            lay(&mut version.body, &name, &value);
        }
    }
}

fn lay(body: &mut Map<String, Value>, name: &str, value: &Value) {
    if value.is_null() {
        body.remove(name);
    } else {
        body.insert(name.to_owned(), value.clone());
    }
}
