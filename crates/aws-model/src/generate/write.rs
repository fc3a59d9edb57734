//! An input as a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::model::{Kind, Location, Member, Model, Operation, Protocol};

/// What stays as it is in paths and queries: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The request, with the headers of a signature that no service would take but the simulator.
pub(super) fn request(
    model: &Model,
    operation: &Operation,
    input: &Map<String, Value>,
) -> Result<Request<Bytes>, Error> {
    let mut draft = Draft { uri: operation.http.request_uri.clone(), ..Draft::default() };
    match model.metadata.protocol {
        Protocol::RestJson => draft.rest(model, operation, input),
        Protocol::Json => {
            let target = model.metadata.target_prefix.as_deref().unwrap_or_default();
            draft.headers.push(("x-amz-target".to_owned(), format!("{target}.{}", operation.name)));
            draft.headers.push(("content-type".to_owned(), model.json_type()));
            draft.body = Value::Object(on_wire(model, operation, input, |_| true)).to_string().into_bytes();
        }
        Protocol::Query => {
            let kind = "application/x-www-form-urlencoded";
            draft.headers.push(("content-type".to_owned(), kind.to_owned()));
            let mut pairs = vec![
                ("Action".to_owned(), operation.name.clone()),
                ("Version".to_owned(), model.metadata.api_version.clone()),
            ];
            for (name, member) in members(model, operation) {
                if let Some(value) = input.get(name) {
                    flatten(model, member, value, member.wire_name(name), &mut pairs);
                }
            }
            draft.body = joined(&pairs).into_bytes();
        }
    }
    let scope = format!("20260101/us-east-1/{}/aws4_request", model.signing_name());
    let mut request = Request::builder()
        .method(operation.http.method.as_str())
        .uri(draft.uri)
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential=AKIASIM/{scope}, SignedHeaders=host, Signature=0"),
        );
    for (name, value) in draft.headers {
        request = request.header(name, value);
    }
    let written = request.body(Bytes::from(draft.body));
    written.map_err(|error| Error::Unwritable { operation: operation.name.clone(), reason: error.to_string() })
}

/// The parts of a request.
#[derive(Default)]
struct Draft {
    uri: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Draft {
    fn rest(&mut self, model: &Model, operation: &Operation, input: &Map<String, Value>) {
        let mut pairs = vec![];
        for (name, member) in members(model, operation) {
            let (Some(location), Some(value)) = (member.location, input.get(name)) else { continue };
            let wire = member.wire_name(name);
            match location {
                Location::Uri => self.label(wire, &text(value)),
                Location::Querystring => match value {
                    Value::Array(items) => pairs.extend(items.iter().map(|item| (wire.to_owned(), text(item)))),
                    value => pairs.push((wire.to_owned(), text(value))),
                },
                Location::Header => self.headers.push((wire.to_owned(), text(value))),
                Location::Headers | Location::StatusCode => {}
            }
        }
        if !pairs.is_empty() {
            self.uri.push(if self.uri.contains('?') { '&' } else { '?' });
            self.uri.push_str(&joined(&pairs));
        }
        let shape = operation.input.as_ref().map(|input| model.shape(&input.shape));
        let json = |draft: &mut Self, value: &Value| {
            draft.body = value.to_string().into_bytes();
            // A few operations have the type of their body as a member.
            if !draft.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                draft.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
        };
        if let Some(name) = shape.and_then(|shape| shape.payload.as_ref()) {
            let member = shape.and_then(|shape| shape.members.get(name));
            match (input.get(name), member.map(|member| model.shape(&member.shape).kind)) {
                (Some(Value::String(text)), Some(Kind::Blob)) => self.body = STANDARD.decode(text).unwrap_or_default(),
                (Some(Value::String(text)), Some(Kind::String)) => self.body = text.clone().into_bytes(),
                (Some(value), _) => json(self, value),
                (None, _) => {}
            }
        } else if members(model, operation).any(|(_, member)| member.location.is_none()) {
            let body = on_wire(model, operation, input, |member| member.location.is_none());
            json(self, &Value::Object(body));
        }
    }

    fn label(&mut self, name: &str, value: &str) {
        let encoded = utf8_percent_encode(value, ENCODED).to_string();
        self.uri = self.uri.replace(&format!("{{{name}}}"), &encoded);
        self.uri = self.uri.replace(&format!("{{{name}+}}"), &encoded.replace("%2F", "/"));
    }
}

fn members<'a>(model: &'a Model, operation: &'a Operation) -> impl Iterator<Item = (&'a String, &'a Member)> {
    operation.input.iter().flat_map(|input| &model.shape(&input.shape).members)
}

/// The members that are `here`, by their names on the wire.
fn on_wire(
    model: &Model,
    operation: &Operation,
    input: &Map<String, Value>,
    here: impl Fn(&Member) -> bool,
) -> Map<String, Value> {
    members(model, operation)
        .filter(|(_, member)| here(member))
        .filter_map(|(name, member)| Some((member.wire_name(name).to_owned(), input.get(name)?.clone())))
        .collect()
}

/// The parameters of a form that say a value.
fn flatten(model: &Model, member: &Member, value: &Value, name: &str, pairs: &mut Vec<(String, String)>) {
    let shape = model.shape(&member.shape);
    let inside = |default: &str| if shape.flattened { name.to_owned() } else { format!("{name}.{default}") };
    match value {
        Value::Object(map) if shape.kind == Kind::Map => {
            for (index, (key, value)) in map.iter().enumerate() {
                let entry = format!("{}.{}", inside("entry"), index + 1);
                pairs.push((format!("{entry}.key"), key.clone()));
                if let Some(of) = &shape.value {
                    flatten(model, of, value, &format!("{entry}.value"), pairs);
                }
            }
        }
        Value::Object(map) => {
            for (part, value) in map {
                let member = shape.members.iter().find(|(known, member)| member.wire_name(known) == part);
                if let Some((_, member)) = member {
                    flatten(model, member, value, &format!("{name}.{part}"), pairs);
                }
            }
        }
        Value::Array(items) if items.is_empty() => pairs.push((name.to_owned(), String::new())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if let Some(of) = &shape.member {
                    let place = inside(of.location_name.as_deref().unwrap_or("member"));
                    flatten(model, of, item, &format!("{place}.{}", index + 1), pairs);
                }
            }
        }
        value => pairs.push((name.to_owned(), text(value))),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn joined(pairs: &[(String, String)]) -> String {
    let encoded = |text| utf8_percent_encode(text, ENCODED);
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}
