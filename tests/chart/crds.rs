//! The CRDs in the chart.

use std::fs;

use serde_json::{Value, json};

use super::{chart, of_kind, render, set};
use crate::support::{cluster::ok, root};

fn with_metadata(mut crd: Value, annotations: Value) -> Value {
    crd["metadata"]["labels"] = json!({
        "app.kubernetes.io/instance": "test",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/name": "agentcore-operator",
        "app.kubernetes.io/version": env!("CARGO_PKG_VERSION"),
        "helm.sh/chart": concat!("agentcore-operator-", env!("CARGO_PKG_VERSION")),
    });
    if annotations.is_object() {
        crd["metadata"]["annotations"] = annotations;
    }
    crd
}

/// The CRDs that the operator prints, by their names.
fn definitions() -> Vec<Value> {
    let rendered = agentcore_operator::crds::render().unwrap();
    let mut crds: Vec<Value> = rendered.iter().map(|crd| serde_saphyr::from_str(&crd.yaml).unwrap()).collect();
    crds.sort_by_key(|crd| crd["metadata"]["name"].to_string());
    crds
}

fn of_chart(values: &[&str]) -> Vec<Value> {
    let documents = render("test", &set(values));
    let mut crds: Vec<Value> = of_kind(&documents, "CustomResourceDefinition").into_iter().cloned().collect();
    crds.sort_by_key(|crd| crd["metadata"]["name"].to_string());
    crds
}

#[test]
fn they_are_those_of_the_types() {
    let expected = |annotations: &Value| -> Vec<Value> {
        definitions().into_iter().map(|crd| with_metadata(crd, annotations.clone())).collect()
    };
    for (values, annotations) in [
        (&[][..], json!({ "helm.sh/resource-policy": "keep" })),
        (&["crds.annotations={\"a\":\"b\"}"], json!({ "a": "b", "helm.sh/resource-policy": "keep" })),
        (&["crds.annotations={\"a\":\"b\"}", "crds.keep=false"], json!({ "a": "b" })),
        (&["crds.keep=false"], Value::Null),
    ] {
        assert_eq!(of_chart(values), expected(&annotations), "{values:?}");
    }
    assert_eq!(of_chart(&["crds.enabled=false"]), [] as [Value; 0]);
}

#[test]
fn the_copies_are_fresh() {
    let files = |folder: &str| {
        let mut files: Vec<_> = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name(), fs::read_to_string(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    };
    let same = files("charts/agentcore-operator/files/crds") == files("crds");
    assert!(same, "the chart's CRDs are not those of crds/: run `cargo xtask crds`");
}

/// A description may speak of templates.
#[test]
fn braces_in_them_are_text() {
    let copy = super::scratch("braces");
    let _ = fs::remove_dir_all(&copy);
    ok(std::process::Command::new("cp").arg("-r").arg(chart()).arg(&copy));
    let text = "{{ .Values.nothing.of.this }} and {sessionId}";
    let crd = json!({ "kind": "CustomResourceDefinition", "metadata": { "name": "x" }, "spec": { "text": text } });
    fs::write(copy.join("files/crds/x.yaml"), crd.to_string()).unwrap();
    let rendered = ok(super::helm().args(["template", "test"]).arg(&copy));
    let documents: Vec<Value> = serde_saphyr::from_multiple(&rendered).unwrap();
    assert!(documents.iter().any(|document| document["spec"]["text"] == text));
}
