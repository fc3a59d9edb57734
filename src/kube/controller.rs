//! The watches of one kind, and the queue of its passes.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use agentcore_api::keys::{FINALIZER, annotation};
use futures::{FutureExt, StreamExt, TryStreamExt, stream::BoxStream};
use kube::{
    Api, Client, Resource, ResourceExt,
    core::PartialObjectMeta,
    runtime::{
        Controller, WatchStreamExt,
        controller::{self, Action},
        reflector::{self, ObjectRef},
        watcher,
    },
};

use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    objects::{Error, words},
    referrers::Referrers,
    shell::{Rest, Shell},
};
use crate::{aws::batch::Who, kinds::Managed, server::metrics::Metrics};

/// Where objects are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In all namespaces.
    Cluster,
    /// In one.
    Namespace(String),
}

impl Scope {
    /// Whether the namespace is in it.
    pub fn contains(&self, namespace: &str) -> bool {
        match self {
            Self::Cluster => true,
            Self::Namespace(name) => name == namespace,
        }
    }

    fn api<T>(&self, client: Client) -> Api<T>
    where
        T: Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>,
    {
        match self {
            Self::Cluster => Api::all(client),
            Self::Namespace(namespace) => Api::namespaced(client, namespace),
        }
    }
}

/// Objects of a kind that are to have a pass because of another object's change.
pub type Wakeups<K> = BoxStream<'static, ObjectRef<PartialObjectMeta<<K as Managed>::Object>>>;

/// Runs the passes of one kind until the shutdown, and then concludes what those under way have begun. Besides those
/// that change, the objects that are `woken` have a pass.
///
/// Only metadata is watched: each pass reads its object anew, and an object that does not parse can't stop the watch.
pub async fn run<K: Managed>(
    shell: Arc<Shell<K>>,
    scope: Scope,
    wakeups: Vec<Wakeups<K>>,
    woken: UnboundedReceiver<Who>,
    ready: impl FnOnce() + Send + 'static,
) {
    let (client, shutdown) = (shell.client(), shell.shutdown());
    let api: Api<PartialObjectMeta<K::Object>> = scope.api(client);
    let (store, writer) = reflector::store();
    let objects = watcher(api, watcher::Config::default())
        .default_backoff()
        .modify(drop_what_is_not_needed)
        .reflect(writer)
        .inspect_ok(forget_what_is_gone(&shell))
        .inspect_ok(announce_ready(ready))
        .applied_objects()
        .inspect_ok(notice_lost_finalizers(&shell))
        .predicate_filter(what_matters::<K>, kube::runtime::PredicateConfig::default())
        .inspect_ok(interrupt_what_waits(&shell));
    let mut controller = Controller::for_stream(objects, store).graceful_shutdown_on(shutdown.cancelled_owned());
    let woken = futures::stream::unfold(woken, |mut woken| async { woken.recv().await.map(|who| (who, woken)) });
    controller = controller.reconcile_on(woken.map(|who| ObjectRef::new(&who.name).within(&who.namespace)));
    for wakeup in wakeups {
        controller = controller.reconcile_on(wakeup);
    }
    controller
        .run(|object, shell| pass::<K>(object, shell), on_error::<K>, Arc::clone(&shell))
        .for_each(|outcome| {
            if let Err(error) = outcome {
                report::<K>(&error);
                // Its last pass may have ended after the watch had told that it is gone.
                if let controller::Error::ObjectNotFound(gone) = &error {
                    shell.forget(gone.namespace.as_deref().unwrap_or_default(), &gone.name);
                }
            }
            futures::future::ready(())
        })
        .await;
}

/// Objects of `K` that name a changed object of `Other`.
pub fn referrers_of<K: Managed, Other: Managed>(scope: &Scope, client: Client, referrers: Referrers) -> Wakeups<K> {
    woken_by::<K, Other>(scope, client, move |changed| {
        referrers.of(K::NAME, Other::NAME, &changed.namespace().unwrap_or_default(), &changed.name_any())
    })
}

