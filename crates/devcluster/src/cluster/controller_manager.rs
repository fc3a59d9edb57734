//! kube-controller-manager, with the controllers that an operator can notice.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::home::Home;

pub(crate) const NAME: &str = "kube-controller-manager";

/// There are no nodes, so the controllers for nodes, volumes and the like are left out.
const CONTROLLERS: &[&str] = &[
    "clusterrole-aggregation-controller",
    "deployment-controller",
    "disruption-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "replicaset-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
];

/// The kubeconfig that the controller manager authenticates with.
pub(crate) fn kubeconfig(home: &Home) -> PathBuf {
    home.kubeconfigs().join("controller-manager.yaml")
}

pub(crate) fn command(program: &Path, home: &Home) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("--kubeconfig={}", kubeconfig(home).display()))
        .arg(format!("--controllers={}", CONTROLLERS.join(",")))
        .arg(format!("--service-account-private-key-file={}", home.key("service-account.key").display()))
        .arg(format!("--root-ca-file={}", home.key("ca.crt").display()))
        .arg("--use-service-account-credentials=false")
        .arg("--leader-elect=false")
        // It serves nothing: what it does shows in the API server.
        .arg("--bind-address=127.0.0.1")
        .arg("--secure-port=0");
    command
}
