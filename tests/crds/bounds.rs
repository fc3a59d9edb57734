//! Every bound, pattern, enum, required member and unique list of the CRDs: for each, an object that the API server
//! refuses for that very reason, and one near it that it accepts.
//!
//! The cases are derived from the schemas, so a new bound is tested without anybody writing a test for it. What they
//! need is one valid object that reaches the place; a place that none reaches fails the test.

use futures::{StreamExt, stream};
use regex::Regex;
use serde_json::{Value, json};

use super::schema::{self, Place};
use crate::support::api::Objects;

/// One constraint, with a value that breaks it and one that just keeps it.
struct Case {
    place: Place,
    keyword: &'static str,
    /// The object that reaches the place, and the JSON pointer of the constrained value in it.
    base: Value,
    pointer: String,
    refused: Value,
    accepted: Value,
    /// Where the refusal is reported, relative to the constrained value, and in which words.
    at: String,
    says: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bound_refuses_and_its_limit_is_accepted() {
    let cases = cases();
    let objects = Objects::new("bounds").await;
    // Only what exists has a status to write; without region and name of its own, its status may say anything.
    for mut base in super::objects() {
        for pinned in ["region", "runtimeName", "memoryName", "codeInterpreterName"] {
            base["spec"].as_object_mut().unwrap().remove(pinned);
        }
        objects.create(&base).await.unwrap();
    }
    let count = cases.len();
    let failures: Vec<String> = stream::iter(cases)
        .map(|case| {
            let objects = objects.clone();
            async move { check(&objects, case).await }
        })
        .buffer_unordered(8)
        .filter_map(|failure| async { failure })
        .collect()
        .await;
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n"));
    println!("{count} bounds, each with a refused and an accepted object");
    assert!(count > 500, "only {count} bounds: has the walk lost some?");
}

async fn check(objects: &Objects, case: Case) -> Option<String> {
    let name = format!("{} {}", case.place, case.keyword);
    let mut object = case.base.clone();
    *object.pointer_mut(&case.pointer).unwrap() = case.accepted.clone();
    if let Err(refusal) = write(objects, &case.place, &object).await {
        return Some(format!("{name}: the object at the limit is refused: {}", brief(&refusal.message)));
    }
    *object.pointer_mut(&case.pointer).unwrap() = case.refused.clone();
    let field = schema::field(&case.place, &case.pointer) + &case.at;
    match write(objects, &case.place, &object).await {
        Ok(_) => Some(format!("{name}: accepted beyond the limit")),
        Err(refusal)
            if refusal.causes.iter().any(|cause| same(&cause.field, &field) && cause.message.contains(&case.says)) =>
        {
            None
        }
        Err(refusal) => {
            Some(format!("{name}: refused, but not at {field} with {:?}: {:?}", case.says, brief(&refusal.message)))
        }
    }
}

async fn write(objects: &Objects, place: &Place, object: &Value) -> Result<Value, crate::support::api::Refusal> {
    if place.in_status() {
        let mut current = objects.get(object).await;
        current["status"] = object["status"].clone();
        objects.try_replace_status(&current).await
    } else {
        let mut fresh = object.clone();
        fresh["metadata"]["name"] = format!("try-{}", object["metadata"]["name"].as_str().unwrap()).into();
        objects.try_create(&fresh).await
    }
}

/// The API server writes an entry of a map as `record.main` in some errors and `record[main]` in others.
fn same(reported: &str, expected: &str) -> bool {
    reported.replace("[main]", ".main") == expected
}

fn brief(message: &str) -> String {
    message.chars().take(400).collect()
}

/// All constraints of all CRDs.
fn cases() -> Vec<Case> {
    let objects = super::objects();
    let mut cases = Vec::new();
    let mut unreached = Vec::new();
    schema::walk(&mut |place, schema| {
        let constraints = constraints(place, schema);
        if constraints.is_empty() {
            return;
        }
        let reached = objects.iter().filter(|object| object["kind"] == place.kind.as_str()).find_map(|object| {
            let pointer = schema::pointers(place, object).into_iter().next()?;
            Some((object.clone(), pointer))
        });
        let Some((base, pointer)) = reached else {
            unreached.push(place.to_string());
            return;
        };
        for (keyword, bound) in constraints {
            let (base, pointer) = make_room(place, bound, base.clone(), pointer.clone());
            let sample = base.pointer(&pointer).unwrap().clone();
            let (refused, accepted, at, says) = probe(keyword, bound, schema, &sample, place);
            let place = place.clone();
            cases.push(Case { place, keyword, base, pointer, refused, accepted, at, says });
        }
    });
    assert!(unreached.is_empty(), "no object of tests/crds/objects reaches:\n{}", unreached.join("\n"));
    cases
}

/// Takes out of the object what a CEL rule ties to the place, so that the value at the limit is accepted.
fn make_room(place: &Place, bound: &Value, mut base: Value, mut pointer: String) -> (Value, String) {
    let name = place.to_string();
    if name == "AgentMemory.spec.strategies" {
        base["spec"].as_object_mut().unwrap().remove("strategyPreset");
    } else if name.starts_with("AgentRuntime.spec.authorizer.customJWT.allowedScopes") {
        base["spec"]["authorizer"]["customJWT"].as_object_mut().unwrap().remove("advertisedScopeMapping");
    } else if name == "AgentRuntime.spec.authorizer.customJWT.advertisedScopeMapping" {
        let scopes: Vec<_> = ["read".into()].into_iter().chain((0..49).map(|index| format!("read{index}"))).collect();
        base["spec"]["authorizer"]["customJWT"]["allowedScopes"] = scopes.into();
    } else if let Some(end) = name.strip_prefix("AgentRuntime.spec.allowedPorts[].range.") {
        base["spec"]["allowedPorts"] = json!([{ "range": { "from": bound, "to": bound } }]);
        pointer = format!("/spec/allowedPorts/0/range/{end}");
    }
    (base, pointer)
}

/// The constraints of one schema; `required` and the enum of a list come apart into one for each.
fn constraints<'a>(place: &Place, schema: &'a Value) -> Vec<(&'static str, &'a Value)> {
    const KEYWORDS: [&str; 12] = [
        "maxLength",
        "minLength",
        "pattern",
        "enum",
        "maximum",
        "minimum",
        "maxItems",
        "minItems",
        "maxProperties",
        "minProperties",
        "x-kubernetes-list-type",
        "format",
    ];
    let mut found: Vec<_> =
        KEYWORDS.iter().filter_map(|keyword| Some((*keyword, schema.get(*keyword)?))).filter(not_vacuous).collect();
    // The API server itself requires the members of the root.
    if !place.steps.is_empty() {
        found.extend(schema["required"].as_array().into_iter().flatten().map(|member| ("required", member)));
    }
    found
}

