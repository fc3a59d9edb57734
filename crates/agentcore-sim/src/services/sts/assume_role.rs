//! AssumeRole and AssumeRoleWithWebIdentity: a session in the account of the role.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::access::{Asked, Assumption, may_assume};
use crate::failure::Failure;
use crate::moment::{later, seconds};
use crate::policy::{Policy, Sort};
use crate::services::{Call, Reply};
use crate::settings::Roles;
use crate::shape::{Shape, common, matches, pattern};
use crate::store::Session;

static WEB_TOKEN: Shape = crate::shape::text(4, 20_000);
static SESSION_NAME: Shape = pattern(2, 64, r"[\w+=,.@-]*");
/// How long a session lasts in seconds, if nothing is said.
const DEFAULT_SECONDS: u64 = 3600;
/// How long a session lasts at most that a session makes.
const CHAINED_SECONDS: u64 = 3600;

/// A session of a role for the caller.
pub(super) fn assume_role(call: &mut Call<'_>) -> Result<Reply, Failure> {
    session(call, Assumption::Caller).map(|result| Reply::Json(Value::Object(result)))
}

/// A session of a role for whoever has the token. Tokens are not verified.
pub(super) fn assume_role_with_web_identity(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let token = parameter(call, "WebIdentityToken");
    WEB_TOKEN.accept_text("WebIdentityToken", &token)?;
    let mut result = session(call, Assumption::Token(&token))?;
    result.insert("SubjectFromWebIdentityToken".to_owned(), Value::from("unverified"));
    Ok(Reply::Json(Value::Object(result)))
}

fn session(call: &mut Call<'_>, how: Assumption<'_>) -> Result<Map<String, Value>, Failure> {
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
    let policies = policies(call, account)?;
    if call.settings.switches.roles == Roles::Checked {
        check(call, &role, how, duration)?;
    }
    let access_key = format!("ASIA{}", call.random.key_suffix());
    let secret = call.random.secret(40);
    let token = call.random.secret(96);
    let known = call.store.iam.role_at(&role).map(|role| role.id.clone());
    let role_id = known.unwrap_or_else(|| format!("AROA{}", call.random.key_suffix()));
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
    call.store.iam.use_role(&role, call.now, &call.caller.region);
    let tags = tags(call);
    let session =
        Session { account: account.to_owned(), arn, user_id, role: role.clone(), policies, tags, expires, token };
    call.store.sessions.insert(access_key, session, call.now);
    Ok(result.as_object().cloned().unwrap_or_default())
}

/// Refuses whoever is not trusted with the role, and sessions that are longer than it allows.
fn check(call: &Call<'_>, role: &str, how: Assumption<'_>, duration: u64) -> Result<(), Failure> {
    let asked = Asked {
        store: call.store,
        settings: call.settings,
        now: call.now,
        service: call.service,
        operation: call.operation,
        caller: call.caller,
        params: call.params,
    };
    may_assume(&asked, role, how)?;
    let longest = call.store.iam.role_at(role).map_or(DEFAULT_SECONDS, |role| role.max_session_seconds);
    let message = if duration > longest {
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    } else if call.caller.session.is_some() && duration > CHAINED_SECONDS {
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    } else {
        return Ok(());
    };
    Err(Failure::field("DurationSeconds", message))
}

/// The policies that a session is made with.
fn policies(call: &Call<'_>, account: &str) -> Result<Vec<String>, Failure> {
    let mut documents: Vec<String> =
        Some(parameter(call, "Policy")).filter(|text| !text.is_empty()).into_iter().collect();
    for one in call.params.body.get("PolicyArns").and_then(Value::as_array).into_iter().flatten() {
        let arn = one.get("arn").and_then(Value::as_str).unwrap_or_default();
        let unknown = || Failure::field("PolicyArns", format!("Policy {arn} does not exist or is not attachable."));
        documents.push(call.store.iam.document(account, arn).ok_or_else(unknown)?);
    }
    for document in &documents {
        let malformed =
            |error: crate::policy::Malformed| Failure::coded("MalformedPolicyDocument", 400, error.to_string());
        Policy::parse(document, Sort::Identity).map_err(malformed)?;
    }
    Ok(documents)
}

/// The tags that a session is made with.
fn tags(call: &Call<'_>) -> BTreeMap<String, String> {
    let given = call.params.body.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let part = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    given.map(|tag| (part(tag, "Key"), part(tag, "Value"))).collect()
}

fn parameter(call: &Call<'_>, name: &str) -> String {
    call.params.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
