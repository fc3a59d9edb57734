//! The table of AWS's errors: from code, operation and words to a class.

use super::Class;

/// Where it is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The public service model (botocore 1.44.5): the errors that an operation declares.
    Model,
    /// The Terraform AWS provider's rules of repetition, for what the model calls by one code and means differently.
    Terraform,
    /// The AWS SDKs' lists of codes, for what comes from in front of the services.
    Sdk,
}

/// A line of the table. The first one that fits counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// AWS's code.
    pub(super) code: &'static str,
    /// The operations; none for all.
    pub(super) operations: &'static [&'static str],
    /// A part of the reason or of the message in lower case, only where AWS gives nothing better.
    pub(super) fragment: &'static str,
    /// What it means.
    pub(super) class: Class,
    /// Where that is known from.
    #[cfg_attr(not(test), expect(dead_code, reason = "for who reads it, and for the test of the table"))]
    pub(super) source: Source,
}

const fn line(
    code: &'static str,
    operations: &'static [&'static str],
    fragment: &'static str,
    class: Class,
    source: Source,
) -> Line {
    Line { code, operations, fragment, class, source }
}

use Source::{Model, Sdk, Terraform};

const ANY: &[&str] = &[];
const UPDATE_MEMORY: &[&str] = &["UpdateMemory"];
const RUNTIME: &[&str] = &["CreateAgentRuntime", "UpdateAgentRuntime"];
const MEMORY: &[&str] = &["CreateMemory", "UpdateMemory"];
const ENDPOINT: &[&str] = &["GetAgentRuntimeEndpoint"];

/// One line a rule, the special ones before the general ones of their code.
#[rustfmt::skip]
pub(super) const TABLE: &[Line] = &[
    // The reason of the exception.
    line("ValidationException", ANY, "idempotentparametermismatch", Class::TokenMismatch, Model),
    line("ValidationException", ANY, "role validation failed", Class::Role, Terraform),
    line("ValidationException", RUNTIME, "access denied while validating ecr uri", Class::Role, Terraform),
    line("ValidationException", MEMORY, "valid trust policy", Class::Role, Terraform),
    line("ValidationException", MEMORY, "does not have access to provided", Class::Role, Terraform),
    line("ValidationException", ANY, "transitional state", Class::InTransition, Terraform),
    line("ValidationException", UPDATE_MEMORY, "strategies are being modified", Class::InTransition, Terraform),
    // They are gone already: the next read shows it, and nothing of them is sent again.
    line("ValidationException", UPDATE_MEMORY, "cannot delete non-existent memory strategies", Class::InTransition, Terraform),
    line("ValidationException", ANY, "", Class::Invalid, Model),
    line("ResourceNotFoundException", ANY, "", Class::NotFound, Model),
    line("ConflictException", ANY, "", Class::Conflict, Model),
    line("RetryableConflictException", ANY, "", Class::Conflict, Model),
    line("ConcurrentModificationException", ANY, "", Class::Conflict, Model),
    // Runtimes, interpreters and tags call it one way, memories the other.
    line("ThrottlingException", ANY, "", Class::Throttled, Model),
    line("ThrottledException", ANY, "", Class::Throttled, Model),
    line("Throttling", ANY, "", Class::Throttled, Sdk),
    line("TooManyRequestsException", ANY, "", Class::Throttled, Sdk),
    line("RequestLimitExceeded", ANY, "", Class::Throttled, Sdk),
    line("SlowDown", ANY, "", Class::Throttled, Sdk),
    line("ServiceQuotaExceededException", ANY, "", Class::Quota, Model),
    line("ResourceLimitExceededException", ANY, "", Class::Quota, Model),
    // An endpoint that is gone. "is not authorized to perform" is no such thing: that is asked of the list.
    line("AccessDeniedException", ENDPOINT, "was not found", Class::NotFound, Terraform),
    line("AccessDeniedException", ANY, "", Class::Denied, Model),
    line("AccessDenied", ANY, "", Class::Denied, Sdk),
    line("UnauthorizedException", ANY, "", Class::Denied, Model),
    line("OptInRequired", ANY, "", Class::Denied, Sdk),
    line("ExpiredToken", ANY, "", Class::Credentials, Sdk),
    line("ExpiredTokenException", ANY, "", Class::Credentials, Sdk),
    line("UnrecognizedClientException", ANY, "", Class::Credentials, Sdk),
    line("InvalidClientTokenId", ANY, "", Class::Credentials, Sdk),
    line("InvalidSignatureException", ANY, "", Class::Credentials, Sdk),
    line("SignatureDoesNotMatch", ANY, "", Class::Credentials, Sdk),
    line("IncompleteSignature", ANY, "", Class::Credentials, Sdk),
    line("MissingAuthenticationToken", ANY, "", Class::Credentials, Sdk),
    // Runtimes, interpreters and tags call it one way, memories the other.
    line("InternalServerException", ANY, "", Class::Unavailable, Model),
    line("ServiceException", ANY, "", Class::Unavailable, Model),
];

