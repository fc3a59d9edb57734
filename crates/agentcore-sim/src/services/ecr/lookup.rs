//! The repository that a request is about, and what is said when it is not there.

use serde_json::{Map, Value};

use super::state::Repository;
use crate::failure::Failure;
use crate::services::Call;
use crate::shape::{Member, Shape, opt, pattern, req};

/// What a digest looks like.
pub(super) const DIGEST: &str = "[a-zA-Z0-9_+.-]+:[a-fA-F0-9]+";
/// The account of a registry.
pub(super) static REGISTRY_ID: Shape = pattern(0, 12, "[0-9]{12}");
/// The name of a repository.
pub(super) static NAME: Shape =
    pattern(2, 256, r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*");
/// The account of the registry.
pub(super) const REGISTRY: Member = opt("registryId", &REGISTRY_ID);
/// The repository.
pub(super) const REPOSITORY: Member = req("repositoryName", &NAME);

/// What a request says where it names a repository and nothing else.
pub(super) static NAMED: Shape = Shape::Record(&[REGISTRY, REPOSITORY]);

/// Text of a member, empty if it is not there.
pub(super) fn text<'a>(body: &'a Map<String, Value>, member: &str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A refusal with a code of the service: all of them are 400.
pub(super) fn refused(code: &str, message: impl Into<String>) -> Failure {
    Failure::coded(code, 400, message)
}

/// There is no such repository.
pub(super) fn no_repository(name: &str, registry: &str) -> Failure {
    let message = format!("The repository with name '{name}' does not exist in the registry with id '{registry}'");
    refused("RepositoryNotFoundException", message)
}

impl Call<'_> {
    /// The account of the registry that a request is for, which must be the caller's own.
    pub(super) fn own_registry(&self, body: &Map<String, Value>) -> Result<(), Failure> {
        let registry = text(body, "registryId");
        if registry.is_empty() || registry == self.caller.account {
            return Ok(());
        }
        let (caller, operation, region) = (&self.caller.arn, self.operation, &self.caller.region);
        let name = text(body, "repositoryName");
        let arn = format!("arn:aws:ecr:{region}:{registry}:repository/{name}");
        Err(Failure::Denied(format!(
            "User: {caller} is not authorized to perform: ecr:{operation} on resource: {arn} because no \
             resource-based policy allows the ecr:{operation} action"
        )))
    }

    /// The repository that a request names.
    pub(super) fn repository(&mut self, body: &Map<String, Value>) -> Result<&mut Repository, Failure> {
        self.own_registry(body)?;
        let name = text(body, "repositoryName");
        let found = self.store.ecr.registries.here_mut(self.caller).get_mut(name);
        found.ok_or_else(|| no_repository(name, &self.caller.account))
    }
}
