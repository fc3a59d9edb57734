//! Starting a cluster, in the order in which the programs need each other.

use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::AtomicUsize;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::certificates::{Authority, write};
use super::home::Home;
use super::kubeconfig::{Identity, render};
use super::ports::Ports;
use super::programs::Programs;
use super::{Cluster, Options, api_server, controller_manager, etcd};
use crate::error::Error;
use crate::group::ProcessGroup;
use crate::log_tail::LogTail;
use crate::process::{POLL, Process};

/// How often a start is tried when another program takes a port meanwhile. Twice in
/// a row is unlikely enough to mean something else.
const ATTEMPTS: usize = 3;

/// Members of this group may do everything, also before RBAC has its first role.
const ADMINISTRATORS: &str = "system:masters";

/// What every attempt to start a cluster has in common.
struct Plan {
    options: Options,
    programs: Programs,
}

impl Plan {
    fn start(&self, mut ports: impl FnMut() -> Result<Ports, Error>) -> Result<Cluster, Error> {
        let mut attempt = 1;
        loop {
            let mut cluster = Cluster::prepare(self.options.clone(), self.programs.clone(), ports()?)?;
            match cluster.boot() {
                Ok(()) => return Ok(cluster),
                Err(error) if is_address_in_use(&error) && attempt < ATTEMPTS => attempt += 1,
                Err(error) => return cluster.keep_logs_on_error(Err(error)),
            }
        }
    }
}

impl Cluster {
    /// Starts a cluster and waits until it can be worked with: RBAC has its roles, and
    /// the namespace `default` has its `ServiceAccount`.
    ///
    /// Blocks for some five seconds; a tokio test calls it by `spawn_blocking`. The
    /// first call on a machine may build the programs, see [`tools`](crate::tools).
    pub fn start(options: Options) -> Result<Self, Error> {
        Plan { options, programs: Programs::locate()? }.start(Ports::free)
    }

    /// Everything but the programs: folder, keys, kubeconfigs and the process group.
    fn prepare(options: Options, programs: Programs, ports: Ports) -> Result<Self, Error> {
        let home = Home::new(options.logs.as_deref())?;
        let authority = Authority::new()?;
        api_server::prepare(&home, &authority, &options.audited_groups)?;

        let kubeconfig_for = |user: &str| {
            let credential = authority.client(user, &[ADMINISTRATORS])?;
            let identity = Identity::Certificate(&credential);
            Ok(render(&api_server::url(ports), &authority.certificate(), &identity))
        };
        let kubeconfig = home.kubeconfigs().join("admin.yaml");
        let kubeconfig_yaml = kubeconfig_for("admin")?;
        write(&kubeconfig, &kubeconfig_yaml)?;
        // A name of its own, so that the audit log tells who did what.
        write(&controller_manager::kubeconfig(&home), &kubeconfig_for("system:kube-controller-manager")?)?;

        Ok(Self {
            etcd: None,
            api_server: None,
            controller_manager: None,
            group: ProcessGroup::start(home.path())?,
            home,
            authority,
            ports,
            programs,
            options,
            kubeconfig,
            kubeconfig_yaml,
            kubeconfigs: AtomicUsize::new(0),
        })
    }

    fn boot(&mut self) -> Result<(), Error> {
        let command = &mut etcd::command(&self.programs.etcd, &self.home, self.ports);
        self.etcd = Some(self.spawn(etcd::NAME, command)?);
        self.wait_for("a healthy etcd", etcd::NAME, |cluster| etcd::probe(cluster.ports))?;

        self.boot_api_server()?;

        let command = &mut controller_manager::command(&self.programs.controller_manager, &self.home);
        self.controller_manager = Some(self.spawn(controller_manager::NAME, command)?);
        self.wait_for("the ServiceAccount `default` of the namespace `default`", controller_manager::NAME, |cluster| {
            cluster.ask(&["get", "serviceaccount", "default", "--namespace=default"])
        })
    }

