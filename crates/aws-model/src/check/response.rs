//! An answer of success against the output of its operation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response};
use roxmltree::Document;
use serde_json::{Map, Value};

use super::value::Checker;
use crate::model::{Kind, Location, Member, Model, Operation, Protocol, Shape, TimestampFormat};
use crate::violation::{Rule, Violation};
use crate::wire::{text, xml};

impl Model {
    /// What in the answer is not as the model says. `tolerated` are error codes that a test has made by itself, such
    /// as injected faults, and which are then not looked at.
    pub fn check_response(
        &self,
        operation: &Operation,
        response: &Response<Bytes>,
        tolerated: &[&str],
    ) -> Vec<Violation> {
        if response.status().is_client_error() || response.status().is_server_error() {
            return self.failure(operation, response, tolerated);
        }
        let mut found = vec![];
        let shape = operation.output.as_ref().map(|output| self.shape(&output.shape));
        let has_status = |(_, member): (&String, &Member)| member.location == Some(Location::StatusCode);
        let free = shape.is_some_and(|shape| shape.members.iter().any(has_status));
        let (status, expected) = (response.status().as_u16(), operation.http.response_code);
        if status != expected && !(free && response.status().is_success()) {
            found.push(Violation::new("status", Rule::Status, format!("{status}, where the model has {expected}")));
        }
        let mut checker = match self.metadata.protocol {
            Protocol::RestJson => self.rest_answer(shape, response),
            Protocol::Json => self.json_answer(shape, response),
            Protocol::Query => self.xml_answer(operation, response),
        };
        found.append(&mut checker.found);
        found
    }

    fn rest_answer<'a>(&'a self, shape: Option<&'a Shape>, response: &Response<Bytes>) -> Checker<'a> {
        let mut body = Checker::new(self, TimestampFormat::UnixTimestamp);
        let Some(shape) = shape else { return body };
        body.found = self.headers(shape, response.headers());
        let in_body = |member: &Member| member.location.is_none();
        let Some((name, member)) = shape.payload.as_ref().and_then(|name| Some((name, shape.members.get(name)?)))
        else {
            if shape.members.values().any(in_body) {
                body.media_type(response.headers(), "application/json");
            }
            // An answer without members may be no body at all.
            if !response.body().is_empty() || shape.members.values().any(in_body) {
                body.object(shape, response.body(), in_body);
            }
            return body;
        };
        let place = format!("output.{name}");
        let of = self.shape(&member.shape);
        if of.eventstream {
            // The events are frames of a binary format, which this does not read.
            body.media_type(response.headers(), "application/vnd.amazon.eventstream");
        } else if of.kind != Kind::Structure {
            body.raw(member, response.body(), &place);
        } else if !response.body().is_empty() {
            if let Some(value) = body.parse(response.body()) {
                body.value(member, &value, &place);
            }
        } else if shape.required.contains(name) {
            body.violation(&place, Rule::Required, "it is not there");
        }
        body
    }

    /// The members in the headers of an answer.
    fn headers(&self, shape: &Shape, headers: &HeaderMap) -> Vec<Violation> {
        let mut checker = Checker::new(self, TimestampFormat::Rfc822);
        for (name, member) in shape.members.iter().filter(|(_, member)| member.location == Some(Location::Header)) {
            let place = format!("output.{name}");
            match headers.get(member.wire_name(name)).map(|value| String::from_utf8_lossy(value.as_bytes())) {
                Some(text) => {
                    let value = text::scalar(self.shape(&member.shape).kind, checker.format, &text);
                    checker.value(member, &value, &place);
                }
                None if shape.required.contains(name) => checker.violation(&place, Rule::Required, "it is not there"),
                None => {}
            }
        }
        checker.found
    }

    fn json_answer<'a>(&'a self, shape: Option<&'a Shape>, response: &Response<Bytes>) -> Checker<'a> {
        let mut body = Checker::new(self, TimestampFormat::UnixTimestamp);
        match shape {
            Some(shape) => {
                body.media_type(response.headers(), &self.json_type());
                body.object(shape, response.body(), |_| true);
            }
            None if response.body().is_empty() => {}
            None => match body.parse(response.body()) {
                Some(Value::Object(map)) if map.is_empty() => {}
                Some(_) => body.violation("body", Rule::Unknown, "the operation answers nothing"),
                None => {}
            },
        }
        body
    }

