//! What code interpreters and browsers have in common: they are made and deleted, never changed, and AWS has one of its
//! own of each.

use serde_json::{Map, Value, json};

use super::Call;
use super::lookup::{check_at_rest, put_reason, take_text};
use super::page::cut;
use super::settle::Work;
use crate::failure::Failure;
use crate::moment::{iso, later};
use crate::services::Reply;
use crate::settings::Quotas;
use crate::shape::Shape;
use crate::store::{Kind, Resource};

/// When AWS's own tools say that they were made.
const SYSTEM_SINCE: &str = "2025-07-16T00:00:00.000Z";

/// A sort of tool.
pub(super) struct Tool {
    pub(super) kind: Kind,
    /// The members that hold the id, the ARN and a page of a list.
    pub(super) id: &'static str,
    pub(super) arn: &'static str,
    pub(super) summaries: &'static str,
    /// The body of a creation.
    pub(super) create: &'static Shape,
    pub(super) quota: fn(&Quotas) -> usize,
    pub(super) system: System,
}

/// AWS's own tool of a sort, which everybody has.
pub(super) struct System {
    pub(super) id: &'static str,
    /// What stands in front of the id in its ARN.
    pub(super) place: &'static str,
    pub(super) name: &'static str,
    pub(super) network_mode: &'static str,
}

/// Makes a tool.
pub(super) fn create(call: &mut Call<'_>, tool: &'static Tool) -> Result<Reply, Failure> {
    let mut body = tool.create.accept(&call.params.body)?;
    check_network(&body)?;
    check_mounts(&body)?;
    let name = take_text(&mut body, "name");
    call.check_room(tool.kind, &name, true, (tool.quota)(&call.settings.quotas))?;
    let duration = call.duration(tool.kind, Work::Create, false);
    let end = call.end(tool.kind, Work::Create, later(call.now, duration));
    let mut resource = call.blank(tool.kind, &name);
    body.remove("tags");
    body.remove("clientToken");
    resource.body = body;
    resource.begin(Work::Create, call.now, &end, Vec::new());
    let reply = json!({
        tool.id: resource.id,
        tool.arn: resource.arn,
        "createdAt": iso(resource.created_at),
        "status": resource.status,
    });
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// Reads a tool.
pub(super) fn get(call: &mut Call<'_>, tool: &'static Tool) -> Result<Reply, Failure> {
    let arn = call.target(tool.kind)?;
    if call.params.label(tool.id) == tool.system.id {
        return Ok(Reply::Json(Value::Object(system(call, tool, true))));
    }
    let found = call.readable(&arn)?;
    Ok(Reply::Json(Value::Object(full(call, tool, found))))
}

/// Deletes a tool.
pub(super) fn delete(call: &mut Call<'_>, tool: &'static Tool) -> Result<Reply, Failure> {
    let arn = call.target(tool.kind)?;
    if call.params.label(tool.id) == tool.system.id {
        let noun = tool.kind.noun().to_lowercase();
        return Err(Failure::Denied(format!("A system {noun} cannot be deleted")));
    }
    check_at_rest(call.existing(&arn)?)?;
    let step = call.deletion(tool.kind);
    let now = call.now;
    let resource = call.existing(&arn)?;
    resource.begin_deletion(now, step);
    Ok(Reply::Json(json!({
        tool.id: resource.id,
        "status": resource.status,
        "lastUpdatedAt": iso(resource.updated_at),
    })))
}

/// Lists the tools of a sort.
pub(super) fn list(call: &mut Call<'_>, tool: &'static Tool) -> Result<Reply, Failure> {
    let cursor = call.cursor_in_query()?;
    let (own, system_too) = match call.params.query("type") {
        None => (true, true),
        Some("CUSTOM") => (true, false),
        Some("SYSTEM") => (false, true),
        Some(_) => return Err(Failure::field("type", "type must be SYSTEM or CUSTOM")),
    };
    let system = system_too.then(|| system(call, tool, false));
    let customs = call.list(tool.kind).filter(|_| own).map(|found| summary(call, tool, found));
    let key = |item: &Map<String, Value>| {
        // AWS's own comes first.
        item.get(tool.arn).and_then(Value::as_str).unwrap_or_default().replace(":aws:", ":-")
    };
    let mut all: Vec<_> = system.into_iter().chain(customs).collect();
    all.sort_by_key(key);
    let page = cut(&cursor, all.into_iter(), key);
    Ok(Reply::Json(json!({ tool.summaries: page.items, "nextToken": page.next })))
}

fn summary(call: &Call<'_>, tool: &Tool, resource: &Resource) -> Map<String, Value> {
    let item = json!({
        tool.id: resource.id,
        tool.arn: resource.arn,
        "name": resource.name,
        "description": resource.body.get("description"),
        "status": call.listed_status(resource),
        "createdAt": iso(resource.created_at),
        "lastUpdatedAt": iso(resource.updated_at),
    });
    item.as_object().cloned().unwrap_or_default()
}

fn full(call: &Call<'_>, tool: &Tool, resource: &Resource) -> Map<String, Value> {
    let mut item = summary(call, tool, resource);
    item.extend(resource.body.clone());
    item.insert("status".to_owned(), Value::from(resource.shown(call.now)));
    put_reason(&mut item, resource);
    item
}

fn system(call: &Call<'_>, tool: &Tool, all: bool) -> Map<String, Value> {
    let (region, System { id, place, name, network_mode }) = (&call.caller.region, &tool.system);
    let item = json!({
        tool.id: id,
        tool.arn: format!("arn:aws:bedrock-agentcore:{region}:aws:{place}/{id}"),
        "name": name,
        "status": "READY",
        "createdAt": SYSTEM_SINCE,
        "lastUpdatedAt": SYSTEM_SINCE,
        "networkConfiguration": all.then(|| json!({ "networkMode": network_mode })),
    });
    item.as_object().cloned().unwrap_or_default()
}

/// The VPC goes with its mode.
fn check_network(body: &Map<String, Value>) -> Result<(), Failure> {
    let network = body.get("networkConfiguration");
    let mode = network.and_then(|network| network.get("networkMode")).and_then(Value::as_str);
    let vpc = network.and_then(|network| network.get("vpcConfig"));
    super::runtime::check_vpc("networkConfiguration.vpcConfig", mode == Some("VPC"), vpc)
}

/// The model has room for ten file systems, the service takes two of each sort, each at a place of its own.
fn check_mounts(body: &Map<String, Value>) -> Result<(), Failure> {
    let Some(Value::Array(systems)) = body.get("filesystemConfigurations") else { return Ok(()) };
    for sort in ["s3FilesConfiguration", "efsConfiguration"] {
        if systems.iter().filter(|system| system.get(sort).is_some()).count() > 2 {
            return Err(Failure::field("filesystemConfigurations", format!("At most two {sort} can be given")));
        }
    }
    super::runtime::check_mount_paths(systems)
}
