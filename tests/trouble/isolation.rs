//! One broken object never delays another: fifty of them, few slots, and one that is well.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{
    cluster::{cluster, ok},
    scratch,
    world::{World, condition, is_ready, message, runtime_spec},
};

/// Whether a broken object says what is wrong. Of a create that AWS did not answer nothing is known for two minutes.
fn tells(object: &Value) -> bool {
    condition(object, "Ready")["status"] == "False" || message(object, "Ready").contains("not known whether")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_broken_objects_delay_no_other() {
    let world = World::with("isolation", agentcore_sim::Settings::default(), |setup| {
        setup.argument("--concurrency=2").argument("--aws-quota-share=1.0")
    })
    .await;
    let error = |code: &str, status: u16| json!({ "error": { "code": code, "message": "broken", "status": status } });
    for (operation, fault) in
        [("CreateCodeInterpreter", error("ValidationException", 400)), ("CreateMemory", error("ServiceException", 500))]
    {
        world.fault(json!({ "operation": operation, "resource": "broken", "count": 0, "fault": fault }));
    }
    let mut broken = Vec::new();
    for number in 0..20 {
        broken.push(world.create("CodeInterpreter", &format!("broken-tool-{number}"), json!({})).await);
    }
    for number in 0..15 {
        broken.push(world.create("AgentMemory", &format!("broken-{number}"), json!({})).await);
        let mut spec = runtime_spec();
        spec["memoryRef"] = json!({ "name": format!("nowhere-{number}") });
        broken.push(world.create("AgentRuntime", &format!("broken-{number}"), spec).await);
    }

    // It comes last, and the creates of the others are before it: five a second.
    let began = Instant::now();
    let good = world.create("CodeInterpreter", "good", json!({ "deletionPolicy": "Delete" })).await;
    world.within(Duration::from_secs(15), &good, "Ready", is_ready).await;
    println!("the good one was Ready after {:?}", began.elapsed());
    for object in &broken {
        world.until(object, "told", tells).await;
    }

    // While all of them are tried again, each in its own time.
    let began = Instant::now();
    world.edit(&good, json!({ "tags": { "team": "x" } })).await;
    let name = world.now(&good).await["status"]["name"].as_str().unwrap().to_owned();
    let tagged = |object: &Value| is_ready(object) && world.resource(&name).tags.contains_key("team");
    world.within(Duration::from_secs(5), &good, "tagged", tagged).await;
    println!("and tagged after {:?}", began.elapsed());
    let began = Instant::now();
    world.delete(&good).await;
    world.within(Duration::from_secs(8), &good, "gone", Value::is_null).await;
    println!("and gone after {:?}", began.elapsed());
    world.mend();
}

/// A policy that refuses each status of the interpreters whose names begin with `refused`.
fn refuses_statuses(namespace: &str) -> Value {
    let name = format!("{namespace}-refuses-statuses");
    let rule = json!({
        "apiGroups": ["agentcore-operator.github.io"], "apiVersions": ["*"], "operations": ["UPDATE"],
        "resources": ["codeinterpreters/status"],
    });
    let labels = json!({ "matchLabels": { "kubernetes.io/metadata.name": namespace } });
    let version = "admissionregistration.k8s.io/v1";
    json!({ "apiVersion": "v1", "kind": "List", "items": [
        {
            "apiVersion": version, "kind": "ValidatingAdmissionPolicy", "metadata": { "name": name },
            "spec": {
                "matchConstraints": { "resourceRules": [rule] },
                "validations": [{ "expression": "!object.metadata.name.startsWith('refused')", "message": "not this one" }],
            },
        },
        {
            "apiVersion": version, "kind": "ValidatingAdmissionPolicyBinding", "metadata": { "name": name },
            "spec": { "policyName": name, "validationActions": ["Deny"], "matchResources": { "namespaceSelector": labels } },
        },
    ]})
}

/// Nothing can be announced for them, so they need no turns at AWS; and the API server is not asked again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_whose_status_is_refused_take_no_turns_from_others() {
    // A create a second.
    let world = World::with("refused-status", agentcore_sim::Settings::default(), |setup| {
        setup.argument("--aws-quota-share=0.2")
    })
    .await;
    let file = scratch().join(format!("{}-policy.json", world.objects.namespace));
    fs::write(&file, refuses_statuses(&world.objects.namespace).to_string()).unwrap();
    ok(cluster().kubectl().args(["apply", "-f"]).arg(&file));
    // A policy takes a moment to work.
    let probe = world.create("CodeInterpreter", "probe", json!({})).await;
    world.ready(&probe).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    let refused = |world: &World| world.operator.log().matches("not this one").count();
    while refused(&world) == 0 {
        assert!(Instant::now() < deadline, "the policy does not work: {}", world.operator.log_tail());
        let early = world.create("CodeInterpreter", "refused-0", json!({ "deletionPolicy": "Delete" })).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        if refused(&world) == 0 {
            world.delete(&early).await;
            world.gone(&early).await;
        }
    }
    let mark = world.mark();
    for number in 1..40 {
        world.create("CodeInterpreter", &format!("refused-{number}"), json!({})).await;
    }
    let began = Instant::now();
    for name in ["good-1", "good-2", "good-3", "good-4"] {
        let good = world.create("CodeInterpreter", name, json!({})).await;
        world.within(Duration::from_secs(10), &good, "Ready", is_ready).await;
    }
    println!("four that are well were Ready after {:?}", began.elapsed());
    let before = refused(&world);
    tokio::time::sleep(Duration::from_secs(20)).await;
    let tries = refused(&world) - before;
    // Every three seconds it would be more than 250.
    assert!(tries < 160, "{tries} statuses were refused in 20 seconds");
    assert_eq!(world.writes_since(mark).len(), 4, "nothing is created of which nothing could be announced");

    ok(cluster().kubectl().args(["delete", "-f"]).arg(&file));
    for number in [1, 20, 39] {
        let refused = world
            .now(&crate::support::world::object("CodeInterpreter", &format!("refused-{number}"), &json!({})))
            .await;
        world.within(Duration::from_secs(90), &refused, "Ready", is_ready).await;
    }
}