/// Objects of `K` that an object of `Other` names whose deletion has begun: they may wait for just that.
pub fn named_by<K: Managed, Other: Managed>(scope: &Scope, client: Client, referrers: Referrers) -> Wakeups<K> {
    woken_by::<K, Other>(scope, client, move |changed| {
        if changed.metadata.deletion_timestamp.is_none() {
            return Vec::new();
        }
        referrers.named_by(Other::NAME, &changed.namespace().unwrap_or_default(), &changed.name_any(), K::NAME)
    })
}

/// Objects of `K` in the namespace of a changed object of `Other`; `which` gives their names.
fn woken_by<K: Managed, Other: Managed>(
    scope: &Scope,
    client: Client,
    which: impl Fn(&PartialObjectMeta<Other::Object>) -> Vec<String> + Send + 'static,
) -> Wakeups<K> {
    let api: Api<PartialObjectMeta<Other::Object>> = scope.api(client);
    watcher(api, watcher::Config::default())
        .default_backoff()
        .touched_objects()
        .filter_map(|changed| futures::future::ready(changed.ok()))
        .flat_map(move |changed| {
            let namespace = changed.namespace().unwrap_or_default();
            let names = which(&changed);
            futures::stream::iter(names.into_iter().map(move |name| ObjectRef::new(&name).within(&namespace)))
        })
        .boxed()
}

/// Keeps nothing of objects that are gone.
fn forget_what_is_gone<K: Managed>(
    shell: &Arc<Shell<K>>,
) -> impl FnMut(&watcher::Event<PartialObjectMeta<K::Object>>) + Send + 'static {
    let shell = Arc::clone(shell);
    move |event| {
        if let watcher::Event::Delete(gone) = event {
            shell.forget(&gone.namespace().unwrap_or_default(), &gone.name_any());
        }
    }
}

/// Without its finalizer an object would go, and leave its resource.
fn notice_lost_finalizers<K: Managed>(
    shell: &Arc<Shell<K>>,
) -> impl FnMut(&PartialObjectMeta<K::Object>) + Send + 'static {
    let shell = Arc::clone(shell);
    move |object| {
        let has_ours = object.finalizers().iter().any(|finalizer| finalizer == FINALIZER);
        if !has_ours && object.metadata.deletion_timestamp.is_none() {
            shell.lacks_finalizer(&object.namespace().unwrap_or_default(), &object.name_any());
        }
    }
}

/// An object that waits for its turn and changes meanwhile has its pass at once: it may be deleted.
fn interrupt_what_waits<K: Managed>(
    shell: &Arc<Shell<K>>,
) -> impl FnMut(&PartialObjectMeta<K::Object>) + Send + 'static {
    let shell = Arc::clone(shell);
    move |object| shell.interrupt(&object.namespace().unwrap_or_default(), &object.name_any())
}

