//! `/_sim/images`.

use jiff::Timestamp;
use serde_json::Value;

use super::{Outcome, Refusal};
use crate::services::ecr::{Sample, add_sample};
use crate::sim::Sim;

impl Sim {
    pub(super) fn add_image(&mut self, now: Timestamp, body: Value) -> Outcome {
        let sample: Sample = serde_json::from_value(body).map_err(Refusal::bad)?;
        add_sample(&mut self.store.ecr, &sample, now).map_err(|failure| Refusal::bad(failure.message()))
    }
}
