//! The control plane that all tests of this binary share.

use std::{
    fs,
    path::PathBuf,
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

use super::root;

/// The cluster, with our CRDs installed. Tests run at the same time: each takes a namespace of its own.
///
/// Statics are not dropped; the cluster's guard process ends it when this process ends. So that its logs outlive a
/// failed test, they are in the target directory.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let logs = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cluster-logs");
        // What an earlier run left; the audit log would be appended to.
        let _ = fs::remove_dir_all(&logs);
        println!("the cluster's logs: {}", logs.display());
        let cluster = Cluster::start(Options { logs: Some(logs), ..Options::default() })
            .unwrap_or_else(|error| panic!("{error}"));
        let mut install = cluster.kubectl();
        ok(install.args(["apply", "--server-side", "-f"]).arg(root().join("crds")));
        ok(cluster.kubectl().args(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]));
        wait_until_published(&cluster);
        cluster
    })
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

/// A client with all rights.
pub async fn client() -> Client {
    // Starting the cluster blocks; no other task of this test runs yet.
    let kubeconfig = Kubeconfig::read_from(cluster().kubeconfig()).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

/// A new namespace.
pub fn namespace(purpose: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{purpose}-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    ok(cluster().kubectl().args(["create", "namespace", &name]));
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
