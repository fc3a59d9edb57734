//! The CustomResourceDefinitions, as they are installed.
//!
//! The derive macros give most of it. What Kubernetes' own conventions want besides is added here, in one place:
//! the CRD must come back from the API server as it was sent, or Argo CD reports it as out of sync for ever.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use serde_json::{Value, json};
use thiserror::Error;

use crate::{AgentMemory, AgentRuntime, CodeInterpreter};

/// A type whose schema can't be brought into a CRD: a defect of this crate, which its tests would show.
#[derive(Debug, Error)]
pub enum Error {
    /// The finished value is not a CRD.
    #[error("the generated CRD is not valid: {0}")]
    Json(#[from] serde_json::Error),
}

/// The CRDs of all kinds, in the order of their names.
pub fn all() -> Result<Vec<CustomResourceDefinition>, Error> {
    [AgentMemory::crd(), AgentRuntime::crd(), CodeInterpreter::crd()].into_iter().map(finish).collect()
}

fn finish(mut derived: CustomResourceDefinition) -> Result<CustomResourceDefinition, Error> {
    // The API server fills these in; writing them keeps the CRD as it was sent.
    derived.spec.names.list_kind = Some(format!("{}List", derived.spec.names.kind));
    let mut crd = serde_json::to_value(derived)?;
    if let Some(spec) = crd.get_mut("spec").and_then(Value::as_object_mut) {
        spec.insert("conversion".into(), json!({ "strategy": "None" }));
    }
    for schema in crd
        .pointer_mut("/spec/versions")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(|version| version.pointer_mut("/schema/openAPIV3Schema"))
    {
        tidy(schema);
        if let Some(status) = schema.pointer_mut("/properties/status").and_then(Value::as_object_mut) {
            // Without a status, `kubectl wait`, Flux and Helm take an object that nobody has looked at for done.
            status.insert("default".into(), json!({ "observedGeneration": -1 }));
        }
    }
    drop_empty_lists(&mut crd);
    Ok(serde_json::from_value(crd)?)
}

/// Removes what the schema generator adds for Rust's sake: `nullable` (an optional field is absent or has a value,
/// as in Kubernetes' own types), titles, and the line breaks of doc comments, which `kubectl explain` would keep.
fn tidy(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    schema.remove("nullable");
    schema.remove("title");
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let paragraphs: Vec<String> = description.split("\n\n").map(|text| text.replace('\n', " ")).collect();
        *description = paragraphs.join("\n\n");
    }
    for (keyword, value) in schema.iter_mut() {
        match keyword.as_str() {
            "properties" => value.as_object_mut().into_iter().flatten().for_each(|(_, property)| tidy(property)),
            "items" | "additionalProperties" => tidy(value),
            _ => {}
        }
    }
}

/// Removes empty lists, which the API server drops (linkerd's CRDs were out of sync over `shortNames: []`).
fn drop_empty_lists(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.as_array().is_some_and(Vec::is_empty));
            members.values_mut().for_each(drop_empty_lists);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_empty_lists),
        _ => {}
    }
}
