//! Every CEL rule of the CRDs: an object that is refused by that very rule, and one near it that is accepted.
//! The cases are in `tests/crds/rules/*.yaml`.

use std::{collections::BTreeMap, fs, sync::LazyLock};

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use super::schema;
use crate::support::{
    api::{Cause, Objects},
    root,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    place: String,
    message: String,
    #[serde(default)]
    before: Before,
    base: String,
    refused: Value,
    accepted: Value,
}

/// What is there before the object is written.
#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Before {
    /// Nothing: the object is created.
    #[default]
    Nothing,
    /// The base object, which AWS has not accepted yet.
    Object,
    /// The base object, established in AWS.
    Established,
}

impl Case {
    fn is_about(&self, (place, message): &(String, String)) -> bool {
        *place == self.place && message.starts_with(&self.message)
    }

    /// Whether the cause is this case's rule, at its own place.
    fn is_named_by(&self, cause: &Cause, field: &str) -> bool {
        static INDEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[[0-9]+\]").unwrap());
        INDEX.replace_all(&cause.field, "[]") == field && cause.message.contains(&self.message)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_refuses_and_its_neighbour_is_accepted() {
    let rules = rules();
    let cases = cases();
    let mut uncovered = rules.clone();
    for case in &cases {
        let hits = rules.keys().filter(|rule| case.is_about(rule)).count();
        assert_eq!(hits, 1, "the case for {} {:?} means {hits} rules", case.place, case.message);
        uncovered.retain(|rule, _| !case.is_about(rule));
    }
    assert!(uncovered.is_empty(), "rules without an object that they refuse: {uncovered:#?}");

    let mut failures = Vec::new();
    let objects = Objects::new("rules").await;
    for (index, case) in cases.iter().enumerate() {
        let field = rules.iter().find_map(|(rule, field)| case.is_about(rule).then_some(field)).unwrap();
        if let Err(failure) = check(&objects, index, case, field).await {
            failures.push(format!("{} {:?}: {failure}", case.place, case.message));
        }
    }
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
    println!("{} CEL rules, {} cases, each with a refused and an accepted object", rules.len(), cases.len());
}

async fn check(objects: &Objects, index: usize, case: &Case, field: &str) -> Result<(), String> {
    let mut base = super::object(&case.base);
    base["metadata"]["name"] = format!("{}-{index}", case.base).into();
    let status = base.as_object_mut().unwrap().remove("status");
    if case.before != Before::Nothing {
        objects.create(&base).await.map_err(|refusal| format!("the base is refused: {}", refusal.message))?;
    }
    if case.before == Before::Established {
        objects.patch_status(&base, &json!({ "status": status.expect("the base has a status") })).await.unwrap();
    }
    for (patch, refuse) in [(&case.accepted, false), (&case.refused, true)] {
        let patch = json!({ "spec": patch });
        let answer = if case.before == Before::Nothing {
            let mut object = base.clone();
            super::merge(&mut object, &patch);
            objects.try_create(&object).await
        } else {
            objects.try_patch(&base, &patch).await
        };
        match answer {
            Ok(_) if refuse => return Err("accepted what it should refuse".into()),
            Err(refusal) if !refuse => return Err(format!("refuses its neighbour: {}", refusal.message)),
            // A second cause would hide that this rule refuses nothing.
            Err(refusal)
                if refusal.causes.is_empty() || !refusal.causes.iter().all(|cause| case.is_named_by(cause, field)) =>
            {
                return Err(format!("refused, but not at {field} by this rule alone: {}", refusal.message));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Every rule of every CRD: its place and its message, with the field that it reports.
fn rules() -> BTreeMap<(String, String), String> {
    let mut rules = BTreeMap::new();
    schema::walk(&mut |place, schema| {
        for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
            let message = rule["message"].as_str().unwrap_or_else(|| panic!("{place}: {rule} has no message"));
            let reported = format!("{place}{}", rule["fieldPath"].as_str().unwrap_or_default());
            let field = reported.split_once('.').map(|(_kind, field)| field.to_owned()).unwrap();
            let twice = rules.insert((place.to_string(), message.to_owned()), field);
            assert!(twice.is_none(), "{place}: {message:?} twice");
        }
    });
    rules
}

fn cases() -> Vec<Case> {
    let folder = root().join("tests/crds/rules");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path| serde_saphyr::from_str::<Vec<Case>>(&fs::read_to_string(path).unwrap()).unwrap();
    files.into_iter().flat_map(read).collect()
}
