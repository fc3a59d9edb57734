//! Records in memories: what was put there by hand.

use serde_json::{Value, json};

use crate::world::{Answer, World, with};

fn record(request: &str, namespace: &str, text: &str) -> Value {
    json!({"requestIdentifier": request, "namespaces": [namespace], "content": {"text": text}, "timestamp": 1_700_000_000.5})
}

fn batch(world: &mut World, memory: &str, what: &str, body: &Value) -> Answer {
    world.call("POST", &format!("/memories/{memory}/memoryRecords/batch{what}"), body)
}

fn add(world: &mut World, memory: &str, records: &[Value]) -> Vec<String> {
    let answer = batch(world, memory, "Create", &json!({"records": records})).good(201);
    let good = answer.at("successfulRecords").as_array().unwrap();
    good.iter().map(|one| one["memoryRecordId"].as_str().unwrap().to_owned()).collect()
}

fn found(answer: &Answer) -> Vec<String> {
    let all = answer.at("memoryRecordSummaries").as_array().unwrap();
    let mut texts: Vec<String> = all.iter().map(|one| one["content"]["text"].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

fn list(world: &mut World, memory: &str, body: &Value) -> Answer {
    world.call("POST", &format!("/memories/{memory}/memoryRecords"), body)
}

#[test]
fn records_are_made_read_changed_and_deleted() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let given = with(record("r1", "/facts/ann", "likes tea"), "memoryStrategyId", "facts-0123456789");
    let given = with(given, "metadata", json!({"n": {"numberValue": 5}}));
    let made = batch(&mut world, &id, "Create", &json!({"records": [given]})).good(201);
    assert_eq!(made.at("failedRecords"), &json!([]));
    assert_eq!(made.text("successfulRecords/0/status"), "SUCCEEDED");
    assert_eq!(made.text("successfulRecords/0/requestIdentifier"), "r1");
    let record_id = made.text("successfulRecords/0/memoryRecordId");
    assert!(record_id.starts_with("mem-") && record_id.len() == 40, "{record_id}");
    let path = format!("/memories/{id}/memoryRecord/{record_id}");
    let read = world.get(&format!("{path}?namespace=%2Ffacts%2Fann")).good(200);
    assert_eq!(read.text("memoryRecord/content/text"), "likes tea");
    assert_eq!(read.text("memoryRecord/memoryStrategyId"), "facts-0123456789");
    assert_eq!(read.at("memoryRecord/namespaces"), &json!(["/facts/ann"]));
    assert_eq!(read.at("memoryRecord/createdAt"), &json!(1_800_000_000.0));
    assert_eq!(read.at("memoryRecord/timestamp"), &json!(1_700_000_000.5));
    assert_eq!(read.at("memoryRecord/metadata"), &json!({"n": {"numberValue": 5}}));
    assert_eq!(read.at("memoryRecord/expiresAt"), &Value::Null);

    let nobody = format!("mem-{}", "0".repeat(36));
    let change = |id: &str| json!({"memoryRecordId": id, "timestamp": 1_700_000_001, "content": {"text": "likes coffee"}, "namespaces": ["/facts/bob"]});
    let changed =
        batch(&mut world, &id, "Update", &json!({"records": [change(&record_id), change(&nobody)]})).good(200);
    assert_eq!(changed.text("successfulRecords/0/memoryRecordId"), record_id);
    assert_eq!(changed.text("failedRecords/0/memoryRecordId"), nobody);
    assert_eq!(
        (changed.text("failedRecords/0/status"), changed.at("failedRecords/0/errorCode")),
        ("FAILED".to_owned(), &json!(404))
    );
    let read = world.get(&path).good(200);
    assert_eq!(read.text("memoryRecord/content/text"), "likes coffee");
    assert_eq!(read.at("memoryRecord/namespaces"), &json!(["/facts/bob"]));
    assert_eq!(read.at("memoryRecord/metadata"), &json!({"n": {"numberValue": 5}}));

    let one = format!("/memories/{id}/memoryRecords/{record_id}");
    assert_eq!(world.call("DELETE", &one, &Value::Null).good(200).text("memoryRecordId"), record_id);
    world.call("DELETE", &one, &Value::Null).bad(404, "ResourceNotFoundException");
    world.get(&path).bad(404, "ResourceNotFoundException");
    world.get(&format!("/memories/{id}/memoryRecord/short")).bad(400, "ValidationException");
}

#[test]
fn many_are_deleted_at_once() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let ids = add(&mut world, &id, &[record("a", "/x", "a"), record("b", "/x", "b"), record("c", "/x", "c")]);
    let wanted =
        json!({"records": [{"memoryRecordId": ids[0]}, {"memoryRecordId": ids[0]}, {"memoryRecordId": ids[1]}]});
    let answer = batch(&mut world, &id, "Delete", &wanted).good(200);
    assert_eq!(answer.at("successfulRecords").as_array().unwrap().len(), 2);
    assert_eq!(answer.at("failedRecords").as_array().unwrap().len(), 1);
    assert_eq!(found(&list(&mut world, &id, &json!({"namespace": "/x"})).good(200)), ["c"]);
}

