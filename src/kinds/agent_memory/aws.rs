//! The SDK's calls.

mod from_sdk;
mod strategy_from_sdk;
mod strategy_to_sdk;
#[cfg(test)]
mod tests;
mod to_sdk;

use agentcore_engine::{
    fault::{Class, Fault},
    kind::{Body, View},
    step::Accepted,
};
use aws_sdk_bedrockagentcorecontrol::{
    client::customize::CustomizableOperation,
    types::{Memory, MemorySummary},
};
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;

use super::{MemoryKind, UpdateMemory};
use crate::aws::{
    Control,
    listing::{Listed, Page},
    time::timestamp,
};

const GET: &str = "GetMemory";
pub(super) const LIST: &str = "ListMemories";
pub(super) const CREATE: &str = "CreateMemory";
pub(super) const UPDATE: &str = "UpdateMemory";
pub(super) const DELETE: &str = "DeleteMemory";

/// How many random characters a memory's id has after the name and a hyphen.
const SUFFIX: usize = 10;

/// How many memories a page of the list has, at most.
const PAGE: i32 = 50;

/// Reads a memory.
pub(super) async fn get(control: &Control, id: &str) -> Result<Option<View<MemoryKind>>, Fault> {
    let request = control.sdk().get_memory().memory_id(id).customize();
    match control.read(GET, request, CustomizableOperation::send).await {
        Ok(answer) => Ok(Some(from_sdk::view(&whole(GET, answer.memory)?))),
        Err(fault) if fault.class == Class::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Lists a page of memories.
pub(super) async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
    let request = control.sdk().list_memories().max_results(PAGE).set_next_token(after).customize();
    let page = control.read(LIST, request, CustomizableOperation::send).await?;
    let items = page.memories.into_iter().filter_map(listed).collect();
    Ok(Page { items, next: page.next_token.filter(|token| !token.is_empty()) })
}

/// Creates a memory.
pub(super) async fn create(
    control: &Control,
    body: &Body<MemoryKind>,
    token: &str,
    deadline: Timestamp,
) -> Result<Accepted, Fault> {
    let request = to_sdk::create(control.sdk().create_memory(), body, token).map_err(|unfit| unfit.fault(CREATE))?;
    let request = request.customize();
    let answer = control.create(CREATE, deadline, request, CustomizableOperation::send).await?;
    Ok(accepted(whole(CREATE, answer.memory)?))
}

/// Updates a memory.
pub(super) async fn update(control: &Control, id: &str, change: &UpdateMemory, token: &str) -> Result<Accepted, Fault> {
    let request = to_sdk::update(control.sdk().update_memory(), id, change, token);
    let request = request.map_err(|unfit| unfit.fault(UPDATE))?.customize();
    let answer = control.write(UPDATE, request, CustomizableOperation::send).await?;
    Ok(answer.memory.map(accepted).unwrap_or_default())
}

/// Deletes a memory.
pub(super) async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
    let request = control.sdk().delete_memory().memory_id(id).customize();
    let answer = control.write(DELETE, request, CustomizableOperation::send).await?;
    let state = answer.status.map(|status| status.as_str().to_owned());
    Ok(Accepted { id: Some(answer.memory_id), state, ..Accepted::default() })
}

/// A memory of the list, which does not tell its name.
fn listed(memory: MemorySummary) -> Option<Listed> {
    Some(Listed {
        id: memory.id?,
        arn: memory.arn?,
        name: None,
        state: memory.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        version: None,
        created_at: timestamp(&memory.created_at),
        updated_at: timestamp(&memory.updated_at),
    })
}

/// Whether a listed memory's id is one that AWS gives to memories of this name.
pub(super) fn may_be(listed: &Listed, name: &str) -> bool {
    let suffix = listed.id.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    suffix.is_some_and(|suffix| suffix.len() == SUFFIX && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn accepted(memory: Memory) -> Accepted {
    Accepted {
        state: Some(memory.status.as_str().to_owned()),
        updated_at: timestamp(&memory.updated_at),
        id: Some(memory.id),
        arn: Some(memory.arn),
        version: None,
    }
}

/// The memory of an answer, if it is there; the SDK fills in empty texts for what AWS left out.
fn whole(operation: &'static str, memory: Option<Memory>) -> Result<Memory, Fault> {
    memory
        .filter(|memory| !memory.id.is_empty() && !memory.arn.is_empty())
        .ok_or_else(|| Fault::incomplete(operation, "AWS's answer has no memory in it"))
}

/// Why the spec can't be put into the SDK's words.
#[derive(Debug, PartialEq, Eq)]
struct Unfit(String);

impl From<BuildError> for Unfit {
    fn from(error: BuildError) -> Self {
        Self(error.to_string())
    }
}

impl Unfit {
    fn fault(self, operation: &'static str) -> Fault {
        Fault::unfit(operation, self.0)
    }
}
