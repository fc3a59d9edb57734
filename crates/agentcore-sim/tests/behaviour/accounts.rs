//! Accounts and regions never mix; requests without a signature are refused.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::world::World;

#[test]
fn accounts_and_regions_do_not_see_each_other() {
    let mut world = World::new();
    let id = world.create_memory("notes", &json!([]));
    let path = format!("/memories/{id}/details");
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        world.access_key = key.to_owned();
        world.region = region.to_owned();
        world.get(&path).bad(404, "ResourceNotFoundException");
        assert_eq!(world.call("POST", "/memories/", &Value::Null).good(200).at("memories"), &json!([]));
        // The name is free here.
        world.create_memory("notes", &json!([]));
    }
    world.region = "us-east-1".to_owned();
    world.access_key = "AKIATEST".to_owned();
    world.get(&path).good(200);
    let accounts: Vec<_> = world.sim.inventory().into_iter().map(|item| (item.account, item.region)).collect();
    assert_eq!(accounts.len(), 3);
    assert!(accounts.contains(&("210987654321".to_owned(), "us-east-1".to_owned())));
}

#[test]
fn a_request_must_be_signed() {
    let mut world = World::new();
    let request = |authorization: Option<&str>| {
        let mut builder = Request::builder().method("POST").uri("/memories/");
        if let Some(authorization) = authorization {
            builder = builder.header("authorization", authorization);
        }
        builder.body(Bytes::new()).unwrap()
    };
    world.send(request(None)).bad(403, "MissingAuthenticationTokenException");
    world.send(request(Some("Bearer token"))).bad(403, "IncompleteSignatureException");
    let cut = "AWS4-HMAC-SHA256 Credential=AKIATEST/20270115/us-east-1, SignedHeaders=host, Signature=0";
    world.send(request(Some(cut))).bad(403, "IncompleteSignatureException");
}

#[test]
fn what_is_not_simulated_says_so_by_name() {
    let mut world = World::new();
    let answer = world.call("POST", "/harnesses", &json!({})).bad(501, "NotImplemented");
    assert!(answer.text("message").contains("CreateHarness"), "{}", answer.body);
    let answer = world.get("/registries/abc/records/def").bad(501, "NotImplemented");
    assert!(answer.text("message").contains("GetRegistryRecord"), "{}", answer.body);
    let answer = world.call("POST", "/memories/notes-0123456789/nonsense", &json!({})).bad(501, "NotImplemented");
    assert!(answer.text("message").contains("POST /memories/notes-0123456789/nonsense"), "{}", answer.body);
    assert!(world.sim.journal().any(|entry| entry.operation == "CreateHarness" && entry.outcome.status == 501));

    let request = Request::builder().uri("/").header("authorization", world.authorization("ecr"));
    world.send(request.body(Bytes::new()).unwrap()).bad(501, "NotImplemented");
}
