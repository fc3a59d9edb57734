//! Requests to the API server as JSON, because most of what the tests send would not fit our types.

use devcluster::Cluster;
use http::Request;
use kube::{Client, core::Status};
use serde_json::Value;

use super::cluster;

const BASE: &str = "/apis/agentcore-operator.github.io/v1alpha1";

/// Why the API server refused a request.
#[derive(Debug)]
pub struct Refusal {
    pub code: u16,
    pub message: String,
    pub causes: Vec<Cause>,
}

/// One of the reasons of a refusal.
#[derive(Debug)]
pub struct Cause {
    pub field: String,
    pub message: String,
}

impl Refusal {
    /// Whether one of the causes names `field` and says `fragment`.
    pub fn says(&self, field: &str, fragment: &str) -> bool {
        self.causes.iter().any(|cause| cause.field == field && cause.message.contains(fragment))
    }
}

/// A namespace, and the means to write objects to it.
#[derive(Clone)]
pub struct Objects {
    client: Client,
    pub namespace: String,
}

/// How a PATCH is meant.
pub enum Patch<'a> {
    Merge,
    /// Server-side apply by this manager.
    Apply(&'a str),
    /// The same, taking over what other managers own.
    Force(&'a str),
}

impl Objects {
    /// A new namespace for the purpose.
    pub async fn new(purpose: &str) -> Self {
        Self::of(cluster::cluster(), purpose).await
    }

    /// A new namespace of this cluster.
    pub async fn of(cluster: &Cluster, purpose: &str) -> Self {
        Self { client: cluster::client_of(cluster).await, namespace: cluster::namespace_of(cluster, purpose) }
    }

    /// A namespace that is there already.
    pub fn in_namespace(client: Client, namespace: String) -> Self {
        Self { client, namespace }
    }

    pub async fn create(&self, object: &Value) -> Result<Value, Refusal> {
        self.send("POST", &format!("{}?fieldValidation=Strict", self.collection(object)), "application/json", object)
            .await
    }

    /// Like [`Self::create`], but nothing stays.
    pub async fn try_create(&self, object: &Value) -> Result<Value, Refusal> {
        let path = format!("{}?fieldValidation=Strict&dryRun=All", self.collection(object));
        self.send("POST", &path, "application/json", object).await
    }

    pub async fn get(&self, object: &Value) -> Value {
        self.send("GET", &self.path(object), "application/json", &Value::Null).await.unwrap()
    }

    /// Like [`Self::get`], for an object that may be gone.
    pub async fn find(&self, object: &Value) -> Option<Value> {
        match self.send("GET", &self.path(object), "application/json", &Value::Null).await {
            Ok(found) => Some(found),
            Err(refusal) if refusal.code == 404 => None,
            // A busy API server is no proof that anything is gone.
            Err(refusal) => panic!("{}: {refusal:?}", self.path(object)),
        }
    }

    /// Deletes the object, and does not wait until it is gone.
    pub async fn delete(&self, object: &Value) {
        self.send("DELETE", &self.path(object), "application/json", &Value::Null).await.unwrap();
    }

    /// Changes the object that `base` names.
    pub async fn patch(&self, base: &Value, patch: &Value, how: Patch<'_>) -> Result<Value, Refusal> {
        self.send_patch(&self.path(base), patch, how, "").await
    }

    /// Like [`Self::patch`], but nothing stays.
    pub async fn try_patch(&self, base: &Value, patch: &Value) -> Result<Value, Refusal> {
        self.send_patch(&self.path(base), patch, Patch::Merge, "&dryRun=All").await
    }

    /// Writes the whole spec, as `kubectl replace` does, whatever others write meanwhile.
    pub async fn replace_spec(&self, base: &Value, spec: &Value) -> Result<Value, Refusal> {
        loop {
            let mut object = self.get(base).await;
            object["spec"] = spec.clone();
            let path = format!("{}?fieldValidation=Strict", self.path(base));
            match self.send("PUT", &path, "application/json", &object).await {
                Err(refusal) if refusal.code == 409 => {}
                end => return end,
            }
        }
    }

    pub async fn patch_status(&self, base: &Value, patch: &Value) -> Result<Value, Refusal> {
        self.send_patch(&format!("{}/status", self.path(base)), patch, Patch::Merge, "").await
    }

    /// Writes the status of `object`, which must exist; nothing stays.
    pub async fn try_replace_status(&self, object: &Value) -> Result<Value, Refusal> {
        let path = format!("{}/status?dryRun=All&fieldValidation=Strict", self.path(object));
        self.send("PUT", &path, "application/json", object).await
    }

    async fn send_patch(&self, path: &str, body: &Value, how: Patch<'_>, query: &str) -> Result<Value, Refusal> {
        let (content, manager, force) = match how {
            Patch::Merge => ("application/merge-patch+json", "test", ""),
            Patch::Apply(manager) => ("application/apply-patch+yaml", manager, ""),
            Patch::Force(manager) => ("application/apply-patch+yaml", manager, "&force=true"),
        };
        let path = format!("{path}?fieldValidation=Strict&fieldManager={manager}{force}{query}");
        self.send("PATCH", &path, content, body).await
    }

    async fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Result<Value, Refusal> {
        let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let request = Request::builder().method(method).uri(path).header("content-type", content).body(body).unwrap();
        match self.client.request::<Value>(request).await {
            Ok(value) => Ok(value),
            Err(kube::Error::Api(status)) => Err(refusal(*status)),
            Err(other) => panic!("{method} {path}: {other}"),
        }
    }

    fn collection(&self, object: &Value) -> String {
        format!("{BASE}/namespaces/{}/{}", self.namespace, plural(object["kind"].as_str().unwrap()))
    }

    fn path(&self, object: &Value) -> String {
        format!("{}/{}", self.collection(object), object["metadata"]["name"].as_str().unwrap())
    }
}

pub fn plural(kind: &str) -> &'static str {
    match kind {
        "AgentMemory" => "agentmemories",
        "AgentRuntime" => "agentruntimes",
        "CodeInterpreter" => "codeinterpreters",
        other => panic!("no kind {other}"),
    }
}

fn refusal(status: Status) -> Refusal {
    let causes = status.details.map(|details| details.causes).unwrap_or_default();
    Refusal {
        code: status.code,
        message: status.message,
        causes: causes.into_iter().map(|cause| Cause { field: cause.field, message: cause.message }).collect(),
    }
}