fn not_vacuous((keyword, bound): &(&str, &Value)) -> bool {
    match *keyword {
        "x-kubernetes-list-type" => *bound != "atomic",
        // int32 and int64 say how wide the number is; only date-time is a text's form.
        "format" => *bound == "date-time",
        _ => true,
    }
}

/// What breaks the constraint, what just keeps it, where the refusal points and what it says.
fn probe(
    keyword: &str,
    bound: &Value,
    schema: &Value,
    sample: &Value,
    place: &Place,
) -> (Value, Value, String, String) {
    let here = String::new;
    let number = || bound.as_i64().unwrap();
    let count = || usize::try_from(number()).unwrap();
    match keyword {
        "maxLength" => {
            let longest = stretch(sample.as_str().unwrap(), count(), schema);
            let refused = format!("{longest}{}", "a".repeat(count() + 1 - longest.chars().count()));
            (refused.into(), longest.into(), here(), format!("may not be more than {} bytes", number()))
        }
        "minLength" => {
            let short: String = sample.as_str().unwrap().chars().take(count() - 1).collect();
            let says = format!("should be at least {} chars long", number());
            (short.into(), shrink(sample.as_str().unwrap(), count(), schema).into(), here(), says)
        }
        "pattern" => {
            let regex = Regex::new(bound.as_str().unwrap()).unwrap();
            let refused = spoil(sample.as_str().unwrap(), &regex).into();
            (refused, sample.clone(), here(), format!("should match '{}'", bound.as_str().unwrap()))
        }
        "enum" => ("Nonsense".into(), sample.clone(), here(), "supported values".into()),
        "format" => ("yesterday".into(), sample.clone(), here(), "must be of type date-time".into()),
        "maximum" => {
            (json!(number() + 1), json!(number()), here(), format!("should be less than or equal to {}", number()))
        }
        "minimum" => {
            (json!(number() - 1), json!(number()), here(), format!("should be greater than or equal to {}", number()))
        }
        "maxItems" => (
            items(sample, count() + 1, schema, place),
            items(sample, count(), schema, place),
            here(),
            format!("must have at most {} item", number()),
        ),
        "minItems" => (
            items(sample, count() - 1, schema, place),
            items(sample, count(), schema, place),
            here(),
            format!("should have at least {} items", number()),
        ),
        "maxProperties" => (
            entries(sample, count() + 1),
            entries(sample, count()),
            here(),
            format!("must have at most {} item", number()),
        ),
        "minProperties" => (json!({}), sample.clone(), here(), format!("should have at least {} properties", number())),
        "required" => {
            let mut refused = sample.clone();
            refused.as_object_mut().unwrap().remove(bound.as_str().unwrap());
            (refused, sample.clone(), format!(".{}", bound.as_str().unwrap()), "Required value".into())
        }
        "x-kubernetes-list-type" => {
            let mut twice = sample.as_array().unwrap().clone();
            twice.push(twice[0].clone());
            (twice.into(), sample.clone(), format!("[{}]", sample.as_array().unwrap().len()), "Duplicate value".into())
        }
        other => panic!("no probe for {other}"),
    }
}

