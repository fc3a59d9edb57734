//! Which objects name which others, so that a change of one starts a pass of the other.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agentcore_engine::known::Reference;

/// Who names whom. Filled by the passes, so it is a hint: an object that has had no pass yet will have one anyway.
#[derive(Clone, Debug, Default)]
pub struct Referrers(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    by_referent: HashMap<Key, BTreeSet<String>>,
    by_referrer: HashMap<(String, String), Vec<Key>>,
}

/// Namespace, kind and name of a referenced object.
type Key = (String, &'static str, String);

impl Referrers {
    /// The references of an object are now these.
    pub fn set(&self, namespace: &str, referrer: &str, references: &[Reference]) {
        let mut inner = self.lock();
        let keys: Vec<Key> =
            references.iter().map(|reference| (namespace.to_owned(), reference.kind, reference.name.clone())).collect();
        let place = (namespace.to_owned(), referrer.to_owned());
        for old in inner.by_referrer.remove(&place).unwrap_or_default() {
            if let Some(names) = inner.by_referent.get_mut(&old) {
                names.remove(referrer);
                if names.is_empty() {
                    inner.by_referent.remove(&old);
                }
            }
        }
        for key in &keys {
            inner.by_referent.entry(key.clone()).or_default().insert(referrer.to_owned());
        }
        if !keys.is_empty() {
            inner.by_referrer.insert(place, keys);
        }
    }

    /// Names of the objects of the namespace that reference this one.
    pub fn of(&self, namespace: &str, kind: &'static str, name: &str) -> Vec<String> {
        let key = (namespace.to_owned(), kind, name.to_owned());
        self.lock().by_referent.get(&key).into_iter().flatten().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_and_go() {
        let referrers = Referrers::default();
        let memory = |name: &str| Reference { kind: "AgentMemory", name: name.to_owned() };
        referrers.set("ns", "a", &[memory("m"), memory("n")]);
        referrers.set("ns", "b", &[memory("m")]);
        assert_eq!(referrers.of("ns", "AgentMemory", "m"), ["a", "b"]);
        assert_eq!(referrers.of("other", "AgentMemory", "m"), [""; 0]);
        referrers.set("ns", "a", &[memory("n")]);
        assert_eq!(referrers.of("ns", "AgentMemory", "m"), ["b"]);
        referrers.set("ns", "b", &[]);
        referrers.set("ns", "a", &[]);
        assert!(referrers.lock().by_referent.is_empty() && referrers.lock().by_referrer.is_empty());
    }
}
