//! From an error of the SDK to a [`Fault`].

use std::error::Error;

use agentcore_engine::fault::{Fault, Raw};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::guard::Stopped;

/// The code of a request that was stopped because it was signed with other credentials than those that were checked.
pub const CREDENTIALS_CHANGED: &str = "CredentialsChanged";

/// Classifies an error of an operation of which so many attempts were let through to the network.
pub(super) fn fault<E>(operation: &'static str, error: &SdkError<E, HttpResponse>, departures: usize) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    if let SdkError::ServiceError(answered) = error {
        let text = answered.err().to_string();
        let message = answered.err().message().unwrap_or(&text);
        let reason = reason(answered.raw()).unwrap_or_default();
        let raw = Raw { code: answered.err().code(), status, message, reason: &reason, ..Raw::default() };
        return Fault::classify(operation, &raw);
    }
    if find::<Stopped>(error) == Some(&Stopped::TooLate) {
        return Fault::too_late(operation);
    }
    let stopped = find::<Stopped>(error).is_some();
    // What failed before it came to the network, such as a wait for credentials, reached nobody. (The error is that of
    // the last attempt; only reads have several.)
    let unsent = departures == 0 || never_connected(error);
    let credentials = !stopped && status.is_none() && find::<CredentialsError>(error).is_some();
    let message = if stopped {
        Stopped::OtherCredentials.to_string()
    } else if credentials {
        no_credentials(error)
    } else {
        no_answer(error, departures, unsent)
    };
    let raw = Raw { status, message: &message, unsent, credentials, ..Raw::default() };
    let mut fault = Fault::classify(operation, &raw);
    if stopped {
        CREDENTIALS_CHANGED.clone_into(&mut fault.code);
    }
    fault
}

/// A request that was not made, because the operator now has credentials of another account than the pass knows.
pub fn credentials_changed() -> Fault {
    let message = Stopped::OtherCredentials.to_string();
    let raw = Raw { message: &message, unsent: true, ..Raw::default() };
    Fault { code: CREDENTIALS_CHANGED.to_owned(), ..Fault::classify("GetCallerIdentity", &raw) }
}

/// The member `reason` of a ValidationException, which every operation has as a type of its own.
fn reason(answer: &HttpResponse) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(answer.body().bytes()?).ok()?;
    Some(body.get("reason")?.as_str()?.to_owned())
}

/// Whether no byte of the request left: the name was not resolved, or no connection was made.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    find::<hyper_util::client::legacy::Error>(error).is_some_and(hyper_util::client::legacy::Error::is_connect)
}

/// The first cause of this type.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Why there are no credentials: nothing offers any, or what offers them fails.
fn no_credentials(error: &(dyn Error + 'static)) -> String {
    match find::<CredentialsError>(error) {
        Some(failed) if !matches!(failed, CredentialsError::CredentialsNotLoaded(_)) => {
            format!("the AWS credentials can't be loaded: {}", innermost(failed))
        }
        _ => "no AWS credentials were found in the environment, a profile, a web identity token or the container"
            .to_owned(),
    }
}

/// Why there is no answer, and where to look.
fn no_answer<E>(error: &SdkError<E, HttpResponse>, departures: usize, unsent: bool) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let cause = innermost(error);
    match error {
        _ if departures == 0 => format!("the request was not sent: {cause}"),
        SdkError::DispatchFailure(_) if unsent => format!(
            "no connection to AWS: {cause}. Check DNS, proxy, firewall and VPC endpoint between the operator and AWS"
        ),
        SdkError::TimeoutError(_) => "AWS did not answer in time".to_owned(),
        SdkError::DispatchFailure(_) => format!("the connection to AWS ended without an answer: {cause}"),
        SdkError::ResponseError(_) => format!("AWS's answer can't be read: {cause}"),
        _ => format!("{error}: {cause}"),
    }
}

/// What the innermost cause says: those around it say less.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
