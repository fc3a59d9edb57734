//! An object whose write to AWS waits for its turn, because AWS takes so many a second and others are first.

use agentcore_api::status::{ConditionType, Reason};
use jiff::Timestamp;

use crate::{
    conditions::{self, Verdict},
    kind::Kind,
    object::Object,
};

/// The status of an object whose write waits for its turn; `None` where it says enough already.
///
/// It says so of what is new: what was Ready for this very spec stays so, and what failed goes on saying why.
pub fn queued<K: Kind>(object: &Object<K>, message: &str, now: Timestamp) -> Option<K::Status> {
    let status = K::status(&object.status);
    let ready = status.condition(ConditionType::Ready);
    let is_of_now = status.observed_generation == Some(object.meta.generation);
    let verdict = if object.meta.deleting() {
        let is_told = ready.is_some_and(|ready| ready.reason == Reason::Deleting.as_str());
        (!is_told).then_some(Verdict::Deleting)
    } else {
        let is_open = ready.is_none_or(|ready| ready.status == "Unknown");
        (is_open || !is_of_now).then_some(Verdict::Progressing(Reason::Queued))
    }?;
    let mut written = object.status.clone();
    conditions::apply(K::status_mut(&mut written), verdict, message, object.meta.generation, now);
    (written != object.status).then_some(written)
}
