//! Checks that every kind has: the form of ids, names that are taken, changes under way.

use super::Call;
use crate::failure::Failure;
use crate::shape::{Shape, pattern};
use crate::store::{Kind, Resource};

static RUNTIME_ID: Shape = pattern(1, 111, "[a-zA-Z][a-zA-Z0-9_]{0,99}-[a-zA-Z0-9]{10}");
static MEMORY_ID: Shape = pattern(12, 111, "[a-zA-Z][a-zA-Z0-9-_]{0,99}-[a-zA-Z0-9]{10}");
static INTERPRETER_ID: Shape =
    pattern(1, 111, r"(aws\.codeinterpreter\.v1|[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10})");

impl Call<'_> {
    /// The ARN of the resource in the path, if its id has the form of one. It need not exist.
    pub(super) fn target(&self, kind: Kind) -> Result<String, Failure> {
        let (name, shape) = match kind {
            Kind::AgentRuntime | Kind::AgentRuntimeEndpoint => ("agentRuntimeId", &RUNTIME_ID),
            Kind::Memory => ("memoryId", &MEMORY_ID),
            Kind::CodeInterpreter => ("codeInterpreterId", &INTERPRETER_ID),
        };
        let id = self.params.label(name);
        shape.accept_text(name, id)?;
        if kind == Kind::AgentRuntimeEndpoint {
            let endpoint = self.params.label("endpointName");
            crate::shape::common::NAME.accept_text("endpointName", endpoint)?;
            return Ok(self.arn(kind, &format!("{id}/{endpoint}")));
        }
        Ok(self.arn(kind, id))
    }

    /// A conflict if there is a resource of this name, or a refusal if there are too many of the kind.
    pub(super) fn check_room(&self, kind: Kind, name: &str, unique: bool, quota: usize) -> Result<(), Failure> {
        let (account, region) = (&self.caller.account, &self.caller.region);
        let mut count = 0_usize;
        for other in self.store.living(kind, account, region) {
            if unique && other.name == name {
                let noun = kind.noun();
                return Err(Failure::Conflict(format!("{noun} with name '{name}' already exists in this account")));
            }
            count += 1;
        }
        if count >= quota {
            let what = kind.noun().to_lowercase();
            return Err(Failure::Quota(format!("The limit of {quota} for the number of {what}s has been reached")));
        }
        Ok(())
    }

    /// A resource as it is before it is first changed.
    pub(super) fn blank(&mut self, kind: Kind, name: &str) -> Resource {
        let id = format!("{name}-{}", self.random.id_suffix());
        Resource {
            kind,
            arn: self.arn(kind, &id),
            id,
            name: name.to_owned(),
            account: self.caller.account.clone(),
            region: self.caller.region.clone(),
            status: String::new(),
            ever_good: false,
            failure_reason: None,
            created_at: self.now,
            updated_at: self.now,
            status_since: self.now,
            tags: super::tags::of_request(self.params),
            body: serde_json::Map::new(),
            versions: Vec::new(),
            last_version: 0,
            steps: Vec::new(),
            flap: None,
            gone_at: None,
        }
    }
}

/// A conflict while a change is under way.
pub(super) fn check_at_rest(resource: &Resource) -> Result<(), Failure> {
    if resource.in_transition() {
        let (noun, id, status) = (resource.kind.noun(), &resource.id, &resource.status);
        return Err(Failure::Conflict(format!("{noun} '{id}' is in transitional state {status}")));
    }
    Ok(())
}

/// A conflict while a change is under way, or where the switches say that what never came to be cannot be updated.
pub(super) fn check_updatable(resource: &Resource, after_failed_create: bool) -> Result<(), Failure> {
    check_at_rest(resource)?;
    let never_good = !resource.ever_good && resource.status.ends_with("FAILED");
    if never_good && !after_failed_create {
        let (noun, id, status) = (resource.kind.noun(), &resource.id, &resource.status);
        return Err(Failure::Conflict(format!("{noun} '{id}' cannot be updated in state {status}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::RUNTIME_ID, &super::MEMORY_ID, &super::INTERPRETER_ID] {
            crate::shape::assert_compile(shape);
        }
    }
}
