//! AgentRuntime: an agent hosted by AgentCore Runtime.
//!
//! One UpdateAgentRuntime carries the whole desired state and makes a new version, which the endpoint DEFAULT then
//! serves. What others call drift and what AWS fills in is told apart in [`normal`].

use agentcore_api::{
    agent_runtime::{AgentRuntime, AgentRuntimeSpec, AgentRuntimeStatus},
    common::{CommonSpec, DeletionPolicy},
    status::{CommonStatus, PartRecord},
};
use agentcore_engine::{
    fault::Fault,
    kind::{Blocked, Body, Kind, LeftOver, Plan, Planning, Resolved, Serving, State, View},
    known::Reference,
    step::Accepted,
};

use jiff::SignedDuration;

use super::Managed;
use crate::aws::{
    Control,
    listing::{Beside, Listed, Listing, Page},
};

mod aws;
mod desired;
mod env;
mod left_over;
mod normal;
mod plan;
mod status;
#[cfg(test)]
mod tests;

/// The kind AgentRuntime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuntimeKind;

/// The endpoint DEFAULT, which AWS makes and moves to the newest version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The state in AWS's own word.
    pub state: String,
    /// The version that serves requests now.
    pub live_version: Option<String>,
    /// The version that the endpoint is being moved to.
    pub target_version: Option<String>,
    /// Why it failed, in AWS's words.
    pub failure_reason: Option<String>,
    /// Why it could not be read; then nothing else is known of it.
    pub unread: Option<Fault>,
}

/// A read of the endpoint DEFAULT, which may not be there.
#[derive(Clone, Debug)]
pub struct DefaultEndpoint(Option<Endpoint>);

impl Kind for RuntimeKind {
    const NAME: &'static str = "AgentRuntime";
    const NOUN: &'static str = "runtime";
    const GOOD: &'static str = "READY";
    const NAME_FIELD: &'static str = "runtimeName";
    const NAMES_ARE_UNIQUE: bool = false;
    const REDEPLOYS: bool = true;
    const DELETION_POLICY: DeletionPolicy = DeletionPolicy::Delete;
    const ATTACHMENTS: Option<&'static str> = Some("endpoints");

    type Spec = AgentRuntimeSpec;
    type Status = AgentRuntimeStatus;
    /// The endpoint DEFAULT; it is asked for only when the runtime is READY.
    type More = Option<Endpoint>;
    /// An update carries the whole desired state.
    type Change = AgentRuntimeSpec;

    fn common(spec: &AgentRuntimeSpec) -> &CommonSpec {
        &spec.common
    }

    fn status(status: &AgentRuntimeStatus) -> &CommonStatus {
        &status.common
    }

    fn status_mut(status: &mut AgentRuntimeStatus) -> &mut CommonStatus {
        &mut status.common
    }

    fn chosen_name(spec: &AgentRuntimeSpec) -> Option<&str> {
        spec.runtime_name.as_deref()
    }

    fn role(spec: &AgentRuntimeSpec) -> Option<&str> {
        Some(&spec.execution_role.arn)
    }

    fn references(spec: &AgentRuntimeSpec) -> Vec<Reference> {
        desired::references(spec)
    }

    fn external_ids(spec: &AgentRuntimeSpec) -> Vec<&str> {
        desired::external_ids(spec)
    }

    fn settings(spec: &AgentRuntimeSpec, resolved: &Resolved) -> Result<AgentRuntimeSpec, Blocked> {
        desired::settings(spec, resolved)
    }

    fn at_creation(settings: &AgentRuntimeSpec) -> AgentRuntimeSpec {
        desired::at_creation(settings)
    }

    fn state(view: &View<Self>) -> State {
        status::state(&view.facts.state)
    }

    fn serving(view: &View<Self>) -> Serving {
        status::serving(view)
    }

    fn plan(planning: &Planning<'_, Self>) -> Plan<AgentRuntimeSpec> {
        plan::plan(planning)
    }

    fn left_over(desired: &AgentRuntimeSpec, view: &View<Self>) -> Vec<LeftOver> {
        left_over::left_over(desired, &view.settings)
    }

    fn still_serves(status: &AgentRuntimeStatus) -> Option<String> {
        status::still_serves(status)
    }

    fn message(view: &View<Self>) -> String {
        status::message(view)
    }

    fn describe(view: Option<&View<Self>>, _record: &PartRecord, status: &mut AgentRuntimeStatus) {
        status::describe(view, status);
    }
}

impl Listing for RuntimeKind {
    const LIST: &'static str = aws::LIST;
    const SETTLED: &'static str = Self::GOOD;
    const PACE: SignedDuration = SignedDuration::from_secs(2);

    type Side = DefaultEndpoint;

    async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
        aws::page(control, after).await
    }
}

impl Beside for DefaultEndpoint {
    const AFTER: Option<SignedDuration> = Some(SignedDuration::from_secs(2));

    async fn read(control: &Control, id: &str) -> Self {
        Self(aws::endpoint(control, id).await)
    }

    fn has_settled(&self, version: Option<&str>) -> bool {
        self.0.as_ref().is_some_and(|endpoint| status::has_settled(endpoint, version))
    }
}

impl Managed for RuntimeKind {
    type Object = AgentRuntime;

    const CREATE: &'static str = aws::CREATE;
    const UPDATE: &'static str = aws::UPDATE;
    const DELETE: &'static str = aws::DELETE;

    fn usual(_spec: &Self::Spec) -> SignedDuration {
        SignedDuration::from_secs(8)
    }

    fn may_be(listed: &Listed, name: &str) -> bool {
        listed.name.as_deref() == Some(name)
    }

    async fn get(control: &Control, id: &str, side: Option<Self::Side>) -> Result<Option<View<Self>>, Fault> {
        aws::get(control, id, side).await
    }

    async fn create(
        control: &Control,
        body: &Body<Self>,
        token: &str,
        deadline: jiff::Timestamp,
    ) -> Result<Accepted, Fault> {
        aws::create(control, body, token, deadline).await
    }

    async fn update(control: &Control, id: &str, change: &AgentRuntimeSpec, token: &str) -> Result<Accepted, Fault> {
        aws::update(control, id, change, token).await
    }

    async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
        aws::delete(control, id).await
    }

    async fn attachments(control: &Control, id: &str) -> Result<Vec<String>, Fault> {
        aws::foreign_endpoints(control, id).await
    }
}
