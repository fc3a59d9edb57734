//! What an operation works with.

use jiff::Timestamp;

use crate::caller::Caller;
use crate::failure::Failure;
use crate::faults::Provision;
use crate::random::Random;
use crate::request::Params;
use crate::services::Service;
use crate::settings::{Gone, Settings};
use crate::store::{Kind, Resource, Store};

/// One request to one operation, with all that it may look at and change.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) service: &'static Service,
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
        kind.arn(&self.caller.account, &self.caller.region, id)
    }

    /// Whether a resource is there to be seen.
    pub(crate) fn check_exists(&self, arn: &str) -> Result<(), Failure> {
        match self.store.get(arn) {
            Some(found) if self.visible(found) => Ok(()),
            _ => Err(self.gone(arn)),
        }
    }

    /// A resource that is there to be seen, to be looked at only.
    pub(crate) fn seen(&self, arn: &str) -> Result<&Resource, Failure> {
        self.check_exists(arn)?;
        self.store.get(arn).ok_or_else(|| self.gone(arn))
    }

    /// A resource that is there to be seen, to be changed.
    pub(crate) fn existing(&mut self, arn: &str) -> Result<&mut Resource, Failure> {
        self.check_exists(arn)?;
        self.store.get_mut(arn).ok_or_else(|| Failure::NotFound(arn.to_owned()))
    }

    /// What a request for something that is not there is told.
    pub(crate) fn gone(&self, arn: &str) -> Failure {
        let kind = Kind::of_arn(arn).map(|(kind, _)| kind);
        let noun = kind.map_or("Resource", Kind::noun);
        let id = arn.rsplit_once('/').map_or(arn, |(_, id)| id);
        let not_found = format!("{noun} '{id}' was not found");
        if self.settings.switches.gone != Gone::AccessDenied {
            return Failure::NotFound(not_found);
        }
        // Endpoints were seen to say so under this code; the others speak of a permission.
        if kind == Some(Kind::AgentRuntimeEndpoint) {
            return Failure::Denied(not_found);
        }
        self.denied(arn)
    }

    /// The caller may not.
    pub(crate) fn denied(&self, arn: &str) -> Failure {
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
