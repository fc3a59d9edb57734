//! Images looked at: by tag, by digest, all.

use serde_json::{Map, Value, json};

use super::lookup::{DIGEST, REGISTRY, REPOSITORY, refused};
use super::push::TAG;
use super::repositories::no_paging;
use super::state::{Image, Repository};
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::paging::{page, size};
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, list as items, matches, opt, req, text as words, whole};

static ID: Shape = Shape::Record(&[opt("imageDigest", &ANY_TEXT), opt("imageTag", &TAG)]);
/// Which images are meant.
pub(super) static IDS: Shape = items(1, 100, &ID);
static MEDIA_TYPE: Shape = words(0, 4096);
static MEDIA_TYPES: Shape = items(1, 100, &MEDIA_TYPE);
static GET: Shape =
    Shape::Record(&[REGISTRY, REPOSITORY, req("imageIds", &IDS), opt("acceptedMediaTypes", &MEDIA_TYPES)]);
static TAG_STATUS: Shape = Shape::Choice(&["TAGGED", "UNTAGGED", "ANY"]);
static IMAGE_STATUS: Shape = Shape::Choice(&["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"]);
static FILTER: Shape = Shape::Record(&[opt("tagStatus", &TAG_STATUS), opt("imageStatus", &IMAGE_STATUS)]);
static PAGE: Shape = whole(1, 1000);
static DESCRIBE: Shape = Shape::Record(&[
    REGISTRY,
    REPOSITORY,
    opt("imageIds", &IDS),
    opt("nextToken", &ANY_TEXT),
    opt("maxResults", &PAGE),
    opt("filter", &FILTER),
]);
static LIST: Shape = Shape::Record(&[
    REGISTRY,
    REPOSITORY,
    opt("nextToken", &ANY_TEXT),
    opt("maxResults", &PAGE),
    opt("filter", &FILTER),
]);

/// An image that a request names.
pub(super) struct Wanted<'a> {
    pub(super) digest: Option<&'a str>,
    pub(super) tag: Option<&'a str>,
    /// As it was given.
    pub(super) id: &'a Value,
}

/// Why there is no such image: a code and a text.
pub(super) type Miss = (&'static str, &'static str);

impl<'a> Wanted<'a> {
    /// The images that a request names.
    pub(super) fn all(body: &'a Map<String, Value>) -> impl Iterator<Item = Self> {
        body.get("imageIds").and_then(Value::as_array).into_iter().flatten().map(|id| {
            let member = |name: &str| id.get(name).and_then(Value::as_str);
            Self { digest: member("imageDigest"), tag: member("imageTag"), id }
        })
    }

    /// The digest of the image, if it is there.
    pub(super) fn find(&self, repository: &Repository) -> Result<String, Miss> {
        let tagged = self.tag.and_then(|tag| repository.image_tags.get(tag));
        match (self.digest, self.tag) {
            (None, None) => {
                Err(("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"))
            }
            (Some(digest), _) if !matches(DIGEST, digest) => Err((
                "InvalidImageDigest",
                "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
            )),
            (Some(digest), _) if !repository.images.contains_key(digest) => Err(NOT_FOUND),
            (Some(digest), None) => Ok(digest.to_owned()),
            (digest, Some(_)) => match (tagged, digest) {
                (None, _) => Err(NOT_FOUND),
                (Some(found), Some(digest)) if found != digest => {
                    Err(("ImageTagDoesNotMatchDigest", "The tag and the digest are not of the same image"))
                }
                (Some(found), _) => Ok(found.clone()),
            },
        }
    }

    /// How a batch reports that there is no such image.
    pub(super) fn missed(&self, (code, reason): Miss) -> Value {
        json!({ "imageId": self.id, "failureCode": code, "failureReason": reason })
    }
}

const NOT_FOUND: Miss = ("ImageNotFound", "Requested image not found");

