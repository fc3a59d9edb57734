//! Resource policies: who may send traces. They are kept, not carried out.

use serde_json::{Map, Value, json};

use super::state::{Place, Policy, refused};
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::{Call, Reply};
use crate::shape::common::{ANY_TEXT, FLAG};
use crate::shape::{Shape, opt, pattern, req, text as words};

/// How many policies an account can have in a region, and how long each can be in bytes.
const MOST: usize = 5;
const LONGEST: usize = 5 * 1024;

static NAME: Shape = pattern(1, 128, "[A-Za-z0-9_+=,.@-]+");
static PUT: Shape = Shape::Record(&[
    req("PolicyName", &NAME),
    req("PolicyDocument", &ANY_TEXT),
    opt("PolicyRevisionId", &ANY_TEXT),
    opt("BypassPolicyLockoutCheck", &FLAG),
]);
static TOKEN: Shape = words(1, 100);
static LIST: Shape = Shape::Record(&[opt("NextToken", &TOKEN)]);
static DELETE: Shape = Shape::Record(&[req("PolicyName", &NAME), opt("PolicyRevisionId", &ANY_TEXT)]);

/// Sets a policy.
pub(super) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT.accept(&call.params.body)?;
    let (name, document) = (text(&body, "PolicyName"), text(&body, "PolicyDocument"));
    if document.len() > LONGEST {
        let message = format!("A policy can have at most {LONGEST} bytes");
        return Err(Failure::coded("PolicySizeLimitExceededException", 400, message));
    }
    let parsed: Option<Map<String, Value>> = serde_json::from_str(document).ok();
    if !parsed.is_some_and(|parsed| parsed.contains_key("Statement")) {
        return Err(Failure::coded("MalformedPolicyDocumentException", 400, "The policy document is not a policy"));
    }
    let now = call.now;
    let place = call.xray();
    check_revision(place, name, &body)?;
    if !place.policies.contains_key(name) && place.policies.len() >= MOST {
        let message = format!("An account can have at most {MOST} policies");
        return Err(Failure::coded("PolicyCountLimitExceededException", 400, message));
    }
    let revision = place.policies.get(name).map_or(0, |policy| policy.revision) + 1;
    let policy = Policy { document: document.to_owned(), revision, updated_at: now };
    let view = view(name, &policy);
    place.policies.insert(name.to_owned(), policy);
    Ok(Reply::Json(json!({ "ResourcePolicy": view })))
}

/// The policies, by name. There are never so many that they need pages.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    LIST.accept(&call.params.body)?;
    let all: Vec<Value> = call.xray().policies.iter().map(|(name, policy)| view(name, policy)).collect();
    Ok(Reply::Json(json!({ "ResourcePolicies": all })))
}

/// Takes a policy away.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DELETE.accept(&call.params.body)?;
    let name = text(&body, "PolicyName");
    let place = call.xray();
    check_revision(place, name, &body)?;
    place.policies.remove(name).map_or_else(
        || Err(refused(format!("The resource policy {name} does not exist"))),
        |_| Ok(Reply::Json(json!({}))),
    )
}

/// The revision in a request must be the policy's; that of a policy that is not there is 0.
fn check_revision(place: &Place, name: &str, body: &Map<String, Value>) -> Result<(), Failure> {
    let now = place.policies.get(name).map_or(0, |policy| policy.revision);
    match body.get("PolicyRevisionId").and_then(Value::as_str) {
        Some(given) if given != now.to_string() => Err(Failure::coded(
            "InvalidPolicyRevisionIdException",
            400,
            format!("The revision {given} is not that of the policy {name}"),
        )),
        _ => Ok(()),
    }
}

fn text<'a>(body: &'a Map<String, Value>, member: &str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn view(name: &str, policy: &Policy) -> Value {
    json!({
        "PolicyName": name,
        "PolicyDocument": policy.document,
        "PolicyRevisionId": policy.revision.to_string(),
        "LastUpdatedTime": epoch(policy.updated_at),
    })
}
