//! What a pass asks for, done: answers to its questions, and its one write to AWS.

use std::sync::Arc;

use agentcore_engine::{
    fault::Fault,
    known::{Candidate, Claim, Find, Get, Known, NamedBy, Query, Reference, Referent, Referrer, Timed},
    object::{Meta, Object},
    record,
    step::{Call, Intent, Outcome},
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    Api,
    api::{DynamicObject, ListParams},
};

use super::{objects::Error, shell::Shell};
use crate::{
    aws::{CREDENTIALS_CHANGED, Control, batch::Observer, credentials_changed},
    kinds::{self, Managed},
};

/// How often a request is made that is stopped before it leaves because the credentials have changed while it waited.
const TRIES: usize = 4;

/// How old a list may be that serves a look-up before a first create.
const OLDEST: SignedDuration = SignedDuration::from_mins(10);

impl<K: Managed> Shell<K> {
    /// Answers a question.
    pub(super) async fn answer(&self, object: &Object<K>, query: Query, known: &mut Known<K>) -> Result<(), Error> {
        match query {
            Query::Identity { region } => {
                let identity = self.shared.aws.connect(&region).await.map(|connection| connection.identity);
                known.identities.insert(region, identity);
            }
            Query::Reference(reference) => {
                let referent = self.referent(&object.meta.namespace, &reference).await?;
                known.references.insert(reference, referent);
            }
            Query::Get(get) => {
                if let Some(shown) = self.observer(&get.region, known).and_then(|seen| seen.take_sighting(&get.id)) {
                    known.shown.insert(get.id.clone(), shown);
                }
                let timed = self.get(&get, known).await;
                known.gets.insert(get, timed);
            }
            Query::Find(find) => {
                let timed = self.find(object, &find, known).await;
                known.finds.insert(find, timed);
            }
            Query::Tags { region, arn } => {
                let ask = |control: Control| {
                    let arn = arn.clone();
                    async move { control.list_tags(&arn).await }
                };
                let tags = self.ask(&region, known, ask).await;
                known.tags.insert(arn, tags);
            }
            Query::Attachments { region, id } => {
                let ask = |control: Control| {
                    let id = id.clone();
                    async move { K::attachments(&control, &id).await }
                };
                let found = self.ask(&region, known, ask).await;
                known.attachments.insert(id, found);
            }
            Query::Lives(claim) => {
                let lives = self.lives(&claim).await?;
                known.lives.insert(claim, lives);
            }
            Query::Referrers(by) => known.referrers = Some(self.referrers(&object.meta, by).await?),
        }
        Ok(())
    }

    /// Makes a write to AWS.
    pub(super) async fn call(&self, meta: &Meta, call: &Call<K>, known: &Known<K>) -> Outcome {
        let Intent { region, verb } = call.intent();
        // Before it is settled with which credentials it is sent: they change meanwhile.
        if let Ok(connection) = self.shared.aws.connect(&region).await {
            connection.control.limiter().leaves(K::operation(verb)).await;
        }
        let outcome = self.ask(&region, known, |control| kinds::send(control, call)).await;
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
        outcome
    }

    async fn get(&self, get: &Get, known: &Known<K>) -> Timed<Option<agentcore_engine::kind::View<K>>> {
        self.wait_until(get.not_before).await;
        let began = Timestamp::now();
        // What was read beside it when it was found to have moved on is a part of the first read. No write of this object
        // lies between.
        let beside = self.observer(&get.region, known).filter(|_| get.ordinal == 0);
        let side = beside.and_then(|observer| observer.take_side(&get.id));
        let ask = |control: Control| {
            let side = side.clone();
            async move { K::get(&control, &get.id, side).await }
        };
        let value = self.ask(&get.region, known, ask).await;
        Timed { began, value }
    }

