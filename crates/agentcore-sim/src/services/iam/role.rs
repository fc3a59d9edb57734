//! Roles.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::input::{self, LONGEST_TRUST, accept, optional, text};
use super::state::Role;
use super::{answer, boundary, limit, page, shapes, tags};
use crate::failure::Failure;
use crate::policy::Sort;
use crate::services::{Call, Reply};

/// How many roles an account can have.
const MOST: usize = 1000;
/// How long a session lasts at most, if nothing is said.
const DEFAULT_SESSION_SECONDS: u64 = 3600;

/// CreateRole.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::CREATE_ROLE)?;
    let name = text(&given, "RoleName").to_owned();
    let trust =
        input::document(text(&given, "AssumeRolePolicyDocument"), Sort::Trust, "ACLSizePerRole", LONGEST_TRUST)?;
    let mut own_tags = BTreeMap::new();
    tags::add(&mut own_tags, &given)?;
    let path = optional(&given, "Path").unwrap_or_else(|| "/".to_owned());
    if path.starts_with("/aws-service-role/") {
        return Err(super::invalid_input(format!("Path {path} is for roles that are linked to a service.")));
    }
    let boundary = optional(&given, "PermissionsBoundary").map(|arn| boundary::existing(call, arn)).transpose()?;
    let account = call.store.iam.account(&call.caller.account);
    if account.is_taken(&name) {
        return Err(Failure::coded("EntityAlreadyExists", 409, format!("Role with name {name} already exists.")));
    }
    if account.roles().count() >= MOST {
        return Err(limit(format!("Cannot exceed quota for RolesPerAccount: {MOST}")));
    }
    let role = Role {
        arn: format!("arn:aws:iam::{}:role{path}{name}", call.caller.account),
        id: format!("AROA{}", call.random.key_suffix()),
        name,
        path,
        description: optional(&given, "Description"),
        max_session_seconds: seconds(&given).unwrap_or(DEFAULT_SESSION_SECONDS),
        trust,
        tags: own_tags,
        boundary,
        inline: BTreeMap::new(),
        attached: Vec::new(),
        created_at: call.now,
        last_used: None,
        service: None,
    };
    let shown = answer::new_role(&role);
    account.insert(role);
    Ok(Reply::Json(json!({ "Role": shown })))
}

fn seconds(given: &serde_json::Map<String, Value>) -> Option<u64> {
    given.get("MaxSessionDuration").and_then(Value::as_u64)
}

/// GetRole.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_ROLE)?;
    let shown = answer::role(input::role(call, &given)?);
    Ok(Reply::Json(json!({ "Role": shown })))
}

/// UpdateRole. Of a role that is linked to a service only the description can be changed.
pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::UPDATE_ROLE)?;
    let role = match seconds(&given) {
        Some(seconds) => {
            let role = input::own_role(call, &given)?;
            role.max_session_seconds = seconds;
            role
        }
        None => input::role(call, &given)?,
    };
    if given.contains_key("Description") {
        role.description = optional(&given, "Description");
    }
    Ok(Reply::Json(json!({})))
}

/// UpdateRoleDescription.
pub(super) fn update_description(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::UPDATE_DESCRIPTION)?;
    let role = input::role(call, &given)?;
    role.description = optional(&given, "Description");
    Ok(Reply::Json(json!({ "Role": answer::new_role(role) })))
}

/// UpdateAssumeRolePolicy.
pub(super) fn update_trust(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::UPDATE_TRUST)?;
    let role = input::own_role(call, &given)?;
    role.trust = input::document(text(&given, "PolicyDocument"), Sort::Trust, "ACLSizePerRole", LONGEST_TRUST)?;
    answer::nothing()
}

/// DeleteRole.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_ROLE)?;
    let role = input::own_role(call, &given)?;
    let conflict = |what| Failure::coded("DeleteConflict", 409, format!("Cannot delete entity, must {what} first."));
    if !role.attached.is_empty() {
        return Err(conflict("detach all policies"));
    }
    if !role.inline.is_empty() {
        return Err(conflict("delete policies"));
    }
    let name = role.name.clone();
    call.store.iam.account(&call.caller.account).remove(&name);
    answer::nothing()
}

/// ListRoles.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_ROLES)?;
    let prefix = text(&given, "PathPrefix");
    let account = call.store.iam.account(&call.caller.account);
    let roles = account.roles().filter(|role| role.path.starts_with(prefix));
    let items = roles.map(|role| (role.name.clone(), Value::Object(answer::role_in_list(role)))).collect();
    Ok(Reply::Json(Value::Object(page::page(&given, "Roles", items)?)))
}
