//! The control plane that all tests of this binary share.

use std::{
    process::{Command, Output},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use devcluster::{Cluster, Options};
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use tokio::sync::{Mutex, MutexGuard};

use super::{root, scratch};

/// The cluster, with our CRDs installed. Tests run at the same time: each takes a namespace of its own.
///
/// Statics are not dropped; the cluster's guard process ends it when this process ends. So that its logs outlive a
/// failed test, they are in the target directory.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| start("cluster"))
}

/// A cluster of its own for tests that do to it what the others could not bear: one after the other.
pub async fn elsewhere() -> MutexGuard<'static, Cluster> {
    static CLUSTER: OnceLock<Mutex<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| Mutex::new(start("elsewhere"))).lock().await
}

fn start(name: &str) -> Cluster {
    let logs = scratch().join(name);
    println!("the cluster's logs: {}", logs.display());
    let cluster =
        Cluster::start(Options { logs: Some(logs), ..Options::default() }).unwrap_or_else(|error| panic!("{error}"));
    let mut install = cluster.kubectl();
    ok(install.args(["apply", "--server-side", "-f"]).arg(root().join("crds")));
    ok(cluster.kubectl().args(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]));
    wait_until_published(&cluster);
    cluster
}

/// An established CRD is served at once, but discovery and OpenAPI, which kubectl asks first, follow a moment later.
fn wait_until_published(cluster: &Cluster) {
    let deadline = Instant::now() + Duration::from_secs(30);
    for kind in ["acmem", "acrt", "acci"] {
        loop {
            // Asks anew, and with that drops what kubectl remembers of the time before the CRDs.
            ok(cluster.kubectl().args(["api-resources", "--api-group=agentcore-operator.github.io"]));
            let explained = run(cluster.kubectl().args(["explain", kind]));
            if explained.status.success() {
                break;
            }
            assert!(Instant::now() < deadline, "{kind} is not published: {}", text(&explained.stderr));
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A client with all rights in this cluster.
pub async fn client_of(cluster: &Cluster) -> Client {
    let kubeconfig = Kubeconfig::read_from(cluster.kubeconfig()).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

/// A new namespace.
pub fn namespace(purpose: &str) -> String {
    namespace_of(cluster(), purpose)
}

/// A new namespace of this cluster.
pub fn namespace_of(cluster: &Cluster, purpose: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{purpose}-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    ok(cluster.kubectl().args(["create", "namespace", &name]));
    name
}

/// Runs a command that must succeed, and gives what it printed.
pub fn ok(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs a command that must fail, and gives what it printed as error.
pub fn fails(command: &mut Command) -> String {
    let output = run(command);
    assert!(!output.status.success(), "{command:?} succeeded: {}", text(&output.stdout));
    text(&output.stderr)
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
