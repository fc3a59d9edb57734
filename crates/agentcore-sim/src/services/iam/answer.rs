//! Roles and policies as the service shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::state::{Account, Managed, Role, Version};
use crate::services::Reply;

/// What is not encoded in documents.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A document as it is answered: encoded like a part of a URL.
pub(super) fn document(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A point in time as this service writes it.
pub(super) fn date(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// An answer without members.
#[expect(clippy::unnecessary_wraps, reason = "it ends an operation")]
pub(super) fn nothing<E>() -> Result<Reply, E> {
    Ok(Reply::Empty)
}

/// Tags.
pub(super) fn tags(tags: &BTreeMap<String, String>) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// A role as lists show it.
pub(super) fn role_in_list(role: &Role) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("Path", json!(role.path));
    put("RoleName", json!(role.name));
    put("RoleId", json!(role.id));
    put("Arn", json!(role.arn));
    put("CreateDate", json!(date(role.created_at)));
    put("AssumeRolePolicyDocument", json!(document(&role.trust)));
    put("Description", json!(role.description));
    put("MaxSessionDuration", json!(role.max_session_seconds));
    shown
}

/// A role as it is shown when it was just made.
pub(super) fn new_role(role: &Role) -> Map<String, Value> {
    let mut shown = role_in_list(role);
    if let Some(arn) = &role.boundary {
        let boundary = json!({"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn});
        shown.insert("PermissionsBoundary".to_owned(), boundary);
    }
    if !role.tags.is_empty() {
        shown.insert("Tags".to_owned(), json!(tags(&role.tags)));
    }
    shown
}

/// A role as it is shown by itself.
pub(super) fn role(role: &Role) -> Map<String, Value> {
    let mut shown = new_role(role);
    let used = role.last_used.as_ref();
    let used = used.map(|(at, region)| json!({"LastUsedDate": date(*at), "Region": region}));
    shown.insert("RoleLastUsed".to_owned(), used.unwrap_or_else(|| json!({})));
    shown
}

/// A managed policy as lists show it.
pub(super) fn policy_in_list(account: &Account, policy: &Managed) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("PolicyName", json!(policy.name));
    put("PolicyId", json!(policy.id));
    put("Arn", json!(policy.arn));
    put("Path", json!(policy.path));
    put("DefaultVersionId", json!(format!("v{}", policy.default)));
    put("AttachmentCount", json!(account.attachments(&policy.arn)));
    put("PermissionsBoundaryUsageCount", json!(account.bounded(&policy.arn)));
    put("IsAttachable", json!(true));
    put("CreateDate", json!(date(policy.created_at)));
    put("UpdateDate", json!(date(policy.updated_at)));
    shown
}

/// A managed policy by itself.
pub(super) fn policy(account: &Account, policy: &Managed) -> Map<String, Value> {
    let mut shown = policy_in_list(account, policy);
    if let Some(description) = &policy.description {
        shown.insert("Description".to_owned(), json!(description));
    }
    if !policy.tags.is_empty() {
        shown.insert("Tags".to_owned(), json!(tags(&policy.tags)));
    }
    shown
}

/// A version of a managed policy; with its document where one is asked for by name.
pub(super) fn version(policy: &Managed, version: &Version, with_document: bool) -> Value {
    json!({
        "Document": with_document.then(|| document(&version.document)),
        "VersionId": format!("v{}", version.number),
        "IsDefaultVersion": version.number == policy.default,
        "CreateDate": date(version.created_at),
    })
}
