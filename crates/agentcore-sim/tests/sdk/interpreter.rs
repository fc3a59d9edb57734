//! Code interpreters.

use aws_sdk_bedrockagentcorecontrol::types::{
    CodeInterpreterNetworkConfiguration, CodeInterpreterNetworkMode, CodeInterpreterStatus, ResourceType,
};

use crate::world::{World, code, until};

#[tokio::test]
async fn the_life_of_a_code_interpreter() {
    let world = World::new().await;
    let client = world.control();
    let sandbox = CodeInterpreterNetworkConfiguration::builder().network_mode(CodeInterpreterNetworkMode::Sandbox);
    let network = sandbox.build();
    let create = client.create_code_interpreter().name("tool").description("runs code").network_configuration(network);
    let created = create.tags("team", "a").send().await.unwrap();
    let id = created.code_interpreter_id.as_str();
    let read = || async { client.get_code_interpreter().code_interpreter_id(id).send().await.ok() };
    let found = until(read, |found| found.as_ref().is_some_and(|found| found.status == CodeInterpreterStatus::Ready));
    let found = found.await.unwrap();
    assert_eq!((found.name.as_str(), found.description.as_deref()), ("tool", Some("runs code")));
    assert_eq!(found.network_configuration.unwrap().network_mode, CodeInterpreterNetworkMode::Sandbox);
    let listed = || async {
        let list = client.list_code_interpreters().r#type(ResourceType::Custom).into_paginator().items().send();
        list.collect::<Result<Vec<_>, _>>().await.unwrap()
    };
    let listed = until(listed, |all| all.len() == 1).await;
    assert_eq!(listed[0].code_interpreter_id, id);

    client.delete_code_interpreter().code_interpreter_id(id).send().await.unwrap();
    let read = || async { code(client.get_code_interpreter().code_interpreter_id(id).send().await) };
    until(read, |code| code == "ResourceNotFoundException").await;
}
