//! Turns what an operation says into what goes over the wire.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::failure::{Dialect, Failure};
use crate::services::{Operation, Protocol, Reply, Service};

/// The namespace of the answers of STS.
const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

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
        let (status, body) = match answer {
            Answer::Good { status, reply } => (*status, self.good(reply)),
            Answer::Bad { failure, retry_after_seconds } => {
                if let Some(seconds) = retry_after_seconds {
                    put(&mut headers, RETRY_AFTER, &seconds.to_string());
                    let millis = seconds.saturating_mul(1000).to_string();
                    put(&mut headers, HeaderName::from_static("x-amz-retry-after"), &millis);
                }
                if self.protocol == Protocol::RestJson {
                    put(&mut headers, HeaderName::from_static("x-amzn-errortype"), failure.code(self.dialect));
                }
                (failure.status(), self.bad(failure))
            }
        };
        let content_type = match self.protocol {
            Protocol::RestJson => "application/json",
            Protocol::Query => "text/xml",
        };
        put(&mut headers, CONTENT_TYPE, content_type);
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = headers;
        response
    }

    fn good(&self, reply: &Reply) -> String {
        let (operation, request_id) = (self.operation, &self.request_id);
        match reply {
            Reply::Json(document) => without_nulls(document).to_string(),
            Reply::Empty => String::new(),
            Reply::Xml(result) => format!(
                "<{operation}Response xmlns=\"{STS_NAMESPACE}\"><{operation}Result>{result}</{operation}Result>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
            ),
        }
    }

    fn bad(&self, failure: &Failure) -> String {
        match self.protocol {
            Protocol::RestJson => failure.body().to_string(),
            Protocol::Query => {
                // Query services leave the word Exception out of the codes that all services have in common.
                let code = failure.code(self.dialect);
                let code = match code {
                    "ValidationException" => "ValidationError",
                    "ThrottlingException" => "Throttling",
                    "AccessDeniedException" => "AccessDenied",
                    "IncompleteSignatureException" => "IncompleteSignature",
                    "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
                    "ExpiredTokenException" => "ExpiredToken",
                    other => other,
                };
                let side = if failure.status() < 500 { "Sender" } else { "Receiver" };
                format!(
                    "<ErrorResponse xmlns=\"{STS_NAMESPACE}\"><Error><Type>{side}</Type><Code>{}</Code>\
                     <Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
                    escape(code),
                    escape(failure.message()),
                    self.request_id
                )
            }
        }
    }
}

/// A document without the members that are not there: the services write no nulls.
fn without_nulls(document: &Value) -> Value {
    match document {
        Value::Object(members) => {
            let there = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        other => other.clone(),
    }
}

/// A JSON document with a status, as the simulator's own interface answers.
pub(crate) fn json(status: StatusCode, document: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(document.to_string()));
    *response.status_mut() = status;
    put(response.headers_mut(), CONTENT_TYPE, "application/json");
    response
}

/// Text for XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Adds a header, unless its value cannot be one.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
