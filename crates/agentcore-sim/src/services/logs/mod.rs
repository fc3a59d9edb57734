//! CloudWatch Logs: groups, resource policies, deliveries, and the lines of the logs.

mod delivery;
mod events;
mod filter;
mod groups;
mod permission;
mod policies;
mod shapes;
mod state;
mod streams;
mod tags;

pub(crate) use state::State;

use super::{ONE_PLACE, Operation, Protocol, Run, Service};
use crate::failure::Dialect;

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "logs",
    name: "logs",
    protocol: Protocol::Json("Logs_20140328"),
    operations: OPERATIONS,
    missing: "",
};

/// What is assumed where no quota is published: as many as most operations have.
const ASSUMED: u32 = 5;

const fn read(name: &'static str, per_second: u32, run: Run) -> Operation {
    Operation::read(name, ONE_PLACE, per_second, Dialect::Parameter, run)
}

const fn write(name: &'static str, per_second: u32, run: Run) -> Operation {
    Operation { writes: true, ..read(name, per_second, run) }
}

/// Requests per second are those of the CloudWatch Logs user guide, "quotas", where it has them.
static OPERATIONS: &[Operation] = &[
    write("CreateLogGroup", 10, groups::create),
    read("DescribeLogGroups", 10, groups::describe),
    write("DeleteLogGroup", 10, groups::delete),
    write("PutRetentionPolicy", 5, groups::put_retention),
    write("DeleteRetentionPolicy", 5, groups::delete_retention),
    write("TagResource", 5, tags::tag),
    write("UntagResource", 5, tags::untag),
    read("ListTagsForResource", 5, tags::list),
    write("PutResourcePolicy", ASSUMED, policies::put),
    read("DescribeResourcePolicies", ASSUMED, policies::describe),
    write("DeleteResourcePolicy", ASSUMED, policies::delete),
    write("PutDeliverySource", ASSUMED, delivery::sources::put),
    read("GetDeliverySource", ASSUMED, delivery::sources::get),
    read("DescribeDeliverySources", ASSUMED, delivery::sources::describe),
    write("DeleteDeliverySource", ASSUMED, delivery::sources::delete),
    write("PutDeliveryDestination", ASSUMED, delivery::destinations::put),
    read("GetDeliveryDestination", ASSUMED, delivery::destinations::get),
    read("DescribeDeliveryDestinations", ASSUMED, delivery::destinations::describe),
    write("DeleteDeliveryDestination", ASSUMED, delivery::destinations::delete),
    write("CreateDelivery", ASSUMED, delivery::deliveries::create),
    read("GetDelivery", ASSUMED, delivery::deliveries::get),
    read("DescribeDeliveries", ASSUMED, delivery::deliveries::describe),
    write("DeleteDelivery", ASSUMED, delivery::deliveries::delete),
    write("CreateLogStream", 50, streams::create),
    read("DescribeLogStreams", 25, streams::describe),
    write("PutLogEvents", 5000, streams::put_events),
    read("GetLogEvents", 25, events::get),
    read("FilterLogEvents", 10, filter::filter),
];