    /// A look-up in a complete list, which may serve others too.
    async fn find(&self, object: &Object<K>, find: &Find, known: &Known<K>) -> Timed<Vec<Candidate>> {
        self.wait_until(find.not_before).await;
        let now = Timestamp::now();
        let bound = find.not_before.unwrap_or_else(|| first_bound(object, now)).min(now);
        let observer = self.observer(&find.region, known);
        let ask = |control: Control| {
            let observer = &observer;
            async move {
                let Some(observer) = observer else { return Err(credentials_changed()) };
                let sweep = observer.lists().since::<K>(&control, bound).await;
                match &sweep.fault {
                    Some(fault) => Err(fault.clone()),
                    None => Ok((sweep.began, kinds::named::<K>(&sweep.items, &find.name))),
                }
            }
        };
        match self.ask(&find.region, known, ask).await {
            Ok((began, found)) => Timed { began, value: Ok(found) },
            Err(fault) => Timed { began: now, value: Err(fault) },
        }
    }

    /// What is observed of this kind where the pass looks; `None` where it is not known whose credentials there are.
    fn observer(&self, region: &str, known: &Known<K>) -> Option<Arc<Observer<K>>> {
        let identity = known.identities.get(region)?.as_ref().ok()?;
        Some(self.observers.of(&identity.account, region))
    }

    /// Asks something of AWS with credentials of the account that this pass knows.
    ///
    /// Credentials are renewed every few hours. The first request after that is stopped before it leaves; if the new
    /// ones are of the same account it is made again, and nobody is told.
    async fn ask<T, F>(&self, region: &str, known: &Known<K>, ask: impl Fn(Control) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut answer = self.ask_once(region, known, &ask).await;
        for _ in 1..TRIES {
            answer = match answer {
                Err(fault) if fault.code == CREDENTIALS_CHANGED => match self.ask_once(region, known, &ask).await {
                    // Not even asked: the credentials are of another account.
                    Err(again) if again == credentials_changed() => return Err(fault),
                    answer => answer,
                },
                answer => return answer,
            };
        }
        answer
    }

    async fn ask_once<T, F>(&self, region: &str, known: &Known<K>, ask: impl Fn(Control) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let aws = &self.shared.aws;
        // No connection, so nothing was sent.
        let connection = aws.connect(region).await.map_err(|fault| Fault { refusal: true, ..fault })?;
        // Another pass may have met other credentials meanwhile: what is true of their account is not what this pass
        // wants to know.
        if let Some(Ok(identity)) = known.identities.get(region)
            && *identity != connection.identity
        {
            return Err(credentials_changed());
        }
        // Apart, so that passes that wait for something else don't hold the SDK's part of them.
        let answer = Box::pin(ask(connection.control.clone())).await;
        if let Err(fault) = &answer {
            aws.learn_from(region, &connection, fault).await;
        }
        answer
    }

    /// Whether an object exists; `None` where the operator may not look, or does not know the kind.
    async fn lives(&self, claim: &Claim) -> Result<Option<bool>, Error> {
        let Some(kind) = self.shared.kinds.get(claim.kind.as_str()) else { return Ok(None) };
        // What stands in tags becomes part of a path.
        if !may_be_name(&claim.namespace) || !may_be_name(&claim.name) {
            return Ok(None);
        }
        let client = self.shared.client.clone();
        let api: Api<DynamicObject> = Api::namespaced_with(client, &claim.namespace, &kind.resource);
        match api.get_metadata_opt(&claim.name).await {
            Ok(found) => Ok(Some(found.is_some_and(|found| found.metadata.uid.as_ref() == Some(&claim.uid)))),
            Err(kube::Error::Api(status)) if status.code == 403 => Ok(None),
            Err(source) => Err(Error::Api { action: "read the object that a tag names", source: Box::new(source) }),
        }
    }

