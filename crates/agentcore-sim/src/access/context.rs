//! What conditions can look at: the caller, the request, the resource.

use serde_json::{Map, Value};

use super::Asked;
use crate::policy::Context;
use crate::store::Store;

/// Keys of AgentCore, and where their values stand in a request.
///
/// Source: Service Authorization Reference, condition keys of Amazon Bedrock AgentCore. What is not here is never
/// there: the claims of tokens, the details of targets, and the type of a runtime's authorizer, whose values are not
/// documented.
const AGENTCORE_KEYS: &[(&str, &[&str])] = &[
    ("bedrock-agentcore:subnets", &["/networkConfiguration/networkModeConfig/subnets"]),
    ("bedrock-agentcore:subnets", &["/networkConfiguration/vpcConfig/subnets"]),
    ("bedrock-agentcore:securityGroups", &["/networkConfiguration/networkModeConfig/securityGroups"]),
    ("bedrock-agentcore:securityGroups", &["/networkConfiguration/vpcConfig/securityGroups"]),
    ("bedrock-agentcore:KmsKeyArn", &["/encryptionKeyArn"]),
    ("bedrock-agentcore:DiscoveryUrl", &["/authorizerConfiguration/customJWTAuthorizer/discoveryUrl"]),
    ("bedrock-agentcore:GatewayAuthorizerType", &["/authorizerType"]),
    ("bedrock-agentcore:ProtocolType", &["/protocolType"]),
    ("bedrock-agentcore:PolicyEngineArn", &["/policyEngineConfiguration/arn"]),
    ("bedrock-agentcore:PolicyEngineMode", &["/policyEngineConfiguration/mode"]),
    ("bedrock-agentcore:actorId", &["/actorId"]),
    ("bedrock-agentcore:sessionId", &["/sessionId"]),
    ("bedrock-agentcore:namespace", &["/namespace"]),
    ("bedrock-agentcore:strategyId", &["/memoryStrategyId", "/searchCriteria/memoryStrategyId"]),
    ("bedrock-agentcore:userid", &["/userId"]),
];

/// What is known about a request, whatever action is looked at.
pub(super) fn of_request(asked: &Asked<'_>, document: &Map<String, Value>) -> Context {
    let mut context = of_caller(asked);
    let tags = tags(document);
    for (key, value) in &tags {
        context.set(&format!("aws:RequestTag/{key}"), value.as_str());
    }
    let keys = ["tagKeys", "TagKeys"].iter().filter_map(|name| document.get(*name)).flat_map(texts);
    context.set_all("aws:TagKeys", tags.into_iter().map(|(key, _)| key).chain(keys));
    if asked.service.signing_name == "bedrock-agentcore" {
        let document = Value::Object(document.clone());
        for (key, places) in AGENTCORE_KEYS {
            let found = places.iter().find_map(|place| document.pointer(place));
            context.set_all(key, found.map(texts).unwrap_or_default());
        }
    }
    for (key, member) in [
        ("iam:PermissionsBoundary", "PermissionsBoundary"),
        ("iam:PolicyARN", "PolicyArn"),
        ("iam:AWSServiceName", "AWSServiceName"),
        ("sts:ExternalId", "ExternalId"),
        ("sts:RoleSessionName", "RoleSessionName"),
        ("sts:SourceIdentity", "SourceIdentity"),
    ] {
        if key.starts_with(asked.service.signing_name) {
            context.set_all(key, document.get(member).map(texts).unwrap_or_default());
        }
    }
    context
}

/// What is known about the caller and the connection.
fn of_caller(asked: &Asked<'_>) -> Context {
    let caller = asked.caller;
    let mut context = Context::default();
    context.set("aws:PrincipalAccount", caller.account.as_str());
    context.set("aws:userid", caller.user_id.as_str());
    match &caller.session {
        None => {
            context.set("aws:PrincipalArn", caller.arn.as_str());
            context.set("aws:PrincipalType", "User");
            context.set("aws:username", caller.arn.rsplit('/').next().unwrap_or_default());
        }
        Some(session) => {
            context.set("aws:PrincipalArn", session.role.as_str());
            context.set("aws:PrincipalType", "AssumedRole");
            let role = asked.store.iam.role_at(&session.role);
            let tags = role.into_iter().flat_map(|role| &role.tags).chain(&session.tags);
            for (key, value) in tags {
                context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
            }
        }
    }
    context.set("aws:CurrentTime", format!("{:.0}", asked.now));
    context.set("aws:EpochTime", asked.now.as_second().to_string());
    context.set("aws:RequestedRegion", caller.region.as_str());
    // Only this machine can ask, and what it asks counts as asked over TLS.
    context.set("aws:SourceIp", "127.0.0.1");
    context.set("aws:SecureTransport", "true");
    context.set("aws:ViaAWSService", "false");
    context.set("aws:PrincipalIsAWSService", "false");
    if let Some(agent) = asked.params.header("user-agent") {
        context.set("aws:UserAgent", agent);
    }
    context
}

/// What is known about a resource.
pub(super) fn of_resource(store: &Store, arn: &str) -> Context {
    let mut context = Context::default();
    let account = arn.split(':').nth(4).unwrap_or_default();
    if !account.is_empty() {
        context.set("aws:ResourceAccount", account);
    }
    let tags = store.get(arn).map(|resource| &resource.tags);
    let role = store.iam.role_at(arn);
    for (key, value) in tags.or(role.map(|role| &role.tags)).into_iter().flatten() {
        context.set(&format!("aws:ResourceTag/{key}"), value.as_str());
        if role.is_some() {
            context.set(&format!("iam:ResourceTag/{key}"), value.as_str());
        }
    }
    if let Some(boundary) = role.and_then(|role| role.boundary.as_ref()) {
        context.set("iam:PermissionsBoundary", boundary.as_str());
    }
    context
}

/// The tags in a request: names and values, or a list of both.
pub(super) fn tags(document: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match document.get("tags").or_else(|| document.get("Tags")) {
        Some(Value::Object(table)) => {
            table.iter().map(|(key, value)| (key.clone(), text(Some(value)).unwrap_or_default())).collect()
        }
        Some(Value::Array(list)) => {
            let part = |tag: &Value, great, small| text(tag.get(great).or_else(|| tag.get(small)));
            let both = |tag: &Value| Some((part(tag, "Key", "key")?, part(tag, "Value", "value").unwrap_or_default()));
            list.iter().filter_map(both).collect()
        }
        _ => Vec::new(),
    }
}

/// Text, or a list of texts.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}
