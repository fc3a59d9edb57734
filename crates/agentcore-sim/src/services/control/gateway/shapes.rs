//! What the requests about gateways look like.

use crate::services::control::authorizer::AUTHORIZER;
use crate::shape::common::{ANY_TEXT, CLIENT_TOKEN, FLAG, LAMBDA, ROLE, TAGS};
use crate::shape::{MANY, Member, Shape, list, opt, pattern, req, text, whole};

static NAME: Shape = pattern(0, MANY, "([0-9a-zA-Z][-]?){1,48}");
static DESCRIPTION: Shape = text(1, 200);
static PROTOCOL_TYPE: Shape = Shape::Choice(&["MCP"]);
static VERSIONS: Shape = list(0, MANY, &ANY_TEXT);
static INSTRUCTIONS: Shape = text(1, 2048);
static SEARCH: Shape = Shape::Choice(&["SEMANTIC"]);
static SESSION_SECONDS: Shape = whole(900, 28_800);
static SESSION: Shape = Shape::Record(&[opt("sessionTimeoutInSeconds", &SESSION_SECONDS)]);
static STREAMING: Shape = Shape::Record(&[opt("enableResponseStreaming", &FLAG)]);
static MCP: Shape = Shape::Record(&[
    opt("supportedVersions", &VERSIONS),
    opt("instructions", &INSTRUCTIONS),
    opt("searchType", &SEARCH),
    opt("sessionConfiguration", &SESSION),
    opt("streamingConfiguration", &STREAMING),
    opt("disableMcpListToolsPagination", &FLAG),
]);
static PROTOCOL: Shape = Shape::Union(&[opt("mcp", &MCP)]);
static AUTHORIZER_TYPE: Shape = Shape::Choice(&["CUSTOM_JWT", "AWS_IAM", "NONE", "AUTHENTICATE_ONLY"]);
static KEY: Shape = pattern(1, 2048, "arn:aws(|-cn|-us-gov):kms:[a-zA-Z0-9-]*:[0-9]{12}:key/[a-zA-Z0-9-]{36}");

static INTERCEPTOR_LAMBDA: Shape = Shape::Record(&[req("arn", &LAMBDA)]);
static INTERCEPTOR: Shape = Shape::Union(&[opt("lambda", &INTERCEPTOR_LAMBDA)]);
static POINT: Shape = Shape::Choice(&["REQUEST", "RESPONSE"]);
static POINTS: Shape = list(1, 2, &POINT);
static EXCLUDED_FIELD: Shape = Shape::Choice(&["RESPONSE_BODY"]);
static EXCLUDED: Shape = Shape::Union(&[opt("field", &EXCLUDED_FIELD)]);
static EXCLUDED_LIST: Shape = list(1, 1, &EXCLUDED);
static PAYLOAD_FILTER: Shape = Shape::Record(&[req("exclude", &EXCLUDED_LIST)]);
static INTERCEPTOR_INPUT: Shape =
    Shape::Record(&[req("passRequestHeaders", &FLAG), opt("payloadFilter", &PAYLOAD_FILTER)]);
static INTERCEPTION: Shape = Shape::Record(&[
    req("interceptor", &INTERCEPTOR),
    req("interceptionPoints", &POINTS),
    opt("inputConfiguration", &INTERCEPTOR_INPUT),
]);
static INTERCEPTIONS: Shape = list(1, 2, &INTERCEPTION);

static ENGINE_ARN: Shape = pattern(
    1,
    170,
    r"arn:aws(-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:policy-engine\/[a-zA-Z][a-zA-Z0-9-_]{0,99}-[a-zA-Z0-9_]{10}",
);
static ENGINE_MODE: Shape = Shape::Choice(&["LOG_ONLY", "ENFORCE"]);
static ENGINE: Shape = Shape::Record(&[req("arn", &ENGINE_ARN), req("mode", &ENGINE_MODE)]);
static EXCEPTION_LEVEL: Shape = Shape::Choice(&["DEBUG"]);
static DOMAIN: Shape = pattern(
    1,
    253,
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(?:\.(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?))+",
);
static DOMAINS: Shape = list(1, 10, &DOMAIN);
static DOMAIN_OVERRIDE: Shape = Shape::Record(&[req("default", &DOMAIN), opt("alternateDomains", &DOMAINS)]);
static TRANSFORM_LAMBDA: Shape = Shape::Record(&[opt("arn", &LAMBDA)]);
static TRANSFORM: Shape = Shape::Record(&[opt("lambda", &TRANSFORM_LAMBDA)]);
static WAF_MODE: Shape = Shape::Choice(&["FAIL_CLOSE", "FAIL_OPEN"]);
static WAF: Shape = Shape::Record(&[opt("failureMode", &WAF_MODE)]);

/// What a creation and an update of a gateway both have.
const SHARED: &[Member] = &[
    req("name", &NAME),
    opt("description", &DESCRIPTION),
    req("roleArn", &ROLE),
    opt("protocolType", &PROTOCOL_TYPE),
    opt("protocolConfiguration", &PROTOCOL),
    req("authorizerType", &AUTHORIZER_TYPE),
    opt("authorizerConfiguration", &AUTHORIZER),
    opt("kmsKeyArn", &KEY),
    opt("interceptorConfigurations", &INTERCEPTIONS),
    opt("policyEngineConfiguration", &ENGINE),
    opt("exceptionLevel", &EXCEPTION_LEVEL),
    opt("domainOverride", &DOMAIN_OVERRIDE),
];

/// The body of CreateGateway.
pub(super) static CREATE: Shape = Shape::Extended(&[opt("clientToken", &CLIENT_TOKEN), opt("tags", &TAGS)], SHARED);

/// The body of UpdateGateway. Only here can requests be transformed and the firewall be told what to do.
pub(super) static UPDATE: Shape =
    Shape::Extended(&[opt("customTransformConfiguration", &TRANSFORM), opt("wafConfiguration", &WAF)], SHARED);

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::CREATE, &super::UPDATE] {
            crate::shape::assert_compile(shape);
        }
    }
}
