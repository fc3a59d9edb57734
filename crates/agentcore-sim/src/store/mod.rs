//! Everything that exists. The resources of AgentCore are in one map by ARN: an ARN names its account and its region,
//! so these never mix. The other services have a state of their own each.

mod catalog;
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

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use catalog::Catalog;

use crate::services::{data, ecr, iam, logs, xray};
use crate::settings::{Gone, Settings, UpdatedAt};

/// Everything that exists.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Store {
    resources: Catalog,
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
        self.resources.get_mut(arn)
    }

    /// Adds a resource.
    pub(crate) fn insert(&mut self, resource: Resource) {
        self.resources.insert(resource);
    }

    /// All resources of one kind in one place whether gone or not, by ARN.
    pub(crate) fn in_place<'a>(
        &'a self,
        kind: Kind,
        account: &'a str,
        region: &'a str,
    ) -> impl Iterator<Item = &'a Resource> {
        let all = self.resources.beginning(shared_prefix(kind, account, region));
        all.filter(move |found| found.kind == kind && found.account == account && found.region == region)
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

    /// How many resources of one kind exist in one place, without looking at them.
    pub(crate) fn count(&self, kind: Kind, account: &str, region: &str) -> usize {
        self.resources.count(kind, account, region, None)
    }

    /// Whether a resource of this name exists in one place, without looking at all of them.
    pub(crate) fn has_name(&self, kind: Kind, account: &str, region: &str, name: &str) -> bool {
        self.resources.count(kind, account, region, Some(name)) > 0
    }

    /// Everything that exists, by ARN.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().filter(|resource| resource.gone_at.is_none())
    }

    /// The endpoints of a runtime that exist.
    pub(crate) fn endpoints(&mut self, runtime: &str) -> impl Iterator<Item = &mut Resource> {
        self.resources.beginning_mut(format!("{runtime}/runtime-endpoint/"))
    }

    /// Takes a resource, and what belongs to it, out of existence.
    pub(crate) fn remove(&mut self, arn: &str, now: Timestamp) {
        self.resources.remove(arn, now);
    }

    /// From here on changes of resources can be undone, until they are undone or kept.
    pub(crate) fn watch(&mut self) {
        self.resources.watch();
    }

    /// The changes of resources stay.
    pub(crate) fn keep(&mut self) {
        self.resources.keep();
    }

    /// Takes back how resources were changed since they are watched.
    pub(crate) fn undo(&mut self) {
        self.resources.undo();
    }

    /// When a resource was changed last.
    pub(crate) fn last_change(&self) -> Timestamp {
        let times = self.resources.values().map(|resource| resource.updated_at.max(resource.status_since));
        times.max().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Brings everything to the state that it has at a time, and forgets what is no longer shown by anything.
    pub(crate) fn advance(&mut self, now: Timestamp, settings: &Settings) {
        let settles = settings.switches.updated_at_moves != UpdatedAt::Write;
        self.resources.advance(now, settles);
        self.data.advance(now, &self.resources.take_ended());
        let shows_deleted = settings.switches.gone == Gone::Deleted;
        self.resources.forget(now, settings.list_lag(), |kind| shows_deleted && kind.facts().shows_deleted);
    }
}

/// How the ARNs of a kind in a place begin: up to the first slash in what follows the account.
fn shared_prefix(kind: Kind, account: &str, region: &str) -> String {
    let mut arn = kind.arn(account, region, "");
    let path = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    let end = arn.get(path..).and_then(|rest| rest.find('/')).map_or(path, |at| path + at + 1);
    arn.truncate(end);
    arn
}
