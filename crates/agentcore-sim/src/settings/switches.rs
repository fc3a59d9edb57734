//! The switches: where AWS is not known, or not always to be met at its worst.

use serde::{Deserialize, Serialize};

/// Whether two runtimes may have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeNames {
    /// A second one is refused with a conflict.
    Unique,
    /// A second one is made.
    Free,
}

/// Whether a kind of request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Served {
    /// It is.
    Served,
    /// It is refused with a ValidationException.
    Refused,
}

/// What a request for something deleted is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gone {
    /// ResourceNotFoundException, 404.
    NotFound,
    /// A code interpreter, a browser or a profile with the status DELETED; the kinds without this status answer 404.
    Deleted,
    /// AccessDeniedException, 403.
    AccessDenied,
}

/// What becomes of a member that an update leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OmittedMember {
    /// It goes back to the service's default.
    Reset,
    /// It stays as it was.
    Kept,
}

/// What a new value of `lastUpdatedAt` or `updatedAt` can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdatedAt {
    /// An accepted create, update or delete.
    Write,
    /// That, and the moment when the change is complete.
    Settle,
    /// Both, and a change of the tags.
    Tags,
}

/// Whether a runtime that has endpoints other than DEFAULT can be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeDeletion {
    /// It can, and they go with it.
    Cascade,
    /// It cannot, and the answer is a conflict.
    Conflict,
}

/// How requests per second are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Throttling {
    /// A bucket that holds one second's worth of requests and is filled steadily.
    Bucket,
    /// Whole seconds of the clock, each with its own count.
    Window,
}

/// Whether roles must exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Roles {
    /// Any well-formed ARN is taken for a role that everybody is trusted with.
    Unchecked,
    /// Roles must exist in IAM, and their trust policies are applied.
    Checked,
}

/// All switches. [`SWITCHES`](super::SWITCHES) says for each what it does and why it has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Switches {
    /// For how many seconds a client token is remembered. 0: tokens mean nothing.
    pub token_lifetime_seconds: u64,
    /// Whether a refused request binds its token to its parameters.
    pub failed_request_binds_token: bool,
    /// Whether two runtimes may have the same name.
    pub runtime_names: RuntimeNames,
    /// Whether the tags of a memory can be read and changed.
    pub memory_tags: Served,
    /// What a request for something deleted is told.
    pub gone: Gone,
    /// What an update of a runtime or an endpoint does to a member that it leaves out.
    pub omitted_runtime_member: OmittedMember,
    /// What an update of a memory does to a member that it leaves out.
    pub omitted_memory_member: OmittedMember,
    /// What an update of a workload identity or of a gateway's target does to a member that it leaves out.
    pub omitted_other_member: OmittedMember,
    /// The longest page of memories that can be asked for.
    pub memory_page: u32,
    /// What moves the time of the last update.
    pub updated_at_moves: UpdatedAt,
    /// Whether a memory is ACTIVE before its strategies are.
    pub memory_active_first: bool,
    /// Whether a runtime with endpoints can be deleted.
    pub runtime_deletion: RuntimeDeletion,
    /// Whether a resource whose creation failed can be updated.
    pub update_after_failed_create: bool,
    /// Whether requests are counted against the quotas per second. None: in the realistic mode only.
    pub request_quotas: Option<bool>,
    /// How requests per second are counted.
    pub throttling: Throttling,
    /// For how many milliseconds a new resource cannot be read. None: 300 in the realistic mode, else 0.
    pub read_lag_ms: Option<u64>,
    /// By how many milliseconds lists are late. None: 1500 in the realistic mode, else 0.
    pub list_lag_ms: Option<u64>,
    /// Whether a good state may be followed by a moment of the state before. None: in the realistic mode only.
    pub flaps: Option<bool>,
    /// How many milliseconds each answer is held back. None: 40 in the realistic mode, else 0.
    pub latency_ms: Option<u64>,
    /// By how many milliseconds the services' clock is ahead of the caller's.
    pub clock_skew_ms: i64,
    /// Whether roles must exist.
    pub roles: Roles,
    /// For how many milliseconds after its creation nobody can become a role. None: 10000 in the realistic mode, else 0.
    pub role_propagation_ms: Option<u64>,
    /// Whether sessions of roles may do only what the roles' policies allow.
    pub enforcement: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            token_lifetime_seconds: 86_400,
            failed_request_binds_token: false,
            runtime_names: RuntimeNames::Unique,
            memory_tags: Served::Served,
            gone: Gone::NotFound,
            omitted_runtime_member: OmittedMember::Reset,
            omitted_memory_member: OmittedMember::Kept,
            omitted_other_member: OmittedMember::Reset,
            memory_page: 50,
            updated_at_moves: UpdatedAt::Write,
            memory_active_first: false,
            runtime_deletion: RuntimeDeletion::Cascade,
            update_after_failed_create: true,
            request_quotas: None,
            throttling: Throttling::Bucket,
            read_lag_ms: None,
            list_lag_ms: None,
            flaps: None,
            latency_ms: None,
            clock_skew_ms: 0,
            roles: Roles::Unchecked,
            role_propagation_ms: None,
            enforcement: false,
        }
    }
}
