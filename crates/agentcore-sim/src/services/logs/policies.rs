//! Resource policies: which services may write into logs.

use serde_json::{Map, Value, json};

use super::shapes::{LIMIT, PAGE, TOKEN, absent, done, invalid, no_group, refused, text, word};
use super::state::{Place, Policy, State};
use crate::failure::Failure;
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, opt, text as words};

/// How many policies an account can have in a region, besides those of log groups.
const MOST: usize = 10;

static DOCUMENT: Shape = words(1, 51_200);
static PUT: Shape = Shape::Record(&[
    opt("policyName", &ANY_TEXT),
    opt("policyDocument", &DOCUMENT),
    opt("resourceArn", &ANY_TEXT),
    opt("expectedRevisionId", &TOKEN),
]);
static SCOPE: Shape = Shape::Choice(&["ACCOUNT", "RESOURCE"]);
static DESCRIBE: Shape = Shape::Record(&[
    opt("nextToken", &TOKEN),
    opt("limit", &LIMIT),
    opt("resourceArn", &ANY_TEXT),
    opt("policyScope", &SCOPE),
]);
static DELETE: Shape =
    Shape::Record(&[opt("policyName", &ANY_TEXT), opt("resourceArn", &ANY_TEXT), opt("expectedRevisionId", &TOKEN)]);

/// Sets a policy of the account, or that of a log group.
pub(super) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT.accept(&call.params.body)?;
    let document = text(&body, "policyDocument");
    let parsed: Option<Map<String, Value>> = serde_json::from_str(document).ok();
    let statements = parsed.as_ref().and_then(|parsed| parsed.get("Statement"));
    if !statements.is_some_and(|statements| statements.is_array() || statements.is_object()) {
        return Err(invalid("The policy document is not a valid policy"));
    }
    let policy = Policy {
        name: word(&body, "policyName"),
        document: document.to_owned(),
        updated_at: call.now,
        revision: body.contains_key("resourceArn").then(|| call.random.uuid()),
    };
    let (view, revision) = (view(&policy, body.get("resourceArn")), policy.revision.clone());
    if body.contains_key("resourceArn") {
        let arn = group_arn(call, &body)?;
        check_revision(call.logs(), &arn, &body)?;
        call.logs().group_policies.insert(arn, policy);
    } else {
        let name = policy.name.clone().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| invalid("policyName must be given"))?;
        let policies = &mut call.logs().policies;
        if !policies.contains_key(&name) && policies.len() >= MOST {
            return Err(refused("LimitExceededException", "Resource limit exceeded."));
        }
        policies.insert(name, policy);
    }
    Ok(Reply::Json(json!({ "resourcePolicy": view, "revisionId": revision })))
}

/// The policies of the account, or those of log groups.
pub(super) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DESCRIBE.accept(&call.params.body)?;
    let of_groups = body.contains_key("resourceArn") || text(&body, "policyScope") == "RESOURCE";
    // This operation knows no other refusal.
    let bad = |_| Failure::field("resourceArn", "The resource does not exist");
    let arn = if body.contains_key("resourceArn") { Some(group_arn(call, &body).map_err(bad)?) } else { None };
    let place = call.logs();
    let policies = if of_groups { &place.group_policies } else { &place.policies };
    let wanted = policies.iter().filter(|(key, _)| arn.as_ref().is_none_or(|arn| arn == *key));
    let all = wanted.map(|(key, policy)| {
        let arn = of_groups.then(|| Value::from(key.as_str()));
        (key.clone(), view(policy, arn.as_ref()))
    });
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = page(all, size(&body, "limit", PAGE), token)?;
    Ok(Reply::Json(json!({ "resourcePolicies": found, "nextToken": next })))
}

/// Takes a policy away.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DELETE.accept(&call.params.body)?;
    let name = text(&body, "policyName");
    let gone = if body.contains_key("resourceArn") {
        let arn = group_arn(call, &body)?;
        check_revision(call.logs(), &arn, &body)?;
        call.logs().group_policies.remove(&arn)
    } else {
        call.logs().policies.remove(name)
    };
    gone.map(|_| done()).ok_or_else(|| absent(format!("Policy with name [{name}] does not exist")))
}

/// The ARN, without a star, of the log group that a request names, which must be there.
fn group_arn(call: &mut Call<'_>, body: &Map<String, Value>) -> Result<String, Failure> {
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let name = State::group_name(text(body, "resourceArn"), &account, &region).ok_or_else(no_group)?;
    call.group(name).map(|group| group.arn.clone())
}

/// Whoever changes the policy of a log group must know it as it is.
fn check_revision(place: &Place, arn: &str, body: &Map<String, Value>) -> Result<(), Failure> {
    let now = place.group_policies.get(arn).and_then(|policy| policy.revision.as_deref());
    let expected = body.get("expectedRevisionId").and_then(Value::as_str);
    if now == expected {
        return Ok(());
    }
    Err(refused("OperationAbortedException", "The expected revision is not that of the policy"))
}

fn view(policy: &Policy, arn: Option<&Value>) -> Value {
    json!({
        "policyName": policy.name,
        "policyDocument": policy.document,
        "lastUpdatedTime": policy.updated_at.as_millisecond(),
        "policyScope": if arn.is_some() { "RESOURCE" } else { "ACCOUNT" },
        "resourceArn": arn,
        "revisionId": policy.revision,
    })
}
