//! What the requests about targets look like.

use super::schemas::{SOURCE, TEXT_OR_S3, TOOL_SCHEMA};
use crate::services::control::authorizer::{CERTIFICATES, PRIVATE_ENDPOINT};
use crate::shape::common::{ANY_TEXT, CLIENT_TOKEN, FLAG, LAMBDA, RETURN_URL, RUNTIME_ARN, TARGET_ID};
use crate::shape::{MANY, Member, Shape, list, opt, pattern, req, text, whole};

static NAME: Shape = pattern(0, MANY, "([0-9a-zA-Z][-]?){1,100}");
static DESCRIPTION: Shape = text(1, 200);

static LAMBDA_TARGET: Shape = Shape::Record(&[req("lambdaArn", &LAMBDA), req("toolSchema", &TOOL_SCHEMA)]);
static SERVER_ENDPOINT: Shape = pattern(0, MANY, "https://.*");
static LISTING: Shape = Shape::Choice(&["DEFAULT", "DYNAMIC"]);
static PRIORITY: Shape = whole(0, 1000);
static SERVER: Shape = Shape::Record(&[
    req("endpoint", &SERVER_ENDPOINT),
    opt("mcpToolSchema", &TEXT_OR_S3),
    opt("listingMode", &LISTING),
    opt("resourcePriority", &PRIORITY),
]);
static METHOD: Shape = Shape::Choice(&["GET", "DELETE", "HEAD", "OPTIONS", "PATCH", "PUT", "POST"]);
static METHODS: Shape = list(0, MANY, &METHOD);
static TOOL_OVERRIDE: Shape = Shape::Record(&[
    req("name", &ANY_TEXT),
    opt("description", &ANY_TEXT),
    req("path", &ANY_TEXT),
    req("method", &METHOD),
]);
static TOOL_OVERRIDES: Shape = list(0, MANY, &TOOL_OVERRIDE);
static TOOL_FILTER: Shape = Shape::Record(&[req("filterPath", &ANY_TEXT), req("methods", &METHODS)]);
static TOOL_FILTERS: Shape = list(0, MANY, &TOOL_FILTER);
static REST_TOOLS: Shape = Shape::Record(&[opt("toolOverrides", &TOOL_OVERRIDES), req("toolFilters", &TOOL_FILTERS)]);
static REST_API: Shape = Shape::Record(&[
    req("restApiId", &ANY_TEXT),
    req("stage", &ANY_TEXT),
    req("apiGatewayToolConfiguration", &REST_TOOLS),
]);
static CONNECTOR_ID: Shape = text(1, 256);
static CONNECTOR_VERSION: Shape = pattern(5, 32, r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)");
static CONNECTOR_SOURCE: Shape =
    Shape::Record(&[req("connectorId", &CONNECTOR_ID), opt("version", &CONNECTOR_VERSION)]);
static ENABLED: Shape = list(1, 50, &ANY_TEXT);
static CONFIGURATION_NAME: Shape = pattern(0, 64, "[a-zA-Z][a-zA-Z0-9_-]*");
static CONFIGURATION_DESCRIPTION: Shape = text(0, 2000);
static PARAMETER_OVERRIDE: Shape =
    Shape::Record(&[req("path", &ANY_TEXT), opt("description", &ANY_TEXT), opt("visible", &FLAG)]);
static PARAMETER_OVERRIDES: Shape = list(0, MANY, &PARAMETER_OVERRIDE);
static CONFIGURATION: Shape = Shape::Record(&[
    req("name", &CONFIGURATION_NAME),
    opt("description", &CONFIGURATION_DESCRIPTION),
    opt("parameterValues", &Shape::Document),
    opt("parameterOverrides", &PARAMETER_OVERRIDES),
]);
static CONFIGURATIONS: Shape = list(0, MANY, &CONFIGURATION);
static CONNECTOR: Shape = Shape::Record(&[
    req("source", &CONNECTOR_SOURCE),
    opt("enabled", &ENABLED),
    opt("configurations", &CONFIGURATIONS),
]);
static MCP: Shape = Shape::Union(&[
    opt("openApiSchema", &TEXT_OR_S3),
    opt("smithyModel", &TEXT_OR_S3),
    opt("lambda", &LAMBDA_TARGET),
    opt("mcpServer", &SERVER),
    opt("apiGateway", &REST_API),
    opt("connector", &CONNECTOR),
]);

