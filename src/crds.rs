//! The CRDs as YAML: what `agentcore-operator crds` prints and `cargo xtask crds` writes.

use serde_json::Value;
use thiserror::Error;

/// A CRD that can't be rendered: a defect of the operator, which its tests would show.
#[derive(Debug, Error)]
pub enum Error {
    /// The types don't make a CRD.
    #[error(transparent)]
    Crd(#[from] agentcore_api::crd::Error),
    /// The CRD doesn't make YAML.
    #[error("the CRD {name} can't be written as YAML: {source}")]
    Yaml {
        /// The CRD's name.
        name: String,
        /// What the YAML writer says.
        source: serde_saphyr::ser::Error,
    },
}

/// A CRD, rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The name of the file that holds it in `crds/`.
    pub file: String,
    /// One YAML document, without a separator.
    pub yaml: String,
}

/// The CRDs of all kinds, the same bytes each time.
pub fn render() -> Result<Vec<Rendered>, Error> {
    agentcore_api::crd::all()?
        .into_iter()
        .map(|crd| {
            let name = format!("{}.{}", crd.spec.names.plural, crd.spec.group);
            let file = format!("{}.yaml", crd.spec.names.plural);
            let mut value = serde_json::to_value(crd).map_err(agentcore_api::crd::Error::from)?;
            whole_numbers(&mut value);
            match serde_saphyr::to_string(&value) {
                Ok(yaml) => Ok(Rendered { file, yaml }),
                Err(source) => Err(Error::Yaml { name, source }),
            }
        })
        .collect()
}

/// Writes bounds as the API server gives them back: the CRD types hold them as floats, and `3650.0` is not `3650` to
/// tools that compare text.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            #[expect(clippy::cast_possible_truncation, reason = "bounds are whole and below 2^53")]
            if let Some(whole) = number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64) {
                *number = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(members) => members.values_mut().for_each(whole_numbers),
        _ => {}
    }
}
