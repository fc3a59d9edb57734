//! CloudWatch Logs: groups, policies, and the lines of the logs.

use serde_json::{Value, json};

use crate::world::{Answer, World, with};

impl World {
    pub fn logs(&mut self, operation: &str, body: &Value) -> Answer {
        self.json("logs", &format!("Logs_20140328.{operation}"), body)
    }
}

pub fn group(name: &str) -> Value {
    json!({"logGroupName": name})
}

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

#[test]
fn groups_are_made_described_and_deleted() {
    let mut world = World::new();
    let body = with(group("/aws/agent"), "tags", json!({"team": "a"}));
    assert_eq!(world.logs("CreateLogGroup", &body).good(200).body, "");
    world.logs("CreateLogGroup", &body).bad(400, "ResourceAlreadyExistsException");
    world.logs("CreateLogGroup", &group("aws/spans")).bad(400, "InvalidParameterException");
    world.logs("CreateLogGroup", &group("a b")).bad(400, "InvalidParameterException");
    world.logs("CreateLogGroup", &group("/other")).good(200);
    let found = world.logs("DescribeLogGroups", &json!({"logGroupNamePrefix": "/aws/"})).good(200);
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/agent";
    assert_eq!(
        found.at("logGroups"),
        &json!([{
            "logGroupName": "/aws/agent", "creationTime": 1_800_000_000_000_i64, "metricFilterCount": 0, "storedBytes": 0,
            "arn": format!("{arn}:*"), "logGroupArn": arn, "logGroupClass": "STANDARD", "deletionProtectionEnabled": false,
        }])
    );
    let first = world.logs("DescribeLogGroups", &json!({"limit": 1})).good(200);
    let next = json!({"limit": 1, "nextToken": first.text("nextToken")});
    assert_eq!(world.logs("DescribeLogGroups", &next).good(200).at("logGroups/0/logGroupName"), "/other");
    let both = json!({"logGroupNamePrefix": "a", "logGroupNamePattern": "b"});
    world.logs("DescribeLogGroups", &both).bad(400, "InvalidParameterException");
    world.logs("DeleteLogGroup", &group("/aws/agent")).good(200);
    world.logs("DeleteLogGroup", &group("/aws/agent")).bad(400, "ResourceNotFoundException");
    let protected = with(group("kept"), "deletionProtectionEnabled", true);
    world.logs("CreateLogGroup", &protected).good(200);
    world.logs("DeleteLogGroup", &group("kept")).bad(400, "ValidationException");
}

#[test]
fn retention_has_certain_days() {
    let mut world = World::new();
    let days = |days: i64| with(group("a"), "retentionInDays", days);
    world.logs("PutRetentionPolicy", &days(7)).bad(400, "ResourceNotFoundException");
    world.logs("CreateLogGroup", &group("a")).good(200);
    world.logs("PutRetentionPolicy", &days(8)).bad(400, "InvalidParameterException");
    world.logs("PutRetentionPolicy", &days(7)).good(200);
    let retention = |world: &mut World| {
        world.logs("DescribeLogGroups", &json!({})).good(200).at("logGroups/0/retentionInDays").clone()
    };
    assert_eq!(retention(&mut world), 7);
    world.logs("DeleteRetentionPolicy", &group("a")).good(200);
    assert_eq!(retention(&mut world), Value::Null);
}

#[test]
fn tags_are_by_arn() {
    let mut world = World::new();
    world.logs("CreateLogGroup", &with(group("a"), "tags", json!({"a": "1", "b": "2"}))).good(200);
    let arn = json!({"resourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:a"});
    world.logs("TagResource", &with(arn.clone(), "tags", json!({"b": "3"}))).good(200);
    world.logs("UntagResource", &with(arn.clone(), "tagKeys", json!(["a", "none"]))).good(200);
    assert_eq!(world.logs("ListTagsForResource", &arn).good(200).at("tags"), &json!({"b": "3"}));
    let many: serde_json::Map<_, _> = (0..50).map(|at| (format!("key{at}"), json!(""))).collect();
    world.logs("TagResource", &with(arn, "tags", many)).bad(400, "TooManyTagsException");
    let other = json!({"resourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:b"});
    world.logs("ListTagsForResource", &other).bad(400, "ResourceNotFoundException");
}

