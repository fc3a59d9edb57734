//! etcd: where the API server keeps everything.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::home::Home;
use super::ports::Ports;

pub(crate) const NAME: &str = "etcd";

const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// The URL at which the API server talks to etcd.
pub(crate) fn url(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.etcd)
}

pub(crate) fn command(program: &Path, home: &Home, ports: Ports) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("--data-dir={}", home.etcd_data().display()))
        .arg(format!("--listen-client-urls={}", url(ports)))
        .arg(format!("--advertise-client-urls={}", url(ports)))
        // A single member has no peers; port 0 is any free port.
        .arg("--listen-peer-urls=http://127.0.0.1:0")
        // The data need not survive a crash of the machine, so no write waits for the disk.
        .arg("--unsafe-no-fsync=true");
    command
}

/// Whether etcd serves requests, or what it says instead.
pub(crate) fn probe(ports: Ports) -> Result<(), String> {
    let answer = get_health(ports).map_err(|error| error.to_string())?;
    if answer.contains("\"health\":\"true\"") { Ok(()) } else { Err(answer) }
}

fn get_health(ports: Ports) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.etcd));
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_WITHIN)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
