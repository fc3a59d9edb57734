//! kube-apiserver, with RBAC, the `ServiceAccount` admission plugin and an audit log.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::certificates::{Authority, write, write_service_account_keys};
use super::etcd;
use super::home::Home;
use super::ports::Ports;
use crate::error::Error;

pub(crate) const NAME: &str = "kube-apiserver";

/// The URL at which clients talk to the API server.
pub(crate) fn url(ports: Ports) -> String {
    format!("https://127.0.0.1:{}", ports.api_server)
}

/// Where the API server writes its audit log.
pub(crate) fn audit_log(home: &Home) -> PathBuf {
    home.logs().join("audit.jsonl")
}

/// Writes the files that the command line refers to.
pub(crate) fn prepare(home: &Home, authority: &Authority, audited: &[String]) -> Result<(), Error> {
    let serving = authority.serving()?;
    write(&home.key("ca.crt"), &authority.certificate())?;
    write(&home.key("apiserver.crt"), &serving.certificate)?;
    write(&home.key("apiserver.key"), &serving.key)?;
    write_service_account_keys(&home.key("service-account.key"), &home.key("service-account.pub"))?;
    write(&audit_policy_file(home), &audit_policy(audited))
}

pub(crate) fn command(program: &Path, home: &Home, ports: Ports) -> Command {
    let mut command = Command::new(program);
    for (flag, value) in [
        ("etcd-servers", etcd::url(ports)),
        ("bind-address", "127.0.0.1".to_owned()),
        ("advertise-address", "127.0.0.1".to_owned()),
        // The `kubernetes` Service would need an endpoint, which may not be a loopback address.
        ("endpoint-reconciler-type", "none".to_owned()),
        ("secure-port", ports.api_server.to_string()),
        ("authorization-mode", "RBAC".to_owned()),
        ("allow-privileged", "true".to_owned()),
        ("service-cluster-ip-range", "10.0.0.0/24".to_owned()),
        ("service-account-issuer", "https://kubernetes.default.svc".to_owned()),
        ("audit-log-format", "json".to_owned()),
        // An answer is sent when its audit event is written: a test that has the
        // answer finds the event.
        ("audit-log-mode", "blocking".to_owned()),
        // In megabytes. Never rotated in a test's life.
        ("audit-log-maxsize", "4096".to_owned()),
    ] {
        command.arg(format!("--{flag}={value}"));
    }
    for (flag, path) in [
        ("cert-dir", home.keys()),
        ("tls-cert-file", home.key("apiserver.crt")),
        ("tls-private-key-file", home.key("apiserver.key")),
        ("client-ca-file", home.key("ca.crt")),
        ("service-account-key-file", home.key("service-account.pub")),
        ("service-account-signing-key-file", home.key("service-account.key")),
        ("audit-policy-file", audit_policy_file(home)),
        ("audit-log-path", audit_log(home)),
    ] {
        command.arg(format!("--{flag}={}", path.display()));
    }
    command
}

fn audit_policy_file(home: &Home) -> PathBuf {
    home.path().join("audit-policy.yaml")
}

/// Requests to the given API groups with their bodies, all others without.
fn audit_policy(groups: &[String]) -> String {
    let mut policy = "\
apiVersion: audit.k8s.io/v1
kind: Policy
# One event for each request, with its outcome.
omitStages: [RequestReceived]
rules:
"
    .to_owned();
    for group in groups {
        let _ = writeln!(policy, "- level: RequestResponse\n  resources: [{{group: \"{group}\"}}]");
    }
    policy.push_str("- level: Metadata\n");
    policy
}
