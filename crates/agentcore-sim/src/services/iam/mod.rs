//! Identity and Access Management: roles and their policies. It knows accounts, and no regions.

mod answer;
mod attach;
mod boundary;
mod inline;
mod input;
mod linked;
mod managed;
mod page;
mod role;
mod shapes;
mod simulate;
mod state;
mod tags;
mod version;

pub(crate) use linked::{Linked, ensure as ensure_linked, has_managed_endpoint, in_vpc, linked_to};
pub(crate) use state::{Role, State};

use super::{ONE_PLACE, Operation, Protocol, Run, Service};
use crate::failure::{Dialect, Failure};

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "iam",
    name: "iam",
    protocol: Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
    operations: OPERATIONS,
    missing: "",
};

/// An operation. IAM publishes no quotas of requests; 20 a second is assumed.
const fn read(name: &'static str, run: Run) -> Operation {
    Operation::read(name, ONE_PLACE, 20, Dialect::Query, run)
}

const fn write(name: &'static str, run: Run) -> Operation {
    Operation { writes: true, ..read(name, run) }
}

static OPERATIONS: &[Operation] = &[
    write("CreateRole", role::create),
    read("GetRole", role::get),
    write("UpdateRole", role::update),
    write("UpdateRoleDescription", role::update_description),
    write("DeleteRole", role::delete),
    read("ListRoles", role::list),
    write("UpdateAssumeRolePolicy", role::update_trust),
    write("PutRolePermissionsBoundary", boundary::put),
    write("DeleteRolePermissionsBoundary", boundary::delete),
    write("TagRole", tags::tag_role),
    write("UntagRole", tags::untag_role),
    read("ListRoleTags", tags::list_role),
    write("PutRolePolicy", inline::put),
    read("GetRolePolicy", inline::get),
    write("DeleteRolePolicy", inline::delete),
    read("ListRolePolicies", inline::list),
    write("CreatePolicy", managed::create),
    read("GetPolicy", managed::get),
    write("DeletePolicy", managed::delete),
    read("ListPolicies", managed::list),
    write("TagPolicy", tags::tag_policy),
    write("UntagPolicy", tags::untag_policy),
    read("ListPolicyTags", tags::list_policy),
    write("CreatePolicyVersion", version::create),
    read("GetPolicyVersion", version::get),
    read("ListPolicyVersions", version::list),
    write("SetDefaultPolicyVersion", version::set_default),
    write("DeletePolicyVersion", version::delete),
    write("AttachRolePolicy", attach::attach),
    write("DetachRolePolicy", attach::detach),
    read("ListAttachedRolePolicies", attach::list),
    read("ListEntitiesForPolicy", attach::entities),
    write("CreateServiceLinkedRole", linked::create),
    write("DeleteServiceLinkedRole", linked::delete),
    read("GetServiceLinkedRoleDeletionStatus", linked::deletion_status),
    read("SimulatePrincipalPolicy", simulate::simulate),
];

/// A refusal because there is no such thing.
fn no_such_entity(message: impl Into<String>) -> Failure {
    Failure::coded("NoSuchEntity", 404, message)
}

/// A refusal because there would be too much of something.
fn limit(message: impl Into<String>) -> Failure {
    Failure::coded("LimitExceeded", 409, message)
}

/// A refusal because of what was said.
fn invalid_input(message: impl Into<String>) -> Failure {
    Failure::coded("InvalidInput", 400, message)
}