/// Tells once that all objects were seen.
///
/// Not by the store's own future: of several that wait for it only the last is woken, and the controller waits, too.
fn announce_ready<T>(ready: impl FnOnce() + Send + 'static) -> impl FnMut(&watcher::Event<T>) + Send + 'static {
    let mut ready = Some(ready);
    move |event| {
        if matches!(event, watcher::Event::InitDone)
            && let Some(ready) = ready.take()
        {
            ready();
        }
    }
}

/// One object at a time: what else keeps memory busy for each object is dropped.
fn drop_what_is_not_needed<T>(object: &mut PartialObjectMeta<T>) {
    object.metadata.managed_fields = None;
    object.metadata.labels = None;
    agentcore_api::secret::forget_last_applied(&mut object.metadata);
}

/// What of an object's metadata starts a pass when it changes. Our own writes change none of it.
#[allow(clippy::unnecessary_wraps, reason = "the shape of a predicate")]
fn what_matters<K: Managed>(object: &PartialObjectMeta<K::Object>) -> Option<u64> {
    let metadata = &object.metadata;
    let mut hasher = DefaultHasher::new();
    // A new object of the same name begins with the same generation.
    metadata.uid.hash(&mut hasher);
    metadata.generation.hash(&mut hasher);
    metadata.deletion_timestamp.is_some().hash(&mut hasher);
    for key in [
        annotation::REQUESTED_AT,
        annotation::FLUX_REQUESTED_AT,
        annotation::REDEPLOY_AT,
        annotation::ABANDON,
        annotation::ALLOW_DELETE_STRATEGIES,
        annotation::ALLOW_DELETE_IN_USE,
    ] {
        metadata.annotations.as_ref().and_then(|annotations| annotations.get(key)).hash(&mut hasher);
    }
    Some(hasher.finish())
}

/// One turn of an object; a panic in it is caught.
pub(super) async fn pass<K: Managed>(
    object: Arc<PartialObjectMeta<K::Object>>,
    shell: Arc<Shell<K>>,
) -> Result<Action, Error> {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    let metrics: Metrics = shell.metrics();
    let _active = metrics.pass_begins(K::NAME);
    let started = Instant::now();
    let result = AssertUnwindSafe(shell.look_after(&namespace, &name)).catch_unwind().await;
    let (label, action) = match result {
        Ok(Ok(Rest::UntilChange)) => ("success", Ok(Action::await_change())),
        Ok(Ok(Rest::After(time))) => ("requeue_after", Ok(Action::requeue(time))),
        Ok(Err(error)) => ("error", Err(error)),
        Err(_) => {
            metrics.pass_panicked(K::NAME);
            tracing::error!(kind = K::NAME, %namespace, %name, "a pass panicked: a defect of the operator");
            if let Err(error) = Box::pin(shell.tell_panic(&namespace, &name)).await {
                tracing::warn!(kind = K::NAME, %namespace, %name, %error, "the object can't be told");
            }
            ("panic", Ok(Action::requeue(Duration::from_mins(5))))
        }
    };
    metrics.pass_ended(K::NAME, label, started.elapsed());
    action
}

/// The cluster could not be read or written. The client has repeated what it can.
#[allow(clippy::needless_pass_by_value, reason = "the shape of a controller's policy")]
fn on_error<K: Managed>(object: Arc<PartialObjectMeta<K::Object>>, error: &Error, shell: Arc<Shell<K>>) -> Action {
    Action::requeue(shell.after_error(object.metadata.uid.as_deref().unwrap_or_default(), error))
}

fn report<K: Managed>(error: &controller::Error<Error, watcher::Error>) {
    match error {
        // The object went while it waited for its turn.
        controller::Error::ObjectNotFound(object) => tracing::debug!(kind = K::NAME, %object, "gone"),
        controller::Error::ReconcilerFailed(error, object) => {
            tracing::warn!(
                kind = K::NAME,
                namespace = object.namespace.as_deref().unwrap_or_default(),
                name = %object.name,
                %error,
                "the cluster could not be read or written: tries again"
            );
        }
        controller::Error::QueueError(
            watcher::Error::InitialListFailed(error) | watcher::Error::WatchStartFailed(error),
        ) => {
            let error = words(error);
            tracing::warn!(kind = K::NAME, %error, "can't watch the objects: tries again");
        }
        // Usual: the API server does not keep what it was long ago. The watch lists anew.
        controller::Error::QueueError(watcher::Error::WatchError(status)) if status.code == 410 => {
            tracing::debug!(kind = K::NAME, %status, "a watch had expired");
        }
        controller::Error::QueueError(error) => tracing::warn!(kind = K::NAME, %error, "a watch was interrupted"),
        controller::Error::RunnerError(error) => tracing::error!(kind = K::NAME, %error, "the queue failed"),
    }
}
