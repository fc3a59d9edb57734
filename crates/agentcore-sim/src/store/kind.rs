//! The kinds of resources, and what is known about each: one table for everybody.

use serde::{Deserialize, Serialize};

use crate::shape::common::{BROWSER_ID, GATEWAY_ID, INTERPRETER_ID, MEMORY_ID, PROFILE_ID, RUNTIME_ID, WORKLOAD_NAME};
use crate::shape::{Shape, common};

/// The kinds of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// An agent runtime.
    AgentRuntime,
    /// An endpoint of an agent runtime.
    AgentRuntimeEndpoint,
    /// A memory.
    Memory,
    /// A code interpreter.
    CodeInterpreter,
    /// A browser.
    Browser,
    /// A browser profile.
    BrowserProfile,
    /// A workload identity.
    WorkloadIdentity,
    /// A gateway.
    Gateway,
    /// A target of a gateway.
    GatewayTarget,
}

/// What is known about a kind.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) kind: Kind,
    /// The kind in a sentence.
    pub(crate) noun: &'static str,
    /// What comes last in its ARNs, with `{}` for each part of the id.
    arn: &'static str,
    /// The members of requests that hold the parts of the id, and what each must look like.
    pub(crate) key: &'static [(&'static str, &'static Shape)],
    /// The state in which it can be used.
    good: &'static str,
    /// The states after a failed creation, change and deletion.
    failed: [&'static str; 3],
    /// Whether it has the state DELETED.
    pub(crate) shows_deleted: bool,
    /// Whether it can have tags.
    pub(crate) tags: bool,
}

/// The failed states of most kinds.
const USUAL: [&str; 3] = ["CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"];
/// Those of gateways and their targets, which have none for a deletion.
const OF_GATEWAYS: [&str; 3] = ["FAILED", "UPDATE_UNSUCCESSFUL", "FAILED"];

/// All kinds.
static KINDS: [&Facts; 9] =
    [&RUNTIME, &ENDPOINT, &MEMORY, &INTERPRETER, &BROWSER, &PROFILE, &IDENTITY, &GATEWAY, &TARGET];

static RUNTIME: Facts = Facts {
    kind: Kind::AgentRuntime,
    noun: "Agent runtime",
    arn: "runtime/{}",
    key: &[("agentRuntimeId", &RUNTIME_ID)],
    good: "READY",
    failed: USUAL,
    shows_deleted: false,
    tags: true,
};

static ENDPOINT: Facts = Facts {
    kind: Kind::AgentRuntimeEndpoint,
    noun: "Agent runtime endpoint",
    arn: "runtime/{}/runtime-endpoint/{}",
    key: &[("agentRuntimeId", &RUNTIME_ID), ("endpointName", &common::NAME)],
    good: "READY",
    failed: USUAL,
    shows_deleted: false,
    tags: true,
};

static MEMORY: Facts = Facts {
    kind: Kind::Memory,
    noun: "Memory",
    arn: "memory/{}",
    key: &[("memoryId", &MEMORY_ID)],
    good: "ACTIVE",
    failed: ["FAILED"; 3],
    shows_deleted: false,
    tags: true,
};

static INTERPRETER: Facts = Facts {
    kind: Kind::CodeInterpreter,
    noun: "Code interpreter",
    arn: "code-interpreter-custom/{}",
    key: &[("codeInterpreterId", &INTERPRETER_ID)],
    good: "READY",
    failed: USUAL,
    shows_deleted: true,
    tags: true,
};

static BROWSER: Facts = Facts {
    kind: Kind::Browser,
    noun: "Browser",
    arn: "browser-custom/{}",
    key: &[("browserId", &BROWSER_ID)],
    good: "READY",
    failed: USUAL,
    shows_deleted: true,
    tags: true,
};

static PROFILE: Facts = Facts {
    kind: Kind::BrowserProfile,
    noun: "Browser profile",
    arn: "browser-profile/{}",
    key: &[("profileId", &PROFILE_ID)],
    good: "READY",
    // It has no failed state: what cannot be deleted is as before.
    failed: ["READY"; 3],
    shows_deleted: true,
    tags: true,
};

