//! The authorizer, both ways.

use agentcore_api::agent_runtime::{
    AllowedWorkloadConfiguration, Authorizer, AuthorizingClaimMatchValue, ClaimMatchOperator, ClaimMatchValue,
    ClaimValueType, CustomClaim, CustomJwtAuthorizer, HostingEnvironment, IpAddressType, ManagedVpcResource,
    PrivateEndpoint, PrivateEndpointOverride, SelfManagedLatticeResource,
};
use agentcore_engine::fault::Fault;
use aws_sdk_bedrockagentcorecontrol::types;

use super::refused;

/// From the spec's words to the SDK's.
pub(super) fn to_sdk(
    operation: &'static str,
    authorizer: &Authorizer,
) -> Result<types::AuthorizerConfiguration, Fault> {
    let Authorizer {
        custom_jwt:
            CustomJwtAuthorizer {
                discovery_url,
                allowed_audience,
                allowed_clients,
                allowed_scopes,
                advertised_scope_mapping,
                custom_claims,
                private_endpoint,
                private_endpoint_overrides,
                allowed_workload_configuration,
            },
    } = authorizer;
    let claims: Vec<_> = custom_claims.iter().map(|one| claim(operation, one)).collect::<Result<_, _>>()?;
    let overrides: Vec<_> =
        private_endpoint_overrides.iter().map(|one| endpoint_override(operation, one)).collect::<Result<_, _>>()?;
    types::CustomJwtAuthorizerConfiguration::builder()
        .discovery_url(discovery_url)
        .set_allowed_audience(some(allowed_audience))
        .set_allowed_clients(some(allowed_clients))
        .set_allowed_scopes(some(allowed_scopes))
        .set_advertised_scope_mapping(
            advertised_scope_mapping.as_ref().map(|mapping| mapping.clone().into_iter().collect()),
        )
        .set_custom_claims(some(&claims))
        .set_private_endpoint(private_endpoint.as_ref().map(|one| endpoint(operation, one)).transpose()?)
        .set_private_endpoint_overrides(some(&overrides))
        .set_allowed_workload_configuration(
            allowed_workload_configuration.as_ref().map(|one| workloads(operation, one)).transpose()?,
        )
        .build()
        .map(types::AuthorizerConfiguration::CustomJwtAuthorizer)
        .map_err(|error| refused(operation, &error))
}

/// A list that says something: AWS takes no empty one.
fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    Some(list.to_vec()).filter(|list| !list.is_empty())
}

fn claim(operation: &'static str, claim: &CustomClaim) -> Result<types::CustomClaimValidationType, Fault> {
    let CustomClaim {
        inbound_token_claim_name,
        inbound_token_claim_value_type,
        authorizing_claim_match_value: AuthorizingClaimMatchValue { claim_match_value, claim_match_operator },
    } = claim;
    let ClaimMatchValue { match_value_string, match_value_string_list } = claim_match_value;
    let value = match match_value_string {
        Some(text) => types::ClaimMatchValueType::MatchValueString(text.clone()),
        None => types::ClaimMatchValueType::MatchValueStringList(match_value_string_list.clone()),
    };
    let operator = match claim_match_operator {
        ClaimMatchOperator::Equals => types::ClaimMatchOperatorType::Equals,
        ClaimMatchOperator::Contains => types::ClaimMatchOperatorType::Contains,
        ClaimMatchOperator::ContainsAny => types::ClaimMatchOperatorType::ContainsAny,
    };
    let type_ = match inbound_token_claim_value_type {
        ClaimValueType::String => types::InboundTokenClaimValueType::String,
        ClaimValueType::StringArray => types::InboundTokenClaimValueType::StringArray,
    };
    let matched = types::AuthorizingClaimMatchValueType::builder()
        .claim_match_value(value)
        .claim_match_operator(operator)
        .build()
        .map_err(|error| refused(operation, &error))?;
    types::CustomClaimValidationType::builder()
        .inbound_token_claim_name(inbound_token_claim_name)
        .inbound_token_claim_value_type(type_)
        .authorizing_claim_match_value(matched)
        .build()
        .map_err(|error| refused(operation, &error))
}

