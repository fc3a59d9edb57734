//! What is kept between passes of an object. All of it is only a hint: the record is in the object.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What is kept of the objects of a kind, by uid; forgotten with the object.
#[derive(Debug, Default)]
pub(super) struct Hints(Mutex<HashMap<String, Hint>>);

#[derive(Debug, Default)]
struct Hint {
    namespace_uid: Option<String>,
    failures: u32,
    name: (String, String),
}

impl Hints {
    /// The uid of the object's namespace, which is the same for the object's life.
    pub(super) fn namespace_uid(&self, uid: &str) -> Option<String> {
        self.lock().get(uid).and_then(|hint| hint.namespace_uid.clone())
    }

    pub(super) fn set_namespace_uid(&self, uid: &str, namespace: &str, name: &str, namespace_uid: &str) {
        let mut hints = self.lock();
        let hint = hints.entry(uid.to_owned()).or_default();
        hint.namespace_uid = Some(namespace_uid.to_owned());
        hint.name = (namespace.to_owned(), name.to_owned());
    }

    /// Counts a failure; how many went before it in a row. Of an object that is gone meanwhile nothing is kept.
    pub(super) fn failed(&self, uid: &str) -> u32 {
        let mut hints = self.lock();
        let Some(hint) = hints.get_mut(uid) else { return 0 };
        let before = hint.failures;
        hint.failures = before.saturating_add(1);
        before
    }

    /// The row of failures is over.
    pub(super) fn succeeded(&self, uid: &str) {
        if let Some(hint) = self.lock().get_mut(uid) {
            hint.failures = 0;
        }
    }

    /// There is no object of this name any more.
    pub(super) fn forget(&self, namespace: &str, name: &str) {
        self.lock().retain(|_, hint| hint.name.0 != namespace || hint.name.1 != name);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Hint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_objects_that_are_gone() {
        let hints = Hints::default();
        for uid in ["a", "b"] {
            hints.set_namespace_uid(uid, "ns", uid, "namespace");
        }
        assert_eq!((hints.failed("a"), hints.failed("a"), hints.failed("b")), (0, 1, 0));
        hints.succeeded("b");
        assert_eq!((hints.failed("a"), hints.failed("b")), (2, 0));
        hints.forget("ns", "a");
        // Its last pass ends after the watch has told that it is gone.
        assert_eq!((hints.failed("a"), hints.failed("a")), (0, 0));
        assert_eq!(hints.lock().keys().collect::<Vec<_>>(), ["b"]);
    }
}
