//! X-Ray: where traces go, which are indexed, and who may send them.

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::world::{Answer, World, with};

impl World {
    fn xray(&mut self, operation: &str, body: &Value) -> Answer {
        self.rest("xray", "POST", &format!("/{operation}"), body)
    }

    /// Lets X-Ray write spans, under certain conditions.
    fn admit(&mut self, conditions: &Value) {
        let (region, account) = (self.region.clone(), agentcore_sim::account_of(&self.access_key));
        let document = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "TransactionSearchXRayAccess", "Effect": "Allow",
            "Principal": {"Service": "xray.amazonaws.com"}, "Action": "logs:PutLogEvents",
            "Resource": [
                format!("arn:aws:logs:{region}:{account}:log-group:aws/spans:*"),
                format!("arn:aws:logs:{region}:{account}:log-group:/aws/application-signals/data:*"),
            ],
            "Condition": conditions,
        }]});
        let policy = json!({"policyName": "TransactionSearchXRayAccess", "policyDocument": document.to_string()});
        self.logs("PutResourcePolicy", &policy).good(200);
    }
}

fn usual() -> Value {
    json!({
        "ArnLike": {"aws:SourceArn": "arn:aws:xray:us-east-1:123456789012:*"},
        "StringEquals": {"aws:SourceAccount": "123456789012"},
    })
}

fn to(destination: &str) -> Value {
    json!({"Destination": destination})
}

#[test]
fn traces_go_to_logs_once_x_ray_may_write_there() {
    let mut world = World::new();
    let now = world.xray("GetTraceSegmentDestination", &json!({})).good(200);
    assert_eq!(now.body, json!({"Destination": "XRay", "Status": "ACTIVE"}));
    let denied = world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).bad(403, "AccessDeniedException");
    assert!(denied.text("Message").contains("PutLogEvents on the aws/spans Log Group"), "{}", denied.body);
    for wrong in [
        json!({"StringEquals": {"aws:SourceAccount": "210987654321"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:xray:eu-west-1:123456789012:*"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ] {
        world.admit(&wrong);
        world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).bad(403, "AccessDeniedException");
    }
    world.admit(&usual());
    let changed = world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).good(200);
    assert_eq!(changed.body, json!({"Destination": "CloudWatchLogs", "Status": "ACTIVE"}));
    assert_eq!(world.xray("GetTraceSegmentDestination", &json!({})).good(200).body, changed.body);
    let groups = world.logs("DescribeLogGroups", &json!({})).good(200);
    assert_eq!(groups.at("logGroups/0/logGroupName"), "aws/spans");
    world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).bad(400, "InvalidRequestException");
    world.xray("UpdateTraceSegmentDestination", &to("Nowhere")).bad(400, "InvalidRequestException");
    world.xray("UpdateTraceSegmentDestination", &json!({})).bad(400, "InvalidRequestException");
    world.xray("UpdateTraceSegmentDestination", &to("XRay")).good(200);
    // The key is for a group that X-Ray makes only.
    let key =
        with(to("CloudWatchLogs"), "CloudWatchLogsConfiguration", json!({"SpansLogGroupKmsKeyId": "arn:aws:kms:k"}));
    world.xray("UpdateTraceSegmentDestination", &key).bad(400, "InvalidRequestException");
    world.logs("DeleteLogGroup", &json!({"logGroupName": "aws/spans"})).good(200);
    world.xray("UpdateTraceSegmentDestination", &key).good(200);
    assert_eq!(world.logs("DescribeLogGroups", &json!({})).good(200).at("logGroups/0/kmsKeyId"), "arn:aws:kms:k");
}

#[test]
fn what_is_denied_is_not_allowed() {
    let mut world = World::new();
    world.admit(&usual());
    let statement = json!({"Effect": "Deny", "Principal": "*", "Action": ["logs:*"], "Resource": "*"});
    let policy = json!({"policyName": "deny", "policyDocument": json!({"Statement": statement}).to_string()});
    world.logs("PutResourcePolicy", &policy).good(200);
    world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).bad(403, "AccessDeniedException");
    world.logs("DeleteResourcePolicy", &json!({"policyName": "deny"})).good(200);
    world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).good(200);
}

#[test]
fn a_change_is_pending_for_a_while() {
    let mut world = World::with(Settings::realistic());
    world.admit(&usual());
    let changed = world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).good(200);
    assert_eq!(changed.at("Status"), "PENDING");
    world.wait(9.0);
    assert_eq!(world.xray("GetTraceSegmentDestination", &json!({})).good(200).at("Status"), "PENDING");
    let pending = world.xray("UpdateTraceSegmentDestination", &to("XRay")).bad(400, "InvalidRequestException");
    assert!(pending.text("Message").contains("PENDING"));
    world.wait(600.0);
    assert_eq!(world.xray("GetTraceSegmentDestination", &json!({})).good(200).at("Status"), "ACTIVE");
    world.xray("UpdateTraceSegmentDestination", &to("XRay")).good(200);
}