#[test]
fn a_repeated_token_makes_records_once() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let body = json!({"records": [record("a", "/x", "a")], "clientToken": "t"});
    let first = batch(&mut world, &id, "Create", &body).good(201);
    assert_eq!(batch(&mut world, &id, "Create", &body).good(201).body, first.body);
    assert_eq!(found(&list(&mut world, &id, &json!({"namespace": "/x"})).good(200)).len(), 1);
}

#[test]
fn lists_are_of_one_namespace_or_of_all_below() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let strategy = with(record("c", "/facts/ann/deep", "deep"), "memoryStrategyId", "s1");
    add(&mut world, &id, &[record("a", "/facts/ann", "ann"), record("b", "/facts/anna", "anna"), strategy]);
    let mut texts = |body: Value| found(&list(&mut world, &id, &body).good(200)).join(" ");
    assert_eq!(texts(json!({"namespace": "/facts/ann"})), "ann");
    assert_eq!(texts(json!({"namespacePath": "/facts/ann"})), "ann deep");
    assert_eq!(texts(json!({"namespacePath": "/facts/ann/"})), "ann deep");
    assert_eq!(texts(json!({"namespacePath": "/"})), "ann anna deep");
    assert_eq!(texts(json!({"namespacePath": "/", "memoryStrategyId": "s1"})), "deep");
    assert_eq!(
        list(&mut world, &id, &json!({"namespace": "/facts/ann"})).text("memoryRecordSummaries/0/memoryStrategyId"),
        "none"
    );
    for bad in [json!({}), json!({"namespace": "/a", "namespacePath": "/a"}), json!({"namespace": "!"})] {
        list(&mut world, &id, &bad).bad(400, "ValidationException");
    }
    let first = list(&mut world, &id, &json!({"namespacePath": "/", "maxResults": 2})).good(200);
    let more = json!({"namespacePath": "/", "nextToken": first.text("nextToken")});
    assert_eq!(found(&list(&mut world, &id, &more).good(200)).len(), 1);
}

#[test]
fn metadata_is_compared_by_its_sort() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let of = |name: &str, metadata: Value| with(record(name, "/x", name), "metadata", metadata);
    add(
        &mut world,
        &id,
        &[
            of("a", json!({"s": {"stringValue": "red wine"}, "n": {"numberValue": 1}, "t": {"dateTimeValue": 100}})),
            of(
                "b",
                json!({"s": {"stringListValue": ["red", "blue"]}, "n": {"numberValue": 2.0}, "t": {"dateTimeValue": 200}}),
            ),
            record("c", "/x", "c"),
        ],
    );
    let mut texts = |key: &str, operator: &str, value: Value| {
        let mut condition = json!({"left": {"metadataKey": key}, "operator": operator});
        if !value.is_null() {
            condition = with(condition, "right", json!({"metadataValue": value}));
        }
        found(&list(&mut world, &id, &json!({"namespace": "/x", "metadataFilters": [condition]})).good(200)).concat()
    };
    assert_eq!(texts("s", "EXISTS", Value::Null), "ab");
    assert_eq!(texts("s", "NOT_EXISTS", Value::Null), "c");
    assert_eq!(texts("s", "EQUALS_TO", json!({"stringValue": "red wine"})), "a");
    assert_eq!(texts("s", "CONTAINS", json!({"stringValue": "red"})), "ab");
    assert_eq!(texts("s", "CONTAINS", json!({"stringValue": "blu"})), "");
    assert_eq!(texts("n", "EQUALS_TO", json!({"numberValue": 2})), "b");
    assert_eq!(texts("n", "EQUALS_TO", json!({"stringValue": "2"})), "");
    assert_eq!(texts("n", "GREATER_THAN", json!({"numberValue": 1})), "b");
    assert_eq!(texts("n", "GREATER_THAN_OR_EQUALS", json!({"numberValue": 1})), "ab");
    assert_eq!(texts("n", "LESS_THAN", json!({"numberValue": 2})), "a");
    assert_eq!(texts("n", "LESS_THAN_OR_EQUALS", json!({"numberValue": 2})), "ab");
    assert_eq!(texts("t", "BEFORE", json!({"dateTimeValue": 200})), "a");
    assert_eq!(texts("t", "AFTER", json!({"dateTimeValue": 100})), "b");
    let lame = json!({"namespace": "/x", "metadataFilters": [{"left": {"metadataKey": "s"}, "operator": "BEFORE"}]});
    list(&mut world, &id, &lame).bad(400, "ValidationException");
}

