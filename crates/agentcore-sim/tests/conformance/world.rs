//! A simulator in which everything exists that requests can be about.

use std::sync::LazyLock;

use agentcore_sim::{Settings, Sim};
use aws_model::audit::{Audit, Exchange};
use aws_model::{Given, Model, Operation, Size};
use bytes::Bytes;
use fastrand::Rng;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;

/// The models.
pub static AUDIT: LazyLock<Audit> = LazyLock::new(|| Audit::load().unwrap_or_else(|error| panic!("{error}")));

/// The world from which each test of an operation starts.
pub static FULL: LazyLock<World> = LazyLock::new(crate::things::full);

/// A simulator, and what is in it by the names of the models' members.
#[derive(Clone)]
pub struct World {
    pub sim: Sim,
    pub now: Timestamp,
    given: Vec<(&'static str, &'static str, Value)>,
    /// How much was made: each request has a token of its own.
    made: u64,
}

/// An answer, and what the models say of it.
pub struct Told {
    pub response: Response<Bytes>,
    pub exchange: Exchange,
}

impl Told {
    pub fn body(&self) -> String {
        String::from_utf8_lossy(self.response.body()).into_owned()
    }

    pub fn missing(&self) -> bool {
        self.response.status().as_u16() == 501
    }
}

impl World {
    /// An empty world.
    pub fn new() -> Self {
        // The time at which the requests from the models say that they were signed.
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        Self { sim: Sim::new(Settings::default()), now, given: Vec::new(), made: 0 }
    }

    pub fn send(&mut self, request: &Request<Bytes>) -> Told {
        self.try_send(request).unwrap_or_else(|| panic!("no operation: {request:?}"))
    }

    /// The answer to a request, if it is one to an operation at all: a label that is empty makes another path.
    pub fn try_send(&mut self, request: &Request<Bytes>) -> Option<Told> {
        let response = self.sim.handle(self.now, request.clone());
        let exchange = AUDIT.exchange(request, &response, &[])?;
        Some(Told { response, exchange })
    }

    /// What stands for something that exists, for an operation of a service.
    pub fn given(&self, service: &str, operation: &str) -> Given {
        let fits = |of: &str, at: &str| of == service && (at.is_empty() || at.split(' ').any(|at| at == operation));
        let all = self.given.iter().filter(|(of, at, _)| fits(of, at.split_once('|').map_or("", |(at, _)| at)));
        all.map(|(_, name, value)| (name.rsplit('|').next().unwrap().to_owned(), value.clone())).collect()
    }

    /// A request with nothing but what must be there and what is noted for just this operation.
    pub fn noted(&self, service: &str, operation: &str, rng: &mut Rng) -> Request<Bytes> {
        let (model, found) = operation_of(service, operation);
        let given = self.given(service, operation);
        let mut request = model.valid_request(found, Size::Minimal, &given, rng).unwrap();
        let input = found.input.as_ref().map(|input| model.shape(&input.shape));
        let in_body = |name: &str| {
            let member = input.and_then(|input| input.members.get(name));
            member.is_some_and(|member| member.location.is_none())
        };
        let own = self.given.iter().filter_map(|(of, at, value)| {
            let (operations, name) = at.split_once('|')?;
            let ours = *of == service && operations.split(' ').any(|one| one == operation) && in_body(name);
            ours.then(|| (name.to_owned(), value.clone()))
        });
        if let Ok(Value::Object(mut body)) = serde_json::from_slice(request.body()) {
            body.extend(own);
            *request.body_mut() = Bytes::from(Value::Object(body).to_string());
        }
        request
    }

    /// From here on a member of this name has this value: in requests to a service, or, as
    /// `Operation Operation|member`, in those of some operations only.
    pub fn note(&mut self, service: &'static str, member: &'static str, value: impl Into<Value>) {
        self.given.push((service, member, value.into()));
    }

    /// Makes something, and gives the answer as JSON.
    pub fn make(&mut self, service: &str, operation: &str, input: &[(&str, Value)]) -> Value {
        let (model, found) = operation_of(service, operation);
        let mut given = self.given(service, operation);
        given.extend(input.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        self.made += 1;
        let mut rng = Rng::with_seed(1000 + self.made);
        let mut request = model.valid_request(found, Size::Minimal, &given, &mut rng).unwrap();
        // What was asked for is there although the model can do without it.
        if let Ok(Value::Object(mut body)) = serde_json::from_slice(request.body()) {
            body.extend(input.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            *request.body_mut() = Bytes::from(Value::Object(body).to_string());
        }
        let told = self.send(&request);
        assert!(told.response.status().is_success(), "{operation}: {}", told.body());
        serde_json::from_slice(told.response.body()).unwrap_or_default()
    }
}

/// An operation and its model.
pub fn operation_of(service: &str, name: &str) -> (&'static Model, &'static Operation) {
    let model = AUDIT.model(service).unwrap();
    (model, &model.operations[name])
}
