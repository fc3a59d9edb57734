//! Optional fields removed, where AWS resets what an update leaves out, and where it keeps it.

use std::time::Duration;

use agentcore_sim::{
    Settings,
    settings::{OmittedMember, Switches},
};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    calls::pass,
    own_fields::small,
    subject::{Subject, aws_name},
};
use crate::support::world::{World, condition, is_observed, is_ready};

/// What an object says once a field was removed and AWS still shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Left {
    /// Nothing is left: what is removed is sent, or asked for, in a form that clears it.
    Nothing,
    /// It is Ready and names the field.
    Named,
    /// It is Stalled and names the field.
    Stalled,
    /// AWS's own choice can't be told from what was left.
    Untold,
}

/// A field that is set, and removed.
struct Removal {
    kind: &'static str,
    /// The field as messages name it.
    field: &'static str,
    /// The spec with it, over a small one.
    with: Value,
    /// The merge patch that removes it.
    patch: Value,
    /// Where AWS shows it.
    aws: &'static str,
    /// What AWS has there once it is gone; null: nothing.
    default: Value,
    /// What becomes of it where AWS resets what is left out, and where it keeps it.
    reset: Left,
    kept: Left,
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

fn authorizer(more: Value) -> Value {
    let mut jwt = json!({ "discoveryUrl": "https://example.com/.well-known/openid-configuration" });
    jwt.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "authorizer": { "customJWT": jwt } })
}

fn runtimes() -> Vec<Removal> {
    const JWT: &str = "/authorizerConfiguration/customJWTAuthorizer";
    let audience = json!({ "allowedAudience": ["support"], "allowedClients": ["web"] });
    vec![
        of_runtime("description", json!({ "description": "Goes" }), "/description"),
        Removal { kept: Left::Stalled, ..of_runtime("authorizer", authorizer(audience.clone()), JWT) },
        // The authorizer is sent as a whole.
        Removal {
            patch: json!({ "authorizer": { "customJWT": { "allowedClients": null } } }),
            kept: Left::Nothing,
            ..of_runtime(
                "authorizer.customJWT.allowedClients",
                authorizer(audience),
                "/authorizerConfiguration/customJWTAuthorizer/allowedClients",
            )
        },
        of_runtime(
            "requestHeaders",
            json!({ "requestHeaders": { "allowlist": ["X-One"] } }),
            "/requestHeaderConfiguration",
        ),
        Removal {
            default: json!("HTTP"),
            ..of_runtime("protocol", json!({ "protocol": { "type": "MCP" } }), "/protocolConfiguration/serverProtocol")
        },
        Removal {
            patch: json!({ "protocol": { "port": null } }),
            default: json!(8080),
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

fn memories() -> Vec<Removal> {
    let role = json!({ "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory" } });
    let schema = json!({ "metadata": [{ "key": "topic" }] });
    let prompt = json!({ "modelId": "anthropic.claude", "appendToPrompt": "Mind the product" });
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
            prompt,
            "/strategies/0/configuration/consolidation",
        ),
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

fn interpreters() -> Vec<Removal> {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_goes_where_aws_resets_what_is_left_out() {
    everything_is_removed(OmittedMember::Reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_is_told_where_aws_keeps_what_is_left_out() {
    everything_is_removed(OmittedMember::Kept).await;
}

async fn everything_is_removed(omitted: OmittedMember) {
    let switches = Switches { omitted_runtime_member: omitted, omitted_memory_member: omitted, ..Switches::default() };
    let settings = Settings { switches, ..Settings::default() };
    let world = World::with("removal", settings, |setup| setup.argument("--allow-external-ids=*")).await;
    let removals: Vec<Removal> = runtimes().into_iter().chain(memories()).chain(interpreters()).collect();
    let kept = omitted == OmittedMember::Kept;
    let runs = removals.iter().enumerate().map(|(number, removal)| {
        let world = &world;
        async move {
            let end = removed(world, removal, number, if kept { removal.kept } else { removal.reset }).await;
            end.err().map(|why| format!("{}.{}: {why}", removal.kind, removal.field))
        }
    });
    let failures: Vec<String> = join_all(runs).await.into_iter().flatten().collect();
    assert!(failures.is_empty(), "{omitted:?}:\n{}", failures.join("\n"));
}

/// Creates the object, removes the field, and looks what AWS and the object say.
async fn removed(world: &World, removal: &Removal, number: usize, left: Left) -> Result<(), String> {
    let mut spec = small(removal.kind);
    spec.as_object_mut().unwrap().extend(removal.with.as_object().unwrap().clone());
    let subject = Subject::create(world, removal.kind, &format!("removal-{number}"), &spec).await?;
    let before = subject.ready().await?;
    let name = aws_name(&before);
    let shown = |resource: &Value| resource["body"].pointer(removal.aws).cloned().unwrap_or_default();
    let value = shown(&subject.resource().await?);
    if value == removal.default {
        return Err(format!("AWS never had it: {value}"));
    }
    let mark = world.mark();
    subject.edit(&removal.patch).await?;
    let after = match left {
        Left::Stalled => world.condition(&subject.object, "Stalled", "True", "NotClearable").await,
        _ => subject.ready().await?,
    };
    let now = shown(&subject.resource().await?);
    let expected = if left == Left::Nothing { &removal.default } else { &value };
    if now != *expected {
        return Err(format!("AWS has {now}, not {expected}"));
    }
    says(&after, removal, left)?;

    // It is sent once, and that is all.
    let writes = subject.writes_since(mark, &name);
    let once = match removal.kind {
        "AgentRuntime" => vec!["UpdateAgentRuntime"],
        "AgentMemory" => vec!["UpdateMemory"],
        _ => vec!["DeleteCodeInterpreter", "CreateCodeInterpreter"],
    };
    if writes != once {
        return Err(format!("asked for {writes:?}"));
    }
    for asked in ["1", "2"] {
        sleep(Duration::from_millis(1500)).await;
        let later = pass(world, &subject.object, asked).await;
        says(&later, removal, left)?;
    }
    let writes = subject.writes_since(mark, &name);
    if writes == once { Ok(()) } else { Err(format!("asked again: {writes:?}")) }
}

/// Whether the object says what it should of the field that is left.
fn says(object: &Value, removal: &Removal, left: Left) -> Result<(), String> {
    let told = condition(object, "FieldsNotCleared");
    let names = |condition: &Value| {
        condition["status"] == "True" && condition["message"].as_str().unwrap_or_default().contains(removal.field)
    };
    let stalled = condition(object, "Stalled");
    let right = is_observed(object)
        && match left {
            Left::Nothing | Left::Untold => is_ready(object) && told["status"] != "True",
            Left::Named => is_ready(object) && names(&told),
            Left::Stalled => !is_ready(object) && stalled["reason"] == "NotClearable" && names(&stalled),
        };
    if right { Ok(()) } else { Err(format!("it should say {left:?}: {:#}", object["status"]["conditions"])) }
}