    fn xml_answer(&self, operation: &Operation, response: &Response<Bytes>) -> Checker<'_> {
        let mut body = Checker::new(self, TimestampFormat::Iso8601);
        body.media_type(response.headers(), "text/xml");
        let Some(document) = body.document(response.body()) else { return body };
        let root = document.root_element();
        body.element(root, &format!("{}Response", operation.name));
        let id = xml::child(root, "ResponseMetadata").and_then(|metadata| xml::child(metadata, "RequestId"));
        if id.and_then(|id| id.text()).is_none() {
            body.violation("ResponseMetadata.RequestId", Rule::Required, "it is not there");
        }
        let wrapper = operation.output.as_ref().and_then(|output| output.result_wrapper.as_deref());
        for extra in xml::children(root).map(|node| node.tag_name().name()) {
            if extra != "ResponseMetadata" && Some(extra) != wrapper {
                body.violation(extra, Rule::Unknown, "the answer has no such element");
            }
        }
        if let (Some(output), Some(wrapper)) = (&operation.output, wrapper) {
            match xml::child(root, wrapper) {
                Some(result) => {
                    let value = xml::typed(self, output, result, "output", &mut body.found);
                    body.value(output, &value, "output");
                }
                None => body.violation(wrapper, Rule::Required, "it is not there"),
            }
        }
        body
    }
}

impl<'a> Checker<'a> {
    /// The media type, without what may follow it, such as a charset.
    pub(crate) fn media_type(&mut self, headers: &HeaderMap, expected: &str) {
        let found = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = found.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case(expected) {
            self.violation("header content-type", Rule::ContentType, format!("{found:?}, not {expected:?}"));
        }
    }

    pub(crate) fn parse(&mut self, body: &[u8]) -> Option<Value> {
        let parsed = serde_json::from_slice(body);
        parsed.map_err(|error| self.violation("body", Rule::Body, format!("it is not JSON: {error}"))).ok()
    }

    /// A body that is a JSON object of a structure's members.
    fn object(&mut self, shape: &'a Shape, body: &[u8], here: impl Fn(&Member) -> bool) {
        match self.parse(body) {
            Some(Value::Object(map)) => self.structure(shape, &map, "output", here),
            Some(_) => self.violation("body", Rule::Body, "it is JSON, and no object"),
            None => {}
        }
    }

    /// A body that is one member as it is.
    pub(crate) fn raw(&mut self, member: &Member, body: &[u8], place: &str) {
        let value = match self.model.shape(&member.shape).kind {
            Kind::String => String::from_utf8(body.to_vec()).map(Value::String).ok(),
            _ => Some(Value::String(STANDARD.encode(body))),
        };
        match value {
            Some(value) => self.value(member, &value, place),
            None => self.violation(place, Rule::Body, "it is not UTF-8"),
        }
    }

    pub(crate) fn document<'b>(&mut self, body: &'b [u8]) -> Option<Document<'b>> {
        let parsed = std::str::from_utf8(body).map_err(|error| error.to_string());
        let parsed = parsed.and_then(|text| Document::parse(text).map_err(|error| error.to_string()));
        parsed.map_err(|error| self.violation("body", Rule::Body, format!("it is not XML: {error}"))).ok()
    }

    /// The name and the namespace of the outermost element.
    pub(crate) fn element(&mut self, root: roxmltree::Node<'_, '_>, expected: &str) {
        let (name, namespace) = (root.tag_name().name(), root.tag_name().namespace());
        if name != expected {
            self.violation(name, Rule::Unknown, format!("the outermost element, which should be {expected}"));
        }
        let wanted = self.model.metadata.xml_namespace.as_deref();
        if namespace != wanted {
            self.violation(name, Rule::Type, format!("its namespace is {namespace:?} and should be {wanted:?}"));
        }
    }

    /// The members of an error.
    pub(crate) fn error_members(&mut self, shape: &'a Shape, map: &Map<String, Value>) {
        self.structure(shape, map, "error", |member| member.location.is_none());
    }
}
