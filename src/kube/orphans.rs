//! Orphans: resources in AWS that name an object of this cluster which does not exist. They are told, and never touched.
//!
//! What `deletionPolicy: Retain` and the annotation `abandon` leave is among them: AWS has it, and nobody looks after it.

use std::collections::{HashMap, HashSet};

use agentcore_api::keys::tag;
use agentcore_engine::known::TagMap;
use jiff::{SignedDuration, Timestamp};
use kube::{Api, Client, ResourceExt, core::PartialObjectMeta};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    controller::Scope,
    objects::{Error, words},
    shell::Shared,
};
use crate::{
    aws::{batch::Swept, listing::Listed},
    kinds::Managed,
};

/// A younger resource may be of an object that the operator does not know yet.
const AGE: SignedDuration = SignedDuration::from_mins(15);

/// How many lower-case hex digits of a hash end a name that the operator gives.
const HASH: usize = 10;

/// Looks at what lists show and no object of this kind is known to have, for as long as lists are made.
pub async fn run<K: Managed>(shared: Shared, scopes: Vec<Scope>, mut swept: UnboundedReceiver<Swept>) {
    let mut audits: HashMap<(String, String), Audit> = HashMap::new();
    while let Some(list) = swept.recv().await {
        let place = (list.account.clone(), list.region.clone());
        let audit = audits.entry(place).or_default();
        audit.look::<K>(&shared, &scopes, &list).await;
        shared.metrics.orphans(K::NAME, &list.account, &list.region, audit.orphans.len());
    }
}

/// What is known of one account and region.
#[derive(Debug, Default)]
struct Audit {
    /// Resources whose tags say that they are none of this cluster's, by ARN.
    others: HashSet<String>,
    /// Orphans, by ARN.
    orphans: HashSet<String>,
}

impl Audit {
    async fn look<K: Managed>(&mut self, shared: &Shared, scopes: &[Scope], list: &Swept) {
        let is_there = |arn: &String| list.unknown.iter().any(|listed| listed.arn == *arn);
        self.others.retain(is_there);
        self.orphans.retain(is_there);
        let now = Timestamp::now();
        for listed in list.unknown.iter().filter(|listed| is_suspect(listed, now)) {
            if self.others.contains(&listed.arn) {
                continue;
            }
            match whose::<K>(shared, scopes, list, listed).await {
                Some(Whose::Others) => {
                    self.others.insert(listed.arn.clone());
                }
                Some(Whose::Nobodys(object)) => self.tell::<K>(&object, listed),
                Some(Whose::Objects) => {
                    self.orphans.remove(&listed.arn);
                }
                // It is asked again with the next list.
                None => {}
            }
        }
    }

    /// Tells of an orphan, once.
    fn tell<K: Managed>(&mut self, object: &Named, listed: &Listed) {
        if !self.orphans.insert(listed.arn.clone()) {
            return;
        }
        tracing::warn!(
            kind = K::NAME,
            namespace = %object.namespace,
            name = %object.name,
            arn = %listed.arn,
            "AWS has a resource of an object that does not exist: delete it, or create the object again"
        );
    }
}

enum Whose {
    /// Another cluster's, another operator's, or nobody's that is known.
    Others,
    /// An object that exists.
    Objects,
    /// An object that does not exist.
    Nobodys(Named),
}

/// The object that tags name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    namespace: String,
    name: String,
}

/// Whose a resource is; `None` where that can't be told now.
async fn whose<K: Managed>(shared: &Shared, scopes: &[Scope], list: &Swept, listed: &Listed) -> Option<Whose> {
    let connection = shared.aws.connect(&list.region).await.ok()?;
    if connection.identity.account != list.account {
        return None;
    }
    let tags = connection.control.list_tags(&listed.arn).await.ok()??;
    let Some(object) = named::<K>(&tags, &shared.settings.cluster_id) else { return Some(Whose::Others) };
    if !scopes.iter().any(|scope| scope.contains(&object.namespace)) {
        return Some(Whose::Others);
    }
    match exists::<K>(&shared.client, &object).await {
        Ok(true) => Some(Whose::Objects),
        Ok(false) => Some(Whose::Nobodys(object)),
        Err(error) => {
            tracing::debug!(kind = K::NAME, %error, "can't tell whether an object exists");
            None
        }
    }
}

