//! Code interpreters: the users' and AWS's own.

use serde_json::{Value, json};

use crate::world::{World, interpreter, with};

#[test]
fn an_interpreter_is_created_read_and_deleted() {
    let mut world = World::new();
    let created = world.call("PUT", "/code-interpreters", &interpreter("tool")).good(202);
    assert_eq!(created.text("status"), "CREATING");
    let id = created.text("codeInterpreterId");
    let arn = format!("arn:aws:bedrock-agentcore:us-east-1:123456789012:code-interpreter-custom/{id}");
    assert_eq!(created.text("codeInterpreterArn"), arn);
    let read = world.get(&format!("/code-interpreters/{id}")).good(200);
    assert_eq!((read.text("status"), read.text("name")), ("READY".to_owned(), "tool".to_owned()));
    assert_eq!(read.at("networkConfiguration/networkMode"), "SANDBOX");
    world.call("PUT", "/code-interpreters", &interpreter("tool")).bad(409, "ConflictException");
    let deleted = world.call("DELETE", &format!("/code-interpreters/{id}"), &Value::Null).good(202);
    assert_eq!(deleted.text("status"), "DELETING");
    world.get(&format!("/code-interpreters/{id}")).bad(404, "ResourceNotFoundException");
}

#[test]
fn aws_has_one_of_its_own() {
    let mut world = World::new();
    world.create_interpreter("tool");
    let count = |world: &mut World, query: &str| {
        let listed = world.call("POST", &format!("/code-interpreters{query}"), &Value::Null).good(200);
        listed.at("codeInterpreterSummaries").as_array().unwrap().len()
    };
    assert_eq!(count(&mut world, ""), 2);
    assert_eq!(count(&mut world, "?type=SYSTEM"), 1);
    assert_eq!(count(&mut world, "?type=CUSTOM"), 1);
    let read = world.get("/code-interpreters/aws.codeinterpreter.v1").good(200);
    assert_eq!(read.text("status"), "READY");
    let path = "/code-interpreters/aws.codeinterpreter.v1";
    world.call("DELETE", path, &Value::Null).bad(403, "AccessDeniedException");
}

#[test]
fn file_systems_are_two_of_a_sort_each_at_a_place_of_its_own() {
    let mut world = World::new();
    let id = "fs-0123456789abcdef0";
    let efs = |path: &str| {
        json!({"efsConfiguration": {
            "accessPointArn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
            "fileSystemArn": format!("arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/{id}"),
            "mountPath": path}})
    };
    let mut create = |systems: Value| {
        world.call("PUT", "/code-interpreters", &with(interpreter("tool"), "filesystemConfigurations", systems))
    };
    create(json!([efs("/mnt/a"), efs("/mnt/b"), efs("/mnt/c")])).bad(400, "ValidationException");
    create(json!([efs("/mnt/a"), efs("/mnt/a/")])).bad(400, "ValidationException");
    create(json!([efs("/mnt/a"), efs("/mnt/b")])).good(202);
}

#[test]
fn the_vpc_goes_with_its_mode() {
    let mut world = World::new();
    let vpc = json!({"securityGroups": ["sg-12345678"], "subnets": ["subnet-12345678"]});
    let mut create = |network: Value| {
        world.call("PUT", "/code-interpreters", &with(interpreter("tool"), "networkConfiguration", network))
    };
    create(json!({"networkMode": "VPC"})).bad(400, "ValidationException");
    create(json!({"networkMode": "PUBLIC", "vpcConfig": vpc})).bad(400, "ValidationException");
    create(json!({"networkMode": "VPC", "vpcConfig": vpc})).good(202);
}
