//! Everything that can go wrong, each with the next step for the developer.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::log_tail::LogTail;

/// Why a tool could not be had or a cluster could not be run.
///
/// Every message names the cause, the object and, where there is one, the next
/// step. No message needs its source to be understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `KUBEBUILDER_ASSETS` is set, but a needed program is not in that folder.
    #[error(
        "KUBEBUILDER_ASSETS is set, but there is no file {}; put {program} there, or unset \
         KUBEBUILDER_ASSETS to have it built from its Go module (the envtest bundles, for example, \
         do not contain kube-controller-manager)", path.display()
    )]
    AssetMissing {
        /// The program that was looked for.
        program: String,
        /// Where it was expected.
        path: PathBuf,
    },

    /// Neither `XDG_CACHE_HOME` nor `HOME` says where the cache is.
    #[error("no place for the tool cache: set HOME, or XDG_CACHE_HOME to an absolute path")]
    NoCacheFolder,

    /// There is no Go toolchain to build the tool with.
    #[error(
        "{tool} has to be built, and there is no `go` in PATH; install Go {needed} or later from \
         https://go.dev/dl, or set KUBEBUILDER_ASSETS to a folder that contains {programs}"
    )]
    GoMissing {
        /// The tool and its version.
        tool: String,
        /// The oldest Go version that builds it.
        needed: String,
        /// The programs that the tool consists of.
        programs: String,
    },

    /// The Go toolchain is older than the tool's module asks for.
    #[error(
        "{tool} has to be built with Go {needed} or later, and here is {found}; install a newer Go \
         from https://go.dev/dl, or set KUBEBUILDER_ASSETS to a folder that contains {programs}"
    )]
    GoTooOld {
        /// The tool and its version.
        tool: String,
        /// The oldest Go version that builds it.
        needed: String,
        /// The version and the path of the `go` command that was found.
        found: String,
        /// The programs that the tool consists of.
        programs: String,
    },

    /// `go build` failed.
    #[error("`go build` of {program} ({tool}) failed with {status}; {log}")]
    BuildFailed {
        /// The program that did not build.
        program: String,
        /// The tool and its version.
        tool: String,
        /// How `go` ended.
        status: ExitStatus,
        /// What `go` wrote.
        log: Box<LogTail>,
    },

    /// A `go.mod` of the repository does not pin what the tool table says it pins.
    #[error("tools/{tool}/go.mod has no `{line}` line that can be read; run `go mod tidy` in tools/{tool}")]
    Pin {
        /// The tool's folder under `tools/`.
        tool: &'static str,
        /// The start of the line that was looked for.
        line: String,
    },

    /// The tool table has no program that the cluster needs.
    #[error("no tool of devcluster::tools::ALL has the program {program}; add it to the table")]
    NotInTable {
        /// The program that is not there.
        program: String,
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

    /// A program could not be started, signalled or waited for.
    #[error("could not {action} {program}: {source}")]
    Process {
        /// What was tried, in the infinitive.
        action: &'static str,
        /// With which program.
        program: String,
        /// What the system said.
        source: io::Error,
    },

    /// No free loopback port was to be had.
    #[error("could not get a free port on 127.0.0.1: {0}")]
    NoPort(io::Error),

    /// A certificate or key could not be made.
    #[error("could not make the certificate or key for {subject}: {source}")]
    Certificate {
        /// Whom it was for.
        subject: String,
        /// What the library said.
        source: rcgen::Error,
    },

    /// A client certificate was asked for more groups than its subject can hold.
    #[error("the client certificate for {user} was asked for {count} groups; it can hold two at most")]
    TooManyGroups {
        /// The user's name.
        user: String,
        /// How many groups were asked for.
        count: usize,
    },

    /// A process of the cluster ended by itself.
    #[error("{process} ended with {status}; {log}")]
    Exited {
        /// Which process.
        process: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// Its log. The file is kept.
        log: Box<LogTail>,
    },

    /// A process of the cluster runs, but did not become ready in time.
    #[error("{what} was not there after {} s; the last answer was: {answer}; {process}: {log}", waited.as_secs())]
    NotReady {
        /// What was waited for.
        what: String,
        /// The last answer to the question for it.
        answer: String,
        /// How long it was waited for.
        waited: Duration,
        /// The process that should have brought it about.
        process: &'static str,
        /// Its log. The file is kept.
        log: Box<LogTail>,
    },

    /// `kubectl` refused or failed.
    #[error("`kubectl {args}` failed with {status}: {stderr}")]
    Kubectl {
        /// What it was asked to do.
        args: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to stderr.
        stderr: String,
    },
}

impl Error {
    /// For `map_err`: the action and the path that an I/O error belongs to.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// For `map_err`: the action and the program that an I/O error belongs to.
    pub(crate) fn process(action: &'static str, program: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Process { action, program: program.to_owned(), source }
    }
}
