//! GetCallerIdentity.

use serde_json::json;

use crate::failure::Failure;
use crate::services::{Call, Reply};

/// Who the caller is.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one signature")]
pub(super) fn get_caller_identity(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let caller = call.caller;
    Ok(Reply::Json(json!({ "Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account })))
}
