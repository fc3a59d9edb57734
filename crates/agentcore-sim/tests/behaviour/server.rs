//! The server: over a real connection.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use agentcore_sim::server::{Observer, Options, Server};
use agentcore_sim::{Delivery, Fault, FaultRule, ResetPoint};
use serde_json::json;

const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 \
    Credential=AKIATEST/20270115/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=0\r\n";

/// One request on a connection of its own; empty if the connection ends without an answer.
async fn ask(port: u16, method: &str, path: &str, body: String) -> String {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{SIGNED}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // A server that refuses a long body may close before all of it is written.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    })
    .await
    .unwrap()
}

fn interpreter() -> String {
    json!({"name": "tool", "networkConfiguration": {"networkMode": "PUBLIC"}}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_on_a_port_and_ends() {
    let server = Server::start(Options::default()).await.unwrap();
    let port = server.port();
    assert_eq!(server.url(), format!("http://127.0.0.1:{port}"));
    let answer = ask(port, "PUT", "/code-interpreters", interpreter()).await;
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert_eq!(server.with(|sim| sim.inventory()[0].status.clone()), "READY");
    assert!(ask(port, "GET", "/_sim/", String::new()).await.contains("/_sim/journal"));
    server.stop().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_ended_on_purpose() {
    let server = Server::start(Options::default()).await.unwrap();
    server.with(|sim| sim.add_fault_rule(FaultRule::new(Fault::Reset(ResetPoint::After))));
    assert_eq!(ask(server.port(), "PUT", "/code-interpreters", interpreter()).await, "");
    assert_eq!(server.with(|sim| sim.inventory().len()), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_does_not_hold_up_the_others() {
    let server = Server::start(Options::default()).await.unwrap();
    server.with(|sim| sim.add_fault_rule(FaultRule::new(Fault::DelayMs(2_000))));
    let port = server.port();
    let late = tokio::spawn(ask(port, "PUT", "/code-interpreters", interpreter()));
    while server.with(|sim| sim.journal().count()) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let began = Instant::now();
    let answer = ask(port, "POST", "/memories/", String::new()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(began.elapsed() < Duration::from_millis(1_500));
    assert!(late.await.unwrap().starts_with("HTTP/1.1 202"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_can_be_too_long() {
    let server = Server::start(Options::default()).await.unwrap();
    let long = "x".repeat(1024 * 1024 + 1);
    for path in ["/code-interpreters", "/_sim/faults"] {
        let answer = ask(server.port(), "PUT", path, long.clone()).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
    // What was saved, and what agents are called with, can be longer.
    for path in ["/_sim/load", "/runtimes/agent/invocations"] {
        let answer = ask(server.port(), "POST", path, long.clone()).await;
        assert!(!answer.starts_with("HTTP/1.1 413") && !answer.is_empty(), "{answer}");
    }
    assert_eq!(server.with(|sim| sim.journal().count()), 1);
}

/// What comes back for some bytes on one connection, of which the other side is closed after them if wanted.
async fn say(port: u16, parts: Vec<String>, close: bool) -> Vec<String> {
    let talk = move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answers = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            stream.write_all(part.as_bytes()).unwrap();
            if close && number + 1 == parts.len() {
                stream.shutdown(Shutdown::Write).unwrap();
            }
            let mut buffer = vec![0; 65_536];
            let length = stream.read(&mut buffer).unwrap();
            answers.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
        }
        answers
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

fn head(method: &str, path: &str, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{SIGNED}{more}\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_first_is_told_to_go_on() {
    let server = Server::start(Options::default()).await.unwrap();
    let body = interpreter();
    let expecting = |length: usize| format!("Expect: 100-continue\r\nContent-Length: {length}\r\n");
    let asks = vec![head("PUT", "/code-interpreters", &expecting(body.len())), body];
    let answers = say(server.port(), asks, false).await;
    assert!(answers[0].starts_with("HTTP/1.1 100"), "{answers:?}");
    assert!(answers[1].starts_with("HTTP/1.1 202"), "{answers:?}");
    let answers = say(server.port(), vec![head("PUT", "/code-interpreters", &expecting(2_000_000))], false).await;
    assert!(answers[0].starts_with("HTTP/1.1 413"), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_is_answered_without_a_body() {
    let server = Server::start(Options::default()).await.unwrap();
    let asks =
        vec![head("HEAD", "/code-interpreters", ""), head("POST", "/code-interpreters", "Content-Length: 0\r\n")];
    let answers = say(server.port(), asks, false).await;
    assert!(answers[0].starts_with("HTTP/1.1 501") && answers[0].ends_with("\r\n\r\n"), "{answers:?}");
    assert!(answers[1].starts_with("HTTP/1.1 200"), "{answers:?}");
    assert!(answers.iter().all(|answer| answer.matches("\r\ndate: ").count() == 1), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_the_server_lives_on() {
    let server = Server::start(Options::default()).await.unwrap();
    for nonsense in
        ["nonsense\r\n\r\n", "GET /\r\n\r\n", "PUT / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "\0\0\0\0\r\n\r\n"]
    {
        let answers = say(server.port(), vec![nonsense.to_owned()], false).await;
        assert!(answers[0].starts_with("HTTP/1.1 400"), "{nonsense}: {answers:?}");
    }
    // Who goes away in the middle of a request has asked nothing.
    let half = head("PUT", "/code-interpreters", "Content-Length: 100\r\n");
    assert_eq!(say(server.port(), vec![format!("{half}{{\"name\"")], true).await, [""]);
    assert_eq!(server.with(|sim| sim.journal().count()), 0);
    let answer = ask(server.port(), "PUT", "/code-interpreters", interpreter()).await;
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_said_everything_can_still_listen() {
    let server = Server::start(Options::default()).await.unwrap();
    server.with(|sim| sim.add_fault_rule(FaultRule::new(Fault::DelayMs(200))));
    let asks = vec![head("POST", "/code-interpreters", "Content-Length: 0\r\n")];
    let answers = say(server.port(), asks, true).await;
    assert!(answers[0].starts_with("HTTP/1.1 200"), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_sees_every_exchange() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let observer = Observer::new(move |request, response| {
        let reset = response.extensions().get::<Delivery>().is_some_and(|delivery| delivery.reset);
        notes.lock().unwrap().push((request.uri().path().to_owned(), response.status().as_u16(), reset));
    });
    let server = Server::start(Options { observer: Some(observer), ..Options::default() }).await.unwrap();
    let port = server.port();
    server.with(|sim| sim.add_fault_rule(FaultRule::new(Fault::Reset(ResetPoint::Before))));
    assert_eq!(ask(port, "PUT", "/code-interpreters", interpreter()).await, "");
    ask(port, "PUT", "/code-interpreters", interpreter()).await;
    ask(port, "GET", "/_sim/", String::new()).await;
    let path = "/code-interpreters".to_owned();
    assert_eq!(
        *seen.lock().unwrap(),
        [(path.clone(), 202, true), (path, 202, false), ("/_sim/".to_owned(), 200, false)]
    );
}
