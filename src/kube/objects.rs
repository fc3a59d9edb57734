//! Objects of one kind, as the API server has them.
//!
//! They are read as untyped objects: one that does not parse must not stop the others, and can still be cleaned up.

use std::marker::PhantomData;

use agentcore_api::{
    keys::{FIELD_MANAGER, FINALIZER},
    secret,
};
use agentcore_engine::object::{Meta, Object, Unreadable};
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject, Patch, PatchParams},
    core::PartialObjectMeta,
};
use serde_json::{Value, json};
use thiserror::Error;

use crate::kinds::Managed;

/// Why the cluster could not be read or written.
#[derive(Debug, Error)]
pub enum Error {
    /// The object is not the one that was read: somebody has written it since.
    #[error("the object was changed by somebody else meanwhile")]
    Conflict,
    /// The object is gone.
    #[error("the object is gone")]
    Gone,
    /// The API server refuses, or can't be reached.
    #[error("can't {action}: {}", words(source))]
    Api {
        /// What was to be done.
        action: &'static str,
        /// What the API server says.
        source: Box<kube::Error>,
    },
    /// What the operator wrote before does not parse.
    #[error("the status can't be read by this version of the operator, and is left alone: {0}")]
    Status(serde_json::Error),
    /// An object refers to a kind that is not registered.
    #[error("the operator does not know the kind {0}: a defect of the operator")]
    Kind(&'static str),
    /// The API server's answer lacks what every object has.
    #[error("the object has no {0}")]
    Incomplete(&'static str),
}

/// What went wrong with a request, and what can be done about it.
pub(super) fn words(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        let message = status.message.trim_end_matches('.');
        return match status.code {
            401 => format!(
                "the API server does not know the operator ({message}): give it a kubeconfig or token that is valid"
            ),
            403 => format!("{message}: give the operator's role this right; the chart's roles have all that it needs"),
            404 => format!("{message}: are the CRDs installed?"),
            code => format!("{message} ({code})"),
        };
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    format!("no answer from the Kubernetes API server: {innermost}")
}

impl Error {
    /// Whether the API server has answered, and not only failed to.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Self::Api { source, .. } if matches!(**source, kube::Error::Api(_)))
    }

    fn api(action: &'static str) -> impl Fn(kube::Error) -> Self {
        move |source| match &source {
            kube::Error::Api(status) if status.is_conflict() => Self::Conflict,
            kube::Error::Api(status) if status.is_not_found() => Self::Gone,
            _ => Self::Api { action, source: Box::new(source) },
        }
    }
}

/// An object as it was read, and the version that it had.
#[derive(Clone, Debug)]
pub struct Read<K: Managed> {
    /// The object.
    pub object: Object<K>,
    /// Its resourceVersion.
    pub version: String,
}

/// The objects of one kind in one namespace.
pub(super) struct Objects<K> {
    api: Api<DynamicObject>,
    kind: PhantomData<K>,
}

impl<K: Managed> Objects<K> {
    pub(super) fn new(client: Client, namespace: &str) -> Self {
        let resource = ApiResource::erase::<K::Object>(&());
        Self { api: Api::namespaced_with(client, namespace, &resource), kind: PhantomData }
    }

    /// The object as it is now; `None` if there is none.
    pub(super) async fn get(&self, name: &str) -> Result<Option<DynamicObject>, Error> {
        self.api.get_opt(name).await.map_err(Error::api("read the object"))
    }

    /// Writes the status, if the object is still the one that was read. Gives the object as it is now.
    ///
    /// It is replaced as a whole: by server-side apply, what somebody else has written, such as the tool that restored a
    /// backup, could not be removed, and the record would keep what it must forget.
    pub(super) async fn write_status(&self, read: &Read<K>, status: &K::Status) -> Result<Read<K>, Error> {
        let error = Error::api("write the status");
        let patch = json!([
            { "op": "add", "path": "/metadata/resourceVersion", "value": read.version },
            { "op": "add", "path": "/status", "value": status },
        ]);
        let patch = serde_json::from_value(patch).map_err(|source| error(kube::Error::SerdeError(source)))?;
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
        let written = self.api.patch_status(&read.object.meta.name, &params, &Patch::Json::<()>(patch)).await;
        Read::new(written.map_err(error)?, &read.object.meta.namespace_uid)
    }

