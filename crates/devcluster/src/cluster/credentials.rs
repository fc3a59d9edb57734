//! Credentials of other identities than the administrator.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::Cluster;
use super::certificates::write;
use super::kubeconfig::{Identity, render};
use crate::error::Error;

/// Longer than any test and any working day with `cargo xtask cluster`.
const TOKEN_DURATION: &str = "24h";

impl Cluster {
    /// A kubeconfig for a user, by a client certificate. A new user may do nothing
    /// until a `RoleBinding` says so.
    ///
    /// There is room for two groups.
    pub fn user(&self, name: &str, groups: &[&str]) -> Result<PathBuf, Error> {
        let credential = self.authority.client(name, groups)?;
        self.write_kubeconfig("user", &Identity::Certificate(&credential))
    }

    /// A kubeconfig for an existing `ServiceAccount`, by a token that the API server
    /// issues, as it does for a Pod.
    pub fn service_account(&self, namespace: &str, name: &str) -> Result<PathBuf, Error> {
        let duration = format!("--duration={TOKEN_DURATION}");
        let token = self.run_kubectl(&["create", "token", name, "--namespace", namespace, &duration])?;
        self.write_kubeconfig("service-account", &Identity::Token(token.trim()))
    }

    /// Runs `kubectl` as the administrator and gives what it writes to stdout.
    pub(crate) fn run_kubectl(&self, args: &[&str]) -> Result<String, Error> {
        let output = self.kubectl().args(args).output().map_err(Error::process("run", "kubectl"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Error::Kubectl {
            args: args.join(" "),
            status: output.status,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Writes a kubeconfig file. Its name has a number, not the identity's name, which
    /// may contain anything.
    fn write_kubeconfig(&self, kind: &str, identity: &Identity<'_>) -> Result<PathBuf, Error> {
        let number = self.kubeconfigs.fetch_add(1, Ordering::Relaxed);
        let path = self.home.kubeconfigs().join(format!("{kind}-{number}.yaml"));
        write(&path, &render(&self.server_url(), &self.authority.certificate(), identity))?;
        Ok(path)
    }
}