static IDENTITY: Facts = Facts {
    kind: Kind::WorkloadIdentity,
    noun: "Workload identity",
    arn: "workload-identity-directory/default/workload-identity/{}",
    key: &[("name", &WORKLOAD_NAME)],
    // It has no states at all.
    good: "READY",
    failed: ["READY"; 3],
    shows_deleted: false,
    tags: true,
};

static GATEWAY: Facts = Facts {
    kind: Kind::Gateway,
    noun: "Gateway",
    arn: "gateway/{}",
    key: &[("gatewayIdentifier", &GATEWAY_ID)],
    good: "READY",
    failed: OF_GATEWAYS,
    shows_deleted: false,
    tags: true,
};

static TARGET: Facts = Facts {
    kind: Kind::GatewayTarget,
    noun: "Gateway target",
    // Nobody sees it: targets have no ARN on the wire.
    arn: "gateway/{}/target/{}",
    key: &[("gatewayIdentifier", &GATEWAY_ID), ("targetId", &common::TARGET_ID)],
    good: "READY",
    failed: OF_GATEWAYS,
    shows_deleted: false,
    tags: false,
};

impl Kind {
    /// The state in which a resource of the kind can be used.
    pub fn good(self) -> &'static str {
        self.facts().good
    }

    /// What is known about the kind.
    pub(crate) fn facts(self) -> &'static Facts {
        match self {
            Self::AgentRuntime => &RUNTIME,
            Self::AgentRuntimeEndpoint => &ENDPOINT,
            Self::Memory => &MEMORY,
            Self::CodeInterpreter => &INTERPRETER,
            Self::Browser => &BROWSER,
            Self::BrowserProfile => &PROFILE,
            Self::WorkloadIdentity => &IDENTITY,
            Self::Gateway => &GATEWAY,
            Self::GatewayTarget => &TARGET,
        }
    }

    /// The kind in a sentence.
    pub(crate) fn noun(self) -> &'static str {
        self.facts().noun
    }

    /// The state after a failure in a transitional state.
    pub(crate) fn failed(self, transition: &str) -> &'static str {
        let [create, update, delete] = self.facts().failed;
        match transition {
            "CREATING" => create,
            "UPDATING" => update,
            "SYNCHRONIZING" => "SYNCHRONIZE_UNSUCCESSFUL",
            _ => delete,
        }
    }

    /// The ARN of a resource. The id of what belongs to another resource is that one's id, a slash and its own.
    pub(crate) fn arn(self, account: &str, region: &str, id: &str) -> String {
        let path = id.split('/').fold(self.facts().arn.to_owned(), |path, part| path.replacen("{}", part, 1));
        format!("arn:aws:bedrock-agentcore:{region}:{account}:{path}")
    }

    /// Of which kind a resource is, and its id with that of what it belongs to, from its ARN.
    pub(crate) fn of_arn(arn: &str) -> Option<(Self, String)> {
        let path = arn.splitn(6, ':').nth(5)?;
        KINDS.iter().find_map(|facts| Some((facts.kind, parts(facts.arn, path)?.join("/"))))
    }
}

/// What stands in a path where a template has `{}`.
fn parts<'a>(template: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let mut found = Vec::new();
    let mut given = path.split('/');
    for part in template.split('/') {
        let here = given.next()?;
        match part {
            "{}" => found.push(here),
            part if part == here => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Kind};

    #[test]
    fn every_kind_has_a_line_and_is_known_by_its_arn() {
        for facts in KINDS {
            assert_eq!(facts.kind.facts().noun, facts.noun);
            let id = vec!["id"; facts.key.len()].join("/");
            let arn = facts.kind.arn("123456789012", "us-east-1", &id);
            assert_eq!(Kind::of_arn(&arn), Some((facts.kind, id)), "{arn}");
            facts.key.iter().for_each(|(_, shape)| crate::shape::assert_compile(shape));
        }
        assert_eq!(Kind::of_arn("arn:aws:bedrock-agentcore:us-east-1:123456789012:unknown/id"), None);
    }
}