static QUALIFIER: Shape = pattern(0, MANY, ".*([1-9][0-9]{0,4})|([a-zA-Z][a-zA-Z0-9_]{0,47}).*");
static RUNTIME: Shape =
    Shape::Record(&[req("arn", &RUNTIME_ARN), opt("qualifier", &QUALIFIER), opt("schema", &SOURCE)]);
static ENDPOINT: Shape = pattern(1, 2048, r"https://[a-zA-Z0-9\-\.]+(:[0-9]{1,5})?(/.*)?");
static PASSTHROUGH_PROTOCOL: Shape = Shape::Choice(&["MCP", "A2A", "INFERENCE", "CUSTOM"]);
static IDENTIFIER: Shape = text(1, 256);
static IDENTIFIERS: Shape = list(1, 5, &IDENTIFIER);
static STICKY_SECONDS: Shape = whole(1, 86_400);
static STICKINESS: Shape = Shape::Record(&[
    req("identifier", &IDENTIFIER),
    opt("timeout", &STICKY_SECONDS),
    opt("compositeIdentifier", &IDENTIFIERS),
]);
static QUERY_NAME: Shape = pattern(1, 128, "[a-zA-Z0-9_.-]+");
static QUERY_VALUE: Shape = pattern(0, MANY, r"[^\x00-\x1F\x7F]*");
static QUERY: Shape = Shape::Table { min: 0, max: MANY, key: &QUERY_NAME, value: &QUERY_VALUE };
static QUERY_CONFLICT: Shape = Shape::Choice(&["CLIENT_OVERRIDE", "STATIC_OVERRIDE"]);
static PASSTHROUGH: Shape = Shape::Record(&[
    req("endpoint", &ENDPOINT),
    req("protocolType", &PASSTHROUGH_PROTOCOL),
    opt("schema", &SOURCE),
    opt("stickinessConfiguration", &STICKINESS),
    opt("staticQueryParameters", &QUERY),
    opt("staticQueryParameterConflictResolution", &QUERY_CONFLICT),
]);
static PARAMETER_NAME: Shape = pattern(1, 128, "[a-zA-Z][a-zA-Z0-9_-]*");
static PARAMETER_VALUE: Shape = text(1, 1024);
static PARAMETERS: Shape = Shape::Table { min: 0, max: 10, key: &PARAMETER_NAME, value: &PARAMETER_VALUE };
static PLAIN_SOURCE: Shape = Shape::Record(&[req("connectorId", &CONNECTOR_ID)]);
static HTTP_CONNECTOR: Shape = Shape::Record(&[req("source", &PLAIN_SOURCE), opt("parameters", &PARAMETERS)]);
static HTTP: Shape = Shape::Union(&[
    opt("agentcoreRuntime", &RUNTIME),
    opt("passthrough", &PASSTHROUGH),
    opt("connector", &HTTP_CONNECTOR),
]);

static INFERENCE_CONNECTOR: Shape = Shape::Record(&[req("source", &PLAIN_SOURCE)]);
static SEPARATOR: Shape = text(1, 1);
static PREFIX: Shape = Shape::Record(&[opt("strip", &FLAG), opt("separator", &SEPARATOR)]);
static MODEL_MAPPING: Shape = Shape::Record(&[opt("providerPrefix", &PREFIX)]);
static OPERATION_PATH: Shape = pattern(1, 256, r"/[a-zA-Z0-9\-\._/{}]+");
static MODEL_NAME: Shape = pattern(1, 2048, r"[a-zA-Z0-9\-\._\*\?@:]+(/[a-zA-Z0-9\-\._\*\?@:]+)*");
static MODEL: Shape = Shape::Record(&[req("model", &MODEL_NAME)]);
static MODELS: Shape = list(1, 100, &MODEL);
static OPERATION: Shape =
    Shape::Record(&[req("path", &OPERATION_PATH), opt("providerPath", &OPERATION_PATH), opt("models", &MODELS)]);
static OPERATIONS: Shape = list(1, 10, &OPERATION);
static PROVIDER: Shape =
    Shape::Record(&[req("endpoint", &ENDPOINT), opt("modelMapping", &MODEL_MAPPING), opt("operations", &OPERATIONS)]);
