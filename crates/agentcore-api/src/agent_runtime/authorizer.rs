//! Who may invoke the agent. The names below `customJWT` are AWS's own, so that settings can be carried over as they are.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{common::Tags, patterns, rules};

/// Who may invoke the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline, extend("x-kubernetes-map-type" = "atomic"))]
pub struct Authorizer {
    /// Callers with a JSON Web Token of an OpenID Connect or OAuth 2.0 identity provider.
    #[serde(rename = "customJWT")]
    pub custom_jwt: CustomJwtAuthorizer,
}

/// Which tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "!has(self.advertisedScopeMapping) || (has(self.allowedScopes) && self.advertisedScopeMapping.all(scope, scope in self.allowedScopes))")
    .message("each key of advertisedScopeMapping must be in allowedScopes"))]
pub struct CustomJwtAuthorizer {
    /// The provider's discovery document, for example
    /// `https://example.com/.well-known/openid-configuration`.
    #[schemars(length(min = 1, max = 2048), regex(pattern = patterns::DISCOVERY_URL))]
    pub discovery_url: String,

    /// Accepted audiences (`aud`), 1 to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 50), inner(length(min = 1, max = 1024)))]
    pub allowed_audience: Vec<String>,

    /// Accepted client ids, 1 to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 50), inner(length(min = 1, max = 1024)))]
    pub allowed_clients: Vec<String>,

    /// Accepted scopes, 1 to 50 of up to 255 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 50), inner(length(min = 1, max = 255), regex(pattern = patterns::SCOPE)))]
    pub allowed_scopes: Vec<String>,

    /// The name under which a scope is advertised to clients, by accepted scope, 1 to 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "scope_mapping_schema")]
    pub advertised_scope_mapping: Option<BTreeMap<String, String>>,

    /// Further claims that a token must have, 1 to 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 20))]
    pub custom_claims: Vec<CustomClaim>,

    /// How AgentCore reaches an identity provider that is not on the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_endpoint: Option<PrivateEndpoint>,

    /// How AgentCore reaches single domains of the identity provider, at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5))]
    pub private_endpoint_overrides: Vec<PrivateEndpointOverride>,

    /// Workloads that may call. AWS documents it only for runtimes that AgentCore Gateway reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_workload_configuration: Option<AllowedWorkloadConfiguration>,
}

fn scope_mapping_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 50,
        "additionalProperties": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": patterns::SCOPE },
    })
}

/// A claim that a token must have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct CustomClaim {
    /// The claim's name, at most 255 characters.
    #[schemars(length(min = 1, max = 255), regex(pattern = patterns::CLAIM_NAME))]
    pub inbound_token_claim_name: String,

    /// `STRING` if the claim is one text, `STRING_ARRAY` if it is a list.
    pub inbound_token_claim_value_type: ClaimValueType,

    /// What the claim is compared with.
    pub authorizing_claim_match_value: AuthorizingClaimMatchValue,
}

/// The type of a claim's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum ClaimValueType {
    /// One text.
    String,
    /// A list of texts.
    StringArray,
}

/// What a claim is compared with, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct AuthorizingClaimMatchValue {
    /// What the claim is compared with.
    pub claim_match_value: ClaimMatchValue,

    /// `EQUALS`, `CONTAINS` or `CONTAINS_ANY`.
    pub claim_match_operator: ClaimMatchOperator,
}

/// One text or several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["matchValueString", "matchValueStringList"]))]
pub struct ClaimMatchValue {
    /// One text of at most 255 letters, digits and `_.-`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = patterns::CLAIM_VALUE))]
    pub match_value_string: Option<String>,

    /// 1 to 50 such texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 50), inner(length(min = 1, max = 255), regex(pattern = patterns::CLAIM_VALUE)))]
    pub match_value_string_list: Vec<String>,
}

/// How a claim is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum ClaimMatchOperator {
    /// The claim is the text.
    Equals,
    /// The claim's list has the text.
    Contains,
    /// The claim's list has one of the texts.
    ContainsAny,
}

/// How AgentCore reaches an identity provider that is not on the internet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
#[x_kube(validation = rules::exactly_one(&["selfManagedLatticeResource", "managedVpcResource"]))]
pub struct PrivateEndpoint {
    /// A VPC Lattice resource configuration of yours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_managed_lattice_resource: Option<SelfManagedLatticeResource>,

    /// A VPC for which AgentCore makes the resource configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_vpc_resource: Option<ManagedVpcResource>,
}

/// A VPC Lattice resource configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct SelfManagedLatticeResource {
    /// Its id or ARN, for example `rcfg-0123456789abcdefg`.
    #[schemars(length(min = 20, max = 2048), regex(pattern = patterns::LATTICE_RESOURCE))]
    pub resource_configuration_identifier: String,
}

/// A VPC through which AgentCore reaches the identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedVpcResource {
    /// The VPC's id.
    #[schemars(length(min = 12, max = 21), regex(pattern = patterns::VPC))]
    pub vpc_identifier: String,

    /// Subnets, at most 16.
    #[schemars(length(max = 16), inner(length(min = 15, max = 24), regex(pattern = patterns::SUBNET)))]
    pub subnet_ids: Vec<String>,

    /// `IPV4` or `IPV6`.
    pub endpoint_ip_address_type: IpAddressType,

    /// Security groups, at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5), inner(length(min = 11, max = 20), regex(pattern = patterns::ENDPOINT_SECURITY_GROUP)))]
    pub security_group_ids: Vec<String>,

    /// Tags of what AgentCore makes in the VPC, at most 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::tags::<50>")]
    #[x_kube(validation = Rule::new("self.all(key, key.size() >= 1 && key.size() <= 128 && key.matches('^[a-zA-Z0-9 ._:/=+@-]*$'))")
        .message("a tag's key must have 1 to 128 letters, digits, spaces and ._:/=+@-"))]
    pub tags: Option<Tags>,

    /// The domain that is routed through the VPC, 3 to 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 3, max = 255))]
    pub routing_domain: Option<String>,
}

/// Versions of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(transform = crate::schema::without_description)]
pub enum IpAddressType {
    /// Version 4.
    Ipv4,
    /// Version 6.
    Ipv6,
}

/// How AgentCore reaches one domain of the identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct PrivateEndpointOverride {
    /// The domain, 1 to 253 characters.
    #[schemars(length(min = 1, max = 253))]
    pub domain: String,

    /// How it is reached.
    pub private_endpoint: PrivateEndpoint,
}

/// Workloads that may call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct AllowedWorkloadConfiguration {
    /// Where callers are hosted, 1 to 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10))]
    pub hosting_environments: Vec<HostingEnvironment>,

    /// Names of callers' workload identities, 1 to 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10), inner(length(min = 3, max = 255), regex(pattern = patterns::CLAIM_VALUE)))]
    pub workload_identities: Vec<String>,
}

/// Where a caller is hosted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct HostingEnvironment {
    /// Its ARN, 20 to 1011 characters.
    #[schemars(length(min = 20, max = 1011))]
    pub arn: String,
}
