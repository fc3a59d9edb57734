//! BatchDeleteImage: a tag goes, and with its last tag the image; or the image with all its tags.

use serde_json::{Value, json};

use super::images::{IDS, Miss, Wanted};
use super::lookup::{REGISTRY, REPOSITORY};
use super::state::Repository;
use crate::failure::Failure;
use crate::services::{Call, Reply};
use crate::shape::{Shape, req};

static DELETE: Shape = Shape::Record(&[REGISTRY, REPOSITORY, req("imageIds", &IDS)]);

/// Deletes tags and images, one after another.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DELETE.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    let (mut gone, mut failures) = (Vec::new(), Vec::new());
    for wanted in Wanted::all(&body) {
        match remove(repository, &wanted) {
            Ok(ids) => gone.extend(ids),
            Err(miss) => failures.push(wanted.missed(miss)),
        }
    }
    Ok(Reply::Json(json!({ "imageIds": gone, "failures": failures })))
}

fn remove(repository: &mut Repository, wanted: &Wanted<'_>) -> Result<Vec<Value>, Miss> {
    let digest = wanted.find(repository)?;
    let tags = repository.tags_of(&digest);
    let others = tags.iter().any(|tag| Some(tag.as_str()) != wanted.tag);
    if let Some(tag) = wanted.tag
        && others
    {
        repository.image_tags.remove(tag);
        return Ok(vec![json!({ "imageDigest": digest, "imageTag": tag })]);
    }
    if repository.index_with(&digest).is_some() {
        return Err(("ImageReferencedByManifestList", "Requested image referenced by manifest list"));
    }
    repository.images.remove(&digest);
    repository.image_tags.retain(|_, of| *of != digest);
    if tags.is_empty() {
        return Ok(vec![json!({ "imageDigest": digest })]);
    }
    Ok(tags.iter().map(|tag| json!({ "imageDigest": digest, "imageTag": tag })).collect())
}
