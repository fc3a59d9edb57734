//! Workload identities: the users' and those that the service makes.

use agentcore_sim::{Kind, Mutation};
use serde_json::{Value, json};

use crate::world::{Answer, World};

#[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are used")]
fn ask(world: &mut World, operation: &str, body: Value) -> Answer {
    world.call("POST", &format!("/identities/{operation}"), &body)
}

#[test]
fn an_identity_is_made_changed_and_deleted_at_once() {
    let mut world = World::new();
    let urls = json!(["https://example.com/back"]);
    let body = json!({"name": "my.agent-1", "allowedResourceOauth2ReturnUrls": urls, "tags": {"a": "b"}});
    let created = ask(&mut world, "CreateWorkloadIdentity", body.clone()).good(201);
    let arn = "arn:aws:bedrock-agentcore:us-east-1:123456789012:workload-identity-directory/default/workload-identity/my.agent-1";
    assert_eq!(created.text("workloadIdentityArn"), arn);
    assert_eq!(created.at("allowedResourceOauth2ReturnUrls"), &urls);
    assert_eq!(created.at("createdTime"), &Value::Null);
    ask(&mut world, "CreateWorkloadIdentity", body).bad(409, "ConflictException");
    let name = json!({"name": "my.agent-1"});
    let read = ask(&mut world, "GetWorkloadIdentity", name.clone()).good(200);
    assert_eq!(read.at("createdTime"), &json!(1_800_000_000.0));
    assert_eq!(read.at("tags"), &Value::Null);
    let tags = format!("/tags/{}", arn.replace('/', "%2F"));
    assert_eq!(world.get(&tags).good(200).at("tags"), &json!({"a": "b"}));

    world.wait(5.0);
    let new = json!({"name": "my.agent-1", "allowedResourceOauth2ReturnUrls": []});
    let updated = ask(&mut world, "UpdateWorkloadIdentity", new).good(200);
    assert_eq!(updated.at("allowedResourceOauth2ReturnUrls"), &json!([]));
    assert_eq!(updated.at("lastUpdatedTime"), &json!(1_800_000_005.0));
    assert_eq!(updated.at("createdTime"), &json!(1_800_000_000.0));
    let shown = world.admin("GET", "journal", &Value::Null);
    assert_eq!(shown.at("entries/0/resourceId"), "my.agent-1");

    let deleted = ask(&mut world, "DeleteWorkloadIdentity", name.clone()).good(204);
    assert_eq!(deleted.body, Value::String(String::new()));
    for operation in ["GetWorkloadIdentity", "UpdateWorkloadIdentity", "DeleteWorkloadIdentity"] {
        ask(&mut world, operation, name.clone()).bad(404, "ResourceNotFoundException");
    }
}

#[test]
fn what_is_not_a_name_or_a_url_is_refused() {
    let mut world = World::new();
    for body in [
        json!({}),
        json!({"name": "ab"}),
        json!({"name": "a/b/c"}),
        json!({"name": "agent", "allowedResourceOauth2ReturnUrls": ["no url"]}),
        json!({"name": "agent", "tags": {"bad!": ""}}),
    ] {
        ask(&mut world, "CreateWorkloadIdentity", body).bad(400, "ValidationException");
    }
}

#[test]
fn what_an_update_leaves_out_is_reset_or_kept() {
    for (switch, left) in [("reset", Value::Null), ("kept", json!(["app:/back"]))] {
        let mut world = World::switched(&[&format!("omittedOtherMember={switch}")]);
        let body = json!({"name": "agent", "allowedResourceOauth2ReturnUrls": ["app:/back"]});
        ask(&mut world, "CreateWorkloadIdentity", body).good(201);
        let updated = ask(&mut world, "UpdateWorkloadIdentity", json!({"name": "agent"})).good(200);
        assert_eq!(updated.at("allowedResourceOauth2ReturnUrls"), &left, "{switch}");
    }
}

#[test]
fn lists_have_short_pages_without_times() {
    let mut world = World::switched(&["quotas.workloadIdentities=25"]);
    for at in 0..25 {
        ask(&mut world, "CreateWorkloadIdentity", json!({"name": format!("agent{at}")})).good(201);
    }
    ask(&mut world, "CreateWorkloadIdentity", json!({"name": "more"})).bad(402, "ServiceQuotaExceededException");
    ask(&mut world, "ListWorkloadIdentities", json!({"maxResults": 21})).bad(400, "ValidationException");
    let page = ask(&mut world, "ListWorkloadIdentities", json!({"maxResults": 20})).good(200);
    assert_eq!(page.at("workloadIdentities").as_array().unwrap().len(), 20);
    assert_eq!(page.at("workloadIdentities/0").as_object().unwrap().len(), 2);
    let next = json!({"maxResults": 20, "nextToken": page.text("nextToken")});
    let page = ask(&mut world, "ListWorkloadIdentities", next).good(200);
    assert_eq!((page.at("workloadIdentities").as_array().unwrap().len(), page.at("nextToken")), (5, &Value::Null));
    world.access_key = "AKIA000000210987654321".to_owned();
    let none = ask(&mut world, "ListWorkloadIdentities", Value::Null).good(200);
    assert_eq!(none.at("workloadIdentities"), &json!([]));
}

#[test]
fn a_runtime_has_one_that_goes_with_it() {
    let mut world = World::new();
    let make = |world: &mut World| {
        let id = world.create_runtime("agent");
        let place = "workloadIdentityDetails/workloadIdentityArn";
        let arn = world.get(&format!("/runtimes/{id}/")).text(place);
        let name = arn.rsplit('/').next().unwrap().to_owned();
        (id, json!({"name": name}), arn)
    };
    let (id, name, arn) = make(&mut world);
    let read = ask(&mut world, "GetWorkloadIdentity", name.clone()).good(200);
    assert_eq!(read.text("workloadIdentityArn"), arn);
    let item = world.sim.inventory().into_iter().find(|item| item.arn == arn).unwrap();
    assert!(item.owner.unwrap().ends_with(&format!(":runtime/{id}")));
    world.call("DELETE", &format!("/runtimes/{id}/"), &Value::Null).good(202);
    ask(&mut world, "GetWorkloadIdentity", name).bad(404, "ResourceNotFoundException");

    let (id, name, _) = make(&mut world);
    world.sim.mutate(world.now, Mutation::Delete { kind: Kind::AgentRuntime, id }).unwrap();
    ask(&mut world, "GetWorkloadIdentity", name).bad(404, "ResourceNotFoundException");
    assert!(world.sim.inventory().is_empty());
}
