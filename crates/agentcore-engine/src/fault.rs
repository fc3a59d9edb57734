//! AWS's errors, by class: one table from (code, operation, fragment) to what the pass does about it.

use agentcore_api::status::Reason;
use jiff::SignedDuration;

/// An error of AWS, or of the way there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What the pass does about it.
    pub class: Class,
    /// AWS's code, or ours where no answer came: `Timeout`, `ConnectionReset`, `NotSent`.
    pub code: String,
    /// What AWS says, without what changes from call to call. Fit for a condition.
    pub message: String,
    /// The operation, for example `CreateMemory`.
    pub operation: &'static str,
    /// Whether it proves that this very request had no effect: a 4xx other than 408, 409 and a token mismatch, or a
    /// connection that was never made.
    pub refusal: bool,
}

/// What the pass does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// There is no such resource.
    NotFound,
    /// Another change is under way, or the name is taken.
    Conflict,
    /// The idempotency token was used with another body, or has expired.
    TokenMismatch,
    /// The resource is in a state in which it takes no change.
    InTransition,
    /// Too many requests.
    Throttled,
    /// A count quota is full.
    Quota,
    /// The operator may not make the call.
    Denied,
    /// The operator has no credentials, or AWS does not take them.
    Credentials,
    /// AWS refuses the body.
    Invalid,
    /// AWS can't use the execution role, which may be because it is new.
    Role,
    /// AWS answered with an error of its own, not in time, or not at all.
    Unavailable,
}

/// An error as it comes from the SDK.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw<'a> {
    /// AWS's code, if an answer came.
    pub code: Option<&'a str>,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// AWS's words, or the transport's.
    pub message: &'a str,
    /// Whether no byte of the request left.
    pub unsent: bool,
    /// Whether it failed for want of credentials.
    pub credentials: bool,
}

