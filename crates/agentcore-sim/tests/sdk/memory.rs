//! Memories and their strategies.

use aws_sdk_bedrockagentcorecontrol::types::{
    DeleteMemoryStrategyInput, Memory, MemoryStatus, MemoryStrategyInput, MemoryStrategyStatus, MemoryStrategyType,
    ModifyMemoryStrategies, SemanticMemoryStrategyInput, UserPreferenceMemoryStrategyInput,
};

use crate::world::{ROLE, World, code, until};

fn semantic(name: &str) -> MemoryStrategyInput {
    let strategy = SemanticMemoryStrategyInput::builder().name(name).namespace_templates("facts/{actorId}");
    MemoryStrategyInput::SemanticMemoryStrategy(strategy.build().unwrap())
}

fn at_rest(memory: Option<&Memory>, strategies: usize) -> bool {
    memory.is_some_and(|memory| {
        let active = |status: &Option<MemoryStrategyStatus>| *status == Some(MemoryStrategyStatus::Active);
        let all = memory.strategies();
        memory.status == MemoryStatus::Active
            && all.len() == strategies
            && all.iter().all(|strategy| active(&strategy.status))
    })
}

#[tokio::test]
async fn the_life_of_a_memory_and_its_strategies() {
    let world = World::new().await;
    let client = world.control();
    let create = client.create_memory().name("notes").event_expiry_duration(30).memory_execution_role_arn(ROLE);
    let created = create.memory_strategies(semantic("facts")).send().await.unwrap().memory.unwrap();
    assert_eq!(created.status, MemoryStatus::Creating);
    let id = created.id.as_str();
    let read = || async { client.get_memory().memory_id(id).send().await.ok().and_then(|found| found.memory) };
    let found = until(read, |memory| at_rest(memory.as_ref(), 1)).await.unwrap();
    assert_eq!(found.strategies()[0].r#type, MemoryStrategyType::Semantic);
    assert_eq!(found.strategies()[0].namespace_templates(), ["facts/{actorId}"]);
    assert!(found.created_at.secs() > 1_700_000_000);

    let preferences = UserPreferenceMemoryStrategyInput::builder().name("likes").build().unwrap();
    let more = ModifyMemoryStrategies::builder()
        .add_memory_strategies(MemoryStrategyInput::UserPreferenceMemoryStrategy(preferences))
        .build();
    client.update_memory().memory_id(id).event_expiry_duration(60).memory_strategies(more).send().await.unwrap();
    let found = until(read, |memory| at_rest(memory.as_ref(), 2)).await.unwrap();
    assert_eq!(found.event_expiry_duration, 60);
    let facts = found.strategies().iter().find(|strategy| strategy.name == "facts").unwrap();
    let fewer = DeleteMemoryStrategyInput::builder().memory_strategy_id(&facts.strategy_id).build().unwrap();
    let fewer = ModifyMemoryStrategies::builder().delete_memory_strategies(fewer).build();
    client.update_memory().memory_id(id).memory_strategies(fewer).send().await.unwrap();
    let found = until(read, |memory| at_rest(memory.as_ref(), 1)).await.unwrap();
    assert_eq!(found.strategies()[0].name, "likes");

    let pages = client.list_memories().max_results(1).into_paginator().items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(listed.iter().filter_map(|item| item.id.as_deref()).collect::<Vec<_>>(), [id]);
    client.delete_memory().memory_id(id).send().await.unwrap();
    until(
        || async { code(client.get_memory().memory_id(id).send().await) },
        |code| code == "ResourceNotFoundException",
    )
    .await;
}

#[tokio::test]
async fn errors_of_a_memory_are_those_that_the_sdk_knows() {
    let world = World::new().await;
    let client = world.control();
    let create = || client.create_memory().name("notes").event_expiry_duration(30).send();
    create().await.unwrap();
    // A name that is taken has no reason of its own in the model.
    assert_eq!(code(create().await), "ConflictException");
    let invalid = client.create_memory().name("notes").event_expiry_duration(1).send().await;
    assert!(invalid.unwrap_err().into_service_error().is_validation_exception());
    world.server.with(|sim| {
        let mut settings = sim.settings().clone();
        settings.set("requestQuotas=on").unwrap();
        settings.set("quotas.requestsPerSecond.GetMemory=0").unwrap();
        sim.set_settings(settings);
    });
    let retries = aws_sdk_bedrockagentcorecontrol::config::retry::RetryConfig::disabled();
    let config = aws_sdk_bedrockagentcorecontrol::config::Builder::from(&world.config).retry_config(retries).build();
    let impatient = aws_sdk_bedrockagentcorecontrol::Client::from_conf(config);
    let throttled = impatient.get_memory().memory_id("notes-0123456789").send().await;
    assert!(throttled.unwrap_err().into_service_error().is_throttled_exception());
}
