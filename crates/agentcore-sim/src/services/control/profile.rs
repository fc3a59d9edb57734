//! Browser profiles: ready at once, deleted in a while, never changed by the control plane.

use serde_json::{Map, Value, json};

use super::Call;
use super::lookup::{check_at_rest, take_text};
use super::page::cut;
use crate::failure::Failure;
use crate::moment::iso;
use crate::services::Reply;
use crate::shape::common::{CLIENT_TOKEN, DESCRIPTION, NAME, TAGS};
use crate::shape::{Shape, opt, req};
use crate::store::{Kind, Resource};

static CREATE: Shape = Shape::Record(&[
    req("name", &NAME),
    opt("description", &DESCRIPTION),
    opt("clientToken", &CLIENT_TOKEN),
    opt("tags", &TAGS),
]);
static LIST: Shape = Shape::Record(&[opt("name", &NAME)]);

/// CreateBrowserProfile.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let mut body = CREATE.accept(&call.params.body)?;
    let name = take_text(&mut body, "name");
    call.check_room(Kind::BrowserProfile, &name, true, call.settings.quotas.browser_profiles)?;
    let mut resource = call.blank(Kind::BrowserProfile, &name);
    body.remove("tags");
    body.remove("clientToken");
    resource.body = body;
    resource.enter(Kind::BrowserProfile.good(), None, call.now);
    let reply = json!({
        "profileId": resource.id,
        "profileArn": resource.arn,
        "createdAt": iso(resource.created_at),
        "status": resource.status,
    });
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// GetBrowserProfile.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::BrowserProfile)?;
    let found = call.readable(&arn)?;
    Ok(Reply::Json(Value::Object(full(found, found.shown(call.now)))))
}

/// DeleteBrowserProfile.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = call.target(Kind::BrowserProfile)?;
    check_at_rest(call.existing(&arn)?)?;
    let step = call.deletion(Kind::BrowserProfile);
    let now = call.now;
    let resource = call.existing(&arn)?;
    resource.begin_deletion(now, step);
    Ok(Reply::Json(json!({
        "profileId": resource.id,
        "profileArn": resource.arn,
        "status": resource.status,
        "lastUpdatedAt": iso(resource.updated_at),
        "lastSavedAt": resource.body.get("lastSavedAt"),
    })))
}

/// ListBrowserProfiles: all, or those of a name.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let cursor = call.cursor_in_query()?;
    let body = LIST.accept(&call.params.body)?;
    let name = body.get("name").and_then(Value::as_str);
    let all = call.list(Kind::BrowserProfile).filter(|found| name.is_none_or(|name| found.name == name));
    let page = cut(&cursor, all, |found| found.arn.clone());
    let items: Vec<_> = page.items.iter().map(|found| full(found, call.listed_status(found))).collect();
    Ok(Reply::Json(json!({ "profileSummaries": items, "nextToken": page.next })))
}

/// What Get shows, and List too.
fn full(resource: &Resource, status: &str) -> Map<String, Value> {
    let mut item = resource.body.clone();
    let own = json!({
        "profileId": resource.id,
        "profileArn": resource.arn,
        "name": resource.name,
        "status": status,
        "createdAt": iso(resource.created_at),
        "lastUpdatedAt": iso(resource.updated_at),
    });
    item.extend(own.as_object().cloned().unwrap_or_default());
    item
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::CREATE);
    }
}
