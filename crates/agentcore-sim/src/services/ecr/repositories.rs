//! Repositories: made, described, changed, deleted.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::lookup::{NAME, REGISTRY, REPOSITORY, no_repository, refused, text};
use super::state::Repository;
use super::tags;
use crate::failure::Failure;
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::{ANY_TEXT, FLAG};
use crate::shape::{Shape, list, opt, pattern, req, text as words, whole};

/// How many repositories an account can have in a region.
const MOST: usize = 10_000;

static MUTABILITY: Shape =
    Shape::Choice(&["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"]);
static FILTER_TYPE: Shape = Shape::Choice(&["WILDCARD"]);
static FILTER: Shape = pattern(1, 128, "[0-9a-zA-Z._*-]{1,128}");
static EXCEPTION: Shape = Shape::Record(&[req("filterType", &FILTER_TYPE), req("filter", &FILTER)]);
static EXCEPTIONS: Shape = list(1, 5, &EXCEPTION);
static SCANNING: Shape = Shape::Record(&[opt("scanOnPush", &FLAG)]);
static ENCRYPTION_TYPE: Shape = Shape::Choice(&["AES256", "KMS", "KMS_DSSE"]);
static KEY: Shape = words(1, 2048);
static ENCRYPTION: Shape = Shape::Record(&[req("encryptionType", &ENCRYPTION_TYPE), opt("kmsKey", &KEY)]);
static CREATE: Shape = Shape::Record(&[
    REGISTRY,
    REPOSITORY,
    opt("tags", &tags::TAGS),
    opt("imageTagMutability", &MUTABILITY),
    opt("imageTagMutabilityExclusionFilters", &EXCEPTIONS),
    opt("imageScanningConfiguration", &SCANNING),
    opt("encryptionConfiguration", &ENCRYPTION),
]);
static NAMES: Shape = list(1, 100, &NAME);
static PAGE: Shape = whole(1, 1000);
static DESCRIBE: Shape =
    Shape::Record(&[REGISTRY, opt("repositoryNames", &NAMES), opt("nextToken", &ANY_TEXT), opt("maxResults", &PAGE)]);
static DELETE: Shape = Shape::Record(&[REGISTRY, REPOSITORY, opt("force", &FLAG)]);
static PUT_MUTABILITY: Shape = Shape::Record(&[
    REGISTRY,
    REPOSITORY,
    req("imageTagMutability", &MUTABILITY),
    opt("imageTagMutabilityExclusionFilters", &EXCEPTIONS),
]);
static PUT_SCANNING: Shape = Shape::Record(&[REGISTRY, REPOSITORY, req("imageScanningConfiguration", &SCANNING)]);

/// A new repository.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = CREATE.accept(&call.params.body)?;
    call.own_registry(&body)?;
    let (mutability, exceptions) = mutability_of(&body)?;
    let name = text(&body, "repositoryName");
    let tags = tags::merged(&BTreeMap::new(), body.get("tags"))?;
    let repository = Repository {
        mutability,
        exceptions,
        scan_on_push: scan_on_push(&body),
        encryption: encryption_of(call, &body)?,
        tags,
        ..blank(name, &call.caller.account, &call.caller.region, call.now)
    };
    let registry = call.store.ecr.registries.here_mut(call.caller);
    if registry.contains_key(name) {
        let account = &call.caller.account;
        let message = format!("The repository with name '{name}' already exists in the registry with id '{account}'");
        return Err(refused("RepositoryAlreadyExistsException", message));
    }
    if registry.len() >= MOST {
        return Err(refused("LimitExceededException", format!("A registry can have at most {MOST} repositories")));
    }
    let view = repository.view();
    registry.insert(name.to_owned(), repository);
    Ok(Reply::Json(json!({ "repository": view })))
}

/// A repository as it is if nothing is said.
pub(super) fn blank(name: &str, account: &str, region: &str, now: jiff::Timestamp) -> Repository {
    Repository {
        account: account.to_owned(),
        arn: format!("arn:aws:ecr:{region}:{account}:repository/{name}"),
        name: name.to_owned(),
        uri: format!("{account}.dkr.ecr.{region}.amazonaws.com/{name}"),
        created_at: now,
        mutability: "MUTABLE".to_owned(),
        exceptions: Vec::new(),
        scan_on_push: false,
        encryption: json!({ "encryptionType": "AES256" }),
        tags: BTreeMap::new(),
        policy: None,
        lifecycle: None,
        images: BTreeMap::new(),
        image_tags: BTreeMap::new(),
        blobs: BTreeMap::new(),
        uploads: BTreeMap::new(),
    }
}

