//! ECR: images, made of real bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{World, with};

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

fn named() -> Value {
    json!({"repositoryName": "agent"})
}

fn world() -> World {
    let mut world = World::new();
    world.ecr("CreateRepository", &named()).good(200);
    world
}

/// Uploads a layer in one part.
fn layer(world: &mut World, bytes: &[u8]) -> String {
    let id = world.ecr("InitiateLayerUpload", &named()).good(200).text("uploadId");
    let part = with(named(), "uploadId", id.as_str());
    let part = with(with(part, "partFirstByte", 0), "partLastByte", bytes.len() - 1);
    let part = with(part, "layerPartBlob", STANDARD.encode(bytes));
    let answer = world.ecr("UploadLayerPart", &part).good(200);
    assert_eq!(answer.at("lastByteReceived"), &json!(bytes.len() - 1));
    let done = with(with(named(), "uploadId", id), "layerDigests", json!([digest(bytes)]));
    world.ecr("CompleteLayerUpload", &done).good(200).text("layerDigest")
}

fn manifest(config: &[u8], layers: &[&[u8]]) -> String {
    let part = |bytes: &[u8]| json!({"mediaType": "application/x", "digest": digest(bytes), "size": bytes.len()});
    let layers: Vec<Value> = layers.iter().map(|layer| part(layer)).collect();
    json!({"schemaVersion": 2, "mediaType": OCI, "config": part(config), "layers": layers}).to_string()
}

fn put(manifest: &str, tag: Option<&str>) -> Value {
    let body = with(named(), "imageManifest", manifest);
    if let Some(tag) = tag { with(body, "imageTag", tag) } else { body }
}

/// Pushes an image whose config is this text.
fn push(world: &mut World, config: &str, tag: Option<&str>) -> String {
    layer(world, config.as_bytes());
    world.ecr("PutImage", &put(&manifest(config.as_bytes(), &[]), tag)).good(200).text("image/imageId/imageDigest")
}

fn ids(world: &mut World, more: &Value) -> Vec<(String, Option<String>)> {
    let mut body = named();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = world.ecr("ListImages", &body).good(200);
    let text = |id: &Value, name: &str| id[name].as_str().map(str::to_owned);
    let ids = answer.at("imageIds").as_array().unwrap().iter();
    ids.map(|id| (text(id, "imageDigest").unwrap(), text(id, "imageTag"))).collect()
}

