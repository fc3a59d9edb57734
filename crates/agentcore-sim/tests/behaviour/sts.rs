//! STS: identity and sessions.

use bytes::Bytes;
use http::Request;

use crate::world::{Answer, World, element};

fn call(world: &mut World, form: &str, signed: bool) -> Answer {
    let mut request = Request::builder()
        .method("POST")
        .uri("/")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    if signed {
        request = request.header("authorization", world.authorization("sts"));
    }
    world.send(request.body(Bytes::from(form.to_owned())).unwrap())
}

#[test]
fn the_caller_is_who_its_key_says() {
    let mut world = World::new();
    let who = "Action=GetCallerIdentity&Version=2011-06-15";
    assert_eq!(element(&call(&mut world, who, true).good(200), "Account"), "123456789012");
    world.access_key = "AKIA000000210987654321".to_owned();
    let answer = call(&mut world, who, true).good(200);
    assert_eq!(element(&answer, "Arn"), "arn:aws:iam::210987654321:user/simulated");
    let refused = call(&mut world, who, false).good(403);
    assert_eq!(element(&refused, "Code"), "MissingAuthenticationToken");
}

#[test]
fn a_session_is_in_the_account_of_its_role_and_ends() {
    let mut world = World::new();
    let role = "RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fdeploy&RoleSessionName=tests";
    let form = format!("Action=AssumeRole&Version=2011-06-15&{role}&DurationSeconds=900");
    let answer = call(&mut world, &form, true).good(200);
    world.access_key = element(&answer, "AccessKeyId");
    let who = "Action=GetCallerIdentity&Version=2011-06-15";
    for wrong in [None, Some("other".to_owned())] {
        world.session_token = wrong;
        assert_eq!(element(&call(&mut world, who, true).good(403), "Code"), "InvalidClientTokenId");
        world.get("/runtimes/agent-0123456789/").bad(403, "UnrecognizedClientException");
    }
    world.session_token = Some(element(&answer, "SessionToken"));
    let answer = call(&mut world, who, true).good(200);
    assert_eq!(element(&answer, "Arn"), "arn:aws:sts::210987654321:assumed-role/deploy/tests");
    world.wait(901.0);
    let expired = call(&mut world, who, true).good(403);
    assert_eq!(element(&expired, "Code"), "ExpiredToken");

    let form = format!("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&{role}&WebIdentityToken=jwts");
    let answer = call(&mut world, &form, false).good(200);
    assert!(element(&answer, "AccessKeyId").starts_with("ASIA"));
    assert!(!world.sim.journal().any(|entry| entry.parameters.to_string().contains("jwts")));
}

#[test]
fn refusals_are_xml() {
    let mut world = World::new();
    let refused = call(&mut world, "Action=AssumeRole&RoleArn=nonsense&RoleSessionName=tests", true).good(400);
    assert_eq!(element(&refused, "Code"), "ValidationError");
    let missing = call(&mut world, "Action=GetSessionToken", true).good(501);
    assert!(element(&missing, "Message").contains("GetSessionToken"));
}
