//! The services: a folder for each, with a table of its operations. A new operation is a line in its service's table.

mod call;
pub(crate) mod control;
pub(crate) mod data;
pub(crate) mod ecr;
pub(crate) mod iam;
pub(crate) mod logs;
mod paging;
mod places;
mod sts;
pub(crate) mod xray;

pub(crate) use call::Call;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde_json::{Map, Value};

use crate::failure::{Dialect, Failure};
use crate::request::{Params, match_path};

/// How requests and answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Paths, queries and JSON.
    RestJson,
    /// A JSON document, and a header that names the operation after this word and a dot.
    Json(&'static str),
    /// A form with an `Action`, answered in XML of this namespace.
    Query(&'static str),
}

/// One service.
#[derive(Debug)]
pub(crate) struct Service {
    /// The name in the scope of signatures.
    pub(crate) signing_name: &'static str,
    /// The name in the journal.
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    /// What this program has of it.
    pub(crate) operations: &'static [Operation],
    /// What it does not have, a line each: operation, method and path, with tabs between.
    pub(crate) missing: &'static str,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The method and the path's template; unused by query services.
    pub(crate) route: (&'static str, &'static str),
    /// The status of a good answer.
    pub(crate) status: u16,
    /// Whether it changes anything.
    pub(crate) writes: bool,
    /// Whether it takes a client token.
    pub(crate) token: bool,
    /// Whether the body is not JSON but whatever the caller wants.
    pub(crate) raw: bool,
    /// The published quota in requests per second.
    pub(crate) per_second: u32,
    pub(crate) dialect: Dialect,
    pub(crate) run: Run,
}

/// What an operation does.
pub(crate) type Run = fn(&mut Call<'_>) -> Result<Reply, Failure>;

/// The place of all operations of a service that does not tell them apart by their paths.
const ONE_PLACE: (&str, &str) = ("POST", "/");

impl Operation {
    /// An operation that only reads JSON, answers 200 and has no client token: what most of them differ from by little.
    const fn read(
        name: &'static str,
        route: (&'static str, &'static str),
        per_second: u32,
        dialect: Dialect,
        run: Run,
    ) -> Self {
        Self { name, route, status: 200, writes: false, token: false, raw: false, per_second, dialect, run }
    }
}

/// A good answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// A document: JSON, or XML for those who want that.
    Json(Value),
    /// Nothing.
    Empty,
    /// Headers, the content type among them, and whatever comes after them.
    Raw(HeaderMap, Bytes),
}

/// All services.
static SERVICES: &[&Service] =
    &[&control::SERVICE, &data::SERVICE, &sts::SERVICE, &iam::SERVICE, &ecr::SERVICE, &logs::SERVICE, &xray::SERVICE];

/// All services.
pub(crate) fn all() -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().copied()
}

/// The services that a signature can be for: two have the same name there.
pub(crate) fn by_signing_name(name: &str) -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().copied().filter(move |service| service.signing_name == name)
}

/// The way in which the query service answers that has the operation of a form; that of STS if none has it.
pub(crate) fn query_protocol(form: &Map<String, Value>) -> Protocol {
    let action = form.get("Action").and_then(Value::as_str).unwrap_or_default();
    let has = |service: &Service| service.operations.iter().any(|operation| operation.name == action);
    let mut all = SERVICES.iter().filter(|service| matches!(service.protocol, Protocol::Query(_)));
    let found = all.find(|service| has(service));
    found.map_or(sts::SERVICE.protocol, |service| service.protocol)
}

/// The one operation that needs no signature, and its service.
pub(crate) fn without_signature(action: &str) -> Option<(&'static Service, &'static Operation)> {
    let operation = sts::SERVICE.operations.iter().find(|operation| operation.name == action)?;
    (action == sts::UNSIGNED).then_some((&sts::SERVICE, operation))
}

/// What a request is for: a service's operation, or one that it has in AWS only, or nothing.
#[derive(Debug)]
pub(crate) enum Found {
    /// An operation, and the parameters in its path.
    Here(&'static Operation, Map<String, Value>),
    /// An operation that is missing here, by its name.
    Missing(String),
    /// No operation of the service.
    Nothing,
}

impl Service {
    /// Whether an operation of this name is here.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.operations.iter().any(|operation| operation.name == name)
    }

    /// The operation that a request is for.
    pub(crate) fn find(&self, request: &Request<Bytes>, params: &Params) -> Found {
        let name = match self.protocol {
            Protocol::RestJson => return self.at(request.method(), request.uri().path()),
            Protocol::Json(prefix) => {
                let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
                target.and_then(|target| target.strip_prefix(prefix)?.strip_prefix('.')).unwrap_or_default()
            }
            Protocol::Query(_) => params.body.get("Action").and_then(Value::as_str).unwrap_or_default(),
        };
        match self.operations.iter().find(|operation| operation.name == name) {
            Some(operation) => Found::Here(operation, Map::new()),
            None if name.is_empty() => Found::Nothing,
            None => Found::Missing(name.to_owned()),
        }
    }

    fn at(&self, method: &Method, path: &str) -> Found {
        let here = self.operations.iter().filter(|operation| operation.route.0 == method.as_str());
        // A path without parameters is more exact than one with them.
        let mut found: Vec<_> = here
            .filter_map(|operation| match_path(operation.route.1, path).map(|labels| (operation, labels)))
            .collect();
        found.sort_by_key(|(_, labels)| labels.len());
        if let Some((operation, labels)) = found.into_iter().next() {
            return Found::Here(operation, labels);
        }
        self.missing_operation(method, path).map_or(Found::Nothing, |name| Found::Missing(name.to_owned()))
    }

    /// The operation that AWS has at this place, if it is known to be missing here.
    fn missing_operation(&self, method: &Method, path: &str) -> Option<&'static str> {
        let lines = self.missing.lines().filter_map(|line| {
            let mut parts = line.split('\t');
            let (name, verb, template) = (parts.next()?, parts.next()?, parts.next()?);
            let labels = match_path(template, path).filter(|_| verb == method.as_str())?;
            Some((labels.len(), name))
        });
        lines.min_by_key(|(labels, _)| *labels).map(|(_, name)| name)
    }
}
