//! `/_sim/faults`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Ask, Outcome, Refusal};
use crate::faults::FaultRule;
use crate::past::Past;
use crate::sim::Sim;

impl Sim {
    /// Adds a rule by which requests go wrong, and returns its number.
    pub fn add_fault_rule(&mut self, rule: FaultRule) -> u64 {
        let id = self.faults.add(rule);
        if self.faults.stalest().is_some() {
            self.past.begin(&self.store);
        }
        id
    }

    /// The rules, in the order in which they were added, with how many requests each has matched.
    pub fn fault_rules(&self) -> &[FaultRule] {
        self.faults.rules()
    }

    /// Removes a rule, if there is one of this number.
    pub fn remove_fault_rule(&mut self, id: u64) -> bool {
        let found = self.faults.remove(id);
        if self.faults.stalest().is_none() {
            self.past = Past::default();
        }
        found
    }

    /// Removes all rules.
    pub fn clear_fault_rules(&mut self) {
        self.faults.clear();
        self.past = Past::default();
    }

    pub(super) fn show_faults(&self) -> Value {
        json!({ "faults": self.fault_rules() })
    }

    pub(super) fn add_fault(&mut self, body: Value) -> Outcome {
        let rule: FaultRule = serde_json::from_value(body).map_err(Refusal::bad)?;
        let id = self.add_fault_rule(FaultRule { matched: 0, ..rule });
        Ok(json!({ "id": id, "faults": self.fault_rules() }))
    }

    pub(super) fn clear_faults(&mut self, ask: &Ask) -> Outcome {
        let Some((_, text)) = ask.query.iter().find(|(name, _)| name == "id") else {
            self.clear_fault_rules();
            return Ok(self.show_faults());
        };
        let id = text.parse().map_err(|_| Refusal::bad("id must be a number"))?;
        if self.remove_fault_rule(id) {
            Ok(self.show_faults())
        } else {
            Err(Refusal(StatusCode::NOT_FOUND, format!("there is no fault with the id {id}")))
        }
    }
}