#[test]
fn the_default_rule_can_be_changed() {
    let mut world = World::new();
    let rule = |percentage: f64| json!({"Probabilistic": {"DesiredSamplingPercentage": percentage}});
    let found = world.xray("GetIndexingRules", &json!({})).good(200);
    assert_eq!(found.at("IndexingRules/0/Name"), "Default");
    assert_eq!(found.at("IndexingRules/0/Rule/Probabilistic/DesiredSamplingPercentage"), &json!(1.0));
    let update = |name: &str, rule: Value| json!({"Name": name, "Rule": rule});
    let changed = world.xray("UpdateIndexingRule", &update("Default", rule(12.5))).good(200);
    assert_eq!(changed.at("IndexingRule/ModifiedAt"), &json!(1_800_000_000.0));
    let found = world.xray("GetIndexingRules", &json!({})).good(200);
    assert_eq!(found.at("IndexingRules/0/Rule/Probabilistic/DesiredSamplingPercentage"), &json!(12.5));
    world.xray("UpdateIndexingRule", &update("Other", rule(1.0))).bad(404, "ResourceNotFoundException");
    world.xray("UpdateIndexingRule", &update("Default", rule(101.0))).bad(400, "InvalidRequestException");
    world.xray("UpdateIndexingRule", &update("Default", json!({}))).bad(400, "InvalidRequestException");
    let missing = world.xray("Groups", &json!({})).bad(501, "NotImplemented");
    assert!(missing.text("message").contains("GetGroups"), "{}", missing.body);
}

#[test]
fn resource_policies_have_revisions() {
    let mut world = World::new();
    let policy = |name: &str| json!({"PolicyName": name, "PolicyDocument": r#"{"Statement":[]}"#});
    let made = world.xray("PutResourcePolicy", &with(policy("a"), "PolicyRevisionId", "0")).good(200);
    assert_eq!(made.at("ResourcePolicy/PolicyRevisionId"), "1");
    world
        .xray("PutResourcePolicy", &with(policy("a"), "PolicyRevisionId", "0"))
        .bad(400, "InvalidPolicyRevisionIdException");
    assert_eq!(world.xray("PutResourcePolicy", &policy("a")).good(200).at("ResourcePolicy/PolicyRevisionId"), "2");
    for name in ["b", "c", "d", "e"] {
        world.xray("PutResourcePolicy", &policy(name)).good(200);
    }
    world.xray("PutResourcePolicy", &policy("f")).bad(400, "PolicyCountLimitExceededException");
    let long = with(policy("a"), "PolicyDocument", "x".repeat(5121));
    world.xray("PutResourcePolicy", &long).bad(400, "PolicySizeLimitExceededException");
    world
        .xray("PutResourcePolicy", &with(policy("a"), "PolicyDocument", "{}"))
        .bad(400, "MalformedPolicyDocumentException");
    let delete = |revision: &str| json!({"PolicyName": "a", "PolicyRevisionId": revision});
    world.xray("DeleteResourcePolicy", &delete("1")).bad(400, "InvalidPolicyRevisionIdException");
    assert_eq!(world.xray("DeleteResourcePolicy", &delete("2")).good(200).body, json!({}));
    world.xray("DeleteResourcePolicy", &json!({"PolicyName": "a"})).bad(400, "InvalidRequestException");
    let found = world.xray("ListResourcePolicies", &json!({})).good(200);
    assert_eq!(found.at("ResourcePolicies/0/PolicyName"), "b");
    assert_eq!(found.at("ResourcePolicies/3/LastUpdatedTime"), &json!(1_800_000_000.0));
}

#[test]
fn operations_of_the_same_name_are_counted_by_service() {
    let mut world = World::switched(&["requestQuotas=on"]);
    let policy = json!({"policyName": "p", "policyDocument": r#"{"Statement":[]}"#});
    for _ in 0..5 {
        world.logs("PutResourcePolicy", &policy).good(200);
    }
    world.logs("PutResourcePolicy", &policy).bad(400, "ThrottlingException");
    let policy = json!({"PolicyName": "p", "PolicyDocument": r#"{"Statement":[]}"#});
    for _ in 0..5 {
        world.xray("PutResourcePolicy", &policy).good(200);
    }
    world.xray("PutResourcePolicy", &policy).bad(429, "ThrottledException");
}

#[test]
fn accounts_and_regions_have_traces_of_their_own() {
    let mut world = World::new();
    world.admit(&usual());
    world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).good(200);
    let policy = json!({"PolicyName": "a", "PolicyDocument": r#"{"Statement":[]}"#});
    world.xray("PutResourcePolicy", &policy).good(200);
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        (world.access_key, world.region) = (key.to_owned(), region.to_owned());
        assert_eq!(world.xray("GetTraceSegmentDestination", &json!({})).good(200).at("Destination"), "XRay");
        assert_eq!(world.xray("ListResourcePolicies", &json!({})).good(200).at("ResourcePolicies"), &json!([]));
        world.xray("UpdateTraceSegmentDestination", &to("CloudWatchLogs")).bad(403, "AccessDeniedException");
    }
    let inventory = world.admin("GET", "inventory", &Value::Null).good(200);
    assert_eq!(inventory.at("xray/0/traceSegmentDestination"), "CloudWatchLogs");
    assert_eq!(inventory.at("xray/0/account"), "123456789012");
    // Where nothing was changed there is nothing to show.
    assert_eq!(inventory.at("xray/1"), &Value::Null);
}
