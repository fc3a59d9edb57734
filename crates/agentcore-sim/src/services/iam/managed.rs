//! Managed policies: the account's own, and AWS's.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::input::{self, LONGEST_MANAGED, accept, optional, text};
use super::state::{Managed, Version};
use super::{answer, limit, page, shapes, tags};
use crate::failure::Failure;
use crate::policy::Sort;
use crate::services::{Call, Reply};

/// How many policies an account can have.
const MOST: usize = 1500;

/// The policies of AWS that exist here.
pub(super) fn of_aws() -> Vec<Managed> {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    });
    // The sixth of February 2015, when AWS made it.
    let made = Timestamp::from_second(1_423_247_986).unwrap_or_default();
    vec![Managed {
        name: "AdministratorAccess".to_owned(),
        path: "/".to_owned(),
        id: "ANPAIWMBCKSKIEE64ZLYK".to_owned(),
        arn: "arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
        description: Some("Provides full access to AWS services and resources.".to_owned()),
        tags: BTreeMap::new(),
        versions: vec![Version { number: 1, document: document.to_string(), created_at: made }],
        default: 1,
        created_at: made,
        updated_at: made,
    }]
}

/// CreatePolicy.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::CREATE_POLICY)?;
    let name = text(&given, "PolicyName").to_owned();
    let document = input::document(text(&given, "PolicyDocument"), Sort::Identity, "PolicySize", LONGEST_MANAGED)?;
    let mut own_tags = BTreeMap::new();
    tags::add(&mut own_tags, &given)?;
    let path = optional(&given, "Path").unwrap_or_else(|| "/".to_owned());
    let account = call.store.iam.account(&call.caller.account);
    if account.policies.values().any(|other| other.name.eq_ignore_ascii_case(&name)) {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(Failure::coded("EntityAlreadyExists", 409, message));
    }
    if account.policies.len() >= MOST {
        return Err(limit(format!("Cannot exceed quota for PoliciesPerAccount: {MOST}")));
    }
    let policy = Managed {
        arn: format!("arn:aws:iam::{}:policy{path}{name}", call.caller.account),
        id: format!("ANPA{}", call.random.key_suffix()),
        name,
        path,
        description: optional(&given, "Description"),
        tags: own_tags,
        versions: vec![Version { number: 1, document, created_at: call.now }],
        default: 1,
        created_at: call.now,
        updated_at: call.now,
    };
    let shown = answer::policy(account, &policy);
    account.policies.insert(policy.arn.clone(), policy);
    Ok(Reply::Json(json!({ "Policy": shown })))
}

/// GetPolicy.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_POLICY)?;
    let policy = input::any_policy(call, &given)?;
    let account = call.store.iam.account(&call.caller.account);
    Ok(Reply::Json(json!({ "Policy": answer::policy(account, &policy) })))
}

/// DeletePolicy.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_POLICY)?;
    let policy = input::own_policy(call, &given)?;
    let (arn, versions) = (policy.arn.clone(), policy.versions.len());
    let account = call.store.iam.account(&call.caller.account);
    let conflict = |message: &str| Failure::coded("DeleteConflict", 409, message);
    if account.attachments(&arn) + account.bounded(&arn) > 0 {
        return Err(conflict("Cannot delete a policy attached to entities."));
    }
    if versions > 1 {
        return Err(conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's \
             versions. The default version is deleted with the policy.",
        ));
    }
    account.policies.remove(&arn);
    answer::nothing()
}

/// ListPolicies.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::LIST_POLICIES)?;
    let scope = text(&given, "Scope");
    let only_attached = given.get("OnlyAttached") == Some(&Value::Bool(true));
    let prefix = text(&given, "PathPrefix");
    let account = call.store.iam.account(&call.caller.account);
    let own = account.policies.values().filter(|_| scope != "AWS").cloned();
    let aws = of_aws().into_iter().filter(|_| scope != "Local");
    let wanted = |policy: &Managed| {
        let (attached, bounds) = (account.attachments(&policy.arn) > 0, account.bounded(&policy.arn) > 0);
        let used = match text(&given, "PolicyUsageFilter") {
            "PermissionsPolicy" => attached,
            "PermissionsBoundary" => bounds,
            _ => !only_attached || attached,
        };
        used && policy.path.starts_with(prefix)
    };
    let policies = own.chain(aws).filter(wanted);
    let shown = policies.map(|policy| (policy.arn.clone(), json!(answer::policy_in_list(account, &policy))));
    let items = shown.collect();
    Ok(Reply::Json(json!(page::page(&given, "Policies", items)?)))
}
