//! What a simulator is told before it starts. Plain data, changed by nothing but its owner.

mod quotas;
mod switches;
mod table;

pub use quotas::Quotas;
pub use switches::{
    Gone, OmittedMember, Roles, RuntimeDeletion, RuntimeNames, Served, Switches, Throttling, UpdatedAt,
};
pub use table::{SWITCHES, Switch};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How long things take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Every change is complete by the next request.
    #[default]
    Fast,
    /// Changes take as long as they were seen to take in AWS, divided by [`Settings::speed`].
    Realistic,
}

/// All settings of a simulator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// How long things take.
    pub mode: Mode,
    /// By what the durations of the realistic mode are divided. Above 0.
    pub speed: f64,
    /// Where the generator of ids and durations starts.
    pub seed: u64,
    /// What is not known about AWS, or not always wanted.
    pub switches: Switches,
    /// How much there may be of each thing, and how many requests a second.
    pub quotas: Quotas,
    /// How many requests the journal keeps; then the oldest go.
    pub journal_limit: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Fast,
            speed: 1.0,
            seed: 1,
            switches: Switches::default(),
            quotas: Quotas::default(),
            journal_limit: 100_000,
        }
    }
}

/// Why a setting was refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// `--set` wants a name and a value.
    #[error("`{0}` is not of the form SWITCH=VALUE")]
    Form(String),
    /// The speed divides durations, so it must be a positive number.
    #[error("the speed must be a number above 0, and {0} is not")]
    Speed(f64),
    /// Pages of memories have 1 to 100 items.
    #[error("memoryPage must be a number from 1 to 100, and {0} is not")]
    MemoryPage(u32),
    /// Quotas of requests are set by the names of operations.
    #[error("quotas.requestsPerSecond.{0} is of no operation here; the README lists them all")]
    Operation(String),
    /// There is no such setting, or no such value for it.
    #[error(transparent)]
    Document(#[from] serde_json::Error),
}

impl Settings {
    /// Settings of the realistic mode, all else by default.
    pub fn realistic() -> Self {
        Self { mode: Mode::Realistic, ..Self::default() }
    }

    /// Sets one switch from text of the form `name=value`, or one quota from `quotas.name=value`.
    ///
    /// `auto` stands for a value that follows the mode, `on` and `off` for true and false.
    pub fn set(&mut self, assignment: &str) -> Result<(), SettingsError> {
        let (name, text) = assignment.split_once('=').ok_or_else(|| SettingsError::Form(assignment.to_owned()))?;
        let value = match text {
            "auto" => Value::Null,
            "on" => Value::Bool(true),
            "off" => Value::Bool(false),
            other => serde_json::from_str(other).unwrap_or_else(|_| Value::String(other.to_owned())),
        };
        let place = if name.starts_with("quotas.") { name.to_owned() } else { format!("switches.{name}") };
        let change = place.rsplit('.').fold(value, |inner, part| json!({ (part): inner }));
        self.merge(&change)
    }

    /// Takes over the members that a JSON document has; the others stay as they are.
    pub(crate) fn merge(&mut self, change: &Value) -> Result<(), SettingsError> {
        let mut document = serde_json::to_value(&*self)?;
        overlay(&mut document, change);
        let merged: Self = serde_json::from_value(document)?;
        merged.check()?;
        *self = merged;
        Ok(())
    }

    /// Whether the numbers make sense.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !(self.speed.is_finite() && self.speed > 0.0) {
            return Err(SettingsError::Speed(self.speed));
        }
        let known = |name: &&String| crate::services::all().any(|service| service.has(name));
        if let Some(name) = self.quotas.requests_per_second.keys().find(|name| !known(name)) {
            return Err(SettingsError::Operation(name.clone()));
        }
        let page = self.switches.memory_page;
        if (1..=100).contains(&page) { Ok(()) } else { Err(SettingsError::MemoryPage(page)) }
    }

    /// A duration of the realistic mode at this speed; nothing in the fast mode.
    pub(crate) fn pace(&self, duration: SignedDuration) -> SignedDuration {
        match self.mode {
            Mode::Fast => SignedDuration::ZERO,
            Mode::Realistic => self.scaled(duration),
        }
    }

    /// A duration at this speed, in either mode.
    pub(crate) fn scaled(&self, duration: SignedDuration) -> SignedDuration {
        SignedDuration::try_from_secs_f64(duration.as_secs_f64() / self.speed).unwrap_or(duration)
    }

    /// Whether requests are counted against the quotas per second.
    pub(crate) fn request_quotas(&self) -> bool {
        self.switches.request_quotas.unwrap_or(self.mode == Mode::Realistic)
    }

    /// For how long after its creation a resource cannot be read.
    pub(crate) fn read_lag(&self) -> SignedDuration {
        self.lag(self.switches.read_lag_ms, 300)
    }

    /// For how long a list does not show a new resource, and still shows a deleted one.
    pub(crate) fn list_lag(&self) -> SignedDuration {
        self.lag(self.switches.list_lag_ms, 1500)
    }

    /// How much later than it could be each answer is sent.
    pub(crate) fn latency(&self) -> SignedDuration {
        self.lag(self.switches.latency_ms, 40)
    }

    /// For how long after its creation nobody can become a role.
    pub(crate) fn role_propagation(&self) -> SignedDuration {
        self.lag(self.switches.role_propagation_ms, 10_000)
    }

    /// Whether reads may show the state before for a moment once more.
    pub(crate) fn flaps(&self) -> bool {
        self.switches.flaps.unwrap_or(self.mode == Mode::Realistic)
    }

    /// What was set, to the letter; else so many milliseconds of the realistic mode at this speed.
    fn lag(&self, set: Option<u64>, otherwise: u64) -> SignedDuration {
        set.map_or_else(|| self.pace(crate::moment::millis(otherwise)), crate::moment::millis)
    }
}

/// Lays one JSON document over another, object by object.
fn overlay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overlay(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}
