//! AWS's errors, by class.
//!
//! `table` leads from AWS's code, operation and words to a class, `class` from the class to what is done about it.

mod class;
mod table;
mod words;

pub use class::{Class, spread};

/// An error of AWS, or of the way there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What the pass does about it.
    pub class: Class,
    /// AWS's code, or ours where none came: `NotSent`, `NoAnswer`, `NoCredentials`, `IncompleteAnswer`, `HTTP 500`.
    pub code: String,
    /// What AWS says, without what changes from call to call. Fit for a condition.
    pub message: String,
    /// The operation, for example `CreateMemory`.
    pub operation: &'static str,
    /// Whether it proves that this very request had no effect: a 4xx other than 408, 409 and a token mismatch, or a
    /// connection that was never made.
    pub refusal: bool,
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
    /// Why, in one word, where AWS tells it: the member `reason` of a `ValidationException`.
    pub reason: &'a str,
    /// Whether no byte of the request left.
    pub unsent: bool,
    /// Whether it failed for want of credentials.
    pub credentials: bool,
}

impl Fault {
    /// Classifies an error of an operation.
    pub fn classify(operation: &'static str, raw: &Raw<'_>) -> Self {
        let class = if raw.credentials {
            Class::Credentials
        } else {
            table::class(operation, raw.code, raw.status, &format!("{} {}", raw.reason, raw.message))
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
        Self { class, code, message: words::stable(raw.message), operation, refusal }
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

    /// The sentence, and what follows from it for the user.
    pub(crate) fn explained(&self) -> String {
        format!("{}. {}", self.sentence(), self.class.advice())
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
    fn the_reason_tells_a_token_mismatch() {
        let (code, reason) = (Some("ValidationException"), "IdempotentParameterMismatchException");
        let raw = Raw { code, status: Some(400), message: "used before", reason, ..Raw::default() };
        let fault = Fault::classify("CreateMemory", &raw);
        assert_eq!((fault.class, fault.refusal), (Class::TokenMismatch, false));
        assert_eq!(fault.sentence(), "CreateMemory: used before (ValidationException)");
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
}
