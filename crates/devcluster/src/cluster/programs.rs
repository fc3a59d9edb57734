//! The programs that a cluster consists of.

use std::path::{Path, PathBuf};

use super::{api_server, controller_manager, etcd};
use crate::error::Error;
use crate::tools::{self, ETCD, KUBERNETES, Program};

/// All programs of the tools that a cluster needs.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) etcd: PathBuf,
    pub(crate) api_server: PathBuf,
    pub(crate) controller_manager: PathBuf,
    pub(crate) kubectl: PathBuf,
}

impl Programs {
    pub(crate) fn locate() -> Result<Self, Error> {
        let mut found = tools::locate(&ETCD)?;
        found.extend(tools::locate(&KUBERNETES)?);
        Ok(Self {
            etcd: take(&found, etcd::NAME)?,
            api_server: take(&found, api_server::NAME)?,
            controller_manager: take(&found, controller_manager::NAME)?,
            kubectl: take(&found, "kubectl")?,
        })
    }

    /// The program of that name, if it is one of the cluster's.
    pub(crate) fn get(&self, name: &str) -> Option<&Path> {
        match name {
            etcd::NAME => Some(&self.etcd),
            api_server::NAME => Some(&self.api_server),
            controller_manager::NAME => Some(&self.controller_manager),
            "kubectl" => Some(&self.kubectl),
            _ => None,
        }
    }
}

fn take(found: &[Program], name: &str) -> Result<PathBuf, Error> {
    match found.iter().find(|program| program.name == name) {
        Some(program) => Ok(program.path.clone()),
        None => Err(Error::NotInTable { program: name.to_owned() }),
    }
}
