//! A request against the input of its operation.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value};

use super::value::Checker;
use crate::model::{Kind, Location, Member, Model, Operation, Protocol, Shape, TimestampFormat};
use crate::route;
use crate::violation::{Rule, Violation};
use crate::wire::{form, text};

impl Model {
    /// What in the request is not as the model says: nothing, if AWS's service would take it as far as the model
    /// tells.
    pub fn check_request(&self, request: &Request<Bytes>) -> Vec<Violation> {
        let Some(operation) = self.operation_of(request) else {
            let detail = format!("{} {} is for none of the service's", request.method(), request.uri());
            return vec![Violation::new("request", Rule::Operation, detail)];
        };
        match self.metadata.protocol {
            Protocol::RestJson => self.rest(operation, request),
            Protocol::Json => self.json(operation, request),
            Protocol::Query => self.form(operation, request),
        }
    }

    fn rest(&self, operation: &Operation, request: &Request<Bytes>) -> Vec<Violation> {
        let Some(input) = &operation.input else { return vec![] };
        let shape = self.shape(&input.shape);
        let mut found = self.outside(operation, shape, request);
        let mut body = Checker::new(self, TimestampFormat::UnixTimestamp);
        let payload = shape.payload.as_ref().and_then(|name| Some((name, shape.members.get(name)?)));
        match payload {
            Some((name, member)) if self.shape(&member.shape).kind == Kind::Structure => {
                let place = format!("input.{name}");
                if !request.body().is_empty() {
                    // A few operations have the type of their body as a member.
                    let free = |(name, member): (&String, &Member)| {
                        member.location == Some(Location::Header)
                            && member.wire_name(name).eq_ignore_ascii_case("content-type")
                    };
                    if !shape.members.iter().any(free) {
                        body.media_type(request.headers(), "application/json");
                    }
                    if let Some(value) = body.parse(request.body()) {
                        body.value(member, &value, &place);
                    }
                } else if shape.required.contains(name) {
                    body.violation(&place, Rule::Required, "it is not there");
                }
            }
            // An empty body is how an optional one is left out.
            Some((name, _)) if request.body().is_empty() && !shape.required.contains(name) => {}
            Some((name, member)) => body.raw(member, request.body(), &format!("input.{name}")),
            None => {
                let in_body = |member: &Member| member.location.is_none();
                let expected = shape.members.values().any(in_body);
                let map = if request.body().is_empty() {
                    Map::new()
                } else {
                    if expected {
                        body.media_type(request.headers(), "application/json");
                    }
                    match body.parse(request.body()) {
                        Some(Value::Object(map)) => map,
                        Some(_) => {
                            body.violation("body", Rule::Body, "it is JSON, and no object");
                            return found.into_iter().chain(body.found).collect();
                        }
                        None => return found.into_iter().chain(body.found).collect(),
                    }
                };
                body.structure(shape, &map, "input", in_body);
            }
        }
        found.append(&mut body.found);
        found
    }

    /// The members in path, query and headers.
    fn outside(&self, operation: &Operation, shape: &Shape, request: &Request<Bytes>) -> Vec<Violation> {
        let labels = route::labels(&operation.http, request).unwrap_or_default();
        let mut found = vec![];
        let query = text::pairs(request.uri().query().unwrap_or_default(), false).unwrap_or_else(|| {
            found.push(Violation::new("query", Rule::Body, "its percent encoding can't be read"));
            vec![]
        });
        for (name, member) in &shape.members {
            let Some(location) = member.location else { continue };
            let wire = member.wire_name(name);
            let of = |pairs: &[(String, String)]| -> Vec<String> {
                pairs.iter().filter(|(name, _)| name == wire).map(|(_, value)| value.clone()).collect()
            };
            let (texts, format) = match location {
                Location::Uri => (of(&labels), TimestampFormat::Iso8601),
                Location::Querystring => (of(&query), TimestampFormat::Iso8601),
                Location::Header => (
                    request
                        .headers()
                        .get(wire)
                        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                        .into_iter()
                        .collect(),
                    TimestampFormat::Rfc822,
                ),
                // Prefixed headers are a map that may be empty; a status is no part of a request.
                Location::Headers | Location::StatusCode => continue,
            };
            let mut checker = Checker::new(self, format);
            checker.texts(member, &texts, shape.required.contains(name), &format!("input.{name}"));
            found.append(&mut checker.found);
        }
        let literal = operation.http.request_uri.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let known = |asked: &str| {
            let member = |(name, member): (&String, &Member)| {
                member.location == Some(Location::Querystring) && member.wire_name(name) == asked
            };
            shape.members.iter().any(member) || literal.split('&').any(|part| part.split('=').next() == Some(asked))
        };
        for (asked, _) in query.iter().filter(|(asked, _)| !known(asked)) {
            found.push(Violation::new(format!("query {asked}"), Rule::Unknown, "the model has no such parameter"));
        }
        found
    }

    fn json(&self, operation: &Operation, request: &Request<Bytes>) -> Vec<Violation> {
        let mut body = Checker::new(self, TimestampFormat::UnixTimestamp);
        body.media_type(request.headers(), &self.json_type());
        match (body.parse(request.body()), &operation.input) {
            (Some(Value::Object(map)), Some(input)) => {
                body.structure(self.shape(&input.shape), &map, "input", |_| true);
            }
            (Some(Value::Object(_)), None) | (None, _) => {}
            (Some(_), _) => body.violation("body", Rule::Body, "it is JSON, and no object"),
        }
        body.found
    }

    fn form(&self, operation: &Operation, request: &Request<Bytes>) -> Vec<Violation> {
        let mut body = Checker::new(self, TimestampFormat::Iso8601);
        body.media_type(request.headers(), "application/x-www-form-urlencoded");
        let text = std::str::from_utf8(request.body()).unwrap_or_default();
        let mut pairs = text::pairs(text, true).unwrap_or_default();
        if !pairs.iter().any(|(name, _)| name == "Version") {
            body.violation("input.Version", Rule::Required, "it is not there");
        }
        pairs.retain(|(name, _)| name != "Action" && name != "Version");
        let tree = form::tree(&pairs, &mut body.found);
        match &operation.input {
            Some(input) => {
                let document = form::typed(self, input, Value::Object(tree));
                body.value(input, &document, "input");
            }
            None => {
                for name in tree.keys() {
                    body.violation(&format!("input.{name}"), Rule::Unknown, "the operation has no parameters");
                }
            }
        }
        body.found
    }

    /// The content type of the JSON protocol.
    pub(crate) fn json_type(&self) -> String {
        format!("application/x-amz-json-{}", self.metadata.json_version.as_deref().unwrap_or("1.1"))
    }
}

impl Checker<'_> {
    /// A member that is written as text, once, or as a list several times.
    fn texts(&mut self, member: &Member, texts: &[String], required: bool, place: &str) {
        let shape = self.model.shape(&member.shape);
        let of = shape.member.as_ref().unwrap_or(member);
        let kind = self.model.shape(&of.shape).kind;
        let values: Vec<Value> = texts.iter().map(|text| text::scalar(kind, self.format, text)).collect();
        match (shape.kind, values.as_slice()) {
            (_, []) if required => self.violation(place, Rule::Required, "it is not there"),
            (_, []) => {}
            (Kind::List, _) => self.value(member, &Value::Array(values), place),
            (_, [one]) => self.value(member, one, place),
            (_, [_, ..]) => self.violation(place, Rule::Type, "it is there several times"),
        }
    }
}