/// A text of exactly `length` characters, made of `sample`, that keeps the schema's pattern; or, where the pattern
/// allows none, the longest that was found.
fn stretch(sample: &str, length: usize, schema: &Value) -> String {
    let pattern = schema["pattern"].as_str().map(|pattern| Regex::new(pattern).unwrap());
    let keeps = |text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    let missing = length - sample.chars().count();
    let fillers = ["a", "0", "A"].map(|filler| filler.repeat(missing));
    let slashed = format!("/{}", "a".repeat(missing.saturating_sub(1)));
    (0..=sample.len())
        .rev()
        .filter(|position| sample.is_char_boundary(*position))
        .flat_map(|position| fillers.iter().chain([&slashed]).map(move |filler| (position, filler)))
        .map(|(position, filler)| format!("{}{filler}{}", &sample[..position], &sample[position..]))
        .find(|text| text.chars().count() == length && keeps(text))
        .unwrap_or_else(|| panic!("no text of {length} characters keeps {:?}: lower maxLength", schema["pattern"]))
}

/// `sample` with one character changed so that it breaks the pattern.
fn spoil(sample: &str, pattern: &Regex) -> String {
    let characters: Vec<char> = if sample.is_empty() { vec![' '] } else { sample.chars().collect() };
    (0..characters.len())
        .flat_map(|position| ['é', ' ', '{'].map(|wrong| (position, wrong)))
        .map(|(position, wrong)| {
            let mut spoilt = characters.clone();
            spoilt[position] = wrong;
            spoilt.into_iter().collect::<String>()
        })
        .find(|text| !pattern.is_match(text))
        .unwrap()
}

/// A text of `length` characters cut out of `sample` that keeps the pattern; where there is none, the sample.
fn shrink(sample: &str, length: usize, schema: &Value) -> String {
    let pattern = schema["pattern"].as_str().map(|pattern| Regex::new(pattern).unwrap());
    let characters: Vec<char> = sample.chars().collect();
    let missing = characters.len().saturating_sub(length);
    (0..=length)
        .map(|kept| characters[..kept].iter().chain(&characters[kept + missing..]).collect::<String>())
        .find(|text| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text)))
        .unwrap_or_else(|| sample.to_owned())
}

/// A list of `count` items like the first of `sample`, each with a key, a number or a text of its own.
fn items(sample: &Value, count: usize, schema: &Value, place: &Place) -> Value {
    let first = &sample.as_array().unwrap()[0];
    let keys = schema["x-kubernetes-list-map-keys"].as_array();
    (0..count)
        .map(|index| {
            let mut item = first.clone();
            if let Some(key) = keys.and_then(|keys| keys[0].as_str()) {
                item[key] = distinct(item[key].as_str().unwrap(), index, &schema["items"]["properties"][key]).into();
            } else if let Some(text) = first.as_str() {
                item = distinct(text, index, &schema["items"]).into();
            } else if place.to_string().ends_with("allowedPorts") {
                item = json!({ "port": 9000 + index });
            }
            item
        })
        .collect()
}

/// `sample`, numbered so that it still keeps the pattern and the length.
fn distinct(sample: &str, index: usize, schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        return values[index % values.len()].as_str().unwrap().to_owned();
    }
    let pattern = schema["pattern"].as_str().map(|pattern| Regex::new(pattern).unwrap());
    let suffix = format!("{index:02}");
    let cut: String = sample.chars().take(sample.chars().count().saturating_sub(2)).collect();
    [format!("{sample}{suffix}"), format!("{cut}{suffix}"), format!("{sample}x{suffix}")]
        .into_iter()
        .find(|text| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text)))
        .unwrap_or_else(|| panic!("{sample} can't be numbered"))
}

/// A map of `count` entries like the first of `sample`.
fn entries(sample: &Value, count: usize) -> Value {
    let (key, value) = sample.as_object().unwrap().iter().next().unwrap();
    let more = (0..count - 1).map(|index| (format!("{key}{index}"), value.clone()));
    more.chain([(key.clone(), value.clone())]).collect()
}
