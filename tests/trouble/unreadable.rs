//! Objects that were written for a newer operator: its CRDs are there, and it is not.

use serde_json::{Value, json};

use crate::support::{
    cluster::{elsewhere, ok},
    world::{World, condition, message},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spec_of_a_newer_version_is_told_and_never_blocks_deletion() {
    let cluster = elsewhere().await;
    let world = World::elsewhere(&cluster, "unreadable", |setup| setup).await;
    // A CRD in which two enums have one more value.
    let crd = "crd/codeinterpreters.agentcore-operator.github.io";
    let schema = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
    let patch = json!([
        { "op": "add", "path": format!("{schema}/network/properties/mode/enum/-"), "value": "MESH" },
        { "op": "add", "path": format!("{schema}/deletionPolicy/enum/-"), "value": "Archive" },
    ]);
    ok(cluster.kubectl().args(["patch", crd, "--type=json", "-p", &patch.to_string()]));
    let create = async |name: &str, spec: Value| {
        let object = crate::support::world::object("CodeInterpreter", name, &spec);
        for _ in 0..100 {
            match world.objects.create(&object).await {
                Ok(created) => return created,
                // The API server takes the new schema a moment later.
                Err(refusal) => assert_eq!(refusal.code, 422, "{refusal:?}"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the changed CRD is not served");
    };

    let never = create("never", json!({ "network": { "mode": "MESH" } })).await;
    let stalled = world.condition(&never, "Stalled", "True", "UnreadableSpec").await;
    let told = message(&stalled, "Stalled");
    assert!(told.contains("MESH") && told.contains("update the operator"), "{told}");
    assert_eq!(world.mark(), 0, "nothing was asked of AWS: {:?}", world.calls());
    world.delete(&never).await;
    world.gone(&never).await;

    // They were readable once, and have resources.
    let deleted = create("deleted", json!({ "replacement": "OnChange" })).await;
    let kept = create("kept", json!({ "replacement": "OnChange" })).await;
    for object in [&deleted, &kept] {
        world.ready(object).await;
    }
    world.edit(&deleted, json!({ "network": { "mode": "MESH" } })).await;
    world.edit(&kept, json!({ "network": { "mode": "MESH" }, "deletionPolicy": "Archive" })).await;
    for object in [&deleted, &kept] {
        let stalled = world.condition(object, "Stalled", "True", "UnreadableSpec").await;
        assert_eq!(condition(&stalled, "Ready")["status"], "False");
    }
    let mark = world.mark();
    world.delete(&kept).await;
    world.gone(&kept).await;
    assert_eq!(world.writes_since(mark), [""; 0], "where the policy is unreadable, AWS keeps it");
    world.delete(&deleted).await;
    world.gone(&deleted).await;
    assert_eq!(world.writes_since(mark), ["DeleteCodeInterpreter"]);

    ok(cluster.kubectl().args(["replace", "-f"]).arg(crate::support::root().join("crds/codeinterpreters.yaml")));
}
