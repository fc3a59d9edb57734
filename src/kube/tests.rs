//! A pass that panics: a kind that does, on an API server in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use agentcore_api::{
    code_interpreter::{CodeInterpreter, CodeInterpreterSpec, CodeInterpreterStatus},
    common::{CommonSpec, DeletionPolicy, Tags},
    status::{CommonStatus, PartRecord},
};
use agentcore_engine::{
    fault::Fault,
    kind::{Blocked, Body, Kind, Plan, Planning, Resolved, State, View},
    object::{Namespaces, RolePatterns, Settings},
    step::Accepted,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State as Shared_},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, patch, post},
};
use jiff::SignedDuration;
use kube::{Client, Config, core::PartialObjectMeta, runtime::controller::Action};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Referable, Referrers, Shared, Shell, controller, shell::Rest};
use crate::{
    aws::{
        Aws, Control,
        batch::Observers,
        listing::{Listed, Listing, Page},
    },
    kinds::{Managed, code_interpreter::InterpreterKind},
    server::metrics::Metrics,
    slot::Slots,
};

/// A kind like CodeInterpreter, whose pass panics over objects that ask for it in their description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Panics;

impl Kind for Panics {
    const NAME: &'static str = "CodeInterpreter";
    const NOUN: &'static str = "code interpreter";
    const GOOD: &'static str = "READY";
    const NAME_FIELD: &'static str = "codeInterpreterName";
    const NAMES_ARE_UNIQUE: bool = true;
    const REDEPLOYS: bool = false;
    const DELETION_POLICY: DeletionPolicy = DeletionPolicy::Delete;

    type Spec = CodeInterpreterSpec;
    type Status = CodeInterpreterStatus;
    type More = ();
    type Change = ();

    fn common(spec: &CodeInterpreterSpec) -> &CommonSpec {
        &spec.common
    }

    fn status(status: &CodeInterpreterStatus) -> &CommonStatus {
        &status.common
    }

    fn status_mut(status: &mut CodeInterpreterStatus) -> &mut CommonStatus {
        &mut status.common
    }

    fn chosen_name(_: &CodeInterpreterSpec) -> Option<&str> {
        None
    }

    fn role(_: &CodeInterpreterSpec) -> Option<&str> {
        None
    }

    fn settings(spec: &CodeInterpreterSpec, _: &Resolved) -> Result<CodeInterpreterSpec, Blocked> {
        assert_ne!(spec.description.as_deref(), Some("panic"), "as the object asks for");
        Ok(spec.clone())
    }

    fn state(view: &View<Self>) -> State {
        if view.facts.state == "READY" { State::Good } else { State::Creating }
    }

    fn plan(_: &Planning<'_, Self>) -> Plan<()> {
        Plan::InSync
    }

    fn message(_: &View<Self>) -> String {
        "READY".to_owned()
    }

    fn describe(_: Option<&View<Self>>, _: &PartRecord, _: &mut CodeInterpreterStatus) {}
}

impl Listing for Panics {
    const LIST: &'static str = InterpreterKind::LIST;
    const SETTLED: &'static str = "READY";
    const PACE: SignedDuration = SignedDuration::from_secs(1);

    type Side = ();

    async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
        InterpreterKind::page(control, after).await
    }
}

impl Managed for Panics {
    type Object = CodeInterpreter;

    const CREATE: &'static str = InterpreterKind::CREATE;
    const UPDATE: &'static str = InterpreterKind::UPDATE;
    const DELETE: &'static str = InterpreterKind::DELETE;

    fn usual(_: &CodeInterpreterSpec) -> SignedDuration {
        SignedDuration::from_secs(1)
    }

    fn may_be(listed: &Listed, name: &str) -> bool {
        InterpreterKind::may_be(listed, name)
    }

    async fn get(control: &Control, id: &str, _: Option<()>) -> Result<Option<View<Self>>, Fault> {
        let view = InterpreterKind::get(control, id, None).await?;
        Ok(view.map(|view| View { facts: view.facts, settings: view.settings, more: () }))
    }

