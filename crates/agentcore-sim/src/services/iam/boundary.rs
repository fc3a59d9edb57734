//! Boundaries: the policy that says what a role can at most be allowed.

use super::input::{self, accept, text};
use super::{answer, no_such_entity, shapes};
use crate::failure::Failure;
use crate::services::{Call, Reply};

/// PutRolePermissionsBoundary.
pub(super) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::PUT_BOUNDARY)?;
    input::own_role(call, &given)?;
    let arn = existing(call, text(&given, "PermissionsBoundary").to_owned())?;
    input::own_role(call, &given)?.boundary = Some(arn);
    answer::nothing()
}

/// DeleteRolePermissionsBoundary.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_ROLE)?;
    let role = input::own_role(call, &given)?;
    let missing = || no_such_entity(format!("Role {} does not have a permissions boundary.", text(&given, "RoleName")));
    role.boundary.take().ok_or_else(missing)?;
    answer::nothing()
}

/// The ARN of a policy, if there is one.
pub(super) fn existing(call: &Call<'_>, arn: String) -> Result<String, Failure> {
    match call.store.iam.managed(&call.caller.account, &arn) {
        Some(_) => Ok(arn),
        None => Err(no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable."))),
    }
}
