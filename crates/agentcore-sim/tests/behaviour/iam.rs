//! IAM: roles and policies.

use serde_json::{Value, json};

use crate::world::{Answer, World, element};

pub fn trust() -> String {
    service_trust("bedrock-agentcore.amazonaws.com", &json!({}))
}

pub fn service_trust(service: &str, condition: &Value) -> String {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
        "Condition": condition});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

pub fn allow(actions: &Value, resources: &Value) -> String {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

impl World {
    pub fn iam(&mut self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.query("iam", action, parameters)
    }

    /// Calls with a key of the account from here on. Who called before is returned.
    pub fn become_administrator(&mut self) -> (String, Option<String>) {
        (std::mem::replace(&mut self.access_key, "AKIATEST".to_owned()), self.session_token.take())
    }

    /// Calls as the session that AssumeRole has answered with from here on.
    pub fn become_session(&mut self, answer: &Answer) {
        self.access_key = element(answer, "AccessKeyId");
        self.session_token = Some(element(answer, "SessionToken"));
    }

    pub fn create_role(&mut self, name: &str, trust: &str) -> Answer {
        self.iam("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", trust)])
    }
}

fn all(answer: &Answer, name: &str) -> Vec<String> {
    let text = answer.body.as_str().unwrap();
    let start = format!("<{name}>");
    let pieces = text.split(&start).skip(1);
    pieces.map(|piece| piece.split_once("</").unwrap().0.to_owned()).collect()
}

fn decoded(answer: &Answer, name: &str) -> String {
    let text = element(answer, name);
    assert!(!text.contains(['{', '"', ' ']), "{text}");
    percent_encoding::percent_decode_str(&text).decode_utf8().unwrap().into_owned()
}

#[test]
fn a_role_is_made_read_changed_and_deleted() {
    let mut world = World::new();
    let made = world
        .iam(
            "CreateRole",
            &[
                ("RoleName", "agent"),
                ("Path", "/team/a/"),
                ("AssumeRolePolicyDocument", &trust()),
                ("Description", "An agent's"),
                ("MaxSessionDuration", "7200"),
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "a"),
            ],
        )
        .good(200);
    assert_eq!(element(&made, "Arn"), "arn:aws:iam::123456789012:role/team/a/agent");
    assert!(element(&made, "RoleId").starts_with("AROA"));
    assert_eq!(element(&made, "Key"), "team");
    let read = world.iam("GetRole", &[("RoleName", "agent")]).good(200);
    assert_eq!(element(&read, "CreateDate"), "2027-01-15T08:00:00Z");
    assert_eq!(element(&read, "MaxSessionDuration"), "7200");
    assert_eq!(element(&read, "RoleLastUsed"), "");
    assert_eq!(decoded(&read, "AssumeRolePolicyDocument"), trust());

    let other = service_trust("ec2.amazonaws.com", &json!({}));
    world.iam("UpdateAssumeRolePolicy", &[("RoleName", "agent"), ("PolicyDocument", &other)]).good(200);
    world.iam("UpdateRole", &[("RoleName", "agent"), ("MaxSessionDuration", "3600")]).good(200);
    let read = world.iam("UpdateRoleDescription", &[("RoleName", "agent"), ("Description", "New")]).good(200);
    assert_eq!(element(&read, "Description"), "New");
    let read = world.iam("GetRole", &[("RoleName", "agent")]).good(200);
    assert_eq!(decoded(&read, "AssumeRolePolicyDocument"), other);
    assert_eq!(element(&read, "MaxSessionDuration"), "3600");

    world.create_role("Agent", &trust()).bad(409, "EntityAlreadyExists");
    world.iam("GetRole", &[("RoleName", "Agent")]).bad(404, "NoSuchEntity");
    world.iam("DeleteRole", &[("RoleName", "agent")]).good(200);
    world.iam("GetRole", &[("RoleName", "agent")]).bad(404, "NoSuchEntity");
    world.iam("DeleteRole", &[("RoleName", "agent")]).bad(404, "NoSuchEntity");
}

