//! Who may do what: the policies of roles are applied to what their sessions ask for.
//!
//! Whoever signs with a key of their own is the administrator of the account and may do everything.

mod action;
mod agentcore;
mod context;
mod dependent;
mod execution_role;
mod others;
mod trust;

pub use crate::policy::Decision;
pub(crate) use execution_role::{check as check_execution_role, to_be_checked as execution_role};
pub(crate) use trust::{Assumption, may_assume};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::caller::Caller;
use crate::failure::Failure;
use crate::policy::{Context, Question, Rights, Source, Trust, Verdict, decide};
use crate::request::Params;
use crate::services::{Call, Service, iam};
use crate::settings::Settings;
use crate::store::{Session, Store};

/// One action that was decided upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluated {
    /// The action, such as `iam:PassRole`.
    pub action: String,
    /// The ARN of the resource, or a star where the action is on none in particular.
    pub resource: String,
    /// What the caller's policies say.
    pub decision: Decision,
}

/// A request as far as it matters to what it may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) store: &'a Store,
    pub(crate) settings: &'a Settings,
    pub(crate) now: Timestamp,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static str,
    pub(crate) caller: &'a Caller,
    pub(crate) params: &'a Params,
}

/// One action that a request needs.
#[derive(Debug, Clone, PartialEq)]
struct Need {
    action: String,
    resource: String,
    /// How the resource is called in a refusal, if not by its ARN.
    shown: Option<String>,
    /// What is known about this action besides what is known about the request.
    context: Context,
}

impl Need {
    fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), shown: None, context: Context::default() }
    }
}

/// Refuses what the caller's policies do not allow. Everything that was decided upon is noted.
pub(crate) fn enforce(asked: &Asked<'_>, evaluated: &mut Vec<Evaluated>) -> Result<(), Failure> {
    let Some(session) = asked.caller.session.as_ref().filter(|_| asked.settings.switches.enforcement) else {
        return Ok(());
    };
    let document = asked.params.document();
    let rights = rights(asked.store, session);
    let known = context::of_request(asked, &document);
    for need in action::needs(asked, &document) {
        let context = context::of_resource(asked.store, &need.resource).with(&known).with(&need.context);
        let question = Question { action: &need.action, resource: &need.resource, context: &context };
        let verdict = with_the_resource(asked, decide(&rights, &question), &question);
        let decision = verdict.decision;
        evaluated.push(Evaluated { action: need.action.clone(), resource: need.resource.clone(), decision });
        if decision != Decision::Allowed {
            return Err(refusal(&asked.caller.arn, &need, verdict));
        }
    }
    Ok(())
}

/// A decision, once the resource has had its say too. Within one account it is enough if either side allows something.
fn with_the_resource(asked: &Asked<'_>, verdict: Verdict, question: &Question<'_>) -> Verdict {
    let says =
        if question.action == "sts:AssumeRole" { trust::of_role(asked) } else { trust::of_resource(asked, question) };
    let decision = match (verdict.decision, says) {
        (Decision::ExplicitDeny, _) => return verdict,
        (_, Trust::Denied) => return Verdict { decision: Decision::ExplicitDeny, source: Source::Resource },
        (Decision::ImplicitDeny, Trust::Named) if verdict.source == Source::Identity => Decision::Allowed,
        (decision, _) => decision,
    };
    Verdict { decision, ..verdict }
}

/// What a session is allowed. A role that does not exist allows nothing.
fn rights(store: &Store, session: &Session) -> Rights {
    let role = store.iam.role_at(&session.role);
    let mut rights = role.map(|role| store.iam.rights(&session.account, role)).unwrap_or_default();
    if !session.policies.is_empty() {
        let read = |text: &String| crate::policy::Policy::parse(text, crate::policy::Sort::Identity).ok();
        rights.session = Some(session.policies.iter().filter_map(read).collect());
    }
    rights
}

fn refusal(caller: &str, need: &Need, verdict: Verdict) -> Failure {
    let Need { action, resource, shown, .. } = need;
    let resource = shown.as_deref().unwrap_or(resource);
    let why = match (verdict.decision, verdict.source) {
        (Decision::ExplicitDeny, Source::Identity) => "with an explicit deny in an identity-based policy".to_owned(),
        (Decision::ExplicitDeny, Source::Boundary) => "with an explicit deny in a permissions boundary".to_owned(),
        (Decision::ExplicitDeny, Source::Resource) => "with an explicit deny in a resource-based policy".to_owned(),
        (Decision::ExplicitDeny, Source::Session) => "with an explicit deny in a session policy".to_owned(),
        (_, Source::Identity) => format!("because no identity-based policy allows the {action} action"),
        (_, Source::Resource) => format!("because no resource-based policy allows the {action} action"),
        (_, Source::Boundary) => format!("because no permissions boundary allows the {action} action"),
        (_, Source::Session) => format!("because no session policy allows the {action} action"),
    };
    Failure::Denied(format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {why}"))
}

/// Makes the roles that the services need for what a request has done.
pub(crate) fn link_roles(call: &mut Call<'_>) {
    for name in linked_services(call.service, call.operation, &call.params.body) {
        iam::ensure_linked(call, name);
    }
}

/// The services whose roles are needed for what a request asks.
fn linked_services(service: &Service, operation: &str, body: &Map<String, Value>) -> Vec<&'static str> {
    if service.signing_name != "bedrock-agentcore" {
        return Vec::new();
    }
    let mut services = Vec::new();
    if operation == "CreateAgentRuntime" {
        services.push("runtime-identity.bedrock-agentcore.amazonaws.com");
    }
    if iam::in_vpc(body) {
        services.push("network.bedrock-agentcore.amazonaws.com");
    }
    if iam::has_managed_endpoint(body) {
        services.push("bedrock-agentcore.amazonaws.com");
    }
    services
}
