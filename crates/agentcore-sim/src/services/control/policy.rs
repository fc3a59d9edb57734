//! Policies of resources: one text for each runtime, endpoint or gateway.

use serde_json::{Value, json};

use super::Call;
use crate::failure::{Failure, Reason};
use crate::policy::{Policy, Sort};
use crate::services::Reply;
use crate::shape::{Shape, req, text};
use crate::store::{Kind, Resource};

static RESOURCE_ARN: Shape = text(20, 1011);
static POLICY: Shape = text(1, 20_480);
static PUT: Shape = Shape::Record(&[req("policy", &POLICY)]);

/// PutResourcePolicy: in place of the one before.
pub(super) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT.accept(&call.params.body)?;
    let policy = body.get("policy").and_then(Value::as_str).unwrap_or_default();
    check(policy)?;
    resource(call)?.policy = Some(policy.to_owned());
    Ok(Reply::Json(json!({ "policy": policy })))
}

/// GetResourcePolicy.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let policy = json!({ "policy": resource(call)?.policy });
    Ok(Reply::Json(policy))
}

/// DeleteResourcePolicy.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    resource(call)?.policy = None;
    Ok(Reply::Empty)
}

/// The resource in the path, if it is the caller's and can have a policy.
fn resource<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Resource, Failure> {
    let arn = call.own_arn(&RESOURCE_ARN)?;
    let kind = Kind::of_arn(&arn).map(|(kind, _)| kind);
    if !matches!(kind, Some(Kind::AgentRuntime | Kind::AgentRuntimeEndpoint | Kind::Gateway)) {
        return Err(Failure::validation(
            Reason::FieldValidationFailed,
            "Resource policies are supported for runtimes, their endpoints and gateways only",
        ));
    }
    call.existing(&arn)
}

/// A policy must mean something, and say about whom it is.
fn check(policy: &str) -> Result<(), Failure> {
    let parsed = Policy::parse(policy, Sort::Resource);
    parsed.map(|_| ()).map_err(|error| Failure::field("policy", format!("The policy is not valid: {error}")))
}
