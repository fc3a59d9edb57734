//! Workload identities: known by their names, without states, changed at once. Runtimes and gateways have one each, which
//! the service makes with them and which goes with them.

use serde_json::{Value, json};

use super::Call;
use super::lookup::take_text;
use super::page::cut;
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::Reply;
use crate::settings::OmittedMember;
use crate::shape::common::{RETURN_URL, TAGS, WORKLOAD_NAME};
use crate::shape::{MANY, Member, Shape, list as items, opt, req};
use crate::store::{Kind, Resource};

/// The longest page of identities.
const LONGEST_PAGE: i64 = 20;
/// The one member that can be changed.
const URLS: &str = "allowedResourceOauth2ReturnUrls";

static RETURN_URLS: Shape = items(0, MANY, &RETURN_URL);
const NAME_MEMBER: Member = req("name", &WORKLOAD_NAME);
const URLS_MEMBER: Member = opt(URLS, &RETURN_URLS);
static CREATE: Shape = Shape::Record(&[NAME_MEMBER, URLS_MEMBER, opt("tags", &TAGS)]);
static UPDATE: Shape = Shape::Record(&[NAME_MEMBER, URLS_MEMBER]);
static NAMED: Shape = Shape::Record(&[NAME_MEMBER]);

/// CreateWorkloadIdentity.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let mut body = CREATE.accept(&call.params.body)?;
    let name = take_text(&mut body, "name");
    call.check_room(Kind::WorkloadIdentity, &name, true, call.settings.quotas.workload_identities)?;
    body.remove("tags");
    let mut resource = call.resource(Kind::WorkloadIdentity, name.clone(), &name);
    resource.body = body;
    resource.enter(Kind::WorkloadIdentity.good(), None, call.now);
    let reply = json!({
        "name": name,
        "workloadIdentityArn": resource.arn,
        URLS: resource.body.get(URLS),
    });
    call.store.insert(resource);
    Ok(Reply::Json(reply))
}

/// Makes the identity of a runtime or a gateway, and says what these show of it.
pub(super) fn serve(call: &mut Call<'_>, owner: &Resource, name: &str) -> Value {
    let mut resource = call.resource(Kind::WorkloadIdentity, name.to_owned(), name);
    resource.tags.clear();
    resource.owner = Some(owner.arn.clone());
    resource.enter(Kind::WorkloadIdentity.good(), None, call.now);
    let details = json!({ "workloadIdentityArn": resource.arn });
    call.store.insert(resource);
    details
}

/// GetWorkloadIdentity.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = named(call)?;
    Ok(Reply::Json(full(call.seen(&arn)?)))
}

/// UpdateWorkloadIdentity.
pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = named(call)?;
    let mut body = UPDATE.accept(&call.params.body)?;
    let keeps = call.settings.switches.omitted_other_member == OmittedMember::Kept;
    let now = call.now;
    let resource = call.existing(&arn)?;
    match body.remove(URLS) {
        Some(urls) => {
            resource.body.insert(URLS.to_owned(), urls);
        }
        None if keeps => {}
        None => {
            resource.body.remove(URLS);
        }
    }
    resource.updated_at = now;
    Ok(Reply::Json(full(resource)))
}

/// DeleteWorkloadIdentity.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let arn = named(call)?;
    let now = call.now;
    call.existing(&arn)?.end(now);
    Ok(Reply::Empty)
}

/// ListWorkloadIdentities.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let cursor = call.cursor_in_body(LONGEST_PAGE)?;
    let page = cut(&cursor, call.list(Kind::WorkloadIdentity), |found| found.arn.clone());
    let one = |found: &&Resource| json!({ "name": found.name, "workloadIdentityArn": found.arn });
    let items: Vec<Value> = page.items.iter().map(one).collect();
    Ok(Reply::Json(json!({ "workloadIdentities": items, "nextToken": page.next })))
}

/// The ARN of the identity that the body names.
fn named(call: &Call<'_>) -> Result<String, Failure> {
    let mut body = NAMED.accept(&call.params.body)?;
    Ok(call.arn(Kind::WorkloadIdentity, &take_text(&mut body, "name")))
}

fn full(resource: &Resource) -> Value {
    json!({
        "name": resource.name,
        "workloadIdentityArn": resource.arn,
        URLS: resource.body.get(URLS),
        "createdTime": epoch(resource.created_at),
        "lastUpdatedTime": epoch(resource.updated_at),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::CREATE);
    }
}
