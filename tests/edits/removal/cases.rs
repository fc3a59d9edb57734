//! The optional fields, each with what AWS and the object are to say after its removal.

use serde_json::{Value, json};

/// What an object says once a field was removed and AWS still shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Left {
    /// Nothing is left: what is removed is sent, or asked for, in a form that clears it.
    Nothing,
    /// It is Ready and names the field.
    Named,
    /// It is Stalled and names the field.
    Stalled,
    /// AWS's own choice can't be told from what was left.
    Untold,
    /// That, and no request could clear it: none is made.
    Unsent,
}

/// A field that is set, and removed.
pub struct Removal {
    pub kind: &'static str,
    /// The field as messages name it.
    pub field: &'static str,
    /// The spec with it, over a small one.
    pub with: Value,
    /// The merge patch that removes it.
    pub patch: Value,
    /// Where AWS shows it.
    pub aws: &'static str,
    /// What AWS has there once it is gone; null: nothing.
    pub default: Value,
    /// What becomes of it where AWS resets what is left out, and where it keeps it.
    pub reset: Left,
    pub kept: Left,
}

/// A top-level member of a runtime.
fn of_runtime(field: &'static str, with: Value, aws: &'static str) -> Removal {
    let patch = json!({ (field.split('.').next().unwrap()): null });
    Removal {
        kind: "AgentRuntime",
        field,
        with,
        patch,
        aws,
        default: Value::Null,
        reset: Left::Nothing,
        kept: Left::Named,
    }
}

fn authorizer(more: &Value) -> Value {
    let mut jwt = json!({ "discoveryUrl": "https://example.com/.well-known/openid-configuration" });
    jwt.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "authorizer": { "customJWT": jwt } })
}

pub fn runtimes() -> Vec<Removal> {
    const JWT: &str = "/authorizerConfiguration/customJWTAuthorizer";
    let audience = json!({ "allowedAudience": ["support"], "allowedClients": ["web"] });
    vec![
        of_runtime("description", json!({ "description": "Goes" }), "/description"),
        Removal { kept: Left::Stalled, ..of_runtime("authorizer", authorizer(&audience), JWT) },
        // The authorizer is sent as a whole.
        Removal {
            patch: json!({ "authorizer": { "customJWT": { "allowedClients": null } } }),
            kept: Left::Nothing,
            ..of_runtime(
                "authorizer.customJWT.allowedClients",
                authorizer(&audience),
                "/authorizerConfiguration/customJWTAuthorizer/allowedClients",
            )
        },
        of_runtime(
            "requestHeaders",
            json!({ "requestHeaders": { "allowlist": ["X-One"] } }),
            "/requestHeaderConfiguration",
        ),
        of_runtime("protocol", json!({ "protocol": { "type": "MCP" } }), "/protocolConfiguration/serverProtocol"),
        Removal {
            patch: json!({ "protocol": { "port": null } }),
            kept: Left::Nothing,
            ..of_runtime(
                "protocol.port",
                json!({ "protocol": { "type": "HTTP", "port": 8090 } }),
                "/protocolConfiguration/port",
            )
        },
        Removal {
            default: json!(900),
            ..of_runtime(
                "lifecycle.idleSessionTimeoutSeconds",
                json!({ "lifecycle": { "idleSessionTimeoutSeconds": 901 } }),
                "/lifecycleConfiguration/idleRuntimeSessionTimeout",
            )
        },
        Removal {
            patch: json!({ "env": null }),
            kept: Left::Nothing,
            ..of_runtime("env", json!({ "env": [{ "name": "GOES", "value": "1" }] }), "/environmentVariables/GOES")
        },
        Removal {
            kept: Left::Nothing,
            ..of_runtime(
                "memoryRef",
                json!({ "memoryRef": { "id": "other-0123456789" } }),
                "/environmentVariables/BEDROCK_AGENTCORE_MEMORY_ID",
            )
        },
        Removal {
            kept: Left::Nothing,
            ..of_runtime(
                "codeInterpreterRefs",
                json!({ "codeInterpreterRefs": [{ "alias": "default", "id": "aws.codeinterpreter.v1" }] }),
                "/environmentVariables/BEDROCK_AGENTCORE_CODE_INTERPRETER_ID",
            )
        },
        Removal {
            kept: Left::Nothing,
            ..of_runtime(
                "filesystems",
                json!({ "filesystems": [{ "mountPath": "/mnt/goes", "sessionStorage": {} }] }),
                "/filesystemConfigurations/0",
            )
        },
        of_runtime("allowedPorts", json!({ "allowedPorts": [{ "port": 9000 }] }), "/allowedPorts"),
        Removal {
            kept: Left::Untold,
            ..of_runtime("platformVersion", json!({ "platformVersion": "7" }), "/platformVersion")
        },
        of_runtime("requireMMDSv2", json!({ "requireMMDSv2": true }), "/metadataConfiguration/requireMMDSV2"),
        of_runtime(
            "capacityProviderArn",
            json!({ "capacityProviderArn":
                "arn:aws:bedrock-agentcore:us-west-2:123456789012:capacity-provider/gpu-0123456789" }),
            "/capacityProviderConfiguration",
        ),
    ]
}

