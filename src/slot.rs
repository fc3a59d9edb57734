//! Slots: so many passes work at a time. Whatever waits does so without one, so that others get their turn.

use std::{cell::RefCell, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One slot for each pass that may work at the same time. Clones share them.
#[derive(Clone, Debug)]
pub struct Slots(Arc<Semaphore>);

/// A slot, for one piece of work.
#[derive(Debug)]
pub struct Slot(Held);

/// The slot of the pass that runs.
#[derive(Debug)]
struct Held {
    slots: Slots,
    permit: Option<OwnedSemaphorePermit>,
}

tokio::task_local! {
    static HELD: RefCell<Held>;
}

impl Slots {
    /// So many slots, at least one.
    pub fn new(number: usize) -> Self {
        Self(Arc::new(Semaphore::new(number.max(1))))
    }

    /// Waits for a slot: who came first is first.
    pub async fn slot(&self) -> Slot {
        Slot(Held { permit: self.acquire().await, slots: self.clone() })
    }

    async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        // Nobody closes it.
        Arc::clone(&self.0).acquire_owned().await.ok()
    }
}

impl Slot {
    /// Does the work, and then the slot is free.
    pub async fn run<T>(self, work: impl Future<Output = T>) -> T {
        HELD.scope(RefCell::new(self.0), work).await
    }
}

/// Waits without the slot of this pass, and goes on when there is one again. Where there is no pass it just waits.
pub async fn aside<T>(wait: impl Future<Output = T>) -> T {
    let slots = HELD.try_with(|held| {
        let mut held = held.borrow_mut();
        held.permit.take().map(|_freed| held.slots.clone())
    });
    let waited = wait.await;
    if let Ok(Some(slots)) = slots {
        let permit = slots.acquire().await;
        let _ = HELD.try_with(|held| held.borrow_mut().permit = permit);
    }
    waited
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::Notify, time::timeout};

    use super::*;

    const LONG: Duration = Duration::from_secs(10);
    const SHORT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn so_many_work_at_a_time() {
        let slots = Slots::new(1);
        let go_on = Arc::new(Notify::new());
        let (holder, told) = (slots.clone(), Arc::clone(&go_on));
        let first = tokio::spawn(async move { holder.slot().await.run(told.notified()).await });
        tokio::task::yield_now().await;
        assert!(timeout(SHORT, slots.slot()).await.is_err());
        go_on.notify_one();
        first.await.unwrap();
        assert!(timeout(LONG, slots.slot()).await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_leaves_the_slot_to_others() {
        let slots = Slots::new(1);
        let go_on = Arc::new(Notify::new());
        let (holder, told) = (slots.clone(), Arc::clone(&go_on));
        let first = tokio::spawn(async move { holder.slot().await.run(async { aside(told.notified()).await }).await });
        tokio::task::yield_now().await;
        // Another one works meanwhile, and the first goes on only when that is done.
        let second = timeout(LONG, slots.slot()).await.unwrap();
        second
            .run(async {
                go_on.notify_one();
                tokio::time::sleep(SHORT).await;
                assert!(!first.is_finished());
            })
            .await;
        timeout(LONG, first).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_wait_outside_of_a_pass_is_just_a_wait() {
        assert_eq!(aside(async { 7 }).await, 7);
    }
}
