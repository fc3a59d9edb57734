//! Events: one for each transition, with the words of that transition.
//!
//! Not by kube's recorder: it takes a second event of the same reason for a repetition and keeps the first one's text.

use std::time::Duration;

use agentcore_api::keys::FIELD_MANAGER;
use agentcore_engine::{object::Meta, step::Event};
use k8s_openapi::{
    api::{core::v1::ObjectReference, events::v1},
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
    jiff::Timestamp,
};
use kube::{Api, Client, Resource, api::PostParams};
use tokio::time::timeout;

use super::objects::words;
use crate::kinds::Managed;

/// Kubernetes' limit for the text of an event, in bytes.
const NOTE: usize = 1024;

/// How long an event may take. It stands between the announcement of a create and the create, which has 30 seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Publishes events. A failure is logged and hinders nothing: a namespace that is being deleted takes none.
pub(super) async fn publish<K: Managed>(client: &Client, instance: &str, meta: &Meta, events: &[Event]) {
    for event in events {
        let api: Api<v1::Event> = Api::namespaced(client.clone(), &meta.namespace);
        let (params, body) = (PostParams::default(), body::<K>(instance, meta, event));
        let Ok(answer) = timeout(PATIENCE, api.create(&params, &body)).await else {
            tracing::debug!(namespace = %meta.namespace, name = %meta.name, "the event was not taken in time");
            continue;
        };
        if let Err(error) = answer {
            // In a namespace that is being deleted nobody may create anything.
            let is_forbidden = matches!(&error, kube::Error::Api(status)
                if status.code == 403 && !status.message.contains("being terminated"));
            let error = words(&error);
            if is_forbidden {
                tracing::warn!(namespace = %meta.namespace, name = %meta.name, %error, "the event was not taken");
            } else {
                tracing::debug!(namespace = %meta.namespace, name = %meta.name, %error, "the event was not taken");
            }
        }
    }
}

fn body<K: Managed>(instance: &str, meta: &Meta, event: &Event) -> v1::Event {
    v1::Event {
        metadata: ObjectMeta {
            namespace: Some(meta.namespace.clone()),
            generate_name: Some(format!("{}-", meta.name.get(..200).unwrap_or(&meta.name))),
            ..ObjectMeta::default()
        },
        type_: Some(if event.warning { "Warning" } else { "Normal" }.to_owned()),
        reason: Some(event.reason.as_str().to_owned()),
        action: Some("Reconcile".to_owned()),
        note: event.note.get(..event.note.floor_char_boundary(NOTE)).map(str::to_owned),
        event_time: Some(MicroTime(Timestamp::now())),
        reporting_controller: Some(FIELD_MANAGER.to_owned()),
        reporting_instance: Some(instance.to_owned()),
        regarding: Some(ObjectReference {
            api_version: Some(K::Object::api_version(&()).into_owned()),
            kind: Some(K::NAME.to_owned()),
            namespace: Some(meta.namespace.clone()),
            name: Some(meta.name.clone()),
            uid: Some(meta.uid.clone()),
            ..ObjectReference::default()
        }),
        ..v1::Event::default()
    }
}
