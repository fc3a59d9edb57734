//! The simulator's own interface below `/_sim/`: unsigned, in JSON, for people and for tests.

mod faults;
mod images;
mod journal;
mod mutate;
mod world;

pub use mutate::{Mutation, MutationError};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::respond;
use crate::request::pairs;
use crate::sim::Sim;

/// The answer to `GET /_sim/`.
const HELP: &str = include_str!("help.txt");
/// What a public test suite for AWS clients asks for before each of its tests.
const MOTO_RESET: &str = "/moto-api/reset";

/// A request to the interface, read as far as all of them are alike.
pub(crate) struct Ask {
    query: Vec<(String, String)>,
    /// The body; null if there is none.
    body: Value,
}

/// Why the interface refuses a request.
pub(crate) struct Refusal(StatusCode, String);

impl Ask {
    /// Refuses a query with a name that means nothing: who gets one wrong wants something else than everything.
    fn knows(&self, names: &[&str]) -> Result<(), Refusal> {
        match self.query.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((name, _)) => Err(Refusal::bad(format!("{name} means nothing here; there is {}", names.join(", ")))),
            None => Ok(()),
        }
    }
}

type Outcome = Result<Value, Refusal>;

impl Refusal {
    fn bad(error: impl std::fmt::Display) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl Sim {
    /// Answers a request below `/_sim/`. `now` has the clock's offset in it.
    pub(crate) fn admin(&mut self, now: Timestamp, request: &Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path();
        if path == MOTO_RESET && request.method() == Method::POST {
            *self = Self::new(self.settings.clone());
            return respond(StatusCode::OK, &json!({ "status": "ok" }));
        }
        let path = path.trim_start_matches("/_sim").trim_matches('/');
        if path.is_empty() && request.method() == Method::GET {
            return Response::new(Bytes::from_static(HELP.as_bytes()));
        }
        match self.administer(now, path, request) {
            Ok(document) => respond(StatusCode::OK, &document),
            Err(Refusal(status, message)) => respond(status, &json!({ "message": message })),
        }
    }

    /// Everything that exists: the resources of AgentCore, the sessions of agents, and what the other services have.
    fn show_inventory(&self) -> Value {
        json!({
            "resources": self.inventory(),
            "sessions": self.agent_sessions(),
            "ecr": self.store.ecr.inventory(),
            "logs": self.store.logs.inventory(),
            "xray": self.store.xray.inventory(),
        })
    }

    fn administer(&mut self, now: Timestamp, path: &str, request: &Request<Bytes>) -> Outcome {
        let body = if request.body().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(request.body()).map_err(Refusal::bad)?
        };
        let ask = Ask { query: pairs(request.uri().query().unwrap_or_default()), body };
        match (request.method().as_str(), path) {
            ("GET", "journal") => self.show_journal(&ask),
            ("DELETE", "journal") => Ok(self.clear_journal()),
            ("POST", "journal") if ask.body.get("clear") == Some(&Value::Bool(true)) => Ok(self.clear_journal()),
            ("GET", "inventory") => Ok(self.show_inventory()),
            ("POST", "images") => self.add_image(now, ask.body),
            ("GET", "faults") => Ok(self.show_faults()),
            ("POST", "faults") => self.add_fault(ask.body),
            ("DELETE", "faults") => self.clear_faults(&ask),
            ("POST", "mutate") => self.mutate_by(ask.body, now),
            ("POST", "reset") => self.reset(&ask.body),
            ("POST", "save") => self.save(),
            ("POST", "load") => self.load(ask.body),
            ("GET", "clock") => Ok(self.show_clock(now)),
            ("POST", "clock") => self.set_clock(now, &ask.body),
            ("GET", "quotas") => Ok(self.show_quotas()),
            ("GET", "settings") => serde_json::to_value(&self.settings).map_err(Refusal::bad),
            _ => {
                let what = format!("{} {} is not part of this interface; GET /_sim/ lists it", request.method(), path);
                Err(Refusal(StatusCode::NOT_FOUND, what))
            }
        }
    }
}
