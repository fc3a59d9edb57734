//! Memories: what is returned, strategies of all sorts, refusals.

use serde_json::{Value, json};

use crate::world::{World, memory, semantic, with};

/// Where records go by default.
const DEFAULT: &str = "/strategies/{memoryStrategyId}/actors/{actorId}/";

#[test]
fn a_memory_is_created_and_read() {
    let mut world = World::new();
    let body = with(memory("notes", &json!([semantic("facts")])), "tags", json!({"team": "a"}));
    let created = world.call("POST", "/memories/create", &body).good(202);
    assert_eq!(created.text("memory/status"), "CREATING");
    assert_eq!(created.text("memory/strategies/0/status"), "CREATING");
    let id = created.text("memory/id");
    let read = world.get(&format!("/memories/{id}/details?view=without_decryption")).good(200);
    assert_eq!(read.text("memory/status"), "ACTIVE");
    assert_eq!(read.text("memory/name"), "notes");
    assert_eq!(read.at("memory/createdAt"), &json!(1_800_000_000.0));
    assert_eq!(read.text("memory/strategies/0/status"), "ACTIVE");
    assert_eq!(read.text("memory/strategies/0/type"), "SEMANTIC");
    assert_eq!(read.at("memory/strategies/0/namespaces"), &json!([DEFAULT]));
    assert_eq!(read.at("memory/strategies/0/namespaceTemplates"), &json!([DEFAULT]));
    assert!(read.text("memory/strategies/0/strategyId").starts_with("facts-"));
    assert_eq!(read.at("memory/tags"), &Value::Null);

    let listed = world.call("POST", "/memories/", &Value::Null).good(200);
    assert_eq!(listed.text("memories/0/id"), id);
    assert_eq!(listed.at("memories/0/name"), &Value::Null);
    assert_eq!(world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202).text("memoryId"), id);
    world.get(&format!("/memories/{id}/details")).bad(404, "ResourceNotFoundException");
}

#[test]
fn strategies_are_shown_in_the_form_of_answers() {
    let mut world = World::new();
    let prompt = json!({"appendToPrompt": "Be brief", "modelId": "model"});
    let own = json!(["/own/{actorId}/"]);
    let strategies = json!([
        {"summaryMemoryStrategy": {"name": "summary", "namespaces": own}},
        {"userPreferenceMemoryStrategy": {"name": "likes", "recordExpirySpecification": {"recordExpiryDurationDays": 31}}},
        {"episodicMemoryStrategy": {"name": "episodes", "namespaceTemplates": own}},
        {"customMemoryStrategy": {"name": "custom", "configuration": {"userPreferenceOverride": {"extraction": prompt, "consolidation": prompt}}}},
        {"customMemoryStrategy": {"name": "deep", "configuration": {"episodicOverride": {"reflection": prompt}}}},
        {"customMemoryStrategy": {"name": "hands", "configuration": {"selfManagedConfiguration": {
            "invocationConfiguration": {"topicArn": "arn:aws:sns:us-east-1:123456789012:topic", "payloadDeliveryBucketName": "bucket"}}}}},
    ]);
    let id = world.create_memory("notes", &strategies);
    let read = world.get(&format!("/memories/{id}/details")).good(200);
    let shown = read.at("memory/strategies");
    assert_eq!(shown[0]["type"], "SUMMARIZATION");
    assert_eq!((&shown[0]["namespaces"], &shown[0]["namespaceTemplates"]), (&own, &own));
    assert_eq!(shown[0].get("configuration"), None);
    assert_eq!(shown[1]["type"], "USER_PREFERENCE");
    assert_eq!(shown[1]["recordExpiryDurationDays"], 31);
    assert_eq!(shown[2]["configuration"]["reflection"]["episodicReflectionConfiguration"]["namespaceTemplates"], own);
    assert_eq!(shown[3]["type"], "CUSTOM");
    let configuration = &shown[3]["configuration"];
    assert_eq!(configuration["type"], "USER_PREFERENCE_OVERRIDE");
    assert_eq!(
        configuration["extraction"],
        json!({"customExtractionConfiguration": {"userPreferenceExtractionOverride": prompt}})
    );
    assert_eq!(
        configuration["consolidation"],
        json!({"customConsolidationConfiguration": {"userPreferenceConsolidationOverride": prompt}})
    );
    let reflection = &shown[4]["configuration"]["reflection"]["customReflectionConfiguration"];
    assert_eq!(reflection["episodicReflectionOverride"]["namespaces"], json!([DEFAULT]));
    assert_eq!(shown[5]["configuration"]["type"], "SELF_MANAGED");
    assert_eq!(shown[5]["namespaces"], json!([DEFAULT]));
    assert_eq!(shown[5]["configuration"]["selfManagedConfiguration"]["historicalContextWindowSize"], 4);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut world = World::new();
    let mut refused = |body: &Value| {
        world.call("POST", "/memories/create", body).bad(400, "ValidationException");
    };
    let seven: Vec<Value> = (0..7).map(|at| semantic(&format!("s{at}"))).collect();
    refused(&memory("notes", &json!(seven)));
    refused(&memory("notes", &json!([semantic("same"), semantic("same")])));
    refused(&memory("notes", &json!([{"semanticMemoryStrategy": {"name": "a", "namespaces": ["/{tenant}/"]}}])));
    refused(&memory("notes", &json!([{"semanticMemoryStrategy": {"name": "a", "namespaces": ["/a/", "/b/"]}}])));
    refused(&memory(
        "notes",
        &json!([{"semanticMemoryStrategy": {"name": "a", "namespaces": ["/a/"], "namespaceTemplates": ["/b/"]}}]),
    ));
    refused(&memory("notes", &json!([{"customMemoryStrategy": {"name": "a"}}])));
    refused(&memory(
        "notes",
        &json!([{"semanticMemoryStrategy": {"name": "a", "recordExpirySpecification": {"action": "REMOVE"}}}]),
    ));
    let without_role = json!({"name": "notes", "eventExpiryDuration": 30, "memoryStrategies": [{"customMemoryStrategy": {
        "name": "a", "configuration": {"summaryOverride": {"consolidation": {"appendToPrompt": "x", "modelId": "m"}}}}}]});
    refused(&without_role);
    refused(&with(memory("notes", &json!([])), "eventExpiryDuration", 2));
    refused(&with(
        memory("notes", &json!([])),
        "indexedKeys",
        json!([{"key": "a", "type": "STRING"}, {"key": "a", "type": "STRING"}]),
    ));
    let tenant = json!([{"semanticMemoryStrategy": {"name": "a", "namespaces": ["/{tenant}/"]}}]);
    let fine = with(memory("notes", &tenant), "namespaceKeys", json!([{"key": "tenant"}]));
    world.call("POST", "/memories/create", &fine).good(202);
}

