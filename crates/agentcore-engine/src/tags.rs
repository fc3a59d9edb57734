//! The tags of a resource: the user's, the operator's defaults, and those that prove whose it is.

use agentcore_api::{common::Tags, keys::tag};

use crate::{
    kind::Kind,
    known::{Claim, TagMap},
    object::{Meta, Settings},
};

/// All tags that the resource is to have.
pub fn desired<K: Kind>(meta: &Meta, settings: &Settings, own: Option<&Tags>) -> Tags {
    let mut tags = settings.default_tags.clone();
    tags.extend(own.cloned().unwrap_or_default());
    tags.extend(proof::<K>(meta, settings).map(|(key, value)| (key.to_owned(), value.to_owned())));
    tags
}

/// The tags that together prove that a resource is of this very object.
pub fn proof<'a, K: Kind>(meta: &'a Meta, settings: &'a Settings) -> impl Iterator<Item = (&'static str, &'a str)> {
    [
        (tag::CLUSTER, settings.cluster_id.as_str()),
        (tag::NAMESPACE, meta.namespace.as_str()),
        (tag::NAMESPACE_UID, meta.namespace_uid.as_str()),
        (tag::KIND, K::NAME),
        (tag::NAME, meta.name.as_str()),
        (tag::UID, meta.uid.as_str()),
    ]
    .into_iter()
}

/// Whose a resource is, by its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This object's.
    Us,
    /// An earlier object's of the same kind and name, in the same namespace of the same cluster: only one can exist at
    /// a time, so it is gone.
    Earlier,
    /// Another object's.
    Other(Claim),
    /// It has no tags of this operator.
    Nobody,
}

impl Owner {
    /// Whose it is, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Us => "it is this object's".to_owned(),
            Self::Earlier => "its tags name an earlier object of this name".to_owned(),
            Self::Other(Claim { cluster, kind, namespace, name, uid }) => {
                format!("its tags name the {kind} {namespace}/{name} (uid {uid}) of the cluster {cluster}")
            }
            Self::Nobody => "it has no tags of this operator".to_owned(),
        }
    }
}

/// Whose a resource with these tags is.
pub fn owner<K: Kind>(meta: &Meta, settings: &Settings, tags: &TagMap) -> Owner {
    let says = |(key, value): (&str, &str)| tags.get(key).is_some_and(|found| found == value);
    if proof::<K>(meta, settings).all(says) {
        return Owner::Us;
    }
    if tags.contains_key(tag::UID) && proof::<K>(meta, settings).filter(|(key, _)| *key != tag::UID).all(says) {
        return Owner::Earlier;
    }
    // Whatever is left of our tags says that it is somebody's.
    if !tags.keys().any(|key| key.starts_with(tag::PREFIX)) {
        return Owner::Nobody;
    }
    let said = |key: &str| tags.get(key).map_or_else(|| "?".to_owned(), Clone::clone);
    Owner::Other(Claim {
        cluster: said(tag::CLUSTER),
        kind: said(tag::KIND),
        namespace: said(tag::NAMESPACE),
        name: said(tag::NAME),
        uid: said(tag::UID),
    })
}

/// What must be set and what must be removed, so that `found` becomes `desired`. Tags of AWS itself stay.
///
/// The record keeps no keys of earlier tags, so tags that others have added (for cost allocation, say) can't be told from
/// those that the user has taken out of the spec: both are removed, with the next change of the tags.
pub fn difference(desired: &Tags, found: &TagMap) -> (Tags, Vec<String>) {
    let set = desired.iter().filter(|(key, value)| found.get(*key) != Some(value));
    let removed = found.keys().filter(|key| !desired.contains_key(*key) && !key.to_lowercase().starts_with("aws:"));
    (set.map(|(key, value)| (key.clone(), value.clone())).collect(), removed.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let desired: Tags = [("a".into(), "1".into()), ("b".into(), "2".into())].into();
        let found: TagMap = [("b".into(), "3".into()), ("c".into(), "4".into()), ("aws:x".into(), "5".into())].into();
        let (set, removed) = difference(&desired, &found);
        assert_eq!(set, desired);
        assert_eq!(removed, ["c"]);
        assert_eq!(difference(&desired, &desired), (Tags::new(), Vec::new()));
    }
}