static INFERENCE: Shape = Shape::Union(&[opt("connector", &INFERENCE_CONNECTOR), opt("provider", &PROVIDER)]);
static CONFIGURED: Shape = Shape::Union(&[opt("mcp", &MCP), opt("http", &HTTP), opt("inference", &INFERENCE)]);

static CREDENTIAL_TYPE: Shape =
    Shape::Choice(&["GATEWAY_IAM_ROLE", "OAUTH", "API_KEY", "CALLER_IAM_CREDENTIALS", "JWT_PASSTHROUGH"]);
static PROVIDER_ARN: Shape = pattern(0, MANY, "arn:([^:]*):([^:]*):([^:]*):([0-9]{12})?:(.+)");
static SCOPE: Shape = text(1, 64);
static SCOPES: Shape = list(0, 100, &SCOPE);
static CUSTOM_NAME: Shape = text(1, 256);
static CUSTOM_VALUE: Shape = text(1, 2048);
static CUSTOM: Shape = Shape::Table { min: 1, max: 10, key: &CUSTOM_NAME, value: &CUSTOM_VALUE };
static GRANT: Shape = Shape::Choice(&["CLIENT_CREDENTIALS", "AUTHORIZATION_CODE", "TOKEN_EXCHANGE"]);
static OAUTH: Shape = Shape::Record(&[
    req("providerArn", &PROVIDER_ARN),
    req("scopes", &SCOPES),
    opt("customParameters", &CUSTOM),
    opt("grantType", &GRANT),
    opt("defaultReturnUrl", &RETURN_URL),
]);
static KEY_LOCATION: Shape = Shape::Choice(&["HEADER", "QUERY_PARAMETER"]);
static API_KEY: Shape = Shape::Record(&[
    req("providerArn", &PROVIDER_ARN),
    opt("credentialParameterName", &SCOPE),
    opt("credentialPrefix", &SCOPE),
    opt("credentialLocation", &KEY_LOCATION),
]);
static SIGNED_SERVICE: Shape = pattern(1, 64, "[a-zA-Z0-9._-]+");
static SIGNED_REGION: Shape = pattern(1, 32, "[a-zA-Z0-9-]+");
static IAM: Shape = Shape::Record(&[req("service", &SIGNED_SERVICE), opt("region", &SIGNED_REGION)]);
static CREDENTIAL_PROVIDER: Shape = Shape::Union(&[
    opt("oauthCredentialProvider", &OAUTH),
    opt("apiKeyCredentialProvider", &API_KEY),
    opt("iamCredentialProvider", &IAM),
]);
static CREDENTIAL: Shape =
    Shape::Record(&[req("credentialProviderType", &CREDENTIAL_TYPE), opt("credentialProvider", &CREDENTIAL_PROVIDER)]);
static CREDENTIALS: Shape = list(1, 1, &CREDENTIAL);

static HEADER: Shape = text(1, 100);
static HEADERS: Shape = list(1, 10, &HEADER);
static QUERY_PARAMETER: Shape = text(1, 40);
static QUERY_PARAMETERS: Shape = list(1, 10, &QUERY_PARAMETER);
static METADATA: Shape = Shape::Record(&[
    opt("allowedRequestHeaders", &HEADERS),
    opt("allowedQueryParameters", &QUERY_PARAMETERS),
    opt("allowedResponseHeaders", &HEADERS),
]);

/// What a creation and an update of a target both have.
const SHARED: &[Member] = &[
    opt("name", &NAME),
    opt("description", &DESCRIPTION),
    req("targetConfiguration", &CONFIGURED),
    opt("credentialProviderConfigurations", &CREDENTIALS),
    opt("metadataConfiguration", &METADATA),
    opt("privateEndpoint", &PRIVATE_ENDPOINT),
    opt("certificateConfigurations", &CERTIFICATES),
];

/// The body of CreateGatewayTarget.
pub(super) static CREATE: Shape = Shape::Extended(&[opt("clientToken", &CLIENT_TOKEN)], SHARED);

/// The body of UpdateGatewayTarget.
pub(super) static UPDATE: Shape = Shape::Record(SHARED);

static TARGET_IDS: Shape = list(1, 1, &TARGET_ID);
/// The body of SynchronizeGatewayTargets.
pub(super) static SYNCHRONIZE: Shape = Shape::Record(&[req("targetIdList", &TARGET_IDS)]);

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::CREATE, &super::UPDATE, &super::SYNCHRONIZE] {
            crate::shape::assert_compile(shape);
        }
    }
}
