//! The turns of writes to AWS: each is taken before its write is announced, because an announcement has a time.

use std::time::Duration;

use agentcore_engine::{queued, step::Intent};
use jiff::Timestamp;

use super::{
    line::Change,
    objects::{Error, Objects, Read},
    shell::Shell,
};
use crate::{
    aws::{Limiter, Turn},
    kinds::Managed,
    slot,
};

/// How long a pass waits for the turn of its write. One that would wait longer ends, and begins anew in its turn: what
/// it has read would be old by then.
const SHORT_WAIT: Duration = Duration::from_secs(1);

/// A write that waits for its turn.
pub(super) struct InLine {
    limiter: Limiter,
    operation: &'static str,
    region: String,
}

/// A turn for a write.
pub(super) struct Booked {
    operation: &'static str,
    region: String,
    /// None where AWS can't be reached: the write will fail anyway.
    turn: Option<(Limiter, Turn)>,
}

impl Booked {
    /// Whether it is for this write.
    pub(super) fn is_for(&self, operation: &'static str, region: &str) -> bool {
        self.operation == operation && self.region == region
    }

    /// Whether it was had while AWS could not be reached: a later pass asks for one anew.
    pub(super) fn is_none(&self) -> bool {
        self.turn.is_none()
    }

    /// The write is not announced: its turn is somebody else's.
    pub(super) fn release(self) {
        if let Some((limiter, turn)) = self.turn {
            limiter.release(self.operation, turn);
        }
    }
}

impl<K: Managed> Shell<K> {
    /// A turn for the write that is to be announced, if there is one soon. Else the object says that it waits.
    pub(super) async fn book(
        &self,
        objects: &Objects<K>,
        read: &Read<K>,
        intent: &Intent,
    ) -> Result<Result<Booked, InLine>, Error> {
        let operation = K::operation(intent.verb);
        let Ok(connection) = self.shared.aws.connect(&intent.region).await else {
            return Ok(Ok(Booked { operation, region: intent.region.clone(), turn: None }));
        };
        let limiter = connection.control.limiter();
        if limiter.wait(operation) <= SHORT_WAIT {
            let turn = limiter.turn(operation).await;
            let turn = Some((limiter.clone(), turn));
            return Ok(Ok(Booked { operation, region: intent.region.clone(), turn }));
        }
        if let Some(status) = queued(&read.object, &limiter.describe(operation), Timestamp::now()) {
            objects.write_status(read, &status).await?;
            self.shared.metrics.status_written(K::NAME);
        }
        Ok(Err(InLine { limiter: limiter.clone(), operation, region: intent.region.clone() }))
    }

    /// Waits for a turn, without a slot. None if the object changes meanwhile, or the operator stops.
    pub(super) async fn wait_in_line(&self, line: &InLine, change: &Change<'_>) -> Option<Booked> {
        let turn = slot::aside(async {
            tokio::select! {
                biased;
                () = self.shared.shutdown.cancelled() => None,
                () = change.comes() => None,
                turn = line.limiter.turn(line.operation) => Some(turn),
            }
        });
        let (operation, region) = (line.operation, line.region.clone());
        turn.await.map(|turn| Booked { operation, region, turn: Some((line.limiter.clone(), turn)) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::aws::limiter;

    #[tokio::test]
    async fn a_turn_that_is_not_needed_is_somebody_elses() {
        let limiter = limiter(0.2);
        let (operation, region) = ("CreateMemory", "us-west-2".to_owned());
        let turn = Some((limiter.clone(), limiter.turn(operation).await));
        Booked { operation, region, turn }.release();
        let began = Instant::now();
        let _turn = limiter.turn(operation).await;
        assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
    }

    #[test]
    fn a_turn_is_for_one_operation_in_one_region() {
        let booked = Booked { operation: "CreateMemory", region: "us-west-2".to_owned(), turn: None };
        assert!(booked.is_for("CreateMemory", "us-west-2") && booked.is_none());
        assert!(!booked.is_for("CreateMemory", "eu-west-1") && !booked.is_for("UpdateMemory", "us-west-2"));
    }
}
