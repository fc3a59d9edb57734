//! What a service has, by account and region: one place never sees what is in another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::caller::Caller;

/// By account, then by region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Places<T>(BTreeMap<String, BTreeMap<String, T>>);

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Default + PartialEq> Places<T> {
    /// What is in a place.
    pub(crate) fn at(&self, account: &str, region: &str) -> Option<&T> {
        self.0.get(account)?.get(region)
    }

    /// What is in a place, to be changed.
    pub(crate) fn at_mut(&mut self, account: &str, region: &str) -> &mut T {
        self.0.entry(account.to_owned()).or_default().entry(region.to_owned()).or_default()
    }

    /// What is where the caller is.
    pub(crate) fn here(&self, caller: &Caller) -> Option<&T> {
        self.at(&caller.account, &caller.region)
    }

    /// What is where the caller is, to be changed.
    pub(crate) fn here_mut(&mut self, caller: &Caller) -> &mut T {
        self.at_mut(&caller.account, &caller.region)
    }

    /// Everything, with account and region, but for places where nothing is other than in the beginning.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str, &T)> {
        let blank = T::default();
        let all = self.0.iter().flat_map(|(account, regions)| {
            regions.iter().map(|(region, here)| (account.as_str(), region.as_str(), here))
        });
        all.filter(move |(_, _, here)| **here != blank)
    }
}