#[test]
fn names_are_unique_until_the_memory_is_gone() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    world.call("POST", "/memories/create", &memory("notes", &json!([]))).bad(409, "ConflictException");
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202);
    assert_ne!(world.create_memory("notes", &json!([])), id);
}

#[test]
fn pages_are_asked_for_in_the_body_and_have_a_limit() {
    let mut world = World::new();
    for at in 0..12 {
        world.create_memory(&format!("notes{at}"), &json!([]));
    }
    let first = world.call("POST", "/memories/", &json!({})).good(200);
    assert_eq!(first.at("memories").as_array().unwrap().len(), 10);
    let rest = world.call("POST", "/memories/", &json!({"nextToken": first.text("nextToken")})).good(200);
    assert_eq!(rest.at("memories").as_array().unwrap().len(), 2);
    world.call("POST", "/memories/", &json!({"maxResults": 51})).bad(400, "ValidationException");
    let mut world = World::switched(&["memoryPage=100"]);
    world.call("POST", "/memories/", &json!({"maxResults": 100})).good(200);
}

#[test]
fn metadata_is_found_in_a_way_that_goes_with_its_type() {
    let mut world = World::new();
    let mut create = |name: &str, entry: Value| {
        let strategy = json!({"semanticMemoryStrategy": {
            "name": "facts", "memoryRecordSchema": {"metadataSchema": [entry]}}});
        world.call("POST", "/memories/create", &memory(name, &json!([strategy])))
    };
    let entry = |sort: &str, extraction: &str, validation: Value| {
        json!({"key": "k", "type": sort, "extractionType": extraction, "extractionConfig": {"llmExtractionConfig": {
            "definition": "A number", "validation": validation}}})
    };
    let numbers = json!({"numberValidation": {"minValue": 1.0, "maxValue": 2.0}});
    create("a", entry("NUMBER", "LLM_INFERRED", numbers.clone())).good(202);
    create("b", entry("STRING", "LLM_INFERRED", numbers)).bad(400, "ValidationException");
    let reversed = json!({"numberValidation": {"minValue": 3.0, "maxValue": 2.0}});
    create("b", entry("NUMBER", "LLM_INFERRED", reversed)).bad(400, "ValidationException");
    create("b", json!({"key": "k", "type": "NUMBER", "extractionType": "STRICTLY_CONSISTENT"})).good(202);
}

#[test]
fn what_belongs_to_another_resource_is_changed_through_that_one() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let owner = "arn:aws:bedrock-agentcore:us-east-1:123456789012:harness/owner-0123456789";
    let set = json!({"action": "set", "type": "Memory", "id": id, "body": {"managedByResourceArn": owner}});
    world.admin("POST", "mutate", &set).good(200);
    assert_eq!(world.call("POST", "/memories/", &Value::Null).text("memories/0/managedByResourceArn"), owner);
    let add = json!({"memoryStrategies": {"addMemoryStrategies": [semantic("facts")]}});
    let path = format!("/memories/{id}/update");
    world.call("PUT", &path, &add).bad(400, "ValidationException");
    world.call("PUT", &path, &json!({"eventExpiryDuration": 60})).good(202);
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).bad(400, "ValidationException");
}