#[test]
fn what_is_wrong_is_refused() {
    let mut world = World::new();
    let trust = trust();
    let good = [("RoleName", "agent"), ("AssumeRolePolicyDocument", trust.as_str())];
    for (name, value, code) in [
        ("RoleName", "not a name", "ValidationError"),
        ("RoleName", "", "ValidationError"),
        ("Path", "team", "ValidationError"),
        ("MaxSessionDuration", "60", "ValidationError"),
        ("MaxSessionDuration", "long", "ValidationError"),
        ("AssumeRolePolicyDocument", "{}", "MalformedPolicyDocument"),
        ("AssumeRolePolicyDocument", "nonsense", "MalformedPolicyDocument"),
        ("Path", "/aws-service-role/x/", "InvalidInput"),
    ] {
        let mut form: Vec<(&str, &str)> = good.iter().copied().filter(|(other, _)| *other != name).collect();
        form.push((name, value));
        world.iam("CreateRole", &form).bad(400, code);
    }
    let refused = world.iam("CreateRole", &[("RoleName", "agent")]).bad(400, "ValidationError");
    let message = "1 validation error detected: Value at 'assumeRolePolicyDocument' failed to satisfy constraint: \
                   Member must not be null";
    assert_eq!(element(&refused, "Message"), message);
    let boundary = ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/none");
    world.iam("CreateRole", &[good[0], good[1], boundary]).bad(404, "NoSuchEntity");
    let long = service_trust("x.amazonaws.com", &json!({"StringEquals": {"aws:username": "x".repeat(2048)}}));
    world.create_role("agent", &long).bad(409, "LimitExceeded");
    world.iam("CreateUser", &[("UserName", "me")]).bad(501, "NotImplemented");
}

#[test]
fn lists_come_in_pages() {
    let mut world = World::new();
    for name in ["c", "a", "b"] {
        world.create_role(name, &trust()).good(200);
    }
    let first = world.iam("ListRoles", &[("MaxItems", "2")]).good(200);
    assert_eq!(all(&first, "RoleName"), ["a", "b"]);
    assert_eq!(element(&first, "IsTruncated"), "true");
    let marker = element(&first, "Marker");
    let second = world.iam("ListRoles", &[("MaxItems", "2"), ("Marker", &marker)]).good(200);
    assert_eq!(all(&second, "RoleName"), ["c"]);
    assert_eq!(element(&second, "IsTruncated"), "false");
    assert!(!second.body.as_str().unwrap().contains("<Marker>"));
    world.iam("ListRoles", &[("Marker", "mine")]).bad(400, "ValidationError");
    world.iam("ListRoles", &[("MaxItems", "1001")]).bad(400, "ValidationError");
    assert_eq!(all(&world.iam("ListRoles", &[("PathPrefix", "/none/")]).good(200), "RoleName").len(), 0);
}

