//! Every leaf of every spec, changed, and seen in AWS: a field that is parsed and forgotten fails here.
//!
//! The cases are data (`cases/*.yaml`); [`super::own_fields`] has those of the operator's own fields, which no AWS
//! resource shows.

use std::{collections::BTreeSet, fs};

use agentcore_sim::Settings;
use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    own_fields,
    subject::{Subject, aws_name},
};
use crate::{
    crds::{
        self,
        schema::{self, Place},
    },
    support::{root, world::World},
};

/// How many cases one object goes through, one after another.
const CASES_PER_OBJECT: usize = 4;
/// How many objects are at work at the same time.
const OBJECTS_AT_A_TIME: usize = 16;

/// A line of `cases/*.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The leaf below `KIND.spec`.
    leaf: String,
    /// The object that is changed, one of `tests/crds/objects` or of [`base`].
    base: String,
    /// Where in the spec `to` goes; by default the first place of the leaf.
    at: Option<String>,
    /// The new value.
    to: Value,
    /// Where in the inventory's item the new value appears.
    aws: String,
    /// As what it appears there; by default as it was written.
    is: Option<Value>,
    /// The writes that the edit makes; by default those of an update.
    calls: Option<Vec<String>>,
    /// The leaf has its value from the start.
    #[serde(default)]
    created: bool,
    /// Other cases would not find what they look for on an object that this one has changed.
    #[serde(default)]
    alone: bool,
}

/// A kind's cases.
struct Table {
    kind: &'static str,
    cases: Vec<Case>,
    create: &'static str,
    /// The writes of an edit.
    update: &'static [&'static str],
}

fn tables() -> Vec<Table> {
    let table = |kind, file: &str, create, update| {
        let text = fs::read_to_string(root().join("tests/edits/cases").join(file)).unwrap();
        let cases = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        Table { kind, cases, create, update }
    };
    // Replacements take longest, so they begin.
    vec![
        table(
            "CodeInterpreter",
            "code-interpreter.yaml",
            "CreateCodeInterpreter",
            &["DeleteCodeInterpreter", "CreateCodeInterpreter"],
        ),
        table("AgentRuntime", "agent-runtime.yaml", "CreateAgentRuntime", &["UpdateAgentRuntime"]),
        table("AgentMemory", "agent-memory.yaml", "CreateMemory", &["UpdateMemory"]),
    ]
}

