//! Browsers: the users' and AWS's own.

use agentcore_sim::{Kind, Mutation};
use serde_json::{Value, json};

use crate::world::{ROLE, World, browser, token, with};

#[test]
fn a_browser_is_created_read_and_deleted() {
    let mut world = World::new();
    let s3 = json!({"bucket": "bucket", "prefix": "videos/"});
    let mut body = browser("tool");
    for (name, value) in [
        ("description", json!("A browser")),
        ("executionRoleArn", json!(ROLE)),
        ("recording", json!({"enabled": true, "s3Location": s3})),
        ("browserSigning", json!({"enabled": true})),
        ("enterprisePolicies", json!([{"type": "MANAGED", "location": {"s3": s3}}])),
    ] {
        body = with(body, name, value);
    }
    let sent = with(with(body.clone(), "tags", json!({"a": "b"})), "clientToken", token('a'));
    let created = world.call("PUT", "/browsers", &sent).good(202);
    assert_eq!(created.text("status"), "CREATING");
    assert_eq!(created.text("createdAt"), "2027-01-15T08:00:00.000Z");
    let id = created.text("browserId");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:browser-custom/{id}");
    assert_eq!(created.text("browserArn"), arn);
    let path = format!("/browsers/{id}");
    let read = world.get(&path).good(200);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(read.at(name), value, "{name}");
    }
    assert_eq!(read.text("status"), "READY");
    for absent in ["tags", "clientToken", "failureReason"] {
        assert_eq!(read.at(absent), &Value::Null, "{absent}");
    }
    assert_eq!(world.call("PUT", "/browsers", &sent).good(202).text("browserId"), id, "the token says it is the same");
    world.call("PUT", "/browsers", &browser("tool")).bad(409, "ConflictException");
    let tags = format!("/tags/{}", arn.replace('/', "%2F"));
    assert_eq!(world.get(&tags).good(200).at("tags"), &json!({"a": "b"}));
    let deleted = world.call("DELETE", &path, &Value::Null).good(202);
    assert_eq!((deleted.text("status"), deleted.text("browserId")), ("DELETING".to_owned(), id));
    assert!(!deleted.text("lastUpdatedAt").is_empty());
    world.get(&path).bad(404, "ResourceNotFoundException");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut world = World::new();
    for (name, value) in [
        ("networkConfiguration", json!({"networkMode": "SANDBOX"})),
        ("networkConfiguration", json!({"networkMode": "VPC"})),
        ("name", json!("with-hyphen")),
        ("browserSigning", json!({})),
        ("enterprisePolicies", json!([{"type": "MANAGED"}])),
        ("enterprisePolicies", json!([{"location": {"s3": {"bucket": "bucket"}}}])),
        ("recording", json!({"s3Location": {"bucket": "B", "prefix": "a"}})),
        ("certificates", json!([])),
    ] {
        world.call("PUT", "/browsers", &with(browser("tool"), name, value)).bad(400, "ValidationException");
    }
    world.call("PUT", "/browsers", &json!({"name": "tool"})).bad(400, "ValidationException");
    world.get("/browsers/nonsense").bad(400, "ValidationException");
}

#[test]
fn aws_has_one_of_its_own() {
    let mut world = World::new();
    let id = world.call("PUT", "/browsers", &browser("tool")).good(202).text("browserId");
    let listed = world.call("POST", "/browsers", &Value::Null).good(200);
    assert_eq!(listed.text("browserSummaries/0/browserId"), "aws.browser.v1");
    assert_eq!(listed.text("browserSummaries/1/browserId"), id);
    assert_eq!(listed.at("browserSummaries/1/networkConfiguration"), &Value::Null);
    let own = world.call("POST", "/browsers?type=CUSTOM", &Value::Null).good(200);
    assert_eq!(own.at("browserSummaries").as_array().unwrap().len(), 1);
    let read = world.get("/browsers/aws.browser.v1").good(200);
    assert_eq!(read.text("browserArn"), "arn:aws:bedrock-agentcore:us-east-1:aws:browser/aws.browser.v1");
    assert_eq!(read.at("networkConfiguration/networkMode"), "PUBLIC");
    world.call("DELETE", "/browsers/aws.browser.v1", &Value::Null).bad(403, "AccessDeniedException");
}

#[test]
fn a_failed_one_says_why() {
    let mut world = World::new();
    let fault = json!({"operation": "CreateBrowser", "fault": {"provision": {"state": "", "reason": "No such role"}}});
    world.admin("POST", "faults", &fault).good(200);
    let id = world.call("PUT", "/browsers", &browser("tool")).good(202).text("browserId");
    let read = world.get(&format!("/browsers/{id}")).good(200);
    assert_eq!((read.text("status").as_str(), read.text("failureReason").as_str()), ("CREATE_FAILED", "No such role"));
    let action = Mutation::Delete { kind: Kind::Browser, id: id.clone() };
    world.sim.mutate(world.now, action).unwrap();
    world.get(&format!("/browsers/{id}")).bad(404, "ResourceNotFoundException");
}

#[test]
fn there_are_so_many_and_others_do_not_see_them() {
    let mut world = World::switched(&["quotas.browsers=1"]);
    let id = world.call("PUT", "/browsers", &browser("one")).good(202).text("browserId");
    world.call("PUT", "/browsers", &browser("two")).bad(402, "ServiceQuotaExceededException");
    world.region = "eu-west-1".to_owned();
    world.get(&format!("/browsers/{id}")).bad(404, "ResourceNotFoundException");
    world.call("PUT", "/browsers", &browser("one")).good(202);
}

#[test]
fn it_can_be_seen_deleted() {
    let mut world = World::switched(&["gone=deleted"]);
    let id = world.call("PUT", "/browsers", &browser("tool")).good(202).text("browserId");
    world.call("DELETE", &format!("/browsers/{id}"), &Value::Null).good(202);
    assert_eq!(world.get(&format!("/browsers/{id}")).good(200).text("status"), "DELETED");
}
