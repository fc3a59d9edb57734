//! Objects that change while their write waits for its turn: that ends the wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The objects of a kind that have a pass now, by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<HashMap<(String, String), Arc<Notify>>>);

impl Waits {
    /// From now on changes of the object are noticed, until this is dropped. Had before the object is read, so that none
    /// is missed in between.
    pub(super) fn notice(&self, namespace: &str, name: &str) -> Change<'_> {
        let key = (namespace.to_owned(), name.to_owned());
        let changed = Arc::new(Notify::new());
        self.lock().insert(key.clone(), Arc::clone(&changed));
        Change { waits: self, key, changed }
    }

    /// The object has changed.
    pub(super) fn interrupt(&self, namespace: &str, name: &str) {
        if let Some(changed) = self.lock().get(&(namespace.to_owned(), name.to_owned())) {
            changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next change of an object.
#[derive(Debug)]
pub(super) struct Change<'a> {
    waits: &'a Waits,
    key: (String, String),
    changed: Arc<Notify>,
}

impl Change<'_> {
    /// Waits for it; at once if it has come already.
    pub(super) async fn comes(&self) {
        self.changed.notified().await;
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.waits.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_change_is_noticed_from_the_beginning() {
        let waits = Waits::default();
        let change = waits.notice("ns", "a");
        waits.interrupt("ns", "b");
        assert!(change.comes().now_or_never().is_none());
        // Before anybody waits for it.
        waits.interrupt("ns", "a");
        change.comes().await;
        assert!(change.comes().now_or_never().is_none(), "each counts once");
        drop(change);
        assert!(waits.lock().is_empty());
        // Nobody is there: nothing is kept for later.
        waits.interrupt("ns", "a");
        assert!(waits.notice("ns", "a").comes().now_or_never().is_none());
    }
}
