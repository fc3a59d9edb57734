//! What the requests about runtimes look like.

use crate::services::control::authorizer::AUTHORIZER;
use crate::shape::common::{
    CLIENT_TOKEN, DESCRIPTION, EFS_ACCESS_POINT, FLAG, MOUNT_PATH, NAME, ROLE, S3_FILES_ACCESS_POINT, S3_LOCATION,
    TAGS, VPC,
};
use crate::shape::{MANY, Member, Shape, list, opt, pattern, req, text, whole};

static CONTAINER_URI: Shape = pattern(
    1,
    1024,
    "(([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.amazonaws\\.com(\\.cn)?|public\\.ecr\\.aws)\
     /((?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*)(?::([^:@]{1,300}))?(?:@(.+))?",
);
static CONTAINER: Shape = Shape::Record(&[req("containerUri", &CONTAINER_URI)]);
static S3: Shape = Shape::Record(S3_LOCATION);
static CODE_PLACE: Shape = Shape::Union(&[opt("s3", &S3)]);
static CODE_RUNTIME: Shape =
    Shape::Choice(&["PYTHON_3_10", "PYTHON_3_11", "PYTHON_3_12", "PYTHON_3_13", "PYTHON_3_14", "NODE_22"]);
static ENTRY_POINT_PART: Shape = text(1, 128);
static ENTRY_POINT: Shape = list(1, 2, &ENTRY_POINT_PART);
static CODE: Shape =
    Shape::Record(&[req("code", &CODE_PLACE), req("runtime", &CODE_RUNTIME), req("entryPoint", &ENTRY_POINT)]);
static ARTIFACT: Shape = Shape::Union(&[opt("containerConfiguration", &CONTAINER), opt("codeConfiguration", &CODE)]);

static NETWORK_MODE: Shape = Shape::Choice(&["PUBLIC", "VPC"]);
static NETWORK: Shape = Shape::Record(&[req("networkMode", &NETWORK_MODE), opt("networkModeConfig", &VPC)]);

static HEADER: Shape = pattern(1, 256, "[A-Za-z][A-Za-z0-9_-]{0,255}");
static HEADERS: Shape = list(1, 20, &HEADER);
static REQUEST_HEADERS: Shape = Shape::Union(&[opt("requestHeaderAllowlist", &HEADERS)]);

static PORT: Shape = whole(8000, 12000);
static SERVER_PROTOCOL: Shape = Shape::Choice(&["MCP", "HTTP", "A2A", "AGUI"]);
static PROTOCOL_PATH: Shape = pattern(1, 2048, r"/[A-Za-z0-9\-._~/%]*");
static PROTOCOL: Shape =
    Shape::Record(&[req("serverProtocol", &SERVER_PROTOCOL), opt("port", &PORT), opt("path", &PROTOCOL_PATH)]);

static SESSION_SECONDS: Shape = whole(60, 1_209_600);
static LIFECYCLE: Shape =
    Shape::Record(&[opt("idleRuntimeSessionTimeout", &SESSION_SECONDS), opt("maxLifetime", &SESSION_SECONDS)]);

static WARMUP_PATH: Shape = pattern(1, 32, "/[A-Za-z0-9._~/-]*");
static WARMUP_POST: Shape = Shape::Record(&[req("path", &WARMUP_PATH), opt("port", &PORT)]);
static WARMUP_ACTION: Shape = Shape::Union(&[opt("httpPost", &WARMUP_POST)]);
static WARMUP: Shape = Shape::Record(&[req("action", &WARMUP_ACTION)]);
static BUILD: Shape = Shape::Record(&[opt("warmup", &WARMUP)]);
static HOOKS: Shape = Shape::Record(&[opt("build", &BUILD)]);

static VARIABLE_NAME: Shape = text(1, 100);
static VARIABLE: Shape = text(0, 5000);
static VARIABLES: Shape = Shape::Table { min: 0, max: 50, key: &VARIABLE_NAME, value: &VARIABLE };

static SESSION_STORAGE: Shape = Shape::Record(&[req("mountPath", &MOUNT_PATH)]);
static S3_FILES: Shape = Shape::Record(&[req("accessPointArn", &S3_FILES_ACCESS_POINT), req("mountPath", &MOUNT_PATH)]);
static EFS: Shape = Shape::Record(&[req("accessPointArn", &EFS_ACCESS_POINT), req("mountPath", &MOUNT_PATH)]);
static VOLUME_NAME: Shape = pattern(1, 48, "[a-zA-Z][a-zA-Z0-9_-]{0,47}");
static VOLUME: Shape = Shape::Record(&[req("volumeName", &VOLUME_NAME), req("mountPath", &MOUNT_PATH)]);
static FILE_SYSTEM: Shape = Shape::Union(&[
    opt("sessionStorage", &SESSION_STORAGE),
    opt("s3FilesAccessPoint", &S3_FILES),
    opt("efsAccessPoint", &EFS),
    opt("capacityProviderVolume", &VOLUME),
]);
static FILE_SYSTEMS: Shape = list(0, 5, &FILE_SYSTEM);

static CAPACITY_PROVIDER_ARN: Shape = pattern(
    0,
    MANY,
    "arn:aws(-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:capacity-provider/[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}",
);
static CAPACITY_PROVIDER: Shape = Shape::Record(&[req("capacityProviderArn", &CAPACITY_PROVIDER_ARN)]);
static PLATFORM: Shape = pattern(1, 128, r"[^\s]+");
static PORT_RANGE: Shape = Shape::Record(&[req("from", &PORT), req("to", &PORT)]);
static ALLOWED_PORT: Shape = Shape::Union(&[opt("port", &PORT), opt("portRange", &PORT_RANGE)]);
static ALLOWED_PORTS: Shape = list(1, 5, &ALLOWED_PORT);
static MEMORY_MIB: Shape = whole(1, i64::MAX);
static RESOURCE: Shape = Shape::Record(&[req("minimumMemoryInMiB", &MEMORY_MIB)]);
static RESOURCES: Shape = list(0, 1, &RESOURCE);
static METADATA: Shape = Shape::Record(&[req("requireMMDSV2", &FLAG)]);

/// What a creation and an update of a runtime both have.
const SHARED: &[Member] = &[
    req("agentRuntimeArtifact", &ARTIFACT),
    req("roleArn", &ROLE),
    opt("networkConfiguration", &NETWORK),
    opt("clientToken", &CLIENT_TOKEN),
    opt("description", &DESCRIPTION),
    opt("authorizerConfiguration", &AUTHORIZER),
    opt("requestHeaderConfiguration", &REQUEST_HEADERS),
    opt("protocolConfiguration", &PROTOCOL),
    opt("lifecycleConfiguration", &LIFECYCLE),
    opt("hooksConfiguration", &HOOKS),
    opt("environmentVariables", &VARIABLES),
    opt("filesystemConfigurations", &FILE_SYSTEMS),
    opt("capacityProviderConfiguration", &CAPACITY_PROVIDER),
    opt("platformVersion", &PLATFORM),
    opt("allowedPorts", &ALLOWED_PORTS),
    opt("resourceConfigurations", &RESOURCES),
];

/// The body of CreateAgentRuntime.
pub(super) static CREATE: Shape = Shape::Extended(&[req("agentRuntimeName", &NAME), opt("tags", &TAGS)], SHARED);

/// The body of UpdateAgentRuntime. Only here can the metadata service be configured.
pub(super) static UPDATE: Shape = Shape::Extended(&[opt("metadataConfiguration", &METADATA)], SHARED);

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::CREATE, &super::UPDATE] {
            crate::shape::assert_compile(shape);
        }
    }
}
