//! Actions that AWS checks besides the one that an operation is named for.

use serde_json::{Map, Value, json};

use super::agentcore::arn_of;
use super::{Asked, Need, context, execution_role, linked_services};
use crate::policy::Context;
use crate::services::iam;

/// Who may be handed a role.
const SERVICE: &str = "bedrock-agentcore.amazonaws.com";

/// When an action is needed, and on what.
#[derive(Debug, Clone, Copy)]
enum On {
    /// Always, on a resource of the type that does not exist yet.
    New(&'static str),
    /// Always, on resources of the types in the request.
    Existing(&'static [&'static str]),
    /// Always, on the workload identity of the resource in the request, which is of this type.
    IdentityOf(&'static str),
    /// If the request has tags, on a resource of the type that does not exist yet.
    Tagged(&'static str),
    /// If the request names a role, on that.
    Role,
    /// Always, on what the request names by its ARN.
    Named,
    /// If the role of a service does not exist in the account, on that.
    LinkedRole,
    /// If the request is made in the name of a user.
    ForUser(&'static [&'static str]),
}

/// The operations, the actions that they need besides their own, and where that is from:
///
/// - D: AWS's developer guide (permissions of the runtime, prerequisites of gateways, service-linked roles)
/// - A: the permissions that the integration tests of Ansible's collection amazon.ai turned out to need
///   (mattclay/aws-terminator #348)
/// - C: CloudWatch Logs' guide (permissions for logs that services send)
/// - R: Service Authorization Reference: the action is there, and its resource type
/// - M: the service model: what the member of the request is for
/// - U: usual in AWS, or as with another kind here; not documented for this operation
const DEPENDENT: &[(&str, &str, On)] = &[
    ("CreateAgentRuntime", "iam:PassRole", On::Role),           // D
    ("UpdateAgentRuntime", "iam:PassRole", On::Role),           // D
    ("CreateMemory", "iam:PassRole", On::Role),                 // D, with an execution role
    ("UpdateMemory", "iam:PassRole", On::Role),                 // D
    ("CreateCodeInterpreter", "iam:PassRole", On::Role),        // D, with an execution role
    ("CreateBrowser", "iam:PassRole", On::Role),                // M, with an execution role
    ("CreateGateway", "iam:PassRole", On::Role),                // D
    ("UpdateGateway", "iam:PassRole", On::Role),                // D
    ("CreateHarness", "iam:PassRole", On::Role),                // M
    ("UpdateHarness", "iam:PassRole", On::Role),                // M
    ("CreateOnlineEvaluationConfig", "iam:PassRole", On::Role), // M
    ("UpdateOnlineEvaluationConfig", "iam:PassRole", On::Role), // M
    ("CreateAgentRuntime", "bedrock-agentcore:TagResource", On::Tagged("runtime")), // U
    ("CreateAgentRuntimeEndpoint", "bedrock-agentcore:TagResource", On::Tagged("runtime-endpoint")), // U
    ("CreateMemory", "bedrock-agentcore:TagResource", On::Tagged("memory")), // U
    ("CreateCodeInterpreter", "bedrock-agentcore:TagResource", On::Tagged("code-interpreter")), // U
    ("CreateBrowser", "bedrock-agentcore:TagResource", On::Tagged("browser")), // U
    ("CreateBrowserProfile", "bedrock-agentcore:TagResource", On::Tagged("browser-profile")), // U
    ("CreateGateway", "bedrock-agentcore:TagResource", On::Tagged("gateway")), // U
    ("CreateWorkloadIdentity", "bedrock-agentcore:TagResource", On::Tagged("workload-identity")), // U
    ("CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint", On::New("runtime")), // A, DEFAULT
    (
        "UpdateAgentRuntime",
        "bedrock-agentcore:UpdateAgentRuntimeEndpoint",
        On::Existing(&["runtime", "runtime-endpoint"]),
    ), // A, DEFAULT is moved
    (
        "DeleteAgentRuntime",
        "bedrock-agentcore:DeleteAgentRuntimeEndpoint",
        On::Existing(&["runtime", "runtime-endpoint"]),
    ), // A, DEFAULT
    ("CreateAgentRuntime", "bedrock-agentcore:CreateWorkloadIdentity", On::New("workload-identity")), // A
    ("CreateAgentRuntime", "bedrock-agentcore:CreateWorkloadIdentity", On::Existing(&["workload-identity-directory"])), // A, R
    ("DeleteAgentRuntime", "bedrock-agentcore:DeleteWorkloadIdentity", On::IdentityOf("runtime")), // A
    ("DeleteAgentRuntime", "bedrock-agentcore:DeleteWorkloadIdentity", On::Existing(&["workload-identity-directory"])), // A, R
    ("CreateGateway", "bedrock-agentcore:CreateWorkloadIdentity", On::New("workload-identity")), // D
    ("CreateGateway", "bedrock-agentcore:CreateWorkloadIdentity", On::Existing(&["workload-identity-directory"])), // D, R
    ("DeleteGateway", "bedrock-agentcore:DeleteWorkloadIdentity", On::IdentityOf("gateway")),                      // U
    ("DeleteGateway", "bedrock-agentcore:DeleteWorkloadIdentity", On::Existing(&["workload-identity-directory"])), // U, R
    ("CreateAgentRuntime", "iam:CreateServiceLinkedRole", On::LinkedRole), // D, the first runtime; the first in a VPC
    ("UpdateAgentRuntime", "iam:CreateServiceLinkedRole", On::LinkedRole), // U, the first in a VPC
    ("CreateCodeInterpreter", "iam:CreateServiceLinkedRole", On::LinkedRole), // D, the first in a VPC
    ("CreateBrowser", "iam:CreateServiceLinkedRole", On::LinkedRole),      // D, the first in a VPC
    ("CreateGatewayTarget", "iam:CreateServiceLinkedRole", On::LinkedRole), // D, the first with a managed endpoint
    ("UpdateGatewayTarget", "iam:CreateServiceLinkedRole", On::LinkedRole), // U, the same
    // C, R
    ("PutDeliverySource", "bedrock-agentcore:AllowVendedLogDeliveryForResource", On::Named),
    (
        "InvokeAgentRuntime",
        "bedrock-agentcore:InvokeAgentRuntimeForUser",
        On::ForUser(&["runtime", "runtime-endpoint"]),
    ), // M, R
];

/// The header by which an invocation is in the name of a user.
const USER_HEADER: &str = "x-amzn-bedrock-agentcore-runtime-user-id";

/// What a request needs besides its own action.
pub(super) fn needs(asked: &Asked<'_>, document: &Map<String, Value>) -> Vec<Need> {
    let rows = DEPENDENT.iter().filter(|(operation, _, _)| *operation == asked.operation);
    rows.flat_map(|(_, action, on)| on.needs(action, asked, document)).collect()
}

impl On {
    fn needs(self, action: &str, asked: &Asked<'_>, document: &Map<String, Value>) -> Vec<Need> {
        let on = |arn: String| Need::new(action, arn);
        let existing = |types: &[&str]| types.iter().map(|name| on(arn_of(asked, name, document))).collect();
        // The name of an endpoint is known when it is made, and all others have ids that are not.
        let fresh = |name: &str| {
            let known = ["agentRuntimeId"].iter().filter_map(|name| document.get_key_value(*name));
            let mut known: Map<String, Value> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
            known.insert("endpointName".to_owned(), document.get("name").cloned().unwrap_or_else(|| json!("*")));
            on(arn_of(asked, name, &known))
        };
        match self {
            Self::New(name) => vec![fresh(name)],
            Self::Existing(types) => existing(types),
            Self::Tagged(name) if !context::tags(document).is_empty() => vec![fresh(name)],
            Self::ForUser(types) if asked.params.header(USER_HEADER).is_some() => existing(types),
            Self::Tagged(_) | Self::ForUser(_) => Vec::new(),
            Self::IdentityOf(name) => {
                let resource = asked.store.get(&arn_of(asked, name, document));
                let details = resource.and_then(|resource| resource.body.get("workloadIdentityDetails"));
                let arn = details.and_then(|details| details.get("workloadIdentityArn")).and_then(Value::as_str);
                vec![arn.map_or_else(|| fresh("workload-identity"), |arn| on(arn.to_owned()))]
            }
            Self::Role => {
                let mut passed = Context::default();
                passed.set("iam:PassedToService", SERVICE);
                let role = execution_role::named(document);
                role.map(|arn| Need { context: passed, ..on(arn.to_owned()) }).into_iter().collect()
            }
            Self::Named => {
                let arn = document.get("resourceArn").and_then(Value::as_str);
                arn.map(|arn| on(arn.to_owned())).into_iter().collect()
            }
            Self::LinkedRole => {
                let account = &asked.caller.account;
                let linked = linked_services(asked.service, asked.operation, document).into_iter();
                let missing =
                    linked.filter_map(iam::linked_to).filter(|linked| !linked.exists(&asked.store.iam, account));
                let need = |linked: &iam::Linked| {
                    let mut named = Context::default();
                    named.set("iam:AWSServiceName", linked.service);
                    Need { context: named, ..on(linked.arn(account)) }
                };
                missing.map(need).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Caller;
    use crate::request::Params;
    use crate::services::{control, data, logs};
    use crate::settings::Settings;

    #[test]
    fn the_operations_exist_in_aws() {
        let here = [&control::SERVICE, &data::SERVICE, &logs::SERVICE].into_iter().flat_map(|service| {
            let missing = service.missing.lines().filter_map(|line| line.split('\t').next());
            service.operations.iter().map(|operation| operation.name).chain(missing)
        });
        let here: Vec<&str> = here.collect();
        for (operation, action, _) in DEPENDENT {
            assert!(here.contains(operation), "{operation} needs {action}");
        }
    }
    #[test]
    fn an_invocation_in_the_name_of_a_user_needs_more() {
        let (store, settings, caller) = (crate::store::Store::default(), Settings::default(), Caller::nobody());
        let mut params = Params::default();
        let document = json!({"agentRuntimeArn": "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent"});
        let needs = |params: &Params| {
            let operation = "InvokeAgentRuntime";
            let now = jiff::Timestamp::UNIX_EPOCH;
            let (store, settings, caller) = (&store, &settings, &caller);
            let asked = Asked { store, settings, now, service: &data::SERVICE, operation, caller, params };
            super::needs(&asked, document.as_object().unwrap())
        };
        assert_eq!(needs(&params), []);
        params.headers.insert(USER_HEADER, http::HeaderValue::from_static("somebody"));
        let found: Vec<_> = needs(&params).into_iter().map(|need| (need.action, need.resource)).collect();
        let action = "bedrock-agentcore:InvokeAgentRuntimeForUser";
        let runtime = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent";
        let endpoint = format!("{runtime}/runtime-endpoint/DEFAULT");
        assert_eq!(found, [(action.to_owned(), runtime.to_owned()), (action.to_owned(), endpoint)]);
    }
}
