//! The Helm chart: what it says of itself, and what it makes of values.

mod crds;
mod objects;
mod rbac;

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use crate::support::{
    cluster::{fails, ok},
    root,
};

fn chart() -> PathBuf {
    root().join("charts/agentcore-operator")
}

fn read(path: &str) -> String {
    fs::read_to_string(chart().join(path)).unwrap()
}

/// Value sets: the defaults, all values changed, and as little as possible.
pub(crate) fn value_sets() -> [Vec<String>; 3] {
    let file = |name: &str| {
        let path = root().join("tests/chart/values").join(name);
        vec!["--values".to_owned(), path.to_str().unwrap().to_owned()]
    };
    [Vec::new(), file("everything.yaml"), file("nothing.yaml")]
}

/// A file of the tests' own.
fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("chart");
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{}-{name}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Helm, which reads and writes nothing of the developer's own.
fn helm() -> Command {
    static HELM: OnceLock<PathBuf> = OnceLock::new();
    let program = HELM.get_or_init(|| {
        let programs = devcluster::tools::locate(&devcluster::tools::HELM).unwrap_or_else(|error| panic!("{error}"));
        programs.into_iter().find(|program| program.name == "helm").unwrap().path
    });
    let mut command = Command::new(program);
    for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(variable, PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("helm"));
    }
    command.env_remove("KUBECONFIG");
    command
}

fn template(namespace: &str, arguments: &[String]) -> Command {
    let mut command = helm();
    command.args(["template", "test"]).arg(chart()).args(["--namespace", namespace]).args(arguments);
    command
}

/// What the chart makes of the values.
pub(crate) fn render(namespace: &str, arguments: &[String]) -> Vec<Value> {
    serde_saphyr::from_multiple(&ok(&mut template(namespace, arguments))).unwrap()
}

pub(crate) fn of_kind<'a>(documents: &'a [Value], kind: &str) -> Vec<&'a Value> {
    documents.iter().filter(|document| document["kind"] == kind).collect()
}

/// The only document of the kind.
pub(crate) fn only<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    match of_kind(documents, kind)[..] {
        [document] => document,
        ref other => panic!("{} documents of kind {kind}", other.len()),
    }
}

pub(crate) fn set(values: &[&str]) -> Vec<String> {
    values.iter().flat_map(|value| ["--set-json".to_owned(), (*value).to_owned()]).collect()
}

#[test]
fn lint_finds_nothing() {
    for values in value_sets() {
        ok(helm().args(["lint", "--strict"]).arg(chart()).args(values));
    }
}

#[test]
fn the_schema_refuses_wrong_values() {
    for (value, place) in [
        ("replicas=2", "replicas"),
        ("replicaCount=2", "replicaCount"),
        ("image.registry=\"x\"", "registry"),
        ("image.digest=\"sha256:1\"", "/image/digest"),
        ("image.pullPolicy=\"Sometimes\"", "/image/pullPolicy"),
        ("aws.region=\"Oregon\"", "/aws/region"),
        ("aws.endpointUrl=\"sim:4566\"", "/aws/endpointUrl"),
        ("aws.quotaShare=0", "/aws/quotaShare"),
        ("aws.quotaShare=1.5", "/aws/quotaShare"),
        ("defaultTags={\"a\":1}", "/defaultTags/a"),
        ("defaultTags={\"a\":\"1,2\"}", "/defaultTags/a"),
        ("defaultTags={\"a=b\":\"1\"}", "'a=b'"),
        ("defaultTags={\"aws:a\":\"1\"}", "'aws:a'"),
        ("defaultTags={\"agentcore-operator/a\":\"1\"}", "'agentcore-operator/a'"),
        ("defaultTags={\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\"}", "/defaultTags"),
        ("allowedRoleArns=\"role/*\"", "/allowedRoleArns"),
        ("allowedRoleArns=[\"role/a,role/b\"]", "/allowedRoleArns/0"),
        ("allowExternalIds=[\"team-*\"]", "/allowExternalIds/0"),
        ("allowAdoption=[\"team-*\"]", "/allowAdoption/0"),
        ("adoptFromClusters=[\"a,b\"]", "/adoptFromClusters/0"),
        ("readOnly=\"yes\"", "/readOnly"),
        ("watchNamespaces=[\"a\",\"a\"]", "/watchNamespaces"),
        ("watchNamespaces=[\"Team\"]", "/watchNamespaces/0"),
        ("concurrency=0", "/concurrency"),
        ("log.format=\"xml\"", "/log/format"),
        ("ipFamily=\"dual\"", "/ipFamily"),
        ("serviceAccount.create=false", "/serviceAccount/name"),
        ("resources.request={}", "request"),
        ("extraEnv=[{\"value\":\"1\"}]", "/extraEnv/0"),
        ("networkPolicy.apiServerPorts=[]", "/networkPolicy/apiServerPorts"),
    ] {
        let refusal = fails(&mut template("test", &set(&[value])));
        assert!(refusal.contains("schema") && refusal.contains(place), "{value}: {refusal}");
    }
}

