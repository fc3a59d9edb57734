//! GetCallerIdentity.

use crate::answer::escape;
use crate::failure::Failure;
use crate::services::{Call, Reply};

/// Who the caller is.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one signature")]
pub(super) fn get_caller_identity(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let caller = call.caller;
    Ok(Reply::Xml(format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escape(&caller.arn),
        escape(&caller.user_id),
        escape(&caller.account)
    )))
}
