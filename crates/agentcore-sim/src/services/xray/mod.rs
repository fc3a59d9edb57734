//! X-Ray: where traces go, which are indexed, and who may send them.

mod destination;
mod indexing;
mod policies;
mod state;

pub(crate) use state::State;

use super::{Call, Operation, Protocol, Reply, Service};
use crate::failure::{Dialect, Failure};

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

const fn read(name: &'static str, path: &'static str, run: fn(&mut Call<'_>) -> Result<Reply, Failure>) -> Operation {
    Operation {
        name,
        route: ("POST", path),
        status: 200,
        writes: false,
        token: false,
        raw: false,
        per_second: ASSUMED,
        dialect: Dialect::XRay,
        run,
    }
}

const fn write(name: &'static str, path: &'static str, run: fn(&mut Call<'_>) -> Result<Reply, Failure>) -> Operation {
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
