//! The operator's own least IAM policy.

use serde_json::{Value, json};

/// A group of calls that need the same resources.
struct Statement {
    sid: &'static str,
    actions: &'static [&'static str],
    resources: &'static [&'static str],
}

/// What the operator calls. The resource types are those of AWS's Service Authorization Reference.
const STATEMENTS: &[Statement] = &[
    // A resource that does not exist yet has no ARN to name, and lists have none at all.
    Statement {
        sid: "CreateAndList",
        actions: &[
            "bedrock-agentcore:CreateMemory",
            "bedrock-agentcore:ListMemories",
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:ListCodeInterpreters",
            "bedrock-agentcore:CreateAgentRuntime",
            "bedrock-agentcore:ListAgentRuntimes",
        ],
        resources: &[],
    },
    Statement {
        sid: "Memories",
        actions: &["bedrock-agentcore:GetMemory", "bedrock-agentcore:UpdateMemory", "bedrock-agentcore:DeleteMemory"],
        resources: &["memory/*"],
    },
    Statement {
        sid: "CodeInterpreters",
        actions: &["bedrock-agentcore:GetCodeInterpreter", "bedrock-agentcore:DeleteCodeInterpreter"],
        resources: &["code-interpreter-custom/*"],
    },
    Statement {
        sid: "Runtimes",
        actions: &[
            "bedrock-agentcore:GetAgentRuntime",
            "bedrock-agentcore:UpdateAgentRuntime",
            "bedrock-agentcore:DeleteAgentRuntime",
            "bedrock-agentcore:GetAgentRuntimeEndpoint",
            "bedrock-agentcore:ListAgentRuntimeEndpoints",
        ],
        resources: &["runtime/*"],
    },
    Statement {
        sid: "WhatARuntimeBrings",
        actions: &[
            "bedrock-agentcore:CreateAgentRuntimeEndpoint",
            "bedrock-agentcore:UpdateAgentRuntimeEndpoint",
            "bedrock-agentcore:DeleteAgentRuntimeEndpoint",
            "bedrock-agentcore:CreateWorkloadIdentity",
            "bedrock-agentcore:DeleteWorkloadIdentity",
        ],
        resources: &["runtime/*", "workload-identity-directory/*"],
    },
    Statement {
        sid: "Tags",
        actions: &[
            "bedrock-agentcore:TagResource",
            "bedrock-agentcore:UntagResource",
            "bedrock-agentcore:ListTagsForResource",
        ],
        resources: &["memory/*", "code-interpreter-custom/*", "runtime/*"],
    },
];

/// Actions that AWS also checks when the operator makes a call of its own. The operator never calls them.
///
/// Sources: [D] AWS's developer guide (runtime permissions, service-linked roles), [A] the permissions that the
/// integration tests of Ansible's collection amazon.ai turned out to need (mattclay/aws-terminator #348).
pub const DEPENDENT: &[(&str, &str)] = &[
    ("CreateMemory", "bedrock-agentcore:TagResource"), // tags at creation
    ("CreateCodeInterpreter", "bedrock-agentcore:TagResource"), // tags at creation
    ("CreateAgentRuntime", "bedrock-agentcore:TagResource"), // tags at creation
    ("CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint"), // [A] the endpoint DEFAULT
    ("UpdateAgentRuntime", "bedrock-agentcore:UpdateAgentRuntimeEndpoint"), // [A] the endpoint DEFAULT is moved
    ("DeleteAgentRuntime", "bedrock-agentcore:DeleteAgentRuntimeEndpoint"), // [A] the endpoint DEFAULT
    ("CreateAgentRuntime", "bedrock-agentcore:CreateWorkloadIdentity"), // [A] the runtime's identity
    ("DeleteAgentRuntime", "bedrock-agentcore:DeleteWorkloadIdentity"), // [A]
    ("CreateAgentRuntime", "iam:PassRole"),            // [D] the execution role
    ("UpdateAgentRuntime", "iam:PassRole"),            // [D]
    ("CreateMemory", "iam:PassRole"),                  // [D] with an execution role
    ("UpdateMemory", "iam:PassRole"),                  // [D]
    ("CreateCodeInterpreter", "iam:PassRole"),         // [D] with an execution role
    ("CreateAgentRuntime", "iam:CreateServiceLinkedRole"), // [D] the first runtime of an account
];

/// Services whose roles AWS creates with the first runtime of an account, or with the first in a VPC. [D]
const LINKED_SERVICES: [&str; 2] =
    ["runtime-identity.bedrock-agentcore.amazonaws.com", "network.bedrock-agentcore.amazonaws.com"];

/// The least policy with which the operator can do its work.
///
/// `account` narrows the resources to one account; `roles` are the patterns of execution roles that objects may name.
/// `sts:GetCallerIdentity`, which the operator also calls, needs no permission.
pub fn policy(account: Option<&str>, roles: &[String]) -> Value {
    let account = account.unwrap_or("*");
    let mut statements: Vec<Value> = STATEMENTS
        .iter()
        .map(|statement| {
            let resources: Vec<String> = if statement.resources.is_empty() {
                vec!["*".to_owned()]
            } else {
                let arn = |resource| format!("arn:*:bedrock-agentcore:*:{account}:{resource}");
                statement.resources.iter().map(arn).collect()
            };
            json!({
                "Sid": statement.sid,
                "Effect": "Allow",
                "Action": statement.actions,
                "Resource": resources,
            })
        })
        .collect();
    let roles: Vec<String> = roles
        .iter()
        .filter(|role| !role.is_empty())
        .map(|role| if role.starts_with("arn:") { role.clone() } else { format!("arn:*:iam::{account}:{role}") })
        .collect();
    if !roles.is_empty() {
        statements.push(json!({
            "Sid": "PassExecutionRoles",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": roles,
            "Condition": { "StringEquals": { "iam:PassedToService": "bedrock-agentcore.amazonaws.com" } },
        }));
    }
    statements.push(json!({
        "Sid": "ServiceLinkedRoles",
        "Effect": "Allow",
        "Action": ["iam:CreateServiceLinkedRole"],
        "Resource": [format!("arn:*:iam::{account}:role/aws-service-role/*")],
        "Condition": { "StringEquals": { "iam:AWSServiceName": LINKED_SERVICES } },
    }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}
