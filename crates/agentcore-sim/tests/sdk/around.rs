//! The services around: IAM in XML, ECR in JSON.

use aws_sdk_iam::types::Tag;

use crate::world::{World, code};

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"}}]}"#;
const POLICY: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}"#;

#[tokio::test]
async fn the_life_of_a_role() {
    let world = World::new().await;
    let client = aws_sdk_iam::Client::new(&world.config);
    let tag = Tag::builder().key("team").value("a").build().unwrap();
    let create = client
        .create_role()
        .role_name("agent")
        .path("/agents/")
        .description("a & b")
        .assume_role_policy_document(TRUST)
        .tags(tag);
    let role = create.send().await.unwrap().role.unwrap();
    assert_eq!(role.arn(), "arn:aws:iam::123456789012:role/agents/agent");
    client.put_role_policy().role_name("agent").policy_name("own").policy_document(POLICY).send().await.unwrap();
    let policy = client.create_policy().policy_name("shared").policy_document(POLICY).send().await.unwrap();
    let arn = policy.policy.unwrap().arn.unwrap();
    client.attach_role_policy().role_name("agent").policy_arn(&arn).send().await.unwrap();
    let attached = client.list_attached_role_policies().role_name("agent").into_paginator().items().send();
    let attached = attached.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(attached[0].policy_arn.as_deref(), Some(arn.as_str()));
    let found = client.get_role().role_name("agent").send().await.unwrap().role.unwrap();
    assert_eq!((found.tags()[0].value(), found.description()), ("a", Some("a & b")));

    let busy = client.delete_role().role_name("agent").send().await.unwrap_err().into_service_error();
    assert!(busy.is_delete_conflict_exception(), "{busy:?}");
    client.detach_role_policy().role_name("agent").policy_arn(&arn).send().await.unwrap();
    client.delete_role_policy().role_name("agent").policy_name("own").send().await.unwrap();
    client.delete_role().role_name("agent").send().await.unwrap();
    let gone = client.get_role().role_name("agent").send().await.unwrap_err().into_service_error();
    assert!(gone.is_no_such_entity_exception(), "{gone:?}");
}

#[tokio::test]
async fn the_life_of_a_repository() {
    let world = World::new().await;
    let client = aws_sdk_ecr::Client::new(&world.config);
    let made = client.create_repository().repository_name("team/agent").send().await.unwrap().repository.unwrap();
    assert_eq!(made.repository_uri(), Some("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/agent"));
    assert!(made.created_at().unwrap().secs() > 1_700_000_000);
    let again = client.create_repository().repository_name("team/agent").send().await.unwrap_err();
    assert!(again.into_service_error().is_repository_already_exists_exception());
    let pages = client.describe_repositories().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(all.iter().filter_map(|one| one.repository_name()).collect::<Vec<_>>(), ["team/agent"]);
    client.delete_repository().repository_name("team/agent").send().await.unwrap();
    let gone = client.describe_repositories().repository_names("team/agent").send().await;
    assert_eq!(code(gone), "RepositoryNotFoundException");
}

#[tokio::test]
async fn the_caller_is_known() {
    let world = World::new().await;
    let identity = aws_sdk_sts::Client::new(&world.config).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some("123456789012"));
}
