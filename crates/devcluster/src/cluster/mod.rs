//! A control plane of real processes on loopback ports.

mod api_server;
mod boot;
mod certificates;
mod controller_manager;
mod credentials;
mod etcd;
mod home;
mod kubeconfig;
mod ports;
mod programs;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use self::certificates::Authority;
use self::home::Home;
use self::ports::Ports;
use self::programs::Programs;
use crate::error::Error;
use crate::group::ProcessGroup;
use crate::note::note;
use crate::process::Process;

/// How long a program may take to stop by itself. The API server finishes the requests
/// that it has accepted in far less, but would go on to wait a minute for clients that watch.
const GRACE: Duration = Duration::from_secs(2);

/// What can be chosen about a cluster.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long each program may take to become ready. Five seconds is usual for
    /// all; the default leaves room for a busy machine.
    pub startup_timeout: Duration,
    /// The API groups whose requests are in the audit log with their bodies.
    pub audited_groups: Vec<String>,
    /// Where the logs are written. By default they are among the cluster's other files
    /// and are kept only if something fails; in a folder of the caller's they stay,
    /// however this process ends. Each cluster needs a folder of its own.
    pub logs: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            startup_timeout: Duration::from_mins(2),
            audited_groups: vec!["agentcore-operator.github.io".to_owned()],
            logs: None,
        }
    }
}

/// A running control plane: etcd, kube-apiserver and kube-controller-manager.
///
/// There are no nodes and no scheduler, so a Deployment gets its Pods, but they stay
/// pending. Everything listens on 127.0.0.1 only and is private to this user.
///
/// Dropping it stops the processes and removes their files. If this process panics
/// meanwhile, the logs are kept and their path is printed. If this process dies
/// without dropping it, a guard process stops everything.
#[derive(Debug)]
pub struct Cluster {
    // `None` only while it is stopped, or when the start did not come so far.
    etcd: Option<Process>,
    api_server: Option<Process>,
    controller_manager: Option<Process>,
    // Fields are dropped in this order: the folder goes when no process is left.
    group: ProcessGroup,
    home: Home,
    authority: Authority,
    ports: Ports,
    programs: Programs,
    options: Options,
    kubeconfig: PathBuf,
    kubeconfig_yaml: String,
    /// How many kubeconfigs were made, to give each a name.
    kubeconfigs: AtomicUsize,
}

impl Cluster {
    /// The kubeconfig of the administrator, who may do everything.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The content of [`kubeconfig`](Self::kubeconfig). It refers to no other file.
    pub fn kubeconfig_yaml(&self) -> &str {
        &self.kubeconfig_yaml
    }

    /// The URL of the API server, for example `https://127.0.0.1:40123`.
    pub fn server_url(&self) -> String {
        api_server::url(self.ports)
    }

    /// URL of etcd, which asks nobody who he is: to look at, or put, what the
    /// API server does not let through.
    pub fn etcd_url(&self) -> String {
        etcd::url(self.ports)
    }

    /// The API server's audit log: one JSON event to a line, for each request that
    /// was answered, written before the answer is sent.
    pub fn audit_log(&self) -> PathBuf {
        api_server::audit_log(&self.home)
    }

    /// The folder of the log files, one for each program, and of the audit log.
    pub fn logs_dir(&self) -> PathBuf {
        self.home.logs()
    }

    /// The folder of everything that the cluster writes. It is gone when the cluster is.
    pub fn data_dir(&self) -> &Path {
        self.home.path()
    }

    /// The id of the process group that all processes of the cluster belong to.
    pub fn process_group_id(&self) -> u32 {
        self.group.id()
    }

    /// Where a program of the cluster is: `etcd`, `kube-apiserver`,
    /// `kube-controller-manager` or `kubectl`.
    pub fn tool(&self, name: &str) -> Option<&Path> {
        self.programs.get(name)
    }

    /// A `kubectl` command with the administrator's credential.
    pub fn kubectl(&self) -> Command {
        self.kubectl_as(&self.kubeconfig)
    }

    /// A `kubectl` command with the credential of a kubeconfig, for example that of
    /// [`user`](Self::user) or [`service_account`](Self::service_account).
    ///
    /// It neither reads nor writes the developer's own kubectl files.
    pub fn kubectl_as(&self, kubeconfig: &Path) -> Command {
        let mut command = Command::new(&self.programs.kubectl);
        command
            .env("KUBECONFIG", kubeconfig)
            .env("KUBECACHEDIR", self.home.path().join("kubectl-cache"))
            .env("KUBERC", "off");
        command
    }

    /// Stops the API server; etcd keeps its data. Clients that watch
    /// lose their connection, and all get "connection refused" until [`start_api_server`](Self::start_api_server). Does nothing if it is stopped.
    pub fn stop_api_server(&mut self) {
        if let Some(mut process) = self.api_server.take() {
            process.stop(GRACE);
        }
    }

    /// Starts the API server again, at the same port and with the same data, and
    /// waits until it is ready. Does nothing if it runs.
    pub fn start_api_server(&mut self) -> Result<(), Error> {
        if self.api_server.is_some() {
            return Ok(());
        }
        let result = self.boot_api_server_again();
        self.keep_logs_on_error(result)
    }

    /// [`stop_api_server`](Self::stop_api_server) and
    /// [`start_api_server`](Self::start_api_server).
    pub fn restart_api_server(&mut self) -> Result<(), Error> {
        self.stop_api_server();
        self.start_api_server()
    }

    /// An error if a program of the cluster has ended by itself.
    pub fn check_running(&mut self) -> Result<(), Error> {
        let result = self.running().try_for_each(Process::check_running);
        self.keep_logs_on_error(result)
    }

    fn running(&mut self) -> impl Iterator<Item = &mut Process> {
        [&mut self.etcd, &mut self.api_server, &mut self.controller_manager].into_iter().flatten()
    }

    /// An error names a log, so the logs have to outlive the cluster.
    fn keep_logs_on_error<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.home.keep_logs();
        }
        result
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The clients of etcd first: without it they would hang on to their last requests.
        let deadline = Instant::now() + GRACE;
        let mut clients = [self.controller_manager.as_mut(), self.api_server.as_mut()];
        clients.iter_mut().flatten().for_each(|process| process.ask_to_stop());
        clients.iter_mut().flatten().for_each(|process| process.await_end(deadline));
        if let Some(etcd) = &mut self.etcd {
            etcd.stop(GRACE);
        }
        if std::thread::panicking() {
            self.home.keep_logs();
            note(&format!("The logs of the cluster are kept in {}", self.home.logs().display()));
        }
    }
}
