//! Measures how many requests a second a simulator answers, and how much memory 10,000 resources take.
//!
//! In one process, the server on a thread of its own:
//!
//! ```sh
//! cargo run --release -p agentcore-sim --example measure
//! ```
//!
//! Against a server that runs by itself, such as one that may use one core only:
//!
//! ```sh
//! taskset -c 0 target/release/agentcore-sim --port 4500 &
//! taskset -c 1 target/release/examples/measure --port 4500 --pid $!
//! ```

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use agentcore_sim::server::{Options, Server};
use agentcore_sim::{Settings, Sim};
use anyhow::{Context as _, Result};
use clap::Parser;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Measures a simulator.
#[derive(Debug, Parser)]
struct Arguments {
    /// The port of a server that runs already. None: one in this process.
    #[arg(long)]
    port: Option<u16>,
    /// The process of that server, for its memory.
    #[arg(long)]
    pid: Option<u32>,
    /// How many connections ask at the same time.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// For how long each sort of requests is sent.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many resources there are.
    #[arg(long, default_value_t = 10_000)]
    resources: usize,
}

/// The header of a request that is signed well enough for a simulator.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIASIM/20270115/us-east-1/bedrock-agentcore/aws4_request, \
    SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000";

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    clones()?;
    let Some(port) = arguments.port else {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let server = runtime.block_on(Server::start(Options::default()))?;
        return measure(&arguments, server.port(), std::process::id());
    };
    measure(&arguments, port, arguments.pid.context("--port wants --pid")?)
}

fn measure(arguments: &Arguments, port: u16, pid: u32) -> Result<()> {
    let mut connection = Connection::open(port)?;
    let quotas = json!({"runtimes": 1_000_000, "memories": 1_000_000, "codeInterpreters": 1_000_000});
    connection.ask("POST", "/_sim/reset", &json!({"quotas": quotas}))?;
    println!("memory with nothing in it: {}", resident(pid)?);
    let began = Instant::now();
    let paths = fill(&mut connection, arguments.resources)?;
    let elapsed = began.elapsed().as_secs_f64();
    println!("{} resources made in {elapsed:.1} s on one connection", arguments.resources);
    println!("memory with them: {}", resident(pid)?);

    report("Get", arguments, port, &|connection, number| {
        connection.ask("GET", pick(&paths, number), &Value::Null).map(drop)
    })?;
    report("mix", arguments, port, &|connection, number| mixed(connection, &paths, number))?;
    println!("memory with all that in the journal: {}", resident(pid)?);
    Ok(())
}

/// Says what a copy of a small world costs: a test that tries every fault at every step makes many.
fn clones() -> Result<()> {
    let mut sim = Sim::new(Settings::default());
    for number in 0..20 {
        let body = runtime(&format!("agent{}", number % 4)).to_string();
        let request = Request::put("/runtimes/").header("authorization", SIGNED).body(body.into())?;
        sim.handle(Timestamp::UNIX_EPOCH, request);
    }
    let (count, began) = (100_000, Instant::now());
    for _ in 0..count {
        std::hint::black_box(sim.clone());
    }
    println!("a copy of a world of 8 resources and 20 requests: {:?}", began.elapsed() / count);
    Ok(())
}

/// Sends requests on all connections for some time, and says how many were answered a second.
fn report(
    what: &str,
    arguments: &Arguments,
    port: u16,
    ask: &(dyn Fn(&mut Connection, u64) -> Result<()> + Sync),
) -> Result<()> {
    let (over, numbers) = (AtomicBool::new(false), AtomicU64::new(0));
    let (began, before) = (Instant::now(), arguments.pid.map(processor_seconds).transpose()?);
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            let mut connection = Connection::open(port)?;
            while !over.load(Ordering::Relaxed) {
                ask(&mut connection, numbers.fetch_add(1, Ordering::Relaxed))?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..arguments.connections).map(|_| scope.spawn(work)).collect();
        std::thread::sleep(Duration::from_secs(arguments.seconds));
        over.store(true, Ordering::Relaxed);
        let ended = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| anyhow::bail!("a worker died")));
        ended.collect::<Result<()>>()
    })?;
    let count = numbers.into_inner();
    // So many requests are counted exactly.
    #[expect(clippy::cast_precision_loss)]
    let (count, elapsed) = (count as f64, began.elapsed().as_secs_f64());
    let rate = count / elapsed;
    println!("{what}: {rate:.0} requests/s on {} connections", arguments.connections);
    if let (Some(pid), Some(before)) = (arguments.pid, before) {
        // What a core would do that does nothing else.
        let used = processor_seconds(pid)? - before;
        println!("{what}: {:.0} requests in a second of the server's processor time", rate * elapsed / used);
    }
    Ok(())
}

