//! UpdateMemory: strategies by their changes, keys, stream.

use serde_json::{Value, json};

use crate::world::{ROLE, World, semantic, with};

fn strategies(world: &mut World, id: &str) -> Value {
    world.get(&format!("/memories/{id}/details")).good(200).at("memory/strategies").clone()
}

fn update(world: &mut World, id: &str, body: &Value) -> crate::world::Answer {
    world.call("PUT", &format!("/memories/{id}/update"), body)
}

#[test]
fn strategies_are_added_modified_and_deleted_at_once() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([semantic("one"), semantic("two")]));
    let before = strategies(&mut world, &id);
    let body = json!({"memoryStrategies": {
        "addMemoryStrategies": [{"summaryMemoryStrategy": {"name": "one"}}],
        "modifyMemoryStrategies": [{"memoryStrategyId": before[1]["strategyId"], "description": "New",
            "namespaceTemplates": ["/new/"], "recordExpirySpecification": {"recordExpiryDurationDays": 40}}],
        "deleteMemoryStrategies": [{"memoryStrategyId": before[0]["strategyId"]}],
    }});
    let updated = update(&mut world, &id, &body).good(202);
    assert_eq!(updated.text("memory/status"), "UPDATING");
    let states: Vec<&Value> =
        updated.at("memory/strategies").as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(states, ["DELETING", "ACTIVE", "CREATING"]);
    let after = strategies(&mut world, &id);
    assert_eq!(after.as_array().unwrap().len(), 2);
    assert_eq!(after[0]["namespaces"], json!(["/new/"]));
    assert_eq!((&after[0]["description"], &after[0]["recordExpiryDurationDays"]), (&json!("New"), &json!(40)));
    assert_eq!(after[1]["type"], "SUMMARIZATION");

    let remove = json!({"memoryStrategies": {"modifyMemoryStrategies": [
        {"memoryStrategyId": after[0]["strategyId"], "recordExpirySpecification": {"action": "REMOVE"}}]}});
    update(&mut world, &id, &remove).good(202);
    let after = strategies(&mut world, &id);
    assert_eq!(after[0].get("recordExpiryDurationDays"), None);
    // What a modification leaves out stays.
    assert_eq!(after[0]["description"], "New");
}

#[test]
fn the_configuration_must_be_that_of_the_strategy() {
    let mut world = World::new();
    let prompt = json!({"appendToPrompt": "Be brief", "modelId": "model"});
    let custom = json!({"customMemoryStrategy": {"name": "custom", "configuration": {"semanticOverride": {"extraction": prompt}}}});
    let id = world.create_memory("notes", &json!([semantic("plain"), custom]));
    let shown = strategies(&mut world, &id);
    let mut modify = |at: usize, configuration: Value| {
        let body = json!({"memoryStrategies": {"modifyMemoryStrategies": [
            {"memoryStrategyId": shown[at]["strategyId"], "configuration": configuration}]}});
        update(&mut world, &id, &body)
    };
    let consolidation = |sort: &str| json!({"consolidation": {"customConsolidationConfiguration": {sort: prompt}}});
    modify(0, consolidation("semanticConsolidationOverride")).bad(400, "ValidationException");
    modify(1, consolidation("summaryConsolidationOverride")).bad(400, "ValidationException");
    modify(1, consolidation("semanticConsolidationOverride")).good(202);
    let after = strategies(&mut world, &id);
    assert_eq!(after[1]["configuration"]["extraction"], shown[1]["configuration"]["extraction"]);
    assert_eq!(
        after[1]["configuration"]["consolidation"],
        consolidation("semanticConsolidationOverride")["consolidation"]
    );
}

#[test]
fn a_self_managed_strategy_keeps_its_form() {
    let mut world = World::new();
    let invocation =
        json!({"topicArn": "arn:aws:sns:us-east-1:123456789012:topic", "payloadDeliveryBucketName": "bucket"});
    let given = json!({"customMemoryStrategy": {"name": "hands", "configuration": {
        "selfManagedConfiguration": {"invocationConfiguration": invocation}}}});
    let with_namespaces =
        json!({"customMemoryStrategy": with(given["customMemoryStrategy"].clone(), "namespaces", json!(["/a/"]))});
    let body = crate::world::memory("refused", &json!([with_namespaces]));
    world.call("POST", "/memories/create", &body).bad(400, "ValidationException");
    let id = world.create_memory("notes", &json!([given]));
    let shown = strategies(&mut world, &id);
    let mut modify = |member: &str, value: Value| {
        let change = with(json!({"memoryStrategyId": shown[0]["strategyId"]}), member, value);
        update(&mut world, &id, &json!({"memoryStrategies": {"modifyMemoryStrategies": [change]}}))
    };
    modify("namespaceTemplates", json!(["/a/"])).bad(400, "ValidationException");
    let change =
        json!({"selfManagedConfiguration": {"invocationConfiguration": {"payloadDeliveryBucketName": "other"}}});
    modify("configuration", change).good(202);
    let after = &strategies(&mut world, &id)[0]["configuration"]["selfManagedConfiguration"];
    assert_eq!(after["invocationConfiguration"], with(invocation, "payloadDeliveryBucketName", "other"));
}

#[test]
fn what_does_not_exist_cannot_be_changed() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let delete = json!({"memoryStrategies": {"deleteMemoryStrategies": [{"memoryStrategyId": "none-0123456789"}]}});
    let refused = update(&mut world, &id, &delete).bad(400, "ValidationException");
    assert!(refused.text("message").contains("Cannot delete non-existent memory strategies"));
    let modify = json!({"memoryStrategies": {"modifyMemoryStrategies": [{"memoryStrategyId": "none-0123456789"}]}});
    update(&mut world, &id, &modify).bad(400, "ValidationException");
    update(&mut world, "notes-0123456789", &json!({})).bad(404, "ResourceNotFoundException");
}

#[test]
fn a_custom_strategy_is_added_with_the_role_only() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let prompt = json!({"appendToPrompt": "Be brief", "modelId": "model"});
    let body = json!({"memoryStrategies": {"addMemoryStrategies": [
        {"customMemoryStrategy": {"name": "custom", "configuration": {"semanticOverride": {"extraction": prompt}}}}]}});
    update(&mut world, &id, &body).bad(400, "ValidationException");
    update(&mut world, &id, &with(body, "memoryExecutionRoleArn", ROLE)).good(202);
}

#[test]
fn keys_grow_or_are_replaced() {
    let mut world = World::new();
    let strategy = json!([{"semanticMemoryStrategy": {"name": "a", "namespaces": ["/{tenant}/"]}}]);
    let body = with(crate::world::memory("notes", &strategy), "namespaceKeys", json!([{"key": "tenant"}]));
    let body = with(body, "indexedKeys", json!([{"key": "one", "type": "STRING"}]));
    let id = world.call("POST", "/memories/create", &body).good(202).text("memory/id");
    let two = json!([{"key": "two", "type": "NUMBER"}]);
    update(&mut world, &id, &json!({"addIndexedKeys": two})).good(202);
    update(&mut world, &id, &json!({"addIndexedKeys": two})).bad(400, "ValidationException");
    update(&mut world, &id, &json!({"namespaceKeys": [{"key": "other"}]})).bad(400, "ValidationException");
    update(&mut world, &id, &json!({"namespaceKeys": [{"key": "tenant"}, {"key": "other"}]})).good(202);
    let read = world.get(&format!("/memories/{id}/details")).good(200);
    assert_eq!(read.at("memory/indexedKeys").as_array().unwrap().len(), 2);
    assert_eq!(read.at("memory/namespaceKeys/1/key"), "other");
}