#[test]
fn every_leaf_has_a_case() {
    let mut leaves = BTreeSet::new();
    schema::walk(&mut |place, schema| {
        let parts = ["properties", "items", "additionalProperties"].iter().any(|parts| schema[*parts].is_object());
        if !parts && place.to_string().contains(".spec.") {
            leaves.insert(place.to_string());
        }
    });
    let tables = tables();
    let in_tables = tables.iter().flat_map(|table| table.cases.iter().map(|case| full(table.kind, case)));
    let cases: BTreeSet<String> = in_tables.chain(own_fields::LEAVES.iter().map(|leaf| (*leaf).to_owned())).collect();
    let without_case: Vec<_> = leaves.difference(&cases).collect();
    let without_leaf: Vec<_> = cases.difference(&leaves).collect();
    assert!(without_case.is_empty(), "no edit of these is tested: {without_case:#?}");
    assert!(without_leaf.is_empty(), "there are no such leaves: {without_leaf:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_leaf_reaches_aws() {
    let allowed =
        |setup: crate::support::operator::Setup| setup.argument("--allow-external-ids=*").argument("--concurrency=32");
    let world = World::with("leaves", Settings::default(), allowed).await;
    for name in ["support", "other"] {
        let memory = world.create("AgentMemory", name, json!({ "deletionPolicy": "Delete" })).await;
        let interpreter = world.create("CodeInterpreter", name, json!({})).await;
        world.ready(&memory).await;
        world.ready(&interpreter).await;
    }
    let tables = tables();
    let mut runs = Vec::new();
    for table in &tables {
        let (alone, edited): (Vec<&Case>, Vec<&Case>) = table.cases.iter().partition(|case| case.created || case.alone);
        runs.extend(alone.into_iter().map(|case| (table, vec![case])));
        let bases: BTreeSet<&str> = edited.iter().map(|case| case.base.as_str()).collect();
        for base in bases {
            let of_base: Vec<&Case> = edited.iter().copied().filter(|case| case.base == base).collect();
            runs.extend(of_base.chunks(CASES_PER_OBJECT).map(|cases| (table, cases.to_vec())));
        }
    }
    let world = &world;
    let failures: Vec<String> = stream::iter(runs.into_iter().enumerate())
        .map(|(number, (table, cases))| async move {
            let leaves: Vec<&str> = cases.iter().map(|case| case.leaf.as_str()).collect();
            let end = run(world, table, &cases, number).await;
            end.err().map(|why| format!("{} {leaves:?}: {why}", table.kind))
        })
        .buffer_unordered(OBJECTS_AT_A_TIME)
        .filter_map(|failure| async { failure })
        .collect()
        .await;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Creates an object and takes it through its cases.
async fn run(world: &World, table: &Table, cases: &[&Case], number: usize) -> Result<(), String> {
    let first = cases.first().ok_or("no cases")?;
    let mut spec = base(&first.base);
    if first.created {
        let at = at(table.kind, first, &spec)?;
        *place(&mut spec, &at) = first.to.clone();
    }
    let subject = Subject::create(world, table.kind, &format!("{}-{number}", first.base), &spec).await?;
    let name = aws_name(&subject.ready().await?);
    // AWS takes this member in an update only.
    let planned = (spec["requireMMDSv2"] == true).then_some("UpdateAgentRuntime");
    let creation: Vec<&str> = [table.create].into_iter().chain(planned).collect();
    let writes = subject.writes_since(0, &name);
    if writes != creation {
        return Err(format!("its creation asked for {writes:?}, not {creation:?}"));
    }
    for case in cases {
        let expected = expected(world, case).await;
        if case.created {
            let shown = subject.resource().await?;
            if shown.pointer(&case.aws) != Some(&expected) {
                return Err(format!("{}: AWS has {:?}", case.leaf, shown.pointer(&case.aws)));
            }
            continue;
        }
        let before = spec.clone();
        *place(&mut spec, &at(table.kind, case, &before)?) = case.to.clone();
        check_change(table.kind, case, &before, &spec)?;
        edit(&subject, table, case, &spec, &name, &expected).await.map_err(|why| format!("{}: {why}", case.leaf))?;
    }
    Ok(())
}

/// Makes one edit, and looks what became of it.
async fn edit(
    subject: &Subject<'_>,
    table: &Table,
    case: &Case,
    spec: &Value,
    name: &str,
    expected: &Value,
) -> Result<(), String> {
    let before = subject.resource().await?;
    if before.pointer(&case.aws) == Some(expected) {
        return Err(format!("{} was {expected} before the edit", case.aws));
    }
    let mark = subject.world.mark();
    subject.edit(spec).await?;
    subject.ready().await?;
    let after = subject.resource().await?;
    if after.pointer(&case.aws) != Some(expected) {
        return Err(format!("{} is {:?}, not {expected}", case.aws, after.pointer(&case.aws)));
    }
    let writes = subject.writes_since(mark, name);
    let calls = case.calls.clone().unwrap_or_else(|| table.update.iter().map(|call| (*call).to_owned()).collect());
    if writes == calls { Ok(()) } else { Err(format!("asked for {writes:?}, not {calls:?}")) }
}

/// Whether the edit changes the leaf that it says.
fn check_change(kind: &str, case: &Case, before: &Value, after: &Value) -> Result<(), String> {
    let leaf = leaf_place(&full(kind, case));
    let values = |spec: &Value| {
        let object = json!({ "spec": spec });
        let values = schema::pointers(&leaf, &object).into_iter();
        // The keys of a map are no values, and neither is an empty object.
        values
            .map(|pointer| (object.pointer(&pointer).cloned(), pointer))
            .map(|(value, at)| json!([value, at]))
            .collect()
    };
    let (before, after): (Vec<Value>, Vec<Value>) = (values(before), values(after));
    if before == after { Err(format!("the case does not change {}", case.leaf)) } else { Ok(()) }
}

/// The value that AWS must show; `id of KIND NAME` stands for the id of that object's resource.
async fn expected(world: &World, case: &Case) -> Value {
    let value = case.is.clone().unwrap_or_else(|| case.to.clone());
    let Some(reference) = value.as_str().and_then(|text| text.strip_prefix("id of ")) else { return value };
    let (kind, name) = reference.split_once(' ').unwrap();
    world.now(&json!({ "kind": kind, "metadata": { "name": name } })).await["status"]["id"].clone()
}

/// The spec that a case starts from. It is left to the operator to choose names, and nothing keeps it from its work.
fn base(name: &str) -> Value {
    if name == "plain" {
        return json!({ "replacement": "OnChange", "network": { "mode": "SANDBOX" } });
    }
    let object = crds::object(name);
    let mut spec = object["spec"].clone();
    let members = spec.as_object_mut().unwrap();
    for own in ["suspend", "adopt", "runtimeName", "memoryName", "codeInterpreterName"] {
        members.remove(own);
    }
    members.insert("deletionPolicy".to_owned(), json!("Delete"));
    if object["kind"] == "CodeInterpreter" {
        members.insert("replacement".to_owned(), json!("OnChange"));
    }
    spec
}

/// Where in the spec a case puts its value.
fn at(kind: &str, case: &Case, spec: &Value) -> Result<String, String> {
    if let Some(at) = &case.at {
        return Ok(at.clone());
    }
    let leaf = leaf_place(&full(kind, case));
    let found = schema::pointers(&leaf, &json!({ "spec": spec })).into_iter().next();
    let plain = || (!case.leaf.contains(['[', '{'])).then(|| format!("/spec{}", case.leaf.replace('.', "/")));
    let pointer = found.or_else(plain).ok_or_else(|| format!("{} has no {}", case.base, case.leaf))?;
    Ok(pointer.trim_start_matches("/spec").to_owned())
}

/// The place of a JSON pointer, made if it is not there; the place after the last item of a list is a new item.
fn place<'a>(spec: &'a mut Value, pointer: &str) -> &'a mut Value {
    pointer.split('/').skip(1).fold(spec, |value, key| match value {
        Value::Array(items) => {
            let index: usize = key.parse().unwrap();
            if index == items.len() {
                items.push(Value::Null);
            }
            &mut items[index]
        }
        other => {
            if other.is_null() {
                *other = Value::Object(Map::new());
            }
            other.as_object_mut().unwrap().entry(key.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null)
        }
    })
}

fn full(kind: &str, case: &Case) -> String {
    format!("{kind}.spec{}", case.leaf)
}

/// The place that the schema walk calls so.
fn leaf_place(name: &str) -> Place {
    let mut found = None;
    schema::walk(&mut |place, _| {
        if place.to_string() == name {
            found = Some(place.clone());
        }
    });
    found.unwrap_or_else(|| panic!("no leaf {name}"))
}
