//! Pages of lists, and the tokens by which they go on.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// What stands in front of a token, so that others' tokens are noticed.
const PREFIX: &str = "page-";

/// A page, and the token of the next one.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// Cuts a page out of items that are in the order of their keys: what comes after a key, so many of them.
pub(crate) fn cut<T>(
    items: impl Iterator<Item = T>,
    key: impl Fn(&T) -> String,
    after: Option<&str>,
    size: usize,
) -> Page<T> {
    let mut rest = items.skip_while(|item| after.is_some_and(|after| key(item).as_str() <= after));
    let items: Vec<T> = rest.by_ref().take(size).collect();
    let more = rest.next().is_some();
    let next = items.last().filter(|_| more).map(|last| token(&key(last)));
    Page { items, next }
}

/// The token of the page after a key.
fn token(key: &str) -> String {
    format!("{PREFIX}{}", utf8_percent_encode(key, NON_ALPHANUMERIC))
}

/// The key in a token; none if it is no token of these lists.
pub(crate) fn place(token: &str) -> Option<String> {
    token.strip_prefix(PREFIX).map(crate::request::decode)
}

/// A page of items with their keys, for the services whose tokens stand in the body.
pub(crate) fn page<T>(
    items: impl Iterator<Item = (String, T)>,
    size: usize,
    token: Option<&str>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let wrong = || Failure::field("nextToken", "The specified nextToken is invalid.");
    let after = token.map(|token| place(token).ok_or_else(wrong)).transpose()?;
    let page = cut(items, |(key, _)| key.clone(), after.as_deref(), size);
    Ok((page.items.into_iter().map(|(_, item)| item).collect(), page.next))
}

/// The key of something that has no name, by its number in the list.
pub(crate) fn nth(at: usize) -> String {
    format!("{at:020}")
}

/// A number in the body that is already checked, or another one if there is none.
pub(crate) fn size(body: &Map<String, Value>, member: &str, otherwise: usize) -> usize {
    let size = body.get(member).and_then(Value::as_u64);
    size.and_then(|size| usize::try_from(size).ok()).unwrap_or(otherwise)
}
