//! Where the programs of the cluster come from.
//!
//! A program is taken from the first of these places:
//!
//! 1. `$KUBEBUILDER_ASSETS`, if that variable is set. For the programs of a cluster nothing
//!    else is looked at then; `helm`, which is not one of them, may be missing there.
//! 2. The cache, `${XDG_CACHE_HOME:-$HOME/.cache}/agentcore-operator/tools`. Each tool,
//!    version and platform has an entry of its own, which all checkouts share.
//! 3. `go build` of the pinned Go module, which becomes the entry in the cache.
//!
//! The second and third need no network but Go's own module download, and no trust
//! but in the checksums of `go.sum`.

mod cache;
mod go;
mod manifest;
mod pin;
mod progress;
mod table;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use self::table::{ALL, ETCD, GoProgram, GoTool, HELM, KUBERNETES};

use self::cache::Entry;
use crate::error::Error;

/// A program that is there and can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program's name, for example `kube-apiserver`.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
}

/// Finds the tool's programs, and builds them if they are nowhere.
///
/// Building takes minutes once and tells about it on stderr. The digests of cached
/// programs are checked at each call, and a damaged entry is built again.
pub fn locate(tool: &GoTool) -> Result<Vec<Program>, Error> {
    locate_in(tool, &Environment::of_this_process())
}

/// What the lookup depends on, so that tests can choose it.
#[derive(Debug, Clone)]
struct Environment {
    assets: Option<OsString>,
    cache_home: Option<OsString>,
    home: Option<OsString>,
    path: Option<OsString>,
}

impl Environment {
    fn of_this_process() -> Self {
        // Empty counts as unset: that is how a shell or a CI file clears a variable.
        let var = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            assets: var("KUBEBUILDER_ASSETS"),
            cache_home: var("XDG_CACHE_HOME"),
            home: var("HOME"),
            path: var("PATH"),
        }
    }

    fn cache(&self) -> Result<PathBuf, Error> {
        // The XDG specification: a relative path is to be ignored.
        let cache = self.cache_home.as_ref().map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = cache.or_else(|| self.home.as_ref().map(|home| Path::new(home).join(".cache")));
        Ok(cache.ok_or(Error::NoCacheFolder)?.join("agentcore-operator").join("tools"))
    }
}

fn locate_in(tool: &GoTool, environment: &Environment) -> Result<Vec<Program>, Error> {
    let there = |assets: &Path| tool.programs.iter().all(|program| assets.join(program.name).is_file());
    let assets = environment.assets.as_ref().map(PathBuf::from);
    let folder = match assets.filter(|assets| tool.of_cluster || there(assets)) {
        Some(assets) => assets,
        None => Entry::of(tool, &environment.cache()?)?.ensure(|staging, log| {
            let go = go::Go::find(environment.path.as_deref(), tool)?;
            go.build(tool, staging, log)
        })?,
    };
    let program = |name| Program { name, path: folder.join(name) };
    let programs: Vec<_> = tool.programs.iter().map(|built| program(built.name)).collect();
    // A cached entry was checked. A folder of the developer's may hold anything.
    match programs.iter().find(|program| !program.path.is_file()) {
        Some(missing) => Err(Error::AssetMissing { program: missing.name.to_owned(), path: missing.path.clone() }),
        None => Ok(programs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Environment {
        Environment { assets: None, cache_home: None, home: None, path: None }
    }

    #[test]
    fn a_program_that_the_assets_lack_is_named_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["kube-apiserver", "kubectl"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let environment = Environment { assets: Some(folder.path().into()), ..nothing() };
        let message = locate_in(&KUBERNETES, &environment).unwrap_err().to_string();
        let path = folder.path().join("kube-controller-manager");
        assert!(message.contains(path.to_str().unwrap()), "{message}");
    }

    #[test]
    fn the_assets_folder_is_used_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("etcd"), "").unwrap();
        let environment = Environment { assets: Some(folder.path().into()), ..nothing() };
        let expected = Program { name: "etcd", path: folder.path().join("etcd") };
        assert_eq!(locate_in(&ETCD, &environment).unwrap(), [expected]);
    }

    #[test]
    fn what_no_cluster_needs_may_be_missing_in_the_assets() {
        let (assets, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let environment = Environment {
            assets: Some(assets.path().into()),
            cache_home: Some(cache.path().into()),
            path: Some("/nowhere".into()),
            ..nothing()
        };
        // Missing there, so it would be built, which takes Go.
        assert!(matches!(locate_in(&HELM, &environment), Err(Error::GoMissing { .. })));
        std::fs::write(assets.path().join("helm"), "").unwrap();
        let expected = Program { name: "helm", path: assets.path().join("helm") };
        assert_eq!(locate_in(&HELM, &environment).unwrap(), [expected]);
    }

    #[test]
    fn the_cache_follows_the_xdg_rules() {
        let home = Environment { home: Some("/home/dev".into()), ..nothing() };
        let xdg = Environment { cache_home: Some("/caches".into()), ..home.clone() };
        let relative = Environment { cache_home: Some("caches".into()), ..home.clone() };
        assert_eq!(xdg.cache().unwrap(), Path::new("/caches/agentcore-operator/tools"));
        for environment in [home, relative] {
            let expected = Path::new("/home/dev/.cache/agentcore-operator/tools");
            assert_eq!(environment.cache().unwrap(), expected);
        }
        assert!(matches!(nothing().cache(), Err(Error::NoCacheFolder)));
    }

    #[test]
    fn without_go_the_error_says_what_to_install() {
        let cache = tempfile::tempdir().unwrap();
        let environment =
            Environment { cache_home: Some(cache.path().into()), path: Some("/nowhere".into()), ..nothing() };
        let message = locate_in(&KUBERNETES, &environment).unwrap_err().to_string();
        let needed = KUBERNETES.pin().unwrap().go;
        for part in [needed.as_str(), "https://go.dev/dl", "KUBEBUILDER_ASSETS", "kube-apiserver", "kubernetes v"] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }
}