/// What whoever installs the chart reads first.
#[test]
fn the_notes_say_what_is_left_to_do() {
    let notes = |values: &[&str]| {
        let mut install = helm();
        install.args(["install", "test", "--dry-run=client", "--namespace", "ops"]).arg(chart()).args(set(values));
        let text = ok(&mut install);
        text.split_once("\nNOTES:\n").unwrap().1.to_owned()
    };
    let image = "image.repository=\"registry.example/operator\"";
    let role = "serviceAccount.annotations={\"eks.amazonaws.com/role-arn\":\"arn:aws:iam::123456789012:role/op\"}";
    let build = "docker build";
    let associate = "create-pod-identity-association --cluster-name CLUSTER --namespace ops";
    for (values, said, unsaid) in [
        (&[][..], &[build, associate, "all namespaces", "aws.region"][..], &["by IRSA from"][..]),
        (&[image], &["registry.example/operator:", associate], &[build]),
        (&[image, role], &["by IRSA from the role arn:aws:iam::123456789012:role/op."], &[build, associate]),
        (&["aws.region=\"us-west-2\"", "watchNamespaces=[\"a\",\"b\"]"], &["the namespaces a, b."], &["aws.region"]),
    ] {
        let notes = notes(values);
        for text in said {
            assert!(notes.contains(text), "{values:?}: {text} is not in:\n{notes}");
        }
        for text in unsaid {
            assert!(!notes.contains(text), "{values:?}: {text} is in:\n{notes}");
        }
    }
}

/// A chart that depends on this one passes it `global`, whatever the schema says.
#[test]
fn a_parent_chart_may_share_its_globals() {
    render("test", &set(&["global={\"region\":\"x\"}"]));
}

/// The names of all values: `image.tag`, not `image`; a value that Kubernetes defines counts as one.
fn names(values: &Value, schema: &Value, before: &str, names: &mut BTreeSet<String>) {
    for (key, value) in values.as_object().unwrap() {
        let (name, schema) = (format!("{before}{key}"), &schema["properties"][key]);
        assert!(!schema.is_null(), "values.schema.json has no {name}");
        let of_kubernetes = ["values.resources", "values.affinity"].contains(&name.as_str());
        if schema["additionalProperties"] == false && !of_kubernetes {
            names_of(value, schema, &name, names);
        } else {
            names.insert(name);
        }
    }
}

fn names_of(values: &Value, schema: &Value, name: &str, into: &mut BTreeSet<String>) {
    let allowed: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
    let there: BTreeSet<_> = values.as_object().unwrap().keys().collect();
    assert_eq!(allowed, there, "{name}: values.schema.json (left) and values.yaml");
    names(values, schema, &format!("{name}."), into);
}

#[test]
fn every_value_is_in_the_schema_and_in_the_readme() {
    let values: Value = serde_saphyr::from_str(&read("values.yaml")).unwrap();
    let mut schema: Value = serde_json::from_str(&read("values.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    // Helm's own.
    schema["properties"].as_object_mut().unwrap().remove("global").unwrap();
    let mut expected = BTreeSet::new();
    names_of(&values, &schema, "values", &mut expected);
    let expected: BTreeSet<_> = expected.iter().map(|name| name.trim_start_matches("values.").to_owned()).collect();

    let readme = read("README.md");
    let (_, table) = readme.split_once("## Values").unwrap();
    let row = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    let described: BTreeSet<_> = table.lines().filter_map(row).collect();
    assert_eq!(described, expected, "the README's table (left) and values.yaml");
}

#[test]
fn its_versions_are_those_of_the_operator() {
    let chart: Value = serde_saphyr::from_str(&read("Chart.yaml")).unwrap();
    for version in ["version", "appVersion"] {
        assert_eq!(chart[version], env!("CARGO_PKG_VERSION"), "{version}");
    }
}

/// rust-toolchain.toml is not part of the image's build.
#[test]
fn the_image_is_built_with_the_pinned_rust() {
    let toolchain = fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let (_, channel) = toolchain.split_once("channel = \"").unwrap();
    let release: Vec<_> = channel.split(['.', '"']).take(2).collect();
    let dockerfile = fs::read_to_string(root().join("Dockerfile")).unwrap();
    let from = format!("FROM rust:{}-bookworm AS build\n", release.join("."));
    assert!(dockerfile.contains(&from), "no {from:?} in the Dockerfile");
}
