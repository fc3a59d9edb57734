//! Everything that exists. The resources of AgentCore are in one map by ARN: an ARN names its account and its region,
//! so these never mix. The other services have a state of their own each.

mod kind;
mod resource;
mod sessions;
mod step;
mod tokens;

pub use kind::Kind;
pub(crate) use resource::{Flap, Resource, Version};
pub(crate) use sessions::{Session, Sessions};
pub(crate) use step::{Change, Step};
pub(crate) use tokens::{Remembered, Tokens};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::services::{data, ecr, iam, logs, xray};
use crate::settings::{Gone, Settings, UpdatedAt};

/// Everything that exists.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Store {
    resources: BTreeMap<String, Resource>,
    pub(crate) tokens: Tokens,
    pub(crate) sessions: Sessions,
    pub(crate) data: data::State,
    pub(crate) iam: iam::State,
    pub(crate) ecr: ecr::State,
    pub(crate) logs: logs::State,
    pub(crate) xray: xray::State,
}

impl Store {
    /// A resource, whether it is gone or not.
    pub(crate) fn any(&self, arn: &str) -> Option<&Resource> {
        self.resources.get(arn)
    }

    /// A resource that exists.
    pub(crate) fn get(&self, arn: &str) -> Option<&Resource> {
        self.resources.get(arn).filter(|resource| resource.gone_at.is_none())
    }

    /// A resource that exists, to be changed.
    pub(crate) fn get_mut(&mut self, arn: &str) -> Option<&mut Resource> {
        self.resources.get_mut(arn).filter(|resource| resource.gone_at.is_none())
    }

    /// Adds a resource.
    pub(crate) fn insert(&mut self, resource: Resource) {
        self.resources.insert(resource.arn.clone(), resource);
    }

    /// All resources of one kind in one place whether gone or not, by ARN.
    pub(crate) fn in_place<'a>(
        &'a self,
        kind: Kind,
        account: &'a str,
        region: &'a str,
    ) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .values()
            .filter(move |found| found.kind == kind && found.account == account && found.region == region)
    }

    /// The resources of one kind that exist in one place, by ARN.
    pub(crate) fn living<'a>(
        &'a self,
        kind: Kind,
        account: &'a str,
        region: &'a str,
    ) -> impl Iterator<Item = &'a Resource> {
        self.in_place(kind, account, region).filter(|found| found.gone_at.is_none())
    }

    /// Everything that exists, by ARN.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().filter(|resource| resource.gone_at.is_none())
    }

    /// The endpoints of a runtime that exist.
    pub(crate) fn endpoints(&mut self, runtime: &str) -> impl Iterator<Item = &mut Resource> {
        let prefix = format!("{runtime}/runtime-endpoint/");
        self.resources.values_mut().filter(move |found| found.gone_at.is_none() && found.arn.starts_with(&prefix))
    }

    /// Takes a resource, and what belongs to it, out of existence.
    pub(crate) fn remove(&mut self, arn: &str, now: Timestamp) {
        let prefix = format!("{arn}/");
        for resource in self.resources.values_mut() {
            let owned = resource.owner.as_deref() == Some(arn);
            if resource.arn == arn || resource.arn.starts_with(&prefix) || owned {
                resource.end(now);
            }
        }
    }

    /// Brings everything to the state that it has at a time, and forgets what is no longer shown by anything.
    pub(crate) fn advance(&mut self, now: Timestamp, settings: &Settings) {
        let settles = settings.switches.updated_at_moves != UpdatedAt::Write;
        let mut ended = Vec::new();
        for resource in self.resources.values_mut().filter(|resource| resource.gone_at.is_none()) {
            resource.advance(now, settles);
            ended.extend(resource.gone_at.map(|at| (resource.arn.clone(), at)));
        }
        for (arn, at) in ended {
            self.remove(&arn, at);
        }
        let shows_deleted = settings.switches.gone == Gone::Deleted;
        let lag = settings.list_lag();
        self.resources.retain(|_, resource| {
            resource.gone_at.is_none_or(|gone| {
                (shows_deleted && resource.kind.facts().shows_deleted) || crate::moment::later(gone, lag) > now
            })
        });
    }
}