#[test]
fn an_account_has_ten_policies_at_most() {
    let mut world = World::new();
    let policy = |name: &str| json!({"policyName": name, "policyDocument": POLICY});
    for at in 0..10 {
        world.logs("PutResourcePolicy", &policy(&format!("p{at}"))).good(200);
    }
    world.logs("PutResourcePolicy", &policy("more")).bad(400, "LimitExceededException");
    world.logs("PutResourcePolicy", &policy("p1")).good(200);
    let bad = json!({"policyName": "p1", "policyDocument": "none"});
    world.logs("PutResourcePolicy", &bad).bad(400, "InvalidParameterException");
    let found = world.logs("DescribeResourcePolicies", &json!({"limit": 5})).good(200);
    assert_eq!(
        found.at("resourcePolicies/0"),
        &json!({"policyName": "p0", "policyDocument": POLICY,
        "lastUpdatedTime": 1_800_000_000_000_i64, "policyScope": "ACCOUNT"})
    );
    assert_eq!(found.at("resourcePolicies/5"), &Value::Null);
    assert!(found.at("nextToken").is_string());
    world.logs("DeleteResourcePolicy", &json!({"policyName": "p0"})).good(200);
    world.logs("DeleteResourcePolicy", &json!({"policyName": "p0"})).bad(400, "ResourceNotFoundException");
    world.logs("PutResourcePolicy", &policy("more")).good(200);
}

#[test]
fn the_policy_of_a_group_has_revisions() {
    let mut world = World::new();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:a:*";
    let policy = json!({"resourceArn": arn, "policyDocument": POLICY});
    world.logs("PutResourcePolicy", &policy).bad(400, "ResourceNotFoundException");
    world.logs("CreateLogGroup", &group("a")).good(200);
    let first = world.logs("PutResourcePolicy", &policy).good(200).text("revisionId");
    world.logs("PutResourcePolicy", &policy).bad(400, "OperationAbortedException");
    world.logs("PutResourcePolicy", &with(policy, "expectedRevisionId", first.as_str())).good(200);
    let found = world.logs("DescribeResourcePolicies", &json!({"policyScope": "RESOURCE"})).good(200);
    assert_eq!(found.at("resourcePolicies/0/policyScope"), "RESOURCE");
    let second = found.text("resourcePolicies/0/revisionId");
    let delete = |revision: &str| json!({"resourceArn": arn, "expectedRevisionId": revision});
    world.logs("DeleteResourcePolicy", &delete(&first)).bad(400, "OperationAbortedException");
    world.logs("DeleteResourcePolicy", &delete(&second)).good(200);
    assert_eq!(world.logs("DescribeResourcePolicies", &json!({})).good(200).at("resourcePolicies"), &json!([]));
}

/// A world with a stream that has events at these seconds, each with its second as its message.
fn world_with(seconds: &[i64]) -> World {
    let mut world = World::new();
    world.logs("CreateLogGroup", &group("a")).good(200);
    let stream = with(group("a"), "logStreamName", "s");
    world.logs("CreateLogStream", &stream).good(200);
    world.logs("CreateLogStream", &stream).bad(400, "ResourceAlreadyExistsException");
    if !seconds.is_empty() {
        world.logs("PutLogEvents", &with(stream, "logEvents", events(seconds))).good(200);
    }
    world
}

/// Events so many seconds after the start of the world.
fn events(seconds: &[i64]) -> Value {
    let event = |at: &i64| json!({"timestamp": 1_800_000_000_000 + at * 1000, "message": format!("line {at}")});
    seconds.iter().map(event).collect()
}

