//! The schemas of the CRDs, walked: every constraint that they contain, with its place.

use agentcore_operator::crds;
use serde_json::Value;

/// A step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    /// Any item of a list.
    Item,
    /// Any value of a map.
    Entry,
}

/// A place in the schema of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub kind: String,
    pub steps: Vec<Step>,
}

impl Place {
    fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { kind: self.kind.clone(), steps }
    }

    pub fn in_status(&self) -> bool {
        self.steps.first() == Some(&Step::Member("status".into()))
    }
}

impl std::fmt::Display for Place {
    /// For example `AgentRuntime.spec.env[].name`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.kind)?;
        for step in &self.steps {
            match step {
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item => f.write_str("[]")?,
                Step::Entry => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}

/// The CRDs as they are shipped.
pub fn definitions() -> Vec<Value> {
    crds::render().unwrap().iter().map(|crd| serde_saphyr::from_str(&crd.yaml).unwrap()).collect()
}

/// Calls `visit` with every schema of every kind, parents first.
pub fn walk(visit: &mut impl FnMut(&Place, &Value)) {
    for crd in definitions() {
        let root = Place { kind: crd["spec"]["names"]["kind"].as_str().unwrap().to_owned(), steps: Vec::new() };
        descend(&root, &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"], visit);
    }
}

fn descend(place: &Place, schema: &Value, visit: &mut impl FnMut(&Place, &Value)) {
    visit(place, schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        descend(&place.then(Step::Member(name.clone())), property, visit);
    }
    if schema["items"].is_object() {
        descend(&place.then(Step::Item), &schema["items"], visit);
    }
    if schema["additionalProperties"].is_object() {
        descend(&place.then(Step::Entry), &schema["additionalProperties"], visit);
    }
}

/// A place's part in `object`: its JSON pointers, one for each item or entry on the way.
pub fn pointers(place: &Place, object: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    for step in &place.steps {
        found = found
            .into_iter()
            .flat_map(|pointer| {
                let value = object.pointer(&pointer).unwrap();
                let keys: Vec<String> = match (step, value) {
                    (Step::Member(name), Value::Object(members)) if members.contains_key(name) => vec![name.clone()],
                    (Step::Item, Value::Array(items)) => (0..items.len()).map(|index| index.to_string()).collect(),
                    (Step::Entry, Value::Object(members)) => members.keys().cloned().collect(),
                    _ => Vec::new(),
                };
                keys.into_iter()
                    .map(|key| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")))
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    found
}

/// A JSON pointer in the notation of the API server's errors: `spec.env[0].name`, `spec.tags.team`.
pub fn field(place: &Place, pointer: &str) -> String {
    let mut field = String::new();
    for (step, key) in place.steps.iter().zip(pointer.split('/').skip(1)) {
        let key = key.replace("~1", "/").replace("~0", "~");
        match step {
            Step::Item => field.extend(["[", &key, "]"]),
            _ if field.is_empty() => field.push_str(&key),
            _ => field.extend([".", &key]),
        }
    }
    field
}
