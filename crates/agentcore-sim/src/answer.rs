//! Turns what an operation says into what goes over the wire.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::failure::{Dialect, Failure};
use crate::services::{Operation, Protocol, Reply, Service};

/// What a request is answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Good { status: u16, reply: Reply },
    Bad { failure: Failure, retry_after_seconds: Option<u64> },
}

/// Writes an answer in the way of the service that it is from.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) protocol: Protocol,
    pub(crate) dialect: Dialect,
    operation: &'static str,
    request_id: String,
}

impl Writer {
    /// JSON in the common dialect, until the service is known.
    pub(crate) fn new(request_id: String) -> Self {
        Self { protocol: Protocol::RestJson, dialect: Dialect::Common, operation: "", request_id }
    }

    /// From here on the answer is that of an operation.
    pub(crate) fn serves(&mut self, service: &Service, operation: &Operation) {
        self.protocol = service.protocol;
        self.dialect = operation.dialect;
        self.operation = operation.name;
    }

    /// The answer on the wire.
    pub(crate) fn write(&self, answer: &Answer) -> Response<Bytes> {
        let mut headers = HeaderMap::new();
        put(&mut headers, HeaderName::from_static("x-amzn-requestid"), &self.request_id);
        let mut content_type = self.content_type();
        let (status, body) = match answer {
            Answer::Good { status, reply: Reply::Raw(more, body) } => {
                content_type = "";
                headers.extend(more.clone());
                (*status, body.clone())
            }
            Answer::Good { status, reply: Reply::Json(document) } => (*status, self.good(Some(document)).into()),
            Answer::Good { status, reply: Reply::Empty } => (*status, self.good(None).into()),
            Answer::Bad { failure, retry_after_seconds } => {
                if let Some(seconds) = retry_after_seconds {
                    put(&mut headers, RETRY_AFTER, &seconds.to_string());
                    let millis = seconds.saturating_mul(1000).to_string();
                    put(&mut headers, HeaderName::from_static("x-amz-retry-after"), &millis);
                }
                if self.protocol == Protocol::RestJson {
                    put(&mut headers, HeaderName::from_static("x-amzn-errortype"), failure.code(self.dialect));
                }
                (failure.status(self.dialect), self.bad(failure).into())
            }
        };
        if !content_type.is_empty() {
            put(&mut headers, CONTENT_TYPE, content_type);
        }
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = headers;
        response
    }

    fn content_type(&self) -> &'static str {
        match self.protocol {
            Protocol::RestJson => "application/json",
            Protocol::Json(_) => "application/x-amz-json-1.1",
            Protocol::Query(_) => "text/xml",
        }
    }

    fn good(&self, document: Option<&Value>) -> String {
        let (operation, request_id) = (self.operation, &self.request_id);
        let Protocol::Query(namespace) = self.protocol else {
            // An operation without members answers an empty document, but with the status of no content nothing.
            let empty = if matches!(self.protocol, Protocol::Json(_)) { "{}" } else { "" };
            return document.map_or_else(|| empty.to_owned(), |document| without_nulls(document).to_string());
        };
        let result = document.map(|document| {
            let mut result = String::new();
            xml(&format!("{operation}Result"), &without_nulls(document), &mut result);
            result
        });
        format!(
            "<{operation}Response xmlns=\"{namespace}\">{}<ResponseMetadata><RequestId>{request_id}</RequestId>\
             </ResponseMetadata></{operation}Response>",
            result.unwrap_or_default()
        )
    }

    fn bad(&self, failure: &Failure) -> String {
        let code = failure.code(self.dialect);
        match self.protocol {
            Protocol::RestJson if self.dialect == Dialect::XRay => json!({ "Message": failure.message() }).to_string(),
            Protocol::RestJson => failure.body().to_string(),
            Protocol::Json(_) => json!({ "__type": code, "message": failure.message() }).to_string(),
            Protocol::Query(namespace) => {
                let side = if failure.status(self.dialect) < 500 { "Sender" } else { "Receiver" };
                format!(
                    "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{side}</Type><Code>{}</Code>\
                     <Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
                    escape(code),
                    escape(failure.message()),
                    self.request_id
                )
            }
        }
    }
}

/// Writes a value as an element: the items of a list are elements named `member`.
fn xml(name: &str, value: &Value, to: &mut String) {
    to.push('<');
    to.push_str(name);
    to.push('>');
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| xml(name, value, to)),
        Value::Array(items) => items.iter().for_each(|item| xml("member", item, to)),
        Value::String(text) => to.push_str(&escape(text)),
        Value::Null => {}
        other => to.push_str(&other.to_string()),
    }
    to.push_str("</");
    to.push_str(name);
    to.push('>');
}

/// A document without the members that are not there: the services write no nulls.
fn without_nulls(document: &Value) -> Value {
    match document {
        Value::Object(members) => {
            let there = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

/// A JSON document with a status, as the simulator's own interface answers.
pub(crate) fn respond(status: StatusCode, document: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(document.to_string()));
    *response.status_mut() = status;
    put(response.headers_mut(), CONTENT_TYPE, "application/json");
    response
}

/// Text for XML, which has no room for most control characters.
fn escape(text: &str) -> String {
    let possible =
        |one: char| matches!(one, '\t' | '\n' | '\r') || !(one.is_control() || matches!(one, '\u{fffe}' | '\u{ffff}'));
    let text: String = text.chars().map(|one| if possible(one) { one } else { char::REPLACEMENT_CHARACTER }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Adds a header, unless its value cannot be one.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
