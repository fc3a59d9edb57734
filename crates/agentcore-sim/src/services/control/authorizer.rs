//! How callers of runtimes and gateways are authorized.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::shape::common::{ANY_TEXT, TAGS, WORKLOAD_NAME};
use crate::shape::{MANY, Shape, list, opt, pattern, req, text};

static DISCOVERY_URL: Shape =
    pattern(0, MANY, r"[^\s?#]+/\.well-known/(openid-configuration|oauth-authorization-server)(/[^\s?#]+)?");
static SOME_TEXT: Shape = list(1, MANY, &ANY_TEXT);
static SCOPE: Shape = pattern(1, 255, r"[\x21\x23-\x5B\x5D-\x7E]+");
static SCOPES: Shape = list(1, MANY, &SCOPE);
static SCOPE_MAP: Shape = Shape::Table { min: 1, max: 50, key: &SCOPE, value: &SCOPE };
static CLAIM_NAME: Shape = pattern(1, 255, r"[A-Za-z0-9_.-:]+");
static CLAIM_TYPE: Shape = Shape::Choice(&["STRING", "STRING_ARRAY"]);
static CLAIM_VALUE: Shape = pattern(1, 255, "[A-Za-z0-9_.-]+");
static CLAIM_VALUES: Shape = list(1, MANY, &CLAIM_VALUE);
static CLAIM_MATCH: Shape =
    Shape::Union(&[opt("matchValueString", &CLAIM_VALUE), opt("matchValueStringList", &CLAIM_VALUES)]);
static CLAIM_OPERATOR: Shape = Shape::Choice(&["EQUALS", "CONTAINS", "CONTAINS_ANY"]);
static CLAIM_RULE: Shape =
    Shape::Record(&[req("claimMatchValue", &CLAIM_MATCH), req("claimMatchOperator", &CLAIM_OPERATOR)]);
static CLAIM: Shape = Shape::Record(&[
    req("inboundTokenClaimName", &CLAIM_NAME),
    req("inboundTokenClaimValueType", &CLAIM_TYPE),
    req("authorizingClaimMatchValue", &CLAIM_RULE),
]);
static CLAIMS: Shape = list(1, MANY, &CLAIM);

static LATTICE_ID: Shape = pattern(
    20,
    2048,
    r"((rcfg-[0-9a-z]{17})|(arn:[a-z0-9\-]+:vpc-lattice:[a-zA-Z0-9\-]+:\d{12}:resourceconfiguration/rcfg-[0-9a-z]{17}))",
);
static LATTICE: Shape = Shape::Union(&[opt("resourceConfigurationIdentifier", &LATTICE_ID)]);
static VPC_ID: Shape = pattern(0, MANY, "vpc-(([0-9a-z]{8})|([0-9a-z]{17}))");
static ENDPOINT_SUBNET: Shape = pattern(0, MANY, "subnet-[0-9a-zA-Z]{8,17}");
static ENDPOINT_SUBNETS: Shape = list(0, MANY, &ENDPOINT_SUBNET);
static ENDPOINT_GROUP: Shape = pattern(0, MANY, "sg-(([0-9a-z]{8})|([0-9a-z]{17}))");
static ENDPOINT_GROUPS: Shape = list(0, 5, &ENDPOINT_GROUP);
static ADDRESS_TYPE: Shape = Shape::Choice(&["IPV4", "IPV6"]);
static ROUTING_DOMAIN: Shape = text(3, 255);
static MANAGED_VPC: Shape = Shape::Record(&[
    req("vpcIdentifier", &VPC_ID),
    req("subnetIds", &ENDPOINT_SUBNETS),
    req("endpointIpAddressType", &ADDRESS_TYPE),
    opt("securityGroupIds", &ENDPOINT_GROUPS),
    opt("tags", &TAGS),
    opt("routingDomain", &ROUTING_DOMAIN),
]);
/// A way into a VPC.
pub(super) static PRIVATE_ENDPOINT: Shape =
    Shape::Union(&[opt("selfManagedLatticeResource", &LATTICE), opt("managedVpcResource", &MANAGED_VPC)]);
