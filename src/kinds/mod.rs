//! The kinds. Each knows its desired state, how it differs from AWS's, its status, and its SDK calls.
//!
//! A new kind is a file in `agentcore-api`, a folder here, and a line in [`crate::run`].

use agentcore_engine::{
    fault::Fault,
    kind::{Body, Kind, View},
    known::Candidate,
    step::{Accepted, Call, Outcome, Verb},
};
use jiff::SignedDuration;
use kube::{Resource, core::NamespaceResourceScope};
use serde::de::DeserializeOwned;

use crate::aws::{
    Control, TAG, UNTAG,
    listing::{Listed, Listing},
};

pub mod agent_memory;
pub mod agent_runtime;
pub mod code_interpreter;

/// A kind that the operator takes care of: what the shell needs besides the pass.
///
/// The calls translate between the spec's words and the SDK's, and nothing else: no decision, no repetition.
pub trait Managed: Kind<Spec: DeserializeOwned> + Listing {
    /// The object in the cluster.
    type Object: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + std::fmt::Debug
        + Send
        + Sync
        + 'static;

    /// AWS's name of the call that creates a resource.
    const CREATE: &'static str;
    /// AWS's name of the call that updates a resource.
    const UPDATE: &'static str;
    /// AWS's name of the call that deletes a resource.
    const DELETE: &'static str;

    /// AWS's name of the call that such a write is: turns are counted by it.
    fn operation(verb: Verb) -> &'static str {
        match verb {
            Verb::Create => Self::CREATE,
            Verb::Update => Self::UPDATE,
            Verb::Delete => Self::DELETE,
            Verb::Tag => TAG,
            Verb::Untag => UNTAG,
        }
    }

    /// How long AWS takes at least to create what this spec describes, as far as is known: earlier looks are a waste.
    fn usual(spec: &Self::Spec) -> SignedDuration;
    /// Whether a listed resource has this name, or by its id may have it.
    fn may_be(listed: &Listed, name: &str) -> bool;

    /// Reads a resource; `None` if there is none. What is beside it may have been read a moment ago.
    fn get(
        control: &Control,
        id: &str,
        side: Option<Self::Side>,
    ) -> impl Future<Output = Result<Option<View<Self>>, Fault>> + Send;
    /// Creates a resource. The request leaves before the deadline or not at all.
    fn create(
        control: &Control,
        body: &Body<Self>,
        token: &str,
        deadline: jiff::Timestamp,
    ) -> impl Future<Output = Result<Accepted, Fault>> + Send;
    /// Updates a resource.
    fn update(
        control: &Control,
        id: &str,
        change: &Self::Change,
        token: &str,
    ) -> impl Future<Output = Result<Accepted, Fault>> + Send;
    /// Deletes a resource.
    fn delete(control: &Control, id: &str) -> impl Future<Output = Result<Accepted, Fault>> + Send;
    /// The names of what others have made on a resource; of a kind with [`Kind::ATTACHMENTS`] only.
    fn attachments(_control: &Control, _id: &str) -> impl Future<Output = Result<Vec<String>, Fault>> + Send {
        std::future::ready(Ok(Vec::new()))
    }
}

/// Makes a write to AWS.
pub async fn send<K: Managed>(control: Control, call: &Call<K>) -> Outcome {
    match call {
        Call::Create { body, token, deadline, .. } => K::create(&control, body, token, *deadline).await,
        Call::Update { id, change, token, .. } => K::update(&control, id, change, token).await,
        Call::Delete { id, .. } => K::delete(&control, id).await,
        Call::Tag { arn, tags, .. } => control.tag(arn, tags).await,
        Call::Untag { arn, keys, .. } => control.untag(arn, keys).await,
    }
}

/// What of a list has this name, or by its id may have it.
pub fn named<K: Managed>(items: &[Listed], name: &str) -> Vec<Candidate> {
    items.iter().filter(|listed| K::may_be(listed, name)).map(Listed::candidate).collect()
}
