//! The chart's rights suffice, in the cluster and in AWS, and none is superfluous.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufRead, BufReader},
    process::Command,
};

use agentcore_operator::iam;
use agentcore_sim::server::{Options, Server};
use devcluster::Cluster;
use serde_json::{Value, json};

use crate::{
    chart,
    support::{
        audit::Exchanges,
        cluster::{cluster, elsewhere, ok},
        operator::{Operator, Setup},
        scratch,
        world::{World, object, quickstart, runtime_spec},
    },
};

/// Installs what of the chart is about rights, and gives the kubeconfig of the operator's ServiceAccount.
fn install(cluster: &Cluster, namespace: &str, values: &[&str]) -> String {
    let mut all = vec!["crds.enabled=false", "rbac.aggregateRoles=false"];
    all.extend(values);
    let documents = chart::render(namespace, &chart::set(&all));
    let about_rights = ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
    let items: Vec<&Value> =
        documents.iter().filter(|document| about_rights.iter().any(|kind| document["kind"] == *kind)).collect();
    let account = chart::only(&documents, "ServiceAccount")["metadata"]["name"].as_str().unwrap();
    let file = scratch().join(format!("{namespace}-rights.json"));
    fs::write(&file, json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()).unwrap();
    ok(cluster.kubectl().args(["apply", "-f"]).arg(file));
    cluster.service_account(namespace, account).unwrap().to_str().unwrap().to_owned()
}

/// An operator that has not even a cluster id: it must read the namespace kube-system.
fn as_service_account(kubeconfig: &str) -> impl FnOnce(Setup) -> Setup {
    let kubeconfig = kubeconfig.to_owned();
    move |setup| {
        let mut setup = setup.variable("KUBECONFIG", Some(&kubeconfig));
        setup.arguments.retain(|argument| !argument.starts_with("--cluster-id"));
        setup
    }
}

/// All that the operator ever does.
async fn do_everything(world: &World) {
    let [memory, interpreter, runtime] = &quickstart();
    for object in [memory, interpreter, runtime] {
        world.objects.create(object).await.unwrap();
    }
    for object in [memory, interpreter, runtime] {
        world.ready(object).await;
        world.edit(object, json!({ "tags": { "team": "a" } })).await;
        world.ready(object).await;
        world.edit(object, json!({ "tags": null })).await;
        world.ready(object).await;
    }
    for object in [memory, runtime] {
        world.edit(object, json!({ "description": "edited" })).await;
        world.ready(object).await;
    }
    // Names that somebody else holds are looked up.
    world.foreign(
        "POST",
        "/memories/create",
        &json!({
            "name": "theirs", "eventExpiryDuration": 90, "clientToken": "theirs-theirs-theirs-theirs-theirs",
        }),
    );
    world.foreign(
        "PUT",
        "/code-interpreters",
        &json!({
            "name": "theirs", "networkConfiguration": { "networkMode": "PUBLIC" },
        }),
    );
    let strangers = [
        object("AgentMemory", "stranger", &json!({ "memoryName": "theirs" })),
        object("CodeInterpreter", "stranger", &json!({ "codeInterpreterName": "theirs" })),
    ];
    for object in &strangers {
        world.objects.create(object).await.unwrap();
        world.condition(object, "Stalled", "True", "NotOwned").await;
    }
    for object in [memory, interpreter, runtime].into_iter().chain(&strangers) {
        assert!(!world.events(object).is_empty(), "{object}");
        world.delete(object).await;
    }
    for object in [memory, interpreter, runtime].into_iter().chain(&strangers) {
        world.gone(object).await;
    }
}

/// A right in the cluster: group, resource, verb.
type Right = (String, String, String);

/// What the chart's roles grant.
fn granted(namespace: &str, values: &[&str]) -> BTreeSet<Right> {
    let words = |rule: &Value, member: &str| -> Vec<String> { serde_json::from_value(rule[member].clone()).unwrap() };
    let mut all = vec!["crds.enabled=false", "rbac.aggregateRoles=false"];
    all.extend(values);
    let mut rights = BTreeSet::new();
    for document in chart::render(namespace, &chart::set(&all)) {
        for rule in document["rules"].as_array().into_iter().flatten() {
            for group in words(rule, "apiGroups") {
                for resource in words(rule, "resources") {
                    let verbs = words(rule, "verbs").into_iter();
                    rights.extend(verbs.map(|verb| (group.clone(), resource.clone(), verb)));
                }
            }
        }
    }
    rights
}

/// What this user has asked of the API server.
fn used(user: &str) -> BTreeSet<Right> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let log = BufReader::new(File::open(cluster().audit_log()).unwrap());
    log.lines()
        .map(Result::unwrap)
        .filter(|line| line.contains(user))
        .map(|line| serde_json::from_str::<Value>(&line).unwrap())
        .filter(|request| request["user"]["username"] == user && request["objectRef"].is_object())
        .map(|request| {
            let object = &request["objectRef"];
            let subresource = object["subresource"].as_str().map(|name| format!("/{name}")).unwrap_or_default();
            (text(&object["apiGroup"]), text(&object["resource"]) + &subresource, text(&request["verb"]))
        })
        .collect()
}

fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    statements.flat_map(|one| one["Action"].as_array().unwrap()).map(|action| action.as_str().unwrap().into()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_charts_rights_and_the_printed_policy_are_what_the_operator_needs() {
    let objects = crate::support::api::Objects::new("chart-operator").await;
    let exchanges = Exchanges::default();
    let observer = Some(exchanges.observer());
    let aws = Server::start(Options { observer, ..Options::default() }).await.unwrap();
    let namespace = objects.namespace.clone();
    let watched = format!("watchNamespaces=[\"{namespace}\"]");
    let kubeconfig = install(cluster(), &namespace, &[&watched]);
    let setup = as_service_account(&kubeconfig)(Setup::new(&namespace, &aws.url()));
    let world = World { operator: Operator::start(setup), objects, aws, exchanges };
    do_everything(&world).await;
    for complaint in ["forbidden", "Forbidden", "could not be read or written"] {
        assert!(!world.operator.log().contains(complaint), "{complaint}: {}", world.operator.log());
    }

    let user = format!("system:serviceaccount:{namespace}:test-agentcore-operator");
    assert_eq!(granted(&namespace, &[&watched]), used(&user), "what the chart grants (left), and what is used");

    let called: BTreeSet<String> =
        world.journal().into_iter().map(|call| format!("bedrock-agentcore:{}", call.operation)).collect();
    let printed = ok(Command::new(env!("CARGO_BIN_EXE_agentcore-operator")).arg("iam-policy"));
    let allowed = actions(&serde_json::from_str(&printed).unwrap());
    let dependent = iam::DEPENDENT.iter().map(|(_, action)| (*action).to_owned());
    let needed: BTreeSet<String> = called.iter().cloned().chain(dependent).collect();
    assert_eq!(allowed, needed, "what the policy allows (left), and what is called or checked with a call");

    told_by_metrics(&world);
}

fn told_by_metrics(world: &World) {
    assert_eq!(world.operator.health("/livez"), (200, "ok\n".to_owned()));
    assert_eq!(world.operator.health("/readyz"), (200, "ok\n".to_owned()));
    assert_eq!(world.operator.health("/nothing").0, 404);
    let metrics = world.operator.metrics();
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    for line in [
        "agentcore_aws_api_requests_total{operation=\"CreateAgentRuntime\",code=\"OK\"} 1",
        "agentcore_aws_api_requests_total{operation=\"CreateMemory\",code=\"ConflictException\"} 1",
        "controller_runtime_active_workers{controller=\"AgentMemory\"} 0",
        "agentcore_build_info{version=",
    ] {
        assert!(metrics.contains(line), "{line} is not in:\n{metrics}");
    }
    for name in ["controller_runtime_reconcile_total", "agentcore_status_writes_total"] {
        let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        let sum: f64 = metrics.lines().filter(|line| line.starts_with(name)).map(value).sum();
        assert!(sum > 10.0, "{name}: {sum}");
    }
    assert!(!metrics.contains("result=\"panic\""), "{metrics}");
}

/// The chart's default: all namespaces.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_charts_rights_suffice_for_all_namespaces() {
    let cluster = elsewhere().await;
    let ops = crate::support::cluster::namespace_of(&cluster, "ops");
    let kubeconfig = install(&cluster, &ops, &[]);
    let everywhere = |setup: Setup| {
        let mut setup = as_service_account(&kubeconfig)(setup);
        setup.namespaces.clear();
        setup
    };
    let world = World::elsewhere(&cluster, "everywhere", everywhere).await;
    let runtime = world.create("AgentRuntime", "here", runtime_spec()).await;
    world.ready(&runtime).await;
    world.delete(&runtime).await;
    world.gone(&runtime).await;
    assert!(!world.operator.log().contains("orbidden"), "{}", world.operator.log());
}

#[test]
fn the_charts_arguments_are_known() {
    let help = ok(Command::new(env!("CARGO_BIN_EXE_agentcore-operator")).args(["run", "--help"]));
    let mut flags = BTreeSet::new();
    for values in chart::value_sets() {
        let documents = chart::render("test", &values);
        let container = &chart::only(&documents, "Deployment")["spec"]["template"]["spec"]["containers"][0];
        let args = container["args"].as_array().unwrap();
        assert_eq!(args[0], "run");
        flags.extend(args[1..].iter().map(|arg| arg.as_str().unwrap().split('=').next().unwrap().to_owned()));
    }
    assert!(flags.len() >= 8, "{flags:?}");
    for flag in flags {
        // One that takes no value ends its line.
        let known = help.lines().any(|line| line.trim_start().split(' ').next() == Some(flag.as_str()));
        assert!(known, "{flag} is not in:\n{help}");
    }
}
