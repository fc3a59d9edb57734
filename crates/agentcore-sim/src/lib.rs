//! Amazon Bedrock AgentCore on a loopback port, for development and tests without an AWS account.
//!
//! [`Sim`] is the core: a value that answers HTTP requests as the AWS services do and knows no clock, no network and
//! no threads. [`server::Server`] puts it on a port of 127.0.0.1; the binary `agentcore-sim` does only that.
//! Signatures are read for the account, the region and the service, and are not verified.

mod access;
mod admin;
mod answer;
mod caller;
mod failure;
mod faults;
mod inventory;
mod journal;
mod moment;
mod past;
mod policy;
mod random;
mod request;
mod route;
pub mod server;
mod services;
pub mod settings;
mod shape;
mod signature;
mod sim;
mod store;
mod throttle;
mod wildcard;

pub use access::{Decision, Evaluated};
pub use admin::{Mutation, MutationError};
pub use caller::{DEFAULT_ACCOUNT, account_of};
pub use faults::{Fault, FaultRule, InjectedError, Late, Provision, ResetPoint, Show, Stale};
pub use inventory::InventoryItem;
pub use journal::{JournalEntry, Outcome};
pub use services::data::{AgentSession, EndReason, Invocation};
pub use settings::{Mode, Settings};
pub use sim::{Delivery, Sim};
pub use store::Kind;
