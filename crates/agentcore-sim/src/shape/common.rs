//! Shapes that more than one operation has.

use super::{MANY, Member, Shape, list, opt, pattern, req, text, whole};

/// The name of a runtime, endpoint, memory, strategy or code interpreter.
pub(crate) static NAME: Shape = pattern(0, MANY, "[a-zA-Z][a-zA-Z0-9_]{0,47}");
/// The token that makes a request idempotent, except for memories.
pub(crate) static CLIENT_TOKEN: Shape = pattern(33, 256, "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,256}");
/// The token of a memory may have any form.
pub(crate) static MEMORY_TOKEN: Shape = text(0, 500);
/// The description of a resource.
pub(crate) static DESCRIPTION: Shape = text(1, 4096);
/// The ARN of a role.
pub(crate) static ROLE: Shape = pattern(1, 2048, r"arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+");
/// The id of a runtime.
pub(crate) static RUNTIME_ID: Shape = pattern(0, MANY, "[a-zA-Z][a-zA-Z0-9_]{0,99}-[a-zA-Z0-9]{10}");
/// The ARN of a runtime.
pub(crate) static RUNTIME_ARN: Shape = pattern(
    0,
    MANY,
    "arn:aws(-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:runtime/[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}",
);
/// The id of a memory.
pub(crate) static MEMORY_ID: Shape = pattern(12, MANY, "[a-zA-Z][a-zA-Z0-9-_]{0,99}-[a-zA-Z0-9]{10}");
/// The id of a code interpreter.
pub(crate) static INTERPRETER_ID: Shape =
    pattern(0, MANY, r"(aws\.codeinterpreter\.v1|[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10})");
/// The id of a browser.
pub(crate) static BROWSER_ID: Shape =
    pattern(0, MANY, r"(aws\.browser\.v1|[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10})");
/// The id of a browser profile.
pub(crate) static PROFILE_ID: Shape = pattern(0, MANY, "[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}");
/// The name of a workload identity, by which it is known.
pub(crate) static WORKLOAD_NAME: Shape = pattern(3, 255, "[A-Za-z0-9_.-]+");
/// Where a user is sent after consent.
pub(crate) static RETURN_URL: Shape = pattern(1, 2048, r"\w+:(\/?\/?)[^\s]+");
/// The id of a gateway.
pub(crate) static GATEWAY_ID: Shape = pattern(0, MANY, "([0-9a-z][-]?){1,100}-[0-9a-z]{10}");
/// The id of a target of a gateway.
pub(crate) static TARGET_ID: Shape = pattern(0, MANY, "[0-9a-zA-Z]{10}");
/// Any ARN.
pub(crate) static ARN: Shape =
    pattern(0, MANY, r"arn:[a-z0-9-\.]{1,63}:[a-z0-9-\.]{0,63}:[a-z0-9-\.]{0,63}:[a-z0-9-\.]{0,63}:[^/].{0,1023}");
