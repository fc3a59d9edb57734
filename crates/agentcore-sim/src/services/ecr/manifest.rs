//! Reads manifests: images and indexes, Docker's and OCI's.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// An image of Docker.
pub(super) const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// An index of Docker.
pub(super) const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// An image of OCI.
pub(super) const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
/// An index of OCI.
pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A manifest, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    /// What an artifact of OCI says that it is.
    pub(super) artifact_type: Option<String>,
    /// The digest of the image that it is about.
    pub(super) subject: Option<String>,
    /// The config, then the layers, of an image.
    config: Option<Descriptor>,
    layers: Vec<Descriptor>,
    /// The images of an index.
    images: Vec<Descriptor>,
}

/// What a manifest says of something that it is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Descriptor {
    pub(super) digest: String,
    pub(super) media_type: Option<String>,
    pub(super) size: u64,
}

impl Manifest {
    /// The config of an image.
    pub(super) fn config(&self) -> Option<&Descriptor> {
        self.config.as_ref()
    }

    /// What must be in the repository before it: the config and the layers, but not those that others distribute.
    pub(super) fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(self.layers.iter().filter(|layer| !layer.foreign()))
    }

    /// The digests of the images of an index.
    pub(super) fn images(&self) -> impl Iterator<Item = &str> {
        self.images.iter().map(|image| image.digest.as_str())
    }
}

impl Descriptor {
    fn foreign(&self) -> bool {
        let kind = self.media_type.as_deref().unwrap_or_default();
        kind.contains(".foreign.") || kind.contains(".nondistributable.")
    }
}

/// The digest of bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Reads a manifest. Its media type can also be given beside it, and must be if it does not name it itself.
pub(super) fn parse(text: &str, given: Option<&str>) -> Result<Manifest, String> {
    let document: Value = serde_json::from_str(text).map_err(|_| "The manifest is not JSON".to_owned())?;
    let own = document.get("mediaType").and_then(Value::as_str);
    let media_type = match (own, given) {
        (Some(own), Some(given)) if own != given => {
            return Err("The media type of the manifest is not the one that was given".to_owned());
        }
        (None, None) => return Err("The manifest has no media type, and none was given".to_owned()),
        (own, given) => own.or(given).unwrap_or_default(),
    };
    if document.get("schemaVersion") != Some(&Value::from(2)) {
        return Err("The schema version of the manifest must be 2".to_owned());
    }
    let (config, layers, images) = match media_type {
        DOCKER_IMAGE | OCI_IMAGE => (Some(descriptor(document.get("config"))?), list(&document, "layers")?, Vec::new()),
        DOCKER_INDEX | OCI_INDEX => (None, Vec::new(), list(&document, "manifests")?),
        other => return Err(format!("The media type {other} is not supported")),
    };
    let text = |member: &str| document.get(member).and_then(Value::as_str).map(str::to_owned);
    Ok(Manifest {
        media_type: media_type.to_owned(),
        artifact_type: text("artifactType").or_else(|| config.as_ref().and_then(|config| config.media_type.clone())),
        subject: document.pointer("/subject/digest").and_then(Value::as_str).map(str::to_owned),
        config,
        layers,
        images,
    })
}

fn list(document: &Value, member: &str) -> Result<Vec<Descriptor>, String> {
    let items = document.get(member).and_then(Value::as_array);
    let items = items.ok_or_else(|| format!("The manifest has no list of {member}"))?;
    items.iter().map(|item| descriptor(Some(item))).collect()
}

fn descriptor(value: Option<&Value>) -> Result<Descriptor, String> {
    let digest = value.and_then(|value| value.get("digest")).and_then(Value::as_str);
    let digest = digest.ok_or_else(|| "The manifest refers to something without its digest".to_owned())?;
    let member = |name: &str| value.and_then(|value| value.get(name));
    Ok(Descriptor {
        digest: digest.to_owned(),
        media_type: member("mediaType").and_then(Value::as_str).map(str::to_owned),
        size: member("size").and_then(Value::as_u64).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::{OCI_IMAGE, parse};

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn image(more: &str) -> String {
        format!(r#"{{"schemaVersion":2,{more}"config":{{"digest":"{EMPTY}","size":0}},"layers":[]}}"#)
    }

    #[test]
    fn the_media_type_stands_inside_or_beside() {
        let inside = format!(r#""mediaType":"{OCI_IMAGE}","#);
        assert!(parse(&image(""), None).is_err());
        assert!(parse(&image(&inside), None).is_ok());
        assert!(parse(&image(""), Some(OCI_IMAGE)).is_ok());
        assert!(parse(&image(&inside), Some("application/json")).is_err());
        assert!(parse(&image(""), Some("application/json")).is_err());
    }

    #[test]
    fn digests_are_real() {
        assert_eq!(super::digest(b""), EMPTY);
    }
}
