//! The cluster of the demo: a development cluster, or one of the user's.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use devcluster::{Cluster, Options};
use k8s_openapi::{
    api::core::v1::Namespace, apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Config, ResourceExt,
    api::{DeleteParams, ObjectMeta, Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
};
use tokio::time::{Instant, sleep};

use super::objects::{MANAGER, is_not_found};
use crate::environment::Environment;

/// The demo's namespace in a cluster of the user's.
const NAMESPACE: &str = "agentcore-demo";

/// The label of namespaces that the demo has made.
const MADE_BY: &str = "app.kubernetes.io/managed-by";

/// How long the API server may take to establish a kind.
const ESTABLISHED_WITHIN: Duration = Duration::from_secs(30);

/// A cluster, and how to reach it.
pub(crate) struct Place {
    /// As the administrator of the development cluster, or as the user.
    pub(crate) client: Client,
    /// Where the objects go.
    pub(crate) namespace: &'static str,
    /// What `KUBECONFIG` is for the operator.
    pub(crate) kubeconfig: OsString,
    /// The development cluster; it ends when this is dropped.
    cluster: Option<Cluster>,
    /// How to call kubectl in another terminal: what to export first, if anything, and the command.
    export: Option<String>,
    kubectl: String,
}

impl Place {
    /// Starts a development cluster. Its logs are written to the folder.
    pub(crate) async fn start(logs: &Path) -> anyhow::Result<Self> {
        let cluster = Cluster::start(Options { logs: Some(logs.to_owned()), ..Options::default() })?;
        let kubeconfig = Kubeconfig::read_from(cluster.kubeconfig())?;
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        // It is on this machine, whatever the user's proxy is.
        config.proxy_url = None;
        let tools = cluster.tool("kubectl").and_then(Path::parent).unwrap_or(Path::new("."));
        let export = format!("export KUBECONFIG={} PATH={}:$PATH", cluster.kubeconfig().display(), tools.display());
        Ok(Self {
            client: Client::try_from(config)?,
            namespace: "default",
            kubeconfig: cluster.kubeconfig().into(),
            export: Some(export),
            kubectl: "kubectl".to_owned(),
            cluster: Some(cluster),
        })
    }

    /// Uses a cluster of the user's kubeconfig. A small file in the folder chooses the context for the operator.
    pub(crate) async fn of_user(context: &str, folder: &Path) -> anyhow::Result<Self> {
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        let config = Config::from_kubeconfig(&options).await.with_context(|| {
            format!("cannot use the context {context} of your kubeconfig: `kubectl config get-contexts` lists them")
        })?;
        let choice = folder.join("context.yaml");
        let text = format!("apiVersion: v1\nkind: Config\ncurrent-context: {}\n", serde_json::to_string(context)?);
        fs::write(&choice, text).with_context(|| format!("cannot write {}", choice.display()))?;
        Ok(Self {
            client: Client::try_from(config)?,
            namespace: NAMESPACE,
            kubeconfig: chosen(choice, env::var_os("KUBECONFIG"), env::home_dir())?,
            cluster: None,
            export: None,
            kubectl: format!("kubectl --context {context} --namespace {NAMESPACE}"),
        })
    }

    /// The kinds that the cluster lacks.
    pub(crate) async fn missing_kinds(&self) -> anyhow::Result<Vec<CustomResourceDefinition>> {
        let api: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        let mut missing = Vec::new();
        for kind in agentcore_api::crd::all()? {
            if api.get_opt(&kind.name_any()).await.context("cannot look for CustomResourceDefinitions")?.is_none() {
                missing.push(kind);
            }
        }
        Ok(missing)
    }

    /// Installs kinds, and waits until the API server has taken them over.
    pub(crate) async fn install(&self, kinds: &[CustomResourceDefinition]) -> anyhow::Result<()> {
        let api: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        for kind in kinds {
            let name = kind.name_any();
            api.patch(&name, &PatchParams::apply(MANAGER), &Patch::Apply(kind))
                .await
                .with_context(|| format!("cannot install {name}"))?;
        }
        let deadline = Instant::now() + ESTABLISHED_WITHIN;
        for kind in kinds {
            let name = kind.name_any();
            while !is_established(&api.get(&name).await.with_context(|| format!("cannot read {name}"))?) {
                if Instant::now() > deadline {
                    bail!("{name} is not established: `kubectl describe crd {name}` says why");
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// Makes the demo's namespace in a cluster of the user's; one that the demo has not made is left alone.
    pub(crate) async fn make_namespace(&self) -> anyhow::Result<()> {
        if self.cluster.is_some() {
            return Ok(());
        }
        let api: Api<Namespace> = Api::all(self.client.clone());
        match api.get_opt(NAMESPACE).await.with_context(|| format!("cannot look for the namespace {NAMESPACE}"))? {
            Some(found) if is_ours(&found) => return Ok(()),
            Some(_) => bail!("there is a namespace {NAMESPACE} that the demo has not made: use another cluster"),
            None => {}
        }
        let metadata = ObjectMeta {
            name: Some(NAMESPACE.to_owned()),
            labels: Some(BTreeMap::from([(MADE_BY.to_owned(), MANAGER.to_owned())])),
            ..ObjectMeta::default()
        };
        let namespace = Namespace { metadata, ..Namespace::default() };
        api.create(&PostParams::default(), &namespace)
            .await
            .with_context(|| format!("cannot make the namespace {NAMESPACE}"))?;
        Ok(())
    }

    /// Removes the demo's namespace from a cluster of the user's.
    pub(crate) async fn remove_namespace(&self) -> anyhow::Result<()> {
        if self.cluster.is_some() {
            return Ok(());
        }
        let api: Api<Namespace> = Api::all(self.client.clone());
        match api.delete(NAMESPACE, &DeleteParams::background()).await {
            Err(error) if !is_not_found(&error) => {
                Err(error).with_context(|| format!("cannot delete the namespace {NAMESPACE}"))
            }
            _ => Ok(()),
        }
    }

    /// The namespace that the operator is to watch, where others' objects may be in the rest of the cluster.
    pub(crate) fn only_namespace(&self) -> Option<&'static str> {
        self.cluster.is_none().then_some(self.namespace)
    }

    /// The environment that the operator needs to reach the cluster.
    pub(crate) fn adapt(&self, environment: Environment) -> Environment {
        if self.cluster.is_some() { environment.without_proxies() } else { environment }
    }

    /// Commands by which a user sees the objects.
    pub(crate) fn commands(&self) -> Vec<String> {
        let show = ["get agentcore", "describe agentmemory quickstart", "get agentruntime quickstart -o yaml"];
        let show = show.into_iter().map(|what| format!("{} {what}", self.kubectl));
        self.export.iter().cloned().chain(show).collect()
    }

    /// An error if the development cluster is broken.
    pub(crate) fn check_running(&mut self) -> anyhow::Result<()> {
        match &mut self.cluster {
            Some(cluster) => cluster.check_running().context("the development cluster is broken"),
            None => Ok(()),
        }
    }
}

/// The user's kubeconfig with another current context: of several files, the first that names one decides.
fn chosen(choice: PathBuf, users: Option<OsString>, home: Option<PathBuf>) -> anyhow::Result<OsString> {
    let files: Vec<PathBuf> = match users.filter(|users| !users.is_empty()) {
        Some(users) => env::split_paths(&users).collect(),
        None => home.map(|home| home.join(".kube/config")).into_iter().collect(),
    };
    env::join_paths([choice].into_iter().chain(files)).context("the path of your kubeconfig cannot be in KUBECONFIG")
}

fn is_ours(namespace: &Namespace) -> bool {
    namespace.labels().get(MADE_BY).is_some_and(|maker| maker == MANAGER)
}

fn is_established(kind: &CustomResourceDefinition) -> bool {
    let conditions = kind.status.iter().filter_map(|status| status.conditions.as_ref()).flatten();
    conditions.into_iter().any(|condition| condition.type_ == "Established" && condition.status == "True")
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn the_choice_of_the_context_comes_first() {
        let with = |users: Option<&str>| chosen("/c".into(), users.map(Into::into), Some("/home/me".into())).unwrap();
        assert_eq!(with(Some("/a:/b")), "/c:/a:/b");
        assert_eq!(with(Some("")), "/c:/home/me/.kube/config");
        assert_eq!(with(None), "/c:/home/me/.kube/config");
    }
}
