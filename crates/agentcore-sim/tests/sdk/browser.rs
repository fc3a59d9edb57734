//! Browsers and their profiles.

use aws_sdk_bedrockagentcorecontrol::types::{
    BrowserNetworkConfiguration, BrowserNetworkMode, BrowserProfileStatus, BrowserStatus, ResourceType,
};

use crate::world::{World, code, until};

#[tokio::test]
async fn the_life_of_a_browser() {
    let world = World::new().await;
    let client = world.control();
    let network = BrowserNetworkConfiguration::builder().network_mode(BrowserNetworkMode::Public).build();
    let create = client.create_browser().name("window").description("looks around").network_configuration(network);
    let created = create.tags("team", "a").send().await.unwrap();
    let id = created.browser_id.as_str();
    let read = || async { client.get_browser().browser_id(id).send().await.ok() };
    let found = until(read, |found| found.as_ref().is_some_and(|found| found.status == BrowserStatus::Ready)).await;
    assert_eq!(found.unwrap().description.as_deref(), Some("looks around"));
    let listed = || async {
        let list = client.list_browsers().r#type(ResourceType::Custom).into_paginator().items().send();
        list.collect::<Result<Vec<_>, _>>().await.unwrap()
    };
    assert_eq!(until(listed, |all| all.len() == 1).await[0].browser_id, id);
    let tags = client.list_tags_for_resource().resource_arn(&created.browser_arn).send().await.unwrap();
    assert_eq!(tags.tags.unwrap()["team"], "a");
    client.delete_browser().browser_id(id).send().await.unwrap();
    let read = || async { code(client.get_browser().browser_id(id).send().await) };
    until(read, |code| code == "ResourceNotFoundException").await;
}

#[tokio::test]
async fn the_life_of_a_browser_profile() {
    let world = World::new().await;
    let client = world.control();
    let created = client.create_browser_profile().name("cookies").send().await.unwrap();
    assert_eq!(created.status, BrowserProfileStatus::Ready);
    let id = created.profile_id.as_str();
    let read = || async { client.get_browser_profile().profile_id(id).send().await.ok() };
    assert_eq!(until(read, Option::is_some).await.unwrap().name, "cookies");
    client.delete_browser_profile().profile_id(id).send().await.unwrap();
    let read = || async { code(client.get_browser_profile().profile_id(id).send().await) };
    until(read, |code| code == "ResourceNotFoundException").await;
}
