//! What a target is a target for, and what follows from that.

use serde_json::{Map, Value};

use crate::failure::Failure;

/// The sort of a target as lists show it.
pub(super) fn target_type(body: &Map<String, Value>) -> Option<&'static str> {
    let (outer, inner, _) = configured(body)?;
    match (outer, inner) {
        ("mcp", "openApiSchema") => Some("OPEN_API_SCHEMA"),
        ("mcp", "smithyModel") => Some("SMITHY_MODEL"),
        ("mcp", "mcpServer") => Some("MCP_SERVER"),
        ("mcp", "lambda") => Some("LAMBDA"),
        ("mcp", "apiGateway") => Some("API_GATEWAY"),
        ("mcp" | "inference", "connector") => Some("CONNECTOR"),
        ("http", "agentcoreRuntime") => Some("AGENTCORE_RUNTIME"),
        ("http", "passthrough") => Some("PASSTHROUGH"),
        ("http", "connector") => Some("HTTP_CONNECTOR"),
        ("inference", "provider") => Some("PROVIDER"),
        _ => None,
    }
}

/// The protocol that the gateway speaks with the target, where there is a name for it.
pub(super) fn protocol(body: &Map<String, Value>) -> Option<&'static str> {
    match configured(body)?.0 {
        "mcp" => Some("MCP"),
        "http" => Some("HTTP"),
        _ => None,
    }
}

/// The settings of a target that is an MCP server.
pub(super) fn server(body: &Map<String, Value>) -> Option<&Value> {
    configured(body).filter(|(outer, inner, _)| (*outer, *inner) == ("mcp", "mcpServer")).map(|(_, _, server)| server)
}

/// Whether the service fetches the tools of the target and keeps them.
pub(super) fn fetches(body: &Map<String, Value>) -> bool {
    server(body).is_some_and(|server| {
        let dynamic = server.get("listingMode").and_then(Value::as_str) == Some("DYNAMIC");
        server.get("mcpToolSchema").is_none() && !dynamic
    })
}

/// Whether somebody has to consent before the tools can be fetched.
pub(super) fn needs_consent(body: &Map<String, Value>) -> bool {
    let grant = credential(body)
        .and_then(|credential| credential.get("credentialProvider")?.get("oauthCredentialProvider")?.get("grantType"));
    fetches(body) && grant.and_then(Value::as_str) == Some("AUTHORIZATION_CODE")
}

/// The credentials are those of their type.
pub(super) fn check(body: &Map<String, Value>) -> Result<(), Failure> {
    let Some(credential) = credential(body) else { return Ok(()) };
    let provider = credential.get("credentialProvider").and_then(Value::as_object);
    let given = provider.and_then(|provider| provider.keys().next()).map(String::as_str);
    let sort = credential.get("credentialProviderType").and_then(Value::as_str).unwrap_or_default();
    let fits = match sort {
        "OAUTH" => given == Some("oauthCredentialProvider"),
        "API_KEY" => given == Some("apiKeyCredentialProvider"),
        _ => given.is_none_or(|given| given == "iamCredentialProvider"),
    };
    if fits {
        return Ok(());
    }
    let message = format!("credentialProvider must be one for the type {sort}");
    Err(Failure::field("credentialProviderConfigurations.1.member.credentialProvider", message))
}

fn credential(body: &Map<String, Value>) -> Option<&Value> {
    body.get("credentialProviderConfigurations")?.get(0)
}

fn configured(body: &Map<String, Value>) -> Option<(&str, &str, &Value)> {
    let (outer, inner) = body.get("targetConfiguration")?.as_object()?.iter().next()?;
    let (inner, settings) = inner.as_object()?.iter().next()?;
    Some((outer, inner, settings))
}
