//! Roles that are linked to a service: it makes them, and nobody else changes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::input::{self, accept, optional, text};
use super::state::Role;
use super::{answer, invalid_input, no_such_entity, shapes};
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::store::{Kind, Resource};

/// A role that a service can have in every account.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) service: &'static str,
    name: &'static str,
    /// Whether a resource needs it.
    needed_by: fn(&Resource) -> bool,
}

/// The roles of AgentCore, as its developer guide names them. What identity providers need theirs for does not exist
/// here.
static ROLES: &[Linked] = &[
    Linked {
        service: "runtime-identity.bedrock-agentcore.amazonaws.com",
        name: "AWSServiceRoleForBedrockAgentCoreRuntimeIdentity",
        needed_by: |resource| resource.kind == Kind::AgentRuntime,
    },
    Linked {
        service: "network.bedrock-agentcore.amazonaws.com",
        name: "AWSServiceRoleForBedrockAgentCoreNetwork",
        needed_by: |resource| in_vpc(&resource.body),
    },
    Linked {
        service: "bedrock-agentcore.amazonaws.com",
        name: "AWSServiceRoleForBedrockAgentCoreGatewayNetwork",
        needed_by: |resource| has_managed_endpoint(&resource.body),
    },
    Linked {
        service: "identity-network.bedrock-agentcore.amazonaws.com",
        name: "AWSServiceRoleForBedrockAgentCoreIdentity",
        needed_by: |_| false,
    },
];

/// Whether a body asks for a place in a VPC.
pub(crate) fn in_vpc(body: &serde_json::Map<String, serde_json::Value>) -> bool {
    body.get("networkConfiguration").and_then(|network| network.get("networkMode")).is_some_and(|mode| mode == "VPC")
}

/// Whether a body asks for a private endpoint that AWS manages.
pub(crate) fn has_managed_endpoint(body: &serde_json::Map<String, serde_json::Value>) -> bool {
    body.get("privateEndpoint").is_some_and(|endpoint| endpoint.get("managedVpcResource").is_some())
}

/// Why a role was not deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failed {
    /// The resources that need it, by region.
    pub(super) usage: BTreeMap<String, Vec<String>>,
}

impl Linked {
    /// The ARN that the role has in an account.
    pub(crate) fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path(), self.name)
    }

    fn path(&self) -> String {
        format!("/aws-service-role/{}/", self.service)
    }

    /// Whether an account has it already.
    pub(crate) fn exists(&self, state: &super::State, account: &str) -> bool {
        state.role(account, self.name).is_some()
    }

    fn role(&self, call: &mut Call<'_>, description: Option<String>) -> Role {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": self.service},
                "Action": "sts:AssumeRole",
            }],
        });
        Role {
            name: self.name.to_owned(),
            path: self.path(),
            id: format!("AROA{}", call.random.key_suffix()),
            arn: self.arn(&call.caller.account),
            description,
            max_session_seconds: 3600,
            trust: trust.to_string(),
            tags: BTreeMap::new(),
            boundary: None,
            inline: BTreeMap::new(),
            attached: Vec::new(),
            created_at: call.now,
            last_used: None,
            service: Some(self.service.to_owned()),
        }
    }
}

/// The role that is linked to a service.
pub(crate) fn linked_to(service: &str) -> Option<&'static Linked> {
    ROLES.iter().find(|linked| linked.service == service)
}

/// Makes the role of a service, as the service does when it first needs it.
pub(crate) fn ensure(call: &mut Call<'_>, service: &str) {
    let account = call.caller.account.clone();
    if let Some(linked) = linked_to(service).filter(|linked| !linked.exists(&call.store.iam, &account)) {
        let role = linked.role(call, None);
        call.store.iam.account(&account).insert(role);
    }
}

/// CreateServiceLinkedRole.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::CREATE_LINKED)?;
    let service = text(&given, "AWSServiceName");
    let linked = linked_to(service)
        .ok_or_else(|| invalid_input(format!("The service {service} has no service-linked role here.")))?;
    if given.contains_key("CustomSuffix") {
        return Err(invalid_input(format!("Custom suffix is not allowed for {service}")));
    }
    let account = call.caller.account.clone();
    if linked.exists(&call.store.iam, &account) {
        return Err(invalid_input(format!(
            "Service role name {} has been taken in this account, please try a different suffix.",
            linked.name
        )));
    }
    let role = linked.role(call, optional(&given, "Description"));
    let shown = answer::new_role(&role);
    call.store.iam.account(&account).insert(role);
    Ok(Reply::Json(json!({ "Role": shown })))
}

/// DeleteServiceLinkedRole. It fails later on, if the service still needs the role.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::ONE_ROLE)?;
    let role = input::role(call, &given)?;
    let (name, service) = (role.name.clone(), role.service.clone());
    let linked = service.as_deref().and_then(linked_to);
    let missing = || no_such_entity(format!("The service-linked role with name {name} cannot be found."));
    let linked = linked.ok_or_else(missing)?;
    let account = call.caller.account.clone();
    let mut usage: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource in call.store.all().filter(|one| one.account == account && (linked.needed_by)(one)) {
        usage.entry(resource.region.clone()).or_default().push(resource.arn.clone());
    }
    let task = format!("task{}{}/{}", linked.path(), name, call.random.uuid());
    let state = call.store.iam.account(&account);
    if usage.is_empty() {
        state.remove(&name);
        state.deletions.insert(task.clone(), None);
    } else {
        state.deletions.insert(task.clone(), Some(Failed { usage }));
    }
    Ok(Reply::Json(json!({ "DeletionTaskId": task })))
}

/// GetServiceLinkedRoleDeletionStatus.
pub(super) fn deletion_status(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let given = accept(call, &shapes::DELETION_STATUS)?;
    let task = text(&given, "DeletionTaskId");
    let deletions = &call.store.iam.account(&call.caller.account).deletions;
    let outcome = deletions.get(task);
    let outcome = outcome.ok_or_else(|| no_such_entity(format!("The deletion task {task} cannot be found.")))?;
    Ok(Reply::Json(match outcome {
        None => json!({ "Status": "SUCCEEDED" }),
        Some(failed) => {
            let usage = failed.usage.iter().map(|(region, arns)| json!({"Region": region, "Resources": arns}));
            let usage: Vec<_> = usage.collect();
            json!({
                "Status": "FAILED",
                "Reason": {"Reason": "The role is in use by resources of the service.", "RoleUsageList": usage},
            })
        }
    }))
}
