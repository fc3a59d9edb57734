//! The Kubernetes API of agentcore-operator: what users write and what they read back.
//!
//! Three kinds in the group [`GROUP`], version [`VERSION`]:
//!
//! | kind | what it is |
//! |---|---|
//! | [`AgentRuntime`] | an agent hosted by Amazon Bedrock AgentCore Runtime |
//! | [`AgentMemory`] | short-term memory, and long-term memory with strategies |
//! | [`CodeInterpreter`] | a sandbox that runs code for agents |
//!
//! These types are the operator's own domain model, and the crate knows neither AWS nor tokio, so any
//! Rust program can use it to read or write the objects. See `examples/list_memories.rs`.
//! The program that depends on this crate chooses the Kubernetes version, by a version feature of
//! `k8s-openapi` (for example `latest`).
//!
//! Names, defaults and the AWS name formula are frozen: they live in users' clusters and AWS accounts. The
//! Kubernetes API evolves by addition only; a new field or enum value is a new minor version of this crate.

pub mod agent_memory;
pub mod agent_runtime;
pub mod code_interpreter;
pub mod common;
pub mod crd;
pub mod keys;
pub mod names;
pub mod patterns;
pub mod secret;
pub mod status;

mod rules;
mod schema;

pub use agent_memory::{AgentMemory, AgentMemorySpec, AgentMemoryStatus};
pub use agent_runtime::{AgentRuntime, AgentRuntimeSpec, AgentRuntimeStatus};
pub use code_interpreter::{CodeInterpreter, CodeInterpreterSpec, CodeInterpreterStatus};

/// The API group of every kind, and the prefix of the finalizer and of the annotations.
pub const GROUP: &str = "agentcore-operator.github.io";

/// The API version of every kind.
pub const VERSION: &str = "v1alpha1";
