//! The cluster of the measurements, and the load that is put on it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use devcluster::{Cluster, Options};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client, Config, ResourceExt,
    api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
    discovery::{Scope, pinned_kind},
};
use serde_json::{Value, json};
use tokio::{
    task::block_in_place,
    time::{Instant, sleep},
};

/// How long the API server may take to serve a kind that has just been installed.
const SERVED_WITHIN: Duration = Duration::from_secs(30);

/// How many requests of ours are under way at a time.
const AT_A_TIME: usize = 16;

/// A development cluster. It ends when this is dropped.
pub(crate) struct Place {
    cluster: Cluster,
    client: Client,
}

/// The objects of one kind in one namespace.
#[derive(Clone)]
pub(crate) struct Objects {
    /// The objects, for requests about them.
    pub(crate) api: Api<DynamicObject>,
}

impl Place {
    /// Starts a cluster that writes its logs into the folder.
    pub(crate) async fn start(logs: &Path) -> anyhow::Result<Self> {
        // Bodies in the audit log would only cost time.
        let options = Options { logs: Some(logs.to_owned()), audited_groups: Vec::new(), ..Options::default() };
        let cluster = block_in_place(|| Cluster::start(options))?;
        let kubeconfig = Kubeconfig::read_from(cluster.kubeconfig())?;
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        // It is on this machine, whatever the user's proxy is.
        config.proxy_url = None;
        Ok(Self { cluster, client: Client::try_from(config)? })
    }

    /// The kubeconfig of an operator, by whose user the audit log tells it from others.
    pub(crate) fn user(&self, name: &str) -> anyhow::Result<PathBuf> {
        Ok(self.cluster.user(name, &["system:masters"])?)
    }

    /// Where each request is noted.
    pub(crate) fn audit_log(&self) -> PathBuf {
        self.cluster.audit_log()
    }

    /// Makes a namespace, and applies what is applied once, into it where it names no other.
    pub(crate) async fn prepare(&self, namespace: &str, once: &[Value]) -> anyhow::Result<()> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        let content: Namespace = serde_json::from_value(json!({ "metadata": { "name": namespace } }))?;
        api.create(&PostParams::default(), &content).await.with_context(|| format!("cannot make {namespace}"))?;
        for document in once {
            self.apply(namespace, document).await?;
        }
        Ok(())
    }

    /// The objects like this one, in a namespace.
    pub(crate) async fn objects(&self, namespace: &str, object: &Value) -> anyhow::Result<Objects> {
        let (resource, scope) = self.served(object).await?;
        if scope == Scope::Cluster {
            bail!("the objects of --manifest have to be in namespaces: {} is not", resource.kind);
        }
        Ok(Objects { api: Api::namespaced_with(self.client.clone(), namespace, &resource) })
    }

    async fn apply(&self, namespace: &str, document: &Value) -> anyhow::Result<()> {
        let object: DynamicObject = serde_json::from_value(document.clone())?;
        let (resource, scope) = self.served(document).await?;
        let namespace = object.metadata.namespace.as_deref().unwrap_or(namespace);
        let api: Api<DynamicObject> = match scope {
            Scope::Cluster => Api::all_with(self.client.clone(), &resource),
            Scope::Namespaced => Api::namespaced_with(self.client.clone(), namespace, &resource),
        };
        let how = PatchParams::apply("agentcore-bench").force();
        let name = object.name_any();
        api.patch(&name, &how, &Patch::Apply(document))
            .await
            .with_context(|| format!("cannot apply {}/{name}", resource.kind))?;
        Ok(())
    }

    /// How a kind is asked for, as soon as it is served.
    async fn served(&self, object: &Value) -> anyhow::Result<(ApiResource, Scope)> {
        let text = |member: &str| object.get(member).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        let wanted = GroupVersionKind::gvk(group, version, kind);
        let deadline = Instant::now() + SERVED_WITHIN;
        loop {
            match pinned_kind(&self.client, &wanted).await {
                Ok((resource, capabilities)) => return Ok((resource, capabilities.scope)),
                Err(_) if Instant::now() < deadline => sleep(Duration::from_millis(100)).await,
                Err(error) => {
                    return Err(error).with_context(|| format!("the API server does not serve {api_version} {kind}"));
                }
            }
        }
    }
}

impl Objects {
    /// Makes objects, and says for each when that was asked for.
    pub(crate) async fn create(&self, objects: Vec<Value>) -> anyhow::Result<Vec<(String, Timestamp)>> {
        let one = |object: Value| async move {
            let object: DynamicObject = serde_json::from_value(object)?;
            let (name, asked) = (object.name_any(), Timestamp::now());
            let made = self.api.create(&PostParams::default(), &object).await;
            made.with_context(|| format!("cannot create {name}"))?;
            anyhow::Ok((name, asked))
        };
        stream::iter(objects).map(one).buffer_unordered(AT_A_TIME).try_collect().await
    }

    /// Asks for the deletion of objects, and does not wait until they are gone.
    pub(crate) async fn delete(&self, names: Vec<String>) -> anyhow::Result<()> {
        let one = |name: String| async move {
            let deleted = self.api.delete(&name, &DeleteParams::background()).await;
            deleted.map(|_| ()).with_context(|| format!("cannot delete {name}"))
        };
        stream::iter(names).map(one).buffer_unordered(AT_A_TIME).try_collect().await
    }
}
