//! What CloudWatch Logs has.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::services::places::Places;

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    pub(super) places: Places<Place>,
}

/// What one account has in one region.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Place {
    /// By name.
    pub(super) groups: BTreeMap<String, Group>,
    /// The policies of the account, by name.
    pub(super) policies: BTreeMap<String, Policy>,
    /// The policies of log groups, by the group's ARN.
    pub(super) group_policies: BTreeMap<String, Policy>,
    /// By name.
    pub(super) sources: BTreeMap<String, Source>,
    /// By name.
    pub(super) destinations: BTreeMap<String, Destination>,
    /// By id.
    pub(super) deliveries: BTreeMap<String, Delivery>,
    /// Until when a source or a destination takes no further change, by ARN.
    pub(super) busy: BTreeMap<String, Timestamp>,
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    /// Without the star at the end.
    pub(super) arn: String,
    pub(super) created_at: Timestamp,
    pub(super) retention_days: Option<i64>,
    pub(super) key: Option<String>,
    pub(super) class: String,
    pub(super) protected: bool,
    pub(super) tags: BTreeMap<String, String>,
    /// By name.
    pub(super) streams: BTreeMap<String, Stream>,
}

/// A log stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stream {
    pub(super) created_at: Timestamp,
    /// When the last events came.
    pub(super) ingested_at: Option<Timestamp>,
    /// By id: ids are in the order of the events' times.
    pub(super) events: BTreeMap<String, Event>,
}

/// One line of a log. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) timestamp: i64,
    pub(super) ingested: i64,
    pub(super) message: String,
}

/// Who may write into logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) name: Option<String>,
    pub(super) document: String,
    pub(super) updated_at: Timestamp,
    /// Of the policies of log groups.
    pub(super) revision: Option<String>,
}

/// A resource that has logs or traces to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) arn: String,
    pub(super) resource: String,
    pub(super) service: String,
    pub(super) log_type: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) configuration: Option<Value>,
}

/// Where they can be sent to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Destination {
    pub(super) arn: String,
    pub(super) kind: String,
    pub(super) format: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) role: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
}

/// That they are sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) arn: String,
    /// The name of the source.
    pub(super) source: String,
    pub(super) destination: String,
    pub(super) kind: String,
    pub(super) fields: Option<Value>,
    pub(super) delimiter: Option<String>,
    pub(super) s3: Option<Value>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Group {
    /// The length of all events, as the service counts it.
    pub(super) fn stored(&self) -> usize {
        let events = self.streams.values().flat_map(|stream| stream.events.values());
        events.map(|event| event.message.len() + super::streams::OVERHEAD).sum()
    }

    /// A log group without anything in it.
    pub(super) fn new(name: &str, account: &str, region: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            arn: format!("arn:aws:logs:{region}:{account}:log-group:{name}"),
            created_at: now,
            retention_days: None,
            key: None,
            class: "STANDARD".to_owned(),
            protected: false,
            tags: BTreeMap::new(),
            streams: BTreeMap::new(),
        }
    }
}

impl Place {
    /// Everything, readable.
    fn inventory(&self) -> Value {
        let groups = self.groups.values().map(|group| {
            let streams =
                group.streams.iter().map(|(name, stream)| json!({ "name": name, "events": stream.events.len() }));
            json!({
                "name": group.name,
                "arn": group.arn,
                "createdAt": group.created_at,
                "retentionInDays": group.retention_days,
                "class": group.class,
                "tags": group.tags,
                "streams": streams.collect::<Vec<_>>(),
            })
        });
        json!({
            "logGroups": groups.collect::<Vec<_>>(),
            "resourcePolicies": self.policies.iter().chain(&self.group_policies).map(|(name, policy)| {
                json!({ "name": name, "document": policy.document, "updatedAt": policy.updated_at })
            }).collect::<Vec<_>>(),
            "deliverySources": self.sources.iter().map(|(name, source)| {
                json!({ "name": name, "resource": source.resource, "logType": source.log_type, "tags": source.tags })
            }).collect::<Vec<_>>(),
            "deliveryDestinations": self.destinations.iter().map(|(name, destination)| {
                json!({
                    "name": name,
                    "type": destination.kind,
                    "resource": destination.resource,
                    "tags": destination.tags,
                })
            }).collect::<Vec<_>>(),
            "deliveries": self.deliveries.iter().map(|(id, delivery)| {
                json!({ "id": id, "source": delivery.source, "destination": delivery.destination, "tags": delivery.tags })
            }).collect::<Vec<_>>(),
        })
    }
}

impl State {
    /// Everything, readable, by account and region.
    pub(crate) fn inventory(&self) -> Value {
        let all = self.places.all().map(|(account, region, place)| {
            let mut document = place.inventory();
            if let Some(members) = document.as_object_mut() {
                members.insert("account".to_owned(), Value::from(account));
                members.insert("region".to_owned(), Value::from(region));
            }
            document
        });
        Value::Array(all.collect())
    }

    /// Makes a log group that a service keeps, if it is not there.
    pub(crate) fn keep_group(&mut self, name: &str, key: Option<String>, caller: &Caller, now: Timestamp) {
        let groups = &mut self.places.here_mut(caller).groups;
        let new = || Group { key, ..Group::new(name, &caller.account, &caller.region, now) };
        groups.entry(name.to_owned()).or_insert_with(new);
    }

    /// Whether a log group is there.
    pub(crate) fn has_group(&self, name: &str, caller: &Caller) -> bool {
        self.places.here(caller).is_some_and(|place| place.groups.contains_key(name))
    }
}
