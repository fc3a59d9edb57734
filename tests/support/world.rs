//! A world of a test's own: a namespace of the shared cluster, a simulated AWS, and an operator between them.

use std::{
    fs,
    time::{Duration, Instant},
};

use agentcore_sim::{
    Fault, FaultRule, InventoryItem, JournalEntry, Mutation, Settings, Sim,
    server::{Options, Server},
};
use devcluster::Cluster;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    api::{Objects, Patch},
    audit::Exchanges,
    cluster::{cluster, ok},
    operator::{Operator, Setup},
    root,
};

/// How long a change may take to show. Everything is fast; the machine may be busy.
pub const SOON: Duration = Duration::from_mins(1);

/// A namespace, AWS, and an operator.
pub struct World {
    pub aws: Server,
    pub objects: Objects,
    pub operator: Operator,
    /// What the operator asked and was answered, held against AWS's models.
    pub exchanges: Exchanges,
}

/// A test that went well until here fails if the operator, or the simulator, did not keep to AWS's models.
impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.exchanges.check();
        }
    }
}

impl World {
    /// A world whose AWS settles at once.
    pub async fn new(purpose: &str) -> Self {
        Self::with(purpose, Settings::default(), |setup| setup).await
    }

    /// A world with these settings of AWS, whose operator is set up by `setup`.
    pub async fn with(purpose: &str, settings: Settings, setup: impl FnOnce(Setup) -> Setup) -> Self {
        let objects = Objects::new(purpose).await;
        let exchanges = Exchanges::default();
        let observer = Some(exchanges.observer());
        let aws = Server::start(Options { settings, observer, ..Options::default() }).await.unwrap();
        let operator = Operator::start(setup(Setup::new(&objects.namespace, &aws.url())));
        Self { aws, objects, operator, exchanges }
    }

    /// The same in a cluster that is not the shared one.
    pub async fn elsewhere(cluster: &Cluster, purpose: &str, setup: impl FnOnce(Setup) -> Setup) -> Self {
        Self::elsewhere_with(cluster, purpose, Settings::default(), setup).await
    }

    /// The same with these settings of AWS.
    pub async fn elsewhere_with(
        cluster: &Cluster,
        purpose: &str,
        settings: Settings,
        setup: impl FnOnce(Setup) -> Setup,
    ) -> Self {
        let objects = Objects::of(cluster, purpose).await;
        let exchanges = Exchanges::default();
        let observer = Some(exchanges.observer());
        let aws = Server::start(Options { settings, observer, ..Options::default() }).await.unwrap();
        let kubeconfig = cluster.kubeconfig().to_str().unwrap();
        let there = Setup::new(&objects.namespace, &aws.url()).variable("KUBECONFIG", Some(kubeconfig));
        let operator = Operator::start(setup(there));
        Self { aws, objects, operator, exchanges }
    }

    /// Creates an object of this kind.
    pub async fn create(&self, kind: &str, name: &str, spec: Value) -> Value {
        self.objects.create(&object(kind, name, &spec)).await.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"))
    }

    /// Changes the spec by a merge patch.
    pub async fn edit(&self, object: &Value, spec: Value) -> Value {
        self.patch(object, json!({ "spec": spec })).await
    }

    /// Sets an annotation, or with null removes it.
    pub async fn annotate(&self, object: &Value, key: &str, value: impl Into<Value>) -> Value {
        self.patch(object, json!({ "metadata": { "annotations": { key: value.into() } } })).await
    }

    /// Changes the object by a merge patch.
    pub async fn patch(&self, object: &Value, patch: Value) -> Value {
        self.objects.patch(object, &patch, Patch::Merge).await.unwrap_or_else(|refusal| panic!("{patch}: {refusal:?}"))
    }

    /// The object as it is now.
    pub async fn now(&self, object: &Value) -> Value {
        self.objects.get(object).await
    }

    /// Waits until the object is so, and gives it.
    pub async fn until(&self, object: &Value, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        self.within(SOON, object, what, holds).await
    }

