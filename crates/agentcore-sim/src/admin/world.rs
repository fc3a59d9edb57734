//! `/_sim/reset`, `/_sim/save`, `/_sim/load` and `/_sim/clock`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Outcome, Refusal};
use crate::services::{self, Service};
use crate::settings::{Settings, SettingsError};
use crate::sim::Sim;

/// The form of what save writes and load reads.
const FORMAT: u32 = 3;

impl Sim {
    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Other settings for the same world. What is under way ends when it would have ended.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// How far the clock here is ahead of the times that requests are given.
    pub fn clock_offset(&self) -> SignedDuration {
        self.clock_offset
    }

    /// Moves the clock on.
    pub fn advance_clock(&mut self, by: SignedDuration) {
        self.clock_offset = self.clock_offset.saturating_add(by);
    }

    pub(super) fn reset(&mut self, body: &Value) -> Outcome {
        // What is not understood must not cost anybody the world.
        let mut change = match body {
            Value::Null => Map::new(),
            Value::Object(change) => change.clone(),
            _ => return Err(Refusal::bad("a reset takes an object with the settings to change, or nothing")),
        };
        let keep = match change.remove("keep") {
            None => false,
            Some(Value::Bool(keep)) => keep,
            Some(_) => return Err(Refusal::bad("keep must be true or false")),
        };
        let mut settings = self.settings.clone();
        settings.merge(&Value::Object(change)).map_err(Refusal::bad)?;
        if keep {
            self.settings = settings;
        } else {
            *self = Self::new(settings);
        }
        serde_json::to_value(&self.settings).map_err(Refusal::bad)
    }

    pub(super) fn save(&self) -> Outcome {
        let state = serde_json::to_value(self).map_err(Refusal::bad)?;
        Ok(json!({ "format": FORMAT, "state": state }))
    }

    pub(super) fn load(&mut self, mut body: Value) -> Outcome {
        if body.get("format") != Some(&Value::from(FORMAT)) {
            return Err(Refusal::bad(format!("only what /_sim/save wrote in format {FORMAT} can be loaded")));
        }
        let state = body.get_mut("state").map(Value::take).unwrap_or_default();
        let sim: Self = serde_json::from_value(state).map_err(Refusal::bad)?;
        sim.settings.check().map_err(|error: SettingsError| Refusal::bad(error))?;
        *self = sim;
        Ok(json!({}))
    }

    /// How many requests a second pass, by service and operation, where they are counted.
    pub(super) fn show_quotas(&self) -> Value {
        let of = |service: &Service| {
            let operations = service.operations.iter().map(|one| (one.name.to_owned(), json!(self.per_second(one))));
            (service.name.to_owned(), Value::Object(operations.collect()))
        };
        json!({ "requestsPerSecond": services::all().map(of).collect::<Map<_, _>>() })
    }

    pub(super) fn show_clock(&self, now: Timestamp) -> Value {
        json!({ "now": now, "offsetSeconds": self.clock_offset.as_secs_f64() })
    }

    pub(super) fn set_clock(&mut self, now: Timestamp, body: &Value) -> Outcome {
        let by = body.get("advanceSeconds").and_then(Value::as_f64);
        let by = by.ok_or_else(|| Refusal::bad("advanceSeconds must be a number"))?;
        let by = SignedDuration::try_from_secs_f64(by).map_err(Refusal::bad)?;
        if by.is_negative() {
            return Err(Refusal::bad("the clock cannot be put back"));
        }
        self.advance_clock(by);
        let now = crate::moment::later(now, by);
        self.advance_to(now);
        Ok(self.show_clock(now))
    }
}
