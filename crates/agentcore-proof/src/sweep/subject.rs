//! The kinds, as the stories need them: what a user writes, and what becomes of it in AWS.

use std::collections::BTreeMap;

use agentcore_engine::known::Referent;
use agentcore_operator::kinds::{
    Managed, agent_memory::MemoryKind, agent_runtime::RuntimeKind, code_interpreter::InterpreterKind,
};
use agentcore_sim::Kind as Resource;
use serde_json::{Value, json};

/// A kind that stories are told of.
pub trait Subject: Managed {
    const RESOURCE: Resource;
    /// Whether its errors have the names that AWS gives them for memories.
    const IS_MEMORY: bool = false;

    /// A spec as a user writes it. Deletion deletes.
    fn base() -> Value;
    /// Edits, one after another, as merge patches. None is a replacement.
    fn edits() -> Vec<Value>;
    /// An edit after those that removes a part of the resource, where the kind has that.
    fn removal() -> Option<Value> {
        None
    }
    /// An edit that makes another resource, where the kind has that.
    fn replacement() -> Option<Value> {
        None
    }
    /// The edit that comes when nobody expects it.
    fn late() -> Value;
    /// A request by which others change the resource of this id, where AWS has that: its path and its body.
    fn foreign_edit(_id: &str) -> Option<(String, Value)> {
        None
    }
    /// What the spec refers to; the resources have ids that end so.
    fn referents(_suffix: &str) -> BTreeMap<String, Referent> {
        BTreeMap::new()
    }
    /// A request that creates such a resource of somebody else's: its path and its body.
    fn stranger(name: &str) -> (&'static str, &'static str, Value);
    /// The same of one that can become as [`base`](Self::base) says.
    fn adoptable(name: &str) -> (&'static str, &'static str, Value) {
        Self::stranger(name)
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreSupport";

impl Subject for MemoryKind {
    const RESOURCE: Resource = Resource::Memory;
    const IS_MEMORY: bool = true;

    fn base() -> Value {
        json!({
            "description": "first", "deletionPolicy": "Delete", "eventExpiryDays": 30,
            "tags": { "team": "support" },
            "strategies": [{ "name": "Facts", "type": "SEMANTIC", "namespaceTemplates": ["/users/{actorId}/facts/"] }],
        })
    }

    fn edits() -> Vec<Value> {
        vec![
            json!({ "description": "second", "eventExpiryDays": 60 }),
            json!({ "strategies": [
                { "name": "Facts", "type": "SEMANTIC", "description": "what is so",
                  "namespaceTemplates": ["/users/{actorId}/facts/"] },
                { "name": "Preferences", "type": "USER_PREFERENCE",
                  "namespaceTemplates": ["/users/{actorId}/preferences/"] },
            ] }),
            json!({ "tags": { "team": null, "cost": "42" } }),
        ]
    }

    fn late() -> Value {
        json!({ "description": "late" })
    }

    fn removal() -> Option<Value> {
        Some(json!({ "strategies": [
            { "name": "Preferences", "type": "USER_PREFERENCE",
              "namespaceTemplates": ["/users/{actorId}/preferences/"] },
        ] }))
    }

    fn foreign_edit(id: &str) -> Option<(String, Value)> {
        let more = "12345678-1234-4234-8234-123456789012";
        Some((format!("/memories/{id}/update"), json!({ "description": "theirs", "clientToken": more })))
    }

    fn stranger(name: &str) -> (&'static str, &'static str, Value) {
        ("POST", "/memories/create", json!({ "name": name, "eventExpiryDuration": 30 }))
    }
}

impl Subject for RuntimeKind {
    const RESOURCE: Resource = Resource::AgentRuntime;

    fn base() -> Value {
        json!({
            "description": "first", "executionRole": { "arn": ROLE }, "tags": { "team": "support" },
            "artifact": { "container": { "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:1" } },
            "memoryRef": { "name": "remembers" },
            "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }],
        })
    }

    fn edits() -> Vec<Value> {
        vec![
            json!({ "artifact": { "container": { "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:2" } } }),
            json!({ "env": [{ "name": "B", "value": "3" }], "lifecycle": { "idleSessionTimeoutSeconds": 600 } }),
            json!({ "tags": { "team": null, "cost": "42" } }),
        ]
    }

    fn late() -> Value {
        json!({ "description": "late" })
    }

    fn foreign_edit(id: &str) -> Option<(String, Value)> {
        let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/theirs:1";
        let body = json!({ "roleArn": ROLE, "networkConfiguration": { "networkMode": "PUBLIC" },
            "agentRuntimeArtifact": { "containerConfiguration": { "containerUri": image } } });
        Some((format!("/runtimes/{id}/"), body))
    }

    fn referents(suffix: &str) -> BTreeMap<String, Referent> {
        let memory = Referent {
            exists: true,
            id: Some(format!("remembers-{suffix}")),
            name: Some("remembers".to_owned()),
            state: Some("ACTIVE".to_owned()),
            usable: true,
            deleting: false,
        };
        [("remembers".to_owned(), memory)].into()
    }

    fn stranger(name: &str) -> (&'static str, &'static str, Value) {
        let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/theirs:1";
        let body = json!({ "agentRuntimeName": name, "roleArn": ROLE, "networkConfiguration": { "networkMode": "PUBLIC" },
            "agentRuntimeArtifact": { "containerConfiguration": { "containerUri": image } } });
        ("PUT", "/runtimes/", body)
    }
}

impl Subject for InterpreterKind {
    const RESOURCE: Resource = Resource::CodeInterpreter;

    fn base() -> Value {
        json!({
            "description": "first", "network": { "mode": "PUBLIC" }, "replacement": "OnChange",
            "tags": { "team": "support" },
        })
    }

    fn edits() -> Vec<Value> {
        vec![json!({ "tags": { "team": null, "cost": "42" } })]
    }

    fn replacement() -> Option<Value> {
        Some(json!({ "description": "second", "executionRole": { "arn": ROLE } }))
    }

    fn late() -> Value {
        json!({ "tags": { "late": "yes" } })
    }

    fn stranger(name: &str) -> (&'static str, &'static str, Value) {
        let body = json!({ "name": name, "networkConfiguration": { "networkMode": "SANDBOX" } });
        ("PUT", "/code-interpreters", body)
    }

    fn adoptable(name: &str) -> (&'static str, &'static str, Value) {
        let body = json!({ "name": name, "description": "first", "networkConfiguration": { "networkMode": "PUBLIC" } });
        ("PUT", "/code-interpreters", body)
    }
}
