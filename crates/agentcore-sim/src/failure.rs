//! Why a request was refused, in the words of the services.

use serde_json::{Map, Value, json};

use crate::shape::FieldError;

/// Which names a service has for what all services have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// ThrottlingException, InternalServerException.
    Common,
    /// ThrottledException, ServiceException: the memories.
    Memory,
    /// Codes without the word Exception, all of them 400: STS and IAM.
    Query,
    /// InvalidParameterException, all of them 400: ECR and CloudWatch Logs.
    Parameter,
    /// InvalidRequestException, ThrottledException: X-Ray.
    XRay,
}

/// The `reason` of a ValidationException.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    CannotParse,
    EventInOtherSession,
    FieldValidationFailed,
    IdempotentParameterMismatchException,
    ResourceConflict,
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Self::CannotParse => "CannotParse",
            Self::EventInOtherSession => "EventInOtherSession",
            Self::FieldValidationFailed => "FieldValidationFailed",
            Self::IdempotentParameterMismatchException => "IdempotentParameterMismatchException",
            Self::ResourceConflict => "ResourceConflict",
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The request is not one that the service takes.
    Validation { reason: Reason, message: String, fields: Vec<FieldError> },
    /// There is no such thing.
    NotFound(String),
    /// It cannot be done now, or there is one already.
    Conflict(String),
    /// There are too many.
    Quota(String),
    /// The caller may not, or is told so.
    Denied(String),
    /// Too many requests.
    Throttled,
    /// The request is not signed as it has to be, or a query service says why it refuses.
    Coded { code: String, status: u16, message: String },
    /// AWS has the operation, this program does not.
    Missing(String),
}

impl Failure {
    /// One member is not what the service takes.
    pub(crate) fn field(name: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Validation {
            reason: Reason::FieldValidationFailed,
            fields: vec![FieldError { name: name.to_owned(), message: message.clone() }],
            message,
        }
    }

    /// The request contradicts the state of things, where the service calls that a validation.
    pub(crate) fn validation(reason: Reason, message: impl Into<String>) -> Self {
        Self::Validation { reason, message: message.into(), fields: Vec::new() }
    }

    /// The members that do not have the shape that they must have.
    pub(crate) fn fields(fields: Vec<FieldError>) -> Self {
        let count = fields.len();
        let all: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
        let plural = if count == 1 { "" } else { "s" };
        Self::Validation {
            reason: Reason::FieldValidationFailed,
            message: format!("{count} validation error{plural} detected: {}", all.join("; ")),
            fields,
        }
    }

    /// A refusal with a code of its own.
    pub(crate) fn coded(code: impl Into<String>, status: u16, message: impl Into<String>) -> Self {
        Self::Coded { code: code.into(), status, message: message.into() }
    }

    /// The same with the status 400, which is all that the services have for it that name operations in a header.
    pub(crate) fn into_bad_request(self) -> Self {
        match self {
            Self::Coded { code, message, .. } => Self::Coded { code, status: 400, message },
            other => other,
        }
    }

    /// AWS's name for it.
    pub(crate) fn code(&self, dialect: Dialect) -> &str {
        let code = match self {
            Self::Validation { reason: Reason::CannotParse, .. } if dialect == Dialect::Parameter => {
                "SerializationException"
            }
            Self::Validation { .. } => match dialect {
                Dialect::Common | Dialect::Memory => "ValidationException",
                Dialect::Query => "ValidationError",
                Dialect::Parameter => "InvalidParameterException",
                Dialect::XRay => "InvalidRequestException",
            },
            Self::NotFound(_) => "ResourceNotFoundException",
            Self::Conflict(_) => "ConflictException",
            Self::Quota(_) => "ServiceQuotaExceededException",
            Self::Denied(_) => "AccessDeniedException",
            Self::Throttled => match dialect {
                Dialect::Common | Dialect::Parameter | Dialect::Query => "ThrottlingException",
                Dialect::Memory | Dialect::XRay => "ThrottledException",
            },
            Self::Coded { code, .. } => code,
            Self::Missing(_) => "NotImplemented",
        };
        if dialect == Dialect::Query { without_exception(code) } else { code }
    }

    /// The HTTP status.
    pub(crate) fn status(&self, dialect: Dialect) -> u16 {
        let plain = matches!(dialect, Dialect::Query | Dialect::Parameter);
        match self {
            Self::Throttled if plain => 400,
            Self::Denied(_) if dialect == Dialect::Parameter => 400,
            Self::Validation { .. } => 400,
            Self::Quota(_) => 402,
            Self::Denied(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) => 409,
            Self::Throttled => 429,
            Self::Missing(_) => 501,
            Self::Coded { status, .. } => *status,
        }
    }

    /// What a human reads.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Validation { message, .. }
            | Self::Coded { message, .. }
            | Self::NotFound(message)
            | Self::Conflict(message)
            | Self::Quota(message)
            | Self::Denied(message)
            | Self::Missing(message) => message,
            Self::Throttled => "Rate exceeded",
        }
    }

    /// The body in JSON.
    pub(crate) fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("message".to_owned(), Value::from(self.message()));
        if let Self::Validation { reason, fields, .. } = self {
            body.insert("reason".to_owned(), Value::from(reason.name()));
            if !fields.is_empty() {
                let list = fields.iter().map(|field| json!({"name": field.name, "message": field.message}));
                body.insert("fieldList".to_owned(), Value::Array(list.collect()));
            }
        }
        Value::Object(body)
    }
}

/// Query services leave the word out of the codes that all services have in common.
fn without_exception(code: &str) -> &str {
    match code {
        "ThrottlingException" => "Throttling",
        "AccessDeniedException" => "AccessDenied",
        "IncompleteSignatureException" => "IncompleteSignature",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "ExpiredTokenException" => "ExpiredToken",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        other => other,
    }
}
