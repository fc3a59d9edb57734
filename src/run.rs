//! The operator, wired together.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use agentcore_api::common::Tags;
use agentcore_engine::object::{Namespaces, RolePatterns, Settings};
use anyhow::{Context, bail};
use futures::future::{BoxFuture, FutureExt, join_all};
use kube::Client;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::unbounded_channel,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use crate::{
    aws::{Aws, batch::Observers},
    kinds::{Managed, agent_memory::MemoryKind, agent_runtime::RuntimeKind, code_interpreter::InterpreterKind},
    kube::{
        Referable, Referrers, Shared, Shell, cluster_id,
        controller::{self, Scope},
        orphans,
    },
    server::{self, health::Health, metrics::Metrics},
    slot::Slots,
    version::VERSION,
};

/// What the operator is told at its start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which cluster this is; by default the uid of its namespace kube-system.
    pub cluster_id: Option<String>,
    /// Tags of every resource.
    pub default_tags: Tags,
    /// Which execution roles objects may name.
    pub allowed_role_arns: Vec<String>,
    /// Which namespaces may reference by id what no object of theirs manages.
    pub allow_external_ids: Namespaces,
    /// Which namespaces may adopt resources.
    pub allow_adoption: Namespaces,
    /// Clusters that are no more: what their objects left may be adopted.
    pub adopt_from_clusters: Vec<String>,
    /// Whether nothing is written to AWS, and no finalizer set or removed.
    pub read_only: bool,
    /// The namespaces whose objects are taken care of; none for all.
    pub watch_namespaces: Vec<String>,
    /// Where `/livez` and `/readyz` are served.
    pub health_address: SocketAddr,
    /// Where `/metrics` is served.
    pub metrics_address: SocketAddr,
    /// How many passes run at a time.
    pub concurrency: usize,
    /// Which share of AWS's quotas of requests a second is used.
    pub aws_quota_share: f64,
}

/// Runs the operator until SIGTERM or Ctrl-C, and then finishes the passes under way.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let shutdown = CancellationToken::new();
    on_signal(&shutdown)?;
    let metrics = Metrics::default();
    let scopes = scopes(&options.watch_namespaces);
    let kinds = kinds();
    let health = Health::new(scopes.len() * kinds.len());
    let serve_health = server::serve("health", options.health_address, health.routes(), shutdown.clone()).await?;
    let metrics_routes = server::health::metrics(metrics.clone());
    let serve_metrics = server::serve("metrics", options.metrics_address, metrics_routes, shutdown.clone()).await?;
    let servers = [tokio::spawn(serve_health), tokio::spawn(serve_metrics)];

    let client = Client::try_default()
        .await
        .context("there is no Kubernetes configuration: set KUBECONFIG, or run in a pod with a ServiceAccount")?;
    let aws = Aws::new(metrics.clone(), options.aws_quota_share).await;
    let Some(region) = aws.region() else {
        bail!("there is no AWS region: set AWS_REGION to the region of objects that name none");
    };
    let Some(cluster_id) = which_cluster(&client, options.cluster_id, &shutdown).await else { return Ok(()) };
    tracing::info!(version = VERSION, %cluster_id, region, namespaces = ?options.watch_namespaces, "starts");
    let shared = Shared {
        settings: Arc::new(Settings {
            cluster_id,
            region,
            default_tags: options.default_tags,
            allowed_roles: RolePatterns::new(options.allowed_role_arns),
            external_ids: options.allow_external_ids,
            adoption: options.allow_adoption,
            adopt_from_clusters: options.adopt_from_clusters,
            read_only: options.read_only,
        }),
        client,
        aws,
        metrics,
        referrers: Referrers::default(),
        slots: Slots::new(options.concurrency),
        instance: instance(),
        shutdown: shutdown.clone(),
        kinds: Arc::new(kinds.iter().map(|kind| (kind.name, kind.referable.clone())).collect()),
    };
    let operator = Operator { shared, health };
    let controllers = kinds.iter().map(|kind| (kind.start)(&operator, &scopes));
    tokio::select! {
        _ = join_all(controllers) => tracing::info!("stopped"),
        () = patience(&shutdown) => {
            tracing::warn!("stops although something is under way: it is in the objects' records, and taken up again");
        }
    }
    drop(servers);
    Ok(())
}

