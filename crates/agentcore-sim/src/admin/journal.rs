//! `/_sim/journal`.

use serde_json::{Value, json};

use super::{Ask, Outcome, Refusal};
use crate::journal::JournalEntry;
use crate::sim::Sim;

impl Sim {
    /// The requests so far, oldest first, as far back as the settings say.
    pub fn journal(&self) -> impl Iterator<Item = &JournalEntry> {
        self.journal.entries()
    }

    pub(super) fn show_journal(&self, ask: &Ask) -> Outcome {
        ask.knows(&["operation", "resource", "since"])?;
        let find = |wanted: &str| ask.query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let since: u64 = match find("since") {
            Some(text) => text.parse().map_err(|_| Refusal::bad("since must be a number"))?,
            None => 0,
        };
        let (operation, resource) = (find("operation"), find("resource"));
        let entries: Vec<&JournalEntry> = self
            .journal
            .entries()
            .filter(|entry| entry.seq > since)
            .filter(|entry| operation.is_none_or(|wanted| entry.operation == wanted))
            .filter(|entry| resource.is_none_or(|wanted| concerns(entry, wanted)))
            .collect();
        Ok(json!({ "entries": entries, "last": self.journal.last() }))
    }

    pub(super) fn clear_journal(&mut self) -> Value {
        self.journal.clear();
        json!({ "last": self.journal.last() })
    }
}

fn concerns(entry: &JournalEntry, wanted: &str) -> bool {
    let named = [&entry.resource_id, &entry.resource_name];
    named.into_iter().flatten().any(|text| text.contains(wanted)) || entry.parameters.to_string().contains(wanted)
}