/// A line of the table: the error code, the operations (`*` for all), a lower-cased fragment of the message, and the
/// class. The first line that fits counts.
type Line = (&'static str, &'static str, &'static str, Class);

/// Sources: [M] the public service model (botocore 1.44.5), [T] the Terraform AWS provider's retry rules, [S] the AWS
/// SDKs' lists of codes.
const TABLE: &[Line] = &[
    ("ValidationException", "*", "idempotentparametermismatch", Class::TokenMismatch), // [M] reason of the exception
    ("ValidationException", "*", "idempotent", Class::TokenMismatch),                  // [M]
    ("ValidationException", "*", "role validation failed", Class::Role), // [T] runtime, memory, interpreter
    ("ValidationException", "*", "access denied while validating ecr uri", Class::Role), // [T] CreateAgentRuntime
    ("ValidationException", "*", "valid trust policy", Class::Role),     // [T] CreateMemory
    ("ValidationException", "*", "does not have access to provided", Class::Role), // [T] CreateMemory
    ("ValidationException", "*", "transitional state", Class::InTransition), // [T] UpdateMemory
    ("ValidationException", "*", "strategies are being modified", Class::InTransition), // [T] UpdateMemory
    ("ResourceNotFoundException", "*", "", Class::NotFound),             // [M]
    ("ConflictException", "*", "", Class::Conflict),                     // [M]
    ("RetryableConflictException", "*", "", Class::Conflict),            // [M]
    ("ConcurrentModificationException", "*", "", Class::Conflict),       // [M]
    ("ThrottlingException", "*", "", Class::Throttled),                  // [M] runtimes, interpreters, tags
    ("ThrottledException", "*", "", Class::Throttled),                   // [M] memories
    ("Throttling", "*", "", Class::Throttled),                           // [S] STS
    ("TooManyRequestsException", "*", "", Class::Throttled),             // [S]
    ("RequestLimitExceeded", "*", "", Class::Throttled),                 // [S]
    ("SlowDown", "*", "", Class::Throttled),                             // [S]
    ("ServiceQuotaExceededException", "*", "", Class::Quota),            // [M] HTTP 402
    ("ResourceLimitExceededException", "*", "", Class::Quota),           // [M]
    // [T] GetAgentRuntimeEndpoint of an endpoint that is gone.
    ("AccessDeniedException", "GetAgentRuntimeEndpoint", "was not found", Class::NotFound),
    ("AccessDeniedException", "*", "", Class::Denied),            // [M]
    ("AccessDenied", "*", "", Class::Denied),                     // [S] STS
    ("UnauthorizedException", "*", "", Class::Denied),            // [M]
    ("ExpiredToken", "*", "", Class::Credentials),                // [S] STS
    ("ExpiredTokenException", "*", "", Class::Credentials),       // [S]
    ("UnrecognizedClientException", "*", "", Class::Credentials), // [S]
    ("InvalidClientTokenId", "*", "", Class::Credentials),        // [S] STS
    ("InvalidSignatureException", "*", "", Class::Credentials),   // [S]
    ("SignatureDoesNotMatch", "*", "", Class::Credentials),       // [S] STS
    ("IncompleteSignature", "*", "", Class::Credentials),         // [S]
    ("MissingAuthenticationToken", "*", "", Class::Credentials),  // [S]
    ("OptInRequired", "*", "", Class::Denied),                    // [S]
    ("ValidationException", "*", "", Class::Invalid),             // [M]
    ("InternalServerException", "*", "", Class::Unavailable),     // [M] runtimes, interpreters, tags
    ("ServiceException", "*", "", Class::Unavailable),            // [M] memories
];

impl Fault {
    /// Classifies an error of an operation.
    pub fn classify(operation: &'static str, raw: &Raw<'_>) -> Self {
        let words = raw.message.to_lowercase();
        let class = if raw.credentials {
            Class::Credentials
        } else {
            TABLE
                .iter()
                .find(|(code, of, fragment, _)| {
                    raw.code == Some(code) && (*of == "*" || *of == operation) && words.contains(fragment)
                })
                .map_or_else(|| by_status(raw.status), |(.., class)| *class)
        };
        let code = match (raw.code, raw.status) {
            (Some(code), _) => code.to_owned(),
            (None, Some(status)) => format!("HTTP {status}"),
            (None, None) if raw.credentials => "NoCredentials".to_owned(),
            (None, None) if raw.unsent => "NotSent".to_owned(),
            (None, None) => "NoAnswer".to_owned(),
        };
        let refusal = raw.unsent
            || raw.credentials
            || (raw.status.is_some_and(|status| (400..500).contains(&status) && status != 408 && status != 409)
                && class != Class::TokenMismatch);
        Self { class, code, message: stable(raw.message), operation, refusal }
    }

    /// A send that the operator itself stopped because its time had passed.
    pub fn too_late(operation: &'static str) -> Self {
        Self {
            class: Class::Unavailable,
            code: "NotSent".to_owned(),
            message: "the operator was too slow to send the request in its time".to_owned(),
            operation,
            refusal: true,
        }
    }

    /// An answer that says too little to go by: what it answers may or may not have happened.
    pub fn incomplete(operation: &'static str, message: &str) -> Self {
        let (code, message) = ("IncompleteAnswer".to_owned(), message.to_owned());
        Self { class: Class::Unavailable, code, message, operation, refusal: false }
    }

    /// A request that can't be made of this spec.
    pub fn unfit(operation: &'static str, message: impl Into<String>) -> Self {
        Self { class: Class::Invalid, code: "NotSent".to_owned(), message: message.into(), operation, refusal: true }
    }

    /// The same as an answer to a create or an update: what is "not found" then is something that the body names.
    #[must_use]
    pub fn of_a_write(&self) -> Self {
        let class = if self.class == Class::NotFound { Class::Invalid } else { self.class };
        Self { class, ..self.clone() }
    }

    /// The sentence for a condition: AWS's code and words.
    pub fn sentence(&self) -> String {
        let message = self.message.trim_end_matches('.');
        if message.is_empty() {
            format!("{} answered {}", self.operation, self.code)
        } else {
            format!("{}: {message} ({})", self.operation, self.code)
        }
    }
}

fn by_status(status: Option<u16>) -> Class {
    match status {
        Some(404) => Class::NotFound,
        Some(409) => Class::Conflict,
        Some(429) => Class::Throttled,
        Some(402) => Class::Quota,
        Some(401 | 403) => Class::Denied,
        None | Some(408 | 500..) => Class::Unavailable,
        Some(_) => Class::Invalid,
    }
}

impl Class {
    /// The reason of the condition.
    pub const fn reason(self) -> Reason {
        match self {
            Self::NotFound | Self::Unavailable => Reason::AwsUnavailable,
            Self::Conflict | Self::InTransition | Self::TokenMismatch => Reason::Conflict,
            Self::Throttled => Reason::Throttled,
            Self::Quota => Reason::QuotaExceeded,
            Self::Denied => Reason::AccessDenied,
            Self::Credentials => Reason::CredentialsMissing,
            Self::Invalid => Reason::InvalidSpec,
            Self::Role => Reason::RoleNotReady,
        }
    }

    /// The label of metrics and logs.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TokenMismatch => "token_mismatch",
            Self::InTransition => "in_transition",
            Self::Throttled => "throttled",
            Self::Quota => "quota",
            Self::Denied => "denied",
            Self::Credentials => "credentials",
            Self::Invalid => "invalid",
            Self::Role => "role",
            Self::Unavailable => "unavailable",
        }
    }

    /// The shortest and the longest time until it is tried again.
    pub const fn back_off(self) -> (SignedDuration, SignedDuration) {
        let seconds = SignedDuration::from_secs;
        match self {
            Self::Throttled => (seconds(2), seconds(60)),
            Self::Unavailable | Self::NotFound => (seconds(1), seconds(60)),
            Self::Conflict | Self::InTransition => (seconds(2), seconds(30)),
            Self::TokenMismatch => (seconds(1), seconds(5)),
            Self::Role => (seconds(3), seconds(30)),
            Self::Credentials => (seconds(5), seconds(60)),
            Self::Denied => (seconds(15), seconds(300)),
            Self::Quota => (seconds(60), seconds(600)),
            Self::Invalid => (seconds(3600), seconds(3600)),
        }
    }

    /// What the user can do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Quota => {
                "Delete what is not needed or ask AWS for a higher quota; it is tried again every few minutes"
            }
            Self::Denied => {
                "Allow the operator's role the call (`agentcore-operator iam-policy` prints the policy that it needs); it is tried again every few minutes"
            }
            Self::Credentials => {
                "Give the operator's pod AWS credentials (EKS Pod Identity, an IRSA annotation on its ServiceAccount, or AWS_ACCESS_KEY_ID); it is tried again every minute"
            }
            Self::Invalid => {
                "Correct the spec; the same spec is tried again in an hour, or when the annotation agentcore-operator.github.io/requestedAt changes"
            }
            Self::Role => {
                "The role must exist and trust bedrock-agentcore.amazonaws.com; a new role takes AWS up to ten minutes to accept"
            }
            Self::Throttled => "AWS asked for fewer requests; it is tried again within a minute",
            Self::Unavailable | Self::NotFound => "It is tried again within a minute",
            Self::Conflict | Self::InTransition | Self::TokenMismatch => {
                "Another change is under way; it is tried again when that is done"
            }
        }
    }
}