fn endpoint(operation: &'static str, endpoint: &PrivateEndpoint) -> Result<types::PrivateEndpoint, Fault> {
    let PrivateEndpoint { self_managed_lattice_resource, managed_vpc_resource } = endpoint;
    if let Some(SelfManagedLatticeResource { resource_configuration_identifier }) = self_managed_lattice_resource {
        return Ok(types::PrivateEndpoint::SelfManagedLatticeResource(
            types::SelfManagedLatticeResource::ResourceConfigurationIdentifier(
                resource_configuration_identifier.clone(),
            ),
        ));
    }
    let Some(ManagedVpcResource {
        vpc_identifier,
        subnet_ids,
        endpoint_ip_address_type,
        security_group_ids,
        tags,
        routing_domain,
    }) = managed_vpc_resource
    else {
        return Err(refused(operation, "a private endpoint of the authorizer has no resource: give it one"));
    };
    let address = match endpoint_ip_address_type {
        IpAddressType::Ipv4 => types::EndpointIpAddressType::Ipv4,
        IpAddressType::Ipv6 => types::EndpointIpAddressType::Ipv6,
    };
    types::ManagedVpcResource::builder()
        .vpc_identifier(vpc_identifier)
        .set_subnet_ids(Some(subnet_ids.clone()))
        .endpoint_ip_address_type(address)
        .set_security_group_ids(some(security_group_ids))
        .set_tags(tags.as_ref().map(|tags| tags.clone().into_iter().collect()))
        .set_routing_domain(routing_domain.clone())
        .build()
        .map(types::PrivateEndpoint::ManagedVpcResource)
        .map_err(|error| refused(operation, &error))
}

fn endpoint_override(
    operation: &'static str,
    one: &PrivateEndpointOverride,
) -> Result<types::PrivateEndpointOverride, Fault> {
    let PrivateEndpointOverride { domain, private_endpoint } = one;
    types::PrivateEndpointOverride::builder()
        .domain(domain)
        .private_endpoint(endpoint(operation, private_endpoint)?)
        .build()
        .map_err(|error| refused(operation, &error))
}

fn workloads(
    operation: &'static str,
    workloads: &AllowedWorkloadConfiguration,
) -> Result<types::AllowedWorkloadConfiguration, Fault> {
    let AllowedWorkloadConfiguration { hosting_environments, workload_identities } = workloads;
    let environments: Vec<_> = hosting_environments
        .iter()
        .map(|HostingEnvironment { arn }| types::HostingEnvironment::builder().arn(arn).build())
        .collect::<Result<_, _>>()
        .map_err(|error| refused(operation, &error))?;
    Ok(types::AllowedWorkloadConfiguration::builder()
        .set_hosting_environments(some(&environments))
        .set_workload_identities(some(workload_identities))
        .build())
}

/// From the SDK's words to the spec's.
pub(super) fn from_sdk(authorizer: types::AuthorizerConfiguration) -> Option<Authorizer> {
    let types::AuthorizerConfiguration::CustomJwtAuthorizer(jwt) = authorizer else { return None };
    let overrides = jwt.private_endpoint_overrides.unwrap_or_default();
    Some(Authorizer {
        custom_jwt: CustomJwtAuthorizer {
            discovery_url: jwt.discovery_url,
            allowed_audience: jwt.allowed_audience.unwrap_or_default(),
            allowed_clients: jwt.allowed_clients.unwrap_or_default(),
            allowed_scopes: jwt.allowed_scopes.unwrap_or_default(),
            advertised_scope_mapping: jwt
                .advertised_scope_mapping
                .filter(|mapping| !mapping.is_empty())
                .map(|mapping| mapping.into_iter().collect()),
            custom_claims: jwt.custom_claims.unwrap_or_default().into_iter().filter_map(claim_from_sdk).collect(),
            private_endpoint: jwt.private_endpoint.and_then(endpoint_from_sdk),
            private_endpoint_overrides: overrides
                .into_iter()
                .filter_map(|one| {
                    let private_endpoint = endpoint_from_sdk(one.private_endpoint?)?;
                    Some(PrivateEndpointOverride { domain: one.domain, private_endpoint })
                })
                .collect(),
            allowed_workload_configuration: jwt.allowed_workload_configuration.map(workloads_from_sdk),
        },
    })
}

