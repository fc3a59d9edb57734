//! What `gitops/` gives to GitOps tools.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    cluster::{cluster, namespace, ok},
    root,
};

const IMAGE: &str = "123456789012.dkr.ecr.us-west-2.amazonaws.com/quickstart-agent";

/// A folder with the quickstart, our configuration of Kustomize, and this `kustomization.yaml`.
fn folder(name: &str, kustomization: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kustomize").join(name);
    fs::create_dir_all(&folder).unwrap();
    for file in ["examples/quickstart/quickstart.yaml", "gitops/kustomize/kustomizeconfig.yaml"] {
        let file = root().join(file);
        fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
    }
    fs::write(folder.join("kustomization.yaml"), kustomization).unwrap();
    folder
}

/// The YAML block of the README.
fn readme_example() -> String {
    let readme = fs::read_to_string(root().join("gitops/kustomize/README.md")).unwrap();
    let (_, rest) = readme.split_once("```yaml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn build(folder: &Path) -> Vec<Value> {
    serde_saphyr::from_multiple(&ok(cluster().kubectl().arg("kustomize").arg(folder))).unwrap()
}

fn runtime(objects: &[Value]) -> &Value {
    objects.iter().find(|object| object["kind"] == "AgentRuntime").unwrap()
}

#[test]
fn a_prefix_and_an_image_reach_the_references() {
    let namespace = namespace("kustomize");
    let example = readme_example();
    assert!(example.contains("namespace: team-a\n"), "{example}");
    let folder = folder("prefix", &example.replace("namespace: team-a\n", &format!("namespace: {namespace}\n")));
    let objects = build(&folder);
    assert_eq!(objects.len(), 3);
    for object in &objects {
        let expected = json!({ "name": "team-a-quickstart", "namespace": namespace });
        assert_eq!(object["metadata"], expected);
    }
    let spec = &runtime(&objects)["spec"];
    assert_eq!(spec["memoryRef"]["name"], "team-a-quickstart");
    assert_eq!(spec["codeInterpreterRefs"], json!([{ "alias": "default", "name": "team-a-quickstart" }]));
    assert_eq!(spec["artifact"]["container"]["image"], format!("{IMAGE}:1.1.0"));

    let mut apply = cluster().kubectl();
    let applied = ok(apply.args(["apply", "--server-side", "--validate=strict", "-k"]).arg(&folder));
    assert_eq!(applied.matches("serverside-applied").count(), 3, "{applied}");
}

/// A base hands the configuration to its overlays; without it Kustomize knows nothing of our kinds.
#[test]
fn an_overlay_inherits_it() {
    let overlay = |base: &str| {
        let text = format!("resources: [../{base}]\nnameSuffix: -b\nimages: [{{name: {IMAGE}, newTag: '2'}}]\n");
        runtime(&build(&folder(&format!("over-{base}"), &text)))["spec"].clone()
    };
    folder("base", "resources: [quickstart.yaml]\nconfigurations: [kustomizeconfig.yaml]\n");
    let spec = overlay("base");
    assert_eq!(spec["memoryRef"]["name"], "quickstart-b");
    assert_eq!(spec["codeInterpreterRefs"][0]["name"], "quickstart-b");
    assert_eq!(spec["artifact"]["container"]["image"], format!("{IMAGE}:2"));

    folder("without", "resources: [quickstart.yaml]\n");
    let spec = overlay("without");
    assert_eq!(spec["memoryRef"]["name"], "quickstart");
}

/// What is named by AWS's id is no object's name.
#[test]
fn ids_stay() {
    let interpreter = json!({ "alias": "default", "id": "aws.codeinterpreter.v1" });
    let patch = json!([
        { "op": "replace", "path": "/spec/memoryRef", "value": { "id": "quickstart-0123456789" } },
        { "op": "replace", "path": "/spec/codeInterpreterRefs/0", "value": interpreter },
    ]);
    let text = format!(
        "resources: [quickstart.yaml]\nconfigurations: [kustomizeconfig.yaml]\nnamePrefix: a-\n\
         patches: [{{target: {{kind: AgentRuntime}}, patch: '{patch}'}}]\n"
    );
    let objects = build(&folder("ids", &text));
    let spec = &runtime(&objects)["spec"];
    assert_eq!(spec["memoryRef"], json!({ "id": "quickstart-0123456789" }));
    assert_eq!(spec["codeInterpreterRefs"], json!([interpreter]));
}

/// Every field that refers to an object of ours is in the configuration.
#[test]
fn each_reference_is_known() {
    let configuration = fs::read_to_string(root().join("gitops/kustomize/kustomizeconfig.yaml")).unwrap();
    for crd in agentcore_operator::crds::render().unwrap() {
        let crd: Value = serde_saphyr::from_str(&crd.yaml).unwrap();
        let spec = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
        for (field, schema) in spec.as_object().unwrap() {
            if ["Ref", "Refs"].iter().any(|end| field.ends_with(end)) {
                let path = format!("path: spec/{field}/name\n");
                assert!(configuration.contains(&path), "kustomizeconfig.yaml lacks {path} {schema}");
            }
        }
    }
}
