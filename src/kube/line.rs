//! Passes that wait for their turn to write to AWS, and what ends the wait early.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The objects of a kind that wait, by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<HashMap<(String, String), Arc<Notify>>>);

impl Waits {
    /// Waits for `turn`; `None` if the object changes before it comes.
    pub(super) async fn turn<T>(&self, namespace: &str, name: &str, turn: impl Future<Output = T>) -> Option<T> {
        let key = (namespace.to_owned(), name.to_owned());
        let changed = Arc::new(Notify::new());
        self.lock().insert(key.clone(), Arc::clone(&changed));
        let _entry = Entry { waits: self, key };
        tokio::select! {
            turn = turn => Some(turn),
            () = changed.notified() => None,
        }
    }

    /// The object has changed.
    pub(super) fn interrupt(&self, namespace: &str, name: &str) {
        if let Some(waits) = self.lock().get(&(namespace.to_owned(), name.to_owned())) {
            waits.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that waits, until it is dropped.
struct Entry<'a> {
    waits: &'a Waits,
    key: (String, String),
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.waits.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn the_turn_or_a_change_ends_the_wait() {
        let waits = Waits::default();
        assert_eq!(waits.turn("ns", "a", ready(1)).await, Some(1));
        let (ended, ()) = tokio::join!(waits.turn("ns", "a", pending::<()>()), async {
            waits.interrupt("ns", "b");
            waits.interrupt("ns", "a");
        });
        assert_eq!(ended, None);
        assert!(waits.lock().is_empty());
        // Nobody waits: nothing is kept for later.
        waits.interrupt("ns", "a");
        assert_eq!(waits.turn("ns", "a", ready(2)).await, Some(2));
    }
}
