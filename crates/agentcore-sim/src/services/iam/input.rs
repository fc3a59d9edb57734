//! What a form says, read as what it stands for.

use serde_json::{Map, Value};

use super::state::{Managed, Role};
use super::{invalid_input, limit, no_such_entity};
use crate::failure::Failure;
use crate::policy::{Policy, Sort};
use crate::services::Call;
use crate::shape::Shape;

/// The parameters of a call, if they have the shape that they must have. In a form everything is text: numbers and
/// flags are read from it.
pub(super) fn accept(call: &Call<'_>, shape: &'static Shape) -> Result<Map<String, Value>, Failure> {
    let mut given = call.params.body.clone();
    if let Shape::Record(members) = shape {
        for member in *members {
            if let Some(value) = given.get_mut(member.name) {
                read(value, member.shape);
            }
        }
    }
    shape.accept(&given).map_err(as_told)
}

/// In refusals, the names of members begin with small letters.
fn as_told(failure: Failure) -> Failure {
    let Failure::Validation { reason, mut message, fields } = failure else { return failure };
    for field in &fields {
        let parts = field.name.split('.').map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect::<String>()
        });
        let small = parts.collect::<Vec<_>>().join(".");
        message = message.replace(&format!("'{}'", field.name), &format!("'{small}'"));
    }
    Failure::Validation { reason, message, fields }
}

fn read(value: &mut Value, shape: &'static Shape) {
    let Value::String(text) = &*value else { return };
    let better = match shape {
        Shape::Whole { .. } => text.parse::<i64>().ok().map(Value::from),
        Shape::Flag => match text.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Shape::List { .. } if text.is_empty() => Some(Value::Array(Vec::new())),
        _ => None,
    };
    if let Some(better) = better {
        *value = better;
    }
}

/// Text in a record that was accepted; empty if it is not there.
pub(super) fn text<'a>(given: &'a Map<String, Value>, name: &str) -> &'a str {
    given.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Text in a record that was accepted, if it is there and not empty.
pub(super) fn optional(given: &Map<String, Value>, name: &str) -> Option<String> {
    Some(text(given, name).to_owned()).filter(|text| !text.is_empty())
}

/// The role that a call names.
pub(super) fn role<'a>(call: &'a mut Call<'_>, given: &Map<String, Value>) -> Result<&'a mut Role, Failure> {
    let name = text(given, "RoleName");
    let account = &call.caller.account;
    let missing = || no_such_entity(format!("The role with name {name} cannot be found."));
    call.store.iam.account(account).role_mut(name).ok_or_else(missing)
}

/// The role that a call names, if it is one that can be changed.
pub(super) fn own_role<'a>(call: &'a mut Call<'_>, given: &Map<String, Value>) -> Result<&'a mut Role, Failure> {
    let role = role(call, given)?;
    if role.service.is_some() {
        let message = format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            role.name
        );
        return Err(Failure::coded("UnmodifiableEntity", 400, message));
    }
    Ok(role)
}

/// The managed policy that a call names, be it AWS's.
pub(super) fn any_policy(call: &Call<'_>, given: &Map<String, Value>) -> Result<Managed, Failure> {
    let arn = policy_arn(given)?;
    let missing = || no_such_entity(format!("Policy {arn} was not found."));
    call.store.iam.managed(&call.caller.account, arn).ok_or_else(missing)
}

/// The managed policy that a call names, if it is the account's own.
pub(super) fn own_policy<'a>(call: &'a mut Call<'_>, given: &Map<String, Value>) -> Result<&'a mut Managed, Failure> {
    let arn = policy_arn(given)?;
    if arn.contains(":iam::aws:policy/") {
        return Err(Failure::coded("AccessDenied", 403, format!("{arn} is a policy of AWS and cannot be changed")));
    }
    let account = &call.caller.account;
    let missing = || no_such_entity(format!("Policy {arn} was not found."));
    call.store.iam.account(account).policies.get_mut(arn).ok_or_else(missing)
}

fn policy_arn(given: &Map<String, Value>) -> Result<&str, Failure> {
    let arn = text(given, "PolicyArn");
    if crate::shape::matches(r"arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/.+", arn) {
        Ok(arn)
    } else {
        Err(invalid_input(format!("ARN {arn} is not valid.")))
    }
}

/// The longest documents, in characters other than white space.
pub(super) const LONGEST_TRUST: usize = 2048;
pub(super) const LONGEST_MANAGED: usize = 6144;
pub(super) const LONGEST_INLINE: usize = 10_240;

/// How long a document is: white space does not count.
pub(super) fn length(document: &str) -> usize {
    document.chars().filter(|one| !one.is_whitespace()).count()
}

/// A document that means something and is not too long.
pub(super) fn document(text: &str, sort: Sort, quota: &str, longest: usize) -> Result<String, Failure> {
    Policy::parse(text, sort).map_err(|error| malformed(&error.to_string()))?;
    if length(text) > longest {
        return Err(limit(format!("Cannot exceed quota for {quota}: {longest}")));
    }
    Ok(text.to_owned())
}

/// A refusal because a document is no policy.
pub(crate) fn malformed(message: &str) -> Failure {
    Failure::coded("MalformedPolicyDocument", 400, message)
}
