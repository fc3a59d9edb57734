//! For whom and for which operation a request is.

use std::cell::LazyCell;

use bytes::Bytes;
use http::{Request, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::answer::Writer;
use crate::caller::Caller;
use crate::failure::{Dialect, Failure};
use crate::journal::JournalEntry;
use crate::moment::later;
use crate::request::{Params, check_packing, form, json_object};
use crate::services::{self, Found, Operation, Protocol, Service};
use crate::signature::is_of_signature;
use crate::sim::Sim;

/// A request once it is known for which operation it is.
pub(crate) struct Route {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
}

impl Sim {
    /// For whom and for which operation a request is.
    pub(crate) fn route(
        &mut self,
        now: Timestamp,
        request: &Request<Bytes>,
        params: &mut Params,
        entry: &mut JournalEntry,
        writer: &mut Writer,
    ) -> Result<(Route, Caller), Failure> {
        // Read at most once, and not at all if the body is no form.
        let form = LazyCell::new(|| form(request.body()));
        if let Some((service, operation)) = unsigned(request, &form) {
            params.body.clone_from(&form);
            "us-east-1".clone_into(&mut entry.region);
            writer.serves(service, operation);
            operation.name.clone_into(&mut entry.operation);
            service.name.clone_into(&mut entry.service);
            return Ok((Route { service, operation }, Caller::nobody()));
        }
        if is_form(request) {
            // Who gets the service wrong is answered in the form of the request.
            (writer.protocol, writer.dialect) = (services::query_protocol(&form), Dialect::Query);
        }
        let named = request.headers().contains_key("x-amz-target");
        if named {
            writer.protocol = Protocol::Json("");
        }
        // What lands late was looked at when it came.
        let wall = entry.late.is_none().then(|| later(now, -self.clock_offset));
        let caller = match Caller::with_token(request) {
            Some(caller) => caller,
            None => Caller::read(request, &self.store.sessions, entry.late.unwrap_or(now), wall)
                .map_err(|failure| if named { failure.into_bad_request() } else { failure })?,
        };
        params.query.retain(|(name, _)| !is_of_signature(name));
        caller.arn.clone_into(&mut entry.caller);
        caller.access_key.clone_into(&mut entry.access_key);
        caller.account.clone_into(&mut entry.account);
        caller.region.clone_into(&mut entry.region);
        caller.service.clone_into(&mut entry.service);
        params.headers.clone_from(request.headers());
        check_packing(request)?;
        let route = find(request, &caller.service, || LazyCell::force(&form).clone(), params, entry, writer)?;
        let operation = route.operation;
        operation.name.clone_into(&mut entry.operation);
        writer.serves(route.service, operation);
        if operation.raw {
            params.raw = request.body().clone();
        } else if !matches!(route.service.protocol, Protocol::Query(_)) {
            params.body = json_object(request.body())?;
        }
        Ok((route, caller))
    }
}

/// Whether a request is one to a query service, as far as can be told without a signature.
fn is_form(request: &Request<Bytes>) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// The operation of a request, among those of the services that its signature can be for.
fn find(
    request: &Request<Bytes>,
    signing_name: &str,
    body: impl Fn() -> Map<String, Value>,
    params: &mut Params,
    entry: &mut JournalEntry,
    writer: &mut Writer,
) -> Result<Route, Failure> {
    let mut failure = Failure::Missing(format!("The service {signing_name} is not simulated"));
    for service in services::by_signing_name(signing_name) {
        service.name.clone_into(&mut entry.service);
        writer.protocol = service.protocol;
        if matches!(service.protocol, Protocol::Query(_)) {
            // A form can be in the query too.
            let query = || form(request.uri().query().unwrap_or_default().as_bytes());
            params.body = if request.body().is_empty() { query() } else { body() };
            params.body.retain(|name, _| !is_of_signature(name));
        }
        match service.find(request, params) {
            Found::Here(operation, labels) => {
                params.path = labels;
                return Ok(Route { service, operation });
            }
            Found::Missing(name) => {
                failure = Failure::Missing(format!("The operation {name} of {} is not simulated", service.name));
                entry.operation = name;
                break;
            }
            Found::Nothing => {
                let place = format!("{} {}", request.method(), request.uri().path());
                failure = Failure::Missing(format!("{} has no operation at {place}", service.name));
            }
        }
    }
    Err(failure)
}

/// The operation of a request that needs no signature.
fn unsigned(
    request: &Request<Bytes>,
    body: &LazyCell<Map<String, Value>, impl FnOnce() -> Map<String, Value>>,
) -> Option<(&'static Service, &'static Operation)> {
    if request.headers().contains_key(header::AUTHORIZATION) || request.uri().path() != "/" {
        return None;
    }
    services::without_signature(body.get("Action").and_then(Value::as_str)?)
}
