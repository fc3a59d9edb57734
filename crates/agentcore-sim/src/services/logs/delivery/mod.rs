//! Deliveries: from a resource that has logs or traces, to where they are kept.
//!
//! What is wrong with a request is a ValidationException here, and an InvalidParameterException elsewhere in the
//! service.

pub(super) mod deliveries;
pub(super) mod destinations;
pub(super) mod sources;

use jiff::Timestamp;

use super::shapes::refused;
use crate::failure::Failure;
use crate::moment::later;
use crate::services::Call;

/// In realistic mode, for how long a source or a destination takes no change after one, in milliseconds.
const BUSY: (u64, u64) = (300, 1_000);

/// The outcome, in the words of the deliveries.
fn worded<T>(outcome: Result<T, Failure>) -> Result<T, Failure> {
    outcome.map_err(|failure| match failure {
        Failure::Validation { message, .. } => wrong(message),
        other => other,
    })
}

fn wrong(message: impl Into<String>) -> Failure {
    refused("ValidationException", message)
}

fn conflict(message: impl Into<String>) -> Failure {
    refused("ConflictException", message)
}

impl Call<'_> {
    /// Takes sources and destinations for a change, unless one of them is still taken.
    fn occupy(&mut self, arns: &[&str]) -> Result<(), Failure> {
        let now = self.now;
        let duration = self.random.millis(BUSY.0, BUSY.1);
        let until = later(now, self.settings.pace(duration));
        let busy = &mut self.logs().busy;
        busy.retain(|_, until: &mut Timestamp| *until > now);
        if arns.iter().any(|arn| busy.contains_key(*arn)) {
            return Err(conflict("Requested resource is currently being updated. Please try again."));
        }
        if until > now {
            busy.extend(arns.iter().map(|arn| ((*arn).to_owned(), until)));
        }
        Ok(())
    }

    /// The ARN of something that belongs to deliveries.
    fn delivery_arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:logs:{}:{}:{kind}:{name}", self.caller.region, self.caller.account)
    }
}
