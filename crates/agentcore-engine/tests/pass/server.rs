//! An API server that holds one object.

use std::collections::BTreeMap;

use agentcore_api::common::DeletionPolicy;
use agentcore_engine::object::{Meta, Object, Unreadable};
use jiff::Timestamp;
use serde_json::Value;

use crate::toy::{Spec, Status, Toy};

/// Why the API server did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The object is not the one that was read.
    Conflict,
    Gone,
    /// No answer.
    Api,
    /// The operator died.
    Crash,
}

/// The object as the API server keeps it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub meta: Meta,
    pub spec: Result<Spec, String>,
    pub policy: Result<Option<DeletionPolicy>, Unreadable>,
    pub status: Value,
    pub version: u64,
}

impl Stored {
    pub fn status(&self) -> Status {
        serde_json::from_value(self.status.clone()).unwrap()
    }
}

/// The object as the operator read it.
#[derive(Clone, Debug)]
pub struct Read<const U: bool> {
    pub object: Object<Toy<U>>,
    pub version: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Server {
    pub stored: Option<Stored>,
    before: Option<Stored>,
    versions: u64,
    objects: u32,
    pub writes: u32,
}

impl Server {
    pub fn create(&mut self, spec: Spec, now: Timestamp) {
        self.versions += 1;
        self.objects += 1;
        let meta = Meta {
            namespace: "agents".to_owned(),
            namespace_uid: "nsuid".to_owned(),
            name: "support".to_owned(),
            uid: format!("uid-{}", self.objects),
            generation: 1,
            created_at: Timestamp::from_second(now.as_second()).unwrap(),
            deleting_since: None,
            finalizer: false,
            annotations: BTreeMap::new(),
        };
        let policy = Ok(spec.common.deletion_policy);
        self.stored =
            Some(Stored { meta, spec: Ok(spec), policy, status: serde_json::json!({}), version: self.versions });
    }

    /// A change by somebody.
    pub fn change(&mut self, change: impl FnOnce(&mut Stored)) {
        if let Some(stored) = &mut self.stored {
            self.before = Some(stored.clone());
            self.versions += 1;
            change(stored);
            stored.version = self.versions;
            if let Ok(spec) = &stored.spec {
                stored.policy = Ok(spec.common.deletion_policy);
            }
            if stored.meta.deleting() && !stored.meta.finalizer {
                self.stored = None;
            }
        }
    }

    pub fn read<const U: bool>(&self, stale: bool) -> Option<Read<U>> {
        let stored = self.stored.as_ref()?;
        let before = self.before.as_ref().filter(|before| stale && before.meta.uid == stored.meta.uid);
        let stored = before.unwrap_or(stored);
        let object = Object {
            meta: stored.meta.clone(),
            spec: stored.spec.clone(),
            deletion_policy: stored.policy,
            status: stored.status(),
        };
        Some(Read { object, version: stored.version })
    }

    fn write(&mut self, version: u64, change: impl FnOnce(&mut Stored)) -> Result<(), Halt> {
        let stored = self.stored.as_ref().ok_or(Halt::Gone)?;
        if stored.version != version {
            return Err(Halt::Conflict);
        }
        self.writes += 1;
        self.change(change);
        Ok(())
    }

    pub fn write_status<const U: bool>(&mut self, version: u64, status: &Status) -> Result<Read<U>, Halt> {
        let value = serde_json::to_value(status).unwrap();
        self.write(version, |stored| stored.status = value)?;
        self.read(false).ok_or(Halt::Gone)
    }

    pub fn add_finalizer<const U: bool>(&mut self, version: u64) -> Result<Read<U>, Halt> {
        self.write(version, |stored| stored.meta.finalizer = true)?;
        self.read(false).ok_or(Halt::Gone)
    }

    pub fn remove_finalizer(&mut self, version: u64) -> Result<(), Halt> {
        self.write(version, |stored| stored.meta.finalizer = false)
    }
}
