//! Which events a list shows.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::event::{BRANCH_NAME, METADATA_VALUE};
use super::{Event, METADATA_KEY};
use crate::failure::Failure;
use crate::shape::common::FLAG;
use crate::shape::{Shape, list, opt, req};

/// The branch of events that name none.
const MAIN: &str = "main";

static BRANCH: Shape = Shape::Record(&[req("name", &BRANCH_NAME), opt("includeParentBranches", &FLAG)]);
static LEFT: Shape = Shape::Union(&[opt("metadataKey", &METADATA_KEY)]);
static OPERATOR: Shape = Shape::Choice(&["EQUALS_TO", "EXISTS", "NOT_EXISTS"]);
static RIGHT: Shape = Shape::Union(&[opt("metadataValue", &METADATA_VALUE)]);
static CONDITION: Shape = Shape::Record(&[req("left", &LEFT), req("operator", &OPERATOR), opt("right", &RIGHT)]);
static CONDITIONS: Shape = list(1, 5, &CONDITION);
/// The filter of ListEvents.
pub(super) static FILTER: Shape = Shape::Record(&[opt("branch", &BRANCH), opt("eventMetadata", &CONDITIONS)]);

type Events = BTreeMap<String, Event>;

/// A filter, read.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// The branches whose events are shown, each up to an event. None: all.
    branches: Option<Vec<(String, Option<String>)>>,
    conditions: Vec<Value>,
}

impl Filter {
    /// Reads the filter of a request, already checked, for the events of a session.
    pub(super) fn of(body: &Map<String, Value>, events: &Events) -> Result<Self, Failure> {
        let Some(filter) = body.get("filter") else { return Ok(Self::default()) };
        let conditions = filter.get("eventMetadata").and_then(Value::as_array).cloned().unwrap_or_default();
        for condition in &conditions {
            if condition.get("operator").and_then(Value::as_str) == Some("EQUALS_TO")
                && condition.get("right").is_none()
            {
                return Err(Failure::field("filter.eventMetadata", "EQUALS_TO needs a right side"));
            }
        }
        let branches = filter.get("branch").map(|branch| {
            let name = branch.get("name").and_then(Value::as_str).unwrap_or_default();
            let parents = branch.get("includeParentBranches").and_then(Value::as_bool).unwrap_or_default();
            if parents { lineage(name, events) } else { vec![(name.to_owned(), None)] }
        });
        Ok(Self { branches, conditions })
    }

    /// Whether an event is shown.
    pub(super) fn takes(&self, id: &str, event: &Event) -> bool {
        let on_branch = self.branches.as_ref().is_none_or(|branches| {
            let upto = |last: &Option<String>| last.as_deref().is_none_or(|last| id <= last);
            branches.iter().any(|(name, last)| *name == branch_of(event) && upto(last))
        });
        on_branch && self.conditions.iter().all(|condition| holds(condition, event))
    }
}

/// A branch and those that it grew out of, each up to the event where the next begins.
fn lineage(name: &str, events: &Events) -> Vec<(String, Option<String>)> {
    let mut branches: Vec<(String, Option<String>)> = vec![(name.to_owned(), None)];
    let mut here = name.to_owned();
    loop {
        let root = events.values().filter(|event| branch_of(event) == here).find_map(root_of);
        let Some((root, event)) = root.and_then(|root| events.get_key_value(root)) else { return branches };
        branch_of(event).clone_into(&mut here);
        if branches.iter().any(|(known, _)| *known == here) {
            return branches;
        }
        branches.push((here.clone(), Some(root.clone())));
    }
}

fn branch_of(event: &Event) -> &str {
    event.branch.as_ref().and_then(|branch| branch.get("name")).and_then(Value::as_str).unwrap_or(MAIN)
}

fn root_of(event: &Event) -> Option<&str> {
    event.branch.as_ref().and_then(|branch| branch.get("rootEventId")).and_then(Value::as_str)
}

fn holds(condition: &Value, event: &Event) -> bool {
    let key = condition.pointer("/left/metadataKey").and_then(Value::as_str).unwrap_or_default();
    let value = event.metadata.as_ref().and_then(|metadata| metadata.get(key));
    match condition.get("operator").and_then(Value::as_str) {
        Some("EXISTS") => value.is_some(),
        Some("NOT_EXISTS") => value.is_none(),
        _ => value.is_some() && value == condition.pointer("/right/metadataValue"),
    }
}
