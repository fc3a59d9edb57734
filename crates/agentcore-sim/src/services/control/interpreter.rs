//! Code interpreters: made and deleted, never changed.

use serde_json::{Map, Value, json};

use super::Call;
use super::lookup::check_at_rest;
use super::page::cut;
use super::settle::Work;
use crate::failure::Failure;
use crate::moment::{iso, later};
use crate::services::Reply;
use crate::settings::Gone;
use crate::shape::common::{CLIENT_TOKEN, DESCRIPTION, NAME, ROLE, TAGS, TOOL_CERTIFICATES, TOOL_FILE_SYSTEMS, VPC};
use crate::shape::{Shape, opt, req};
use crate::store::{Kind, Resource};

/// The id of AWS's own code interpreter, which everybody has.
const SYSTEM_INTERPRETER: &str = "aws.codeinterpreter.v1";
/// When AWS's own code interpreter says that it was made.
const SYSTEM_SINCE: &str = "2025-07-16T00:00:00.000Z";

static NETWORK_MODE: Shape = Shape::Choice(&["PUBLIC", "SANDBOX", "VPC"]);
static NETWORK: Shape = Shape::Record(&[req("networkMode", &NETWORK_MODE), opt("vpcConfig", &VPC)]);
static CREATE: Shape = Shape::Record(&[
    req("name", &NAME),
    opt("description", &DESCRIPTION),
    opt("executionRoleArn", &ROLE),
    req("networkConfiguration", &NETWORK),
    opt("certificates", &TOOL_CERTIFICATES),
    opt("filesystemConfigurations", &TOOL_FILE_SYSTEMS),
    opt("clientToken", &CLIENT_TOKEN),
    opt("tags", &TAGS),
]);

/// CreateCodeInterpreter.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let mut body = CREATE.accept(&call.params.body)?;
    check_network(&body)?;
    check_mounts(&body)?;
    let name = take_text(&mut body, "name");
    call.check_room(Kind::CodeInterpreter, &name, true, call.settings.quotas.code_interpreters)?;
    let duration = call.duration(Kind::CodeInterpreter, Work::Create, false);
    let end = call.end(Kind::CodeInterpreter, Work::Create, later(call.now, duration));
    let mut resource = call.blank(Kind::CodeInterpreter, &name);
    body.remove("tags");
    body.remove("clientToken");
    resource.body = body;
    resource.begin(Work::Create, call.now, &end, Vec::new());
    let reply = json!({
        "codeInterpreterId": resource.id,
        "codeInterpreterArn": resource.arn,
        "createdAt": iso(resource.created_at),
        "status": resource.status,
    });
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// GetCodeInterpreter.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::CodeInterpreter)?;
    if call.params.label("codeInterpreterId") == SYSTEM_INTERPRETER {
        return Ok(Reply::Json(Value::Object(system(call, true))));
    }
    let deleted = call.settings.switches.gone == Gone::Deleted;
    if let Some(gone) = call.store.any(&arn).filter(|found| deleted && found.gone_at.is_some()) {
        return Ok(Reply::Json(Value::Object(full(call, gone))));
    }
    call.check_exists(&arn)?;
    let found = call.store.get(&arn).map(|found| full(call, found));
    found.map(|found| Reply::Json(Value::Object(found))).ok_or_else(|| call.gone("Code interpreter", &arn))
}

/// DeleteCodeInterpreter.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::CodeInterpreter)?;
    if call.params.label("codeInterpreterId") == SYSTEM_INTERPRETER {
        return Err(Failure::Denied("A system code interpreter cannot be deleted".to_owned()));
    }
    check_at_rest(call.existing(&arn)?)?;
    let step = call.deletion(Kind::CodeInterpreter);
    let now = call.now;
    let resource = call.existing(&arn)?;
    resource.begin_deletion(now, step);
    Ok(Reply::Json(json!({
        "codeInterpreterId": resource.id,
        "status": resource.status,
        "lastUpdatedAt": iso(resource.updated_at),
    })))
}

/// ListCodeInterpreters.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let cursor = call.cursor_in_query()?;
    let (own, system_too) = match call.params.query("type") {
        None => (true, true),
        Some("CUSTOM") => (true, false),
        Some("SYSTEM") => (false, true),
        Some(_) => return Err(Failure::field("type", "type must be SYSTEM or CUSTOM")),
    };
    let system = system_too.then(|| system(call, false));
    let customs = call.list(Kind::CodeInterpreter).filter(|_| own).map(|found| summary(call, found));
    let key = |item: &Map<String, Value>| {
        item.get("codeInterpreterArn").and_then(Value::as_str).unwrap_or_default().replace(":aws:code", ":")
    };
    let mut all: Vec<_> = system.into_iter().chain(customs).collect();
    all.sort_by_key(key);
    let page = cut(&cursor, all.into_iter(), key);
    Ok(Reply::Json(json!({ "codeInterpreterSummaries": page.items, "nextToken": page.next })))
}

fn summary(call: &Call<'_>, resource: &Resource) -> Map<String, Value> {
    let mut item = Map::new();
    item.insert("codeInterpreterId".to_owned(), Value::from(resource.id.as_str()));
    item.insert("codeInterpreterArn".to_owned(), Value::from(resource.arn.as_str()));
    item.insert("name".to_owned(), Value::from(resource.name.as_str()));
    if let Some(description) = resource.body.get("description") {
        item.insert("description".to_owned(), description.clone());
    }
    item.insert("status".to_owned(), Value::from(call.listed_status(resource)));
    item.insert("createdAt".to_owned(), iso(resource.created_at));
    item.insert("lastUpdatedAt".to_owned(), iso(resource.updated_at));
    item
}

fn full(call: &Call<'_>, resource: &Resource) -> Map<String, Value> {
    let mut item = summary(call, resource);
    item.extend(resource.body.clone());
    item.insert("status".to_owned(), Value::from(resource.shown(call.now)));
    if let Some(reason) = &resource.failure_reason {
        item.insert("failureReason".to_owned(), Value::from(reason.as_str()));
    }
    item
}

/// AWS's own code interpreter.
fn system(call: &Call<'_>, all: bool) -> Map<String, Value> {
    let region = &call.caller.region;
    let item = json!({
        "codeInterpreterId": SYSTEM_INTERPRETER,
        "codeInterpreterArn": format!("arn:aws:bedrock-agentcore:{region}:aws:code-interpreter/{SYSTEM_INTERPRETER}"),
        "name": "aws_codeinterpreter_v1",
        "status": "READY",
        "createdAt": SYSTEM_SINCE,
        "lastUpdatedAt": SYSTEM_SINCE,
    });
    let mut item = item.as_object().cloned().unwrap_or_default();
    if all {
        item.insert("networkConfiguration".to_owned(), json!({"networkMode": "SANDBOX"}));
    }
    item
}

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

fn take_text(body: &mut Map<String, Value>, name: &str) -> String {
    match body.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::CREATE);
    }
}
