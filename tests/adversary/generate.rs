//! Edits of a spec, drawn from the schema of its kind.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::pattern;
use crate::crds::schema::definitions;

/// Members that decide whether anything is done, or for whom: their tests are elsewhere.
const LEFT_ALONE: [&str; 9] = [
    "suspend",
    "region",
    "adopt",
    "runtimeName",
    "memoryName",
    "codeInterpreterName",
    "memoryRef",
    "codeInterpreterRefs",
    "deletionPolicy",
];

/// What texts are made of where any text will do.
const ALPHABETS: [&[char]; 5] = [
    &['a', 'B', '7', '-', '_'],
    &['ä', 'ß', 'é', 'İ'],
    &['漢', '字', 'か'],
    &['🦀', '👩', '\u{200d}', '💻'],
    &['"', '\\', '\n', '{', '$', ' ', '\u{301}'],
];

/// How often an attempt is made to find an edit that changes anything.
const ATTEMPTS: usize = 50;

/// The schema of the spec of a kind.
pub fn spec_schema(kind: &str) -> Value {
    let of = |crd: &Value| crd["spec"]["names"]["kind"] == kind;
    let crd = definitions().into_iter().find(of).unwrap();
    let mut schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"].clone();
    for member in LEFT_ALONE {
        schema["properties"].as_object_mut().unwrap().remove(member);
    }
    schema
}

/// The spec with one thing changed, and what that was.
pub fn edit(schema: &Value, spec: &Value, random: &mut Rng) -> (String, Value) {
    for _ in 0..ATTEMPTS {
        let mut edited = spec.clone();
        let what = change(schema, &mut edited, random, "spec");
        if edited != *spec {
            return (what, edited);
        }
    }
    panic!("nothing can be changed in {spec}");
}

/// Goes down at random, and changes what is there.
fn change(schema: &Value, value: &mut Value, random: &mut Rng, at: &str) -> String {
    let deeper = random.u32(0..10) < 7;
    match value {
        Value::Object(members) if schema["properties"].is_object() => {
            let known: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            let name = known[random.usize(..known.len())].clone();
            let part = &schema["properties"][&name];
            let place = format!("{at}.{name}");
            match members.get_mut(&name) {
                Some(part_value) if deeper => change(part, part_value, random, &place),
                Some(_) if random.bool() => {
                    members.remove(&name);
                    format!("{place} removed")
                }
                _ => {
                    if is_union(schema) && random.u32(0..4) > 0 {
                        members.clear();
                    }
                    members.insert(name, generate(part, random));
                    format!("{place} set")
                }
            }
        }
        Value::Object(entries) if schema["additionalProperties"].is_object() && deeper => {
            let key = text(&json!({ "maxLength": 20, "minLength": 1 }), random);
            entries.insert(key.clone(), generate(&schema["additionalProperties"], random));
            format!("{at} with {key:?}")
        }
        Value::Array(items) if !items.is_empty() && deeper => match random.u32(0..5) {
            0 => {
                items.reverse();
                format!("{at} in reverse")
            }
            1 => {
                items.remove(random.usize(..items.len()));
                format!("{at} with one less")
            }
            2 => {
                items.insert(random.usize(..=items.len()), generate(&schema["items"], random));
                format!("{at} with one more")
            }
            _ => {
                let index = random.usize(..items.len());
                change(&schema["items"], &mut items[index], random, &format!("{at}[{index}]"))
            }
        },
        _ => {
            *value = generate(schema, random);
            format!("{at} set")
        }
    }
}

/// Whether exactly one of the members may be there.
fn is_union(schema: &Value) -> bool {
    let rules = schema["x-kubernetes-validations"].as_array();
    rules.into_iter().flatten().any(|rule| rule["message"].as_str().is_some_and(|text| text.contains("exactly one")))
}