/// Leaves out of AWS's words what changes from call to call, or tells too much: request ids, session names, encoded
/// authorization messages, and the values that it refuses, which may be secret. A condition that changes with each attempt would be a write with each attempt.
fn stable(message: &str) -> String {
    let message = without_values(message);
    let mut text = message.trim();
    for cut in ["Encoded authorization failure message", "(Service:", "RequestId:", "Request ID:", "request id:"] {
        if let Some((before, _)) = text.split_once(cut) {
            text = before.trim_end_matches([' ', '.', ',', '(', ';']);
        }
    }
    let words: Vec<String> = text.split_whitespace().map(without_session).collect();
    let mut text = words.join(" ");
    if text.len() > 1024 {
        text.truncate(text.floor_char_boundary(1021));
        text.push_str("...");
    }
    text
}

/// `Value '***' at 'member' failed to satisfy constraint: ...` for AWS's sentence with the value in it. A value may hold
/// quotes itself: where its end is not certain, more is cut.
fn without_values(message: &str) -> String {
    let mut told = String::new();
    let mut rest = message;
    // Lower-casing ASCII keeps every place.
    while let Some(start) = rest.to_ascii_lowercase().find("value '") {
        let value = start + "value '".len();
        let (before, after) = rest.split_at(value);
        told.push_str(before);
        told.push_str("***");
        let sentence = after.find("' failed to satisfy").and_then(|end| after.get(..end)?.rfind("' at '"));
        let end = sentence.or_else(|| after.rfind('\'')).unwrap_or(after.len());
        rest = after.get(end..).unwrap_or_default();
    }
    told + rest
}