/// Manifests.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = GET.accept(&call.params.body)?;
    let now = call.now;
    let repository = call.repository(&body)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for wanted in Wanted::all(&body) {
        let digest = match wanted.find(repository) {
            Ok(digest) => digest,
            Err(miss) => {
                failures.push(wanted.missed(miss));
                continue;
            }
        };
        let Some(image) = repository.images.get_mut(&digest) else { continue };
        image.pulled_at = Some(now);
        images.push(json!({
            "registryId": repository.account,
            "repositoryName": repository.name,
            "imageId": { "imageDigest": digest, "imageTag": wanted.tag },
            "imageManifest": image.manifest,
            "imageManifestMediaType": image.media_type,
        }));
    }
    Ok(Reply::Json(json!({ "images": images, "failures": failures })))
}

/// What is known of images.
pub(super) fn describe(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = DESCRIBE.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    if body.contains_key("imageIds") {
        no_paging(&body, "images", "imageIds")?;
        let found = Wanted::all(&body).map(|wanted| one(repository, &wanted)).collect::<Result<Vec<_>, _>>()?;
        return Ok(Reply::Json(json!({ "imageDetails": found })));
    }
    let shown = repository.images.iter().filter(|(digest, _)| passes(&body, !repository.tags_of(digest).is_empty()));
    let all = shown.map(|(digest, image)| (digest.clone(), detail(repository, digest, image)));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = page(all, size(&body, "maxResults", 100), token)?;
    Ok(Reply::Json(json!({ "imageDetails": found, "nextToken": next })))
}

/// The ids of images: one for each tag, and one for each image without any.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = LIST.accept(&call.params.body)?;
    let repository = call.repository(&body)?;
    let ids = repository.images.keys().flat_map(|digest| {
        let tags = repository.tags_of(digest);
        let ids: Vec<_> = if tags.is_empty() {
            vec![(digest.clone(), json!({ "imageDigest": digest }), false)]
        } else {
            let id = |tag: &String| json!({ "imageDigest": digest, "imageTag": tag });
            tags.iter().map(|tag| (format!("{digest}/{tag}"), id(tag), true)).collect()
        };
        ids
    });
    let shown = ids.filter(|(_, _, tagged)| passes(&body, *tagged)).map(|(key, id, _)| (key, id));
    let token = body.get("nextToken").and_then(Value::as_str);
    let (found, next) = page(shown, size(&body, "maxResults", 100), token)?;
    Ok(Reply::Json(json!({ "imageIds": found, "nextToken": next })))
}

/// Whether a filter lets an image through. All images are active here.
fn passes(body: &Map<String, Value>, tagged: bool) -> bool {
    let filter = |member: &str| body.get("filter").and_then(|filter| filter.get(member)).and_then(Value::as_str);
    let by_tag = match filter("tagStatus") {
        Some("TAGGED") => tagged,
        Some("UNTAGGED") => !tagged,
        _ => true,
    };
    by_tag && matches!(filter("imageStatus"), None | Some("ACTIVE" | "ANY"))
}

fn one(repository: &Repository, wanted: &Wanted<'_>) -> Result<Value, Failure> {
    let found = wanted.find(repository).ok();
    let found = found.and_then(|digest| Some(detail(repository, &digest, repository.images.get(&digest)?)));
    found.ok_or_else(|| {
        let (digest, tag) = (wanted.digest.unwrap_or("null"), wanted.tag.unwrap_or("null"));
        let (name, account) = (&repository.name, &repository.account);
        refused(
            "ImageNotFoundException",
            format!(
                "The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the \
                 repository with name '{name}' in the registry with id '{account}'"
            ),
        )
    })
}

fn detail(repository: &Repository, digest: &str, image: &Image) -> Value {
    let tags = repository.tags_of(digest);
    let manifest = image.read();
    json!({
        "registryId": repository.account,
        "repositoryName": repository.name,
        "imageDigest": digest,
        "imageTags": if tags.is_empty() { Value::Null } else { Value::from(tags) },
        "imageSizeInBytes": repository.length(image),
        "imagePushedAt": epoch(image.pushed_at),
        "imageManifestMediaType": image.media_type,
        "artifactMediaType": manifest.as_ref().and_then(|manifest| manifest.artifact_type.clone()),
        "subjectManifestDigest": manifest.as_ref().and_then(|manifest| manifest.subject.clone()),
        "lastRecordedPullTime": image.pulled_at.map(epoch),
        "imageStatus": "ACTIVE",
    })
}