/// A value that the schema allows, as far as it says; near its bounds rather than far from them.
pub fn generate(schema: &Value, random: &mut Rng) -> Value {
    if let Some(allowed) = schema["enum"].as_array() {
        return allowed[random.usize(..allowed.len())].clone();
    }
    match schema["type"].as_str().unwrap_or_default() {
        "string" => json!(text(schema, random)),
        "boolean" => json!(random.bool()),
        "integer" => json!(integer(schema, random)),
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let most = schema["maxItems"].as_u64().unwrap_or(3).min(least + 2);
            Value::Array((0..random.u64(least..=most)).map(|_| generate(&schema["items"], random)).collect())
        }
        "object" if schema["properties"].is_object() => {
            let properties = schema["properties"].as_object().unwrap();
            let required = |name: &str| schema["required"].as_array().into_iter().flatten().any(|other| other == name);
            let one = is_union(schema).then(|| random.usize(..properties.len()));
            let mut members = Map::new();
            for (index, (name, part)) in properties.iter().enumerate() {
                let chosen = one.map_or_else(|| random.u32(0..3) == 0, |one| one == index);
                if required(name) || chosen {
                    members.insert(name.clone(), generate(part, random));
                }
            }
            Value::Object(members)
        }
        // Nothing can be said of it but that it is there.
        "object" if !schema["additionalProperties"].is_object() => json!({}),
        "object" => {
            let entry = |random: &mut Rng| {
                let key = text(&json!({ "minLength": 1, "maxLength": 10 }), random);
                (key, generate(&schema["additionalProperties"], random))
            };
            Value::Object((0..random.u32(0..3)).map(|_| entry(random)).collect())
        }
        other => panic!("no type {other:?} in {schema}"),
    }
}

fn integer(schema: &Value, random: &mut Rng) -> i64 {
    let least = schema["minimum"].as_i64().unwrap_or(-1);
    let most = schema["maximum"].as_i64().unwrap_or(1000);
    match random.u32(0..3) {
        0 => least,
        1 => most,
        _ => random.i64(least..=most),
    }
}

fn text(schema: &Value, random: &mut Rng) -> String {
    let length = |name: &str, otherwise: u64| usize::try_from(schema[name].as_u64().unwrap_or(otherwise)).unwrap();
    let (least, most) = (length("minLength", 0), length("maxLength", 64));
    if let Some(pattern) = schema["pattern"].as_str()
        && let Some(text) = pattern::text(pattern, most, random)
    {
        return text;
    }
    let alphabet = ALPHABETS[random.usize(..ALPHABETS.len())];
    let count = match random.u32(0..4) {
        0 => least,
        1 => most,
        _ => random.usize(least..=most.min(least + 12)),
    };
    (0..count).map(|_| alphabet[random.usize(..alphabet.len())]).collect()
}

#[test]
fn a_seed_gives_one_sequence() {
    let schema = spec_schema("AgentRuntime");
    let sequence = |seed| {
        let mut random = Rng::with_seed(seed);
        let mut spec = crate::crds::object("container")["spec"].clone();
        let mut all = Vec::new();
        for _ in 0..20 {
            let (what, edited) = edit(&schema, &spec, &mut random);
            all.push(what);
            spec = edited;
        }
        all
    };
    assert_eq!(sequence(3), sequence(3));
    assert_ne!(sequence(3), sequence(4));
}

#[test]
fn it_reaches_bounds_unions_lists_and_removal() {
    let schema = spec_schema("AgentRuntime");
    let spec = crate::crds::object("container")["spec"].clone();
    let mut random = Rng::with_seed(1);
    let all: Vec<(String, Value)> = (0..5000).map(|_| edit(&schema, &spec, &mut random)).collect();
    for wanted in [" removed", " in reverse", " with one less", " with one more", " set", "spec.authorizer.customJWT."]
    {
        assert!(all.iter().any(|(what, _)| what.contains(wanted)), "no edit says {wanted:?}");
    }
    let descriptions: Vec<&str> = all.iter().filter_map(|(_, spec)| spec["description"].as_str()).collect();
    let most = usize::try_from(schema["properties"]["description"]["maxLength"].as_u64().unwrap()).unwrap();
    assert!(descriptions.iter().any(|text| text.chars().count() == most), "none is as long as it may be");
    assert!(descriptions.iter().any(|text| text.chars().count() == 1), "none is as short as it may be");
    assert!(descriptions.iter().any(|text| text.contains('🦀')), "none is foreign");
    assert!(all.iter().any(|(_, spec)| spec["artifact"]["code"].is_object()), "no union is switched");
    assert!(all.iter().all(|(_, spec)| spec["memoryRef"] == json!({ "name": "support" })));
}
