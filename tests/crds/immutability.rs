//! What can't change once AWS has created the resource, and can until then.

use serde_json::{Value, json};

use crate::support::api::Objects;

const CHANGES: &[(&str, &str, &str)] = &[
    // kind's object, the field, the patch that changes or removes it
    ("overrides", "spec.encryptionKeyArn", r#"{"encryptionKeyArn": "arn:aws:kms:us-west-2:1:key/other"}"#),
    ("overrides", "spec.encryptionKeyArn", r#"{"encryptionKeyArn": null}"#),
    ("overrides", "spec.indexedKeys", r#"{"indexedKeys": [{"key": "other", "type": "STRING"}]}"#),
    ("overrides", "spec.indexedKeys", r#"{"indexedKeys": null}"#),
    (
        "container",
        "spec.artifact",
        r#"{"artifact": {"container": null, "code": {"s3": {"bucket": "abc", "prefix": "a"}, "runtime": "NODE_22", "entryPoint": ["a.js"]}}}"#,
    ),
    ("interpreter", "spec.description", r#"{"description": "other"}"#),
    ("interpreter", "spec.executionRole", r#"{"executionRole": null}"#),
    ("interpreter", "spec.network", r#"{"network": null}"#),
    ("interpreter", "spec.certificates", r#"{"certificates": null}"#),
    (
        "interpreter",
        "spec.certificates",
        r#"{"certificates": [{"secretArn": "arn:aws:secretsmanager:us-west-2:123456789012:secret:other"}]}"#,
    ),
    ("interpreter", "spec.filesystems", r#"{"filesystems": null}"#),
    (
        "interpreter",
        "spec.filesystems",
        r#"{"filesystems": [{"mountPath": "/mnt/other", "efsAccessPoint": {
        "accessPointArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/fsap-01234567",
        "fileSystemArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-01234567"}}]}"#,
    ),
];

async fn created(objects: &Objects, name: &str, suffix: usize) -> (Value, Value) {
    let mut object = super::object(name);
    object["metadata"]["name"] = format!("{name}-{suffix}").into();
    let status = object.as_object_mut().unwrap().remove("status").unwrap();
    objects.create(&object).await.unwrap();
    (object, status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corrected_before_and_refused_after() {
    let objects = Objects::new("immutable").await;
    for (index, (name, field, patch)) in CHANGES.iter().copied().enumerate() {
        let patch = json!({ "spec": serde_json::from_str::<Value>(patch).unwrap() });
        let (object, mut status) = created(&objects, name, index).await;
        status.as_object_mut().unwrap().remove("establishedAt");
        // A failed create leaves the pins that were chosen, but nothing to protect.
        objects.patch_status(&object, &json!({ "status": status })).await.unwrap();
        objects.try_patch(&object, &patch).await.unwrap_or_else(|refusal| panic!("before: {patch}: {refusal:#?}"));

        objects.patch_status(&object, &json!({ "status": { "establishedAt": "2026-01-01T00:00:00Z" } })).await.unwrap();
        let refusal = objects.try_patch(&object, &patch).await.unwrap_err();
        assert!(refusal.says(field, " once AWS has created "), "after: {patch}: {refusal:#?}");
        assert!(refusal.causes.iter().all(|cause| cause.field == field), "{refusal:#?}");
    }
}

/// Adding is a change too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_immutable_appears_afterwards() {
    let objects = Objects::new("immutable").await;
    let cases = [
        ("AgentMemory", "spec.encryptionKeyArn", json!({ "encryptionKeyArn": "arn:aws:kms:us-west-2:1:key/a" })),
        ("CodeInterpreter", "spec.description", json!({ "description": "added" })),
        (
            "CodeInterpreter",
            "spec.executionRole",
            json!({ "executionRole": { "arn": "arn:aws:iam::123456789012:role/a" } }),
        ),
        (
            "CodeInterpreter",
            "spec.certificates",
            json!({ "certificates": [{ "secretArn": "arn:aws:secretsmanager:us-west-2:123456789012:secret:ca" }] }),
        ),
        (
            "CodeInterpreter",
            "spec.filesystems",
            json!({ "filesystems": [{ "mountPath": "/mnt/a", "efsAccessPoint": {
            "accessPointArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/fsap-01234567",
            "fileSystemArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-01234567" } }] }),
        ),
        ("CodeInterpreter", "spec.network", json!({ "network": { "mode": "PUBLIC" } })),
    ];
    for (index, (kind, field, patch)) in cases.into_iter().enumerate() {
        let object = json!({ "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": kind,
            "metadata": { "name": format!("plain-{index}") }, "spec": {} });
        objects.create(&object).await.unwrap();
        let patch = json!({ "spec": patch });
        objects.try_patch(&object, &patch).await.unwrap();
        let established = json!({ "status": { "establishedAt": "2026-01-01T00:00:00Z" } });
        objects.patch_status(&object, &established).await.unwrap();
        let refusal = objects.try_patch(&object, &patch).await.unwrap_err();
        assert!(refusal.says(field, "can't change"), "{patch}: {refusal:#?}");

        // What stays open stays open, and the operator can still write status.
        objects
            .patch(&object, &json!({ "spec": { "tags": { "a": "b" } } }), crate::support::api::Patch::Merge)
            .await
            .unwrap();
        objects.patch_status(&object, &json!({ "status": { "state": "READY" } })).await.unwrap();
    }
}

/// Users may write down where the resource already is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn region_and_name_may_be_added_when_equal() {
    let objects = Objects::new("pins").await;
    for (kind, name, extra) in [
        ("AgentMemory", "memoryName", json!({})),
        ("CodeInterpreter", "codeInterpreterName", json!({})),
        (
            "AgentRuntime",
            "runtimeName",
            json!({
                "artifact": { "container": { "image": "public.ecr.aws/a/b" } },
                "executionRole": { "arn": "arn:aws:iam::123456789012:role/a" },
            }),
        ),
    ] {
        let object = json!({ "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": kind,
            "metadata": { "name": "pinned" }, "spec": extra });
        objects.create(&object).await.unwrap();
        let pins =
            json!({ "status": { "region": "us-west-2", "name": "support", "establishedAt": "2026-01-01T00:00:00Z" } });
        objects.patch_status(&object, &pins).await.unwrap();

        let equal = json!({ "spec": { "region": "us-west-2", name: "support" } });
        objects.try_patch(&object, &equal).await.unwrap();
        let region = objects.try_patch(&object, &json!({ "spec": { "region": "eu-west-1" } })).await.unwrap_err();
        assert!(region.says("spec.region", "region must equal status.region"), "{region:#?}");
        let renamed = objects.try_patch(&object, &json!({ "spec": { name: "other" } })).await.unwrap_err();
        assert!(renamed.says(&format!("spec.{name}"), "must equal status.name"), "{renamed:#?}");
    }
}
