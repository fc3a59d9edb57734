//! The roles that resources work under, where they are checked.

use serde_json::{Map, Value};

use crate::failure::{Failure, Reason};
use crate::moment::later;
use crate::policy::{Context, Trust, Who, trust};
use crate::request::Params;
use crate::services::{Call, Service};
use crate::settings::{Roles, Settings};

/// Members that name such a role.
const MEMBERS: &[&str] = &["roleArn", "memoryExecutionRoleArn", "executionRoleArn", "evaluationExecutionRoleArn"];

/// Who becomes the role.
const SERVICE: &str = "bedrock-agentcore.amazonaws.com";

/// The role that a request names.
pub(super) fn named(document: &Map<String, Value>) -> Option<&str> {
    MEMBERS.iter().find_map(|name| document.get(*name)).and_then(Value::as_str)
}

/// The role that a request names, if it is for AgentCore and roles are checked there.
pub(crate) fn to_be_checked<'a>(service: &Service, settings: &Settings, params: &'a Params) -> Option<&'a str> {
    let checked = settings.switches.roles == Roles::Checked && service.signing_name == "bedrock-agentcore";
    named(&params.body).filter(|_| checked)
}

/// Refuses a role that does not exist, does not exist everywhere yet, or that the service is not trusted with.
/// `answer` is what the request would have been answered.
pub(crate) fn check(call: &Call<'_>, arn: &str, answer: &Value) -> Result<(), Failure> {
    let account = &call.caller.account;
    if arn.split(':').nth(4) != Some(account) {
        return Err(Failure::Denied("Cross-account pass role is not allowed.".to_owned()));
    }
    let spread = call.settings.role_propagation();
    let role = call.store.iam.role_at(arn).filter(|role| later(role.created_at, spread) <= call.now);
    let mut context = Context::default();
    context.set("aws:SourceAccount", account.as_str());
    context.set("aws:SourceArn", source(call, answer));
    context.set("aws:PrincipalIsAWSService", "true");
    let trusts = |policy| trust(&policy, &Who::Service(SERVICE), "sts:AssumeRole", &context) == Trust::Named;
    if role.is_some_and(|role| trusts(role.trust())) {
        return Ok(());
    }
    let what = if call.operation.contains("CodeInterpreter") { "CodeInterpreter role" } else { "Role" };
    Err(Failure::validation(
        Reason::FieldValidationFailed,
        format!(
            "{what} validation failed for '{arn}'. Please verify that the role exists and its trust policy allows \
             assumption by this service"
        ),
    ))
}

/// In whose name the service would become the role: the resource of the answer.
fn source(call: &Call<'_>, answer: &Value) -> String {
    let prefix = format!("arn:aws:bedrock-agentcore:{}:{}:", call.caller.region, call.caller.account);
    let members = answer.get("memory").unwrap_or(answer).as_object().into_iter().flatten();
    let arns = members.filter(|(name, _)| name.to_lowercase().ends_with("arn"));
    let own = arns.filter_map(|(_, value)| value.as_str()).find(|arn| arn.starts_with(&prefix));
    own.map_or_else(|| format!("{prefix}*"), str::to_owned)
}
