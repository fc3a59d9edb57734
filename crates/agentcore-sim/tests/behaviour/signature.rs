//! Signatures are not verified, but they must look like some.

use bytes::Bytes;
use http::{Request, request};
use serde_json::Value;

use crate::world::{Answer, World};

const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AKIATEST/20270115/us-east-1/bedrock-agentcore/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=0123456789abcdef";

fn list(headers: &[(&str, &str)]) -> Request<Bytes> {
    let start: request::Builder = Request::post("/memories/");
    headers.iter().fold(start, |builder, (name, value)| builder.header(*name, *value)).body(Bytes::new()).unwrap()
}

#[test]
fn a_signature_has_all_its_parts() {
    let mut world = World::new();
    world.send(list(&[("authorization", GOOD)])).good(200);
    world.send(list(&[("authorization", &GOOD.replace(", ", ","))])).good(200);
    for (part, other) in [
        (", Signature=0123456789abcdef", ""),
        ("0123456789abcdef", "not-hex"),
        ("0123456789abcdef", ""),
        ("SignedHeaders=host;x-amz-date, ", ""),
        ("host;", ""),
        ("20270115", "2027"),
        ("AKIATEST", ""),
        ("us-east-1", ""),
        ("aws4_request", "aws5_request"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    ] {
        let wrong = GOOD.replace(part, other);
        world.send(list(&[("authorization", &wrong)])).bad(403, "IncompleteSignatureException");
    }
}

#[test]
fn a_signature_is_of_now() {
    let mut world = World::new();
    let at = |world: &mut World, time: &str| world.send(list(&[("authorization", GOOD), ("x-amz-date", time)]));
    for good in ["20270115T080000Z", "20270115T075501Z", "20270115T080459Z"] {
        at(&mut world, good).good(200);
    }
    for (wrong, why) in [("20270115T075459Z", "Signature expired"), ("20270115T080501Z", "Signature not yet current")] {
        let refused = at(&mut world, wrong).bad(403, "InvalidSignatureException");
        assert!(refused.text("message").contains(why), "{}", refused.body);
    }
    at(&mut world, "20270114T235959Z").bad(403, "InvalidSignatureException");
    at(&mut world, "20270115").bad(403, "IncompleteSignatureException");
    // Services that name operations in a header look for the code in the body, and know the status 400 only.
    let of_logs = GOOD.replace("bedrock-agentcore", "logs");
    let named = [
        ("authorization", &*of_logs),
        ("x-amz-date", "20270115T070000Z"),
        ("x-amz-target", "Logs_20140328.PutLogEvents"),
    ];
    let refused = world.send(list(&named)).good(400);
    assert_eq!(refused.text("__type"), "InvalidSignatureException");
    // Query services have another name for it.
    world.now += jiff::SignedDuration::from_hours(1);
    let form = Request::post("/")
        .header("authorization", GOOD.replace("bedrock-agentcore", "sts"))
        .header("x-amz-date", "20270115T080000Z")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from("Action=GetCallerIdentity"));
    world.send(form.unwrap()).bad(403, "SignatureDoesNotMatch");
}

#[test]
fn a_clock_that_was_moved_on_does_not_shut_anybody_out() {
    let mut world = World::new();
    world.sim.advance_clock(jiff::SignedDuration::from_hours(2));
    // One client goes by its own clock, another one by the dates in answers.
    for time in ["20270115T080000Z", "20270115T100000Z"] {
        world.send(list(&[("authorization", GOOD), ("x-amz-date", time)])).good(200);
    }
    world
        .send(list(&[("authorization", GOOD), ("x-amz-date", "20270115T090000Z")]))
        .bad(403, "InvalidSignatureException");
}

const PRESIGNED: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20270115T080000Z&X-Amz-SignedHeaders=host&\
    X-Amz-Expires=900&X-Amz-Signature=00ff";

fn presigned(world: &mut World, service: &str, path: &str, rest: &str) -> Answer {
    let credential = format!("X-Amz-Credential=AKIATEST%2F20270115%2Fus-east-1%2F{service}%2Faws4_request");
    let uri = format!("{path}?{rest}{PRESIGNED}&{credential}");
    world.send(Request::get(uri).body(Bytes::new()).unwrap())
}

#[test]
fn a_url_can_be_signed() {
    let mut world = World::new();
    let id = world.create_interpreter("tool");
    let path = format!("/code-interpreters/{id}");
    presigned(&mut world, "bedrock-agentcore", &path, "").good(200);
    // The signature is no parameter.
    let entry = world.sim.journal().last().unwrap();
    assert_eq!(entry.parameters.as_object().unwrap().len(), 1, "{:?}", entry.parameters);
    let who = presigned(&mut world, "sts", "/", "Action=GetCallerIdentity&Version=2011-06-15&").good(200);
    assert!(who.body.as_str().unwrap().contains("<Account>123456789012</Account>"));
    world.wait(899.0);
    presigned(&mut world, "bedrock-agentcore", &path, "").good(200);
    world.wait(2.0);
    presigned(&mut world, "bedrock-agentcore", &path, "").bad(403, "InvalidSignatureException");
    let cut = Request::get(format!("{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256")).body(Bytes::new()).unwrap();
    world.send(cut).bad(403, "IncompleteSignatureException");
}

#[test]
fn bodies_that_are_packed_are_refused_by_name() {
    let mut world = World::new();
    for headers in [
        ("content-encoding", "gzip"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    ] {
        let refused = world.send(list(&[("authorization", GOOD), headers])).bad(501, "NotImplemented");
        assert!(refused.text("message").contains(headers.1), "{}", refused.body);
    }
    world.send(list(&[("authorization", GOOD), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")])).good(200);
    world.call("POST", "/memories/", &Value::Null).good(200);
}
