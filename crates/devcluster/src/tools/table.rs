//! The tools that are built from pinned Go modules.
//!
//! To add one: pin it in `tools/<name>/go.mod`, add a static here, and list it in [`ALL`].

use std::fmt::Write as _;

use super::pin::Pin;
use crate::error::Error;

/// A tool that is built from one Go module of `tools/`.
#[derive(Debug)]
pub struct GoTool {
    /// The tool's name, which is its folder under `tools/` too.
    pub name: &'static str,
    /// The programs that the tool consists of.
    pub programs: &'static [GoProgram],
    /// Whether a cluster consists of it. `KUBEBUILDER_ASSETS` then has to have its programs;
    /// it need not have those of a tool that only works with a cluster.
    pub of_cluster: bool,
    /// How long a build with an empty Go build cache takes, for the developer who waits.
    pub(crate) first_build: &'static str,
    /// The Go module whose pinned version is the tool's version.
    pub(crate) module: &'static str,
    pub(crate) go_mod: &'static str,
    pub(crate) go_sum: &'static str,
    /// The linker flags for a version of the tool.
    pub(crate) ldflags: fn(&Pin) -> String,
}

/// A program that `go build` makes.
#[derive(Debug)]
pub struct GoProgram {
    /// The file name.
    pub name: &'static str,
    /// The import path of its `main` package.
    pub package: &'static str,
}

/// The API server, the controller manager and kubectl.
pub static KUBERNETES: GoTool = GoTool {
    name: "kubernetes",
    programs: &[
        GoProgram { name: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
        GoProgram { name: "kube-controller-manager", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
        GoProgram { name: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl" },
    ],
    of_cluster: true,
    first_build: "about eight minutes on two cores",
    module: "k8s.io/kubernetes",
    go_mod: include_str!("../../../../tools/kubernetes/go.mod"),
    go_sum: include_str!("../../../../tools/kubernetes/go.sum"),
    ldflags: kubernetes_ldflags,
};

/// The store of the API server.
pub static ETCD: GoTool = GoTool {
    name: "etcd",
    programs: &[GoProgram { name: "etcd", package: "go.etcd.io/etcd/server/v3" }],
    of_cluster: true,
    first_build: "about a minute on two cores",
    module: "go.etcd.io/etcd/server/v3",
    go_mod: include_str!("../../../../tools/etcd/go.mod"),
    go_sum: include_str!("../../../../tools/etcd/go.sum"),
    ldflags: |_| STRIP.to_owned(),
};

/// Helm, with which the chart is checked and rendered.
pub static HELM: GoTool = GoTool {
    name: "helm",
    programs: &[GoProgram { name: "helm", package: "helm.sh/helm/v4/cmd/helm" }],
    of_cluster: false,
    first_build: "about two minutes on two cores",
    module: "helm.sh/helm/v4",
    go_mod: include_str!("../../../../tools/helm/go.mod"),
    go_sum: include_str!("../../../../tools/helm/go.sum"),
    ldflags: |pin| format!("{STRIP} -X helm.sh/helm/v4/internal/version.version={}", pin.version),
};

/// Every tool.
pub static ALL: &[&GoTool] = &[&ETCD, &KUBERNETES, &HELM];

/// No symbol table and no debug information: nobody debugs these programs here,
/// and they are read as a whole for each check of the cache.
const STRIP: &str = "-s -w";

impl GoTool {
    /// The version that the embedded `go.mod` pins, for example `v1.37.1`.
    pub fn version(&self) -> Result<String, Error> {
        Ok(self.pin()?.version)
    }

    pub(crate) fn pin(&self) -> Result<Pin, Error> {
        Pin::read(self)
    }

    /// The names of the programs, for a message.
    pub(crate) fn program_names(&self) -> String {
        let names: Vec<_> = self.programs.iter().map(|program| program.name).collect();
        names.join(", ")
    }
}

/// Kubernetes takes its version from the linker. Without it the API server says
/// `v0.0.0-master`, which clients that look at the version cannot make sense of. The packages are
/// those of upstream's `hack/lib/version.sh`. There is no `gitCommit`: a Go module
/// does not say which commit it was made from.
fn kubernetes_ldflags(pin: &Pin) -> String {
    let mut flags = STRIP.to_owned();
    for package in ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"] {
        for (variable, value) in [
            ("gitVersion", pin.version.as_str()),
            ("gitMajor", pin.major()),
            ("gitMinor", pin.minor()),
            ("gitTreeState", "clean"),
        ] {
            let _ = write!(flags, " -X {package}.{variable}={value}");
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_pinned() {
        for tool in ALL {
            let pin = tool.pin().unwrap();
            assert!(pin.version.starts_with('v'), "{}: {}", tool.name, pin.version);
            assert!(tool.go_sum.contains(&format!("{} {} h1:", tool.module, pin.version)), "{}", tool.name);
            for program in tool.programs {
                assert!(program.package.starts_with(tool.module), "{}", program.package);
                assert!(tool.go_mod.contains(program.package), "no `tool {}` line", program.package);
            }
        }
    }

    #[test]
    fn kubernetes_is_linked_with_its_version() {
        let pin = Pin { version: "v1.2.3".to_owned(), go: "1.0".to_owned() };
        let flags = kubernetes_ldflags(&pin);
        for flag in [
            "-X k8s.io/component-base/version.gitVersion=v1.2.3",
            "-X k8s.io/client-go/pkg/version.gitMajor=1",
            "-X k8s.io/client-go/pkg/version.gitMinor=2",
        ] {
            assert!(flags.contains(flag), "{flags}");
        }
    }
}
