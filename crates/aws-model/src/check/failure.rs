//! An answer that is an error, against those that the operation declares.

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

use super::common::statuses;
use super::value::Checker;
use crate::model::{Member, Model, Operation, Protocol, Shape, TimestampFormat};
use crate::violation::{Rule, Violation};
use crate::wire::xml;

impl Model {
    pub(super) fn failure(
        &self,
        operation: &Operation,
        response: &Response<Bytes>,
        tolerated: &[&str],
    ) -> Vec<Violation> {
        let read = match self.metadata.protocol {
            Protocol::RestJson | Protocol::Json => self.json_failure(response),
            Protocol::Query => self.xml_failure(operation, response),
        };
        let (mut checker, code, map) = match read {
            Ok(read) => read,
            Err(found) => return found,
        };
        let status = response.status().as_u16();
        if tolerated.contains(&code.as_str()) {
            return vec![];
        }
        if let Some(member) = self.declared(operation, &code) {
            let shape = self.shape(&member.shape);
            let expected = status_of(shape);
            if expected != status {
                checker.violation("status", Rule::Status, format!("{status}, where {code} has {expected}"));
            }
            checker.error_members(shape, &without_message(shape, map));
        } else if let Some(expected) = statuses(&code) {
            if !expected.contains(&status) {
                checker.violation("status", Rule::Status, format!("{status}, where {code} has one of {expected:?}"));
            }
        } else {
            let detail = format!("{} does not declare {code}, which is no common error either", operation.name);
            checker.violation("error", Rule::ErrorCode, detail);
        }
        checker.found
    }

    /// The error of that code, if the operation declares it.
    fn declared<'a>(&self, operation: &'a Operation, code: &str) -> Option<&'a Member> {
        operation.errors.iter().find(|member| {
            let error = self.shape(&member.shape).error.as_ref();
            error.and_then(|error| error.code.as_deref()).unwrap_or(&member.shape) == code
        })
    }

    fn json_failure(
        &self,
        response: &Response<Bytes>,
    ) -> Result<(Checker<'_>, String, Map<String, Value>), Vec<Violation>> {
        let mut checker = Checker::new(self, TimestampFormat::UnixTimestamp);
        let expected = match self.metadata.protocol {
            Protocol::Json => self.json_type(),
            _ => "application/json".to_owned(),
        };
        checker.media_type(response.headers(), &expected);
        let Some(value) = checker.parse(response.body()) else { return Err(checker.found) };
        let Value::Object(mut map) = value else {
            checker.violation("body", Rule::Body, "it is JSON, and no object");
            return Err(checker.found);
        };
        let header = response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
        let in_body = map.remove("__type");
        let in_body = in_body.as_ref().and_then(Value::as_str);
        let Some(code) = header.or(in_body) else {
            checker.violation("error", Rule::ErrorCode, "neither x-amzn-errortype nor __type is there");
            return Err(checker.found);
        };
        // `namespace#Code:https://...`, of which both ends may be missing:
        // https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
        let code = code.split(':').next().unwrap_or_default();
        let code = code.rsplit('#').next().unwrap_or_default().to_owned();
        Ok((checker, code, map))
    }

    fn xml_failure(
        &self,
        operation: &Operation,
        response: &Response<Bytes>,
    ) -> Result<(Checker<'_>, String, Map<String, Value>), Vec<Violation>> {
        let mut checker = Checker::new(self, TimestampFormat::Iso8601);
        checker.media_type(response.headers(), "text/xml");
        let Some(document) = checker.document(response.body()) else { return Err(checker.found) };
        let root = document.root_element();
        checker.element(root, "ErrorResponse");
        if xml::child(root, "RequestId").and_then(|id| id.text()).is_none() {
            checker.violation("RequestId", Rule::Required, "it is not there");
        }
        let error = xml::child(root, "Error");
        let text = |name| error.and_then(|error| xml::child(error, name)).and_then(|node| node.text());
        let Some(code) = text("Code").map(str::to_owned) else {
            checker.violation("Error.Code", Rule::ErrorCode, "it is not there");
            return Err(checker.found);
        };
        // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization
        let side = if response.status().is_client_error() { "Sender" } else { "Receiver" };
        if text("Type") != Some(side) {
            checker.violation("Error.Type", Rule::Type, format!("{:?}, where {side} should be", text("Type")));
        }
        let mut map = Map::new();
        if let (Some(error), Some(member)) = (error, self.declared(operation, &code)) {
            // All query services write `Message`, whatever the model calls the member.
            let own =
                xml::children(error).filter(|node| !matches!(node.tag_name().name(), "Type" | "Code" | "Message"));
            map = xml::members(self, member, own, "error", &mut checker.found);
            if let Some(message) = text("Message") {
                map.insert("message".to_owned(), message.into());
            }
        }
        Ok((checker, code, map))
    }
}

/// The members without the message, if the model has none: clients read it all the same, and services write it.
fn without_message(shape: &Shape, mut map: Map<String, Value>) -> Map<String, Value> {
    map.retain(|name, _| !name.eq_ignore_ascii_case("message") || shape.members.contains_key(name));
    map
}

/// The status of a declared error: where the model has none, 400 or 500, by whose fault it is.
fn status_of(shape: &Shape) -> u16 {
    let modelled = shape.error.as_ref().and_then(|error| error.http_status_code);
    modelled.unwrap_or(if shape.fault { 500 } else { 400 })
}
