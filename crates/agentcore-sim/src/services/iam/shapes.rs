//! What the operations take.

use crate::shape::{MANY, Member, Shape, list, opt, pattern, req, text, whole};

static NAME_OF_ROLE: Shape = pattern(1, 64, "[A-Za-z0-9_+=,.@-]+");
static POLICY_NAME: Shape = pattern(1, 128, "[A-Za-z0-9_+=,.@-]+");
static SERVICE_NAME: Shape = pattern(1, 128, "[A-Za-z0-9_+=,.@-]+");
static SUFFIX: Shape = pattern(1, 64, "[A-Za-z0-9_+=,.@-]+");
static PATH: Shape = pattern(1, 512, r"(/)|(/[\x21-\x7E]+/)");
static PATH_PREFIX: Shape = pattern(1, 512, r"/[\x21-\x7F]*");
static POLICY_PATH: Shape = pattern(1, 512, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/");
static DOCUMENT: Shape = pattern(1, 131_072, r"[\x09\x0A\x0D\x20-\x{FF}]+");
static ROLE_DESCRIPTION: Shape = pattern(0, 1000, r"[\x09\x0A\x0D\x20-\x7E\x{A1}-\x{FF}]*");
static POLICY_DESCRIPTION: Shape = text(0, 1000);
static SESSION_SECONDS: Shape = whole(3600, 43_200);
static ARN: Shape = text(20, 2048);
static VERSION: Shape = pattern(0, MANY, r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?");
static FLAG: Shape = Shape::Flag;
static SCOPE: Shape = Shape::Choice(&["All", "AWS", "Local"]);
static USAGE: Shape = Shape::Choice(&["PermissionsPolicy", "PermissionsBoundary"]);
static ENTITY: Shape = Shape::Choice(&["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]);
static TASK: Shape = text(1, 1000);
static MARKER: Shape = pattern(1, 320, r"[\x20-\x{FF}]+");
static MAX_ITEMS: Shape = whole(1, 1000);

static TAG_KEY: Shape = pattern(1, 128, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+");
static TAG_VALUE: Shape = pattern(0, 256, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*");
static TAG: Shape = Shape::Record(&[req("Key", &TAG_KEY), req("Value", &TAG_VALUE)]);
static TAGS: Shape = list(0, 50, &TAG);
static TAG_KEYS: Shape = list(0, 50, &TAG_KEY);

static ACTION: Shape = text(3, 128);
static ACTIONS: Shape = list(0, MANY, &ACTION);
static RESOURCE: Shape = text(1, 2048);
static RESOURCES: Shape = list(0, MANY, &RESOURCE);
static DOCUMENTS: Shape = list(0, MANY, &DOCUMENT);
static CONTEXT_KEY: Shape = text(5, 256);
static CONTEXT_TYPE: Shape = Shape::Choice(&[
    "string",
    "stringList",
    "numeric",
    "numericList",
    "boolean",
    "booleanList",
    "ip",
    "ipList",
    "binary",
    "binaryList",
    "date",
    "dateList",
]);
static CONTEXT_VALUE: Shape = text(0, MANY);
static CONTEXT_VALUES: Shape = list(0, MANY, &CONTEXT_VALUE);
static CONTEXT_ENTRY: Shape = Shape::Record(&[
    opt("ContextKeyName", &CONTEXT_KEY),
    opt("ContextKeyValues", &CONTEXT_VALUES),
    opt("ContextKeyType", &CONTEXT_TYPE),
]);
static CONTEXT_ENTRIES: Shape = list(0, MANY, &CONTEXT_ENTRY);

const ROLE: Member = req("RoleName", &NAME_OF_ROLE);
const POLICY_ARN: Member = req("PolicyArn", &ARN);
const START: Member = opt("Marker", &MARKER);
const LENGTH: Member = opt("MaxItems", &MAX_ITEMS);

pub(super) static CREATE_ROLE: Shape = Shape::Record(&[
    opt("Path", &PATH),
    ROLE,
    req("AssumeRolePolicyDocument", &DOCUMENT),
    opt("Description", &ROLE_DESCRIPTION),
    opt("MaxSessionDuration", &SESSION_SECONDS),
    opt("PermissionsBoundary", &ARN),
    opt("Tags", &TAGS),
]);
pub(super) static UPDATE_ROLE: Shape =
    Shape::Record(&[ROLE, opt("Description", &ROLE_DESCRIPTION), opt("MaxSessionDuration", &SESSION_SECONDS)]);
pub(super) static UPDATE_DESCRIPTION: Shape = Shape::Record(&[ROLE, req("Description", &ROLE_DESCRIPTION)]);
pub(super) static ONE_ROLE: Shape = Shape::Record(&[ROLE]);
pub(super) static LIST_ROLES: Shape = Shape::Record(&[opt("PathPrefix", &PATH_PREFIX), START, LENGTH]);
pub(super) static UPDATE_TRUST: Shape = Shape::Record(&[ROLE, req("PolicyDocument", &DOCUMENT)]);
pub(super) static PUT_BOUNDARY: Shape = Shape::Record(&[ROLE, req("PermissionsBoundary", &ARN)]);
pub(super) static TAG_ROLE: Shape = Shape::Record(&[ROLE, req("Tags", &TAGS)]);
pub(super) static UNTAG_ROLE: Shape = Shape::Record(&[ROLE, req("TagKeys", &TAG_KEYS)]);
pub(super) static LIST_OF_ROLE: Shape = Shape::Record(&[ROLE, START, LENGTH]);
pub(super) static PUT_INLINE: Shape =
    Shape::Record(&[ROLE, req("PolicyName", &POLICY_NAME), req("PolicyDocument", &DOCUMENT)]);
pub(super) static ONE_INLINE: Shape = Shape::Record(&[ROLE, req("PolicyName", &POLICY_NAME)]);
pub(super) static CREATE_POLICY: Shape = Shape::Record(&[
    req("PolicyName", &POLICY_NAME),
    opt("Path", &POLICY_PATH),
    req("PolicyDocument", &DOCUMENT),
    opt("Description", &POLICY_DESCRIPTION),
    opt("Tags", &TAGS),
]);
pub(super) static ONE_POLICY: Shape = Shape::Record(&[POLICY_ARN]);
pub(super) static LIST_OF_POLICY: Shape = Shape::Record(&[POLICY_ARN, START, LENGTH]);
pub(super) static LIST_POLICIES: Shape = Shape::Record(&[
    opt("Scope", &SCOPE),
    opt("OnlyAttached", &FLAG),
    opt("PathPrefix", &POLICY_PATH),
    opt("PolicyUsageFilter", &USAGE),
    START,
    LENGTH,
]);
pub(super) static TAG_POLICY: Shape = Shape::Record(&[POLICY_ARN, req("Tags", &TAGS)]);
pub(super) static UNTAG_POLICY: Shape = Shape::Record(&[POLICY_ARN, req("TagKeys", &TAG_KEYS)]);
pub(super) static CREATE_VERSION: Shape =
    Shape::Record(&[POLICY_ARN, req("PolicyDocument", &DOCUMENT), opt("SetAsDefault", &FLAG)]);
pub(super) static ONE_VERSION: Shape = Shape::Record(&[POLICY_ARN, req("VersionId", &VERSION)]);
pub(super) static ATTACH: Shape = Shape::Record(&[ROLE, POLICY_ARN]);
pub(super) static LIST_ATTACHED: Shape = Shape::Record(&[ROLE, opt("PathPrefix", &POLICY_PATH), START, LENGTH]);
pub(super) static LIST_ENTITIES: Shape = Shape::Record(&[
    POLICY_ARN,
    opt("EntityFilter", &ENTITY),
    opt("PathPrefix", &PATH),
    opt("PolicyUsageFilter", &USAGE),
    START,
    LENGTH,
]);
pub(super) static CREATE_LINKED: Shape = Shape::Record(&[
    req("AWSServiceName", &SERVICE_NAME),
    opt("Description", &ROLE_DESCRIPTION),
    opt("CustomSuffix", &SUFFIX),
]);
pub(super) static DELETION_STATUS: Shape = Shape::Record(&[req("DeletionTaskId", &TASK)]);
pub(super) static SIMULATE: Shape = Shape::Record(&[
    req("PolicySourceArn", &ARN),
    opt("PolicyInputList", &DOCUMENTS),
    opt("PermissionsBoundaryPolicyInputList", &DOCUMENTS),
    req("ActionNames", &ACTIONS),
    opt("ResourceArns", &RESOURCES),
    opt("ContextEntries", &CONTEXT_ENTRIES),
    START,
    LENGTH,
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [
            &CREATE_ROLE,
            &LIST_ROLES,
            &CREATE_POLICY,
            &LIST_POLICIES,
            &ONE_VERSION,
            &LIST_ENTITIES,
            &UNTAG_ROLE,
            &CREATE_LINKED,
            &SIMULATE,
        ] {
            crate::shape::assert_compile(shape);
        }
    }
}