/// The class of an answer.
pub(super) fn class(operation: &str, code: Option<&str>, status: Option<u16>, message: &str) -> Class {
    let words = message.to_lowercase();
    let fits = |line: &&Line| {
        code == Some(line.code)
            && (line.operations.is_empty() || line.operations.contains(&operation))
            && words.contains(line.fragment)
    };
    TABLE.iter().find(fits).map_or_else(|| by_status(status), |line| line.class)
}

/// The class of a code that the table lacks: AWS adds some.
const fn by_status(status: Option<u16>) -> Class {
    match status {
        Some(404) => Class::NotFound,
        Some(409) => Class::Conflict,
        Some(429) => Class::Throttled,
        Some(402) => Class::Quota,
        Some(401 | 403) => Class::Denied,
        // An answer of success that can't be read, or of somebody between here and AWS, says nothing of the request.
        None | Some(..=399 | 408 | 500..) => Class::Unavailable,
        Some(_) => Class::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A line that another one before it hides would never count.
    #[test]
    fn every_line_counts() {
        for line in TABLE {
            let operations = if line.operations.is_empty() { &["AnyOperation"] } else { line.operations };
            for operation in operations {
                let message = format!("Something: {}.", line.fragment.to_uppercase());
                let found = class(operation, Some(line.code), Some(400), &message);
                assert_eq!(found, line.class, "{line:?} of {operation}");
            }
        }
        let lines: BTreeSet<_> = TABLE.iter().map(|line| (line.code, line.operations, line.fragment)).collect();
        assert_eq!(lines.len(), TABLE.len(), "a line stands twice");
    }

    #[test]
    fn words_count_only_where_a_source_tells_them() {
        for line in TABLE {
            assert_eq!(line.fragment, line.fragment.to_lowercase(), "{line:?} would never fit");
            let is_reason = line.class == Class::TokenMismatch;
            assert!(line.fragment.is_empty() || line.source == Terraform || is_reason, "{line:?}");
            // A service whose model has the code has it for all of its operations.
            assert!(line.operations.is_empty() || !line.fragment.is_empty(), "{line:?}");
        }
        // The same words of another operation mean what the code means.
        let words = "MemoryStrategy: strategies are being modified";
        assert_eq!(class("UpdateMemory", Some("ValidationException"), Some(400), words), Class::InTransition);
        assert_eq!(class("UpdateAgentRuntime", Some("ValidationException"), Some(400), words), Class::Invalid);
    }

    #[test]
    fn each_class_that_aws_answers_with_is_in_the_table() {
        let found: BTreeSet<_> = TABLE.iter().map(|line| line.class).collect();
        let missing: Vec<_> = Class::ALL.into_iter().filter(|class| !found.contains(class)).collect();
        assert_eq!(missing, []);
    }

    #[test]
    fn a_code_that_nobody_knows_is_told_by_its_status() {
        for (status, expected) in [
            (Some(200), Class::Unavailable),
            (Some(302), Class::Unavailable),
            (Some(400), Class::Invalid),
            (Some(401), Class::Denied),
            (Some(402), Class::Quota),
            (Some(403), Class::Denied),
            (Some(404), Class::NotFound),
            (Some(408), Class::Unavailable),
            (Some(409), Class::Conflict),
            (Some(418), Class::Invalid),
            (Some(429), Class::Throttled),
            (Some(500), Class::Unavailable),
            (Some(503), Class::Unavailable),
            (None, Class::Unavailable),
        ] {
            assert_eq!(class("CreateMemory", Some("SomethingNew"), status, ""), expected, "{status:?}");
            assert_eq!(class("CreateMemory", None, status, ""), expected, "{status:?}");
        }
    }
}
