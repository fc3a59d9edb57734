//! The stages of an object's life in which the operator is killed.

use serde_json::{Value, json};

/// A stage, how an object is brought to it, and what the next operator makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The create was announced, and the finalizer was not there yet.
    Announced,
    /// Announced with finalizer; AWS never got the create.
    Unsent,
    /// AWS has it, and the answer did not come.
    Sent,
    /// AWS gets the create a minute after the operator gave up.
    Late,
    /// AWS has given a definite answer that says nothing of what exists, so it is only looked for.
    Closed,
    /// Created, and not settled as far as reads show.
    Settling,
    /// Ready.
    Ready,
    /// Ready, and an edit was sent whose answer did not come.
    Updating,
    /// AWS refused the create.
    Refused,
    /// AWS accepted it, and it failed.
    Failed,
    /// Being deleted; AWS has deleted, and the answer did not come.
    Deleting,
}

pub const STAGES: [Stage; 11] = [
    Stage::Announced,
    Stage::Unsent,
    Stage::Sent,
    Stage::Late,
    Stage::Closed,
    Stage::Settling,
    Stage::Ready,
    Stage::Updating,
    Stage::Refused,
    Stage::Failed,
    Stage::Deleting,
];

/// What is expected in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Ready,
    /// Stalled until the spec is corrected, then Ready.
    Corrected,
    Gone,
}

impl Stage {
    /// The name of an object in this stage.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    pub fn of(object: &Value) -> Self {
        let name = object["metadata"]["name"].as_str().unwrap();
        STAGES.into_iter().find(|stage| stage.name() == name).unwrap()
    }

    pub fn end(self) -> End {
        match self {
            Self::Refused | Self::Failed => End::Corrected,
            Self::Deleting => End::Gone,
            _ => End::Ready,
        }
    }

    /// How AWS behaves towards it: operations that begin so, and what happens to them.
    pub fn faults(self) -> Vec<(&'static str, Value)> {
        let lost = || json!({ "reset": "before" });
        match self {
            Self::Announced | Self::Unsent => vec![("Create", lost())],
            Self::Closed => {
                let error = json!({ "code": "ConflictException", "message": "Try again", "status": 409 });
                vec![("Create", json!({ "error": error }))]
            }
            Self::Sent => vec![("Create", json!({ "delayMs": 120_000 }))],
            Self::Late => vec![("Create", json!({ "late": { "seconds": 60 } }))],
            Self::Settling => vec![
                ("Get", json!({ "show": { "state": "CREATING" } })),
                ("List", json!({ "show": { "state": "CREATING" } })),
            ],
            Self::Ready => vec![],
            Self::Updating => vec![("Update", json!({ "delayMs": 120_000 })), ("Tag", json!({ "delayMs": 120_000 }))],
            Self::Refused => {
                let error = json!({ "code": "ValidationException", "message": "Not so", "status": 400 });
                vec![("Create", json!({ "error": error }))]
            }
            Self::Failed => {
                vec![("Create", json!({ "provision": { "state": "CREATE_FAILED", "reason": "The role is missing" } }))]
            }
            Self::Deleting => vec![("Delete", json!({ "delayMs": 120_000 }))],
        }
    }

    /// Whether AWS has a resource when the operator is killed.
    pub fn has_resource(self) -> bool {
        matches!(self, Self::Sent | Self::Settling | Self::Ready | Self::Updating | Self::Failed)
    }

    /// Whether the record says what it should of this stage.
    pub fn is_reached(self, object: &Value) -> bool {
        let record = &object["status"]["record"]["main"];
        let reason = |reason: &str| {
            let all = object["status"]["conditions"].as_array();
            all.into_iter().flatten().any(|condition| condition["type"] == "Stalled" && condition["reason"] == reason)
        };
        match self {
            Self::Announced | Self::Unsent | Self::Sent | Self::Late => {
                record["fate"] == "unknown" && record["closed"] == false
            }
            Self::Closed => record["fate"] == "unknown" && record["closed"] == true,
            Self::Settling => record["fate"] == "created" && record["everActive"] == false && record["seen"] == true,
            Self::Ready | Self::Updating => record["everActive"] == true,
            Self::Refused => record["fate"] == "none" && reason("InvalidSpec"),
            Self::Failed => record["fate"] == "created" && reason("CreateFailed"),
            Self::Deleting => record["deleteSentAt"].is_string() && !object["metadata"]["deletionTimestamp"].is_null(),
        }
    }
}
