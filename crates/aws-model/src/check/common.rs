//! The errors that every service may give, whatever its model declares.

/// Codes with the statuses that they come with. Where an operation declares the code, the model's status holds.
///
/// From the page "Common Errors" that AWS has in the API reference of each service, in both its wordings (for example
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>), and from the errors of the protocols:
/// `SerializationException` and `UnknownOperationException`
/// (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>). The services that speak JSON 1.1 give all
/// refusals the status 400. `NotImplemented` is the simulator's own, for what it does not do.
pub const COMMON: [(&str, &[u16]); 37] = [
    ("AccessDenied", &[403]),
    ("AccessDeniedException", &[400, 403]),
    ("ExpiredToken", &[403]),
    ("ExpiredTokenException", &[400, 403]),
    ("IncompleteSignature", &[400, 403]),
    ("IncompleteSignatureException", &[400, 403]),
    ("InternalFailure", &[500]),
    ("InternalServerError", &[500]),
    ("InvalidAction", &[400]),
    ("InvalidClientTokenId", &[403]),
    ("InvalidParameterCombination", &[400]),
    ("InvalidParameterValue", &[400]),
    ("InvalidQueryParameter", &[400]),
    ("InvalidSignatureException", &[400, 403]),
    ("MalformedHttpRequestException", &[400]),
    ("MalformedQueryString", &[400, 404]),
    ("MissingAction", &[400]),
    ("MissingAuthenticationToken", &[403]),
    ("MissingAuthenticationTokenException", &[400, 403]),
    ("MissingParameter", &[400]),
    ("NotAuthorized", &[400, 401]),
    ("NotImplemented", &[501]),
    ("OptInRequired", &[403]),
    ("RequestAbortedException", &[400]),
    ("RequestEntityTooLargeException", &[413]),
    ("RequestExpired", &[400]),
    ("RequestTimeoutException", &[408]),
    ("SerializationException", &[400]),
    ("ServiceUnavailable", &[503]),
    ("ServiceUnavailableException", &[503]),
    ("SignatureDoesNotMatch", &[403]),
    ("Throttling", &[400, 429]),
    ("ThrottlingException", &[400, 429]),
    ("UnknownOperationException", &[400, 404]),
    ("UnrecognizedClientException", &[400, 403]),
    ("ValidationError", &[400]),
    ("ValidationException", &[400]),
];

/// The statuses of a common error; none for another.
pub(super) fn statuses(code: &str) -> Option<&'static [u16]> {
    COMMON.iter().find(|(known, _)| *known == code).map(|(_, statuses)| *statuses)
}