/// The name of a bucket.
pub(crate) static BUCKET: Shape = pattern(0, MANY, "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
/// Any text.
pub(crate) static ANY_TEXT: Shape = text(0, MANY);
/// true or false.
pub(crate) static FLAG: Shape = Shape::Flag;

/// A tag's key.
pub(crate) static TAG_KEY: Shape = pattern(1, 128, r"[a-zA-Z0-9\s._:/=+@-]*");
static TAG_VALUE: Shape = pattern(0, 256, r"[a-zA-Z0-9\s._:/=+@-]*");
/// Tags.
pub(crate) static TAGS: Shape = Shape::Table { min: 0, max: 50, key: &TAG_KEY, value: &TAG_VALUE };

static SECURITY_GROUP: Shape = pattern(0, MANY, "sg-[0-9a-zA-Z]{8,17}");
static SECURITY_GROUPS: Shape = list(1, 16, &SECURITY_GROUP);
static SUBNET: Shape = pattern(0, MANY, "subnet-[0-9a-zA-Z]{8,17}");
static SUBNETS: Shape = list(1, 16, &SUBNET);
/// Where in a VPC something runs.
pub(crate) static VPC: Shape = Shape::Record(&[
    req("securityGroups", &SECURITY_GROUPS),
    req("subnets", &SUBNETS),
    opt("requireServiceS3Endpoint", &FLAG),
]);

/// Where a file system is mounted.
pub(crate) static MOUNT_PATH: Shape = pattern(6, 200, "/mnt/[a-zA-Z0-9._-]+/?");
/// An access point of S3 Files.
pub(crate) static S3_FILES_ACCESS_POINT: Shape = pattern(
    0,
    256,
    "arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}",
);
static S3_FILES_FILE_SYSTEM: Shape =
    pattern(0, 256, "arn:aws[-a-z]*:s3files:[a-z0-9-]+:[0-9]{12}:file-system/fs-[0-9a-f]{17,40}");
/// An access point of EFS.
pub(crate) static EFS_ACCESS_POINT: Shape =
    pattern(0, 128, "arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}");
static EFS_FILE_SYSTEM: Shape =
    pattern(0, 256, "arn:aws[-a-z]*:elasticfilesystem:[a-z0-9-]+:[0-9]{12}:file-system/fs-[0-9a-f]{8,40}");

static TOOL_SECRET: Shape =
    pattern(0, MANY, "arn:aws(-[a-z-]+)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[a-zA-Z0-9/_+=.@-]+");
static TOOL_SECRET_RECORD: Shape = Shape::Record(&[req("secretArn", &TOOL_SECRET)]);
static TOOL_CERTIFICATE_PLACE: Shape = Shape::Union(&[opt("secretsManager", &TOOL_SECRET_RECORD)]);
static TOOL_CERTIFICATE: Shape = Shape::Record(&[req("location", &TOOL_CERTIFICATE_PLACE)]);
/// The certificates that a tool trusts.
pub(crate) static TOOL_CERTIFICATES: Shape = list(1, 200, &TOOL_CERTIFICATE);
static TOOL_S3_FILES: Shape = Shape::Record(&[
    req("accessPointArn", &S3_FILES_ACCESS_POINT),
    req("mountPath", &MOUNT_PATH),
    req("fileSystemArn", &S3_FILES_FILE_SYSTEM),
]);
static TOOL_EFS: Shape = Shape::Record(&[
    req("accessPointArn", &EFS_ACCESS_POINT),
    req("mountPath", &MOUNT_PATH),
    req("fileSystemArn", &EFS_FILE_SYSTEM),
]);
static TOOL_FILE_SYSTEM: Shape =
    Shape::Union(&[opt("s3FilesConfiguration", &TOOL_S3_FILES), opt("efsConfiguration", &TOOL_EFS)]);
/// The file systems that a tool mounts.
pub(crate) static TOOL_FILE_SYSTEMS: Shape = list(0, 10, &TOOL_FILE_SYSTEM);

/// How a list is paged, where the parameters are in the query.
pub(crate) const MAX_RESULTS: (i64, i64) = (1, 100);
/// A whole number that some member must have been given as.
pub(crate) static COUNT: Shape = whole(0, i64::MAX);

/// Members by which S3 objects are named.
pub(crate) const S3_LOCATION: &[Member] =
    &[req("bucket", &BUCKET), req("prefix", &S3_PREFIX), opt("versionId", &S3_VERSION)];
static S3_PREFIX: Shape = text(1, 1024);
static S3_VERSION: Shape = text(3, 1024);
/// A function of Lambda.
pub(crate) static LAMBDA: Shape = pattern(
    1,
    170,
    r"arn:(aws[a-zA-Z-]*)?:lambda:([a-z]{2}(-gov)?-[a-z]+-\d{1}):(\d{12}):function:([a-zA-Z0-9-_.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
);
