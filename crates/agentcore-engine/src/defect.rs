//! An object whose pass met a defect of the operator.

use agentcore_api::status::Reason;
use jiff::Timestamp;

use crate::{
    conditions::{self, Verdict},
    kind::Kind,
    object::Object,
};

/// The status of an object whose pass panicked; `None` where it says so already.
pub fn defect<K: Kind>(object: &Object<K>, now: Timestamp) -> Option<K::Status> {
    let deleting = object.meta.deleting();
    let reason = Reason::InternalError;
    let verdict = if deleting { Verdict::DeletionStuck(reason) } else { Verdict::Retrying(reason) };
    let or_else = object.meta.or_abandon();
    let message = format!(
        "the operator met a defect of its own in a pass over this object; the log has the details. It is tried again \
         every few minutes: please report it{or_else}"
    );
    let mut written = object.status.clone();
    conditions::apply(K::status_mut(&mut written), verdict, &message, object.meta.generation, now);
    (written != object.status).then_some(written)
}
