//! The Security Token Service: who one is, and becoming another.

mod assume_role;
mod identity;

use super::{ONE_PLACE, Operation, Protocol, Run, Service};
use crate::failure::Dialect;

/// The operation that is called without a signature: the web identity's token takes its place.
pub(super) const UNSIGNED: &str = "AssumeRoleWithWebIdentity";

/// The service.
pub(super) static SERVICE: Service = Service {
    signing_name: "sts",
    name: "sts",
    protocol: Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
    operations: OPERATIONS,
    missing: "",
};

static OPERATIONS: &[Operation] = &[
    operation("GetCallerIdentity", identity::get_caller_identity),
    operation("AssumeRole", assume_role::assume_role),
    operation(UNSIGNED, assume_role::assume_role_with_web_identity),
];

/// An operation. 600 a second is the published quota of an account and region for all of STS.
const fn operation(name: &'static str, run: Run) -> Operation {
    Operation::read(name, ONE_PLACE, 600, Dialect::Query, run)
}
