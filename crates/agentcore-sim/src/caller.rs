//! Who calls, and where to: read from the signature's scope. Signatures are not verified.

use http::HeaderMap;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::store::Sessions;

/// The account of callers whose access key names no other.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// The caller of a request and the scope of its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) access_key: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// The signing name of the service.
    pub(crate) service: String,
    /// The ARN of the user or of the role's session.
    pub(crate) arn: String,
    /// What GetCallerIdentity gives as UserId.
    pub(crate) user_id: String,
}

impl Caller {
    /// The caller of an operation that needs no signature.
    pub(crate) fn nobody() -> Self {
        Self {
            access_key: String::new(),
            account: DEFAULT_ACCOUNT.to_owned(),
            region: "us-east-1".to_owned(),
            service: "sts".to_owned(),
            arn: String::new(),
            user_id: String::new(),
        }
    }

    /// Reads the `Authorization` header.
    pub(crate) fn read(headers: &HeaderMap, sessions: &Sessions, now: Timestamp) -> Result<Self, Failure> {
        let header = headers.get(http::header::AUTHORIZATION).ok_or_else(|| {
            Failure::coded("MissingAuthenticationTokenException", 403, "Missing Authentication Token")
        })?;
        let text = header.to_str().unwrap_or_default();
        let scope = text
            .strip_prefix("AWS4-HMAC-SHA256 ")
            .and_then(|rest| rest.split(',').find_map(|part| part.trim().strip_prefix("Credential=")))
            .map(|credential| credential.split('/').collect::<Vec<_>>());
        let Some([access_key, _date, region, service, "aws4_request"]) = scope.as_deref() else {
            return Err(Failure::coded(
                "IncompleteSignatureException",
                403,
                "The Authorization header must have the form AWS4-HMAC-SHA256 \
                 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=..., Signature=...",
            ));
        };
        let (region, service) = ((*region).to_owned(), (*service).to_owned());
        let access_key = (*access_key).to_owned();
        if let Some(session) = sessions.get(&access_key) {
            if session.expires <= now {
                return Err(Failure::coded(
                    "ExpiredTokenException",
                    403,
                    "The security token included in the request is expired",
                ));
            }
            return Ok(Self {
                account: session.account.clone(),
                arn: session.arn.clone(),
                user_id: session.user_id.clone(),
                access_key,
                region,
                service,
            });
        }
        let account = account_of(&access_key);
        Ok(Self {
            arn: format!("arn:aws:iam::{account}:user/simulated"),
            user_id: format!("AIDA{account}USER"),
            account,
            access_key,
            region,
            service,
        })
    }
}

/// The account that an access key belongs to: its last twelve characters where it begins with `AKIA` or `ASIA` and
/// these are digits (`AKIA000000210987654321` is of 210987654321), else [`DEFAULT_ACCOUNT`].
pub fn account_of(access_key: &str) -> String {
    let named = access_key
        .strip_prefix("AKIA")
        .or_else(|| access_key.strip_prefix("ASIA"))
        .and_then(|rest| rest.len().checked_sub(12).and_then(|at| rest.get(at..)))
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    named.unwrap_or(DEFAULT_ACCOUNT).to_owned()
}
