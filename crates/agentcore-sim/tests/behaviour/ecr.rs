//! ECR: repositories, and what is done with them.

use serde_json::{Value, json};

use crate::world::{Answer, World, with};

impl World {
    pub fn ecr(&mut self, operation: &str, body: &Value) -> Answer {
        self.json("ecr", &format!("AmazonEC2ContainerRegistry_V20150921.{operation}"), body)
    }
}

fn named(name: &str) -> Value {
    json!({"repositoryName": name})
}

#[test]
fn a_repository_is_made_described_and_deleted() {
    let mut world = World::new();
    let made = world.ecr("CreateRepository", &named("team/agent")).good(200);
    assert_eq!(made.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(made.text("repository/repositoryArn"), "arn:aws:ecr:us-east-1:123456789012:repository/team/agent");
    assert_eq!(made.text("repository/repositoryUri"), "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/agent");
    assert_eq!(made.at("repository/createdAt"), &json!(1_800_000_000.0));
    assert_eq!(made.at("repository/imageTagMutability"), "MUTABLE");
    assert_eq!(made.at("repository/encryptionConfiguration"), &json!({"encryptionType": "AES256"}));
    assert_eq!(made.at("repository/imageScanningConfiguration"), &json!({"scanOnPush": false}));
    world.ecr("CreateRepository", &named("team/agent")).bad(400, "RepositoryAlreadyExistsException");
    world.ecr("CreateRepository", &named("Agent")).bad(400, "InvalidParameterException");
    world.ecr("CreateRepository", &json!({})).bad(400, "InvalidParameterException");
    let found = world.ecr("DescribeRepositories", &json!({"repositoryNames": ["team/agent"]})).good(200);
    assert_eq!(found.at("repositories/0"), made.at("repository"));
    world.ecr("DescribeRepositories", &json!({"repositoryNames": ["other"]})).bad(400, "RepositoryNotFoundException");
    let gone = world.ecr("DeleteRepository", &named("team/agent")).good(200);
    assert_eq!(gone.at("repository"), made.at("repository"));
    world.ecr("DeleteRepository", &named("team/agent")).bad(400, "RepositoryNotFoundException");
    assert!(world.sim.journal().any(|entry| entry.resource_name.as_deref() == Some("team/agent") && entry.effect));
}

#[test]
fn repositories_come_in_pages() {
    let mut world = World::new();
    for name in ["cc", "aa", "bb"] {
        world.ecr("CreateRepository", &named(name)).good(200);
    }
    let first = world.ecr("DescribeRepositories", &json!({"maxResults": 2})).good(200);
    assert_eq!(first.at("repositories/1/repositoryName"), "bb");
    let token = first.text("nextToken");
    let second = world.ecr("DescribeRepositories", &json!({"maxResults": 2, "nextToken": token})).good(200);
    assert_eq!(second.at("repositories/0/repositoryName"), "cc");
    assert_eq!(second.at("nextToken"), &Value::Null);
    world.ecr("DescribeRepositories", &json!({"nextToken": "?"})).bad(400, "InvalidParameterException");
    world.ecr("DescribeRepositories", &json!({"maxResults": 0})).bad(400, "InvalidParameterException");
    let both = json!({"maxResults": 2, "repositoryNames": ["aa"]});
    world.ecr("DescribeRepositories", &both).bad(400, "InvalidParameterException");
}

#[test]
fn accounts_and_regions_have_registries_of_their_own() {
    let mut world = World::new();
    world.ecr("CreateRepository", &named("agent")).good(200);
    for (key, region) in [("AKIATEST", "eu-west-1"), ("AKIA000000210987654321", "us-east-1")] {
        (world.access_key, world.region) = (key.to_owned(), region.to_owned());
        assert_eq!(world.ecr("DescribeRepositories", &json!({})).good(200).at("repositories"), &json!([]));
        world.ecr("ListImages", &named("agent")).bad(400, "RepositoryNotFoundException");
        world.ecr("CreateRepository", &named("agent")).good(200);
    }
    let foreign = json!({"repositoryName": "agent", "registryId": "123456789012"});
    world.ecr("ListImages", &foreign).bad(400, "AccessDeniedException");
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/agent";
    world.ecr("ListTagsForResource", &json!({"resourceArn": arn})).bad(400, "AccessDeniedException");
    let inventory = world.admin("GET", "inventory", &Value::Null).good(200);
    let places: Vec<_> =
        inventory.at("ecr/repositories").as_array().unwrap().iter().map(|found| &found["uri"]).collect();
    assert_eq!(
        places,
        [
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/agent",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/agent",
            "210987654321.dkr.ecr.us-east-1.amazonaws.com/agent",
        ]
    );
    assert_eq!(inventory.at("resources"), &json!([]));
}

#[test]
fn settings_of_a_repository_change() {
    let mut world = World::new();
    let created = json!({
        "repositoryName": "agent",
        "imageScanningConfiguration": {"scanOnPush": true},
        "encryptionConfiguration": {"encryptionType": "KMS"},
    });
    let made = world.ecr("CreateRepository", &created).good(200);
    assert!(
        made.text("repository/encryptionConfiguration/kmsKey").starts_with("arn:aws:kms:us-east-1:123456789012:key/")
    );
    assert_eq!(made.at("repository/imageScanningConfiguration/scanOnPush"), true);
    let scanning = with(named("agent"), "imageScanningConfiguration", json!({"scanOnPush": false}));
    world.ecr("PutImageScanningConfiguration", &scanning).good(200);
    world
        .ecr("PutImageTagMutability", &with(named("agent"), "imageTagMutability", "SOMETIMES"))
        .bad(400, "InvalidParameterException");
    world
        .ecr("PutImageTagMutability", &with(named("agent"), "imageTagMutability", "IMMUTABLE_WITH_EXCLUSION"))
        .bad(400, "InvalidParameterException");
    world.ecr("PutImageTagMutability", &with(named("agent"), "imageTagMutability", "IMMUTABLE")).good(200);
    let found = world.ecr("DescribeRepositories", &json!({})).good(200);
    assert_eq!(found.at("repositories/0/imageTagMutability"), "IMMUTABLE");
    assert_eq!(found.at("repositories/0/imageScanningConfiguration/scanOnPush"), false);
}

#[test]
fn policies_are_kept_as_they_are_given() {
    let mut world = World::new();
    world.ecr("CreateRepository", &named("agent")).good(200);
    world.ecr("GetRepositoryPolicy", &named("agent")).bad(400, "RepositoryPolicyNotFoundException");
    world.ecr("DeleteRepositoryPolicy", &named("agent")).bad(400, "RepositoryPolicyNotFoundException");
    world.ecr("SetRepositoryPolicy", &with(named("agent"), "policyText", "{}")).bad(400, "InvalidParameterException");
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    world.ecr("SetRepositoryPolicy", &with(named("agent"), "policyText", policy)).good(200);
    assert_eq!(world.ecr("GetRepositoryPolicy", &named("agent")).good(200).text("policyText"), policy);
    world.ecr("DeleteRepositoryPolicy", &named("agent")).good(200);
    world.ecr("GetRepositoryPolicy", &named("agent")).bad(400, "RepositoryPolicyNotFoundException");
}

#[test]
fn lifecycle_policies_must_have_the_documented_form() {
    let mut world = World::new();
    world.ecr("CreateRepository", &named("agent")).good(200);
    world.ecr("GetLifecyclePolicy", &named("agent")).bad(400, "LifecyclePolicyNotFoundException");
    let policy = |status: &str, count: &str, more: Value| {
        let mut rule = json!({"rulePriority": 1, "action": {"type": "expire"},
            "selection": {"tagStatus": status, "countType": count, "countNumber": 3}});
        rule["selection"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"rules": [rule]}).to_string()
    };
    let mut put = |text: String| world.ecr("PutLifecyclePolicy", &with(named("agent"), "lifecyclePolicyText", text));
    put("{}".to_owned()).bad(400, "InvalidParameterException");
    put(policy("tagged", "imageCountMoreThan", json!({}))).bad(400, "InvalidParameterException");
    put(policy("untagged", "sinceImagePushed", json!({}))).bad(400, "InvalidParameterException");
    put(policy("sometimes", "imageCountMoreThan", json!({}))).bad(400, "InvalidParameterException");
    let good = policy("untagged", "sinceImagePushed", json!({"countUnit": "days"}));
    put(good.clone()).good(200);
    assert_eq!(world.ecr("GetLifecyclePolicy", &named("agent")).good(200).text("lifecyclePolicyText"), good);
    world.ecr("DeleteLifecyclePolicy", &named("agent")).good(200);
    world.ecr("DeleteLifecyclePolicy", &named("agent")).bad(400, "LifecyclePolicyNotFoundException");
}

