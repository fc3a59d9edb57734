//! Several managers on one object, with server-side apply: Argo CD or Flux, a platform team, a person.

use serde_json::{Value, json};

use crate::support::api::{Objects, Patch, Refusal};

struct Shared {
    objects: Objects,
    base: Value,
}

impl Shared {
    /// An object that `first` owns.
    async fn new(kind: &str, spec: Value) -> Self {
        let base = json!({
            "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": kind, "metadata": { "name": "shared" },
        });
        let shared = Self { objects: Objects::new("merging").await, base };
        shared.apply("first", spec).await.unwrap();
        shared
    }

    async fn apply(&self, manager: &str, spec: Value) -> Result<Value, Refusal> {
        let mut object = self.base.clone();
        object["spec"] = spec;
        self.objects.patch(&object, &object, Patch::Apply(manager)).await
    }
}

fn runtime() -> Value {
    json!({
        "artifact": { "container": { "image": "public.ecr.aws/support/agent:1" } },
        "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreSupport" },
    })
}

fn with(mut spec: Value, more: &Value) -> Value {
    super::merge(&mut spec, more);
    spec
}

fn keys(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

/// Without `x-kubernetes-map-type: atomic` the other manager's member would stay, and "exactly one" refuse both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_union_is_switched_by_the_manager_that_gives_its_owner_up() {
    let shared = Shared::new(
        "AgentRuntime",
        with(
            runtime(),
            &json!({
                "memoryRef": { "name": "support" },
                "codeInterpreterRefs": [{ "alias": "default", "name": "support" }],
                "filesystems": [{ "mountPath": "/mnt/a", "sessionStorage": {} }],
            }),
        ),
    )
    .await;
    let switched = json!({
        "artifact": { "code": { "s3": { "bucket": "abc", "prefix": "a.zip" }, "runtime": "NODE_22", "entryPoint": ["a.js"] } },
        "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreSupport" },
        "memoryRef": { "id": "support-0123456789" },
        "codeInterpreterRefs": [{ "alias": "default", "id": "aws.codeinterpreter.v1" }],
        "filesystems": [{ "mountPath": "/mnt/a", "capacityProviderVolume": { "volumeName": "a" } }],
        "network": { "mode": "PUBLIC" },
    });
    let conflict = shared.apply("second", switched.clone()).await.unwrap_err();
    assert_eq!(conflict.code, 409, "{}", conflict.message);

    let mut object = shared.base.clone();
    object["spec"] = switched.clone();
    let forced = shared.objects.patch(&object, &object, Patch::Force("second")).await.unwrap();
    for member in ["artifact", "memoryRef", "codeInterpreterRefs", "filesystems", "network"] {
        assert_eq!(forced["spec"][member], switched[member], "{member}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_named_things_merge_by_name() {
    let shared = Shared::new(
        "AgentRuntime",
        with(
            runtime(),
            &json!({
                "env": [{ "name": "A", "value": "1" }],
                "filesystems": [{ "mountPath": "/mnt/a", "sessionStorage": {} }],
                "codeInterpreterRefs": [{ "alias": "a", "name": "a" }],
                "requestHeaders": { "allowlist": ["A"] },
            }),
        ),
    )
    .await;
    let both = shared
        .apply(
            "second",
            with(
                runtime(),
                &json!({
                    "env": [{ "name": "B", "value": "2" }],
                    "filesystems": [{ "mountPath": "/mnt/b", "sessionStorage": {} }],
                    "codeInterpreterRefs": [{ "alias": "b", "name": "b" }],
                    "requestHeaders": { "allowlist": ["B"] },
                }),
            ),
        )
        .await
        .unwrap();
    assert_eq!(keys(&both["spec"]["env"], "name"), ["A", "B"]);
    assert_eq!(keys(&both["spec"]["filesystems"], "mountPath"), ["/mnt/a", "/mnt/b"]);
    assert_eq!(keys(&both["spec"]["codeInterpreterRefs"], "alias"), ["a", "b"]);
    assert_eq!(both["spec"]["requestHeaders"]["allowlist"], json!(["A", "B"]));

    // Each takes back only what is its own.
    let left = shared.apply("second", runtime()).await.unwrap();
    assert_eq!(keys(&left["spec"]["env"], "name"), ["A"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strategies_merge_by_name() {
    let strategy = |name: &str| json!({ "strategies": [{ "name": name, "type": "SEMANTIC" }] });
    let shared = Shared::new("AgentMemory", strategy("Facts")).await;
    let both = shared.apply("second", strategy("MoreFacts")).await.unwrap();
    assert_eq!(keys(&both["spec"]["strategies"], "name"), ["Facts", "MoreFacts"]);

    // Different members of one strategy may have different owners.
    let described =
        json!({ "strategies": [{ "name": "Facts", "type": "SEMANTIC", "description": "Facts of support" }] });
    let described = shared.apply("third", described).await.unwrap();
    assert_eq!(described["spec"]["strategies"][0]["description"], "Facts of support");
    assert_eq!(described["spec"]["strategies"].as_array().unwrap().len(), 2);
}

/// An atomic item has one owner, because members to come make it a union.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_of_env_has_one_owner() {
    let shared = Shared::new("AgentRuntime", with(runtime(), &json!({ "env": [{ "name": "A", "value": "1" }] }))).await;
    let other = with(runtime(), &json!({ "env": [{ "name": "A", "value": "2" }] }));
    assert_eq!(shared.apply("second", other).await.unwrap_err().code, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_a_memory_and_mounts_of_an_interpreter_merge() {
    let named =
        |key: &str| json!({ "indexedKeys": [{ "key": key, "type": "STRING" }], "namespaceKeys": [{ "key": key }] });
    let memory = Shared::new("AgentMemory", named("a")).await;
    let both = memory.apply("second", named("b")).await.unwrap();
    assert_eq!(keys(&both["spec"]["indexedKeys"], "key"), ["a", "b"]);
    assert_eq!(keys(&both["spec"]["namespaceKeys"], "key"), ["a", "b"]);

    let mounted = |path: &str| {
        json!({ "filesystems": [{ "mountPath": path, "efsAccessPoint": {
            "accessPointArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/fsap-01234567",
            "fileSystemArn": "arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-01234567",
        } }] })
    };
    let interpreter = Shared::new("CodeInterpreter", mounted("/mnt/a")).await;
    let both = interpreter.apply("second", mounted("/mnt/b")).await.unwrap();
    assert_eq!(keys(&both["spec"]["filesystems"], "mountPath"), ["/mnt/a", "/mnt/b"]);
}
