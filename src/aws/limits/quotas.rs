//! How many requests a second AWS takes of each operation.

/// The published quota of an account in a region, by operation, for a new account.
///
/// Source: the developer guide's page on quotas. It has no number for tags: they are taken for the smallest.
pub(super) fn per_second(operation: &str) -> u32 {
    match operation {
        "GetAgentRuntime" | "GetAgentRuntimeEndpoint" | "GetMemory" => 50,
        "GetCodeInterpreter" | "ListCodeInterpreters" => 30,
        "CreateMemory" | "UpdateMemory" | "DeleteMemory" => 3,
        _ => 5,
    }
}