#[test]
fn tags_are_lists_of_keys_and_values() {
    let mut world = World::new();
    let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
    let body = with(named("agent"), "tags", json!([tag("a", "1"), tag("b", "2")]));
    let arn = world.ecr("CreateRepository", &body).good(200).text("repository/repositoryArn");
    let of = |name: &str, value: Value| with(json!({"resourceArn": arn}), name, value);
    let answer = world.ecr("TagResource", &of("tags", json!([tag("b", "3"), tag("c", "4")]))).good(200);
    assert_eq!(answer.body, json!({}));
    world.ecr("UntagResource", &of("tagKeys", json!(["a", "none"]))).good(200);
    let tags = world.ecr("ListTagsForResource", &json!({"resourceArn": arn})).good(200);
    assert_eq!(tags.at("tags"), &json!([tag("b", "3"), tag("c", "4")]));
    world.ecr("TagResource", &of("tags", json!([tag("aws:x", "1")]))).bad(400, "InvalidTagParameterException");
    let many: Vec<Value> = (0..50).map(|at| tag(&format!("key{at}"), "")).collect();
    world.ecr("TagResource", &of("tags", json!(many))).bad(400, "TooManyTagsException");
    world.ecr("ListTagsForResource", &json!({"resourceArn": "agent"})).bad(400, "InvalidParameterException");
    world
        .ecr("ListTagsForResource", &json!({"resourceArn": arn.replace("agent", "other")}))
        .bad(400, "RepositoryNotFoundException");
}

#[test]
fn a_token_is_for_the_registry() {
    let mut world = World::new();
    let data = world.ecr("GetAuthorizationToken", &json!({})).good(200);
    assert_eq!(data.at("authorizationData/0/proxyEndpoint"), "https://123456789012.dkr.ecr.us-east-1.amazonaws.com");
    assert_eq!(data.at("authorizationData/0/expiresAt"), &json!(1_800_043_200.0));
    assert!(data.text("authorizationData/0/authorizationToken").starts_with("QVdTO"));
}

#[test]
fn what_is_no_json_is_a_serialization_error() {
    let mut world = World::new();
    let request = http::Request::post("/")
        .header("authorization", world.authorization("ecr"))
        .header("x-amz-target", "AmazonEC2ContainerRegistry_V20150921.ListImages")
        .body(bytes::Bytes::from_static(b"{"));
    world.send(request.unwrap()).bad(400, "SerializationException");
    world.ecr("StartImageScan", &named("agent")).bad(501, "NotImplemented");
}
