//! The operator's role lacks rights. Each is asked for in the log, in words that say which; and once it is given, the
//! operator goes on without a restart.

use std::{fs, time::Duration};

use agentcore_sim::Settings;
use serde_json::json;
use tokio::time::sleep;

use super::golden::{complaints_with, golden};
use crate::support::{
    cluster::{cluster, ok},
    scratch,
    world::World,
};

const GROUP: &str = "agentcore-operator.github.io";
const KINDS: [&str; 3] = ["agentmemories", "agentruntimes", "codeinterpreters"];

/// Gives the user these rights, and keeps those that it has.
fn grant(world: &World, user: &str, name: &str, group: &str, resources: &[String], verbs: &[&str]) {
    let role = format!("{}-{name}", world.objects.namespace);
    let rules = json!([{ "apiGroups": [group], "resources": resources, "verbs": verbs }]);
    let version = "rbac.authorization.k8s.io/v1";
    let role_ref = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role });
    let subjects = json!([{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user }]);
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [
        { "apiVersion": version, "kind": "ClusterRole", "metadata": { "name": role }, "rules": rules },
        {
            "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": { "name": role },
            "roleRef": role_ref, "subjects": subjects,
        },
    ]});
    let file = scratch().join(format!("{role}.json"));
    fs::write(&file, list.to_string()).unwrap();
    ok(cluster().kubectl().args(["apply", "-f"]).arg(file));
}

fn each(suffix: &str) -> Vec<String> {
    KINDS.map(|kind| format!("{kind}{suffix}")).into()
}

/// Waits until the log has these words since it had that length.
async fn until_told(world: &World, from: usize, words: &str) {
    for _ in 0..600 {
        if world.operator.log()[from..].contains(words) {
            // So that what comes with them is there, too.
            sleep(Duration::from_millis(500)).await;
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the log does not say {words}: {}", world.operator.log_tail());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_right_is_asked_for_and_its_grant_is_enough() {
    let user = "too-small";
    let kubeconfig = cluster().user(user, &[]).unwrap();
    let setup =
        |setup: crate::support::operator::Setup| setup.variable("KUBECONFIG", Some(kubeconfig.to_str().unwrap()));
    let world = World::with("rights", Settings::default(), setup).await;
    let interpreter = world.create("CodeInterpreter", "waiting", json!({})).await;
    let mut text = Vec::new();
    let mut from = 0;

    // Each step: what is missing, words of the complaint, and the right that was missing.
    let namespaces = ["namespaces".to_owned()];
    let events = ["events".to_owned()];
    let steps = [
        ("watch the objects", "can't watch the objects", GROUP, each(""), &["get", "list", "watch"][..]),
        ("get the namespace", "can't read the namespace", "", namespaces.into(), &["get"]),
        ("patch the status", "codeinterpreters/status", GROUP, each("/status"), &["patch"]),
        ("patch the objects", "add the finalizer", GROUP, each(""), &["get", "list", "watch", "patch"]),
    ];
    for (number, (what, words, group, resources, verbs)) in steps.into_iter().enumerate() {
        until_told(&world, from, words).await;
        text.push(format!("## without the right to {what}\n{}", complaints_with(&world, from, &[words])));
        if number == 0 {
            let (code, answer) = world.operator.health("/readyz");
            assert_eq!(code, 503, "{answer}");
            text.push(format!("# GET /readyz\n{answer}"));
        }
        assert_eq!(world.writes(), [""; 0], "nothing is written to AWS without {what}");
        from = world.operator.log().len();
        grant(&world, user, &format!("step-{number}"), group, &resources, verbs);
    }
    world.ready(&interpreter).await;
    assert_eq!(world.operator.health("/readyz").0, 200);
    until_told(&world, from, "events").await;
    text.push(format!("## without the right to create events\n{}", complaints_with(&world, from, &["events"])));
    golden("rights-too-small.txt", &text.join("\n"));
    assert_eq!(world.events(&interpreter), [""; 0]);

    grant(&world, user, "events", "events.k8s.io", &events, &["create"]);
    world.edit(&interpreter, json!({ "suspend": true, "tags": { "a": "b" } })).await;
    world.condition(&interpreter, "Ready", "False", "Suspended").await;
    world.until(&interpreter, "told by an event", |_| !world.events(&interpreter).is_empty()).await;
    for name in ["step-0", "step-1", "step-2", "step-3", "events"] {
        let role = format!("{}-{name}", world.objects.namespace);
        ok(cluster().kubectl().args(["delete", "clusterrole,clusterrolebinding", &role]));
    }
}
