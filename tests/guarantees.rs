//! What the documentation promises is proved by tests that exist.

use std::{collections::BTreeMap, fs};

use crate::support::root;

/// The tests that the document names for each of its promises: file and name.
fn named() -> BTreeMap<String, Vec<(String, String)>> {
    let text = fs::read_to_string(root().join("docs/guarantees.md")).unwrap();
    let mut promises: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut promise = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            promise = Some(title.to_owned());
            promises.entry(title.to_owned()).or_default();
        }
        let Some((file, names)) = line.strip_prefix("- `").and_then(|line| line.split_once("`: ")) else { continue };
        for name in names.split(", ") {
            let name = name.trim_matches('`').to_owned();
            promises.get_mut(promise.as_ref().unwrap()).unwrap().push((file.to_owned(), name));
        }
    }
    promises
}

/// Whether the text has a test of this name: a function without parameters behind the attribute of a test.
fn has_test(text: &str, name: &str) -> bool {
    let head = format!("fn {name}()");
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if line.contains(&head) {
            return is_test;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            is_test = false;
        }
    }
    false
}

#[test]
fn each_promise_is_proved_by_tests_that_exist() {
    let promises = named();
    assert_eq!(promises.len(), 11, "{:?}", promises.keys());
    for (promise, tests) in &promises {
        assert!(tests.len() >= 3, "{promise}: {tests:?}");
        for (file, name) in tests {
            let text =
                fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{promise}: {file}: {error}"));
            assert!(has_test(&text, name), "{promise}: {file} has no test {name}");
        }
    }
}

#[test]
fn only_tests_count() {
    let text =
        "#[test]\n#[allow(x)]\nfn one() {}\nfn two() {}\n    #[tokio::test(flavor = \"y\")]\n    async fn three() {}\n";
    assert!(has_test(text, "one") && has_test(text, "three"));
    assert!(!has_test(text, "two") && !has_test(text, "on"));
}
