//! A set of records as it is kept.

use std::{fs, path::PathBuf, sync::LazyLock};

use jiff::{SignedDuration, Timestamp};
use regex::{Captures, Regex};
use serde_json::{Value, json};

use crate::{crds::schema, support::root};

/// What writes the set of the present format.
pub const COMMAND: &str = "KEEP_RECORDS=1 cargo test --test whole records::take_up";

/// A namespace with its objects, and AWS.
pub struct Set {
    /// When the operator was killed.
    pub at: Timestamp,
    pub namespace: Value,
    pub objects: Vec<Value>,
    /// What `/_sim/save` gave.
    pub aws: Value,
}

/// Where the sets are, by their number.
pub fn folder(format: u32) -> PathBuf {
    root().join("tests/golden/records").join(format.to_string())
}

/// The numbers of the formats that there are sets of, oldest first.
pub fn formats() -> Vec<u32> {
    let Ok(entries) = fs::read_dir(root().join("tests/golden/records")) else { return Vec::new() };
    let mut all: Vec<u32> =
        entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap()).collect();
    all.sort_unstable();
    all
}

/// The record's format as the CRDs have it: its members with all that can be in them.
pub fn format() -> Value {
    let mut found = Vec::new();
    schema::walk(&mut |place, schema| {
        if place.to_string().ends_with(".status.record") {
            let mut schema = schema.clone();
            without_descriptions(&mut schema);
            found.push(schema);
        }
    });
    assert_eq!(found.len(), 3, "each kind has a record");
    assert!(found.iter().all(|schema| *schema == found[0]), "the kinds have records of one format");
    found.remove(0)
}

fn without_descriptions(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.retain(|name, value| !(name == "description" && value.is_string()));
            members.values_mut().for_each(without_descriptions);
        }
        Value::Array(items) => items.iter_mut().for_each(without_descriptions),
        _ => {}
    }
}

impl Set {
    pub fn read(format: u32) -> Self {
        let file = |name: &str| -> Value {
            let path = folder(format).join(name);
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_json::from_str(&text).unwrap()
        };
        let mut kept = file("objects.json");
        Self {
            at: kept["at"].as_str().unwrap().parse().unwrap(),
            namespace: kept["namespace"].take(),
            objects: kept["objects"].as_array().unwrap().clone(),
            aws: file("aws.json"),
        }
    }

    pub fn write(&self, number: u32) {
        let path = folder(number);
        fs::create_dir_all(&path).unwrap();
        let kept = json!({ "at": self.at, "namespace": self.namespace, "objects": self.objects });
        for (name, value) in [("format.json", &format()), ("objects.json", &kept), ("aws.json", &self.aws)] {
            fs::write(path.join(name), serde_json::to_string_pretty(value).unwrap() + "\n").unwrap();
        }
    }

    /// The same, as if the operator had been killed at another time.
    pub fn moved_to(&self, at: Timestamp) -> Self {
        let by = at.duration_since(self.at);
        let moved = |value: &Value| serde_json::from_str(&shifted(&value.to_string(), by)).unwrap();
        Self {
            at,
            namespace: moved(&self.namespace),
            objects: self.objects.iter().map(moved).collect(),
            aws: moved(&self.aws),
        }
    }
}

/// The text with every moment in it moved. Each keeps its precision.
fn shifted(text: &str, by: SignedDuration) -> String {
    static MOMENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?Z").unwrap());
    let shift = |found: &Captures<'_>| {
        let digits = found.get(1).map_or(0, |digits| digits.len());
        let moment = found[0].parse::<Timestamp>().unwrap() + by;
        format!("{moment:.digits$}")
    };
    MOMENT.replace_all(text, shift).into_owned()
}

#[test]
fn moments_move_and_keep_their_precision() {
    let text = r#"{"a":"2026-01-01T00:00:00Z","b":["2026-01-01T00:00:00.250000Z"],"c":"2026-01-01"}"#;
    let expected = r#"{"a":"2026-01-01T00:01:30Z","b":["2026-01-01T00:01:30.250000Z"],"c":"2026-01-01"}"#;
    assert_eq!(shifted(text, SignedDuration::from_secs(90)), expected);
}

#[test]
fn the_present_format_has_a_set() {
    let newest = *formats().last().unwrap_or_else(|| panic!("no set is kept: {COMMAND}"));
    let text = fs::read_to_string(folder(newest).join("format.json")).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        kept,
        format(),
        "the record's format has changed since tests/golden/records/{newest}, and old records must stay readable. \
         Keep a set of the new one beside it: {COMMAND}"
    );
}
