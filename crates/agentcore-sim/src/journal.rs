//! What was asked, by whom, and what came of it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::access::Evaluated;

/// What stands where a secret was.
const MASK: &str = "***";
/// Members of which the value, or each value inside, is not shown: secrets, and parts of layers for their length.
const SECRET_MEMBERS: &[&str] = &[
    "environmentVariables",
    "appendToPrompt",
    "llmExtractionInstruction",
    "definition",
    "payload",
    "content",
    "metadata",
    "searchQuery",
    "logEvents",
    "filterPattern",
    "WebIdentityToken",
    "TokenCode",
    "staticQueryParameters",
    "customParameters",
    "layerPartBlob",
];

/// Members that hold an id, most exact first.
const ID_MEMBERS: &[&str] = &[
    "agentRuntimeId",
    "agentRuntimeArn",
    "memoryId",
    "codeInterpreterId",
    "codeInterpreterIdentifier",
    "browserId",
    "profileId",
    "gatewayIdentifier",
    "gatewayId",
    "resourceArn",
    "id",
];
/// Members that hold a name.
const NAME_MEMBERS: &[&str] =
    &["agentRuntimeName", "endpointName", "name", "repositoryName", "logGroupName", "policyName"];

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// Counts up from 1, and goes on when the journal is emptied; a reset starts it again.
    pub seq: u64,
    /// When the request came.
    pub time: Timestamp,
    /// The service, such as `bedrock-agentcore-control` or `sts`.
    pub service: String,
    /// The operation; method and path where there is none.
    pub operation: String,
    /// The ARN of the caller; empty if unknown.
    pub caller: String,
    /// The caller's access key id; empty if unknown.
    pub access_key: String,
    /// The caller's account; empty if unknown.
    pub account: String,
    /// The region; empty if unknown.
    pub region: String,
    /// The id or the ARN of the resource, where the request or its answer names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// The name of the resource, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The parameters, secrets masked.
    pub parameters: Value,
    /// What was decided about the actions that the request needs, where permissions are enforced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluated: Vec<Evaluated>,
    /// What the caller was told.
    pub outcome: Outcome,
    /// Whether the request changed anything.
    pub effect: bool,
    /// Whether the answer was that of an earlier request with the same client token.
    pub replayed: bool,
    /// When the request came, if it took effect later: then `time` is when that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Timestamp>,
}

impl JournalEntry {
    /// An entry of a request of which nothing is known yet but where it goes.
    pub(crate) fn blank(now: Timestamp, request: &Request<Bytes>) -> Self {
        Self {
            seq: 0,
            time: now,
            service: String::new(),
            operation: format!("{} {}", request.method(), request.uri().path()),
            caller: String::new(),
            access_key: String::new(),
            account: String::new(),
            region: String::new(),
            resource_id: None,
            resource_name: None,
            parameters: Value::Object(Map::new()),
            evaluated: Vec::new(),
            outcome: Outcome { status: 0, code: String::new() },
            effect: false,
            replayed: false,
            late: None,
        }
    }

    /// Notes which resource a request was about, from its parameters and its answer.
    pub(crate) fn name_resource(&mut self, answer: Option<&Value>) {
        let answer = answer.map(|answer| answer.get("memory").unwrap_or(answer));
        let find = |members: &[&str]| {
            members.iter().find_map(|member| {
                let value = self.parameters.get(member).or_else(|| answer.and_then(|answer| answer.get(member)));
                value.and_then(Value::as_str).map(str::to_owned)
            })
        };
        let (id, inner, name) = (find(ID_MEMBERS), find(&["endpointName", "targetId"]), find(NAME_MEMBERS));
        self.resource_id = match (id, inner) {
            (Some(outer), Some(inner)) => Some(format!("{outer}/{inner}")),
            // Workload identities are known by their names.
            (None, _) if self.operation.ends_with("WorkloadIdentity") => name.clone(),
            (id, _) => id,
        };
        self.resource_name = name;
    }
}

/// What the caller was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The HTTP status; 0 if the connection ended without an answer.
    pub status: u16,
    /// The error's code, or `OK`.
    pub code: String,
}

/// The requests so far. A clone shares the entries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Journal {
    entries: VecDeque<Arc<JournalEntry>>,
    last: u64,
}

impl Journal {
    /// Adds an entry and numbers it, and forgets the oldest where there are too many.
    pub(crate) fn push(&mut self, mut entry: JournalEntry, limit: usize) {
        self.last += 1;
        entry.seq = self.last;
        if limit > 0 {
            mask(&mut entry.parameters);
            self.entries.push_back(Arc::new(entry));
        }
        let excess = self.entries.len().saturating_sub(limit);
        self.entries.drain(..excess);
    }

    /// The entries, oldest first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &JournalEntry> {
        self.entries.iter().map(|entry| &**entry)
    }

    /// The number of the newest entry there ever was.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Forgets the entries; numbers go on.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// Takes out of a value what must not be seen.
fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if SECRET_MEMBERS.contains(&name.as_str()) { hide(value) } else { mask(value) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| *value = Value::from(MASK)),
        other => *other = Value::from(MASK),
    }
}
