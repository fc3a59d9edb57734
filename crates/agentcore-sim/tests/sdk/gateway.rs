//! Gateways with their targets, and workload identities.

use aws_sdk_bedrockagentcorecontrol::types::{
    AuthorizerType, GatewayStatus, McpServerTargetConfiguration, McpTargetConfiguration, TargetConfiguration,
    TargetStatus,
};

use crate::world::{ROLE, World, code, until};

fn server(endpoint: &str) -> TargetConfiguration {
    let server = McpServerTargetConfiguration::builder().endpoint(endpoint).build().unwrap();
    TargetConfiguration::Mcp(McpTargetConfiguration::McpServer(server))
}

#[tokio::test]
async fn the_life_of_a_gateway_and_its_target() {
    let world = World::new().await;
    let client = world.control();
    let create = client.create_gateway().name("tools").role_arn(ROLE).authorizer_type(AuthorizerType::AwsIam);
    let created = create.description("first").send().await.unwrap();
    let id = created.gateway_id.as_str();
    let read = || async { client.get_gateway().gateway_identifier(id).send().await.ok() };
    let ready = |found: &Option<aws_sdk_bedrockagentcorecontrol::operation::get_gateway::GetGatewayOutput>| {
        found.as_ref().is_some_and(|found| found.status == GatewayStatus::Ready)
    };
    assert!(until(read, ready).await.unwrap().gateway_url.unwrap().starts_with("https://"));
    let update = client.update_gateway().gateway_identifier(id).name("tools").role_arn(ROLE);
    update.authorizer_type(AuthorizerType::AwsIam).send().await.unwrap();
    let changed = until(read, |found| ready(found) && found.as_ref().is_some_and(|one| one.description.is_none()));
    changed.await;

    let create = client.create_gateway_target().gateway_identifier(id).name("search");
    let target = create.target_configuration(server("https://example.com/mcp")).send().await.unwrap();
    let target = target.target_id.as_str();
    let read = || async { client.get_gateway_target().gateway_identifier(id).target_id(target).send().await.ok() };
    let found = until(read, |found| found.as_ref().is_some_and(|found| found.status == TargetStatus::Ready)).await;
    let Some(TargetConfiguration::Mcp(McpTargetConfiguration::McpServer(found))) = found.unwrap().target_configuration
    else {
        panic!("another target")
    };
    assert_eq!(found.endpoint, "https://example.com/mcp");
    client.delete_gateway_target().gateway_identifier(id).target_id(target).send().await.unwrap();
    let read = || async { code(client.get_gateway_target().gateway_identifier(id).target_id(target).send().await) };
    until(read, |code| code == "ResourceNotFoundException").await;
    client.delete_gateway().gateway_identifier(id).send().await.unwrap();
    let read = || async { code(client.get_gateway().gateway_identifier(id).send().await) };
    until(read, |code| code == "ResourceNotFoundException").await;
}

#[tokio::test]
async fn the_life_of_a_workload_identity() {
    let world = World::new().await;
    let client = world.control();
    let (one, two) = ("https://example.com/one", "https://example.com/two");
    let create = client.create_workload_identity().name("agent");
    create.allowed_resource_oauth2_return_urls(one).send().await.unwrap();
    let read = || async { client.get_workload_identity().name("agent").send().await.ok() };
    let found = until(read, Option::is_some).await.unwrap();
    assert_eq!(found.allowed_resource_oauth2_return_urls(), [one]);
    let update = client.update_workload_identity().name("agent");
    let updated = update.allowed_resource_oauth2_return_urls(two).send().await.unwrap();
    assert_eq!(updated.allowed_resource_oauth2_return_urls(), [two]);
    client.delete_workload_identity().name("agent").send().await.unwrap();
    let gone = client.get_workload_identity().name("agent").send().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception());
}