/// Whether an object of this name exists. Another one than the tags name takes over what they are on, or tells of it.
async fn exists<K: Managed>(client: &Client, object: &Named) -> Result<bool, Error> {
    let api: Api<PartialObjectMeta<K::Object>> = Api::namespaced(client.clone(), &object.namespace);
    match api.get_metadata_opt(&object.name).await {
        Ok(found) => Ok(found.is_some_and(|found| found.name_any() == object.name)),
        Err(source) => {
            tracing::debug!(error = words(&source), "the object of a resource can't be read");
            Err(Error::Api { action: "read the object of a resource", source: Box::new(source) })
        }
    }
}

/// Whether a resource that no object is known to have may be of one of this operator's: it has a name such as the
/// operator gives, and is no new one.
fn is_suspect(listed: &Listed, now: Timestamp) -> bool {
    let name = match &listed.name {
        Some(name) => name.as_str(),
        // Where the list does not tell, the id does: it begins with the name.
        None => listed.id.rsplit_once('-').map_or("", |(name, _)| name),
    };
    let hash = name.rsplit_once('_').map_or("", |(_, hash)| hash);
    let is_ours = hash.len() == HASH && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    // Where the list does not tell when it was created, nobody has changed it for so long.
    let since = listed.created_at.or(listed.updated_at);
    is_ours && since.is_some_and(|since| now >= since + AGE)
}

/// The object of this kind and cluster that the tags name.
fn named<K: Managed>(tags: &TagMap, cluster: &str) -> Option<Named> {
    let is = |key: &str, value: &str| tags.get(key).is_some_and(|found| found == value);
    let value = |key: &str| tags.get(key).cloned();
    (is(tag::CLUSTER, cluster) && is(tag::KIND, K::NAME))
        .then(|| Some(Named { namespace: value(tag::NAMESPACE)?, name: value(tag::NAME)? }))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{agent_memory::MemoryKind, code_interpreter::InterpreterKind};

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    #[test]
    fn suspects_have_our_names_and_are_not_new() {
        let minutes = |minutes| Some(now() - SignedDuration::from_mins(minutes));
        for (name, id, created_at, updated_at, suspect) in [
            (Some("agents_support_3c939fe5d2"), "x", minutes(16), None, true),
            (Some("agents_support_3c939fe5d2"), "x", minutes(14), None, false),
            (Some("agents_support_3c939fe5d2"), "x", None, minutes(16), true),
            (Some("agents_support_3c939fe5d2"), "x", None, None, false),
            (Some("agents_support_3c939fe5d"), "x", minutes(16), None, false),
            (Some("agents_support_3C939FE5D2"), "x", minutes(16), None, false),
            (Some("somebody"), "x", minutes(16), None, false),
            (None, "agents_support_3c939fe5d2-AbCdEf1234", minutes(16), None, true),
            (None, "somebody_else-AbCdEf1234", minutes(16), None, false),
        ] {
            let (name, id) = (name.map(str::to_owned), id.to_owned());
            let listed = Listed { name: name.clone(), id, created_at, updated_at, ..Listed::default() };
            assert_eq!(is_suspect(&listed, now()), suspect, "{listed:?}");
        }
    }

    #[test]
    fn tags_name_the_object() {
        let tags: TagMap = [(tag::CLUSTER, "c"), (tag::KIND, "AgentMemory"), (tag::NAMESPACE, "ns"), (tag::NAME, "n")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let named_by = |tags: &TagMap| named::<MemoryKind>(tags, "c");
        assert_eq!(named_by(&tags), Some(Named { namespace: "ns".to_owned(), name: "n".to_owned() }));
        assert_eq!(named::<MemoryKind>(&tags, "another"), None);
        assert_eq!(named::<InterpreterKind>(&tags, "c"), None);
        for key in [tag::CLUSTER, tag::KIND, tag::NAMESPACE, tag::NAME] {
            let mut fewer = tags.clone();
            fewer.remove(key);
            assert_eq!(named_by(&fewer), None, "without {key}");
        }
    }
}