#[test]
fn an_image_needs_what_it_is_made_of() {
    let mut world = world();
    let (config, layer_bytes) = (br#"{"architecture":"arm64"}"#.as_slice(), b"layer".as_slice());
    let text = manifest(config, &[layer_bytes]);
    let refusal = world.ecr("PutImage", &put(&text, Some("1"))).bad(400, "LayersNotFoundException");
    assert!(
        refusal.text("message").contains(&digest(config)) && refusal.text("message").contains(&digest(layer_bytes))
    );
    layer(&mut world, config);
    world.ecr("PutImage", &put(&text, Some("1"))).bad(400, "LayersNotFoundException");
    layer(&mut world, layer_bytes);
    let answer = world.ecr("PutImage", &put(&text, Some("1"))).good(200);
    assert_eq!(answer.at("image/imageId"), &json!({"imageDigest": digest(text.as_bytes()), "imageTag": "1"}));
    assert_eq!(answer.at("image/imageManifestMediaType"), OCI);
    let got = world.ecr("BatchGetImage", &with(named(), "imageIds", json!([{"imageTag": "1"}]))).good(200);
    assert_eq!(got.text("images/0/imageManifest"), text);
    let found = world.ecr("DescribeImages", &named()).good(200);
    assert_eq!(found.at("imageDetails/0/imageSizeInBytes"), &json!(config.len() + layer_bytes.len()));
    assert_eq!(found.at("imageDetails/0/imageTags"), &json!(["1"]));
    assert_eq!(found.at("imageDetails/0/lastRecordedPullTime"), &json!(1_800_000_000.0));
    world.ecr("DeleteRepository", &named()).bad(400, "RepositoryNotEmptyException");
    world.ecr("DeleteRepository", &with(named(), "force", true)).good(200);
}

#[test]
fn an_index_needs_its_images() {
    let mut world = world();
    let index = |digests: &[&str]| {
        let images: Vec<Value> = digests.iter().map(|digest| json!({"mediaType": OCI, "digest": digest})).collect();
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": images}).to_string()
    };
    let none = digest(b"none");
    world.ecr("PutImage", &put(&index(&[&none]), Some("1"))).bad(400, "ReferencedImagesNotFoundException");
    let arm = push(&mut world, r#"{"architecture":"arm64"}"#, None);
    let amd = push(&mut world, r#"{"architecture":"amd64 "}"#, None);
    world.ecr("PutImage", &put(&index(&[&arm, &amd]), Some("1"))).good(200);
    // As long as the longest of its images.
    let found = world.ecr("DescribeImages", &with(named(), "imageIds", json!([{"imageTag": "1"}]))).good(200);
    assert_eq!(found.at("imageDetails/0/imageSizeInBytes"), &json!(25));
    // What an index has cannot be deleted.
    let delete = with(named(), "imageIds", json!([{"imageDigest": arm}]));
    let answer = world.ecr("BatchDeleteImage", &delete).good(200);
    assert_eq!(answer.at("failures/0/failureCode"), "ImageReferencedByManifestList");
    world.ecr("BatchDeleteImage", &with(named(), "imageIds", json!([{"imageTag": "1"}]))).good(200);
    assert_eq!(world.ecr("BatchDeleteImage", &delete).good(200).at("imageIds"), &json!([{"imageDigest": arm}]));
}

#[test]
fn manifests_must_be_manifests() {
    let mut world = world();
    layer(&mut world, b"{}");
    let text = manifest(b"{}", &[]);
    for bad in ["no json", "{}", r#"{"schemaVersion":1,"name":"x"}"#, &text.replace(OCI, "text/plain")] {
        world.ecr("PutImage", &put(bad, None)).bad(400, "InvalidParameterException");
    }
    let other = with(put(&text, None), "imageDigest", digest(b"other"));
    world.ecr("PutImage", &other).bad(400, "ImageDigestDoesNotMatchException");
    let unnamed = text.replace(&format!("\"mediaType\":\"{OCI}\","), "");
    world.ecr("PutImage", &put(&unnamed, None)).bad(400, "InvalidParameterException");
    world.ecr("PutImage", &with(put(&unnamed, None), "imageManifestMediaType", OCI)).good(200);
}

#[test]
fn a_tag_moves_unless_it_is_immutable() {
    let mut world = world();
    let first = push(&mut world, "1", Some("latest"));
    let second = push(&mut world, "2", Some("latest"));
    assert_eq!(
        ids(&mut world, &json!({"filter": {"tagStatus": "TAGGED"}})),
        [(second.clone(), Some("latest".to_owned()))]
    );
    assert_eq!(ids(&mut world, &json!({"filter": {"tagStatus": "UNTAGGED"}})), [(first, None)]);
    world.ecr("PutImage", &put(&manifest(b"2", &[]), Some("latest"))).bad(400, "ImageAlreadyExistsException");
    world.ecr("PutImage", &put(&manifest(b"2", &[]), None)).bad(400, "ImageAlreadyExistsException");
    // The same image can have more tags.
    world.ecr("PutImage", &put(&manifest(b"2", &[]), Some("v2"))).good(200);

    let mutability = with(named(), "imageTagMutability", "IMMUTABLE_WITH_EXCLUSION");
    let filters = json!([{"filterType": "WILDCARD", "filter": "late*"}]);
    world.ecr("PutImageTagMutability", &with(mutability, "imageTagMutabilityExclusionFilters", filters)).good(200);
    let old = manifest(b"1", &[]);
    world.ecr("PutImage", &put(&old, Some("v2"))).bad(400, "ImageTagAlreadyExistsException");
    world.ecr("PutImage", &put(&old, Some("latest"))).good(200);
    world.ecr("PutImageTagMutability", &with(named(), "imageTagMutability", "IMMUTABLE")).good(200);
    world.ecr("PutImage", &put(&manifest(b"2", &[]), Some("latest"))).bad(400, "ImageTagAlreadyExistsException");
}

#[test]
fn images_are_found_by_tag_and_by_digest() {
    let mut world = world();
    let first = push(&mut world, "1", Some("a"));
    let second = push(&mut world, "2", Some("b"));
    let wanted = json!([
        {"imageTag": "a"}, {"imageDigest": second}, {"imageTag": "none"}, {"imageDigest": digest(b"none")},
        {"imageTag": "a", "imageDigest": second}, {"imageTag": "a", "imageDigest": first}, {}, {"imageDigest": "x"},
    ]);
    let got = world.ecr("BatchGetImage", &with(named(), "imageIds", wanted)).good(200);
    let images: Vec<&Value> = got.at("images").as_array().unwrap().iter().map(|image| &image["imageId"]).collect();
    assert_eq!(
        images,
        [
            &json!({"imageDigest": first, "imageTag": "a"}),
            &json!({"imageDigest": second}),
            &json!({"imageDigest": first, "imageTag": "a"}),
        ]
    );
    let codes: Vec<&Value> =
        got.at("failures").as_array().unwrap().iter().map(|failed| &failed["failureCode"]).collect();
    assert_eq!(
        codes,
        ["ImageNotFound", "ImageNotFound", "ImageTagDoesNotMatchDigest", "MissingDigestAndTag", "InvalidImageDigest",]
    );
    let none = with(named(), "imageIds", json!([{"imageTag": "none"}]));
    world.ecr("DescribeImages", &none).bad(400, "ImageNotFoundException");
    assert_eq!(ids(&mut world, &json!({"maxResults": 1})).len(), 1);
}

#[test]
fn with_its_last_tag_an_image_goes() {
    let mut world = world();
    let image = push(&mut world, "1", Some("a"));
    world.ecr("PutImage", &put(&manifest(b"1", &[]), Some("b"))).good(200);
    let mut delete = |id: Value| world.ecr("BatchDeleteImage", &with(named(), "imageIds", json!([id]))).good(200);
    assert_eq!(delete(json!({"imageTag": "none"})).at("failures/0/failureCode"), "ImageNotFound");
    assert_eq!(delete(json!({"imageTag": "a"})).at("imageIds"), &json!([{"imageDigest": image, "imageTag": "a"}]));
    assert_eq!(delete(json!({"imageDigest": image})).at("imageIds"), &json!([{"imageDigest": image, "imageTag": "b"}]));
    assert_eq!(ids(&mut world, &json!({})), []);
    push_again(&mut world);
}

/// The layers of an image that went are still there.
fn push_again(world: &mut World) {
    world.ecr("PutImage", &put(&manifest(b"1", &[]), Some("a"))).good(200);
    world.ecr("BatchDeleteImage", &with(named(), "imageIds", json!([{"imageTag": "a"}]))).good(200);
    assert_eq!(ids(world, &json!({})), []);
}

#[test]
fn layers_come_in_parts() {
    let mut world = world();
    let start = |world: &mut World| world.ecr("InitiateLayerUpload", &named()).good(200).text("uploadId");
    let part = |id: &str, first: usize, bytes: &[u8]| {
        let body = with(with(named(), "uploadId", id), "partFirstByte", first);
        with(with(body, "partLastByte", first + bytes.len() - 1), "layerPartBlob", STANDARD.encode(bytes))
    };
    let done = |id: &str, digest: &str| with(with(named(), "uploadId", id), "layerDigests", json!([digest]));
    let id = start(&mut world);
    world.ecr("CompleteLayerUpload", &done(&id, &digest(b""))).bad(400, "EmptyUploadException");
    world.ecr("UploadLayerPart", &part(&id, 1, b"x")).bad(400, "InvalidLayerPartException");
    let long = vec![7; 5 * 1024 * 1024];
    world.ecr("UploadLayerPart", &part(&id, 0, &long)).good(200);
    world.ecr("UploadLayerPart", &part(&id, long.len(), b"end")).good(200);
    world.ecr("CompleteLayerUpload", &done(&id, &digest(b"x"))).bad(400, "InvalidLayerException");
    let whole = digest(&[long.as_slice(), b"end"].concat());
    world.ecr("CompleteLayerUpload", &done(&id, &whole)).good(200);
    world.ecr("CompleteLayerUpload", &done(&id, &whole)).bad(400, "UploadNotFoundException");
    let id = start(&mut world);
    world.ecr("UploadLayerPart", &part(&id, 0, b"a")).good(200);
    world.ecr("UploadLayerPart", &part(&id, 1, b"b")).good(200);
    world.ecr("CompleteLayerUpload", &done(&id, &digest(b"ab"))).bad(400, "LayerPartTooSmallException");
    layer(&mut world, b"once");
    let id = start(&mut world);
    world.ecr("UploadLayerPart", &part(&id, 0, b"once")).good(200);
    world.ecr("CompleteLayerUpload", &done(&id, &digest(b"once"))).bad(400, "LayerAlreadyExistsException");

    let asked = json!([whole, digest(b"none"), "x"]);
    let there = world.ecr("BatchCheckLayerAvailability", &with(named(), "layerDigests", asked)).good(200);
    assert_eq!(there.at("layers/0/layerAvailability"), "AVAILABLE");
    assert_eq!(there.at("layers/0/layerSize"), &json!(long.len() + 3));
    assert_eq!(there.at("layers/1/layerAvailability"), "UNAVAILABLE");
    assert_eq!(there.at("failures/0/failureCode"), "InvalidLayerDigest");
    // The journal does not keep the bytes.
    assert!(world.sim.journal().all(|entry| entry.parameters.to_string().len() < 1000));
}

/// A request without a signature, and with the host that it was given.
fn fetch(world: &mut World, url: &str) -> (u16, Vec<u8>) {
    let path = url.strip_prefix("http://sim.test:4500").unwrap();
    let response = world.sim.handle(world.now, Request::get(path).body(Bytes::new()).unwrap());
    (response.status().as_u16(), response.body().to_vec())
}

fn url(world: &mut World, digest: &str) -> crate::world::Answer {
    let body = with(named(), "layerDigest", digest);
    let request = Request::post("/")
        .header("host", "sim.test:4500")
        .header("authorization", world.authorization("ecr"))
        .header("x-amz-target", "AmazonEC2ContainerRegistry_V20150921.GetDownloadUrlForLayer")
        .body(Bytes::from(body.to_string()));
    world.send(request.unwrap())
}

#[test]
fn the_architecture_is_read_from_the_config_blob() {
    let mut world = world();
    let config = r#"{"architecture":"arm64","os":"linux"}"#;
    url(&mut world, &digest(config.as_bytes())).bad(400, "LayersNotFoundException");
    layer(&mut world, b"lonely");
    url(&mut world, &digest(b"lonely")).bad(400, "LayerInaccessibleException");
    push(&mut world, config, Some("1"));
    let answer = url(&mut world, &digest(config.as_bytes())).good(200);
    assert_eq!(answer.text("layerDigest"), digest(config.as_bytes()));
    let given = answer.text("downloadUrl");
    assert_eq!(fetch(&mut world, &given), (200, config.as_bytes().to_vec()));
    assert_eq!(fetch(&mut world, given.split_once('?').unwrap().0).0, 403);
    assert_eq!(fetch(&mut world, &given.replace("/us-east-1/", "/eu-west-1/")).0, 403);
    world.wait(3601.0);
    assert_eq!(fetch(&mut world, &given).0, 403);
    let again = url(&mut world, &digest(config.as_bytes())).good(200).text("downloadUrl");
    world.ecr("DeleteRepository", &with(named(), "force", true)).good(200);
    assert_eq!(fetch(&mut world, &again).0, 404);
}

#[test]
fn images_can_be_had_without_a_container_tool() {
    let mut world = World::new();
    let body = json!({"repository": "team/agent", "tag": "1", "architectures": ["arm64", "amd64"]});
    let made = world.admin("POST", "images", &body).good(200);
    assert_eq!(made.text("imageUri"), "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/agent:1");
    let of = |id: Value| json!({"repositoryName": "team/agent", "imageIds": [id]});
    let got = world.ecr("BatchGetImage", &of(json!({"imageTag": "1"}))).good(200);
    assert_eq!(got.at("images/0/imageManifestMediaType"), INDEX);
    assert_eq!(got.text("images/0/imageId/imageDigest"), made.text("imageDigest"));
    let index: Value = serde_json::from_str(&got.text("images/0/imageManifest")).unwrap();
    assert_eq!(index["manifests"][1]["platform"]["architecture"], "amd64");
    let got = world.ecr("BatchGetImage", &of(json!({"imageDigest": index["manifests"][0]["digest"]}))).good(200);
    let text = got.text("images/0/imageManifest");
    assert_eq!(digest(text.as_bytes()), index["manifests"][0]["digest"].as_str().unwrap());
    let image: Value = serde_json::from_str(&text).unwrap();
    let body = json!({"repositoryName": "team/agent", "layerDigest": image["config"]["digest"]});
    let given = world.ecr("GetDownloadUrlForLayer", &body).good(200).text("downloadUrl");
    let (status, config) = fetch(&mut world, &given.replace("127.0.0.1", "sim.test:4500"));
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_slice::<Value>(&config).unwrap()["architecture"], "arm64");
    // One architecture needs no index; the tag moves.
    let one = json!({"repository": "team/agent", "tag": "1", "architectures": ["arm64"]});
    world.admin("POST", "images", &one).good(200);
    let got = world.ecr("BatchGetImage", &of(json!({"imageTag": "1"}))).good(200);
    assert_eq!(got.at("images/0/imageManifestMediaType"), OCI);
    let elsewhere = json!({"repository": "agent", "tag": "1", "architectures": ["arm64"],
        "account": "210987654321", "region": "eu-west-1"});
    world.admin("POST", "images", &elsewhere).good(200);
    let inventory = world.admin("GET", "inventory", &Value::Null).good(200);
    assert_eq!(inventory.at("ecr/repositories/1/account"), "210987654321");
    assert_eq!(
        inventory.at("ecr/repositories/1/images/0/platforms"),
        &json!([{"architecture": "arm64", "os": "linux"}])
    );
    world.admin("POST", "images", &json!({"repository": "Agent", "tag": "1", "architectures": ["arm64"]})).good(400);
    world.admin("POST", "images", &json!({"repository": "agent", "tag": "1", "architectures": []})).good(400);
}

#[test]
fn what_is_saved_is_loaded_again() {
    let mut world = World::new();
    let body = json!({"repository": "agent", "tag": "1", "architectures": ["arm64"]});
    world.admin("POST", "images", &body).good(200);
    let saved = world.admin("POST", "save", &Value::Null).good(200);
    let before = world.sim.clone();
    world.admin("POST", "reset", &Value::Null).good(200);
    world.ecr("ListImages", &named()).bad(400, "RepositoryNotFoundException");
    world.admin("POST", "load", &saved.body).good(200);
    assert_eq!(world.sim, before);
}

#[test]
fn indexes_can_be_in_indexes() {
    let mut world = world();
    let image = json!({"repository": "agent", "tag": "1", "architectures": ["arm64"]});
    let mut inner = world.admin("POST", "images", &image).good(200).text("imageDigest");
    let plain = world.ecr("DescribeImages", &named()).good(200).at("imageDetails/0/imageSizeInBytes").clone();
    // Each has the one before twice: to follow every way to the image would take years.
    for number in 0..50 {
        let one = json!({"digest": inner, "size": 1, "mediaType": INDEX});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "number": number, "manifests": [one, one]});
        let put = with(named(), "imageManifest", index.to_string());
        inner = world.ecr("PutImage", &put).good(200).text("image/imageId/imageDigest");
    }
    let ids = json!([{"imageDigest": inner}]);
    let found = world.ecr("DescribeImages", &with(named(), "imageIds", ids)).good(200);
    assert_eq!(found.at("imageDetails/0/imageSizeInBytes"), &plain);
    let shown = world.admin("GET", "inventory", &Value::Null).good(200);
    let all = shown.at("ecr/repositories/0/images").as_array().unwrap().clone();
    assert_eq!(all.len(), 51);
    assert!(all.iter().all(|image| image["platforms"] == json!([{"architecture": "arm64", "os": "linux"}])));
}