    fn boot_api_server(&mut self) -> Result<(), Error> {
        let command = &mut api_server::command(&self.programs.api_server, &self.home, self.ports);
        self.api_server = Some(self.spawn(api_server::NAME, command)?);
        self.wait_for("a ready API server", api_server::NAME, |cluster| {
            // `kubectl` only when somebody listens: each run takes processor time from the boot.
            TcpStream::connect((Ipv4Addr::LOCALHOST, cluster.ports.api_server)).map_err(|error| error.to_string())?;
            cluster.ask(&["get", "--raw=/readyz"])
        })
    }

    /// At the port that it had before. Another program's outgoing connection may have
    /// that port for a moment, so that is waited for.
    pub(super) fn boot_api_server_again(&mut self) -> Result<(), Error> {
        let deadline = Instant::now() + self.options.startup_timeout;
        loop {
            let result = self.boot_api_server();
            if result.is_err() {
                self.api_server = None;
            }
            match result {
                Err(error) if is_address_in_use(&error) && Instant::now() < deadline => {
                    sleep(Duration::from_millis(500));
                }
                result => return result,
            }
        }
    }

    fn spawn(&self, name: &'static str, command: &mut std::process::Command) -> Result<Process, Error> {
        Process::spawn(name, command, &self.group, &self.home.log(name))
    }

    /// A question to the API server that takes its time neither to fail nor to hang.
    fn ask(&self, args: &[&str]) -> Result<(), String> {
        let args = [args, &["--request-timeout=5s"]].concat();
        self.run_kubectl(&args).map(|_| ()).map_err(|error| error.to_string())
    }

    /// Waits until the probe succeeds. That any program of the cluster ends meanwhile
    /// is an error at once. `process` is the one whose log explains a delay.
    fn wait_for(
        &mut self,
        what: &str,
        process: &'static str,
        probe: impl Fn(&Self) -> Result<(), String>,
    ) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            let answer = probe(self);
            // After the probe: another program at the same port may have answered it.
            self.running().try_for_each(Process::check_running)?;
            let Err(answer) = answer else { return Ok(()) };
            let waited = started.elapsed();
            if waited > self.options.startup_timeout {
                let log = Box::new(LogTail::read(&self.home.log(process)));
                return Err(Error::NotReady { what: what.to_owned(), answer, waited, process, log });
            }
            sleep(POLL);
        }
    }
}

fn is_address_in_use(error: &Error) -> bool {
    matches!(error, Error::Exited { log, .. } if log.end.contains("address already in use"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_start_whose_ports_are_taken_is_tried_with_others() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = taken.local_addr().map(|address| (taken, address.port())).unwrap();
        let mut asked = 0;
        let plan = Plan { options: Options::default(), programs: Programs::locate().unwrap() };
        let cluster = plan.start(|| {
            asked += 1;
            let free = Ports::free()?;
            // First without etcd's port, then without the API server's.
            Ok(match asked {
                1 => Ports { etcd: taken.1, ..free },
                2 => Ports { api_server: taken.1, ..free },
                _ => free,
            })
        });
        let cluster = cluster.unwrap();
        assert_eq!(asked, 3);
        assert!(cluster.run_kubectl(&["get", "namespaces"]).unwrap().contains("default"));
    }

    #[test]
    fn a_program_that_fails_is_reported_with_its_log() {
        let programs = Programs::locate().unwrap();
        // A program that understands none of etcd's flags.
        let programs = Programs { etcd: programs.kubectl.clone(), ..programs };
        let plan = Plan { options: Options::default(), programs };
        let error = plan.start(Ports::free).unwrap_err();
        let Error::Exited { process, log, .. } = &error else { panic!("{error}") };
        assert_eq!(*process, etcd::NAME);
        let LogTail { path: log, end } = &**log;
        assert!(end.contains("--data-dir"), "{end}");
        assert!(error.to_string().contains(log.to_str().unwrap()), "{error}");
        // The logs are kept, and nothing else.
        let home = log.ancestors().nth(2).unwrap();
        assert!(std::fs::read_to_string(log).unwrap().contains("--data-dir"));
        let left: Vec<_> = std::fs::read_dir(home).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["logs"]);
        std::fs::remove_dir_all(home).unwrap();
    }
}
