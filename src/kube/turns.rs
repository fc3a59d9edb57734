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
}

/// A turn for a write.
pub(super) struct Booked {
    pub(super) operation: &'static str,
    /// None where AWS can't be reached: the write will fail anyway.
    turn: Option<(Limiter, Turn)>,
}

impl Booked {
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
            return Ok(Ok(Booked { operation, turn: None }));
        };
        let limiter = connection.control.limiter();
        if limiter.wait(operation) <= SHORT_WAIT {
            let turn = limiter.turn(operation).await;
            return Ok(Ok(Booked { operation, turn: Some((limiter.clone(), turn)) }));
        }
        if let Some(status) = queued(&read.object, &limiter.describe(operation), Timestamp::now()) {
            objects.write_status(read, &status).await?;
            self.shared.metrics.status_written(K::NAME);
        }
        Ok(Err(InLine { limiter: limiter.clone(), operation }))
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
        turn.await.map(|turn| Booked { operation: line.operation, turn: Some((line.limiter.clone(), turn)) })
    }
}