    /// Adds our finalizer, if the object is still the one that was read. Gives the object as it is now.
    pub(super) async fn add_finalizer(&self, read: &Read<K>, all: &[String]) -> Result<Read<K>, Error> {
        let mut finalizers = all.to_vec();
        finalizers.push(FINALIZER.to_owned());
        let written = self.write_finalizers(read, &finalizers).await.map_err(Error::api("add the finalizer"))?;
        Read::new(written, &read.object.meta.namespace_uid)
    }

    /// Removes our finalizer, if the object is still the one that was read. An object that is gone has none.
    pub(super) async fn remove_finalizer(&self, read: &Read<K>, all: &[String]) -> Result<(), Error> {
        let finalizers: Vec<String> = all.iter().filter(|finalizer| *finalizer != FINALIZER).cloned().collect();
        match self.write_finalizers(read, &finalizers).await.map_err(Error::api("remove the finalizer")) {
            Ok(_) | Err(Error::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn write_finalizers(&self, read: &Read<K>, finalizers: &[String]) -> kube::Result<DynamicObject> {
        let patch = json!({ "metadata": { "resourceVersion": read.version, "finalizers": finalizers } });
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
        self.api.patch(&read.object.meta.name, &params, &Patch::Merge(patch)).await
    }
}

impl<K: Managed> Read<K> {
    /// Takes an object apart.
    pub fn new(mut object: DynamicObject, namespace_uid: &str) -> Result<Self, Error> {
        secret::forget_last_applied(&mut object.metadata);
        let spec = object.data.get("spec").cloned().unwrap_or_default();
        let deletion_policy = match spec.get("deletionPolicy") {
            None | Some(Value::Null) => Ok(None),
            Some(policy) => serde_json::from_value(policy.clone()).map(Some).map_err(|_| Unreadable),
        };
        let status = match object.data.get("status") {
            None | Some(Value::Null) => K::Status::default(),
            Some(status) => serde_json::from_value(status.clone()).map_err(Error::Status)?,
        };
        let metadata = object.metadata;
        let meta = Meta {
            namespace: metadata.namespace.ok_or(Error::Incomplete("namespace"))?,
            namespace_uid: namespace_uid.to_owned(),
            name: metadata.name.ok_or(Error::Incomplete("name"))?,
            uid: metadata.uid.ok_or(Error::Incomplete("uid"))?,
            generation: metadata.generation.unwrap_or_default(),
            created_at: metadata.creation_timestamp.ok_or(Error::Incomplete("creationTimestamp"))?.0,
            deleting_since: metadata.deletion_timestamp.map(|at| at.0),
            finalizer: metadata.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER),
            annotations: metadata.annotations.unwrap_or_default(),
        };
        let version = metadata.resource_version.ok_or(Error::Incomplete("resourceVersion"))?;
        // A spec that this version can't read is reported, never guessed.
        let spec = serde_json::from_value(spec).map_err(|error| error.to_string());
        Ok(Self { object: Object { meta, spec, deletion_policy, status }, version })
    }
}

/// The uid of a namespace.
pub(super) async fn namespace_uid(client: &Client, namespace: &str) -> Result<String, Error> {
    let api: Api<PartialObjectMeta<Namespace>> = Api::all(client.clone());
    let found = api.get_metadata(namespace).await.map_err(Error::api("read the namespace"))?;
    found.uid().ok_or(Error::Incomplete("uid"))
}

/// The id of the cluster where none was set: the uid of its namespace kube-system.
pub async fn cluster_id(client: &Client) -> Result<String, Error> {
    namespace_uid(client, "kube-system").await
}
