//! The way out: tokens for a registry, and URLs under which layers really are.
//!
//! AWS's URLs are presigned ones of S3; those here are on the simulator's own port.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::layers::LAYER;
use super::lookup::{REGISTRY, REGISTRY_ID, REPOSITORY, refused, text};
use super::state::State;
use crate::failure::Failure;
use crate::moment::{epoch, later};
use crate::request::{decode, pairs};
use crate::services::{Call, Reply};
use crate::settings::Settings;
use crate::shape::{Shape, list, opt, req};

/// Where the blobs are served.
pub(crate) const BLOBS: &str = "/_blobs/";

/// How long a token for a registry is good.
const TOKEN_HOURS: i64 = 12;
/// How long a URL is good. AWS does not say; presigned URLs of an hour are usual.
const URL_HOURS: i64 = 1;

static REGISTRIES: Shape = list(1, 10, &REGISTRY_ID);
static AUTHORIZE: Shape = Shape::Record(&[opt("registryIds", &REGISTRIES)]);
static URL: Shape = Shape::Record(&[REGISTRY, REPOSITORY, req("layerDigest", &LAYER)]);

/// A token for a registry. No registry is here to take it.
pub(super) fn authorize(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = AUTHORIZE.accept(&call.params.body)?;
    let given = body.get("registryIds").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut registries: Vec<String> = given.map(str::to_owned).collect();
    if registries.is_empty() {
        registries.push(call.caller.account.clone());
    }
    let expires = later(call.now, SignedDuration::from_hours(TOKEN_HOURS));
    let mut one = |registry: &String| {
        let password = call.random.secret(64);
        json!({
            "authorizationToken": STANDARD.encode(format!("AWS:{password}")),
            "expiresAt": epoch(expires),
            "proxyEndpoint": format!("https://{registry}.dkr.ecr.{}.amazonaws.com", call.caller.region),
        })
    };
    let data: Vec<Value> = registries.iter().map(&mut one).collect();
    Ok(Reply::Json(json!({ "authorizationData": data })))
}

/// The URL of a layer that an image has.
pub(super) fn url(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = URL.accept(&call.params.body)?;
    let digest = text(&body, "layerDigest");
    let host = call.params.header(HOST.as_str()).unwrap_or("127.0.0.1").to_owned();
    let expires = later(call.now, SignedDuration::from_hours(URL_HOURS)).as_second();
    let (seed, region) = (call.settings.seed, call.caller.region.clone());
    let repository = call.repository(&body)?;
    let (account, name) = (&repository.account, &repository.name);
    if !repository.blobs.contains_key(digest) {
        let message = format!("The layer with digest '{digest}' does not exist in the repository with name '{name}'");
        return Err(refused("LayersNotFoundException", message));
    }
    if !repository.referenced().contains(digest) {
        let message = format!("The layer with digest '{digest}' is not associated with an image");
        return Err(refused("LayerInaccessibleException", message));
    }
    let path = format!("{BLOBS}{account}/{region}/{name}/{digest}");
    let url = format!("http://{host}{path}?token={}", token(seed, &path, expires));
    Ok(Reply::Json(json!({ "downloadUrl": url, "layerDigest": digest })))
}

/// When a URL ends, and what shows that it was given.
fn token(seed: u64, path: &str, expires: i64) -> String {
    let proof = hex::encode(Sha256::digest(format!("{seed} {path} {expires}")));
    format!("{expires}-{proof}")
}

/// Answers a request to a URL that was given for a layer, as S3 would.
pub(crate) fn serve_blob(
    state: &State,
    settings: &Settings,
    now: Timestamp,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let path = decode(request.uri().path());
    if request.method() != Method::GET {
        return bad(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Only GET is allowed");
    }
    let query = pairs(request.uri().query().unwrap_or_default());
    let given = query.iter().find(|(name, _)| name == "token").map_or("", |(_, token)| token.as_str());
    let expires = given.split_once('-').and_then(|(expires, _)| expires.parse().ok()).unwrap_or(i64::MIN);
    if given != token(settings.seed, &path, expires) {
        return bad(StatusCode::FORBIDDEN, "AccessDenied", "The token is not one that was given for this path");
    }
    if expires < now.as_second() {
        return bad(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired");
    }
    let Some(blob) = find(state, &path) else {
        return bad(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    };
    let mut response = Response::new(blob);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response
}

fn find(state: &State, path: &str) -> Option<Bytes> {
    let (account, rest) = path.strip_prefix(BLOBS)?.split_once('/')?;
    let (region, rest) = rest.split_once('/')?;
    let (name, digest) = rest.rsplit_once('/')?;
    let blob = state.registries.at(account, region)?.get(name)?.blobs.get(digest)?;
    Some(Bytes::from(blob.0.clone()))
}

fn bad(status: StatusCode, code: &str, message: &str) -> Response<Bytes> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}
