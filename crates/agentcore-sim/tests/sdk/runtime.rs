//! Agent runtimes and their endpoints.

use aws_sdk_bedrockagentcorecontrol::Client;
use aws_sdk_bedrockagentcorecontrol::types::{
    AgentRuntimeArtifact, AgentRuntimeEndpointStatus, AgentRuntimeStatus, ContainerConfiguration, NetworkConfiguration,
    NetworkMode,
};

use crate::world::{ROLE, World, code, until};

fn artifact(tag: &str) -> AgentRuntimeArtifact {
    let uri = format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:{tag}");
    AgentRuntimeArtifact::ContainerConfiguration(ContainerConfiguration::builder().container_uri(uri).build().unwrap())
}

fn network() -> NetworkConfiguration {
    NetworkConfiguration::builder().network_mode(NetworkMode::Public).build().unwrap()
}

async fn ready(client: &Client, id: &str, version: &str) {
    let read = || async { client.get_agent_runtime().agent_runtime_id(id).send().await.ok() };
    let found = until(read, |found| {
        found
            .as_ref()
            .is_some_and(|found| found.status == AgentRuntimeStatus::Ready && found.agent_runtime_version == version)
    });
    found.await;
}

async fn serves(client: &Client, id: &str, name: &str, version: &str) {
    let read =
        || async { client.get_agent_runtime_endpoint().agent_runtime_id(id).endpoint_name(name).send().await.ok() };
    let found = until(read, |found| {
        found.as_ref().is_some_and(|found| {
            found.status == AgentRuntimeEndpointStatus::Ready && found.live_version.as_deref() == Some(version)
        })
    });
    found.await;
}

#[tokio::test]
async fn the_life_of_a_runtime_and_its_endpoints() {
    let world = World::new().await;
    let client = world.control();
    let create = || {
        client
            .create_agent_runtime()
            .agent_runtime_name("agent")
            .role_arn(ROLE)
            .agent_runtime_artifact(artifact("1"))
            .network_configuration(network())
            .environment_variables("MODE", "fast")
            .tags("team", "a")
            .client_token("0f8fad5b-d9cb-469f-a165-70867728950e")
    };
    let created = create().send().await.unwrap();
    let id = created.agent_runtime_id.as_str();
    assert_eq!(created.agent_runtime_version, "1");
    assert_eq!(create().send().await.unwrap().agent_runtime_id, id, "the token is honoured");
    ready(&client, id, "1").await;
    serves(&client, id, "DEFAULT", "1").await;
    let found = client.get_agent_runtime().agent_runtime_id(id).send().await.unwrap();
    assert_eq!(found.environment_variables.unwrap()["MODE"], "fast");
    assert!(found.created_at.secs() > 1_700_000_000);
    let Some(AgentRuntimeArtifact::ContainerConfiguration(container)) = found.agent_runtime_artifact else {
        panic!("no container")
    };
    assert!(container.container_uri.ends_with("agent:1"));

    let update = client.update_agent_runtime().agent_runtime_id(id).role_arn(ROLE);
    let update = update.agent_runtime_artifact(artifact("2")).network_configuration(network());
    assert_eq!(update.send().await.unwrap().agent_runtime_version, "2");
    ready(&client, id, "2").await;
    serves(&client, id, "DEFAULT", "2").await;

    let canary = client.create_agent_runtime_endpoint().agent_runtime_id(id).name("canary").agent_runtime_version("1");
    canary.send().await.unwrap();
    serves(&client, id, "canary", "1").await;
    let moved = client.update_agent_runtime_endpoint().agent_runtime_id(id).endpoint_name("canary");
    // An endpoint that flaps is in transition for whoever reads it, but takes an update.
    moved.agent_runtime_version("2").send().await.unwrap();
    serves(&client, id, "canary", "2").await;
    let endpoints = client.list_agent_runtime_endpoints().agent_runtime_id(id).max_results(1);
    let pages: Vec<_> = endpoints.into_paginator().send().collect::<Result<_, _>>().await.unwrap();
    let names: Vec<String> =
        pages.iter().flat_map(|page| &page.runtime_endpoints).map(|endpoint| endpoint.name.clone()).collect();
    assert_eq!((pages.len(), names.len()), (2, 2), "{names:?}");

    let tags = client.list_tags_for_resource().resource_arn(&created.agent_runtime_arn).send().await.unwrap();
    assert_eq!(tags.tags.unwrap()["team"], "a");
    client.delete_agent_runtime().agent_runtime_id(id).send().await.unwrap();
    let read = || async { code(client.get_agent_runtime().agent_runtime_id(id).send().await) };
    until(read, |code| code == "ResourceNotFoundException").await;
    assert!(world.server.with(|sim| sim.inventory().is_empty()));
}

#[tokio::test]
async fn errors_of_a_runtime_are_those_that_the_sdk_knows() {
    let world = World::new().await;
    let client = world.control();
    let create = |name: &str| {
        let create = client.create_agent_runtime().agent_runtime_name(name).role_arn(ROLE);
        create.agent_runtime_artifact(artifact("1")).network_configuration(network()).send()
    };
    create("agent").await.unwrap();
    let conflict = create("agent").await.unwrap_err().into_service_error();
    assert!(conflict.is_conflict_exception(), "{conflict:?}");
    let invalid = create("not-a-name").await.unwrap_err().into_service_error();
    assert!(invalid.is_validation_exception(), "{invalid:?}");
    let missing = client.get_agent_runtime().agent_runtime_id("agent-0123456789").send().await;
    assert!(missing.unwrap_err().into_service_error().is_resource_not_found_exception());
}
