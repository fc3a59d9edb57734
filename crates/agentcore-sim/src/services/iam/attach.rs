//! Which managed policies a role has, and which roles a managed policy is attached to.

use serde_json::{Value, json};

use super::input::{self, accept, text};
use super::{answer, limit, no_such_entity, page, shapes};
use crate::failure::Failure;
use crate::services::{Call, Reply};

/// How many managed policies a role can have.
const MOST: usize = 10;

/// AttachRolePolicy.
pub(super) fn attach(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ATTACH)?;
    input::own_role(call, &given)?;
    let arn = match input::any_policy(call, &given) {
        Ok(policy) => policy.arn,
        Err(Failure::Coded { code, .. }) if code == "NoSuchEntity" => {
            let arn = text(&given, "PolicyArn");
            return Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")));
        }
        Err(other) => return Err(other),
    };
    let role = input::own_role(call, &given)?;
    if role.attached.contains(&arn) {
        return answer::nothing();
    }
    if role.attached.len() >= MOST {
        return Err(limit(format!("Cannot exceed quota for PoliciesPerRole: {MOST}")));
    }
    role.attached.push(arn);
    answer::nothing()
}

/// DetachRolePolicy.
pub(super) fn detach(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ATTACH)?;
    let role = input::own_role(call, &given)?;
    let arn = text(&given, "PolicyArn");
    let at = role.attached.iter().position(|one| one == arn);
    let at = at.ok_or_else(|| no_such_entity(format!("Policy {arn} was not found.")))?;
    role.attached.remove(at);
    answer::nothing()
}

/// ListAttachedRolePolicies.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_ATTACHED)?;
    let prefix = text(&given, "PathPrefix");
    let attached = input::role(call, &given)?.attached.clone();
    let account = &call.caller.account;
    let policies = attached.iter().filter_map(|arn| call.store.iam.managed(account, arn));
    let shown = policies.filter(|policy| policy.path.starts_with(prefix));
    let item = |name: String, arn: String| (name.clone(), json!({"PolicyName": name, "PolicyArn": arn}));
    let items = shown.map(|policy| item(policy.name, policy.arn)).collect();
    Ok(Reply::Json(json!(page::page(&given, "AttachedPolicies", items)?)))
}

/// ListEntitiesForPolicy. There are no users and no groups.
pub(super) fn entities(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_ENTITIES)?;
    let arn = input::any_policy(call, &given)?.arn;
    let roles_too = ["", "Role"].contains(&text(&given, "EntityFilter"));
    let (usage, prefix) = (text(&given, "PolicyUsageFilter"), text(&given, "PathPrefix"));
    let account = call.store.iam.account(&call.caller.account);
    let found = account.roles().filter(|role| {
        let attached = usage != "PermissionsBoundary" && role.attached.contains(&arn);
        let bounded = usage != "PermissionsPolicy" && role.boundary.as_ref() == Some(&arn);
        roles_too && (attached || bounded) && role.path.starts_with(prefix)
    });
    let items = found.map(|role| (role.name.clone(), json!({"RoleName": role.name, "RoleId": role.id}))).collect();
    let mut reply = page::page(&given, "PolicyRoles", items)?;
    for none in ["PolicyGroups", "PolicyUsers"] {
        reply.insert(none.to_owned(), Value::Array(Vec::new()));
    }
    Ok(Reply::Json(Value::Object(reply)))
}
