//! `/_sim/faults`.

use serde_json::{Value, json};

use super::{Outcome, Refusal};
use crate::faults::FaultRule;
use crate::sim::Sim;

impl Sim {
    /// Adds a rule by which requests go wrong.
    pub fn add_fault_rule(&mut self, rule: FaultRule) {
        self.faults.0.push(rule);
    }

    /// The rules, in the order in which they were added, with how many requests each has matched.
    pub fn fault_rules(&self) -> &[FaultRule] {
        &self.faults.0
    }

    /// Removes all rules.
    pub fn clear_fault_rules(&mut self) {
        self.faults.0.clear();
    }

    pub(super) fn show_faults(&self) -> Value {
        json!({ "faults": self.fault_rules() })
    }

    pub(super) fn add_fault(&mut self, body: Value) -> Outcome {
        let rule: FaultRule = serde_json::from_value(body).map_err(Refusal::bad)?;
        self.add_fault_rule(FaultRule { matched: 0, ..rule });
        Ok(self.show_faults())
    }

    pub(super) fn clear_faults(&mut self) -> Value {
        self.clear_fault_rules();
        self.show_faults()
    }
}
