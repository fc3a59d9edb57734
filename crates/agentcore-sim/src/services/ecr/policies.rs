//! Who may use a repository, and which images it is to forget: kept and returned, not carried out.

use serde_json::{Map, Value, json};

use super::lookup::{NAMED, REGISTRY, REPOSITORY, refused, text};
use super::state::Repository;
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::common::{ANY_TEXT, FLAG};
use crate::shape::{MANY, Shape, list, opt, req, text as words, whole};

static POLICY: Shape = words(0, 10_240);
static SET: Shape = Shape::Record(&[REGISTRY, REPOSITORY, req("policyText", &POLICY), opt("force", &FLAG)]);
static LIFECYCLE: Shape = words(100, 30_720);
static PUT_LIFECYCLE: Shape = Shape::Record(&[REGISTRY, REPOSITORY, req("lifecyclePolicyText", &LIFECYCLE)]);

static PRIORITY: Shape = whole(1, i64::MAX);
static STATUS: Shape = Shape::Choice(&["tagged", "untagged", "any"]);
static WORDS: Shape = list(1, MANY, &ANY_TEXT);
static COUNT_TYPE: Shape =
    Shape::Choice(&["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"]);
static COUNT_UNIT: Shape = Shape::Choice(&["days"]);
static STORAGE: Shape = Shape::Choice(&["standard", "archive"]);
static SELECTION: Shape = Shape::Record(&[
    req("tagStatus", &STATUS),
    opt("tagPrefixList", &WORDS),
    opt("tagPatternList", &WORDS),
    opt("storageClass", &STORAGE),
    req("countType", &COUNT_TYPE),
    opt("countUnit", &COUNT_UNIT),
    req("countNumber", &PRIORITY),
]);
static ACTION_TYPE: Shape = Shape::Choice(&["expire", "transition"]);
static ACTION: Shape = Shape::Record(&[req("type", &ACTION_TYPE), opt("targetStorageClass", &STORAGE)]);
static RULE: Shape = Shape::Record(&[
    req("rulePriority", &PRIORITY),
    opt("description", &ANY_TEXT),
    req("selection", &SELECTION),
    req("action", &ACTION),
]);
static RULES: Shape = list(1, 50, &RULE);
static LIFECYCLE_DOCUMENT: Shape = Shape::Record(&[req("rules", &RULES)]);

/// Sets the repository's policy.
pub(super) fn set(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = SET.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    let policy = text(&body, "policyText");
    let document: Option<Map<String, Value>> = serde_json::from_str(policy).ok();
    let statements = document.as_ref().and_then(|document| document.get("Statement"));
    if !statements.is_some_and(|statements| statements.is_array() || statements.is_object()) {
        return Err(Failure::field(
            "policyText",
            "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
        ));
    }
    repository.policy = Some(policy.to_owned());
    Ok(policy_reply(repository, policy))
}

/// The repository's policy.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let repository = named(call)?;
    let policy = repository.policy.clone().ok_or_else(|| no_policy(repository))?;
    Ok(policy_reply(repository, &policy))
}

/// Takes the repository's policy away.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let repository = named(call)?;
    let policy = repository.policy.take().ok_or_else(|| no_policy(repository))?;
    Ok(policy_reply(repository, &policy))
}

/// Sets the lifecycle policy.
pub(super) fn put_lifecycle(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT_LIFECYCLE.accept(&call.params.body)?;
    let policy = text(&body, "lifecyclePolicyText");
    check_lifecycle(policy).map_err(|why| {
        let message = format!(
            "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation \
             failure: {why}'"
        );
        Failure::field("lifecyclePolicyText", message)
    })?;
    let repository = call.repository(&body)?;
    repository.lifecycle = Some(policy.to_owned());
    Ok(lifecycle_reply(repository, policy))
}

/// The lifecycle policy.
pub(super) fn get_lifecycle(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let repository = named(call)?;
    let policy = repository.lifecycle.clone().ok_or_else(|| no_lifecycle(repository))?;
    Ok(lifecycle_reply(repository, &policy))
}

/// Takes the lifecycle policy away.
pub(super) fn delete_lifecycle(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let repository = named(call)?;
    let policy = repository.lifecycle.take().ok_or_else(|| no_lifecycle(repository))?;
    Ok(lifecycle_reply(repository, &policy))
}

/// Whether rules have the documented form: no priority twice, tags where they belong, a unit where days are counted.
fn check_lifecycle(policy: &str) -> Result<(), String> {
    let document = serde_json::from_str(policy).map_err(|error| error.to_string())?;
    let document = LIFECYCLE_DOCUMENT.accept(&document).map_err(|failure| failure.message().to_owned())?;
    let mut priorities = Vec::new();
    for rule in document.get("rules").and_then(Value::as_array).into_iter().flatten() {
        let priority = rule.get("rulePriority").and_then(Value::as_i64);
        if priorities.contains(&priority) {
            return Err("two rules have the same rulePriority".to_owned());
        }
        priorities.push(priority);
        let selection = |member: &str| rule.get("selection").and_then(|selection| selection.get(member));
        let by_tag = selection("tagPrefixList").is_some() || selection("tagPatternList").is_some();
        if by_tag != (selection("tagStatus") == Some(&Value::from("tagged"))) {
            return Err(
                "tagPrefixList or tagPatternList must be there if tagStatus is tagged, and only then".to_owned()
            );
        }
        let days = selection("countType") != Some(&Value::from("imageCountMoreThan"));
        if days != selection("countUnit").is_some() {
            return Err("countUnit must be there if days are counted, and only then".to_owned());
        }
    }
    Ok(())
}

fn named<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Repository, Failure> {
    let body = NAMED.accept(&call.params.body)?;
    call.repository(&body)
}

fn policy_reply(repository: &Repository, policy: &str) -> Reply {
    let (account, name) = (&repository.account, &repository.name);
    Reply::Json(json!({ "registryId": account, "repositoryName": name, "policyText": policy }))
}

fn lifecycle_reply(repository: &Repository, policy: &str) -> Reply {
    let (account, name) = (&repository.account, &repository.name);
    Reply::Json(json!({ "registryId": account, "repositoryName": name, "lifecyclePolicyText": policy }))
}

fn no_policy(repository: &Repository) -> Failure {
    refused("RepositoryPolicyNotFoundException", absent("Repository policy", repository))
}

fn no_lifecycle(repository: &Repository) -> Failure {
    refused("LifecyclePolicyNotFoundException", absent("Lifecycle policy", repository))
}

fn absent(what: &str, repository: &Repository) -> String {
    let (account, name) = (&repository.account, &repository.name);
    format!("{what} does not exist for the repository with name '{name}' in the registry with id '{account}'")
}