static DOMAIN: Shape = text(1, 253);
static ENDPOINT_OVERRIDE: Shape = Shape::Record(&[req("domain", &DOMAIN), req("privateEndpoint", &PRIVATE_ENDPOINT)]);
static ENDPOINT_OVERRIDES: Shape = list(0, 5, &ENDPOINT_OVERRIDE);
/// An object in S3.
pub(super) static S3_URI: Shape = pattern(0, MANY, "s3://.{1,2043}");
/// An account.
pub(super) static ACCOUNT: Shape = pattern(0, MANY, "[0-9]{12}");
static CERTIFICATE_S3: Shape = Shape::Record(&[req("uri", &S3_URI), opt("bucketOwnerAccountId", &ACCOUNT)]);
static SECRET_ARN: Shape = pattern(0, MANY, "arn:aws(-[^:]+)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+");
static CERTIFICATE_SECRET: Shape = Shape::Record(&[req("secretArn", &SECRET_ARN)]);
static CERTIFICATE: Shape = Shape::Union(&[opt("s3", &CERTIFICATE_S3), opt("secretsManager", &CERTIFICATE_SECRET)]);
/// The authority that is trusted at the other end of a connection.
pub(super) static CERTIFICATES: Shape = list(1, 1, &CERTIFICATE);
static HOST_ARN: Shape = text(20, 1011);
static HOST: Shape = Shape::Record(&[req("arn", &HOST_ARN)]);
static HOSTS: Shape = list(1, 10, &HOST);
static WORKLOADS: Shape = list(1, 10, &WORKLOAD_NAME);
static ALLOWED_WORKLOADS: Shape =
    Shape::Record(&[opt("hostingEnvironments", &HOSTS), opt("workloadIdentities", &WORKLOADS)]);
static JWT: Shape = Shape::Record(&[
    req("discoveryUrl", &DISCOVERY_URL),
    opt("allowedAudience", &SOME_TEXT),
    opt("allowedClients", &SOME_TEXT),
    opt("allowedScopes", &SCOPES),
    opt("advertisedScopeMapping", &SCOPE_MAP),
    opt("customClaims", &CLAIMS),
    opt("privateEndpoint", &PRIVATE_ENDPOINT),
    opt("privateEndpointOverrides", &ENDPOINT_OVERRIDES),
    opt("certificateConfigurations", &CERTIFICATES),
    opt("allowedWorkloadConfiguration", &ALLOWED_WORKLOADS),
]);
/// How callers are authorized.
pub(super) static AUTHORIZER: Shape = Shape::Union(&[opt("customJWTAuthorizer", &JWT)]);

/// Refuses what is well formed and yet makes no sense.
pub(super) fn check(body: &Map<String, Value>) -> Result<(), Failure> {
    let jwt = body.get("authorizerConfiguration").and_then(|authorizer| authorizer.get("customJWTAuthorizer"));
    let Some(jwt) = jwt else { return Ok(()) };
    let scopes: Vec<&Value> = jwt.get("allowedScopes").and_then(Value::as_array).into_iter().flatten().collect();
    let advertised = jwt.get("advertisedScopeMapping").and_then(Value::as_object).into_iter().flatten();
    for (scope, _) in advertised {
        if !scopes.iter().any(|allowed| allowed.as_str() == Some(scope)) {
            return Err(Failure::field("authorizerConfiguration", format!("The scope {scope} is not an allowed one")));
        }
    }
    if jwt.get("certificateConfigurations").is_some() && jwt.get("privateEndpoint").is_none() {
        return Err(Failure::field("authorizerConfiguration", "Certificates can be set with a private endpoint only"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::AUTHORIZER);
    }
}
