//! Versions of managed policies: never changed, and one of them in force.

use serde_json::{Map, Value, json};

use super::input::{self, LONGEST_MANAGED, accept, text};
use super::state::{Managed, Version};
use super::{answer, limit, no_such_entity, page, shapes};
use crate::failure::Failure;
use crate::policy::Sort;
use crate::services::{Call, Reply};

/// How many versions a policy can have.
const MOST: usize = 5;

/// CreatePolicyVersion.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::CREATE_VERSION)?;
    let document = input::document(text(&given, "PolicyDocument"), Sort::Identity, "PolicySize", LONGEST_MANAGED)?;
    let now = call.now;
    let policy = input::own_policy(call, &given)?;
    if policy.versions.len() >= MOST {
        return Err(limit(format!(
            "A managed policy can have up to {MOST} versions. Before you create a new version, you must delete an \
             existing version."
        )));
    }
    // The number of a version that was deleted is not given again, unless it was the last.
    let number = policy.versions.iter().map(|version| version.number).max().unwrap_or(0) + 1;
    let version = Version { number, document, created_at: now };
    if given.get("SetAsDefault") == Some(&Value::Bool(true)) {
        policy.default = number;
    }
    policy.updated_at = now;
    let shown = answer::version(policy, &version, false);
    policy.versions.push(version);
    Ok(Reply::Json(json!({ "PolicyVersion": shown })))
}

/// GetPolicyVersion.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_VERSION)?;
    let policy = input::any_policy(call, &given)?;
    let version = existing(&policy, &given)?;
    Ok(Reply::Json(json!({ "PolicyVersion": answer::version(&policy, version, true) })))
}

/// ListPolicyVersions.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_OF_POLICY)?;
    let policy = input::any_policy(call, &given)?;
    // The newest comes first.
    let key = |version: &Version| format!("{:010}", u32::MAX - version.number);
    let items = policy.versions.iter().map(|one| (key(one), answer::version(&policy, one, false))).collect();
    Ok(Reply::Json(json!(page::page(&given, "Versions", items)?)))
}

/// SetDefaultPolicyVersion.
pub(super) fn set_default(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_VERSION)?;
    let now = call.now;
    let policy = input::own_policy(call, &given)?;
    policy.default = existing(policy, &given)?.number;
    policy.updated_at = now;
    answer::nothing()
}

/// DeletePolicyVersion.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_VERSION)?;
    let now = call.now;
    let policy = input::own_policy(call, &given)?;
    let number = existing(policy, &given)?.number;
    if number == policy.default {
        let message = "Cannot delete the default version of a policy.";
        return Err(Failure::coded("DeleteConflict", 409, message));
    }
    policy.versions.retain(|version| version.number != number);
    policy.updated_at = now;
    answer::nothing()
}

fn existing<'a>(policy: &'a Managed, given: &Map<String, Value>) -> Result<&'a Version, Failure> {
    let id = text(given, "VersionId");
    let found = id.strip_prefix('v').and_then(|number| number.parse().ok()).and_then(|number| policy.version(number));
    let missing = || no_such_entity(format!("Policy {} version {id} does not exist or is not attachable.", policy.arn));
    found.ok_or_else(missing)
}