/// `arn:aws:sts::123456789012:assumed-role/operator/1732500000` without the session's name.
fn without_session(word: &str) -> String {
    match word.split_once(":assumed-role/") {
        Some((before, after)) => {
            let role = after.split('/').next().unwrap_or(after);
            format!("{before}:assumed-role/{role}")
        }
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(code: &str, status: u16, message: &str) -> Fault {
        Fault::classify("CreateMemory", &Raw { code: Some(code), status: Some(status), message, ..Raw::default() })
    }

    #[test]
    fn classes() {
        for (code, status, message, class, refusal) in [
            ("ThrottledException", 429, "", Class::Throttled, true),
            ("ThrottlingException", 429, "", Class::Throttled, true),
            ("ServiceException", 500, "", Class::Unavailable, false),
            ("InternalServerException", 500, "", Class::Unavailable, false),
            ("ServiceQuotaExceededException", 402, "", Class::Quota, true),
            ("ConflictException", 409, "", Class::Conflict, false),
            ("ValidationException", 400, "Role validation failed for x", Class::Role, true),
            ("ValidationException", 400, "Memory is in transitional state", Class::InTransition, true),
            ("ValidationException", 400, "IdempotentParameterMismatchException: x", Class::TokenMismatch, false),
            ("ValidationException", 400, "name is bad", Class::Invalid, true),
            ("AccessDeniedException", 403, "not authorized", Class::Denied, true),
            ("ResourceNotFoundException", 404, "", Class::NotFound, true),
            ("SomethingNew", 503, "", Class::Unavailable, false),
            ("SomethingNew", 418, "", Class::Invalid, true),
            ("RequestTimeout", 408, "", Class::Unavailable, false),
        ] {
            let fault = classify(code, status, message);
            assert_eq!((fault.class, fault.refusal), (class, refusal), "{code} {message}");
        }
    }

    #[test]
    fn no_answer_is_unknown_unless_nothing_left() {
        let lost = Fault::classify("CreateMemory", &Raw { message: "connection reset", ..Raw::default() });
        assert_eq!((lost.class, lost.refusal), (Class::Unavailable, false));
        let unsent = Fault::classify("CreateMemory", &Raw { message: "refused", unsent: true, ..Raw::default() });
        assert_eq!((unsent.class, unsent.refusal, unsent.code.as_str()), (Class::Unavailable, true, "NotSent"));
        let bare = Fault::classify("CreateMemory", &Raw { message: "none", credentials: true, ..Raw::default() });
        assert_eq!((bare.class, bare.refusal), (Class::Credentials, true));
    }

    #[test]
    fn an_absent_endpoint_is_told_from_a_denial() {
        let raw = Raw {
            code: Some("AccessDeniedException"),
            status: Some(403),
            message: "Endpoint DEFAULT was not found",
            ..Raw::default()
        };
        assert_eq!(Fault::classify("GetAgentRuntimeEndpoint", &raw).class, Class::NotFound);
        assert_eq!(Fault::classify("GetAgentRuntime", &raw).class, Class::Denied);
    }

    #[test]
    fn refused_values_are_not_told() {
        for (message, told) in [
            (
                "1 validation error detected: Value '{KEY=it's ' at 's secret}' at 'environmentVariables' failed to \
                 satisfy constraint: Map value must have length less than or equal to 5000",
                "1 validation error detected: Value '***' at 'environmentVariables' failed to satisfy constraint: \
                 Map value must have length less than or equal to 5000",
            ),
            (
                "2 validation errors detected: Value 'secret' at 'a' failed to satisfy constraint: x; Value 'secret' \
                 at 'b.c' failed to satisfy constraint: y",
                "2 validation errors detected: Value '***' at 'a' failed to satisfy constraint: x; Value '***' at \
                 'b.c' failed to satisfy constraint: y",
            ),
            ("The value 'don't tell secret' is bad", "The value '***' is bad"),
            ("value 'secret without an end", "value '***"),
            (
                "Value at '/name' failed to satisfy constraint: Member must not be null",
                "Value at '/name' failed to satisfy constraint: Member must not be null",
            ),
        ] {
            assert_eq!(classify("ValidationException", 400, message).message, told);
        }
    }

    #[test]
    fn messages_are_the_same_each_time() {
        let one = classify(
            "AccessDeniedException",
            403,
            "User: arn:aws:sts::123456789012:assumed-role/operator/1732500000 is not authorized to perform: \
             bedrock-agentcore:CreateMemory. Encoded authorization failure message: abc",
        );
        let other = classify(
            "AccessDeniedException",
            403,
            "User: arn:aws:sts::123456789012:assumed-role/operator/1732500099 is not authorized to perform: \
             bedrock-agentcore:CreateMemory. Encoded authorization failure message: xyz",
        );
        assert_eq!(one, other);
        assert!(one.message.contains("assumed-role/operator is not"), "{}", one.message);
        assert!(stable(&"ä".repeat(2000)).len() <= 1024);
    }
}