/// Makes resources, a quarter of each kind, and returns the paths under which they are read.
fn fill(connection: &mut Connection, count: usize) -> Result<Vec<String>> {
    let mut paths = Vec::with_capacity(count);
    while paths.len() < count {
        let number = paths.len();
        let runtime = connection.ask("PUT", "/runtimes/", &runtime(&format!("agent{number}")))?;
        let id = text(&runtime, "/agentRuntimeId")?;
        paths.push(format!("/runtimes/{id}/"));
        paths.push(format!("/runtimes/{id}/runtime-endpoints/DEFAULT/"));
        let memory = json!({"name": format!("notes{number}"), "eventExpiryDuration": 30, "clientToken": token(number)});
        let memory = connection.ask("POST", "/memories/create", &memory)?;
        paths.push(format!("/memories/{}/details", text(&memory, "/memory/id")?));
        let tool = connection.ask("PUT", "/code-interpreters", &interpreter(&format!("tool{number}"), number))?;
        paths.push(format!("/code-interpreters/{}", text(&tool, "/codeInterpreterId")?));
    }
    Ok(paths)
}

/// Of twenty requests: sixteen reads, two lists, and one resource that is made and deleted.
fn mixed(connection: &mut Connection, paths: &[String], number: u64) -> Result<()> {
    match number % 19 {
        0 => connection.ask("POST", "/runtimes/?maxResults=100", &Value::Null).map(drop),
        1 => connection.ask("POST", "/memories/", &json!({"maxResults": 50})).map(drop),
        2 => {
            // Tokens of the resources that were there before are smaller.
            let place = usize::try_from(number)?.saturating_add(paths.len());
            let made = connection.ask("PUT", "/code-interpreters", &interpreter(&format!("mixed{number}"), place))?;
            let path = format!("/code-interpreters/{}", text(&made, "/codeInterpreterId")?);
            connection.ask("DELETE", &path, &Value::Null).map(drop)
        }
        _ => connection.ask("GET", pick(paths, number), &Value::Null).map(drop),
    }
}

fn pick(paths: &[String], number: u64) -> &str {
    // Not one after the other: a prime takes it all over the place.
    let at = usize::try_from(number.wrapping_mul(7919) % (paths.len().max(1) as u64)).unwrap_or(0);
    paths.get(at).map(String::as_str).unwrap_or_default()
}

fn runtime(name: &str) -> Value {
    json!({
        "agentRuntimeName": name,
        "roleArn": "arn:aws:iam::123456789012:role/agent",
        "agentRuntimeArtifact": {"containerConfiguration": {
            "containerUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:1",
        }},
        "environmentVariables": {"LOG_LEVEL": "info", "TABLE": "orders"},
        "tags": {"team": "a"},
    })
}

fn interpreter(name: &str, number: usize) -> Value {
    let network = json!({"networkMode": "PUBLIC"});
    json!({"name": name, "networkConfiguration": network, "clientToken": token(number)})
}

fn token(number: usize) -> String {
    format!("{number:040}")
}

fn text(answer: &Value, place: &str) -> Result<String> {
    let text = answer.pointer(place).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("no {place} in {answer}"))
}

/// The memory of a process, as the kernel has it.
fn resident(pid: u32) -> Result<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map(|line| line.trim().to_owned()).context("the kernel does not tell VmRSS")
}

/// How much of a processor's time a process has used, in seconds.
fn processor_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may have spaces in it; user and system time are the 12th and 13th after it, in hundredths.
    let (_, rest) = stat.rsplit_once(')').context("the kernel does not tell the times")?;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// A connection that is used for one request after another.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request, and reads an answer that must be a good one.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Authorization: {SIGNED}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut first, mut length) = (String::new(), 0);
        self.0.read_line(&mut first)?;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer)?;
        let answer = String::from_utf8(answer)?;
        anyhow::ensure!(first.starts_with("HTTP/1.1 2"), "{method} {path}: {first}{answer}");
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }
}