    /// Waits at most so long until the object is so, and gives it.
    pub async fn within(&self, most: Duration, object: &Value, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + most;
        loop {
            let found = self.objects.find(object).await.unwrap_or_default();
            if holds(&found) {
                return found;
            }
            let status = &found["status"];
            assert!(
                Instant::now() < deadline,
                "not {what} in {most:?}: {status:#}\nthe operator's log:\n{}\nAWS:\n{:#?}",
                self.operator.log_tail(),
                self.calls()
            );
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the object is Ready in its newest generation.
    pub async fn ready(&self, object: &Value) -> Value {
        self.until(object, "Ready", is_ready).await
    }

    /// Waits until the condition `type_` has this status and reason in the newest generation.
    pub async fn condition(&self, object: &Value, type_: &str, status: &str, reason: &str) -> Value {
        let what = format!("{type_}={status}/{reason}");
        self.until(object, &what, |object| {
            let found = condition(object, type_);
            is_observed(object) && found["status"] == status && found["reason"] == reason
        })
        .await
    }

    /// Deletes the object, and does not wait.
    pub async fn delete(&self, object: &Value) {
        self.objects.delete(object).await;
    }

    /// Waits until the object is gone.
    pub async fn gone(&self, object: &Value) {
        self.until(object, "gone", Value::is_null).await;
    }

    /// What was asked of AWS, oldest first, without STS.
    pub fn journal(&self) -> Vec<JournalEntry> {
        let all = self.aws.with(|sim| sim.journal().cloned().collect::<Vec<_>>());
        all.into_iter().filter(|entry| entry.service != "sts").collect()
    }

    /// The operations that were asked of AWS, oldest first, with what came of them.
    pub fn calls(&self) -> Vec<String> {
        self.journal().iter().map(|entry| format!("{} {}", entry.operation, entry.outcome.code)).collect()
    }

    /// The writes that were asked of AWS, oldest first.
    pub fn writes(&self) -> Vec<String> {
        self.journal().iter().filter(|entry| is_write(entry)).map(|entry| entry.operation.clone()).collect()
    }

    /// How many requests AWS has seen so far: later ones have a higher number.
    pub fn mark(&self) -> u64 {
        self.aws.with(|sim| sim.journal().last().map_or(0, |entry| entry.seq))
    }

    /// The writes since a mark.
    pub fn writes_since(&self, mark: u64) -> Vec<String> {
        let later = self.journal().into_iter().filter(|entry| entry.seq > mark && is_write(entry));
        later.map(|entry| entry.operation).collect()
    }

    /// What exists in AWS, but for what AWS itself brings (endpoints, identities of runtimes, the system's interpreter).
    pub fn resources(&self) -> Vec<InventoryItem> {
        let all = self.aws.with(|sim| sim.inventory());
        all.into_iter()
            .filter(|item| {
                let kind = serde_json::to_value(item.kind).unwrap();
                !item.id.contains('/') && !item.id.starts_with("aws.") && item.owner.is_none() && kind != "endpoint"
            })
            .collect()
    }

    /// Fails, and tells how it came about, if anything exists in AWS.
    pub fn nothing_left(&self) {
        let left = self.resources();
        let (calls, log) = (self.journal(), self.operator.log());
        let ids: Vec<&str> = left.iter().map(|item| item.name.as_str()).collect();
        let about = |text: &str| ids.iter().any(|id| text.contains(id));
        let calls: Vec<String> = calls.iter().map(|call| format!("{call:?}")).filter(|call| about(call)).collect();
        assert!(left.is_empty(), "{left:#?}\nasked of AWS:\n{}\nthe operator's log:\n{log}", calls.join("\n"));
    }

    /// The one resource of this name.
    pub fn resource(&self, name: &str) -> InventoryItem {
        let found: Vec<_> = self.resources().into_iter().filter(|item| item.name == name).collect();
        assert_eq!(found.len(), 1, "resources called {name}: {found:#?}");
        found.into_iter().next().unwrap()
    }

    /// A request of somebody else, who has credentials of their own. Gives what AWS answers.
    pub fn foreign(&self, method: &str, path: &str, body: &Value) -> Value {
        let credential = "FOREIGNER/20270115/us-west-2/bedrock-agentcore/aws4_request";
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"),
            )
            .body(body.to_string().into())
            .unwrap();
        let response = self.aws.with(|sim| sim.handle(Timestamp::now(), request));
        assert!(response.status().is_success(), "{method} {path}: {:?}", response.body());
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    /// Makes AWS misbehave.
    pub fn fault(&self, rule: Value) {
        let rule: FaultRule = serde_json::from_value(rule).unwrap();
        if let Fault::Error(error) = &rule.fault {
            self.exchanges.tolerate(&error.code);
        }
        self.aws.with(|sim| sim.add_fault_rule(rule));
    }

    /// AWS no longer misbehaves.
    pub fn mend(&self) {
        self.aws.with(Sim::clear_fault_rules);
    }

    /// AWS goes: connections are refused. Gives what there was, for [`Self::aws_comes_back`].
    pub async fn aws_goes(&mut self) -> (u16, Sim) {
        let elsewhere = Server::start(Options::default()).await.unwrap();
        let old = std::mem::replace(&mut self.aws, elsewhere);
        let found = (old.port(), old.with(|sim| sim.clone()));
        old.stop().await;
        found
    }

    /// AWS is back where it was.
    pub async fn aws_comes_back(&mut self, (port, sim): (u16, Sim)) {
        self.aws = Server::start_with(port, sim, Some(self.exchanges.observer())).await.unwrap();
    }

    /// The events of an object: type, reason and text, oldest first.
    pub fn events(&self, object: &Value) -> Vec<String> {
        let name = object["metadata"]["name"].as_str().unwrap();
        let selector = format!("involvedObject.name={name},involvedObject.kind={}", object["kind"].as_str().unwrap());
        let mut kubectl = cluster().kubectl();
        kubectl.args(["get", "events", "-n", &self.objects.namespace, "-o", "json", "--field-selector", &selector]);
        let list: Value = serde_json::from_str(&ok(&mut kubectl)).unwrap();
        let mut events: Vec<&Value> = list["items"].as_array().unwrap().iter().collect();
        events.sort_by_key(|event| event["eventTime"].as_str().unwrap_or_default().to_owned());
        let text = |event: &Value, member: &str| event[member].as_str().unwrap_or_default().to_owned();
        let line = |event| format!("{} {}: {}", text(event, "type"), text(event, "reason"), text(event, "message"));
        events.into_iter().map(line).collect()
    }

    /// Changes something in AWS behind the operator's back.
    pub fn mutate(&self, mutation: Value) {
        let mutation: Mutation = serde_json::from_value(mutation).unwrap();
        self.aws.with(|sim: &mut Sim| sim.mutate(Timestamp::now(), mutation)).unwrap();
    }
}

/// An object of this kind.
pub fn object(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "agentcore-operator.github.io/v1alpha1",
        "kind": kind,
        "metadata": { "name": name },
        "spec": spec,
    })
}

