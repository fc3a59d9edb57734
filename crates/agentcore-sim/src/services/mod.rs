//! The services: a folder for each, with a table of its operations. A new operation is a line in its service's table.

mod call;
pub(crate) mod control;
mod sts;

pub(crate) use call::Call;

use http::Method;
use serde_json::{Map, Value};

use crate::failure::{Dialect, Failure};
use crate::request::{Params, match_path};

/// How requests and answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Paths, queries and JSON.
    RestJson,
    /// A form with an `Action`, answered in XML.
    Query,
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
    /// The published quota in requests per second.
    pub(crate) per_second: u32,
    pub(crate) dialect: Dialect,
    pub(crate) run: fn(&mut Call<'_>) -> Result<Reply, Failure>,
}

/// A good answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// A JSON document.
    Json(Value),
    /// Nothing.
    Empty,
    /// What stands in the result element of an XML answer.
    Xml(String),
}

/// All services.
static SERVICES: &[&Service] = &[&control::SERVICE, &sts::SERVICE];

/// The service that a signature is for.
pub(crate) fn by_signing_name(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.signing_name == name).copied()
}

/// The one operation that needs no signature, and its service.
pub(crate) fn without_signature(action: &str) -> Option<(&'static Service, &'static Operation)> {
    let operation = sts::SERVICE.operations.iter().find(|operation| operation.name == action)?;
    (action == sts::UNSIGNED).then_some((&sts::SERVICE, operation))
}

impl Service {
    /// The operation that a request is for, and the parameters in its path.
    pub(crate) fn find(
        &self,
        method: &Method,
        path: &str,
        params: &Params,
    ) -> Result<(&'static Operation, Map<String, Value>), Failure> {
        if self.protocol == Protocol::Query {
            let action = params.body.get("Action").and_then(Value::as_str).unwrap_or_default();
            let found = self.operations.iter().find(|operation| operation.name == action);
            return found
                .map(|operation| (operation, Map::new()))
                .ok_or_else(|| Failure::Missing(format!("The operation {action} of {} is not simulated", self.name)));
        }
        self.operations
            .iter()
            .filter(|operation| operation.route.0 == method.as_str())
            .find_map(|operation| match_path(operation.route.1, path).map(|labels| (operation, labels)))
            .ok_or_else(|| {
                let what = self.missing_operation(method, path);
                Failure::Missing(what.map_or_else(
                    || format!("There is no simulated operation of {} at {method} {path}", self.name),
                    |name| format!("The operation {name} of {} is not simulated", self.name),
                ))
            })
    }

    /// The operation that AWS has at this place, if it is known to be missing here.
    pub(crate) fn missing_operation(&self, method: &Method, path: &str) -> Option<&'static str> {
        let mut candidates: Vec<&str> = Vec::new();
        for line in self.missing.lines() {
            let mut parts = line.split('\t');
            let (Some(name), Some(verb), Some(template)) = (parts.next(), parts.next(), parts.next()) else { continue };
            if verb != method.as_str() {
                continue;
            }
            match match_path(template, path) {
                // A path without parameters is the most exact there is.
                Some(labels) if labels.is_empty() => return Some(name),
                Some(_) => candidates.push(name),
                None => {}
            }
        }
        candidates.first().copied()
    }
}
