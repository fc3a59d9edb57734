//! PutImage: a manifest, once everything that it refers to is there.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::lookup::{REGISTRY, REPOSITORY, refused, text};
use super::manifest::{Manifest, digest, parse};
use super::state::{Image, Repository};
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, opt, req, text as words};
use crate::wildcard::like;

/// How many images a repository can have.
const MOST: usize = 10_000;

static MANIFEST: Shape = words(1, 4_194_304);
/// The tag of an image.
pub(super) static TAG: Shape = words(1, 300);
static PUT: Shape = Shape::Record(&[
    REGISTRY,
    REPOSITORY,
    req("imageManifest", &MANIFEST),
    opt("imageManifestMediaType", &ANY_TEXT),
    opt("imageTag", &TAG),
    opt("imageDigest", &ANY_TEXT),
]);

/// Stores a manifest, and moves a tag to it.
pub(super) fn put_image(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PUT.accept(&call.params.body)?;
    let now = call.now;
    let repository = call.repository(&body)?;
    let text_of = text(&body, "imageManifest");
    let given = body.get("imageManifestMediaType").and_then(Value::as_str);
    let manifest = parse(text_of, given).map_err(|why| {
        let message = format!("Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{why}'");
        Failure::field("imageManifest", message)
    })?;
    let own = digest(text_of.as_bytes());
    if let Some(claimed) = body.get("imageDigest").and_then(Value::as_str).filter(|claimed| *claimed != own) {
        let message = format!("The digest of the image is {own}, and not {claimed}");
        return Err(refused("ImageDigestDoesNotMatchException", message));
    }
    let tag = body.get("imageTag").and_then(Value::as_str);
    complete(repository, &manifest)?;
    unlike_before(repository, &own, tag)?;
    store(repository, text_of, &manifest.media_type, tag, now);
    Ok(Reply::Json(json!({
        "image": {
            "registryId": repository.account,
            "repositoryName": repository.name,
            "imageId": { "imageDigest": own, "imageTag": tag },
            "imageManifest": text_of,
            "imageManifestMediaType": manifest.media_type,
        }
    })))
}

/// Stores an image whatever was there before, and returns its digest.
pub(super) fn store(
    repository: &mut Repository,
    manifest: &str,
    media_type: &str,
    tag: Option<&str>,
    now: Timestamp,
) -> String {
    let digest = digest(manifest.as_bytes());
    let image =
        Image { manifest: manifest.to_owned(), media_type: media_type.to_owned(), pushed_at: now, pulled_at: None };
    repository.images.entry(digest.clone()).or_insert(image);
    if let Some(tag) = tag {
        repository.image_tags.insert(tag.to_owned(), digest.clone());
    }
    digest
}

/// Everything that the manifest refers to must be in the repository.
fn complete(repository: &Repository, manifest: &Manifest) -> Result<(), Failure> {
    let (name, account) = (&repository.name, &repository.account);
    let whole = |code: &str, what: &str, missing: &[&str]| {
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let message = format!(
            "{what} with digests '[{missing}]' required for pushing image into repository with name '{name}' in the \
             registry with id '{account}' do not exist"
        );
        Err(refused(code, message))
    };
    let blobs = manifest.blobs().map(|blob| blob.digest.as_str());
    let blobs: Vec<&str> = blobs.filter(|digest| !repository.blobs.contains_key(*digest)).collect();
    whole("LayersNotFoundException", "Layers", &blobs)?;
    let images: Vec<&str> = manifest.images().filter(|digest| !repository.images.contains_key(*digest)).collect();
    whole("ReferencedImagesNotFoundException", "Images", &images)
}

/// The request must change something, and no tag that cannot be moved.
fn unlike_before(repository: &Repository, digest: &str, tag: Option<&str>) -> Result<(), Failure> {
    let (name, account) = (&repository.name, &repository.account);
    let before = tag.and_then(|tag| repository.image_tags.get(tag));
    let known = repository.images.contains_key(digest);
    match tag {
        None if known => Err(refused(
            "ImageAlreadyExistsException",
            format!(
                "Image with digest '{digest}' already exists in the repository with name '{name}' in registry with id \
                 '{account}'"
            ),
        )),
        Some(tag) if before.is_some_and(|before| before == digest) => Err(refused(
            "ImageAlreadyExistsException",
            format!(
                "Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' in \
                 registry with id '{account}'"
            ),
        )),
        Some(tag) if before.is_some() && fixed(repository, tag) => Err(refused(
            "ImageTagAlreadyExistsException",
            format!(
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because \
                 the tag is immutable."
            ),
        )),
        _ if !known && repository.images.len() >= MOST => {
            Err(refused("LimitExceededException", format!("A repository can have at most {MOST} images")))
        }
        _ => Ok(()),
    }
}

/// Whether a tag stays where it is.
fn fixed(repository: &Repository, tag: &str) -> bool {
    let immutable = repository.mutability.starts_with("IMMUTABLE");
    let exception = repository.exceptions.iter().any(|filter| like(filter, tag));
    immutable != exception
}