/// The objects of `examples/quickstart`: memory, interpreter, runtime.
pub fn quickstart() -> [Value; 3] {
    let text = fs::read_to_string(root().join("examples/quickstart/quickstart.yaml")).unwrap();
    serde_saphyr::from_multiple(&text).unwrap().try_into().unwrap()
}

/// The spec of a runtime that needs nothing else.
pub fn runtime_spec() -> Value {
    json!({
        "artifact": { "container": { "image": "123456789012.dkr.ecr.us-west-2.amazonaws.com/agent:1" } },
        "executionRole": { "arn": "arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreTest" },
    })
}

/// A condition of an object; null if it is absent.
pub fn condition(object: &Value, type_: &str) -> Value {
    let conditions = object["status"]["conditions"].as_array();
    conditions.into_iter().flatten().find(|condition| condition["type"] == type_).cloned().unwrap_or_default()
}

/// The message of a condition; empty if it is absent.
pub fn message(object: &Value, type_: &str) -> String {
    condition(object, type_)["message"].as_str().unwrap_or_default().to_owned()
}

/// Whether the status speaks of the spec as it is.
pub fn is_observed(object: &Value) -> bool {
    object["metadata"]["generation"].is_i64()
        && object["metadata"]["generation"] == object["status"]["observedGeneration"]
}

/// Whether the object is Ready in its newest generation.
pub fn is_ready(object: &Value) -> bool {
    is_observed(object) && condition(object, "Ready")["status"] == "True"
}

/// Whether a request may have changed something.
pub fn is_write(entry: &JournalEntry) -> bool {
    !["Get", "List", "Assume"].iter().any(|verb| entry.operation.starts_with(verb))
}
