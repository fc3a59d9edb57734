//! CloudWatch Logs: deliveries of logs and traces of AgentCore's resources.

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::logs::group;
use crate::world::{World, with};

const MEMORY: &str = "arn:aws:bedrock-agentcore:us-east-1:123456789012:memory/";

fn source(name: &str, resource: &str, log_type: &str) -> Value {
    json!({"name": name, "resourceArn": resource, "logType": log_type})
}

fn to_group(name: &str, log_group: &str) -> Value {
    let arn = format!("arn:aws:logs:us-east-1:123456789012:log-group:{log_group}");
    json!({"name": name, "deliveryDestinationConfiguration": {"destinationResourceArn": arn}})
}

fn to_x_ray(name: &str) -> Value {
    json!({"name": name, "deliveryDestinationType": "XRAY"})
}

fn delivery(source: &str, destination: &str) -> Value {
    let arn = format!("arn:aws:logs:us-east-1:123456789012:delivery-destination:{destination}");
    json!({"deliverySourceName": source, "deliveryDestinationArn": arn})
}

fn named(name: &str) -> Value {
    json!({"name": name})
}

/// A memory with its logs and its traces on their way, as the command line tool of AgentCore sets them up.
fn world() -> (World, String) {
    let mut world = World::new();
    let arn = format!("{MEMORY}{}", world.create_memory("notes", &json!([])));
    world.logs("CreateLogGroup", &group("logs")).good(200);
    world.logs("PutDeliverySource", &source("l", &arn, "APPLICATION_LOGS")).good(200);
    world.logs("PutDeliverySource", &source("t", &arn, "TRACES")).good(200);
    world.logs("PutDeliveryDestination", &to_group("g", "logs")).good(200);
    world.logs("PutDeliveryDestination", &to_x_ray("x")).good(200);
    (world, arn)
}

#[test]
fn a_source_is_of_one_resource_for_ever() {
    let (mut world, arn) = world();
    let found = world.logs("GetDeliverySource", &named("t")).good(200);
    assert_eq!(
        found.at("deliverySource"),
        &json!({
            "name": "t", "arn": "arn:aws:logs:us-east-1:123456789012:delivery-source:t", "resourceArns": [arn],
            "service": "bedrock-agentcore", "logType": "TRACES", "status": "ACTIVE",
        })
    );
    world.logs("PutDeliverySource", &source("t", &arn, "TRACES")).good(200);
    world.logs("PutDeliverySource", &source("t", &arn, "APPLICATION_LOGS")).bad(400, "ConflictException");
    let taken = world.logs("PutDeliverySource", &source("more", &arn, "TRACES")).bad(400, "ConflictException");
    assert!(taken.text("message").contains("already been used in another Delivery Source"));
    let other = format!("{MEMORY}{}", world.create_memory("other", &json!([])));
    let moved = world.logs("PutDeliverySource", &source("t", &other, "TRACES")).bad(400, "ConflictException");
    assert!(moved.text("message").contains("new ResourceId is not allowed"));
    let by_resource = world.logs("DescribeDeliverySources", &json!({"resourceArns": [other]})).good(200);
    assert_eq!(by_resource.at("deliverySources"), &json!([]));
    let page = world.logs("DescribeDeliverySources", &json!({"limit": 1})).good(200);
    assert_eq!(page.at("deliverySources/0/name"), "l");
    assert!(page.at("nextToken").is_string());
    let tagged = with(source("t", &arn, "TRACES"), "tags", json!({"a": "1"}));
    assert_eq!(world.logs("PutDeliverySource", &tagged).good(200).at("deliverySource/tags"), &json!({"a": "1"}));
}

#[test]
fn a_source_must_be_there_and_have_such_logs() {
    let mut world = World::new();
    let memory = format!("{MEMORY}{}", world.create_memory("notes", &json!([])));
    world.logs("PutDeliverySource", &source("a", &memory, "USAGE_LOGS")).bad(400, "ValidationException");
    world.logs("PutDeliverySource", &source("a", "notes", "TRACES")).bad(400, "ValidationException");
    world.logs("PutDeliverySource", &source("a b", &memory, "TRACES")).bad(400, "ValidationException");
    world
        .logs("PutDeliverySource", &source("a", &format!("{MEMORY}none-0123456789"), "TRACES"))
        .bad(400, "ResourceNotFoundException");
    let foreign = memory.replace("123456789012", "210987654321");
    world.logs("PutDeliverySource", &source("a", &foreign, "TRACES")).bad(400, "ValidationException");
    let queue = "arn:aws:sqs:us-east-1:123456789012:queue";
    world.logs("PutDeliverySource", &source("a", queue, "TRACES")).bad(501, "NotImplemented");
    let runtime = world.create_runtime("agent");
    let runtime = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/{runtime}");
    world.logs("PutDeliverySource", &source("a", &runtime, "USAGE_LOGS")).good(200);
    // What is not simulated is believed to be there.
    let payments = "arn:aws:bedrock-agentcore:us-east-1:123456789012:payment-manager/p-0123456789";
    world.logs("PutDeliverySource", &source("p", payments, "TRACES")).good(200);
    let gateway = "arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/g-0123456789";
    world.logs("PutDeliverySource", &source("g", gateway, "TRACES")).bad(400, "ResourceNotFoundException");
}

