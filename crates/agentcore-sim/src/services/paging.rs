//! Pages of lists, for the services whose tokens and limits stand in the body.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// A page, and the token of the next one.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// Cuts a page out of items that are in the order of their keys. A token holds the last key before its page.
pub(crate) fn page<T>(
    items: impl Iterator<Item = (String, T)>,
    size: usize,
    token: Option<&str>,
) -> Result<Page<T>, Failure> {
    let after = token.map(read).transpose()?;
    let mut rest = items.skip_while(|(key, _)| after.as_ref().is_some_and(|after| key <= after));
    let here: Vec<(String, T)> = rest.by_ref().take(size).collect();
    let more = rest.next().is_some();
    let next = here.last().filter(|_| more).map(|(key, _)| URL_SAFE_NO_PAD.encode(key));
    Ok((here.into_iter().map(|(_, item)| item).collect(), next))
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

fn read(token: &str) -> Result<String, Failure> {
    let key = URL_SAFE_NO_PAD.decode(token).ok().and_then(|key| String::from_utf8(key).ok());
    key.ok_or_else(|| Failure::field("nextToken", "The specified nextToken is invalid."))
}
