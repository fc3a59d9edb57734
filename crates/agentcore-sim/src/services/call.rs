//! What an operation works with.

use jiff::Timestamp;

use crate::caller::Caller;
use crate::failure::Failure;
use crate::faults::Provision;
use crate::random::Random;
use crate::request::Params;
use crate::settings::{Gone, Settings};
use crate::store::{Kind, Resource, Store};

/// One request to one operation, with all that it may look at and change.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static str,
    pub(crate) store: &'a mut Store,
    pub(crate) settings: &'a Settings,
    pub(crate) random: &'a mut Random,
    /// The time, to whole milliseconds.
    pub(crate) now: Timestamp,
    pub(crate) caller: &'a Caller,
    pub(crate) params: &'a Params,
    /// How the change that the request begins is to end, if not well.
    pub(crate) provision: Option<Provision>,
}

impl Call<'_> {
    /// The ARN of a resource in the caller's account and region.
    pub(crate) fn arn(&self, kind: Kind, id: &str) -> String {
        arn(kind, &self.caller.account, &self.caller.region, id)
    }

    /// Whether a resource is there to be seen.
    pub(crate) fn check_exists(&self, arn: &str) -> Result<(), Failure> {
        match self.store.get(arn) {
            Some(found) if self.visible(found) => Ok(()),
            found => {
                let noun = found.map_or_else(|| noun_of(arn), |resource| resource.kind.noun());
                Err(self.gone(noun, arn))
            }
        }
    }

    /// A resource that is there to be seen.
    pub(crate) fn existing(&mut self, arn: &str) -> Result<&mut Resource, Failure> {
        self.check_exists(arn)?;
        let failure = self.gone(noun_of(arn), arn);
        self.store.get_mut(arn).ok_or(failure)
    }

    /// What a request for something that is not there is told.
    pub(crate) fn gone(&self, noun: &str, arn: &str) -> Failure {
        let id = arn.rsplit_once('/').map_or(arn, |(_, id)| id);
        let not_found = format!("{noun} '{id}' was not found");
        if self.settings.switches.gone != Gone::AccessDenied {
            return Failure::NotFound(not_found);
        }
        // Endpoints were seen to say so under this code; the others speak of a permission.
        if noun == Kind::AgentRuntimeEndpoint.noun() {
            return Failure::Denied(not_found);
        }
        let (caller, operation) = (&self.caller.arn, self.operation);
        Failure::Denied(format!(
            "User: {caller} is not authorized to perform: bedrock-agentcore:{operation} on resource: {arn}"
        ))
    }

    /// Whether reads show a resource already.
    fn visible(&self, resource: &Resource) -> bool {
        crate::moment::later(resource.created_at, self.settings.read_lag()) <= self.now
    }
}

/// The ARN of a resource. An endpoint's id is that of its runtime, a slash and its name.
pub(crate) fn arn(kind: Kind, account: &str, region: &str, id: &str) -> String {
    let path = match kind {
        Kind::AgentRuntime => format!("runtime/{id}"),
        Kind::AgentRuntimeEndpoint => {
            let (runtime, name) = id.split_once('/').unwrap_or((id, ""));
            format!("runtime/{runtime}/runtime-endpoint/{name}")
        }
        Kind::Memory => format!("memory/{id}"),
        Kind::CodeInterpreter => format!("code-interpreter-custom/{id}"),
    };
    format!("arn:aws:bedrock-agentcore:{region}:{account}:{path}")
}

fn noun_of(arn: &str) -> &'static str {
    let kind = if arn.contains("/runtime-endpoint/") {
        Kind::AgentRuntimeEndpoint
    } else if arn.contains(":runtime/") {
        Kind::AgentRuntime
    } else if arn.contains(":memory/") {
        Kind::Memory
    } else {
        Kind::CodeInterpreter
    };
    kind.noun()
}
