//! Who may become a role.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Asked, context};
use crate::caller::Caller;
use crate::failure::Failure;
use crate::moment::later;
use crate::policy::{Context, Policy, Question, Sort, Trust, Who, grant, trust};
use crate::services::iam::Role;

/// How somebody wants to become a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assumption<'a> {
    /// As the caller that they are.
    Caller,
    /// As whoever the token says that they are.
    Token(&'a str),
}

/// Refuses whoever is not trusted with a role, and everybody where it does not exist.
pub(crate) fn may_assume(asked: &Asked<'_>, role: &str, how: Assumption<'_>) -> Result<(), Failure> {
    let spread = asked.settings.role_propagation();
    let found = asked.store.iam.role_at(role).filter(|role| later(role.created_at, spread) <= asked.now);
    let mut known = context::of_request(asked, &asked.params.document());
    match how {
        Assumption::Caller => {
            let caller = &asked.caller.arn;
            let trusted = found.is_some_and(|found| {
                let says = |action| by_caller(found, asked.caller, action, &known);
                let tags = asked.params.body.contains_key("Tags");
                is_trusted(says("sts:AssumeRole")) && (!tags || is_trusted(says("sts:TagSession")))
            });
            let message = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}");
            if trusted { Ok(()) } else { Err(Failure::Denied(message)) }
        }
        Assumption::Token(token) => {
            let invalid = || Failure::coded("InvalidIdentityToken", 400, "The ID Token provided is not a valid JWT.");
            let claims = claims(token).ok_or_else(invalid)?;
            let issuer = claims.get("iss").and_then(Value::as_str).ok_or_else(invalid)?;
            let issuer = issuer.strip_prefix("https://").unwrap_or(issuer);
            for (claim, value) in claims.as_object().into_iter().flatten() {
                let values: Vec<String> = match value {
                    Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    Value::String(text) => vec![text.clone()],
                    _ => Vec::new(),
                };
                known.set_all(&format!("{issuer}:{claim}"), values);
            }
            let account = role.split(':').nth(4).unwrap_or_default();
            let provider = format!("arn:aws:iam::{account}:oidc-provider/{issuer}");
            let action = "sts:AssumeRoleWithWebIdentity";
            let trusted = found.is_some_and(|found| {
                let policy = found.trust();
                let says = |name| trust(&policy, &Who::Federated(name), action, &known);
                let (by_arn, by_name) = (says(&provider), says(issuer));
                by_arn != Trust::Denied && by_name != Trust::Denied && (is_trusted(by_arn) || is_trusted(by_name))
            });
            if trusted { Ok(()) } else { Err(Failure::Denied(format!("Not authorized to perform {action}"))) }
        }
    }
}

/// What the role that a request names says of the caller, if it is in the caller's own account.
pub(super) fn of_role(asked: &Asked<'_>) -> Trust {
    let arn = asked.params.body.get("RoleArn").and_then(Value::as_str).unwrap_or_default();
    let role = asked.store.iam.role_at(arn).filter(|_| arn.split(':').nth(4) == Some(&asked.caller.account));
    let known = context::of_request(asked, &asked.params.document());
    role.map_or(Trust::Unknown, |role| by_caller(role, asked.caller, "sts:AssumeRole", &known))
}

/// What the policy of a resource of AgentCore says of the caller.
pub(super) fn of_resource(asked: &Asked<'_>, question: &Question<'_>) -> Trust {
    let resource = asked.store.get(question.resource);
    let policy = resource.and_then(|resource| resource.policy.as_deref());
    let policy = policy.and_then(|text| Policy::parse(text, Sort::Resource).ok());
    policy.map_or(Trust::Unknown, |policy| as_caller(asked.caller, |who| grant(&policy, who, question)))
}

fn is_trusted(trust: Trust) -> bool {
    matches!(trust, Trust::Account | Trust::Named)
}

fn by_caller(role: &Role, caller: &Caller, action: &str, known: &Context) -> Trust {
    as_caller(caller, |who| trust(&role.trust(), who, action, known))
}

/// Asks about a caller under all names that they have.
fn as_caller(caller: &Caller, ask: impl Fn(&Who<'_>) -> Trust) -> Trust {
    let mut arns = vec![caller.arn.as_str()];
    arns.extend(caller.session.as_ref().map(|session| session.role.as_str()));
    ask(&Who::Aws { account: &caller.account, arns: &arns })
}

/// What a token says. Its signature is not verified.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_head, body, _signature, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let body = URL_SAFE_NO_PAD.decode(body.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&body).ok()
}
