//! The data plane of Amazon Bedrock AgentCore: agents that are called, what memories hold, sessions of tools.

mod agent;
mod due;
mod interpreter;
mod memory;
mod place;
mod record;

pub use agent::{AgentSession, EndReason, Invocation};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use due::Due;

use super::{Call, Operation, Protocol, Reply, Run, Service};
use crate::failure::Dialect;

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "bedrock-agentcore",
    name: "bedrock-agentcore",
    protocol: Protocol::RestJson,
    operations: OPERATIONS,
    missing: include_str!("missing.tsv"),
};

/// An operation that changes nothing and is nobody's in particular.
const fn plain(name: &'static str, route: (&'static str, &'static str), per_second: u32, run: Run) -> Operation {
    Operation::read(name, route, per_second, Dialect::Common, run)
}

/// The same, with an effect.
const fn writing(operation: Operation) -> Operation {
    Operation { writes: true, ..operation }
}

/// The same, with a client token.
const fn once(operation: Operation) -> Operation {
    Operation { token: true, ..operation }
}

/// An operation on what a memory holds. 20 a second is what the developer guide says of all of them.
const fn of_memory(name: &'static str, route: (&'static str, &'static str), run: Run) -> Operation {
    Operation { dialect: Dialect::Memory, ..plain(name, route, 20, run) }
}

/// The same, where something is made.
const fn making(name: &'static str, route: (&'static str, &'static str), run: Run) -> Operation {
    Operation { status: 201, ..once(writing(of_memory(name, route, run))) }
}

/// The calls of one agent: the published number. That of the others on its sessions is assumed to be the same.
const PER_AGENT: u32 = 25;
/// Not published: assumed to be that of reading code interpreters.
const PER_INTERPRETER: u32 = 30;

const INVOCATIONS: &str = "/runtimes/{agentRuntimeArn}/invocations";
const STOP_RUNTIME_SESSION: &str = "/runtimes/{agentRuntimeArn}/stopruntimesession";
const CARD: &str = "/runtimes/{agentRuntimeArn}/invocations/.well-known/agent-card.json";
const EVENT: &str = "/memories/{memoryId}/actor/{actorId}/sessions/{sessionId}/events/{eventId}";
const SESSION: &str = "/memories/{memoryId}/actor/{actorId}/sessions/{sessionId}";
const SESSIONS: &str = "/memories/{memoryId}/actor/{actorId}/sessions";
const RECORDS: &str = "/memories/{memoryId}/memoryRecords";
const INTERPRETER_SESSIONS: [&str; 4] = [
    "/code-interpreters/{codeInterpreterIdentifier}/sessions/start",
    "/code-interpreters/{codeInterpreterIdentifier}/sessions/get",
    "/code-interpreters/{codeInterpreterIdentifier}/sessions/list",
    "/code-interpreters/{codeInterpreterIdentifier}/sessions/stop",
];