#[test]
fn inline_policies_belong_to_a_role() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let document = allow(&json!("s3:*"), &json!("*"));
    let put = |name: &'static str, document: &str| {
        [("RoleName", "agent".to_owned()), ("PolicyName", name.to_owned()), ("PolicyDocument", document.to_owned())]
    };
    let send = |world: &mut World, form: [(&str, String); 3]| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.iam("PutRolePolicy", &form)
    };
    send(&mut world, put("files", &document)).good(200);
    send(&mut world, put("wrong", r#"{"Statement": {"Effect": "Allow"}}"#)).bad(400, "MalformedPolicyDocument");
    let unknown =
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Odd": {"a:b": 1}}}}"#;
    send(&mut world, put("wrong", unknown)).bad(400, "MalformedPolicyDocument");
    let long = allow(&json!("s3:*"), &json!(format!("arn:aws:s3:::{}", "x".repeat(10_100))));
    send(&mut world, put("long", &long)).bad(409, "LimitExceeded");
    send(&mut world, put("files", &long)).good(200);
    send(&mut world, put("files", &format!("{document}{}", " ".repeat(20_000)))).good(200);

    let form = [("RoleName", "agent"), ("PolicyName", "files")];
    let read = world.iam("GetRolePolicy", &form).good(200);
    assert_eq!(decoded(&read, "PolicyDocument").trim(), document);
    assert_eq!(element(&world.iam("ListRolePolicies", &form[..1]).good(200), "member"), "files");
    world.iam("DeleteRole", &form[..1]).bad(409, "DeleteConflict");
    world.iam("DeleteRolePolicy", &form).good(200);
    world.iam("DeleteRolePolicy", &form).bad(404, "NoSuchEntity");
    world.iam("GetRolePolicy", &form).bad(404, "NoSuchEntity");
    world.iam("DeleteRole", &form[..1]).good(200);
}

#[test]
fn managed_policies_have_versions_and_are_attached() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let document = allow(&json!("s3:*"), &json!("*"));
    let made = world.iam("CreatePolicy", &[("PolicyName", "files"), ("PolicyDocument", &document)]).good(200);
    let arn = element(&made, "Arn");
    assert_eq!(arn, "arn:aws:iam::123456789012:policy/files");
    world
        .iam("CreatePolicy", &[("PolicyName", "files"), ("PolicyDocument", &document)])
        .bad(409, "EntityAlreadyExists");
    let both = [("RoleName", "agent"), ("PolicyArn", arn.as_str())];
    world.iam("AttachRolePolicy", &both).good(200);
    world.iam("AttachRolePolicy", &both).good(200);
    let attached = world.iam("ListAttachedRolePolicies", &both[..1]).good(200);
    assert_eq!(all(&attached, "PolicyArn"), [arn.as_str()]);
    let entities = world.iam("ListEntitiesForPolicy", &both[1..]).good(200);
    assert_eq!(all(&entities, "RoleName"), ["agent"]);
    assert_eq!(element(&world.iam("GetPolicy", &both[1..]).good(200), "AttachmentCount"), "1");
    world.iam("DeleteRole", &both[..1]).bad(409, "DeleteConflict");
    world.iam("DeletePolicy", &both[1..]).bad(409, "DeleteConflict");
    world.iam("DetachRolePolicy", &both).good(200);
    world.iam("DetachRolePolicy", &both).bad(404, "NoSuchEntity");

    let newer = allow(&json!("iam:*"), &json!("*"));
    for number in 2..=5 {
        let version = [both[1], ("PolicyDocument", newer.as_str()), ("SetAsDefault", "true")];
        let made = world.iam("CreatePolicyVersion", &version).good(200);
        assert_eq!(element(&made, "VersionId"), format!("v{number}"));
        assert_eq!(element(&made, "IsDefaultVersion"), "true");
    }
    world.iam("CreatePolicyVersion", &[both[1], ("PolicyDocument", &newer)]).bad(409, "LimitExceeded");
    let versions = world.iam("ListPolicyVersions", &both[1..]).good(200);
    assert_eq!(all(&versions, "VersionId"), ["v5", "v4", "v3", "v2", "v1"]);
    let first = world.iam("GetPolicyVersion", &[both[1], ("VersionId", "v1")]).good(200);
    assert_eq!(decoded(&first, "Document"), document);
    world.iam("DeletePolicyVersion", &[both[1], ("VersionId", "v5")]).bad(409, "DeleteConflict");
    world.iam("SetDefaultPolicyVersion", &[both[1], ("VersionId", "v1")]).good(200);
    world.iam("SetDefaultPolicyVersion", &[both[1], ("VersionId", "v9")]).bad(404, "NoSuchEntity");
    world.iam("DeletePolicy", &both[1..]).bad(409, "DeleteConflict");
    for number in 2..=5 {
        world.iam("DeletePolicyVersion", &[both[1], ("VersionId", &format!("v{number}"))]).good(200);
    }
    world.iam("DeletePolicy", &both[1..]).good(200);
    world.iam("GetPolicy", &both[1..]).bad(404, "NoSuchEntity");
    world.iam("GetPolicy", &[("PolicyArn", "nonsense-nonsense-nonsense")]).bad(400, "InvalidInput");
    world.iam("AttachRolePolicy", &both).bad(404, "NoSuchEntity");
}

#[test]
fn a_role_has_ten_managed_policies_at_most() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let document = allow(&json!("s3:*"), &json!("*"));
    for at in 0..11 {
        let name = format!("policy{at}");
        world.iam("CreatePolicy", &[("PolicyName", &name), ("PolicyDocument", &document)]).good(200);
        let arn = format!("arn:aws:iam::123456789012:policy/{name}");
        let answer = world.iam("AttachRolePolicy", &[("RoleName", "agent"), ("PolicyArn", &arn)]);
        if at < 10 {
            answer.good(200)
        } else {
            answer.bad(409, "LimitExceeded")
        };
    }
}

