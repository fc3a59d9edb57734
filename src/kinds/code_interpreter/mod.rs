//! CodeInterpreter: a sandbox that runs code for agents.
//!
//! AWS can change nothing of it but its tags, so what differs is a replacement or a refusal; see [`plan`].

use agentcore_api::{
    code_interpreter::{CodeInterpreter, CodeInterpreterSpec, CodeInterpreterStatus},
    common::{CommonSpec, DeletionPolicy, ExecutionRole},
    status::{CommonStatus, PartRecord},
};
use agentcore_engine::{
    fault::Fault,
    kind::{Blocked, Body, Kind, Plan, Planning, Resolved, State, View},
    step::Accepted,
};

use jiff::SignedDuration;

use super::Managed;
use crate::aws::{
    Control,
    listing::{Listed, Listing, Page},
};

mod aws;
mod desired;
mod plan;
mod status;
#[cfg(test)]
mod tests;

/// The kind CodeInterpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterpreterKind;

impl Kind for InterpreterKind {
    const NAME: &'static str = "CodeInterpreter";
    const NOUN: &'static str = "code interpreter";
    const GOOD: &'static str = "READY";
    const NAME_FIELD: &'static str = "codeInterpreterName";
    const NAMES_ARE_UNIQUE: bool = true;
    const REDEPLOYS: bool = false;
    const DELETION_POLICY: DeletionPolicy = DeletionPolicy::Delete;

    type Spec = CodeInterpreterSpec;
    type Status = CodeInterpreterStatus;
    type More = ();
    type Change = ();

    fn common(spec: &CodeInterpreterSpec) -> &CommonSpec {
        &spec.common
    }

    fn status(status: &CodeInterpreterStatus) -> &CommonStatus {
        &status.common
    }

    fn status_mut(status: &mut CodeInterpreterStatus) -> &mut CommonStatus {
        &mut status.common
    }

    fn chosen_name(spec: &CodeInterpreterSpec) -> Option<&str> {
        spec.code_interpreter_name.as_deref()
    }

    fn role(spec: &CodeInterpreterSpec) -> Option<&str> {
        spec.execution_role.as_ref().map(|ExecutionRole { arn }| arn.as_str())
    }

    fn settings(spec: &CodeInterpreterSpec, _resolved: &Resolved) -> Result<CodeInterpreterSpec, Blocked> {
        Ok(desired::settings(spec))
    }

    fn state(view: &View<Self>) -> State {
        status::state(&view.facts.state)
    }

    /// It is never updated: what failed to be created has not worked before or since.
    fn never_worked(view: &View<Self>) -> bool {
        Self::state(view) == State::CreateFailed
    }

    fn plan(planning: &Planning<'_, Self>) -> Plan<()> {
        plan::plan(planning)
    }

    fn message(view: &View<Self>) -> String {
        status::message(view)
    }

    fn describe(_view: Option<&View<Self>>, _record: &PartRecord, _status: &mut CodeInterpreterStatus) {}
}

impl Listing for InterpreterKind {
    const LIST: &'static str = aws::LIST;
    const SETTLED: &'static str = Self::GOOD;
    const PACE: SignedDuration = SignedDuration::from_millis(600);

    type Side = ();

    async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
        aws::page(control, after).await
    }
}

impl Managed for InterpreterKind {
    type Object = CodeInterpreter;

    const CREATE: &'static str = aws::CREATE;
    const UPDATE: &'static str = aws::UPDATE;
    const DELETE: &'static str = aws::DELETE;

    fn usual(_spec: &Self::Spec) -> SignedDuration {
        SignedDuration::from_secs(5)
    }

    fn may_be(listed: &Listed, name: &str) -> bool {
        aws::may_be(listed, name)
    }

    async fn get(control: &Control, id: &str, _side: Option<()>) -> Result<Option<View<Self>>, Fault> {
        aws::get(control, id).await
    }

    async fn create(
        control: &Control,
        body: &Body<Self>,
        token: &str,
        deadline: jiff::Timestamp,
    ) -> Result<Accepted, Fault> {
        aws::create(control, body, token, deadline).await
    }

    /// AWS has no such call, and no plan asks for it.
    async fn update(_control: &Control, _id: &str, _change: &(), _token: &str) -> Result<Accepted, Fault> {
        Err(Fault::unfit(aws::UPDATE, "AWS can change nothing of a code interpreter but its tags"))
    }

    async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
        aws::delete(control, id).await
    }
}
