//! The objects that are measured: what is applied once, and one object to number.

use anyhow::{Context, bail};
use serde_json::Value;

use super::plan::Kind;

/// What stands for the number of an object.
const NUMBER: &str = "{i}";

/// A manifest with numbered objects.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    /// What is applied once, in this order, before the operator starts.
    pub(crate) once: Vec<Value>,
    /// One object, unnumbered.
    object: Value,
}

impl Manifest {
    /// Reads YAML documents, of which one has `{i}` in it.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text).context("it is not YAML")?;
        let (numbered, once): (Vec<_>, Vec<_>) =
            documents.into_iter().filter(|document| !document.is_null()).partition(is_numbered);
        let found = numbered.len();
        let Ok([object]) = <[Value; 1]>::try_from(numbered) else {
            bail!("{found} of its documents have {NUMBER} in them: it must be one, the object that is measured");
        };
        for document in once.iter().chain([&object]) {
            for member in ["/apiVersion", "/kind", "/metadata/name"] {
                let there = document.pointer(member).and_then(Value::as_str);
                there.with_context(|| format!("a document has no {member}: {document}"))?;
            }
        }
        if !object.pointer("/metadata/name").is_some_and(is_numbered) {
            bail!("metadata.name of the numbered object has no {NUMBER} in it: all objects would have one name");
        }
        Ok(Self { once, object })
    }

    /// Our own kind.
    pub(crate) fn of(kind: Kind) -> anyhow::Result<Self> {
        let text = match kind {
            Kind::AgentRuntime => include_str!("objects/runtime.yaml"),
            Kind::AgentMemory => include_str!("objects/memory.yaml"),
            Kind::CodeInterpreter => include_str!("objects/interpreter.yaml"),
        };
        let mut manifest = Self::parse(text)?;
        for crd in agentcore_api::crd::all()? {
            manifest.once.push(serde_json::to_value(crd)?);
        }
        Ok(manifest)
    }

    /// The object of this number.
    pub(crate) fn object(&self, number: usize) -> Value {
        numbered(&self.object, &number.to_string())
    }
}

fn is_numbered(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(NUMBER),
        Value::Array(items) => items.iter().any(is_numbered),
        Value::Object(members) => members.values().any(is_numbered),
        _ => false,
    }
}

fn numbered(value: &Value, number: &str) -> Value {
    match value {
        Value::String(text) => text.replace(NUMBER, number).into(),
        Value::Array(items) => items.iter().map(|item| numbered(item, number)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), numbered(value, number))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::{Kind, Manifest};

    #[test]
    fn one_document_is_numbered_and_the_others_come_first() {
        let manifest = Manifest::parse(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\n---\n\
             apiVersion: x/v1\nkind: Thing\nmetadata: {name: 'thing-{i}'}\nspec: {names: ['n{i}'], size: 3}\n---\n",
        )
        .unwrap();
        assert_eq!(manifest.once[0]["metadata"]["name"], "key");
        let seventh = manifest.object(7);
        assert_eq!(seventh["metadata"]["name"], "thing-7");
        assert_eq!(seventh["spec"], serde_json::json!({ "names": ["n7"], "size": 3 }));
    }

    #[test]
    fn a_manifest_that_cannot_be_measured_is_refused() {
        let error = |text: &str| format!("{:#}", Manifest::parse(text).unwrap_err());
        let thing =
            |name: &str, spec: &str| format!("apiVersion: x/v1\nkind: T\nmetadata: {{name: {name}}}\nspec: {spec}\n");
        assert!(error(&thing("a", "b")).contains("0 of its documents"));
        let two = format!("{}---\n{}", thing("'a-{i}'", "b"), thing("'b-{i}'", "b"));
        assert!(error(&two).contains("2 of its documents"));
        assert!(error(&thing("a", "'{i}'")).contains("all objects would have one name"));
        assert!(error("kind: T\nmetadata: {name: 'a-{i}'}").contains("no /apiVersion"));
        assert!(error("a: [").contains("not YAML"));
    }

    #[test]
    fn our_own_objects_can_be_measured() {
        for kind in Kind::value_variants() {
            let manifest = Manifest::of(*kind).unwrap();
            let object = manifest.object(1);
            assert_eq!(object["kind"], kind.name());
            assert_eq!(object["metadata"]["name"], "bench-1");
            let kinds = agentcore_api::crd::all().unwrap().len();
            assert_eq!(manifest.once.len(), kinds);
        }
    }
}
