//! The operator's binary, as a process of its own.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{cluster::cluster, scratch};

/// The access key that operators have unless a test says otherwise.
const ACCESS_KEY: &str = "AKIAEXAMPLE";

/// How an operator is started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The namespaces that it watches.
    pub namespaces: Vec<String>,
    /// Further arguments of `agentcore-operator run`.
    pub arguments: Vec<String>,
    /// Its environment: nothing is taken over from the tests' own.
    pub environment: BTreeMap<String, String>,
}

impl Setup {
    /// An operator of one namespace, with fixed credentials, that can reach nothing but this endpoint.
    pub fn new(namespace: &str, endpoint: &str) -> Self {
        let environment = [
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", "example"),
            ("AWS_REGION", "us-west-2"),
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
            ("KUBECONFIG", cluster().kubeconfig().to_str().unwrap()),
        ];
        Self {
            namespaces: vec![namespace.to_owned()],
            arguments: vec!["--cluster-id=test".into(), "--log-filter=info,agentcore_operator=debug".into()],
            environment: environment.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        }
    }

    /// Adds an argument.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets a variable, or with `None` removes it.
    pub fn variable(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.environment.insert(name.to_owned(), value.to_owned()),
            None => self.environment.remove(name),
        };
        self
    }
}

/// A running operator. Dropping it kills it.
pub struct Operator {
    child: Child,
    setup: Setup,
    log: PathBuf,
    health: u16,
    metrics: u16,
}

impl Operator {
    /// Starts an operator, and does not wait for it.
    pub fn start(setup: Setup) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let folder = scratch().join("operators");
        fs::create_dir_all(&folder).unwrap();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let log = folder.join(format!("{}-{number}.log", setup.namespaces.first().map_or("all", String::as_str)));
        File::create(&log).unwrap();
        let (health, metrics) = (free_port(), free_port());
        let child = spawn(&setup, &log, health, metrics);
        Self { child, setup, log, health, metrics }
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again after its end. Its log goes on.
    pub fn start_again(&mut self) {
        self.child = spawn(&self.setup, &self.log, self.health, self.metrics);
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the operator does not stop: {}", self.log());
            sleep(Duration::from_millis(20));
        }
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// What its health server answers: status code and text. Nothing answers: 0.
    pub fn health(&self, path: &str) -> (u16, String) {
        get(self.health, path)
    }

    /// What its metrics say.
    pub fn metrics(&self) -> String {
        let (code, text) = get(self.metrics, "/metrics");
        assert_eq!(code, 200, "{text}");
        text
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(setup: &Setup, log: &Path, health: u16, metrics: u16) -> Child {
    let open = || OpenOptions::new().append(true).open(log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_agentcore-operator"));
    command
        .arg("run")
        .arg(format!("--watch-namespaces={}", setup.namespaces.join(",")))
        .arg(format!("--health-address=127.0.0.1:{health}"))
        .arg(format!("--metrics-address=127.0.0.1:{metrics}"))
        .args(&setup.arguments)
        .env_clear()
        .envs(&setup.environment)
        .stdin(Stdio::null())
        .stdout(open())
        .stderr(open());
    command.spawn().unwrap()
}

/// What a server on this port answers: status code and body. Nothing answers: 0.
fn get(port: u16, path: &str) -> (u16, String) {
    let ask = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    let Ok(answer) = ask() else { return (0, String::new()) };
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
