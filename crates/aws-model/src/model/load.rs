//! Reading a model out of the Python environment.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use flate2::read::GzDecoder;
use serde_json::Value;

use super::Model;
use crate::error::Error;
use crate::python;

/// Each model is read once, and kept for as long as the process runs.
static LOADED: Mutex<BTreeMap<String, &'static Model>> = Mutex::new(BTreeMap::new());

/// The folder with botocore's data, found once.
static DATA: OnceLock<PathBuf> = OnceLock::new();

impl Model {
    /// The model of a service, as botocore names it: for example `bedrock-agentcore-control`. Of several versions of
    /// the API, the newest.
    pub fn load(service: &str) -> Result<&'static Self, Error> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = loaded.get(service) {
            return Ok(model);
        }
        let path = newest(service)?.join("service-2.json.gz");
        let mut text = String::new();
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        GzDecoder::new(file).read_to_string(&mut text).map_err(Error::io("unpack", &path))?;
        let model: &'static Self = Box::leak(Box::new(Self::parse(service, &text)?));
        loaded.insert(service.to_owned(), model);
        Ok(model)
    }

    /// A model from the text of a `service-2.json`. Every shape that it refers to is in it.
    pub fn parse(service: &str, text: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Model { service: service.to_owned(), reason };
        let model: Self = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let of_operations = model
            .operations
            .values()
            .flat_map(|operation| operation.input.iter().chain(&operation.output).chain(&operation.errors));
        let of_shapes = model
            .shapes
            .values()
            .flat_map(|shape| shape.members.values().chain(&shape.member).chain(&shape.key).chain(&shape.value));
        match of_operations.chain(of_shapes).find(|member| !model.shapes.contains_key(&member.shape)) {
            Some(dangling) => Err(wrong(format!("it has no shape {}", dangling.shape))),
            None => Ok(model),
        }
    }
}

/// The waiters of a service: `waiters-2.json` as it is; `Null` for a service that has none.
pub fn waiters(service: &str) -> Result<Value, Error> {
    beside(service, "waiters-2.json")
}

/// What of a service is listed in pages: `paginators-1.json` as it is; `Null` for a service that has none.
pub fn paginators(service: &str) -> Result<Value, Error> {
    beside(service, "paginators-1.json")
}

fn beside(service: &str, name: &str) -> Result<Value, Error> {
    let path = newest(service)?.join(name);
    if !path.try_exists().map_err(Error::io("look at", &path))? {
        return Ok(Value::Null);
    }
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    serde_json::from_str(&text)
        .map_err(|error| Error::Model { service: service.to_owned(), reason: format!("{name}: {error}") })
}

/// The folder of the newest version of the API; versions are dates, which sort.
fn newest(service: &str) -> Result<PathBuf, Error> {
    let data = if let Some(data) = DATA.get() {
        data
    } else {
        let found = python::packages(&python::locate()?)?.join("botocore").join("data");
        DATA.get_or_init(|| found)
    };
    let folder = data.join(service);
    let versions = fs::read_dir(&folder).into_iter().flatten().flatten();
    versions.map(|version| version.path()).max().ok_or(Error::NoModel { service: service.to_owned(), folder })
}
