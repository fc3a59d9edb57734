//! What scenarios look at.

use agentcore_api::{
    names,
    status::{CommonStatus, ConditionType, PartRecord},
};
use jiff::SignedDuration;

use crate::{
    aws::{Shape, Switches},
    bench::Bench,
    stories::spec,
    toy::Spec,
};

impl<const U: bool> Bench<U> {
    /// An object that is Ready.
    pub fn with_ready(switches: Switches) -> Self {
        let mut bench = Self::new(switches);
        bench.create(spec());
        bench.run(40);
        assert_eq!(bench.says(), "True/Available");
        bench
    }

    pub fn common(&self) -> CommonStatus {
        self.server.stored.as_ref().unwrap().status().common
    }

    pub fn record(&self) -> PartRecord {
        self.common().record.unwrap()["main"].clone()
    }

    /// Ready's status and reason.
    pub fn says(&self) -> String {
        let status = self.common();
        let ready = status.condition(ConditionType::Ready).unwrap();
        format!("{}/{}", ready.status, ready.reason)
    }

    pub fn message(&self) -> String {
        self.common().condition(ConditionType::Ready).unwrap().message.clone()
    }

    pub fn stalled(&self) -> Option<String> {
        self.common().condition(ConditionType::Stalled).map(|condition| condition.reason.clone())
    }

    /// The text of the last event.
    pub fn last_event(&self) -> &str {
        self.events.last().map_or("", String::as_str)
    }

    pub fn gone(&self) -> bool {
        self.server.stored.is_none()
    }

    /// How often AWS was called for this so far.
    pub fn calls(&mut self, verb: &str) -> usize {
        self.home().writes.iter().filter(|seen| seen.verb == verb).count()
    }

    /// All writes so far, in a line.
    pub fn verbs(&mut self) -> String {
        let verbs: Vec<_> = self.home().writes.iter().map(|seen| seen.verb).collect();
        verbs.join(" ")
    }

    /// The resources of objects that exist.
    pub fn ours(&mut self) -> Vec<Shape> {
        let now = self.now;
        let ours = self.home().existing(now).filter(|(resource, _)| resource.made_for.is_some());
        ours.map(|(_, shape)| shape.clone()).collect()
    }

    /// Somebody deletes all resources behind our back.
    pub fn sweep_away(&mut self) {
        let now = self.now;
        for resource in &mut self.home().resources {
            resource.becomes(now, vec![(SignedDuration::ZERO, None)]);
        }
    }

    /// Somebody else changes what AWS has.
    pub fn others_change(&mut self, change: impl Fn(&mut Spec)) {
        let now = self.now;
        for resource in &mut self.home().resources {
            if let Some(mut shape) = resource.at(now).cloned() {
                change(&mut shape.settings);
                let changed = Shape { version: shape.version + 1, updated_at: now, ..shape };
                resource.becomes(now, vec![(SignedDuration::ZERO, Some(changed))]);
            }
        }
    }

    /// AWS shows our resources in this state from now on.
    pub fn turn_to(&mut self, state: &'static str) {
        let now = self.now;
        for resource in &mut self.home().resources {
            let shape = resource.at(now).cloned().map(|shape| Shape { state, ..shape });
            resource.becomes(now, vec![(SignedDuration::ZERO, shape)]);
        }
    }

    /// The name that the operator gives.
    pub fn derived_name() -> String {
        names::aws_name("cluster", "Toy", "agents", "support")
    }

    /// Nothing is written in the next hour, and nothing was wrong.
    pub fn silent(&mut self) {
        let (api, aws) = (self.server.writes, self.home().writes.len());
        self.run(3700);
        assert_eq!((self.server.writes, self.home().writes.len()), (api, aws), "writes at rest");
        self.clean();
    }

    pub fn clean(&self) {
        assert!(self.wrong.is_empty(), "{:?}", self.wrong);
    }
}