    /// The objects of the namespace that name this one, as the API server has them now.
    async fn referrers(&self, meta: &Meta, by: NamedBy) -> Result<Vec<Referrer>, Error> {
        let Some(kind) = self.shared.kinds.get(by.kind) else { return Err(Error::Kind(by.kind)) };
        let api: Api<DynamicObject> = Api::namespaced_with(self.shared.client.clone(), &meta.namespace, &kind.resource);
        let naming = ListParams::default().fields(&format!("{}={}", by.field, meta.name));
        let found = api
            .list_metadata(&naming)
            .await
            .map_err(|source| Error::Api { action: "list the objects that name this one", source: Box::new(source) })?;
        let referrer = |metadata: ObjectMeta| Referrer {
            name: metadata.name.unwrap_or_default(),
            deleting_since: metadata.deletion_timestamp.map(|at| at.0),
        };
        Ok(found.items.into_iter().map(|item| referrer(item.metadata)).collect())
    }

    /// What the cluster says of a referenced object.
    async fn referent(&self, namespace: &str, reference: &Reference) -> Result<Referent, Error> {
        let Some(kind) = self.shared.kinds.get(reference.kind) else { return Err(Error::Kind(reference.kind)) };
        let api: Api<DynamicObject> = Api::namespaced_with(self.shared.client.clone(), namespace, &kind.resource);
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
            usable: !deleting && state.as_deref() == Some(kind.good),
            deleting,
            state,
        })
    }
}

/// Whether an object, or a namespace, can have this name.
fn may_be_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    text.len() <= 253
        && text.chars().all(fits)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// How new a list must be for a look-up that says nothing of it.
///
/// Before the first create of an object, one that began after the object was created: nobody can have created anything
/// for it before. That time is in whole seconds. Else one that begins now.
///
/// An object may be old before its first create: lists are not believed for ever. What is to be adopted may be newer than
/// its object.
fn first_bound<K: Managed>(object: &Object<K>, now: Timestamp) -> Timestamp {
    let adopts = object.spec.as_ref().is_ok_and(|spec| K::common(spec).adopt.is_some());
    match record::main::<K>(&object.status) {
        None if !adopts => (object.meta.created_at + SignedDuration::from_secs(1)).max(now - OLDEST),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use agentcore_api::{code_interpreter::CodeInterpreterStatus, status::PartRecord};
    use agentcore_engine::object::Meta;

    use super::*;
    use crate::kinds::code_interpreter::InterpreterKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn what_no_object_can_be_called_is_not_asked_for() {
        for name in ["a", "team-a", "a.b-c.d", "0"] {
            assert!(may_be_name(name), "{name}");
        }
        for name in ["", "?", "..", "../secrets/x", "a/b", "A", "a b", "-a", "a-", "a%2fb", "a?watch=1"] {
            assert!(!may_be_name(name), "{name}");
        }
    }

    #[test]
    fn which_list_serves_a_look_up() {
        let mut object = Object::<InterpreterKind> {
            meta: Meta {
                namespace: String::new(),
                namespace_uid: String::new(),
                name: String::new(),
                uid: String::new(),
                generation: 1,
                created_at: at(0),
                deleting_since: None,
                finalizer: false,
                annotations: [].into(),
            },
            spec: Err(String::new()),
            deletion_policy: Ok(None),
            status: CodeInterpreterStatus::default(),
        };
        // One that began after the object was there, whose time of creation is cut to whole seconds.
        assert_eq!(first_bound(&object, at(100)), at(1));
        assert_eq!(first_bound(&object, at(1000)), at(400));
        let mut adopting = object.clone();
        let spec = serde_json::json!({ "adopt": { "byName": true } });
        adopting.spec = Ok(serde_json::from_value(spec).unwrap());
        assert_eq!(first_bound(&adopting, at(100)), at(100));
        // Once anything was asked of AWS, only what is asked from now on counts.
        record::put::<InterpreterKind>(&mut object.status, PartRecord::default());
        assert_eq!(first_bound(&object, at(100)), at(100));
    }
}
