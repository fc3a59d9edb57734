//! AgentMemory: a memory and its strategies are one resource, changed by one UpdateMemory.

mod aws;
mod desired;
mod left_over;
mod normal;
mod plan;
mod seen;
mod status;
#[cfg(test)]
mod tests;

use agentcore_api::{
    AgentMemory,
    agent_memory::{AgentMemorySpec, AgentMemoryStatus},
    common::{CommonSpec, DeletionPolicy},
    status::{CommonStatus, PartRecord},
};
use agentcore_engine::{
    fault::Fault,
    kind::{Blocked, Body, Kind, LeftOver, Plan, Planning, Resolved, State, View},
    known::NamedBy,
    step::Accepted,
};
use jiff::{SignedDuration, Timestamp};

pub use plan::{Modification, UpdateMemory};
pub use seen::SeenStrategy;

use super::Managed;
use crate::aws::{
    Control,
    listing::{Listed, Listing, Page},
};

/// The kind AgentMemory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoryKind;

impl Kind for MemoryKind {
    const NAME: &'static str = "AgentMemory";
    const NOUN: &'static str = "memory";
    const GOOD: &'static str = "ACTIVE";
    const NAME_FIELD: &'static str = "memoryName";
    const NAMES_ARE_UNIQUE: bool = true;
    const REDEPLOYS: bool = false;
    const DELETION_POLICY: DeletionPolicy = DeletionPolicy::Retain;
    const NAMED_BY: Option<NamedBy> = Some(NamedBy { kind: "AgentRuntime", field: "spec.memoryRef.name" });

    type Spec = AgentMemorySpec;
    type Status = AgentMemoryStatus;
    type More = Vec<SeenStrategy>;
    type Change = UpdateMemory;

    fn common(spec: &Self::Spec) -> &CommonSpec {
        &spec.common
    }

    fn status(status: &Self::Status) -> &CommonStatus {
        &status.common
    }

    fn status_mut(status: &mut Self::Status) -> &mut CommonStatus {
        &mut status.common
    }

    fn chosen_name(spec: &Self::Spec) -> Option<&str> {
        spec.memory_name.as_deref()
    }

    fn role(spec: &Self::Spec) -> Option<&str> {
        spec.execution_role.as_ref().map(|role| role.arn.as_str())
    }

    fn settings(spec: &Self::Spec, _resolved: &Resolved) -> Result<Self::Spec, Blocked> {
        Ok(desired::settings(spec))
    }

    fn children(settings: &Self::Spec) -> Vec<String> {
        settings.strategies.iter().map(|strategy| strategy.name.clone()).collect()
    }

    fn state(view: &View<Self>) -> State {
        status::state(view)
    }

    fn learn(view: &View<Self>, record: &mut PartRecord) {
        seen::learn(&view.more, &mut record.children);
    }

    fn forget(view: &View<Self>, record: &mut PartRecord) {
        seen::forget(&view.more, &mut record.children);
    }

    fn plan(planning: &Planning<'_, Self>) -> Plan<Self::Change> {
        plan::plan(planning)
    }

    fn left_over(desired: &Self::Spec, view: &View<Self>) -> Vec<LeftOver> {
        left_over::left_over(desired, view)
    }

    fn children_active(view: &View<Self>) -> Option<(usize, usize)> {
        Some((view.more.len(), view.more.iter().filter(|strategy| strategy.active()).count()))
    }

    fn failed_children(view: &View<Self>, record: &PartRecord) -> Option<String> {
        status::failed_children(view.more.iter().filter(|seen| seen.is_ours(&record.children)))
    }

    fn message(view: &View<Self>) -> String {
        status::message(view)
    }

    fn describe(view: Option<&View<Self>>, record: &PartRecord, status: &mut Self::Status) {
        status::describe(view, record, status);
    }
}

impl Listing for MemoryKind {
    const LIST: &'static str = aws::LIST;
    const SETTLED: &'static str = Self::GOOD;
    const PACE: SignedDuration = SignedDuration::from_millis(1500);

    type Side = ();

    async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
        aws::page(control, after).await
    }
}

impl Managed for MemoryKind {
    type Object = AgentMemory;

    const CREATE: &'static str = aws::CREATE;
    const UPDATE: &'static str = aws::UPDATE;
    const DELETE: &'static str = aws::DELETE;

    fn usual(spec: &Self::Spec) -> SignedDuration {
        // The strategies are set up one after another.
        let has_strategies = !spec.strategies.is_empty() || spec.strategy_preset.is_some();
        SignedDuration::from_secs(if has_strategies { 150 } else { 5 })
    }

    fn may_be(listed: &Listed, name: &str) -> bool {
        aws::may_be(listed, name)
    }

    async fn get(control: &Control, id: &str, _side: Option<()>) -> Result<Option<View<Self>>, Fault> {
        aws::get(control, id).await
    }

    async fn create(control: &Control, body: &Body<Self>, token: &str, deadline: Timestamp) -> Result<Accepted, Fault> {
        aws::create(control, body, token, deadline).await
    }

    async fn update(control: &Control, id: &str, change: &UpdateMemory, token: &str) -> Result<Accepted, Fault> {
        aws::update(control, id, change, token).await
    }

    async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
        aws::delete(control, id).await
    }
}
