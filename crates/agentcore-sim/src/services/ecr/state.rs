//! Repositories and what is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::manifest::{self, Manifest};
use crate::moment::epoch;
use crate::services::places::Places;

/// All that the service has, of all accounts and regions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    pub(super) registries: Places<Registry>,
}

/// The repositories of one account in one region, by name.
pub(super) type Registry = BTreeMap<String, Repository>;

/// A repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Repository {
    pub(super) account: String,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) uri: String,
    pub(super) created_at: Timestamp,
    /// Whether tags can be moved, and the wildcards of the tags that are an exception.
    pub(super) mutability: String,
    pub(super) exceptions: Vec<String>,
    pub(super) scan_on_push: bool,
    pub(super) encryption: Value,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) policy: Option<String>,
    pub(super) lifecycle: Option<String>,
    /// By digest.
    pub(super) images: BTreeMap<String, Image>,
    /// The digest of each image tag.
    pub(super) image_tags: BTreeMap<String, String>,
    /// Layers and config blobs, by digest.
    pub(super) blobs: BTreeMap<String, Content>,
    /// By id.
    pub(super) uploads: BTreeMap<String, Upload>,
}

/// An image or an index of images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Image {
    /// As it was given: the digest is that of these bytes.
    pub(super) manifest: String,
    pub(super) media_type: String,
    pub(super) pushed_at: Timestamp,
    pub(super) pulled_at: Option<Timestamp>,
}

/// A layer that is not complete yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) content: Content,
    /// How many bytes each part had.
    pub(super) parts: Vec<usize>,
}

/// Bytes, saved as base64.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Content(pub(super) Vec<u8>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.0.len())
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Image {
    /// What the manifest says. It was checked when it came.
    pub(super) fn read(&self) -> Option<Manifest> {
        manifest::parse(&self.manifest, Some(&self.media_type)).ok()
    }
}

impl Repository {
    /// As the service describes it.
    pub(super) fn view(&self) -> Value {
        json!({
            "repositoryArn": self.arn,
            "registryId": self.account,
            "repositoryName": self.name,
            "repositoryUri": self.uri,
            "createdAt": epoch(self.created_at),
            "imageTagMutability": self.mutability,
            "imageTagMutabilityExclusionFilters": self.exceptions_view(),
            "imageScanningConfiguration": { "scanOnPush": self.scan_on_push },
            "encryptionConfiguration": self.encryption,
        })
    }

    /// The wildcards of the tags that are an exception; null if there are none.
    pub(super) fn exceptions_view(&self) -> Value {
        if self.exceptions.is_empty() {
            return Value::Null;
        }
        self.exceptions.iter().map(|filter| json!({ "filterType": "WILDCARD", "filter": filter })).collect()
    }

    /// The tags of an image.
    pub(super) fn tags_of(&self, digest: &str) -> Vec<String> {
        self.image_tags.iter().filter(|(_, of)| *of == digest).map(|(tag, _)| tag.clone()).collect()
    }

    /// An index that has the image in it.
    pub(super) fn index_with(&self, digest: &str) -> Option<&str> {
        let holds = |image: &Image| image.read().is_some_and(|manifest| manifest.images().any(|image| image == digest));
        self.images.iter().find(|(_, image)| holds(image)).map(|(index, _)| index.as_str())
    }

    /// The blobs that images need.
    pub(super) fn referenced(&self) -> BTreeSet<String> {
        let manifests = self.images.values().filter_map(Image::read);
        manifests.flat_map(|manifest| manifest.blobs().map(|blob| blob.digest.clone()).collect::<Vec<_>>()).collect()
    }

    /// How long an image is: its config and layers together, of an index the longest of its images.
    pub(super) fn length(&self, image: &Image) -> u64 {
        let own = |manifest: &Manifest| manifest.blobs().map(|blob| blob.size).fold(0, u64::saturating_add);
        self.within(image).iter().map(own).max().unwrap_or(0)
    }

    /// For which architectures and systems an image is, as its config blob says.
    fn platforms(&self, image: &Image) -> Vec<Value> {
        let platform = |manifest: &Manifest| {
            let config = self.blobs.get(&manifest.config()?.digest)?;
            let config: Map<String, Value> = serde_json::from_slice(&config.0).ok()?;
            Some(json!({ "architecture": config.get("architecture"), "os": config.get("os") }))
        };
        self.within(image).iter().filter_map(platform).collect()
    }

    /// The manifest of an image, and those of all images in it, each once: an index can have indexes in it, and the
    /// same one more than once, so that there may be far more ways to an image than images.
    fn within(&self, image: &Image) -> Vec<Manifest> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = vec![image];
        while let Some(image) = next.pop() {
            let Some(manifest) = image.read() else { continue };
            let inner: Vec<&str> = manifest.images().filter(|digest| seen.insert((*digest).to_owned())).collect();
            // The first is to be looked at first, and that is the last one here.
            next.extend(inner.into_iter().rev().filter_map(|digest| self.images.get(digest)));
            found.push(manifest);
        }
        found
    }
}

impl State {
    /// Everything, readable.
    pub(crate) fn inventory(&self) -> Value {
        let repository = |account: &str, region: &str, repository: &Repository| {
            let images = repository.images.iter().map(|(digest, image)| {
                json!({
                    "digest": digest,
                    "tags": repository.tags_of(digest),
                    "mediaType": image.media_type,
                    "platforms": repository.platforms(image),
                    "bytes": repository.length(image),
                    "pushedAt": image.pushed_at,
                    "lastPulledAt": image.pulled_at,
                })
            });
            json!({
                "account": account,
                "region": region,
                "name": repository.name,
                "arn": repository.arn,
                "uri": repository.uri,
                "createdAt": repository.created_at,
                "imageTagMutability": repository.mutability,
                "imageTagMutabilityExceptions": repository.exceptions,
                "scanOnPush": repository.scan_on_push,
                "encryption": repository.encryption,
                "tags": repository.tags,
                "policy": repository.policy,
                "lifecyclePolicy": repository.lifecycle,
                "images": images.collect::<Vec<_>>(),
                "uploads": repository.uploads.keys().collect::<Vec<_>>(),
            })
        };
        let all = self.registries.all().flat_map(|(account, region, registry)| {
            registry.values().map(move |found| repository(account, region, found))
        });
        json!({ "repositories": all.collect::<Vec<_>>() })
    }
}
