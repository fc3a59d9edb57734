//! An API server that holds one object.

use std::collections::BTreeMap;

use agentcore_api::keys::FINALIZER;
use agentcore_operator::{kinds::Managed, kube::Read};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::core::DynamicObject;
use serde_json::{Value, json};

pub const NAMESPACE: &str = "agents";
pub const NAMESPACE_UID: &str = "namespace-uid";
pub const NAME: &str = "support";

/// Why the API server did not do what it was asked, or nobody asked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The object is not the one that was read.
    Conflict,
    Gone,
    /// No answer, or an error.
    Api,
    /// The operator died.
    Crash,
}

/// The object as the API server keeps it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub uid: String,
    pub generation: i64,
    pub created_at: Timestamp,
    pub deleting_since: Option<Timestamp>,
    pub finalizer: bool,
    pub annotations: BTreeMap<String, String>,
    pub spec: Value,
    pub status: Value,
    pub version: u64,
}

impl Stored {
    pub fn read<K: Managed>(&self) -> Read<K> {
        let metadata = ObjectMeta {
            name: Some(NAME.to_owned()),
            namespace: Some(NAMESPACE.to_owned()),
            uid: Some(self.uid.clone()),
            generation: Some(self.generation),
            resource_version: Some(self.version.to_string()),
            creation_timestamp: Some(Time(self.created_at)),
            deletion_timestamp: self.deleting_since.map(Time),
            finalizers: self.finalizer.then(|| vec![FINALIZER.to_owned()]),
            annotations: Some(self.annotations.clone()),
            ..ObjectMeta::default()
        };
        let data = json!({ "spec": self.spec, "status": self.status });
        Read::new(DynamicObject { types: None, metadata, data }, NAMESPACE_UID).expect("what was written can be read")
    }
}

#[derive(Clone, Debug, Default)]
pub struct Server {
    pub stored: Option<Stored>,
    before: Option<Stored>,
    versions: u64,
    pub objects: u32,
    pub writes: u32,
}

impl Server {
    pub fn create(&mut self, spec: Value, now: Timestamp) {
        self.versions += 1;
        self.objects += 1;
        self.stored = Some(Stored {
            uid: format!("uid-{}", self.objects),
            generation: 1,
            created_at: Timestamp::from_second(now.as_second()).expect("a time"),
            deleting_since: None,
            finalizer: false,
            annotations: BTreeMap::new(),
            spec,
            status: Value::Null,
            version: self.versions,
        });
    }

    /// A change by somebody. A changed spec is another generation.
    pub fn change(&mut self, change: impl FnOnce(&mut Stored)) {
        let Some(stored) = &mut self.stored else { return };
        let before = stored.clone();
        change(stored);
        self.versions += 1;
        stored.version = self.versions;
        if stored.spec != before.spec {
            stored.generation += 1;
        }
        self.before = Some(before);
        if stored.deleting_since.is_some() && !stored.finalizer {
            self.stored = None;
        }
    }

    pub fn delete(&mut self, now: Timestamp) {
        let now = Timestamp::from_second(now.as_second()).expect("a time");
        self.change(|stored| {
            stored.deleting_since.get_or_insert(now);
        });
    }

    /// The object, or what it was before its last change.
    pub fn read<K: Managed>(&self, stale: bool) -> Option<Read<K>> {
        let stored = self.stored.as_ref()?;
        let before = self.before.as_ref().filter(|before| stale && before.uid == stored.uid);
        Some(before.unwrap_or(stored).read())
    }

    fn write(&mut self, uid: &str, version: &str, change: impl FnOnce(&mut Stored)) -> Result<(), Halt> {
        let stored = self.stored.as_ref().ok_or(Halt::Gone)?;
        if stored.version.to_string() != version || stored.uid != uid {
            return Err(Halt::Conflict);
        }
        self.writes += 1;
        self.change(change);
        Ok(())
    }

    pub fn write_status<K: Managed>(&mut self, read: &Read<K>, status: &K::Status) -> Result<Read<K>, Halt> {
        let value = serde_json::to_value(status).expect("a status");
        self.write(&read.object.meta.uid, &read.version, |stored| stored.status = value)?;
        self.read(false).ok_or(Halt::Gone)
    }

    pub fn add_finalizer<K: Managed>(&mut self, read: &Read<K>) -> Result<Read<K>, Halt> {
        // The API server takes no new finalizer on an object that is being deleted.
        if self.stored.as_ref().is_some_and(|stored| stored.deleting_since.is_some()) {
            return Err(Halt::Api);
        }
        self.write(&read.object.meta.uid, &read.version, |stored| stored.finalizer = true)?;
        self.read(false).ok_or(Halt::Gone)
    }

    pub fn remove_finalizer<K: Managed>(&mut self, read: &Read<K>) -> Result<(), Halt> {
        self.write(&read.object.meta.uid, &read.version, |stored| stored.finalizer = false)
    }
}
