//! AssumeRole and AssumeRoleWithWebIdentity: a session in the account of the role.

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::moment::{later, seconds};
use crate::services::{Call, Reply};
use crate::shape::{Shape, common, matches, pattern};
use crate::store::Session;

static SESSION_NAME: Shape = pattern(2, 64, r"[\w+=,.@-]*");
/// How long a session lasts in seconds, if nothing is said.
const DEFAULT_SECONDS: u64 = 3600;

/// A session of a role for the caller.
pub(super) fn assume_role(call: &mut Call<'_>) -> Result<Reply, Failure> {
    session(call).map(|result| Reply::Json(Value::Object(result)))
}

/// A session of a role for whoever has the token. Tokens are not verified.
pub(super) fn assume_role_with_web_identity(call: &mut Call<'_>) -> Result<Reply, Failure> {
    if parameter(call, "WebIdentityToken").is_empty() {
        return Err(Failure::field("WebIdentityToken", "WebIdentityToken must not be empty"));
    }
    let mut result = session(call)?;
    result.insert("SubjectFromWebIdentityToken".to_owned(), Value::from("unverified"));
    Ok(Reply::Json(Value::Object(result)))
}

fn session(call: &mut Call<'_>) -> Result<Map<String, Value>, Failure> {
    let role = parameter(call, "RoleArn");
    common::ROLE.accept_text("RoleArn", &role)?;
    let name = parameter(call, "RoleSessionName");
    SESSION_NAME.accept_text("RoleSessionName", &name)?;
    let duration = match parameter(call, "DurationSeconds").as_str() {
        "" => DEFAULT_SECONDS,
        text => text
            .parse()
            .ok()
            .filter(|seconds| (900..=43_200).contains(seconds))
            .ok_or_else(|| Failure::field("DurationSeconds", "DurationSeconds must be between 900 and 43200"))?,
    };
    let (Some(account), Some(role_name)) = (role.split(':').nth(4), role.rsplit('/').next()) else {
        return Err(Failure::field("RoleArn", "RoleArn is not the ARN of a role"));
    };
    if !matches("[0-9]{12}", account) {
        return Err(Failure::field("RoleArn", "RoleArn has no account"));
    }
    let access_key = format!("ASIA{}", call.random.key_suffix());
    let secret = call.random.secret(40);
    let token = call.random.secret(96);
    let role_id = format!("AROA{}", call.random.key_suffix());
    let arn = format!("arn:aws:sts::{account}:assumed-role/{role_name}/{name}");
    let user_id = format!("{role_id}:{name}");
    let expires = later(call.now, seconds(duration));
    let result = json!({
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": format!("{expires:.0}"),
        },
        "AssumedRoleUser": { "AssumedRoleId": user_id, "Arn": arn },
    });
    let session = Session { account: account.to_owned(), arn, user_id, expires, token };
    call.store.sessions.insert(access_key, session, call.now);
    Ok(result.as_object().cloned().unwrap_or_default())
}

fn parameter(call: &Call<'_>, name: &str) -> String {
    call.params.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
