//! Objects as users write them, read and written by the types: nothing is lost.

use std::{collections::BTreeSet, fs, path::Path};

use agentcore_api::{AgentMemory, AgentRuntime, CodeInterpreter};
use serde_json::Value;

/// The objects on which the CRDs are tested; together they have every member of every kind.
#[test]
fn every_member_survives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/crds/objects");
    let mut kinds = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let written: Value = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let read: Value = match written["kind"].as_str().unwrap() {
            "AgentMemory" => serde_json::to_value(serde_json::from_value::<AgentMemory>(written.clone()).unwrap()),
            "AgentRuntime" => serde_json::to_value(serde_json::from_value::<AgentRuntime>(written.clone()).unwrap()),
            _ => serde_json::to_value(serde_json::from_value::<CodeInterpreter>(written.clone()).unwrap()),
        }
        .unwrap();
        kinds.insert(written["kind"].to_string());
        assert_contains(&read, &written, &path.display().to_string());
    }
    assert_eq!(kinds.len(), 3);
}

/// `actual` has everything that `expected` has; it may have defaults besides.
fn assert_contains(actual: &Value, expected: &Value, at: &str) {
    match expected {
        Value::Object(members) => {
            for (key, value) in members {
                assert_contains(&actual[key], value, &format!("{at}.{key}"));
            }
        }
        Value::Array(items) => {
            assert_eq!(actual.as_array().map(Vec::len), Some(items.len()), "{at}");
            for (index, item) in items.iter().enumerate() {
                assert_contains(&actual[index], item, &format!("{at}[{index}]"));
            }
        }
        _ => assert_eq!(actual, expected, "{at}"),
    }
}
