//! A real Kubernetes control plane for tests and development.
//!
//! [`Cluster::start`] runs etcd, kube-apiserver and kube-controller-manager as
//! processes of this machine, on loopback ports, with RBAC, `ServiceAccount` tokens,
//! garbage collection and an audit log. It takes some five seconds, needs no
//! container runtime and no privileges, and leaves nothing behind.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use devcluster::{Cluster, Options};
//!
//! let cluster = Cluster::start(Options::default())?;
//! // As the administrator ...
//! cluster.kubectl().args(["create", "serviceaccount", "operator"]).status()?;
//! // ... and as somebody whom RBAC lets do what a RoleBinding says, and no more.
//! let kubeconfig = cluster.service_account("default", "operator")?;
//! cluster.kubectl_as(&kubeconfig).args(["get", "secrets"]).status()?;
//! # Ok(())
//! # }
//! ```
//!
//! The programs come from `$KUBEBUILDER_ASSETS`, from a cache, or from `go build` of
//! the modules that `tools/*/go.mod` pins; [`tools`] has the details.
//!
//! How the crate is laid out: `tools` finds or builds the programs, `group` and
//! `process` run them so that they end with this process, and `cluster` makes a
//! control plane of them.

mod cluster;
mod error;
mod group;
mod log_tail;
mod note;
mod process;
pub mod tools;

pub use self::cluster::{Cluster, Options};
pub use self::error::Error;
pub use self::log_tail::LogTail;
