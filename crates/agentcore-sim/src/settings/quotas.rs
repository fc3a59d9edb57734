//! How much there may be, as AWS publishes it for a new account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The quotas of one account in one region. The defaults are those of the AgentCore developer guide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Quotas {
    /// Runtimes.
    pub runtimes: usize,
    /// Versions of one runtime.
    pub versions_per_runtime: usize,
    /// Endpoints of one runtime, DEFAULT included.
    pub endpoints_per_runtime: usize,
    /// Memories.
    pub memories: usize,
    /// Strategies of one memory.
    pub strategies_per_memory: usize,
    /// Strategies of all memories.
    pub strategies: usize,
    /// Code interpreters, without AWS's own.
    pub code_interpreters: usize,
    /// Browsers, without AWS's own.
    pub browsers: usize,
    /// Browser profiles.
    pub browser_profiles: usize,
    /// Workload identities, those of runtimes and gateways included.
    pub workload_identities: usize,
    /// Gateways.
    pub gateways: usize,
    /// Targets of one gateway.
    pub targets_per_gateway: usize,
    /// Requests per second by operation, where they differ from the published number.
    pub requests_per_second: BTreeMap<String, u32>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            runtimes: 1000,
            versions_per_runtime: 1000,
            endpoints_per_runtime: 10,
            memories: 150,
            strategies_per_memory: 6,
            strategies: 900,
            code_interpreters: 1000,
            browsers: 1000,
            browser_profiles: 100,
            workload_identities: 11_000,
            gateways: 1000,
            targets_per_gateway: 100,
            requests_per_second: BTreeMap::new(),
        }
    }
}