static OPERATIONS: &[Operation] = &[
    Operation { raw: true, ..writing(plain("InvokeAgentRuntime", ("POST", INVOCATIONS), PER_AGENT, agent::invoke)) },
    // Its token is looked after by the operation itself: the answer has headers only.
    writing(plain("StopRuntimeSession", ("POST", STOP_RUNTIME_SESSION), PER_AGENT, agent::stop)),
    plain("GetAgentCard", ("GET", CARD), PER_AGENT, agent::card),
    making("CreateEvent", ("POST", "/memories/{memoryId}/events"), memory::create_event),
    of_memory("GetEvent", ("GET", EVENT), memory::get_event),
    writing(of_memory("DeleteEvent", ("DELETE", EVENT), memory::delete_event)),
    of_memory("ListEvents", ("POST", SESSION), memory::list_events),
    of_memory("ListSessions", ("POST", SESSIONS), memory::list_sessions),
    of_memory("ListActors", ("POST", "/memories/{memoryId}/actors"), memory::list_actors),
    of_memory("ListMemoryRecords", ("POST", RECORDS), record::list),
    of_memory("RetrieveMemoryRecords", ("POST", "/memories/{memoryId}/retrieve"), record::retrieve),
    of_memory("GetMemoryRecord", ("GET", "/memories/{memoryId}/memoryRecord/{memoryRecordId}"), record::get),
    writing(of_memory(
        "DeleteMemoryRecord",
        ("DELETE", "/memories/{memoryId}/memoryRecords/{memoryRecordId}"),
        record::delete,
    )),
    making(
        "BatchCreateMemoryRecords",
        ("POST", "/memories/{memoryId}/memoryRecords/batchCreate"),
        record::batch_create,
    ),
    writing(of_memory(
        "BatchUpdateMemoryRecords",
        ("POST", "/memories/{memoryId}/memoryRecords/batchUpdate"),
        record::batch_update,
    )),
    writing(of_memory(
        "BatchDeleteMemoryRecords",
        ("POST", "/memories/{memoryId}/memoryRecords/batchDelete"),
        record::batch_delete,
    )),
    once(writing(plain(
        "StartCodeInterpreterSession",
        ("PUT", INTERPRETER_SESSIONS[0]),
        PER_INTERPRETER,
        interpreter::start,
    ))),
    plain("GetCodeInterpreterSession", ("GET", INTERPRETER_SESSIONS[1]), PER_INTERPRETER, interpreter::get),
    plain("ListCodeInterpreterSessions", ("POST", INTERPRETER_SESSIONS[2]), PER_INTERPRETER, interpreter::list),
    once(writing(plain(
        "StopCodeInterpreterSession",
        ("PUT", INTERPRETER_SESSIONS[3]),
        PER_INTERPRETER,
        interpreter::stop,
    ))),
];

/// All that the service has, of all accounts and regions: each key is an ARN, or begins with one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) agents: agent::AgentSessions,
    memories: BTreeMap<String, memory::Contents>,
    /// When something ends in any of the memories but those that were touched.
    memories_due: Due,
    /// The memories that were changed since the last time anybody looked when something ends in them.
    touched: BTreeSet<String>,
    interpreters: interpreter::Sessions,
}

impl State {
    /// Ends what has come to its end, and what belonged to the resources that `ended` since the last time. Looks at
    /// nothing else.
    pub(crate) fn advance(&mut self, now: Timestamp, ended: &[String]) {
        self.agents.advance(now, ended);
        self.interpreters.advance(now, ended);
        for memory in ended {
            self.memories.remove(memory);
        }
        for memory in std::mem::take(&mut self.touched) {
            if let Some(contents) = self.memories.get(&memory) {
                self.memories_due.expect_all(contents.due);
            }
        }
        if self.memories_due.has_come(now) {
            self.memories.values_mut().for_each(|contents| contents.advance(now));
            self.memories_due = Due::first(self.memories.values().filter_map(|contents| contents.due.time()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::services::control;

    /// Two services have one signing name: no path may be of both.
    #[test]
    fn no_path_is_one_of_the_control_plane_too() {
        let places = |service: &'static crate::services::Service| {
            let here = service.operations.iter().map(|operation| operation.route);
            let missing = service.missing.lines().map(|line| {
                let parts: Vec<&str> = line.split('\t').collect();
                (parts[1], parts[2])
            });
            here.chain(missing).collect::<Vec<_>>()
        };
        let alike = |one: &str, other: &str| {
            let (one, other) = (one.trim_matches('/').split('/'), other.trim_matches('/').split('/'));
            one.clone().count() == other.clone().count()
                && one.zip(other).all(|(a, b)| a == b || a.starts_with('{') || b.starts_with('{'))
        };
        for (method, path) in places(&super::SERVICE) {
            for (other_method, other) in places(&control::SERVICE) {
                assert!(method != other_method || !alike(path, other), "{method} {path} and {other}");
            }
        }
    }
}
