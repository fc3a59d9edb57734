//! Layers and config blobs on their way in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::lookup::{DIGEST, NAMED, REGISTRY, REPOSITORY, refused, text};
use super::manifest::digest;
use super::state::{Image, Repository, Upload};
use crate::failure::{Failure, Reason};
use crate::services::{Call, Reply};
use crate::shape::common::{ANY_TEXT, COUNT};
use crate::shape::{Shape, list, matches, pattern, req, text as words};

/// How long parts should be, in bytes.
const PART: usize = 10 * 1024 * 1024;
/// How long a part can be.
const LONGEST_PART: usize = 20 * 1024 * 1024;
/// How short a part can be that is not the last.
const SHORTEST_PART: usize = 5 * 1024 * 1024;

static UPLOAD_ID: Shape = pattern(0, 64, "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
static PART_OF: Shape = Shape::Record(&[
    REGISTRY,
    REPOSITORY,
    req("uploadId", &UPLOAD_ID),
    req("partFirstByte", &COUNT),
    req("partLastByte", &COUNT),
    req("layerPartBlob", &ANY_TEXT),
]);
/// The digest of a layer.
pub(super) static LAYER: Shape = pattern(0, 1000, DIGEST);
static DIGESTS: Shape = list(1, 100, &LAYER);
static COMPLETE: Shape =
    Shape::Record(&[REGISTRY, REPOSITORY, req("uploadId", &UPLOAD_ID), req("layerDigests", &DIGESTS)]);
static ASKED_DIGEST: Shape = words(0, 1000);
static ASKED_DIGESTS: Shape = list(1, 100, &ASKED_DIGEST);
static CHECK: Shape = Shape::Record(&[REGISTRY, REPOSITORY, req("layerDigests", &ASKED_DIGESTS)]);

/// Begins an upload.
pub(super) fn initiate(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = NAMED.accept(&call.params.body)?;
    let id = call.random.uuid();
    call.repository(&body)?.uploads.insert(id.clone(), Upload::default());
    Ok(Reply::Json(json!({ "uploadId": id, "partSize": PART })))
}

/// Takes the next part.
pub(super) fn upload_part(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = PART_OF.accept(&call.params.body)?;
    let part = STANDARD.decode(text(&body, "layerPartBlob"));
    let part = part.map_err(|_| Failure::validation(Reason::CannotParse, "layerPartBlob is not base64"))?;
    if part.len() > LONGEST_PART {
        return Err(Failure::field("layerPartBlob", format!("A part can have at most {LONGEST_PART} bytes")));
    }
    let bound = |member: &str| body.get(member).and_then(Value::as_u64).unwrap_or_default();
    let (first, last) = (bound("partFirstByte"), bound("partLastByte"));
    let (account, name) = (call.caller.account.clone(), text(&body, "repositoryName"));
    let upload = open(call.repository(&body)?, &body)?;
    let received = upload.content.0.len() as u64;
    if first != received || last.checked_add(1) != first.checked_add(part.len() as u64) || part.is_empty() {
        return Err(refused(
            "InvalidLayerPartException",
            format!(
                "The layer part of {} bytes from {first} to {last} is not valid: {received} bytes were received before",
                part.len()
            ),
        ));
    }
    upload.parts.push(part.len());
    upload.content.0.extend(part);
    let id = text(&body, "uploadId");
    Ok(Reply::Json(json!({ "registryId": account, "repositoryName": name, "uploadId": id, "lastByteReceived": last })))
}

/// Ends an upload: from here on the layer is there.
pub(super) fn complete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = COMPLETE.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    let upload = open(repository, &body)?;
    if upload.parts.is_empty() {
        return Err(refused("EmptyUploadException", "The specified layer upload does not contain any layer parts"));
    }
    if upload.parts.iter().rev().skip(1).any(|part| *part < SHORTEST_PART) {
        let message = format!("Layer parts must have at least {SHORTEST_PART} bytes, but for the last");
        return Err(refused("LayerPartTooSmallException", message));
    }
    let own = digest(&upload.content.0);
    let claimed = body.get("layerDigests").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if claimed.clone().all(|claimed| claimed != own) {
        let claimed: Vec<&str> = claimed.collect();
        let message = format!("The digest of the layer is {own}, and none of [{}]", claimed.join(", "));
        return Err(refused("InvalidLayerException", message));
    }
    let id = text(&body, "uploadId");
    let Some(upload) = repository.uploads.remove(id) else { return Err(no_upload(id)) };
    let (account, name) = (&repository.account, &repository.name);
    if repository.blobs.contains_key(&own) {
        let message = format!(
            "Layer with digest '{own}' already exists in the repository with name '{name}' in registry with id \
             '{account}'"
        );
        return Err(refused("LayerAlreadyExistsException", message));
    }
    let reply = json!({ "registryId": account, "repositoryName": name, "uploadId": id, "layerDigest": own });
    repository.blobs.insert(own, upload.content);
    Ok(Reply::Json(reply))
}

/// Which layers are there already.
pub(super) fn check(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = CHECK.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    let (mut layers, mut failures) = (Vec::new(), Vec::new());
    for digest in body.get("layerDigests").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let mut fail = |code: &str, reason: &str| {
            failures.push(json!({ "layerDigest": digest, "failureCode": code, "failureReason": reason }));
        };
        if digest.is_empty() {
            fail("MissingLayerDigest", "The digest of the layer is missing");
        } else if !matches(DIGEST, digest) {
            fail("InvalidLayerDigest", "The digest of the layer is not valid");
        } else {
            let blob = repository.blobs.get(digest);
            layers.push(json!({
                "layerDigest": digest,
                "layerAvailability": if blob.is_some() { "AVAILABLE" } else { "UNAVAILABLE" },
                "layerSize": blob.map(|blob| blob.0.len()),
                "mediaType": blob.and_then(|_| media_type(repository, digest)),
            }));
        }
    }
    Ok(Reply::Json(json!({ "layers": layers, "failures": failures })))
}

/// What the images say that a layer is.
fn media_type(repository: &Repository, digest: &str) -> Option<String> {
    let manifests = repository.images.values().filter_map(Image::read);
    let mut kinds = manifests.filter_map(|manifest| {
        manifest.blobs().find(|blob| blob.digest == digest).and_then(|blob| blob.media_type.clone())
    });
    kinds.next()
}

fn open<'a>(repository: &'a mut Repository, body: &Map<String, Value>) -> Result<&'a mut Upload, Failure> {
    let id = text(body, "uploadId");
    repository.uploads.get_mut(id).ok_or_else(|| no_upload(id))
}

fn no_upload(id: &str) -> Failure {
    refused("UploadNotFoundException", format!("The upload with id '{id}' does not exist"))
}
