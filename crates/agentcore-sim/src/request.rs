//! The parameters of a request: from its path, its query and its body.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::failure::{Failure, Reason};

/// What an operation is given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    /// From the path, by the names in its template.
    pub(crate) path: Map<String, Value>,
    /// From the query, in order.
    pub(crate) query: Vec<(String, String)>,
    /// From the body.
    pub(crate) body: Map<String, Value>,
}

impl Params {
    /// A parameter from the path; empty if the template has no such name.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.path.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The first value of a name in the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The token that makes the request idempotent.
    pub(crate) fn client_token(&self) -> Option<&str> {
        self.body.get("clientToken").and_then(Value::as_str).or_else(|| self.query("clientToken"))
    }

    /// Everything as one JSON object, as the journal shows it and as faults are matched with it.
    pub(crate) fn document(&self) -> Map<String, Value> {
        let mut all = self.path.clone();
        for (name, value) in &self.query {
            let value = Value::from(value.as_str());
            match all.get_mut(name) {
                Some(Value::Array(list)) => list.push(value),
                Some(first) => *first = Value::Array(vec![first.clone(), value]),
                None => {
                    all.insert(name.clone(), value);
                }
            }
        }
        all.extend(self.body.clone());
        all
    }

    /// Everything but the token, as text: what a repeated token is compared by.
    pub(crate) fn fingerprint(&self) -> String {
        let mut all = self.document();
        all.remove("clientToken");
        Value::Object(all).to_string()
    }
}

/// The names and values of a query, or of a form.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// A JSON object; an empty body is an empty one.
pub(crate) fn json_object(body: &Bytes) -> Result<Map<String, Value>, Failure> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::validation(Reason::CannotParse, "The body must be a JSON object")),
        Err(error) => Err(Failure::validation(Reason::CannotParse, format!("The body is not JSON: {error}"))),
    }
}

/// Text without its percent signs.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The parameters in a path that has the form of a template, such as `/runtimes/{agentRuntimeId}/`.
///
/// A slash at the end makes no difference, to AWS neither.
pub(crate) fn match_path(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    let mut given = path.trim_matches('/').split('/');
    for part in template.trim_matches('/').split('/') {
        let here = given.next()?;
        match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) if here.is_empty() => return None,
            Some(name) => {
                found.insert(name.to_owned(), Value::from(decode(here)));
            }
            None if part == here => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(found)
}
