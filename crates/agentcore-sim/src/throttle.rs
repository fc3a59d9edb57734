//! Requests per second, counted for each account, region and operation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::settings::Throttling;

/// What is left in one bucket, or was used in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Meter {
    /// The last request, or the start of the second that is counted.
    at: Timestamp,
    /// Requests that the bucket holds, or that were counted.
    amount: f64,
}

/// All counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Throttle(BTreeMap<String, Meter>);

impl Throttle {
    /// Whether one more request passes. It is counted if so.
    pub(crate) fn admit(&mut self, key: &str, per_second: u32, how: Throttling, now: Timestamp) -> bool {
        let limit = f64::from(per_second);
        match how {
            Throttling::Bucket => {
                let meter = self.0.entry(key.to_owned()).or_insert(Meter { at: now, amount: limit });
                let passed = now.duration_since(meter.at).as_secs_f64().max(0.0);
                meter.amount = limit.min(meter.amount + passed * limit);
                meter.at = now;
                let admitted = meter.amount >= 1.0;
                if admitted {
                    meter.amount -= 1.0;
                }
                admitted
            }
            Throttling::Window => {
                let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
                let meter = self.0.entry(key.to_owned()).or_insert(Meter { at: second, amount: 0.0 });
                if meter.at != second {
                    *meter = Meter { at: second, amount: 0.0 };
                }
                let admitted = meter.amount < limit;
                if admitted {
                    meter.amount += 1.0;
                }
                admitted
            }
        }
    }
}
