//! Which build this is.

/// The version and the commit that the binary was built from, for example `0.1.0 (1a2b3c4d5e6f)`.
/// The commit is `unknown` where neither git nor the variable `AGENTCORE_OPERATOR_COMMIT` told it at build time.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("AGENTCORE_OPERATOR_COMMIT"), ")");
