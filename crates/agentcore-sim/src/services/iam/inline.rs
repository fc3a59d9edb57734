//! Policies that are part of a role.

use serde_json::{Value, json};

use super::input::{self, LONGEST_INLINE, accept, length, text};
use super::{answer, limit, no_such_entity, page, shapes};
use crate::failure::Failure;
use crate::policy::Sort;
use crate::services::{Call, Reply};

/// PutRolePolicy.
pub(super) fn put(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::PUT_INLINE)?;
    let role = input::own_role(call, &given)?;
    let name = text(&given, "PolicyName");
    let document = input::document(text(&given, "PolicyDocument"), Sort::Identity, "PolicySize", usize::MAX)?;
    let others = role.inline.iter().filter(|(other, _)| *other != name).map(|(_, other)| length(other));
    if others.sum::<usize>() + length(&document) > LONGEST_INLINE {
        let message = format!("Maximum policy size of {LONGEST_INLINE} bytes exceeded for role {}", role.name);
        return Err(limit(message));
    }
    role.inline.insert(name.to_owned(), document);
    answer::nothing()
}

/// GetRolePolicy.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_INLINE)?;
    let role = input::role(call, &given)?;
    let name = text(&given, "PolicyName");
    let document = role.inline.get(name).ok_or_else(|| missing(name))?;
    Ok(Reply::Json(json!({
        "RoleName": role.name,
        "PolicyName": name,
        "PolicyDocument": answer::document(document),
    })))
}

/// DeleteRolePolicy.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_INLINE)?;
    let name = text(&given, "PolicyName");
    input::own_role(call, &given)?.inline.remove(name).ok_or_else(|| missing(name))?;
    answer::nothing()
}

/// ListRolePolicies.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_OF_ROLE)?;
    let names = input::role(call, &given)?.inline.keys();
    let items = names.map(|name| (name.clone(), Value::from(name.as_str()))).collect();
    Ok(Reply::Json(json!(page::page(&given, "PolicyNames", items)?)))
}

fn missing(name: &str) -> Failure {
    no_such_entity(format!("The role policy with name {name} cannot be found."))
}
