//! Small real images, for those who have no container tool at hand.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::lookup::NAME;
use super::manifest::{OCI_IMAGE, OCI_INDEX, digest};
use super::push::{TAG, store};
use super::repositories::blank;
use super::state::{Content, Repository, State};
use crate::caller::DEFAULT_ACCOUNT;
use crate::failure::Failure;
use crate::shape::{Shape, pattern};

static ACCOUNT: Shape = pattern(12, 12, "[0-9]{12}");
static REGION: Shape = pattern(1, 63, "[a-z0-9]+(-[a-z0-9]+)+");

/// What image is wanted, and where.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    repository: String,
    tag: String,
    architectures: Vec<String>,
    account: Option<String>,
    region: Option<String>,
}

/// Puts an image into a repository, which is made if it is not there, and moves the tag to it. For more than one
/// architecture it is an index.
pub(crate) fn add_sample(state: &mut State, sample: &Sample, now: Timestamp) -> Result<Value, Failure> {
    NAME.accept_text("repository", &sample.repository)?;
    TAG.accept_text("tag", &sample.tag)?;
    if sample.architectures.is_empty() {
        return Err(Failure::field("architectures", "architectures must name at least one, such as arm64"));
    }
    if sample.architectures.iter().any(|name| !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) || name.is_empty())
    {
        return Err(Failure::field("architectures", "architectures are named by letters and digits, such as arm64"));
    }
    let account = sample.account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
    let region = sample.region.as_deref().unwrap_or("us-east-1");
    ACCOUNT.accept_text("account", account)?;
    REGION.accept_text("region", region)?;
    let registry = state.registries.at_mut(account, region);
    let name = sample.repository.as_str();
    let repository = registry.entry(name.to_owned()).or_insert_with(|| blank(name, account, region, now));
    let single = sample.architectures.len() == 1;
    let tag = Some(sample.tag.as_str());
    let mut images = Vec::new();
    for architecture in &sample.architectures {
        let manifest = image(repository, architecture, &sample.tag, now);
        let digest = store(repository, &manifest, OCI_IMAGE, tag.filter(|_| single), now);
        images.push((architecture, digest, manifest.len()));
    }
    let top = match images.as_slice() {
        [(_, digest, _)] => digest.clone(),
        several => {
            let inner = several.iter().map(|(architecture, digest, size)| {
                json!({
                    "mediaType": OCI_IMAGE,
                    "digest": digest,
                    "size": size,
                    "platform": { "architecture": architecture, "os": "linux" },
                })
            });
            let inner: Vec<Value> = inner.collect();
            let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": inner }).to_string();
            store(repository, &index, OCI_INDEX, tag, now)
        }
    };
    let listed =
        images.iter().map(|(architecture, digest, _)| json!({ "architecture": architecture, "digest": digest }));
    Ok(json!({
        "repositoryArn": repository.arn,
        "imageUri": format!("{}:{}", repository.uri, sample.tag),
        "imageDigest": top,
        "images": listed.collect::<Vec<_>>(),
    }))
}

/// Puts the blobs of an image for one architecture into a repository, and returns the manifest.
fn image(repository: &mut Repository, architecture: &str, tag: &str, now: Timestamp) -> String {
    let layer = archive("image", &format!("{}:{tag} for {architecture}\n", repository.uri));
    let config = json!({
        "created": now,
        "architecture": architecture,
        "os": "linux",
        "config": { "Cmd": ["/image"] },
        "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
    });
    let mut put = |media_type: &str, bytes: Vec<u8>| {
        let descriptor = json!({ "mediaType": media_type, "digest": digest(&bytes), "size": bytes.len() });
        repository.blobs.insert(digest(&bytes), Content(bytes));
        descriptor
    };
    let config = put("application/vnd.oci.image.config.v1+json", config.to_string().into_bytes());
    let layer = put("application/vnd.oci.image.layer.v1.tar", layer);
    json!({ "schemaVersion": 2, "mediaType": OCI_IMAGE, "config": config, "layers": [layer] }).to_string()
}

/// A tar archive with one file.
fn archive(name: &str, content: &str) -> Vec<u8> {
    let header = |sum: &str| {
        // Name, mode, owner, group, size, time, check sum, and that it is a file, each of a fixed length.
        let head =
            format!("{name:\0<100}0000644\x000000000\x000000000\x00{:011o}\x0000000000000\x00{sum}0", content.len());
        format!("{head:\0<257}ustar\x0000{:\0<247}", "").into_bytes()
    };
    let sum: u32 = header("        ").iter().map(|byte| u32::from(*byte)).sum();
    let mut archive = header(&format!("{sum:06o}\0 "));
    archive.extend(content.bytes());
    archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
    archive
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::ACCOUNT, &super::REGION] {
            crate::shape::assert_compile(shape);
        }
    }

    #[test]
    fn archives_are_of_whole_blocks() {
        let archive = super::archive("image", "text\n");
        assert_eq!(archive.len(), 512 + 512 + 1024);
        assert_eq!(archive.get(257..262), Some(b"ustar".as_slice()));
        assert_eq!(archive.get(124..136), Some(b"00000000005\0".as_slice()));
        assert_eq!(archive.get(512..517), Some(b"text\n".as_slice()));
    }
}