/// How long what is under way may take when the operator is asked to stop. A request to AWS ends within 30 seconds; what
/// takes longer is an API server that does not answer.
const PATIENCE: Duration = Duration::from_secs(45);

/// Ends so long after the shutdown.
async fn patience(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    sleep(PATIENCE).await;
}

/// The kinds: one item each, with the kinds whose changes its objects wait for.
fn kinds() -> [Registration; 3] {
    [
        Registration::new::<MemoryKind>(|operator, scope| vec![operator.frees::<MemoryKind, RuntimeKind>(scope)]),
        Registration::new::<InterpreterKind>(|_, _| Vec::new()),
        Registration::new::<RuntimeKind>(|operator, scope| {
            vec![
                operator.wakes::<RuntimeKind, MemoryKind>(scope),
                operator.wakes::<RuntimeKind, InterpreterKind>(scope),
            ]
        }),
    ]
}

/// A kind that the operator takes care of.
struct Registration {
    name: &'static str,
    referable: Referable,
    start: Start,
}

/// Starts the watches and the passes of a kind, in all scopes.
type Start = Box<dyn Fn(&Operator, &[Scope]) -> BoxFuture<'static, ()> + Send + Sync>;

impl Registration {
    fn new<K: Managed>(
        wakeups: impl Fn(&Operator, &Scope) -> Vec<controller::Wakeups<K>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: K::NAME,
            referable: Referable::of::<K>(),
            start: Box::new(move |operator, scopes| {
                let (swept, audits) = unbounded_channel();
                let observers = Arc::new(Observers::new(operator.shared.aws.clone(), swept));
                tokio::spawn(orphans::run::<K>(operator.shared.clone(), scopes.to_vec(), audits));
                let start = |scope| operator.kind::<K>(scope, Arc::clone(&observers), wakeups(operator, scope));
                join_all(scopes.iter().map(start).collect::<Vec<_>>()).map(|_| ()).boxed()
            }),
        }
    }
}

struct Operator {
    shared: Shared,
    health: Health,
}

impl Operator {
    fn kind<K: Managed>(
        &self,
        scope: &Scope,
        observers: Arc<Observers<K>>,
        wakeups: Vec<controller::Wakeups<K>>,
    ) -> BoxFuture<'static, ()> {
        let (wake, woken) = unbounded_channel();
        let shell = Shell::<K>::new(self.shared.clone(), observers, wake);
        let health = self.health.clone();
        let ready = move || health.delivered();
        controller::run(Arc::new(shell), scope.clone(), wakeups, woken, ready).boxed()
    }

    /// Changes of `Other` that objects of `K` wait for.
    fn wakes<K: Managed, Other: Managed>(&self, scope: &Scope) -> controller::Wakeups<K> {
        controller::referrers_of::<K, Other>(scope, self.shared.client.clone(), self.shared.referrers.clone())
    }

    /// Deletions of `Other` that objects of `K` wait for before they are deleted.
    fn frees<K: Managed, Other: Managed>(&self, scope: &Scope) -> controller::Wakeups<K> {
        controller::named_by::<K, Other>(scope, self.shared.client.clone(), self.shared.referrers.clone())
    }
}

fn scopes(namespaces: &[String]) -> Vec<Scope> {
    if namespaces.is_empty() {
        return vec![Scope::Cluster];
    }
    namespaces.iter().cloned().map(Scope::Namespace).collect()
}

/// The cluster's id. The API server may come up after the operator: waits for it. `None` on shutdown.
async fn which_cluster(client: &Client, given: Option<String>, shutdown: &CancellationToken) -> Option<String> {
    if given.is_some() {
        return given;
    }
    loop {
        let error = match cluster_id(client).await {
            Ok(found) => return Some(found),
            Err(error) => error,
        };
        tracing::warn!(%error, "can't read the namespace kube-system, whose uid is the cluster's id: tries again. --cluster-id sets it");
        tokio::select! {
            () = sleep(Duration::from_secs(3)) => {}
            () = shutdown.cancelled() => return None,
        }
    }
}

/// The first signal ends the operator when its passes are done, the second at once.
fn on_signal(shutdown: &CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("can't handle SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("can't handle SIGINT")?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if first {
                tracing::info!("stops: finishes the passes under way");
                shutdown.cancel();
            } else {
                std::process::exit(130);
            }
        }
    });
    Ok(())
}

/// Which of several operators wrote an event: the pod's name.
fn instance() -> String {
    std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "agentcore-operator".to_owned())
}
