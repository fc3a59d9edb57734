//! A hundred clients at once, whose connections end at random: nothing is done twice, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use agentcore_sim::server::{Options, Server};
use agentcore_sim::{Fault, FaultRule, JournalEntry, Kind, ResetPoint};
use serde_json::Value;

use crate::world::{runtime, runtime_update, with};

const CLIENTS: u64 = 100;
const ROUNDS: u64 = 4;
/// So few names that most of the clients want one that somebody else has.
const NAMES: u64 = 40;

/// What a client was told about its updates: the runtime, the version, and the description that it set.
type Update = (String, String, String);

struct Client<'a> {
    server: &'a Server,
    key: String,
    chance: fastrand::Rng,
    tokens: u64,
    /// The ids of what it was told that it made, by its tokens.
    made: BTreeMap<String, String>,
    updates: Vec<Update>,
}

impl<'a> Client<'a> {
    fn new(server: &'a Server, number: u64) -> Self {
        let (key, chance) = (format!("AKIACLIENT{number}X"), fastrand::Rng::with_seed(number));
        Self { server, key, chance, tokens: 0, made: BTreeMap::new(), updates: Vec::new() }
    }

    fn token(&mut self) -> String {
        self.tokens += 1;
        format!("{}-{:040}", self.key, self.tokens)
    }

    /// Asks until there is an answer.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        if self.chance.u8(..3) == 0 {
            let point = if self.chance.bool() { ResetPoint::Before } else { ResetPoint::After };
            let rule = FaultRule { caller: Some(self.key.clone()), ..FaultRule::new(Fault::Reset(point)) };
            self.server.with(|sim| sim.add_fault_rule(rule));
        }
        (0..20).find_map(|_| self.try_once(method, path, body)).unwrap()
    }

    fn try_once(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\nAuthorization: \
             AWS4-HMAC-SHA256 Credential={}/20270115/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, \
             Signature=0\r\n\r\n{body}",
            body.len(),
            self.key
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.port())).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        // A connection that ends without an answer may end with an error too.
        let _ended = stream.read_to_string(&mut answer);
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or_default()))
    }

    fn live(&mut self) {
        for _ in 0..ROUNDS {
            self.create();
            let all = self.list();
            for _ in 0..2 {
                let at = self.chance.usize(..all.len().max(1));
                if let Some(id) = all.keys().nth(at).cloned() {
                    self.update(&id);
                }
            }
            if self.chance.u8(..3) == 0
                && let Some(id) = self.made.values().last().cloned()
            {
                let token = self.token();
                let (status, _) = self.ask("DELETE", &format!("/runtimes/{id}/?clientToken={token}"), &Value::Null);
                assert!([202, 404].contains(&status), "{status}");
            }
        }
    }

    fn create(&mut self) {
        let (name, token) = (format!("agent{}", self.chance.u64(..NAMES)), self.token());
        let (status, answer) = self.ask("PUT", "/runtimes/", &with(runtime(&name), "clientToken", token.as_str()));
        assert!([202, 409].contains(&status), "{answer}");
        if status == 202 {
            self.made.insert(token, answer["agentRuntimeId"].as_str().unwrap().to_owned());
        }
    }

    fn update(&mut self, id: &str) {
        let token = self.token();
        let body = with(with(runtime_update(), "description", token.as_str()), "clientToken", token.as_str());
        let (status, answer) = self.ask("PUT", &format!("/runtimes/{id}/"), &body);
        assert!([202, 404].contains(&status), "{answer}");
        if status == 202 {
            let version = answer["agentRuntimeVersion"].as_str().unwrap();
            self.updates.push((id.to_owned(), version.to_owned(), token));
            let (status, read) = self.ask("GET", &format!("/runtimes/{id}/"), &Value::Null);
            let number = |version: &Value| version.as_str().unwrap().parse::<u32>().unwrap();
            assert!(status == 404 || number(&read["agentRuntimeVersion"]) >= version.parse().unwrap(), "{read}");
        }
    }

    /// All pages: the names by the ids.
    fn list(&mut self) -> BTreeMap<String, String> {
        let (mut all, mut place) = (BTreeMap::new(), "?maxResults=7".to_owned());
        loop {
            let (status, page) = self.ask("POST", &format!("/runtimes/{place}"), &Value::Null);
            assert_eq!(status, 200, "{page}");
            for item in page["agentRuntimes"].as_array().unwrap() {
                let member = |name: &str| item[name].as_str().unwrap().to_owned();
                all.insert(member("agentRuntimeId"), member("agentRuntimeName"));
            }
            let Some(token) = page["nextToken"].as_str() else { return all };
            let token = percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC);
            place = format!("?maxResults=7&nextToken={token}");
        }
    }
}