#[test]
fn a_source_outlives_its_resource() {
    let (mut world, arn) = world();
    let id = arn.rsplit('/').next().unwrap();
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202);
    let found = world.logs("GetDeliverySource", &named("t")).good(200);
    assert_eq!(found.at("deliverySource/status"), "INACTIVE");
    assert_eq!(found.at("deliverySource/statusReason"), "RESOURCE_DELETED");
}

#[test]
fn destinations_have_a_type() {
    let (mut world, _) = world();
    let found = world.logs("GetDeliveryDestination", &named("g")).good(200);
    assert_eq!(
        found.at("deliveryDestination"),
        &json!({
            "name": "g", "arn": "arn:aws:logs:us-east-1:123456789012:delivery-destination:g",
            "deliveryDestinationType": "CWL", "deliveryDestinationConfiguration": {
                "destinationResourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:logs"},
        })
    );
    let mut put = |body: Value| world.logs("PutDeliveryDestination", &body);
    put(named("none")).bad(400, "ValidationException");
    put(with(to_group("g", "logs"), "deliveryDestinationType", "S3")).bad(400, "ValidationException");
    put(to_group("new", "none")).bad(400, "ResourceNotFoundException");
    put(to_x_ray("g")).bad(400, "ConflictException");
    let bucket = json!({"destinationResourceArn": "arn:aws:s3:::bucket"});
    let bucket = with(named("b"), "deliveryDestinationConfiguration", bucket);
    let made = put(with(bucket, "outputFormat", "plain")).good(200);
    assert_eq!(made.at("deliveryDestination/deliveryDestinationType"), "S3");
    let names = world.logs("DescribeDeliveryDestinations", &json!({"names": ["b", "x"]})).good(200);
    assert_eq!(names.at("deliveryDestinations/1/name"), "x");
    assert_eq!(names.at("deliveryDestinations/2"), &Value::Null);
}

#[test]
fn a_delivery_is_there_once_and_holds_its_ends() {
    let (mut world, _) = world();
    let made = world.logs("CreateDelivery", &delivery("l", "g")).good(200);
    let id = made.text("delivery/id");
    assert_eq!(made.at("delivery/arn"), &json!(format!("arn:aws:logs:us-east-1:123456789012:delivery:{id}")));
    assert_eq!(made.at("delivery/deliveryDestinationType"), "CWL");
    world.logs("CreateDelivery", &delivery("l", "g")).bad(400, "ConflictException");
    world.logs("CreateDelivery", &delivery("t", "g")).bad(400, "ValidationException");
    world.logs("CreateDelivery", &delivery("l", "x")).bad(400, "ValidationException");
    world.logs("CreateDelivery", &delivery("none", "g")).bad(400, "ResourceNotFoundException");
    world.logs("CreateDelivery", &delivery("l", "none")).bad(400, "ResourceNotFoundException");
    let foreign = json!({"deliverySourceName": "l",
        "deliveryDestinationArn": "arn:aws:logs:us-east-1:210987654321:delivery-destination:g"});
    world.logs("CreateDelivery", &foreign).bad(400, "AccessDeniedException");
    world
        .logs("CreateDelivery", &with(delivery("t", "x"), "s3DeliveryConfiguration", json!({})))
        .bad(400, "ValidationException");
    world.logs("CreateDelivery", &with(delivery("t", "x"), "fieldDelimiter", ",")).bad(400, "ValidationException");
    world.logs("CreateDelivery", &delivery("t", "x")).good(200);
    let found = world.logs("DescribeDeliveries", &json!({"deliverySourceNames": ["l"]})).good(200);
    assert_eq!(found.at("deliveries"), &json!([made.at("delivery")]));
    assert_eq!(world.logs("GetDelivery", &json!({"id": id})).good(200).at("delivery"), made.at("delivery"));

    world.logs("DeleteDeliverySource", &named("l")).bad(400, "ConflictException");
    world.logs("DeleteDeliveryDestination", &named("g")).bad(400, "ConflictException");
    world.logs("DeleteDelivery", &json!({"id": id})).good(200);
    world.logs("DeleteDelivery", &json!({"id": id})).bad(400, "ResourceNotFoundException");
    world.logs("DeleteDeliverySource", &named("l")).good(200);
    world.logs("DeleteDeliverySource", &named("l")).bad(400, "ResourceNotFoundException");
    world.logs("DeleteDeliveryDestination", &named("g")).good(200);
    world.logs("DeleteDeliveryDestination", &named("g")).bad(400, "ResourceNotFoundException");
}

#[test]
fn ends_are_busy_for_a_moment() {
    let mut world = World::with(Settings::realistic());
    world.logs("PutDeliveryDestination", &to_x_ray("x")).good(200);
    world.logs("PutDeliveryDestination", &to_x_ray("y")).good(200);
    let busy = world.logs("PutDeliveryDestination", &to_x_ray("x")).bad(400, "ConflictException");
    assert!(busy.text("message").contains("currently being updated"));
    world.wait(1.1);
    world.logs("DeleteDeliveryDestination", &named("x")).good(200);
}
