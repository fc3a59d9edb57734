//! Everything that can go wrong around the checks, each with the next step for the developer.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why the Python environment, a model or a request could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither `XDG_CACHE_HOME` nor `HOME` says where the cache is.
    #[error("no place for the Python environment: set HOME, or XDG_CACHE_HOME to an absolute path")]
    NoCacheFolder,

    /// There is no Python to make the environment with.
    #[error(
        "AWS's service models come from the Python packages of tools/python/requirements.txt, and there is no \
         `python3` in PATH; install Python 3.10 or later with its venv module (Debian: python3-venv)"
    )]
    PythonMissing,

    /// Making the environment or installing the packages failed.
    #[error(
        "`{command}` failed with {status}; it takes Python 3.10 or later with its venv module (Debian: python3-venv), \
         and a package index that pip can reach; the log is {} and ends with:\n{end}", log.display()
    )]
    Install {
        /// What was run.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// All that it wrote.
        log: PathBuf,
        /// The end of that.
        end: String,
    },

    /// A file or folder could not be read or written.
    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// What was tried, in the infinitive.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// There is no model of the service in the environment.
    #[error("the package botocore of tools/python/requirements.txt has no model of {service:?} in {}", folder.display())]
    NoModel {
        /// The service, as botocore names it.
        service: String,
        /// Where it was looked for.
        folder: PathBuf,
    },

    /// A model is there and can't be understood.
    #[error("the model of {service} can't be read: {reason}")]
    Model {
        /// The service, as botocore names it.
        service: String,
        /// What is wrong with it.
        reason: String,
    },

    /// No value of a shape could be made.
    #[error("no value of the shape {shape} could be made; give one for its member")]
    NoValue {
        /// The name of the shape.
        shape: String,
    },

    /// A generated input can't be written as a request.
    #[error("an input of {operation} can't be written as a request: {reason}")]
    Unwritable {
        /// The operation.
        operation: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// For `map_err`: the action and the path that an I/O error belongs to.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