#[test]
fn a_policy_of_aws_exists_and_cannot_be_changed() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let admin = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    world.iam("AttachRolePolicy", &[("RoleName", "agent"), admin]).good(200);
    let version = world.iam("GetPolicyVersion", &[admin, ("VersionId", "v1")]).good(200);
    assert!(decoded(&version, "Document").contains("\"*\""));
    assert!(world.iam("DeletePolicy", &[admin]).status == 403);
    let count = |world: &mut World, form: &[(&str, &str)]| all(&world.iam("ListPolicies", form).good(200), "Arn").len();
    assert_eq!(count(&mut world, &[("Scope", "AWS")]), 1);
    assert_eq!(count(&mut world, &[("Scope", "Local")]), 0);
    assert_eq!(count(&mut world, &[("OnlyAttached", "true")]), 1);
    assert_eq!(count(&mut world, &[("PolicyUsageFilter", "PermissionsBoundary")]), 0);
    world.iam("PutRolePermissionsBoundary", &[("RoleName", "agent"), ("PermissionsBoundary", admin.1)]).good(200);
    assert_eq!(count(&mut world, &[("PolicyUsageFilter", "PermissionsBoundary")]), 1);
    let read = world.iam("GetRole", &[("RoleName", "agent")]).good(200);
    assert_eq!(element(&read, "PermissionsBoundaryArn"), admin.1);
    world.iam("DeleteRolePermissionsBoundary", &[("RoleName", "agent")]).good(200);
    world.iam("DeleteRolePermissionsBoundary", &[("RoleName", "agent")]).bad(404, "NoSuchEntity");
}

#[test]
fn tags_of_roles_and_policies() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let role = ("RoleName", "agent");
    let tag = |key: &'static str, value: &'static str| [("Tags.member.1.Key", key), ("Tags.member.1.Value", value)];
    for (key, value) in [("Team", "a"), ("team", "b"), ("other", "c")] {
        let [key, value] = tag(key, value);
        world.iam("TagRole", &[role, key, value]).good(200);
    }
    let listed = world.iam("ListRoleTags", &[role]).good(200);
    assert_eq!(
        (all(&listed, "Key"), all(&listed, "Value")),
        (vec!["other".into(), "team".into()], vec!["c".into(), "b".into()])
    );
    world.iam("UntagRole", &[role, ("TagKeys.member.1", "TEAM"), ("TagKeys.member.2", "none")]).good(200);
    assert_eq!(all(&world.iam("ListRoleTags", &[role]).good(200), "Key"), ["other"]);
    let [key, value] = tag("aws:mine", "x");
    world.iam("TagRole", &[role, key, value]).bad(400, "InvalidInput");
    let [key, value] = tag("bad!", "x");
    world.iam("TagRole", &[role, key, value]).bad(400, "ValidationError");
    let twice = [("Tags.member.2.Key", "ONE"), ("Tags.member.2.Value", "x")];
    let [key, value] = tag("one", "x");
    world.iam("TagRole", &[role, key, value, twice[0], twice[1]]).bad(400, "InvalidInput");
    for at in 0..50 {
        let name = format!("key{at}");
        let answer = world.iam("TagRole", &[role, ("Tags.member.1.Key", &name), ("Tags.member.1.Value", "")]);
        if at < 49 {
            answer.good(200)
        } else {
            answer.bad(409, "LimitExceeded")
        };
    }
    let document = allow(&json!("s3:*"), &json!("*"));
    world.iam("CreatePolicy", &[("PolicyName", "files"), ("PolicyDocument", &document)]).good(200);
    let policy = ("PolicyArn", "arn:aws:iam::123456789012:policy/files");
    let [key, value] = tag("team", "a");
    world.iam("TagPolicy", &[policy, key, value]).good(200);
    assert_eq!(all(&world.iam("GetPolicy", &[policy]).good(200), "Key"), ["team"]);
    world.iam("UntagPolicy", &[policy, ("TagKeys.member.1", "team")]).good(200);
    assert!(all(&world.iam("ListPolicyTags", &[policy]).good(200), "Key").is_empty());
}

