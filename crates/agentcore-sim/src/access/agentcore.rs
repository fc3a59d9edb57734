//! What the actions of AgentCore are on.

use serde_json::{Map, Value};

use super::Asked;

/// The actions that are on resources, and of which types. The others are on none in particular: what is created has
/// no ARN yet, and what is listed has many. `named` is what the request names by its ARN.
///
/// Source: Service Authorization Reference, actions defined by Amazon Bedrock AgentCore. AWS's own browsers and code
/// interpreters are of a type of their own there, and of the same one here.
const ACTIONS: &str = include_str!("agentcore.tsv");

/// The types: the end of the ARN, in which names in braces stand for parameters of the request. What stands after an
/// equals sign is meant where the request has none of them.
///
/// Source: Service Authorization Reference, resource types defined by Amazon Bedrock AgentCore.
const TYPES: &[(&str, &str)] = &[
    ("ab-test", "ab-test/{abTestId}"),
    ("apikeycredentialprovider", "token-vault/default/apikeycredentialprovider/{name}"),
    ("batch-evaluate", "batch-evaluate/{batchEvaluationId}"),
    ("browser", "browser-custom/{browserId|browserIdentifier}"),
    ("browser-profile", "browser-profile/{profileId|profileIdentifier}"),
    ("capacity-provider", "capacity-provider/{capacityProviderId}"),
    ("code-interpreter", "code-interpreter-custom/{codeInterpreterId|codeInterpreterIdentifier}"),
    ("configuration-bundle", "configuration-bundle/{bundleId}"),
    ("consent-portal", "consent-portal/{consentPortalId}"),
    ("dataset", "dataset/{datasetId}"),
    ("evaluator", "evaluator/{evaluatorId}"),
    ("gateway", "gateway/{gatewayIdentifier}"),
    ("harness", "harness/{harnessId}"),
    ("harness-endpoint", "harness/{harnessId}/harness-endpoint/{endpointName|qualifier=DEFAULT}"),
    ("memory", "memory/{memoryId}"),
    ("oauth2credentialprovider", "token-vault/default/oauth2credentialprovider/{name|resourceCredentialProviderName}"),
    ("online-evaluation-config", "online-evaluation-config/{onlineEvaluationConfigId}"),
    ("payment-manager", "payment-manager/{paymentManagerId}"),
    ("paymentcredentialprovider", "token-vault/default/paymentcredentialprovider/{name}"),
    ("policy", "policy-engine/{policyEngineId}/policy/{policyId}"),
    ("policy-engine", "policy-engine/{policyEngineId}"),
    ("policy-generation", "policy-engine/{policyEngineId}/policy-generation/{policyGenerationId}"),
    ("recommendation", "recommendation/{recommendationId}"),
    ("registry", "registry/{registryId}"),
    ("registry-record", "registry/{registryId}/record/{recordId}"),
    ("runtime", "runtime/{agentRuntimeId|agentRuntimeArn}"),
    ("runtime-endpoint", "runtime/{agentRuntimeId|agentRuntimeArn}/runtime-endpoint/{endpointName|qualifier=DEFAULT}"),
    ("token-vault", "token-vault/{tokenVaultId=default}"),
    ("web-search", "tool/web-search.v1"),
    ("workload-identity", "workload-identity-directory/default/workload-identity/{name|workloadName}"),
    ("workload-identity-directory", "workload-identity-directory/default"),
];

/// The ARNs that an action of a request is on.
pub(super) fn resources(asked: &Asked<'_>, action: &str, document: &Map<String, Value>) -> Vec<String> {
    let row = ACTIONS.lines().find_map(|line| line.split_once('\t').filter(|(name, _)| *name == action));
    let types = row.map_or("", |(_, types)| types);
    match types {
        "" => vec!["*".to_owned()],
        "named" => vec![text(document, "resourceArn").unwrap_or_else(|| "*".to_owned())],
        types => types.split(',').map(|name| arn_of(asked, name, document)).collect(),
    }
}

/// The ARN of a resource of a type, from the parameters of a request. A star stands for what they do not say.
pub(super) fn arn_of(asked: &Asked<'_>, name: &str, document: &Map<String, Value>) -> String {
    let template = TYPES.iter().find(|(known, _)| *known == name).map_or(name, |(_, template)| *template);
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (names, after) = after.split_once('}').unwrap_or((after, ""));
        let value = value(names, document);
        path.push_str(before);
        // Where an id is expected, the ARN is taken too: it says all that comes before.
        if value.starts_with("arn:") {
            path = value;
        } else {
            path.push_str(&value);
        }
        rest = after;
    }
    path.push_str(rest);
    if path.starts_with("arn:") {
        return path;
    }
    let (region, account) = (&asked.caller.region, &asked.caller.account);
    // What AWS has made for everybody is in no account.
    match path.split_once("-custom/") {
        Some((sort, id)) if id.starts_with("aws.") => format!("arn:aws:bedrock-agentcore:{region}:aws:{sort}/{id}"),
        _ => format!("arn:aws:bedrock-agentcore:{region}:{account}:{path}"),
    }
}

fn value(names: &str, document: &Map<String, Value>) -> String {
    let (names, otherwise) = names.split_once('=').unwrap_or((names, "*"));
    names.split('|').find_map(|name| text(document, name)).unwrap_or_else(|| otherwise.to_owned())
}

fn text(document: &Map<String, Value>, name: &str) -> Option<String> {
    document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_actions_are_known() {
        for line in ACTIONS.lines() {
            let (action, types) = line.split_once('\t').unwrap();
            for name in types.split(',') {
                assert!(name == "named" || TYPES.iter().any(|(known, _)| *known == name), "{action}: {name}");
            }
        }
    }
}
