//! The Security Token Service: who one is, and becoming another.

mod assume_role;
mod identity;

use super::{Operation, Protocol, Service};
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

const fn operation(
    name: &'static str,
    run: fn(&mut super::Call<'_>) -> Result<super::Reply, crate::failure::Failure>,
) -> Operation {
    // 600 a second is the published quota of an account and region for all of STS.
    Operation {
        name,
        route: ("POST", "/"),
        status: 200,
        writes: false,
        token: false,
        raw: false,
        per_second: 600,
        dialect: Dialect::Query,
        run,
    }
}
