//! What users see: `kubectl explain`, `kubectl get`, field selectors. The texts are kept in `tests/crds/golden`;
//! after a change that is meant, `UPDATE_GOLDEN=1 cargo test --test whole golden` writes them anew.

use std::fs;

use serde_json::json;

use crate::support::{
    api::Objects,
    cluster::{cluster, ok},
    root,
};

fn golden(name: &str, actual: &str) {
    let path = root().join("tests/crds/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(actual, expected, "tests/crds/golden/{name}");
}

#[test]
fn golden_explain() {
    for (file, what) in [
        ("explain-agentmemory.txt", "acmem.spec"),
        ("explain-agentmemory-strategies.txt", "acmem.spec.strategies"),
        ("explain-agentruntime.txt", "acrt.spec"),
        ("explain-agentruntime-env.txt", "acrt.spec.env"),
        ("explain-codeinterpreter.txt", "acci.spec"),
        ("explain-status.txt", "acci.status"),
    ] {
        let text = ok(cluster().kubectl().args(["explain", what]));
        let trimmed: Vec<&str> = text.lines().map(str::trim_end).collect();
        golden(file, &(trimmed.join("\n") + "\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn golden_get() {
    let objects = Objects::new("get").await;
    for name in ["overrides", "container", "interpreter"] {
        let object = super::object(name);
        objects.create(&object).await.unwrap();
        objects.patch_status(&object, &json!({ "status": object["status"] })).await.unwrap();
    }
    // One command for all kinds: that is what the category is for.
    let columns = ["get", "agentcore", "-n", &objects.namespace, "-o", "wide"];
    let text = ok(cluster().kubectl().args(columns));
    let aged = regex::Regex::new(r"\b[0-9]+s\b").unwrap();
    let rows: Vec<String> = text.lines().map(|line| aged.replace(line, "1s").trim_end().to_owned()).collect();
    golden("get.txt", &(rows.join("\n") + "\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_are_selected_by_region_and_reference() {
    let objects = Objects::new("select").await;
    let object = super::object("container");
    objects.create(&object).await.unwrap();
    objects.patch_status(&object, &json!({ "status": { "region": "us-west-2" } })).await.unwrap();
    let count = |kind: &str, selector: &str| {
        let mut kubectl = cluster().kubectl();
        ok(kubectl.args(["get", kind, "-n", &objects.namespace, "-o", "name", "--field-selector", selector]))
            .lines()
            .count()
    };
    assert_eq!(count("acrt", "status.region=us-west-2"), 1);
    assert_eq!(count("acrt", "status.region=eu-west-1"), 0);
    assert_eq!(count("acrt", "spec.memoryRef.name=support"), 1);
    assert_eq!(count("acrt", "spec.memoryRef.name=other"), 0);
    assert_eq!(count("acmem", "status.region=us-west-2"), 0);
    assert_eq!(count("acci", "status.region=us-west-2"), 0);
}