#[test]
fn a_service_has_its_role() {
    let mut world = World::new();
    let service = ("AWSServiceName", "network.bedrock-agentcore.amazonaws.com");
    let made = world.iam("CreateServiceLinkedRole", &[service]).good(200);
    let arn = "arn:aws:iam::123456789012:role/aws-service-role/network.bedrock-agentcore.amazonaws.com/\
               AWSServiceRoleForBedrockAgentCoreNetwork";
    assert_eq!(element(&made, "Arn"), arn);
    world.iam("CreateServiceLinkedRole", &[service]).bad(400, "InvalidInput");
    let unknown = [("AWSServiceName", "unheard.of")];
    world.iam("CreateServiceLinkedRole", &unknown).bad(400, "InvalidInput");
    let role = ("RoleName", "AWSServiceRoleForBedrockAgentCoreNetwork");
    world.iam("DeleteRole", &[role]).bad(400, "UnmodifiableEntity");
    let policy = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    world.iam("AttachRolePolicy", &[role, policy]).bad(400, "UnmodifiableEntity");
    world.iam("UpdateRole", &[role, ("Description", "Mine")]).good(200);
    let task = element(&world.iam("DeleteServiceLinkedRole", &[role]).good(200), "DeletionTaskId");
    let status = world.iam("GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", &task)]).good(200);
    assert_eq!(element(&status, "Status"), "SUCCEEDED");
    world.iam("GetRole", &[role]).bad(404, "NoSuchEntity");
    world.iam("GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", "none")]).bad(404, "NoSuchEntity");
}

#[test]
fn the_service_makes_the_role_with_the_first_runtime_and_keeps_it() {
    let mut world = World::new();
    let role = ("RoleName", "AWSServiceRoleForBedrockAgentCoreRuntimeIdentity");
    world.iam("GetRole", &[role]).bad(404, "NoSuchEntity");
    world.create_runtime("agent");
    world.create_runtime("other");
    world.iam("GetRole", &[role]).good(200);
    world.iam("GetRole", &[("RoleName", "AWSServiceRoleForBedrockAgentCoreNetwork")]).bad(404, "NoSuchEntity");
    let task = element(&world.iam("DeleteServiceLinkedRole", &[role]).good(200), "DeletionTaskId");
    let status = world.iam("GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", &task)]).good(200);
    assert_eq!(element(&status, "Status"), "FAILED");
    assert!(element(&status, "Resources").contains(":runtime/agent-"));
    world.iam("GetRole", &[role]).good(200);
}

#[test]
fn what_a_role_may_is_told() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/bucket}"},
        {"Effect": "Deny", "Action": "s3:GetSecret", "Resource": "*"},
    ]});
    let document = document.to_string();
    let put = [("RoleName", "agent"), ("PolicyName", "files"), ("PolicyDocument", document.as_str())];
    world.iam("PutRolePolicy", &put).good(200);
    let source = ("PolicySourceArn", "arn:aws:iam::123456789012:role/agent");
    let form = [
        source,
        ("ActionNames.member.1", "s3:GetObject"),
        ("ActionNames.member.2", "s3:GetSecret"),
        ("ActionNames.member.3", "s3:PutObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::mine"),
        ("ContextEntries.member.1.ContextKeyName", "aws:PrincipalTag/bucket"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "mine"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
    ];
    let answer = world.iam("SimulatePrincipalPolicy", &form).good(200);
    assert_eq!(all(&answer, "EvalDecision"), ["allowed", "explicitDeny", "implicitDeny"]);
    let unknown = ("ResourcePolicy", document.as_str());
    world.iam("SimulatePrincipalPolicy", &[source, form[1], unknown]).bad(501, "NotImplemented");
    let nobody = ("PolicySourceArn", "arn:aws:iam::123456789012:role/nobody");
    world.iam("SimulatePrincipalPolicy", &[nobody, form[1]]).bad(404, "NoSuchEntity");
}

#[test]
fn accounts_do_not_see_each_other_and_regions_do() {
    let mut world = World::new();
    world.create_role("agent", &trust()).good(200);
    let document = allow(&json!("s3:*"), &json!("*"));
    world.iam("CreatePolicy", &[("PolicyName", "files"), ("PolicyDocument", &document)]).good(200);
    world.region = "eu-west-1".to_owned();
    world.iam("GetRole", &[("RoleName", "agent")]).good(200);
    world.access_key = "AKIA000000210987654321".to_owned();
    world.iam("GetRole", &[("RoleName", "agent")]).bad(404, "NoSuchEntity");
    world.iam("GetPolicy", &[("PolicyArn", "arn:aws:iam::123456789012:policy/files")]).bad(404, "NoSuchEntity");
    assert!(all(&world.iam("ListRoles", &[]).good(200), "RoleName").is_empty());
    let made = world.create_role("agent", &trust()).good(200);
    assert_eq!(element(&made, "Arn"), "arn:aws:iam::210987654321:role/agent");
}
