//! X-Ray: where traces go, which are indexed, and who may send them.

mod destination;
mod indexing;
mod policies;
mod state;

pub(crate) use state::State;

use super::{Operation, Protocol, Run, Service};
use crate::failure::Dialect;

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "xray",
    name: "xray",
    protocol: Protocol::RestJson,
    operations: OPERATIONS,
    missing: include_str!("missing.tsv"),
};

/// No quotas are published for these operations: this is assumed.
const ASSUMED: u32 = 5;

const fn read(name: &'static str, path: &'static str, run: Run) -> Operation {
    Operation::read(name, ("POST", path), ASSUMED, Dialect::XRay, run)
}

const fn write(name: &'static str, path: &'static str, run: Run) -> Operation {
    Operation { writes: true, ..read(name, path, run) }
}

static OPERATIONS: &[Operation] = &[
    read("GetTraceSegmentDestination", "/GetTraceSegmentDestination", destination::get),
    write("UpdateTraceSegmentDestination", "/UpdateTraceSegmentDestination", destination::update),
    read("GetIndexingRules", "/GetIndexingRules", indexing::get),
    write("UpdateIndexingRule", "/UpdateIndexingRule", indexing::update),
    write("PutResourcePolicy", "/PutResourcePolicy", policies::put),
    read("ListResourcePolicies", "/ListResourcePolicies", policies::list),
    write("DeleteResourcePolicy", "/DeleteResourcePolicy", policies::delete),
];