/// A top-level member of a memory.
fn of_memory(field: &'static str, with: Value, aws: &'static str) -> Removal {
    Removal { kind: "AgentMemory", ..of_runtime(field, with, aws) }
}

/// A member of a memory's only strategy. The modification of a strategy keeps what it leaves out, in both worlds.
fn of_strategy(field: &'static str, type_: &str, member: &str, value: Value, aws: &'static str) -> Removal {
    let mut strategy = json!({ "name": "One", "type": type_ });
    if type_ == "SELF_MANAGED" {
        strategy["selfManaged"] = json!({
            "topicArn": "arn:aws:sns:us-west-2:123456789012:support", "payloadBucketName": "support-payloads",
        });
    }
    let without = json!([strategy.clone()]);
    match member.split_once('.') {
        Some((outer, inner)) => strategy[outer][inner] = value,
        None => strategy[member] = value,
    }
    let mut with = json!({ "strategies": [strategy] });
    if type_.ends_with("OVERRIDE") || type_ == "SELF_MANAGED" {
        with["executionRole"] = json!({ "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory" });
    }
    Removal {
        patch: json!({ "strategies": without }),
        reset: Left::Named,
        kept: Left::Named,
        ..of_memory(field, with, aws)
    }
}

pub fn memories() -> Vec<Removal> {
    let role = json!({ "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory" } });
    vec![
        of_memory("description", json!({ "description": "Goes" }), "/description"),
        Removal { kept: Left::Stalled, ..of_memory("executionRole", role, "/memoryExecutionRoleArn") },
        Removal {
            default: json!(30),
            kept: Left::Nothing,
            ..of_memory("eventExpiryDays", json!({ "eventExpiryDays": 60 }), "/eventExpiryDuration")
        },
        Removal {
            kept: Left::Nothing,
            ..of_memory(
                "streamDelivery",
                json!({ "streamDelivery": { "kinesis": {
                    "dataStreamArn": "arn:aws:kinesis:us-west-2:123456789012:stream/support",
                    "contents": [{ "type": "MEMORY_RECORDS" }],
                } } }),
                "/streamDeliveryResources/resources/0",
            )
        },
        Removal {
            kept: Left::Nothing,
            ..of_memory("namespaceKeys", json!({ "namespaceKeys": [{ "key": "product" }] }), "/namespaceKeys/0")
        },
        Removal {
            kept: Left::Nothing,
            ..of_memory("strategyPreset", json!({ "strategyPreset": "Standard" }), "/strategies/0")
        },
    ]
}