#[test]
fn a_search_ranks_by_words() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    add(
        &mut world,
        &id,
        &[
            record("a", "/x", "Ann drinks green tea"),
            record("b", "/x", "Ann drinks coffee"),
            record("c", "/x", "Nothing of the sort"),
            record("d", "/y", "green tea"),
        ],
    );
    let mut search = |criteria: Value, more: Value| {
        let mut body = json!({"namespace": "/x", "searchCriteria": criteria});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.call("POST", &format!("/memories/{id}/retrieve"), &body)
    };
    let answer = search(json!({"searchQuery": "Green TEA, drinks?"}), json!({})).good(200);
    assert_eq!(answer.text("memoryRecordSummaries/0/content/text"), "Ann drinks green tea");
    assert_eq!(answer.at("memoryRecordSummaries/0/score"), &json!(1.0));
    assert_eq!(answer.text("memoryRecordSummaries/1/content/text"), "Ann drinks coffee");
    assert!((answer.at("memoryRecordSummaries/1/score").as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(found(&answer).len(), 2);
    assert_eq!(found(&search(json!({"searchQuery": "drinks", "topK": 1}), json!({})).good(200)).len(), 1);
    let first = search(json!({"searchQuery": "green drinks"}), json!({"maxResults": 1})).good(200);
    let rest = search(json!({"searchQuery": "green drinks"}), json!({"nextToken": first.text("nextToken")})).good(200);
    assert_eq!(found(&rest), ["Ann drinks coffee"]);
    search(json!({"searchQuery": ""}), json!({})).bad(400, "ValidationException");
    search(json!({"searchQuery": "a", "topK": 101}), json!({})).bad(400, "ValidationException");
    let journal = world.admin("GET", "journal?operation=RetrieveMemoryRecords", &Value::Null).good(200);
    assert_eq!(journal.text("entries/0/parameters/searchCriteria/searchQuery"), "***");
    let journal = world.admin("GET", "journal", &Value::Null).good(200);
    assert!(!journal.body.to_string().contains("coffee"));
}

#[test]
fn records_expire_if_they_are_told_to() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let days = json!({"recordExpiryDurationDays": 31});
    let body = json!({"records": [record("a", "/x", "a"), record("b", "/x", "b")], "recordExpirySpecification": days});
    let made = batch(&mut world, &id, "Create", &body).good(201);
    let ids: Vec<String> = (0..2).map(|at| made.text(&format!("successfulRecords/{at}/memoryRecordId"))).collect();
    let read = world.get(&format!("/memories/{id}/memoryRecord/{}", ids[0])).good(200);
    assert_eq!(read.at("memoryRecord/expiresAt"), &json!(1_800_000_000.0 + 31.0 * 86_400.0));
    let keep = json!({"records": [{"memoryRecordId": ids[1], "timestamp": 1}], "recordExpirySpecification": {"action": "REMOVE"}});
    batch(&mut world, &id, "Update", &keep).good(200);
    world.wait(31.0 * 86_400.0 - 1.0);
    assert_eq!(found(&list(&mut world, &id, &json!({"namespace": "/x"})).good(200)), ["a", "b"]);
    world.wait(1.0);
    assert_eq!(found(&list(&mut world, &id, &json!({"namespace": "/x"})).good(200)), ["b"]);
    for bad in [json!({"recordExpiryDurationDays": 30}), json!({"action": "REMOVE"}), json!({})] {
        let body = json!({"records": [], "recordExpirySpecification": bad});
        batch(&mut world, &id, "Create", &body).bad(400, "ValidationException");
    }
}

#[test]
fn nothing_is_changed_by_what_is_refused() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let ids = add(&mut world, &id, &[record("a", "/x", "a")]);
    let far = json!({"records": [
        {"memoryRecordId": ids[0], "timestamp": 1, "content": {"text": "new"}},
        {"memoryRecordId": ids[0], "timestamp": 1e300},
    ]});
    batch(&mut world, &id, "Update", &far).bad(400, "ValidationException");
    assert_eq!(found(&list(&mut world, &id, &json!({"namespace": "/x"})).good(200)), ["a"]);
}

#[test]
fn accounts_and_regions_do_not_see_each_others_records() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let ids = add(&mut world, &id, &[record("a", "/x", "a")]);
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        world.access_key = key.to_owned();
        world.region = region.to_owned();
        world.get(&format!("/memories/{id}/memoryRecord/{}", ids[0])).bad(404, "ResourceNotFoundException");
        list(&mut world, &id, &json!({"namespace": "/x"})).bad(404, "ResourceNotFoundException");
    }
}
