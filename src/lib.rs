//! What the operator's binary and its tests share. Not a public API: programs that want the types of the
//! Kubernetes API depend on the crate `agentcore-api`.

pub mod aws;
pub mod crds;
pub mod iam;
pub mod kinds;
pub mod kube;
pub mod run;
pub mod server;
pub mod slot;
pub mod version;