fn lines(answer: &Answer) -> Vec<String> {
    answer.at("events").as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn events_are_read_from_either_end() {
    let mut world = world_with(&[1, 2, 3, 4, 5]);
    let get = |more: Value| {
        let mut body = with(group("a"), "logStreamName", "s");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let head = world.logs("GetLogEvents", &get(json!({"startFromHead": true, "limit": 2}))).good(200);
    assert_eq!(lines(&head), ["line 1", "line 2"]);
    let next = json!({"nextToken": head.text("nextForwardToken"), "limit": 2});
    let middle = world.logs("GetLogEvents", &get(next)).good(200);
    assert_eq!(lines(&middle), ["line 3", "line 4"]);
    let back = json!({"nextToken": middle.text("nextBackwardToken"), "limit": 2});
    assert_eq!(lines(&world.logs("GetLogEvents", &get(back)).good(200)), ["line 1", "line 2"]);
    let tail = world.logs("GetLogEvents", &get(json!({"limit": 2}))).good(200);
    assert_eq!(lines(&tail), ["line 4", "line 5"]);
    // Where there is nothing more the token stays the same, until there is.
    let token = tail.text("nextForwardToken");
    let end = world.logs("GetLogEvents", &get(json!({"nextToken": token}))).good(200);
    assert_eq!((lines(&end).len(), end.text("nextForwardToken")), (0, token.clone()));
    let more = with(with(group("a"), "logStreamName", "s"), "logEvents", events(&[6]));
    world.logs("PutLogEvents", &more).good(200);
    assert_eq!(lines(&world.logs("GetLogEvents", &get(json!({"nextToken": token}))).good(200)), ["line 6"]);
    let span = json!({"startTime": 1_800_000_002_000_i64, "endTime": 1_800_000_004_000_i64});
    assert_eq!(lines(&world.logs("GetLogEvents", &get(span)).good(200)), ["line 2", "line 3"]);
    world.logs("GetLogEvents", &get(json!({"nextToken": "x"}))).bad(400, "InvalidParameterException");
    world.logs("GetLogEvents", &get(json!({"logStreamName": "none"}))).bad(400, "ResourceNotFoundException");
    let by_arn = json!({"logGroupIdentifier": "arn:aws:logs:us-east-1:123456789012:log-group:a", "logStreamName": "s"});
    assert_eq!(lines(&world.logs("GetLogEvents", &by_arn).good(200)).len(), 6);
    world.logs("GetLogEvents", &json!({"logStreamName": "s"})).bad(400, "InvalidParameterException");
}

#[test]
fn an_empty_stream_can_be_followed() {
    let mut world = world_with(&[]);
    let stream = with(group("a"), "logStreamName", "s");
    let token = world.logs("GetLogEvents", &stream).good(200).text("nextForwardToken");
    world.logs("PutLogEvents", &with(stream.clone(), "logEvents", events(&[1]))).good(200);
    assert_eq!(lines(&world.logs("GetLogEvents", &with(stream, "nextToken", token)).good(200)), ["line 1"]);
}

#[test]
fn events_must_be_in_order_and_not_too_old() {
    const DAY: i64 = 24 * 3600;
    let mut world = world_with(&[]);
    let put = |seconds: &[i64]| with(with(group("a"), "logStreamName", "s"), "logEvents", events(seconds));
    world.logs("PutLogEvents", &put(&[2, 1])).bad(400, "InvalidParameterException");
    world.logs("PutLogEvents", &put(&[-2 * DAY, 0])).bad(400, "InvalidParameterException");
    let answer = world.logs("PutLogEvents", &put(&[-15 * DAY, 0, 3 * 3600])).good(200);
    assert_eq!(
        answer.at("rejectedLogEventsInfo"),
        &json!({"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2})
    );
    world.logs("PutRetentionPolicy", &with(group("a"), "retentionInDays", 1)).good(200);
    let answer = world.logs("PutLogEvents", &put(&[-DAY - 5, -10])).good(200);
    assert_eq!(answer.at("rejectedLogEventsInfo"), &json!({"expiredLogEventEndIndex": 1}));
    let all = world.logs("FilterLogEvents", &group("a")).good(200);
    assert_eq!(lines(&all), ["line -10", "line 0"]);
    // What is no longer kept is no longer shown.
    world.wait(86_395.0);
    assert_eq!(lines(&world.logs("FilterLogEvents", &group("a")).good(200)), ["line 0"]);
    let mut long = put(&[1]);
    long["logEvents"][0]["message"] = json!("x".repeat(1024 * 1024));
    world.logs("PutLogEvents", &long).bad(400, "InvalidParameterException");
}

#[test]
fn events_of_many_streams_are_filtered() {
    let mut world = world_with(&[1, 3]);
    let other = with(group("a"), "logStreamName", "other");
    world.logs("CreateLogStream", &other).good(200);
    world.logs("PutLogEvents", &with(other, "logEvents", events(&[2, 13]))).good(200);
    let filter = |more: Value| {
        let mut body = group("a");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let mut read = |more: Value| lines(&world.logs("FilterLogEvents", &filter(more)).good(200));
    assert_eq!(read(json!({})), ["line 1", "line 2", "line 3", "line 13"]);
    assert_eq!(read(json!({"startFromHead": false})), ["line 13", "line 3", "line 2", "line 1"]);
    assert_eq!(read(json!({"filterPattern": "3"})), ["line 3", "line 13"]);
    assert_eq!(read(json!({"filterPattern": "3 -13"})), ["line 3"]);
    assert_eq!(read(json!({"logStreamNames": ["other"]})), ["line 2", "line 13"]);
    assert_eq!(read(json!({"logStreamNamePrefix": "s"})), ["line 1", "line 3"]);
    for head in [true, false] {
        let first = world.logs("FilterLogEvents", &filter(json!({"limit": 3, "startFromHead": head}))).good(200);
        let more = json!({"nextToken": first.text("nextToken"), "startFromHead": head});
        let rest = world.logs("FilterLogEvents", &filter(more)).good(200);
        assert_eq!((lines(&first).len(), lines(&rest).len()), (3, 1));
    }
    let event = world.logs("FilterLogEvents", &group("a")).good(200);
    assert_eq!(event.at("events/0/logStreamName"), "s");
    assert_eq!(event.at("searchedLogStreams"), &json!([]));
    world.logs("FilterLogEvents", &filter(json!({"logStreamNames": ["none"]}))).bad(400, "ResourceNotFoundException");
    world.logs("FilterLogEvents", &filter(json!({"filterPattern": "{ $.a = 1 }"}))).bad(501, "NotImplemented");

    let streams = |order: Value| filter(order);
    let found = world.logs("DescribeLogStreams", &streams(json!({"orderBy": "LastEventTime", "descending": true})));
    let found = found.good(200);
    assert_eq!(found.at("logStreams/0/logStreamName"), "other");
    assert_eq!(found.at("logStreams/1/firstEventTimestamp"), &json!(1_800_000_001_000_i64));
    assert_eq!(found.at("logStreams/1/lastEventTimestamp"), &json!(1_800_000_003_000_i64));
    let page = world.logs("DescribeLogStreams", &streams(json!({"limit": 1}))).good(200);
    let next = json!({"limit": 1, "nextToken": page.text("nextToken")});
    assert_eq!(world.logs("DescribeLogStreams", &streams(next)).good(200).at("logStreams/0/logStreamName"), "s");
    let both = json!({"orderBy": "LastEventTime", "logStreamNamePrefix": "s"});
    world.logs("DescribeLogStreams", &streams(both)).bad(400, "InvalidParameterException");
}

#[test]
fn accounts_and_regions_have_logs_of_their_own() {
    let mut world = World::new();
    world.logs("CreateLogGroup", &group("a")).good(200);
    world.logs("PutResourcePolicy", &json!({"policyName": "p", "policyDocument": POLICY})).good(200);
    let x_ray = json!({"name": "d", "deliveryDestinationType": "XRAY"});
    world.logs("PutDeliveryDestination", &x_ray).good(200);
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        (world.access_key, world.region) = (key.to_owned(), region.to_owned());
        assert_eq!(world.logs("DescribeLogGroups", &json!({})).good(200).at("logGroups"), &json!([]));
        assert_eq!(world.logs("DescribeResourcePolicies", &json!({})).good(200).at("resourcePolicies"), &json!([]));
        world.logs("GetDeliveryDestination", &json!({"name": "d"})).bad(400, "ResourceNotFoundException");
        let arn = json!({"resourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:a"});
        world.logs("ListTagsForResource", &arn).bad(400, "ResourceNotFoundException");
        world.logs("CreateLogGroup", &group("a")).good(200);
    }
    let inventory = world.admin("GET", "inventory", &Value::Null).good(200);
    let places = inventory.at("logs").as_array().unwrap();
    let places: Vec<_> = places.iter().map(|place| (&place["account"], &place["region"])).collect();
    assert_eq!(places.len(), 3);
    assert_eq!(inventory.at("logs/1/deliveryDestinations/0/name"), "d");
    assert_eq!(inventory.at("logs/0/deliveryDestinations"), &json!([]));
}
