//! One page of a list.

use super::Call;
use crate::failure::Failure;
use crate::moment::later;
use crate::services::paging::{self, Page};
use crate::shape::common::MAX_RESULTS;
use crate::store::{Kind, Resource};

/// How many items a page has if the request does not say.
const DEFAULT_PAGE: usize = 10;

/// The page size and the place to go on, as text that sorts like the list.
pub(in crate::services) struct Cursor {
    size: usize,
    after: Option<String>,
}

impl Call<'_> {
    /// The place in a list that a request with its parameters in the query asks for.
    pub(super) fn cursor_in_query(&self) -> Result<Cursor, Failure> {
        self.cursor_in_query_to(MAX_RESULTS.1)
    }

    /// The same, where a page can have other lengths than usual.
    pub(super) fn cursor_in_query_to(&self, longest: i64) -> Result<Cursor, Failure> {
        let size = self.params.query("maxResults").map(|text| text.parse::<i64>().unwrap_or(-1));
        cursor(size, self.params.query("nextToken"), DEFAULT_PAGE, longest)
    }

    /// The place in a list that a request with its parameters in the body asks for.
    pub(super) fn cursor_in_body(&self, longest: i64) -> Result<Cursor, Failure> {
        self.cursor_in_body_by(DEFAULT_PAGE, longest)
    }

    /// The same, where a page has another length if the request does not say.
    pub(in crate::services) fn cursor_in_body_by(&self, usual: usize, longest: i64) -> Result<Cursor, Failure> {
        let body = &self.params.body;
        let size = body.get("maxResults").filter(|value| !value.is_null()).map(|value| value.as_i64().unwrap_or(-1));
        let token =
            body.get("nextToken").filter(|value| !value.is_null()).map(|value| value.as_str().unwrap_or_default());
        cursor(size, token, usual, longest)
    }

    /// Whether a list shows a resource: lists may be late, for what came and for what went.
    pub(super) fn listed(&self, resource: &Resource) -> bool {
        let lag = self.settings.list_lag();
        let came = later(resource.created_at, lag) <= self.now;
        let went = resource.gone_at.is_some_and(|gone| later(gone, lag) <= self.now);
        came && !went
    }

    /// The status that a list shows: one that was deleted and is still shown was seen when it was being deleted.
    pub(super) fn listed_status<'a>(&self, resource: &'a Resource) -> &'a str {
        if resource.gone_at.is_some() { "DELETING" } else { resource.shown(self.now) }
    }

    /// The resources of a kind that a list shows.
    pub(super) fn list(&self, kind: Kind) -> impl Iterator<Item = &Resource> {
        self.store.in_place(kind, &self.caller.account, &self.caller.region).filter(|found| self.listed(found))
    }
}

fn cursor(size: Option<i64>, token: Option<&str>, usual: usize, longest: i64) -> Result<Cursor, Failure> {
    let size = match size {
        None => usual,
        Some(size) if (MAX_RESULTS.0..=longest).contains(&size) => usize::try_from(size).unwrap_or(usual),
        Some(_) => {
            let message = format!("maxResults must be a number from {} to {longest}", MAX_RESULTS.0);
            return Err(Failure::field("maxResults", message));
        }
    };
    let wrong = || Failure::field("nextToken", "nextToken is not one that this list gave");
    let after = token.map(|token| paging::place(token).ok_or_else(wrong)).transpose()?;
    Ok(Cursor { size, after })
}

/// Cuts a page out of a list that is sorted by key.
pub(in crate::services) fn cut<T>(
    cursor: &Cursor,
    all: impl Iterator<Item = T>,
    key: impl Fn(&T) -> String,
) -> Page<T> {
    paging::cut(all, key, cursor.after.as_deref(), cursor.size)
}
