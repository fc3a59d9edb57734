//! The folder of one cluster.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

/// The files of a cluster. The folder is open to this user only, because it
/// contains private keys, and it is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Home {
    /// `None` once the logs are to be kept.
    folder: Option<TempDir>,
    path: PathBuf,
    logs: PathBuf,
}

impl Home {
    /// A new folder. The logs are in it, or in a folder of the caller's, which is
    /// never removed.
    pub(crate) fn new(logs: Option<&Path>) -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("devcluster-")
            .tempdir()
            .map_err(Error::io("make a folder in", &std::env::temp_dir()))?;
        let path = folder.path().to_owned();
        let logs = logs.map_or_else(|| path.join("logs"), Path::to_owned);
        let home = Self { path, logs, folder: Some(folder) };
        for part in [home.keys(), home.kubeconfigs(), home.logs()] {
            fs::create_dir_all(&part).map_err(Error::io("make the folder", &part))?;
        }
        Ok(home)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// A file among the certificates and keys.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.keys().join(name)
    }

    pub(crate) fn kubeconfigs(&self) -> PathBuf {
        self.path.join("kubeconfigs")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.logs.clone()
    }

    /// The log file of a program.
    pub(crate) fn log(&self, program: &str) -> PathBuf {
        self.logs().join(format!("{program}.log"))
    }

    pub(crate) fn etcd_data(&self) -> PathBuf {
        self.path.join("etcd")
    }

    /// From now on only what is not a log is removed in the end.
    pub(crate) fn keep_logs(&mut self) {
        if let Some(folder) = self.folder.take() {
            let _ = folder.keep();
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.folder.is_some() {
            // The `TempDir` removes everything.
            return;
        }
        let logs = self.logs();
        for part in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            if part.path() != logs {
                let _ = fs::remove_dir_all(part.path()).or_else(|_| fs::remove_file(part.path()));
            }
        }
        // Empty if the logs are elsewhere.
        let _ = fs::remove_dir(&self.path);
    }
}
