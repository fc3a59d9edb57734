//! The quickstart's objects, from their files into the cluster and out of it.

use std::{fs, path::Path, time::Duration};

use agentcore_api::{AgentMemory, AgentRuntime, CodeInterpreter};
use anyhow::{Context, bail};
use kube::{
    Api, Client,
    api::{ApiResource, DeleteParams, DynamicObject, Patch, PatchParams, ValidationDirective},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{arguments::Agent, table::Row};

/// Who writes the objects, for the API server.
pub(crate) const MANAGER: &str = "agentcore-operator-demo";

/// How long the API server may take to serve a kind that has just been installed.
const SERVED_WITHIN: Duration = Duration::from_secs(30);

/// An object of the demo.
pub(crate) struct Object {
    api: Api<DynamicObject>,
    kind: String,
    name: String,
    content: Value,
}

/// The objects in the files of a folder, in the order of the files' names.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Vec<Value>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let mut objects = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).with_context(|| format!("{} is not YAML", file.display()))?;
        objects.extend(documents.into_iter().filter(|document| !document.is_null()));
    }
    if objects.is_empty() {
        bail!("there are no objects in {}", folder.display());
    }
    Ok(objects)
}

/// Puts the agent that AWS is to run into the objects that name one.
pub(crate) fn set_agent(objects: &mut [Value], agent: &Agent) {
    for object in objects {
        let values = [("/spec/artifact/container/image", &agent.image), ("/spec/executionRole/arn", &agent.role_arn)];
        for (place, value) in values {
            if let Some(found) = object.pointer_mut(place) {
                *found = json!(value);
            }
        }
    }
}

impl Object {
    /// An object of one of the operator's kinds, in a namespace.
    pub(crate) fn new(client: &Client, namespace: &str, content: Value) -> anyhow::Result<Self> {
        let text = |place: &str| content.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let kind = text("/kind").context("an object of the quickstart has no kind")?;
        let name = text("/metadata/name").with_context(|| format!("a {kind} of the quickstart has no name"))?;
        let resource = resource(&kind).with_context(|| format!("{kind} is none of the operator's kinds"))?;
        Ok(Self { api: Api::namespaced_with(client.clone(), namespace, &resource), kind, name, content })
    }

    /// Writes the object into the cluster.
    pub(crate) async fn apply(&self) -> anyhow::Result<()> {
        let how = PatchParams { field_validation: Some(ValidationDirective::Strict), ..PatchParams::apply(MANAGER) };
        let deadline = Instant::now() + SERVED_WITHIN;
        loop {
            match self.api.patch(&self.name, &how, &Patch::Apply(&self.content)).await {
                Ok(_) => return Ok(()),
                Err(kube::Error::Api(status)) if status.code == 404 && Instant::now() < deadline => {
                    sleep(Duration::from_millis(100)).await;
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot apply {}/{}", self.kind, self.name));
                }
            }
        }
    }

    /// Asks for its deletion, and doesn't wait until it is gone.
    pub(crate) async fn delete(&self) -> anyhow::Result<()> {
        match self.api.delete(&self.name, &DeleteParams::background()).await {
            Ok(_) => Ok(()),
            Err(error) if is_not_found(&error) => Ok(()),
            Err(error) => Err(error).with_context(|| format!("cannot delete {}/{}", self.kind, self.name)),
        }
    }

    /// What is to be shown of it now.
    pub(crate) async fn look(&self) -> Result<Row, kube::Error> {
        let Some(found) = self.api.get_opt(&self.name).await? else {
            return Ok(Row::gone(&self.kind, &self.name));
        };
        let created = found.metadata.creation_timestamp.map(|time| time.0);
        Ok(Row::of(&self.kind, &self.name, created, found.data.get("status").unwrap_or(&Value::Null)))
    }
}

fn resource(kind: &str) -> Option<ApiResource> {
    [
        ApiResource::erase::<AgentMemory>(&()),
        ApiResource::erase::<AgentRuntime>(&()),
        ApiResource::erase::<CodeInterpreter>(&()),
    ]
    .into_iter()
    .find(|resource| resource.kind == kind)
}

/// Whether the API server has no such thing.
pub(crate) fn is_not_found(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{Agent, read, resource, set_agent};

    #[test]
    fn the_quickstart_is_three_objects_of_known_kinds() {
        let mut objects = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart")).unwrap();
        let kinds: Vec<_> = objects.iter().map(|object| object["kind"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, ["AgentMemory", "CodeInterpreter", "AgentRuntime"]);
        assert!(kinds.iter().all(|kind| resource(kind).is_some()));

        set_agent(&mut objects, &Agent { image: "my/image:1".into(), role_arn: "arn:mine".into() });
        assert_eq!(objects[2]["spec"]["artifact"]["container"]["image"], "my/image:1");
        assert_eq!(objects[2]["spec"]["executionRole"]["arn"], "arn:mine");
        assert!(objects[0].pointer("/spec/executionRole").is_none());
    }

    #[test]
    fn a_folder_without_objects_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "x: 1").unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("no objects"));
        fs::write(folder.path().join("a.yaml"), "x: [").unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("a.yaml is not YAML"));
    }
}
