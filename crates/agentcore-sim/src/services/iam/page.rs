//! One page of a list.

use serde_json::{Map, Value};

use super::input::text;
use crate::failure::Failure;
use crate::services::paging::{cut, place, size};

/// How many items a page has if the request does not say.
const DEFAULT_PAGE: usize = 100;

/// Puts one page of a list into an answer. The items come with the text by which they are sorted.
pub(super) fn page(
    given: &Map<String, Value>,
    name: &str,
    mut items: Vec<(String, Value)>,
) -> Result<Map<String, Value>, Failure> {
    items.sort_by(|one, other| one.0.cmp(&other.0));
    let marker = Some(text(given, "Marker")).filter(|marker| !marker.is_empty());
    let wrong = |marker| Failure::field("Marker", format!("Invalid Marker: {marker}"));
    let after = marker.map(|marker| place(marker).ok_or_else(|| wrong(marker))).transpose()?;
    let page = cut(items.into_iter(), |(key, _)| key.clone(), after.as_deref(), size(given, "MaxItems", DEFAULT_PAGE));
    let mut answer = Map::new();
    answer.insert("IsTruncated".to_owned(), Value::Bool(page.next.is_some()));
    answer.extend(page.next.map(|next| ("Marker".to_owned(), Value::from(next))));
    answer.insert(name.to_owned(), page.items.into_iter().map(|(_, item)| item).collect());
    Ok(answer)
}