fn claim_from_sdk(claim: types::CustomClaimValidationType) -> Option<CustomClaim> {
    let matched = claim.authorizing_claim_match_value?;
    let none = ClaimMatchValue { match_value_string: None, match_value_string_list: Vec::new() };
    Some(CustomClaim {
        inbound_token_claim_name: claim.inbound_token_claim_name,
        inbound_token_claim_value_type: match claim.inbound_token_claim_value_type {
            types::InboundTokenClaimValueType::String => ClaimValueType::String,
            types::InboundTokenClaimValueType::StringArray => ClaimValueType::StringArray,
            _ => return None,
        },
        authorizing_claim_match_value: AuthorizingClaimMatchValue {
            claim_match_value: match matched.claim_match_value? {
                types::ClaimMatchValueType::MatchValueString(text) => {
                    ClaimMatchValue { match_value_string: Some(text), ..none }
                }
                types::ClaimMatchValueType::MatchValueStringList(texts) => {
                    ClaimMatchValue { match_value_string_list: texts, ..none }
                }
                _ => return None,
            },
            claim_match_operator: match matched.claim_match_operator {
                types::ClaimMatchOperatorType::Equals => ClaimMatchOperator::Equals,
                types::ClaimMatchOperatorType::Contains => ClaimMatchOperator::Contains,
                types::ClaimMatchOperatorType::ContainsAny => ClaimMatchOperator::ContainsAny,
                _ => return None,
            },
        },
    })
}

fn endpoint_from_sdk(endpoint: types::PrivateEndpoint) -> Option<PrivateEndpoint> {
    match endpoint {
        types::PrivateEndpoint::SelfManagedLatticeResource(
            types::SelfManagedLatticeResource::ResourceConfigurationIdentifier(resource_configuration_identifier),
        ) => Some(PrivateEndpoint {
            self_managed_lattice_resource: Some(SelfManagedLatticeResource { resource_configuration_identifier }),
            managed_vpc_resource: None,
        }),
        types::PrivateEndpoint::ManagedVpcResource(vpc) => Some(PrivateEndpoint {
            self_managed_lattice_resource: None,
            managed_vpc_resource: Some(ManagedVpcResource {
                vpc_identifier: vpc.vpc_identifier,
                subnet_ids: vpc.subnet_ids,
                endpoint_ip_address_type: match vpc.endpoint_ip_address_type {
                    types::EndpointIpAddressType::Ipv4 => IpAddressType::Ipv4,
                    types::EndpointIpAddressType::Ipv6 => IpAddressType::Ipv6,
                    _ => return None,
                },
                security_group_ids: vpc.security_group_ids.unwrap_or_default(),
                tags: vpc.tags.filter(|tags| !tags.is_empty()).map(|tags| tags.into_iter().collect()),
                routing_domain: vpc.routing_domain,
            }),
        }),
        _ => None,
    }
}

fn workloads_from_sdk(workloads: types::AllowedWorkloadConfiguration) -> AllowedWorkloadConfiguration {
    let environments = workloads.hosting_environments.unwrap_or_default();
    AllowedWorkloadConfiguration {
        hosting_environments: environments.into_iter().map(|one| HostingEnvironment { arn: one.arn }).collect(),
        workload_identities: workloads.workload_identities.unwrap_or_default(),
    }
}
