//! One page of a list.

use serde_json::{Map, Value};

use super::input::text;
use crate::failure::Failure;

/// How many items a page has if the request does not say.
const DEFAULT_PAGE: usize = 100;
/// What stands in front of a marker, so that others' markers are noticed.
const PREFIX: &str = "page-";

/// Puts one page of a list into an answer. The items come with the text by which they are sorted.
pub(super) fn page(
    given: &Map<String, Value>,
    name: &str,
    mut items: Vec<(String, Value)>,
) -> Result<Map<String, Value>, Failure> {
    items.sort_by(|one, other| one.0.cmp(&other.0));
    let size = given.get("MaxItems").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
    let size = size.unwrap_or(DEFAULT_PAGE);
    let after = match text(given, "Marker") {
        "" => None,
        marker => {
            let place = marker.strip_prefix(PREFIX).map(crate::request::decode);
            Some(place.ok_or_else(|| Failure::field("Marker", format!("Invalid Marker: {marker}")))?)
        }
    };
    let mut rest = items.into_iter().skip_while(|(key, _)| after.as_ref().is_some_and(|after| key <= after));
    let shown: Vec<(String, Value)> = rest.by_ref().take(size).collect();
    let more = rest.next().is_some();
    let mut answer = Map::new();
    answer.insert("IsTruncated".to_owned(), Value::Bool(more));
    if let Some((last, _)) = shown.last().filter(|_| more) {
        let place = percent_encoding::utf8_percent_encode(last, percent_encoding::NON_ALPHANUMERIC);
        answer.insert("Marker".to_owned(), Value::from(format!("{PREFIX}{place}")));
    }
    answer.insert(name.to_owned(), Value::Array(shown.into_iter().map(|(_, item)| item).collect()));
    Ok(answer)
}