/// Parts of strategies.
pub fn strategies() -> Vec<Removal> {
    let schema = json!({ "metadata": [{ "key": "topic" }] });
    let prompt = json!({ "modelId": "anthropic.claude", "appendToPrompt": "Mind the product" });
    vec![
        of_strategy(
            "strategies[One].description",
            "SEMANTIC",
            "description",
            json!("Goes"),
            "/strategies/0/description",
        ),
        of_strategy(
            "strategies[One].namespaceTemplates",
            "SEMANTIC",
            "namespaceTemplates",
            json!(["/facts/{actorId}/"]),
            "/strategies/0/namespaceTemplates/0",
        ),
        of_strategy(
            "strategies[One].recordSchema",
            "SEMANTIC",
            "recordSchema",
            schema.clone(),
            "/strategies/0/memoryRecordSchema/metadataSchema/0",
        ),
        // AWS can be told to take this one away.
        Removal {
            reset: Left::Nothing,
            kept: Left::Nothing,
            ..of_strategy(
                "strategies[One].recordExpiryDays",
                "SEMANTIC",
                "recordExpiryDays",
                json!(365),
                "/strategies/0/recordExpiryDurationDays",
            )
        },
        of_strategy(
            "strategies[One].extraction",
            "SEMANTIC_OVERRIDE",
            "extraction",
            prompt.clone(),
            "/strategies/0/configuration/extraction",
        ),
        of_strategy(
            "strategies[One].consolidation",
            "SUMMARY_OVERRIDE",
            "consolidation",
            prompt.clone(),
            "/strategies/0/configuration/consolidation",
        ),
        of_strategy(
            "strategies[One].reflection",
            "EPISODIC_OVERRIDE",
            "reflection",
            prompt,
            "/strategies/0/configuration/reflection/customReflectionConfiguration",
        ),
        // AWS chooses these by itself where they are not said.
        Removal {
            reset: Left::Unsent,
            kept: Left::Unsent,
            ..of_strategy(
                "strategies[One].selfManaged.triggers",
                "SELF_MANAGED",
                "selfManaged.triggers",
                json!({ "messageCount": 42 }),
                "/strategies/0/configuration/selfManagedConfiguration/triggerConditions",
            )
        },
        Removal {
            reset: Left::Unsent,
            kept: Left::Unsent,
            ..of_strategy(
                "strategies[One].selfManaged.historicalContextWindowSize",
                "SELF_MANAGED",
                "selfManaged.historicalContextWindowSize",
                json!(7),
                "/strategies/0/configuration/selfManagedConfiguration/historicalContextWindowSize",
            )
        },
        // AWS can be told to reflect as it does by itself.
        Removal {
            reset: Left::Nothing,
            kept: Left::Nothing,
            ..of_strategy(
                "strategies[One].reflection",
                "EPISODIC",
                "reflection",
                json!({ "recordSchema": schema }),
                "/strategies/0/configuration/reflection/episodicReflectionConfiguration/memoryRecordSchema",
            )
        },
    ]
}

pub fn interpreters() -> Vec<Removal> {
    let of_interpreter = |field, mut with: Value, aws| {
        with["replacement"] = json!("OnChange");
        Removal { kind: "CodeInterpreter", kept: Left::Nothing, ..of_runtime(field, with, aws) }
    };
    let role = json!({ "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreTool" } });
    let secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:ca";
    vec![
        of_interpreter("description", json!({ "description": "Goes" }), "/description"),
        of_interpreter("executionRole", role, "/executionRoleArn"),
        of_interpreter("certificates", json!({ "certificates": [{ "secretArn": secret }] }), "/certificates/0"),
        of_interpreter(
            "filesystems",
            json!({ "filesystems": [{ "mountPath": "/mnt/goes", "efsAccessPoint": {
                "accessPointArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/fsap-01234567",
                "fileSystemArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-01234567",
            } }] }),
            "/filesystemConfigurations/0",
        ),
    ]
}
