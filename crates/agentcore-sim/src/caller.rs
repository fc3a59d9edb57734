//! Who calls, and where to: read from the signature's scope. Signatures are not verified.

use bytes::Bytes;
use http::{HeaderMap, Request};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::signature::Signature;
use crate::store::{Session, Sessions};

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
    /// The session of a role, if the caller is one.
    pub(crate) session: Option<Session>,
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
            session: None,
        }
    }

    /// Somebody who calls an agent with a bearer token: the place is that in the agent's ARN. Tokens are not verified.
    pub(crate) fn with_token(request: &Request<Bytes>) -> Option<Self> {
        let mut parts = request.uri().path().strip_prefix("/runtimes/")?.split('/');
        let arn = crate::request::decode(parts.next()?);
        if !has_token(request.headers()) || !matches!(parts.next()?, "invocations" | "stopruntimesession") {
            return None;
        }
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, "bedrock-agentcore", region, account, _] = parts.as_slice() else { return None };
        Some(Self {
            account: (*account).to_owned(),
            region: (*region).to_owned(),
            service: "bedrock-agentcore".to_owned(),
            ..Self::nobody()
        })
    }

    /// Reads the signature of a request: from the header `Authorization`, or from the query of a presigned URL.
    ///
    /// `wall` is the time by which the signature must be neither old nor in the future; none: any will do. Both times
    /// are as the services have them, `now` with the clock's offset, by which clients may have corrected theirs.
    pub(crate) fn read(
        request: &Request<Bytes>,
        sessions: &Sessions,
        now: Timestamp,
        wall: Option<Timestamp>,
    ) -> Result<Self, Failure> {
        let signature = Signature::read(request)?;
        if let Some(wall) = wall {
            signature.check_time([wall, now])?;
        }
        let Signature { access_key, region, service, token, .. } = signature;
        if let Some(session) = sessions.get(&access_key) {
            if token.as_deref() != Some(&session.token) {
                return Err(Failure::coded(
                    "UnrecognizedClientException",
                    403,
                    "The security token included in the request is invalid",
                ));
            }
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
                session: Some(session.clone()),
                access_key,
                region,
                service,
            });
        }
        let account = account_of(&access_key);
        Ok(Self {
            arn: format!("arn:aws:iam::{account}:user/simulated"),
            user_id: format!("AIDA{account}USER"),
            session: None,
            account,
            access_key,
            region,
            service,
        })
    }
}

/// Whether a request has a bearer token in the place of a signature.
pub(crate) fn has_token(headers: &HeaderMap) -> bool {
    let header = headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| !token.trim().is_empty())
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
