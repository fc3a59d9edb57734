//! The form of signatures. What they are worth is not verified.

use bytes::Bytes;
use http::Request;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::moment::{later, seconds};
use crate::request::pairs;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// By how much the clock of a caller may be wrong.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// How times are written in signatures.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// What a signature says.
#[derive(Debug, PartialEq)]
pub(crate) struct Signature {
    pub(crate) access_key: String,
    pub(crate) region: String,
    /// The signing name of the service.
    pub(crate) service: String,
    /// The token of a session.
    pub(crate) token: Option<String>,
    /// When it was made, if it says so.
    made: Option<Timestamp>,
    /// For how long it is good after that.
    life: SignedDuration,
}

impl Signature {
    /// Reads the header `Authorization`, or the query of a presigned URL.
    pub(crate) fn read(request: &Request<Bytes>) -> Result<Self, Failure> {
        if let Some(header) = request.headers().get(http::header::AUTHORIZATION) {
            return Self::in_header(request, header.to_str().unwrap_or_default());
        }
        let query = pairs(request.uri().query().unwrap_or_default());
        if query.iter().any(|(name, _)| name == "X-Amz-Algorithm") {
            return Self::in_query(&query);
        }
        Err(Failure::coded("MissingAuthenticationTokenException", 403, "Missing Authentication Token"))
    }

    fn in_header(request: &Request<Bytes>, text: &str) -> Result<Self, Failure> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let parts = text.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' ')).ok_or_else(incomplete)?;
        let part = |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let parts = (part("Credential"), part("SignedHeaders"), part("Signature"));
        let (Some(credential), Some(headers), Some(signature)) = parts else { return Err(incomplete()) };
        let token = header("x-amz-security-token");
        Self::new(credential, headers, signature, header("x-amz-date").as_deref(), TOLERANCE, token)
    }

    fn in_query(query: &[(String, String)]) -> Result<Self, Failure> {
        let find = |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let life = find("X-Amz-Expires").map_or(Some(0), |text| text.parse().ok().filter(|life| *life <= 604_800));
        let parts = (find("X-Amz-Credential"), find("X-Amz-SignedHeaders"), find("X-Amz-Signature"), life);
        let (Some(credential), Some(headers), Some(signature), Some(life)) = parts else { return Err(incomplete()) };
        let (Some(ALGORITHM), Some(date)) = (find("X-Amz-Algorithm"), find("X-Amz-Date")) else {
            return Err(incomplete());
        };
        let life = TOLERANCE.max(seconds(life));
        let token = find("X-Amz-Security-Token").map(str::to_owned);
        Self::new(credential, headers, signature, Some(date), life, token)
    }

    fn new(
        credential: &str,
        headers: &str,
        signature: &str,
        time: Option<&str>,
        life: SignedDuration,
        token: Option<String>,
    ) -> Result<Self, Failure> {
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key, date, region, service, "aws4_request"] = scope.as_slice() else { return Err(incomplete()) };
        let dated = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
        let hex = !signature.is_empty() && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
        let named = ![*access_key, *region, *service].contains(&"");
        if !(dated && hex && named && headers.split(';').any(|name| name == "host")) {
            return Err(incomplete());
        }
        let made = match time {
            None => None,
            Some(time) if !time.starts_with(date) => {
                return Err(mismatch(format!(
                    "Date in Credential scope does not match the date of the request: {time}"
                )));
            }
            Some(time) => Some(moment(time).ok_or_else(incomplete)?),
        };
        let (access_key, region, service) = ((*access_key).to_owned(), (*region).to_owned(), (*service).to_owned());
        Ok(Self { access_key, region, service, token, made, life })
    }

    /// Whether it is neither too old nor from the future, by one of these clocks.
    pub(crate) fn check_time(&self, clocks: [Timestamp; 2]) -> Result<(), Failure> {
        let Some(made) = self.made else { return Ok(()) };
        let good = |clock| later(made, -TOLERANCE) <= clock && clock <= later(made, self.life);
        if clocks.into_iter().any(good) {
            return Ok(());
        }
        let [clock, _] = clocks;
        let (made, now) = (written(made), written(clock));
        Err(mismatch(if now > made {
            let earliest = written(later(clock, -self.life));
            let minutes = self.life.as_mins();
            format!("Signature expired: {made} is now earlier than {earliest} ({now} - {minutes} min.)")
        } else {
            let latest = written(later(clock, TOLERANCE));
            format!("Signature not yet current: {made} is still later than {latest} ({now} + 5 min.)")
        }))
    }
}

/// Whether a parameter in a query belongs to the signature of the URL.
pub(crate) fn is_of_signature(name: &str) -> bool {
    name.starts_with("X-Amz-")
}

fn moment(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime(TIME, text).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn written(time: Timestamp) -> String {
    time.strftime(TIME).to_string()
}

fn mismatch(message: String) -> Failure {
    Failure::coded("InvalidSignatureException", 403, message)
}

fn incomplete() -> Failure {
    Failure::coded(
        "IncompleteSignatureException",
        403,
        "A signature must have the form AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, \
         SignedHeaders=...host..., Signature=... in the header Authorization, or the same in the query of a URL",
    )
}
