//! What X-Ray knows of each account and region.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::services::Call;
use crate::services::places::Places;

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    places: Places<Place>,
}

/// What one account has in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Place {
    /// Where segments of traces go.
    pub(super) destination: String,
    /// When they go there; none if they always did.
    pub(super) active_at: Option<Timestamp>,
    /// How many of a hundred spans the only rule indexes.
    pub(super) percentage: f64,
    /// When that was changed.
    pub(super) modified_at: Option<Timestamp>,
    /// By name.
    pub(super) policies: BTreeMap<String, Policy>,
}

/// Who may send traces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) document: String,
    pub(super) revision: u64,
    pub(super) updated_at: Timestamp,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            destination: "XRay".to_owned(),
            active_at: None,
            percentage: 1.0,
            modified_at: None,
            policies: BTreeMap::new(),
        }
    }
}

impl Place {
    /// Whether traces go where they are to go.
    pub(super) fn active(&self, now: Timestamp) -> bool {
        self.active_at.is_none_or(|at| at <= now)
    }
}

impl State {
    /// Everything, readable, of the accounts and regions where something was changed.
    pub(crate) fn inventory(&self) -> Value {
        let one = |(account, region, place): (&str, &str, &Place)| {
            let policies = place.policies.iter().map(
                |(name, policy)| json!({ "name": name, "document": policy.document, "revision": policy.revision }),
            );
            json!({
                "account": account,
                "region": region,
                "traceSegmentDestination": place.destination,
                "activeAt": place.active_at,
                "desiredSamplingPercentage": place.percentage,
                "resourcePolicies": policies.collect::<Vec<_>>(),
            })
        };
        Value::Array(self.places.all().map(one).collect())
    }
}

impl Call<'_> {
    /// What the caller's account has in the caller's region.
    pub(super) fn xray(&mut self) -> &mut Place {
        self.store.xray.places.here_mut(self.caller)
    }
}

/// The request is not one that the service takes now.
pub(super) fn refused(message: impl Into<String>) -> Failure {
    Failure::coded("InvalidRequestException", 400, message)
}
