//! What the operator's binary and its tools share. Not a public API: programs that want the types of the
//! Kubernetes API depend on the crate `agentcore-api`.

pub mod crds;
pub mod version;
