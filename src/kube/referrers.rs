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
    by_referent: HashMap<Key, BTreeSet<Key>>,
    by_referrer: HashMap<Key, Vec<Key>>,
}

/// Kind, namespace and name of an object.
type Key = (&'static str, String, String);

fn key(kind: &'static str, namespace: &str, name: &str) -> Key {
    (kind, namespace.to_owned(), name.to_owned())
}

impl Referrers {
    /// The references of an object are now these.
    pub fn set(&self, kind: &'static str, namespace: &str, name: &str, references: &[Reference]) {
        let referrer = key(kind, namespace, name);
        let referents: Vec<Key> =
            references.iter().map(|reference| key(reference.kind, namespace, &reference.name)).collect();
        let mut inner = self.lock();
        for old in inner.by_referrer.remove(&referrer).unwrap_or_default() {
            if let Some(names) = inner.by_referent.get_mut(&old) {
                names.remove(&referrer);
                if names.is_empty() {
                    inner.by_referent.remove(&old);
                }
            }
        }
        for referent in &referents {
            inner.by_referent.entry(referent.clone()).or_default().insert(referrer.clone());
        }
        if !referents.is_empty() {
            inner.by_referrer.insert(referrer, referents);
        }
    }

    /// Names of the objects of the kind `referrer` that reference this one, in its namespace.
    pub fn of(&self, referrer: &'static str, kind: &'static str, namespace: &str, name: &str) -> Vec<String> {
        let inner = self.lock();
        let found = inner.by_referent.get(&key(kind, namespace, name)).into_iter().flatten();
        found.filter(|(kind, ..)| *kind == referrer).map(|(.., name)| name.clone()).collect()
    }

    /// Names of the objects of the kind `referent` that this one references, in its namespace.
    pub fn named_by(&self, kind: &'static str, namespace: &str, name: &str, referent: &'static str) -> Vec<String> {
        let inner = self.lock();
        let found = inner.by_referrer.get(&key(kind, namespace, name)).into_iter().flatten();
        found.filter(|(kind, ..)| *kind == referent).map(|(.., name)| name.clone()).collect()
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
        let of = |name| referrers.of("AgentRuntime", "AgentMemory", "ns", name);
        referrers.set("AgentRuntime", "ns", "a", &[memory("m"), memory("n")]);
        referrers.set("AgentRuntime", "ns", "b", &[memory("m")]);
        assert_eq!(referrers.named_by("AgentRuntime", "ns", "a", "AgentMemory"), ["m", "n"]);
        assert_eq!(referrers.named_by("AgentRuntime", "ns", "a", "CodeInterpreter"), [""; 0]);
        assert_eq!(of("m"), ["a", "b"]);
        assert_eq!(referrers.of("AgentRuntime", "AgentMemory", "other", "m"), [""; 0]);
        assert_eq!(referrers.of("CodeInterpreter", "AgentMemory", "ns", "m"), [""; 0]);
        referrers.set("AgentRuntime", "ns", "a", &[memory("n")]);
        assert_eq!(of("m"), ["b"]);
        // An object of another kind has its own references, whatever its name.
        referrers.set("AgentMemory", "ns", "b", &[]);
        assert_eq!(of("m"), ["b"]);
        referrers.set("AgentRuntime", "ns", "b", &[]);
        referrers.set("AgentRuntime", "ns", "a", &[]);
        assert!(referrers.lock().by_referent.is_empty() && referrers.lock().by_referrer.is_empty());
    }
}
