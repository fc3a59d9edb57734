//! The parameters of a request: from its path, its query and its body.

use bytes::Bytes;
use http::{HeaderMap, Request};
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
    /// From the body, if it is a document.
    pub(crate) body: Map<String, Value>,
    /// From the headers.
    pub(crate) headers: HeaderMap,
    /// The body, if it is no document.
    pub(crate) raw: Bytes,
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

    /// The value of a header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
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

/// Bodies are read as they come: one that is compressed or signed in chunks cannot be.
pub(crate) fn check_packing(request: &Request<Bytes>) -> Result<(), Failure> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let encoding = text("content-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("identity"));
    let chunked = text("x-amz-content-sha256").filter(|form| form.starts_with("STREAMING-"));
    match encoding.or(chunked) {
        Some(form) => Err(Failure::Missing(format!("Bodies in the form {form} are not simulated"))),
        None => Ok(()),
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

/// How deep the parameters of a form can be nested. The deepest of any query service here has six parts. There must be
/// a bound, because what is nested is walked by functions that call themselves.
const DEEPEST: usize = 32;

/// The parameters in a form: `Tags.member.1.Key=a` is a member `Tags`, a list of records with a `Key`. What is nested
/// too deep to be a parameter of anything keeps its name with the dots, and is ignored like all that is unknown.
pub(crate) fn form(body: &[u8]) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, text) in pairs(&String::from_utf8_lossy(body)) {
        let mut parts: Vec<&str> = name.split('.').take(DEEPEST + 1).collect();
        if parts.len() > DEEPEST {
            parts = vec![&name];
        }
        lay(&mut all, &parts, text);
    }
    all.into_iter().map(|(name, value)| (name, with_lists(value))).collect()
}

fn lay(members: &mut Map<String, Value>, parts: &[&str], text: String) {
    let Some((first, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        members.insert((*first).to_owned(), Value::from(text));
    } else if let Value::Object(inner) = members.entry(*first).or_insert_with(|| Value::Object(Map::new())) {
        lay(inner, rest, text);
    }
}

/// Turns the members `member.1`, `member.2` into lists, in the order of their numbers.
fn with_lists(value: Value) -> Value {
    let Value::Object(mut members) = value else { return value };
    let items = match members.remove("member") {
        Some(Value::Object(items)) if members.is_empty() => items,
        other => {
            members.extend(other.map(|other| ("member".to_owned(), other)));
            return Value::Object(members.into_iter().map(|(name, value)| (name, with_lists(value))).collect());
        }
    };
    let mut items: Vec<(u64, Value)> =
        items.into_iter().map(|(number, item)| (number.parse().unwrap_or(u64::MAX), with_lists(item))).collect();
    items.sort_by_key(|(number, _)| *number);
    Value::Array(items.into_iter().map(|(_, item)| item).collect())
}

/// How deep a JSON body can be nested: so deep that what was kept of it can be loaded again once it was saved, inside
/// of everything else. The reader of JSON itself stops at 128.
const DEEPEST_BODY: usize = 100;

/// A JSON object; an empty body is an empty one.
pub(crate) fn json_object(body: &Bytes) -> Result<Map<String, Value>, Failure> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(body) if !is_flatter(&body, DEEPEST_BODY) => {
            let message = format!("The body is nested deeper than {DEEPEST_BODY} levels");
            Err(Failure::validation(Reason::CannotParse, message))
        }
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::validation(Reason::CannotParse, "The body must be a JSON object")),
        Err(error) => Err(Failure::validation(Reason::CannotParse, format!("The body is not JSON: {error}"))),
    }
}

/// Whether a value has at most so many levels of objects and lists.
fn is_flatter(value: &Value, levels: usize) -> bool {
    match value {
        Value::Object(members) => levels > 0 && members.values().all(|value| is_flatter(value, levels - 1)),
        Value::Array(items) => levels > 0 && items.iter().all(|value| is_flatter(value, levels - 1)),
        _ => true,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_nested_as_far_as_anything_needs() {
        let read = |text: &str| Value::Object(form(&Bytes::from(text.to_owned())));
        let lists = read("Tags.member.2.Key=b&Tags.member.1.Key=a&Name=x");
        assert_eq!(lists, serde_json::json!({ "Name": "x", "Tags": [{ "Key": "a" }, { "Key": "b" }] }));
        // Without a bound this ends the program.
        let deep = vec!["a"; 500_000].join(".");
        assert_eq!(read(&format!("{deep}=1")), serde_json::json!({ (deep): "1" }));
    }
}