    async fn create(control: &Control, body: &Body<Self>, token: &str, by: jiff::Timestamp) -> Result<Accepted, Fault> {
        let (name, tags, settings) = (body.name.clone(), body.tags.clone(), body.settings.clone());
        InterpreterKind::create(control, &Body { name, tags, settings }, token, by).await
    }

    async fn update(control: &Control, id: &str, change: &(), token: &str) -> Result<Accepted, Fault> {
        InterpreterKind::update(control, id, change, token).await
    }

    async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
        InterpreterKind::delete(control, id).await
    }
}

/// The objects of an API server in memory, by name.
type Store = Arc<Mutex<BTreeMap<String, Value>>>;

const OBJECTS: &str = "/apis/agentcore-operator.github.io/v1alpha1/namespaces/ns/codeinterpreters/{name}";

/// As much of an API server as a pass needs.
async fn api_server(store: Store) -> Client {
    let read = |Shared_(store): Shared_<Store>, Path(name): Path<String>| async move {
        match store.lock().unwrap().get(&name) {
            Some(object) => (StatusCode::OK, object.to_string()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    };
    let write = |Shared_(store): Shared_<Store>, Path(name): Path<String>, body: Bytes| async move {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let mut objects = store.lock().unwrap();
        let object = objects.get_mut(&name).unwrap();
        if name == "contested" {
            let conflict = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict",
                "message": "the object has been modified", "code": 409 });
            return (StatusCode::CONFLICT, conflict.to_string()).into_response();
        }
        // The status is written as a JSON patch.
        for change in body.as_array().into_iter().flatten().filter(|change| change["path"] == "/status") {
            object["status"] = change["value"].clone();
        }
        if let Some(finalizers) = body["metadata"].get("finalizers") {
            object["metadata"]["finalizers"] = finalizers.clone();
        }
        let version: u64 = object["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
        object["metadata"]["resourceVersion"] = (version + 1).to_string().into();
        object.to_string().into_response()
    };
    let namespace = || async {
        json!({ "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
            "metadata": { "name": "ns", "uid": "namespace-uid" } })
        .to_string()
    };
    let routes = Router::new()
        .route(OBJECTS, get(read).patch(write))
        .route(&format!("{OBJECTS}/status"), patch(write))
        .route("/api/v1/namespaces/ns", get(namespace))
        .route("/apis/events.k8s.io/v1/namespaces/ns/events", post(|body: String| async { body }))
        .with_state(store);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Client::try_from(Config::new(url.parse().unwrap())).unwrap()
}

fn object(name: &str, description: &str) -> Value {
    json!({
        "apiVersion": "agentcore-operator.github.io/v1alpha1", "kind": "CodeInterpreter",
        "metadata": { "name": name, "namespace": "ns", "uid": format!("uid-{name}"), "generation": 1,
            "resourceVersion": "1", "creationTimestamp": "2026-01-01T00:00:00Z" },
        "spec": { "description": description },
    })
}

async fn shell(client: Client, aws: &str, slots: usize) -> Shell<Panics> {
    let metrics = Metrics::default();
    let credentials = aws_credential_types::Credentials::new("AKIAEXAMPLE", "example", None, None, "test");
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-west-2"))
        .endpoint_url(aws)
        .credentials_provider(credentials)
        .load()
        .await;
    let aws = Aws::of(config, metrics.clone(), 1.0);
    let shared = Shared {
        client,
        aws: aws.clone(),
        metrics,
        settings: Arc::new(Settings {
            cluster_id: "test".to_owned(),
            region: "us-west-2".to_owned(),
            default_tags: Tags::new(),
            allowed_roles: RolePatterns::new(RolePatterns::DEFAULT),
            external_ids: Namespaces::All,
            adoption: Namespaces::Only(Vec::new()),
            adopt_from_clusters: Vec::new(),
            read_only: false,
        }),
        referrers: Referrers::default(),
        instance: "test".to_owned(),
        slots: Slots::new(slots),
        shutdown: CancellationToken::new(),
        kinds: Arc::new([(Panics::NAME, Referable::of::<Panics>())].into()),
    };
    let (wake, woken) = tokio::sync::mpsc::unbounded_channel();
    let (swept, audits) = tokio::sync::mpsc::unbounded_channel();
    // Nobody listens here.
    drop((woken, audits));
    Shell::new(shared, Arc::new(Observers::new(aws, swept)), wake)
}

#[tokio::test]
async fn a_pass_that_panics_is_told_and_holds_nobody_up() {
    let aws = agentcore_sim::server::Server::start(agentcore_sim::server::Options::default()).await.unwrap();
    let store: Store = Arc::default();
    for (name, description) in [("broken", "panic"), ("healthy", "fine")] {
        store.lock().unwrap().insert(name.to_owned(), object(name, description));
    }
    let shell = Arc::new(shell(api_server(Arc::clone(&store)).await, &aws.url(), 1).await);
    let pass = async |name: &str| {
        let meta: PartialObjectMeta<CodeInterpreter> =
            serde_json::from_value(store.lock().unwrap().get(name).unwrap().clone()).unwrap();
        let pass = Box::pin(controller::pass::<Panics>(Arc::new(meta), Arc::clone(&shell)));
        timeout(Duration::from_secs(30), pass).await.expect("nobody holds the slot").unwrap()
    };
    let ready = |name: &str| {
        let objects = store.lock().unwrap();
        let conditions = objects.get(name).unwrap()["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let ready = conditions.into_iter().find(|condition| condition["type"] == "Ready").unwrap();
        format!("{}/{}", ready["status"].as_str().unwrap(), ready["reason"].as_str().unwrap())
    };
    for _ in 0..3 {
        assert_eq!(pass("broken").await, Action::requeue(Duration::from_mins(5)));
        assert_eq!(ready("broken"), "False/InternalError");
    }
    // Said once.
    assert_eq!(store.lock().unwrap()["broken"]["metadata"]["resourceVersion"], "2");
    let metrics = shell.metrics().text();
    assert!(
        metrics.contains("controller_runtime_reconcile_panics_total{controller=\"CodeInterpreter\"} 3"),
        "{metrics}"
    );
    assert!(metrics.contains("controller_runtime_active_workers{controller=\"CodeInterpreter\"} 0"), "{metrics}");

    pass("healthy").await;
    assert_eq!(ready("healthy"), "Unknown/Creating");
    pass("healthy").await;
    assert_eq!(ready("healthy"), "True/Available");
}

/// Somebody writes the object whenever the operator is about to: no row of conflicts is answered at once for ever.
#[tokio::test]
async fn who_loses_every_race_for_an_object_is_slow_to_try_again() {
    let aws = agentcore_sim::server::Server::start(agentcore_sim::server::Options::default()).await.unwrap();
    let store: Store = Arc::default();
    store.lock().unwrap().insert("contested".to_owned(), object("contested", "fine"));
    let shell = shell(api_server(Arc::clone(&store)).await, &aws.url(), 1).await;
    for least in [1.8, 3.6, 7.2, 14.4, 27.0, 27.0] {
        let Rest::After(wait) = Box::pin(shell.look_after("ns", "contested")).await.unwrap() else {
            panic!("it gives up")
        };
        assert!(wait.as_secs_f64() >= least && wait.as_secs_f64() <= 33.0, "{wait:?}, not {least}");
    }
    let writes = |entry: &&agentcore_sim::JournalEntry| entry.operation.starts_with("Create");
    assert_eq!(aws.with(|sim| sim.journal().filter(writes).count()), 0, "nothing is sent that is not announced");
    // Each row of passes has one turn for all its attempts.
    let metrics = shell.metrics().text();
    let turns = "agentcore_aws_client_rate_limit_wait_seconds_count{operation=\"CreateCodeInterpreter\"} 6";
    assert!(metrics.contains(turns), "{metrics}");
}

/// A thousand objects may wait for their turn at the same time.
#[tokio::test]
async fn a_pass_that_waits_is_small() {
    let shell = Arc::new(shell(api_server(Arc::default()).await, "http://127.0.0.1:9", 1).await);
    let meta: PartialObjectMeta<CodeInterpreter> = serde_json::from_value(object("a", "fine")).unwrap();
    let size = size_of_val(&controller::pass::<Panics>(Arc::new(meta), shell));
    assert!(size < 6144, "{size} bytes");
}
