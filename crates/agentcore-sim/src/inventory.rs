//! Everything that exists, for whoever may see it all.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::services::data::AgentSession;
use crate::sim::Sim;
use crate::store::{Kind, Resource};

/// One resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InventoryItem {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its id; that of an endpoint is the runtime's id, a slash and its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The account that it is in.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// Its true state, whatever reads may show for a moment.
    pub status: String,
    /// Since when it is in this state: for a good state, when AWS was ready.
    pub status_since: Timestamp,
    /// Why its state is a bad one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The number of its newest version; runtimes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The ARN of the resource that AWS made it for, where it did so by itself: workload identities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its policy, where it was given one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// What Get returns besides what stands above. Nothing is masked.
    pub body: Map<String, Value>,
}

impl InventoryItem {
    fn of(resource: &Resource) -> Self {
        Self {
            kind: resource.kind,
            id: public_id(resource),
            arn: resource.arn.clone(),
            name: resource.name.clone(),
            account: resource.account.clone(),
            region: resource.region.clone(),
            status: resource.status.clone(),
            status_since: resource.status_since,
            failure_reason: resource.failure_reason.clone(),
            tags: resource.tags.clone(),
            created_at: resource.created_at,
            updated_at: resource.updated_at,
            version: (resource.kind == Kind::AgentRuntime).then_some(resource.last_version),
            owner: resource.owner.clone(),
            policy: resource.policy.clone(),
            body: resource.body.clone(),
        }
    }
}

impl Sim {
    /// Everything that exists in all accounts and regions, by ARN, as it was at the last request or
    /// [`advance`](Sim::advance). AWS's own tools are not among it.
    pub fn inventory(&self) -> Vec<InventoryItem> {
        self.store.all().map(InventoryItem::of).collect()
    }

    /// The sessions of agents in all accounts and regions: those that ended, oldest end first, then those that live.
    pub fn agent_sessions(&self) -> Vec<AgentSession> {
        self.store.data.agents.all().cloned().collect()
    }
}

/// The id by which the simulator's own interface knows a resource.
pub(crate) fn public_id(resource: &Resource) -> String {
    Kind::of_arn(&resource.arn).map_or_else(|| resource.id.clone(), |(_, id)| id)
}
