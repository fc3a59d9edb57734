//! What a pass asks for, done: answers to its questions, and its one write to AWS.

use agentcore_engine::{
    fault::{Class, Fault},
    known::{Find, Get, Known, Query, Reference, Referent, Timed},
    object::Meta,
    step::{Call, Outcome},
};
use jiff::Timestamp;
use kube::{
    Api,
    api::{ApiResource, DynamicObject},
};

use super::{objects::Error, shell::Shell};
use crate::{aws::Control, kinds::Managed};

impl<K: Managed> Shell<K> {
    /// Answers a question.
    pub(super) async fn answer(&self, meta: &Meta, query: Query, known: &mut Known<K>) -> Result<(), Error> {
        match query {
            Query::Identity { region } => {
                let identity = self.shared.aws.connect(&region).await.map(|connection| connection.identity);
                known.identities.insert(region, identity);
            }
            Query::Reference(reference) => {
                let referent = self.referent(&meta.namespace, &reference).await?;
                known.references.insert(reference, referent);
            }
            Query::Get(get) => {
                let timed = self.get(&get).await;
                known.gets.insert(get, timed);
            }
            Query::Find(find) => {
                let timed = self.find(&find).await;
                known.finds.insert(find, timed);
            }
            Query::Tags { region, arn } => {
                let tags = match self.control(&region).await {
                    Ok(control) => self.checked(&region, control.list_tags(&arn).await),
                    Err(fault) => Err(fault),
                };
                known.tags.insert(arn, tags);
            }
        }
        Ok(())
    }

    /// Makes a write to AWS.
    pub(super) async fn call(&self, meta: &Meta, call: &Call<K>) -> Outcome {
        let region = match call {
            Call::Create { region, .. }
            | Call::Update { region, .. }
            | Call::Delete { region, .. }
            | Call::Tag { region, .. }
            | Call::Untag { region, .. } => region,
        };
        // Known since the pass asked whose the credentials are; should they have changed since, nothing leaves.
        let control = self.control(region).await.map_err(unsent)?;
        let outcome = match call {
            Call::Create { body, token, deadline, .. } => K::create(&control, body, token, *deadline).await,
            Call::Update { id, change, token, .. } => K::update(&control, id, change, token).await,
            Call::Delete { id, .. } => K::delete(&control, id).await,
            Call::Tag { arn, tags, .. } => control.tag(arn, tags).await,
            Call::Untag { arn, keys, .. } => control.untag(arn, keys).await,
        };
        match &outcome {
            Ok(accepted) => tracing::info!(
                kind = K::NAME,
                namespace = %meta.namespace,
                name = %meta.name,
                call = call.verb(),
                id = accepted.id.as_deref().unwrap_or_else(|| call.about()),
                "AWS accepted"
            ),
            Err(fault) => tracing::warn!(
                kind = K::NAME,
                namespace = %meta.namespace,
                name = %meta.name,
                call = call.verb(),
                code = %fault.code,
                error = %fault.message,
                "AWS did not accept"
            ),
        }
        self.checked(region, outcome)
    }

    async fn get(&self, get: &Get) -> Timed<Option<agentcore_engine::kind::View<K>>> {
        self.wait_until(get.not_before).await;
        let began = Timestamp::now();
        let value = match self.control(&get.region).await {
            Ok(control) => self.checked(&get.region, K::get(&control, &get.id).await),
            Err(fault) => Err(fault),
        };
        Timed { began, value }
    }

    async fn find(&self, find: &Find) -> Timed<Vec<agentcore_engine::known::Candidate>> {
        self.wait_until(find.not_before).await;
        let began = Timestamp::now();
        let value = match self.control(&find.region).await {
            Ok(control) => self.checked(&find.region, K::find(&control, &find.name).await),
            Err(fault) => Err(fault),
        };
        Timed { began, value }
    }

    async fn control(&self, region: &str) -> Result<Control, Fault> {
        self.shared.aws.connect(region).await.map(|connection| connection.control)
    }

    /// Where AWS does not take the credentials, or others were used, it is asked anew whose they are.
    fn checked<T>(&self, region: &str, answer: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &answer
            && (fault.class == Class::Credentials || fault.code == crate::aws::CREDENTIALS_CHANGED)
        {
            self.shared.aws.forget(region);
        }
        answer
    }

    /// What the cluster says of a referenced object.
    async fn referent(&self, namespace: &str, reference: &Reference) -> Result<Referent, Error> {
        let resource = match reference.kind {
            "AgentMemory" => ApiResource::erase::<agentcore_api::AgentMemory>(&()),
            "CodeInterpreter" => ApiResource::erase::<agentcore_api::CodeInterpreter>(&()),
            _ => ApiResource::erase::<agentcore_api::AgentRuntime>(&()),
        };
        let api: Api<DynamicObject> = Api::namespaced_with(self.shared.client.clone(), namespace, &resource);
        let found = api
            .get_opt(&reference.name)
            .await
            .map_err(|source| Error::Api { action: "read the referenced object", source: Box::new(source) })?;
        let Some(found) = found else { return Ok(Referent::default()) };
        let status = |member: &str| {
            let value = found.data.get("status").and_then(|status| status.get(member));
            value.and_then(serde_json::Value::as_str).map(str::to_owned)
        };
        let state = status("state");
        let deleting = found.metadata.deletion_timestamp.is_some();
        Ok(Referent {
            exists: true,
            id: status("id"),
            name: status("name"),
            usable: !deleting && matches!(state.as_deref(), Some("ACTIVE" | "READY")),
            state,
        })
    }
}

/// No connection, so nothing was sent.
fn unsent(fault: Fault) -> Fault {
    Fault { refusal: true, ..fault }
}