/// The repositories that are named, or a page of all.
pub(super) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DESCRIBE.accept(&call.params.body)?;
    call.own_registry(&body)?;
    let registry = call.store.ecr.registries.here_mut(call.caller);
    if let Some(names) = body.get("repositoryNames").and_then(Value::as_array) {
        no_paging(&body, "repositories", "repositoryNames")?;
        let view = |name: &Value| {
            let name = name.as_str().unwrap_or_default();
            registry.get(name).map(Repository::view).ok_or_else(|| no_repository(name, &call.caller.account))
        };
        let found = names.iter().map(view).collect::<Result<Vec<_>, _>>()?;
        return Ok(Reply::Json(json!({ "repositories": found })));
    }
    let all = registry.values().map(|repository| (repository.name.clone(), repository.view()));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = page(all, size(&body, "maxResults", 100), token)?;
    Ok(Reply::Json(json!({ "repositories": found, "nextToken": next })))
}

/// Whoever names what is wanted cannot have it in pages.
pub(super) fn no_paging(body: &Map<String, Value>, what: &str, by: &str) -> Result<(), Failure> {
    match ["maxResults", "nextToken"].into_iter().find(|member| body.contains_key(*member)) {
        Some(member) => Err(Failure::field(member, format!("{member} cannot be used when {what} are given by {by}"))),
        None => Ok(()),
    }
}

/// A repository goes, with its images only if that is forced.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DELETE.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    if !repository.images.is_empty() && body.get("force") != Some(&Value::Bool(true)) {
        let (name, account) = (&repository.name, &repository.account);
        return Err(refused(
            "RepositoryNotEmptyException",
            format!(
                "The repository with name '{name}' in registry with id '{account}' cannot be deleted because it \
                 still contains images"
            ),
        ));
    }
    let view = repository.view();
    call.store.ecr.registries.here_mut(call.caller).remove(text(&body, "repositoryName"));
    Ok(Reply::Json(json!({ "repository": view })))
}

/// Whether tags can be moved from here on.
pub(super) fn put_mutability(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT_MUTABILITY.accept(&call.params.body)?;
    let (mutability, exceptions) = mutability_of(&body)?;
    let repository = call.repository(&body)?;
    repository.mutability = mutability;
    repository.exceptions = exceptions;
    Ok(Reply::Json(json!({
        "registryId": repository.account,
        "repositoryName": repository.name,
        "imageTagMutability": repository.mutability,
        "imageTagMutabilityExclusionFilters": repository.exceptions_view(),
    })))
}

/// Whether images are to be scanned when they are pushed. Nothing scans them here.
pub(super) fn put_scanning(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT_SCANNING.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    repository.scan_on_push = scan_on_push(&body);
    Ok(Reply::Json(json!({
        "registryId": repository.account,
        "repositoryName": repository.name,
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
    })))
}

fn scan_on_push(body: &Map<String, Value>) -> bool {
    body.get("imageScanningConfiguration").and_then(|scanning| scanning.get("scanOnPush")) == Some(&Value::Bool(true))
}

/// Whether tags can be moved, and which are an exception: those and only those with an exclusion have any.
fn mutability_of(body: &Map<String, Value>) -> Result<(String, Vec<String>), Failure> {
    let mode = body.get("imageTagMutability").and_then(Value::as_str).unwrap_or("MUTABLE").to_owned();
    let filters = body.get("imageTagMutabilityExclusionFilters").and_then(Value::as_array);
    let filters: Vec<String> = filters
        .into_iter()
        .flatten()
        .filter_map(|filter| filter.get("filter").and_then(Value::as_str).map(str::to_owned))
        .collect();
    if mode.ends_with("_WITH_EXCLUSION") == filters.is_empty() {
        return Err(Failure::field(
            "imageTagMutabilityExclusionFilters",
            format!("Exclusion filters must be given with an exclusion, and only then; imageTagMutability is {mode}"),
        ));
    }
    Ok((mode, filters))
}

fn encryption_of(call: &mut Call<'_>, body: &Map<String, Value>) -> Result<Value, Failure> {
    let Some(given) = body.get("encryptionConfiguration") else { return Ok(json!({ "encryptionType": "AES256" })) };
    let mut encryption = given.clone();
    let own = encryption.get("encryptionType") == Some(&Value::from("AES256"));
    if own && encryption.get("kmsKey").is_some() {
        return Err(Failure::field("encryptionConfiguration.kmsKey", "A key cannot be given with AES256"));
    }
    if !own && encryption.get("kmsKey").is_none() {
        let (region, account, id) = (&call.caller.region, &call.caller.account, call.random.uuid());
        let key = format!("arn:aws:kms:{region}:{account}:key/{id}");
        if let Some(members) = encryption.as_object_mut() {
            members.insert("kmsKey".to_owned(), Value::from(key));
        }
    }
    Ok(encryption)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::CREATE, &super::DESCRIBE, &super::PUT_MUTABILITY] {
            crate::shape::assert_compile(shape);
        }
    }
}
