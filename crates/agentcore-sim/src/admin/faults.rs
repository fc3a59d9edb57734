//! `/_sim/faults`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Ask, Outcome, Refusal};
use crate::faults::{Fault, FaultRule};
use crate::past::Past;
use crate::services;
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
        if body.get("fault").and_then(Value::as_object).is_some_and(|fault| fault.len() != 1) {
            return Err(Refusal::bad("fault must have exactly one member; a second fault is a rule of its own"));
        }
        let rule: FaultRule = serde_json::from_value(body).map_err(Refusal::bad)?;
        check(&rule)?;
        let id = self.add_fault_rule(FaultRule { matched: 0, ..rule });
        Ok(json!({ "id": id, "faults": self.fault_rules() }))
    }

    pub(super) fn clear_faults(&mut self, ask: &Ask) -> Outcome {
        ask.knows(&["id"])?;
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

/// Refuses what could never happen: a test that relies on such a rule would test nothing.
fn check(rule: &FaultRule) -> Result<(), Refusal> {
    if let Fault::Error(error) = &rule.fault
        && !(400..=599).contains(&error.status)
    {
        return Err(Refusal::bad(format!(
            "the status of an error is one from 400 to 599, and {} is not",
            error.status
        )));
    }
    let service = rule.service.as_deref();
    let possible =
        services::all().filter(|one| service.is_none_or(|name| [one.name, one.signing_name].contains(&name)));
    let possible: Vec<_> = possible.collect();
    let operation = rule.operation.as_deref().unwrap_or_default();
    if let Some(service) = service.filter(|_| possible.is_empty()) {
        let names: Vec<&str> = services::all().map(|service| service.name).collect();
        return Err(Refusal::bad(format!("{service} is no service here; there are {}", names.join(", "))));
    }
    if operation.is_empty() || possible.iter().any(|service| service.has(operation)) {
        return Ok(());
    }
    let place = service.map_or_else(|| "any service".to_owned(), str::to_owned);
    Err(Refusal::bad(format!("{operation} is no operation of {place} here; the README lists them all")))
}
