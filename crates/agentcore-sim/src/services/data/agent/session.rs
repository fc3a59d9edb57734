//! The sessions of agents: begun by a call, ended by time, by request, or with their endpoint.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::due::Due;
use super::target::Target;
use crate::moment::{later, seconds};

/// How many ended sessions are remembered, and how many calls of each session.
const MOST: usize = 1000;
/// How long a session may be idle, and how long it lives, where the runtime does not say.
const IDLE_SECONDS: u64 = 900;
const LIFETIME_SECONDS: u64 = 28_800;

/// One call of an agent. What was said is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// When.
    pub at: Timestamp,
    /// The version that answered.
    pub version: String,
    /// How long the payload was.
    pub bytes: usize,
    /// Whether the answer was one of server-sent events.
    pub streamed: bool,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// Nobody called for the `idleRuntimeSessionTimeout`.
    Idle,
    /// It was as old as the `maxLifetime`.
    Lifetime,
    /// StopRuntimeSession.
    Stopped,
    /// Its endpoint no longer exists.
    Deleted,
}

/// One session of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentSession {
    /// The id that the caller gave, or was given.
    pub session_id: String,
    /// The ARN of the runtime.
    pub agent_runtime_arn: String,
    /// The endpoint that was called.
    pub qualifier: String,
    /// The account that it is in.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// When it was first called.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// How often it was called.
    pub calls: u64,
    /// The last calls, oldest first.
    pub invocations: VecDeque<Invocation>,
    /// When it ends if nobody calls.
    pub idle_end: Timestamp,
    /// When it ends in any case.
    pub lifetime_end: Timestamp,
    /// The token of the request that stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stop_token: Option<String>,
}

/// All sessions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct AgentSessions {
    /// By the ARN of the endpoint, a space and the id.
    live: BTreeMap<String, AgentSession>,
    /// Oldest first.
    ended: VecDeque<AgentSession>,
    /// When the first of the living ends by itself.
    due: Due,
}

impl AgentSessions {
    /// All that are known: those that ended, then those that live.
    pub(crate) fn all(&self) -> impl Iterator<Item = &AgentSession> {
        self.ended.iter().chain(self.live.values())
    }

    /// Notes a call, in a new session if there is none of the id. Returns the number of the call in its session.
    pub(super) fn note(&mut self, target: &Target, place: (&str, &str), id: &str, call: Invocation) -> u64 {
        let now = call.at;
        let idle = target.seconds("idleRuntimeSessionTimeout").unwrap_or(IDLE_SECONDS);
        let lifetime = target.seconds("maxLifetime").unwrap_or(LIFETIME_SECONDS);
        let session = self.live.entry(key(target, id)).or_insert_with(|| AgentSession {
            session_id: id.to_owned(),
            agent_runtime_arn: target.runtime_arn.clone(),
            qualifier: target.qualifier.clone(),
            account: place.0.to_owned(),
            region: place.1.to_owned(),
            started_at: now,
            ended_at: None,
            end_reason: None,
            calls: 0,
            invocations: VecDeque::new(),
            idle_end: now,
            lifetime_end: later(now, seconds(lifetime)),
            stop_token: None,
        });
        session.calls += 1;
        session.idle_end = later(now, seconds(idle));
        session.invocations.push_back(call);
        let excess = session.invocations.len().saturating_sub(MOST);
        session.invocations.drain(..excess);
        self.due.expect(session.end().0);
        session.calls
    }

    /// Ends a session by request. False if there is none, unless the very request has ended it before.
    pub(super) fn stop(&mut self, target: &Target, id: &str, token: Option<&str>, now: Timestamp) -> bool {
        if let Some(mut session) = self.live.remove(&key(target, id)) {
            session.stop_token = token.map(str::to_owned);
            self.end(session, EndReason::Stopped, now);
            return true;
        }
        token.is_some()
            && self.ended.iter().any(|session| {
                session.session_id == id
                    && session.agent_runtime_arn == target.runtime_arn
                    && session.qualifier == target.qualifier
                    && session.stop_token.as_deref() == token
            })
    }

    /// Ends the sessions that have come to their end, and those of endpoints that no longer exist.
    pub(in super::super) fn advance(&mut self, now: Timestamp, gone: &[String]) {
        if self.due.has_come(now) {
            let all = self.live.iter().map(|(key, session)| (session.end(), key));
            let mut over: Vec<_> = all.filter(|((at, _), _)| *at <= now).map(|(end, key)| (end, key.clone())).collect();
            over.sort_by_key(|((at, _), _)| *at);
            for ((at, reason), key) in over {
                self.close(&key, reason, at);
            }
            self.due = Due::first(self.live.values().map(|session| session.end().0));
        }
        for endpoint in gone {
            let prefix = format!("{endpoint} ");
            let all = self.live.range(prefix.clone()..).map(|(key, _)| key);
            let keys: Vec<String> = all.take_while(|key| key.starts_with(&prefix)).cloned().collect();
            for key in keys {
                self.close(&key, EndReason::Deleted, now);
            }
        }
    }

    fn close(&mut self, key: &str, reason: EndReason, at: Timestamp) {
        if let Some(session) = self.live.remove(key) {
            self.end(session, reason, at);
        }
    }

    fn end(&mut self, mut session: AgentSession, reason: EndReason, at: Timestamp) {
        session.ended_at = Some(at);
        session.end_reason = Some(reason);
        self.ended.push_back(session);
        let excess = self.ended.len().saturating_sub(MOST);
        self.ended.drain(..excess);
    }
}

impl AgentSession {
    /// When it ends if nobody calls any more, and why.
    fn end(&self) -> (Timestamp, EndReason) {
        if self.lifetime_end <= self.idle_end {
            (self.lifetime_end, EndReason::Lifetime)
        } else {
            (self.idle_end, EndReason::Idle)
        }
    }
}

fn key(target: &Target, id: &str) -> String {
    format!("{} {id}", target.endpoint_arn)
}
