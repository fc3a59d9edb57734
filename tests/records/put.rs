//! Objects put where the API server keeps them, because it gives no uid to whoever asks for it, and the record's tokens
//! and tags are of the object's uid.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use devcluster::Cluster;
use serde_json::{Value, json};

use crate::support::api::plural;

/// Puts a namespace.
pub fn namespace(cluster: &Cluster, namespace: &Value) {
    let name = namespace["metadata"]["name"].as_str().unwrap();
    put(cluster, &format!("/registry/namespaces/{name}"), namespace);
}

/// Puts an object of ours.
pub fn object(cluster: &Cluster, object: &Value) {
    let name = |member: &str| object["metadata"][member].as_str().unwrap();
    let group = object["apiVersion"].as_str().unwrap().split('/').next().unwrap();
    let kind = plural(object["kind"].as_str().unwrap());
    put(cluster, &format!("/registry/{group}/{kind}/{}/{}", name("namespace"), name("name")), object);
}

/// What etcd keeps: everything but the version, which is etcd's own.
pub fn stored(mut object: Value) -> Value {
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("resourceVersion");
    metadata.remove("managedFields");
    object
}

fn put(cluster: &Cluster, key: &str, value: &Value) {
    let body =
        json!({ "key": BASE64_STANDARD.encode(key), "value": BASE64_STANDARD.encode(value.to_string()) }).to_string();
    let address = cluster.etcd_url();
    let address = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let length = body.len();
    let head = "Content-Type: application/json\r\nConnection: close\r\n";
    write!(stream, "POST /v3/kv/put HTTP/1.1\r\nHost: {address}\r\n{head}Content-Length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{key}: {answer}");
}
