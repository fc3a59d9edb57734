//! Which operation a request is for.

use bytes::Bytes;
use http::Request;

use crate::model::{Http, Model, Operation, Protocol};
use crate::wire::text;

impl Model {
    /// The operation that the request is for, if it is for one of this service.
    pub fn operation_of(&self, request: &Request<Bytes>) -> Option<&Operation> {
        match self.metadata.protocol {
            Protocol::RestJson => {
                let matching = self.operations.values().filter(|operation| labels(&operation.http, request).is_some());
                // `/a/b` is more particular than `/a/{x}`.
                matching.max_by_key(|operation| literals(&operation.http.request_uri))
            }
            Protocol::Json => {
                let target = request.headers().get("x-amz-target")?.to_str().ok()?;
                let (prefix, name) = target.rsplit_once('.')?;
                if Some(prefix) == self.metadata.target_prefix.as_deref() { self.operations.get(name) } else { None }
            }
            Protocol::Query => {
                let form = text::pairs(std::str::from_utf8(request.body()).ok()?, true)?;
                let (_, action) = form.iter().find(|(name, _)| name == "Action")?;
                let version = form.iter().find(|(name, _)| name == "Version").map(|(_, version)| version);
                let ours = version.is_none_or(|version| *version == self.metadata.api_version);
                if ours { self.operations.get(action) } else { None }
            }
        }
    }

    /// Whether the request is signed for this service. Two services can have one name for signatures, as the two of
    /// AgentCore have.
    pub fn is_signed_for(&self, request: &Request<Bytes>) -> bool {
        let scope = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        // Credential=<key>/<date>/<region>/<service>/aws4_request
        let service = scope.and_then(|scope| scope.split_once("Credential=")?.1.split('/').nth(3));
        service == Some(self.signing_name())
    }
}

/// The segments of a template that are no labels, and its query's parts.
fn literals(template: &str) -> usize {
    template.split(['/', '?', '&']).filter(|part| !part.is_empty() && !part.starts_with('{')).count()
}

/// The labels in the request's path, with their values, if method, path and query are those of the operation.
pub(crate) fn labels(http: &Http, request: &Request<Bytes>) -> Option<Vec<(String, String)>> {
    if request.method().as_str() != http.method {
        return None;
    }
    let (path, query) = http.request_uri.split_once('?').unwrap_or((&http.request_uri, ""));
    let asked = request.uri().query().unwrap_or_default();
    let has = |part: &str| asked.split('&').any(|pair| pair == part || pair.strip_suffix('=') == Some(part));
    if !query.split('&').all(|part| part.is_empty() || has(part)) {
        return None;
    }
    let mut labels = vec![];
    // A slash at the end makes no difference to AWS: its SDK for Rust leaves out what the templates have.
    let mut segments: Vec<&str> = request.uri().path().trim_end_matches('/').split('/').collect();
    let template: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    for (index, part) in template.iter().enumerate() {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            if segments.is_empty() || segments.remove(0) != *part {
                return None;
            }
            continue;
        };
        // A greedy label takes all that the rest of the template leaves.
        let count = if name.ends_with('+') { segments.len().checked_sub(template.len() - index - 1)? } else { 1 };
        if count == 0 || count > segments.len() {
            return None;
        }
        let value: Vec<&str> = segments.drain(..count).collect();
        let value = text::decode(&value.join("/"))?;
        if value.is_empty() {
            return None;
        }
        labels.push((name.trim_end_matches('+').to_owned(), value));
    }
    segments.is_empty().then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(template: &str, path: &str) -> Option<Vec<String>> {
        let http = Http { method: "GET".to_owned(), request_uri: template.to_owned(), response_code: 200 };
        let request = Request::get(path).body(Bytes::new()).unwrap();
        Some(labels(&http, &request)?.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn templates_match_whole_paths() {
        for (template, path, expected) in [
            ("/a/{x}/", "/a/1/", Some(vec!["1"])),
            ("/a/{x}/", "/a/1", Some(vec!["1"])),
            ("/a/{x}", "/a/1/", Some(vec!["1"])),
            ("/a/{x}", "/a/", None),
            ("/a/{x}", "/a/1/2", None),
            ("/a/{x}", "/a/arn%3Aaws%2Fb", Some(vec!["arn:aws/b"])),
            ("/a/{x+}", "/a/1/2", Some(vec!["1/2"])),
            ("/a/{x+}/b", "/a/1/2/b", Some(vec!["1/2"])),
            ("/a/{x+}/b", "/a/b", None),
            ("/a/{x+}/b/{y}", "/a/1/b/2", Some(vec!["1", "2"])),
            ("/a?list", "/a?list", Some(vec![])),
            ("/a?list=1", "/a?other=2&list=1", Some(vec![])),
            ("/a?list", "/a", None),
        ] {
            let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(of(template, path), expected, "{template} {path}");
        }
    }
}