/// A runtime by its history.
#[derive(Debug, PartialEq)]
struct Known {
    name: String,
    descriptions: Vec<Option<String>>,
}

/// What there must be after all that had an effect; panics where one could not have had it.
fn replay<'a>(effects: impl Iterator<Item = &'a JournalEntry>) -> (BTreeMap<String, Known>, BTreeMap<String, Known>) {
    let (mut alive, mut dead, mut tokens) = (BTreeMap::<String, Known>::new(), BTreeMap::new(), BTreeSet::new());
    for entry in effects {
        let text = |name: &str| entry.parameters[name].as_str().map(str::to_owned);
        let id = entry.resource_id.clone().unwrap();
        assert!(tokens.insert(text("clientToken").unwrap()), "a token had an effect twice: {entry:?}");
        match entry.operation.as_str() {
            "CreateAgentRuntime" => {
                let name = text("agentRuntimeName").unwrap();
                assert!(alive.values().all(|other| other.name != name), "a second {name}");
                alive.insert(id, Known { name, descriptions: vec![None] });
            }
            "UpdateAgentRuntime" => alive.get_mut(&id).unwrap().descriptions.push(text("description")),
            "DeleteAgentRuntime" => drop(dead.insert(id.clone(), alive.remove(&id).unwrap())),
            other => panic!("{other} has no effect"),
        }
    }
    (alive, dead)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clients_do_nothing_twice_and_lose_nothing() {
    let server = Server::start(Options::default()).await.unwrap();
    let clients: Vec<_> = tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let live = |number| {
                let mut client = Client::new(&server, number);
                client.live();
                (client.made, client.updates)
            };
            let all: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || live(number))).collect();
            all.into_iter().map(|client| client.join().unwrap()).collect()
        })
    });
    let sim = server.with(|sim| sim.clone());
    assert!(sim.journal().filter(|entry| entry.outcome.status == 0).count() > 100);
    assert!(sim.journal().filter(|entry| entry.replayed).count() > 50);
    let (alive, dead) = replay(sim.journal().filter(|entry| entry.effect));
    assert!(!alive.is_empty() && !dead.is_empty());

    // What there is, is what the journal says.
    let there = sim.inventory().into_iter().filter(|item| item.kind == Kind::AgentRuntime);
    let there: BTreeMap<_, _> = there.map(|item| (item.id.clone(), item)).collect();
    assert_eq!(there.keys().collect::<Vec<_>>(), alive.keys().collect::<Vec<_>>());
    for (id, known) in &alive {
        let description = there[id].body.get("description").and_then(Value::as_str);
        assert_eq!(there[id].version, Some(u32::try_from(known.descriptions.len()).unwrap()));
        assert_eq!((&there[id].name, description), (&known.name, known.descriptions.last().unwrap().as_deref()));
    }

    // What the clients were told is so.
    let find = |id: &String| alive.get(id).or_else(|| dead.get(id)).unwrap();
    let mut ids = BTreeSet::new();
    for (made, updates) in &clients {
        for id in made.values() {
            assert!(ids.insert(id.clone()), "{id} was made for two requests");
        }
        for (id, version, description) in updates {
            let place = version.parse::<usize>().unwrap() - 1;
            assert_eq!(find(id).descriptions[place].as_ref(), Some(description), "{id} {version}");
        }
    }
    let told: usize = clients.iter().map(|(_, updates)| updates.len()).sum();
    let done: usize = alive.values().chain(dead.values()).map(|known| known.descriptions.len() - 1).sum();
    assert_eq!((told, ids.len()), (done, alive.len() + dead.len()));
}
