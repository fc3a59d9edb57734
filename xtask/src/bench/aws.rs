//! The AWS of a measurement: a simulator of its own, and what it saw.

use std::{path::Path, process::Command, time::Duration};

use anyhow::Context;
use http::Request;
use jiff::Timestamp;
use kube::{Client, Config};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::block_in_place;

use super::plan::{Kind, Profile};
use crate::processes::{Group, Process};

/// How long the simulator may take to listen.
const WITHIN: Duration = Duration::from_secs(20);

/// The service in the journal that creates and keeps the resources.
const CONTROL: &str = "bedrock-agentcore-control";

/// Who owns the resources that are somebody else's: the account is that of the operator's key.
const STRANGER: &str = "AWS4-HMAC-SHA256 Credential=STRANGER/20270115/us-west-2/bedrock-agentcore/aws4_request, \
                        SignedHeaders=host, Signature=0";

/// A simulator. It ends when this is dropped.
pub(crate) struct Aws {
    process: Process,
    client: Client,
    /// Where it listens.
    pub(crate) url: String,
    /// The last entry of the journal that was read.
    read: u64,
}

/// A request to AWS.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Call {
    seq: u64,
    /// When it came.
    pub(crate) time: Timestamp,
    service: String,
    /// What was asked.
    pub(crate) operation: String,
    outcome: Outcome,
    /// Whether it changed anything.
    pub(crate) effect: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Outcome {
    status: u16,
}

/// A resource in AWS.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    #[serde(rename = "type")]
    kind: String,
    /// Its id; that of an endpoint begins with its runtime's.
    pub(crate) id: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// Since when it is as it is.
    pub(crate) status_since: Timestamp,
}

impl Call {
    /// Whether it was refused for coming too fast.
    pub(crate) fn is_throttled(&self) -> bool {
        self.outcome.status == 429
    }
}

impl Resource {
    /// Whether it is of this kind.
    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.kind == kind.in_aws()
    }
}

impl Aws {
    /// Starts a simulator in which so much may exist as is asked for, with somebody else's resources.
    pub(crate) async fn start(
        program: &Path,
        group: &Group,
        name: &str,
        logs: &Path,
        kind: Kind,
        profile: Profile,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        // At first without delays and quotas of requests, in which it would take minutes to make 900 resources.
        command.args(["--port=0", "--mode=fast"]);
        let quotas = ["runtimes", "memories", "strategies", "codeInterpreters", "workloadIdentities"];
        for quota in quotas {
            command.arg("--set").arg(format!("quotas.{quota}=1000000"));
        }
        let mut process = group.spawn(&format!("{name}.aws"), command, logs)?;
        let url = block_in_place(|| process.printed("agentcore-sim: listening on ", WITHIN))?;
        let mut config = Config::new(url.parse().with_context(|| format!("the simulator's address {url}"))?);
        config.proxy_url = None;
        let aws = Self { process, client: Client::try_from(config)?, url, read: 0 };
        for number in 0..profile.foreign() {
            aws.make_foreign(kind, number).await.context("cannot make the resources that are somebody else's")?;
        }
        let settings = json!({
            "keep": true,
            "mode": "realistic",
            "speed": 1.0 / profile.durations(),
            "switches": { "flaps": false },
            "journalLimit": 1_000_000,
        });
        aws.ask("POST", "/_sim/reset", Some(&settings)).await?;
        aws.ask("DELETE", "/_sim/journal", None).await?;
        Ok(aws)
    }

    /// The published quota of an operation, in requests a second.
    pub(crate) async fn quota(&self, operation: &str) -> anyhow::Result<f64> {
        let quotas = self.ask("GET", "/_sim/quotas", None).await?;
        let quota = quotas.pointer(&format!("/requestsPerSecond/{CONTROL}/{operation}")).and_then(Value::as_f64);
        quota.with_context(|| format!("the simulator has no quota of {operation}"))
    }

    /// The requests to AgentCore since this was last asked, oldest first.
    pub(crate) async fn calls(&mut self) -> anyhow::Result<Vec<Call>> {
        let journal = self.ask("GET", &format!("/_sim/journal?since={}", self.read), None).await?;
        let entries = journal.get("entries").cloned().unwrap_or_default();
        let mut calls: Vec<Call> = serde_json::from_value(entries).context("the simulator's journal")?;
        self.read = calls.last().map_or(self.read, |call| call.seq);
        calls.retain(|call| call.service == CONTROL);
        Ok(calls)
    }

    /// What there is.
    pub(crate) async fn resources(&self) -> anyhow::Result<Vec<Resource>> {
        let inventory = self.ask("GET", "/_sim/inventory", None).await?;
        let resources = inventory.get("resources").cloned().unwrap_or_default();
        serde_json::from_value(resources).context("the simulator's inventory")
    }

    /// Deletes a resource behind everybody's back.
    pub(crate) async fn delete(&self, kind: Kind, id: &str) -> anyhow::Result<()> {
        let mutation = json!({ "action": "delete", "type": kind.in_aws(), "id": id });
        self.ask("POST", "/_sim/mutate", Some(&mutation)).await.map(|_| ())
    }

    /// An error if the simulator has ended.
    pub(crate) fn check_running(&mut self) -> anyhow::Result<()> {
        self.process.check_running()
    }

    async fn make_foreign(&self, kind: Kind, number: usize) -> anyhow::Result<()> {
        let name = format!("foreign_{number}");
        let (method, path, body) = match kind {
            Kind::AgentRuntime => (
                "PUT",
                "/runtimes/",
                json!({
                    "agentRuntimeName": name,
                    "agentRuntimeArtifact": { "containerConfiguration": {
                        "containerUri": "123456789012.dkr.ecr.us-west-2.amazonaws.com/foreign:1",
                    } },
                    "roleArn": "arn:aws:iam::123456789012:role/Foreign",
                    "networkConfiguration": { "networkMode": "PUBLIC" },
                }),
            ),
            Kind::AgentMemory => ("POST", "/memories/create", json!({ "name": name, "eventExpiryDuration": 30 })),
            Kind::CodeInterpreter => (
                "PUT",
                "/code-interpreters/",
                json!({ "name": name, "networkConfiguration": { "networkMode": "PUBLIC" } }),
            ),
        };
        self.ask(method, path, Some(&body)).await.map(|_| ())
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", STRANGER);
        let request = request.body(body.map(|body| body.to_string().into_bytes()).unwrap_or_default())?;
        self.client.request(request).await.with_context(|| format!("the simulator, asked for {method} {path}"))
    }
}
