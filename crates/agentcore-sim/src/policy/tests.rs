//! Tables of policies and what they decide.

use serde_json::{Value, json};

use super::{Context, Decision, Policy, Question, Rights, Sort, Source, Trust, Who, decide, trust};

const RUNTIME: &str = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-0123456789";

fn policy(statements: &Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::parse(&document.to_string(), Sort::Identity).unwrap()
}

fn decided(statements: &Value, action: &str, resource: &str, context: &Context) -> Decision {
    let rights = Rights { identity: vec![policy(statements)], ..Rights::default() };
    decide(&rights, &Question { action, resource, context }).decision
}

fn context(entries: &[(&str, &[&str])]) -> Context {
    let mut context = Context::default();
    for (key, values) in entries {
        context.set_all(key, values.iter().map(|value| (*value).to_owned()));
    }
    context
}

#[test]
fn actions_are_selected() {
    let asked = "bedrock-agentcore:GetAgentRuntime";
    for (member, value, allowed) in [
        ("Action", json!("bedrock-agentcore:GetAgentRuntime"), true),
        ("Action", json!("Bedrock-AgentCore:getagentruntime"), true),
        ("Action", json!(["iam:GetRole", "bedrock-agentcore:Get*"]), true),
        ("Action", json!("bedrock-agentcore:Get?gentRuntime"), true),
        ("Action", json!("bedrock-agentcore:*Endpoint"), false),
        ("Action", json!("bedrock-agentcore:GetAgentRuntim?e"), false),
        ("Action", json!("*"), true),
        ("NotAction", json!("iam:*"), true),
        ("NotAction", json!(["bedrock-agentcore:*", "iam:*"]), false),
    ] {
        let statement = json!([{"Effect": "Allow", (member): value, "Resource": "*"}]);
        let found = decided(&statement, asked, RUNTIME, &Context::default());
        assert_eq!(found == Decision::Allowed, allowed, "{statement}");
    }
}

#[test]
fn resources_are_selected() {
    let context = context(&[("aws:PrincipalTag/Team", &["agent"]), ("aws:username", &["*"])]);
    for (member, value, allowed) in [
        ("Resource", json!("*"), true),
        ("Resource", json!(RUNTIME), true),
        ("Resource", json!("arn:*:bedrock-agentcore:*:123456789012:runtime/*"), true),
        ("Resource", json!("arn:aws:bedrock-agentcore:*"), true),
        ("Resource", json!("arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-??????????"), true),
        ("Resource", json!("arn:aws:bedrock-agentcore:us-east-1:*/agent-0123456789"), false),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:210987654321:*"), false),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:memory/*"), false),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:Runtime/*"), false),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:runtime/${aws:PrincipalTag/Team}-*"), true),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:runtime/${aws:principaltag/team}-*"), true),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:runtime/${aws:PrincipalTag/Other}*"), false),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:runtime/${aws:PrincipalTag/Other, 'agent'}-*"), true),
        // What a variable stands for is no pattern.
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:runtime/${aws:username}"), false),
        ("Resource", json!("arn:aws:bedrock-agentcore:*:*:runtime/agent-${*}"), false),
        ("NotResource", json!("arn:aws:bedrock-agentcore:*:*:memory/*"), true),
        ("NotResource", json!("arn:aws:bedrock-agentcore:*:*:runtime/*"), false),
    ] {
        let statement = json!([{"Effect": "Allow", "Action": "*", (member): value}]);
        let found = decided(&statement, "bedrock-agentcore:GetAgentRuntime", RUNTIME, &context);
        assert_eq!(found == Decision::Allowed, allowed, "{statement}");
    }
    // What has no ARN is only meant by a star.
    for (resource, allowed) in [("*", true), ("arn:aws:bedrock-agentcore:*:*:*", false)] {
        let statement = json!([{"Effect": "Allow", "Action": "*", "Resource": resource}]);
        let found = decided(&statement, "bedrock-agentcore:ListAgentRuntimes", "*", &context);
        assert_eq!(found == Decision::Allowed, allowed, "{resource}");
    }
}

#[test]
fn variables_are_for_the_newer_version() {
    let document = |version: Option<&str>| {
        let mut document = json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/a": "${aws:username}"}}}});
        if let Some(version) = version {
            document["Version"] = json!(version);
        }
        document.to_string()
    };
    let one = context(&[("aws:username", &["x"]), ("aws:PrincipalTag/a", &["x"])]);
    let other = context(&[("aws:username", &["x"]), ("aws:PrincipalTag/a", &["${aws:username}"])]);
    for (version, context, allowed) in [
        (Some("2012-10-17"), &one, true),
        (Some("2012-10-17"), &other, false),
        (Some("2008-10-17"), &one, false),
        (Some("2008-10-17"), &other, true),
        (None, &other, true),
    ] {
        let identity = vec![Policy::parse(&document(version), Sort::Identity).unwrap()];
        let rights = Rights { identity, ..Rights::default() };
        let question = Question { action: "s3:Get", resource: "*", context };
        assert_eq!(decide(&rights, &question).decision == Decision::Allowed, allowed, "{version:?}");
    }
}

#[test]
fn conditions_hold_or_not() {
    let context = context(&[
        ("k:text", &["Blue"]),
        ("k:many", &["a", "b"]),
        ("k:number", &["10"]),
        ("k:date", &["2027-01-15T08:00:00Z"]),
        ("k:flag", &["true"]),
        ("k:arn", &["arn:aws:iam::123456789012:role/path/name"]),
        ("k:ip", &["10.1.2.3"]),
        ("k:ip6", &["2001:db8::1"]),
    ]);
    for (operator, key, value, holds) in [
        ("StringEquals", "k:text", json!("Blue"), true),
        ("StringEquals", "K:TEXT", json!("Blue"), true),
        ("StringEquals", "k:text", json!("blue"), false),
        ("StringEquals", "k:text", json!("Bl*"), false),
        ("StringEquals", "k:text", json!(["Red", "Blue"]), true),
        ("StringEquals", "k:none", json!("Blue"), false),
        ("StringEqualsIfExists", "k:none", json!("Blue"), true),
        ("StringEqualsIfExists", "k:text", json!("Red"), false),
        ("StringNotEquals", "k:text", json!("Red"), true),
        ("StringNotEquals", "k:text", json!(["Red", "Blue"]), false),
        ("StringNotEquals", "k:none", json!("Red"), true),
        ("StringEqualsIgnoreCase", "k:text", json!("bLUE"), true),
        ("StringNotEqualsIgnoreCase", "k:text", json!("bLUE"), false),
        ("StringLike", "k:text", json!("B?u*"), true),
        ("StringLike", "k:text", json!("b*"), false),
        ("StringNotLike", "k:text", json!("B*"), false),
        ("StringEquals", "k:many", json!("b"), true),
        ("ForAllValues:StringEquals", "k:many", json!(["a", "b", "c"]), true),
        ("ForAllValues:StringEquals", "k:many", json!(["a"]), false),
        ("ForAllValues:StringEquals", "k:none", json!(["a"]), true),
        ("ForAnyValue:StringEquals", "k:many", json!(["b", "c"]), true),
        ("ForAnyValue:StringEquals", "k:many", json!(["c"]), false),
        ("ForAnyValue:StringEquals", "k:none", json!(["a"]), false),
        ("ForAnyValue:StringEqualsIfExists", "k:none", json!(["a"]), true),
        ("ForAllValues:StringNotEquals", "k:many", json!(["c"]), true),
        ("ForAllValues:StringNotEquals", "k:many", json!(["b"]), false),
        ("ForAnyValue:StringNotLike", "k:many", json!(["a*"]), true),
        ("ArnEquals", "k:arn", json!("arn:aws:iam::123456789012:role/*"), true),
        ("ArnLike", "k:arn", json!("arn:aws:iam::*:role/path/name"), true),
        ("ArnLike", "k:arn", json!("arn:aws:iam:*/name"), false),
        ("ArnNotLike", "k:arn", json!("arn:aws:iam::*:user/*"), true),
        ("ArnNotEquals", "k:arn", json!("arn:aws:iam::*:role/*"), false),
        ("Bool", "k:flag", json!(true), true),
        ("Bool", "k:flag", json!("false"), false),
        ("BoolIfExists", "k:none", json!("true"), true),
        ("Null", "k:none", json!("true"), true),
        ("Null", "k:text", json!("true"), false),
        ("Null", "k:text", json!(false), true),
        ("NumericEquals", "k:number", json!(10), true),
        ("NumericEquals", "k:number", json!("10.0"), true),
        ("NumericNotEquals", "k:number", json!(10), false),
        ("NumericLessThan", "k:number", json!(10), false),
        ("NumericLessThan", "k:number", json!(11), true),
        ("NumericLessThanEquals", "k:number", json!(10), true),
        ("NumericGreaterThan", "k:number", json!(9), true),
        ("NumericGreaterThanEquals", "k:number", json!(11), false),
        ("NumericEquals", "k:text", json!(10), false),
        ("DateLessThan", "k:date", json!("2027-01-16"), true),
        ("DateGreaterThan", "k:date", json!("2027-01-15T08:00:00Z"), false),
        ("DateGreaterThanEquals", "k:date", json!("2027-01-15T08:00:00Z"), true),
        ("DateLessThanEquals", "k:date", json!("1800000000"), true),
        ("DateEquals", "k:date", json!(1_800_000_000), true),
        ("DateNotEquals", "k:date", json!(1_800_000_000), false),
        ("IpAddress", "k:ip", json!("10.1.0.0/16"), true),
        ("IpAddress", "k:ip", json!("10.1.2.3"), true),
        ("IpAddress", "k:ip", json!(["10.2.0.0/16", "0.0.0.0/0"]), true),
        ("IpAddress", "k:ip", json!("2001:db8::/32"), false),
        ("IpAddress", "k:ip6", json!("2001:db8::/32"), true),
        ("NotIpAddress", "k:ip", json!("10.2.0.0/16"), true),
        ("BinaryEquals", "k:text", json!("Blue"), true),
    ] {
        let statement = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {(operator): {(key): value}}}]);
        let found = decided(&statement, "s3:Get", "*", &context);
        assert_eq!(found == Decision::Allowed, holds, "{statement}");
    }
}

#[test]
fn all_conditions_must_hold() {
    let context = context(&[("k:a", &["1"]), ("k:b", &["2"])]);
    for (condition, holds) in [
        (json!({"StringEquals": {"k:a": "1", "k:b": "2"}}), true),
        (json!({"StringEquals": {"k:a": "1", "k:b": "3"}}), false),
        (json!({"StringEquals": {"k:a": "1"}, "StringLike": {"k:b": "3*"}}), false),
        (json!({}), true),
    ] {
        let statement = json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]);
        assert_eq!(decided(&statement, "s3:Get", "*", &context) == Decision::Allowed, holds, "{statement}");
    }
}

#[test]
fn a_denial_wins_and_layers_intersect() {
    let allow = |action: &str| policy(&json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]));
    let deny = |action: &str| policy(&json!([{"Effect": "Deny", "Action": action, "Resource": "*"}]));
    let cases = [
        (vec![], None, None, Decision::ImplicitDeny, Source::Identity),
        (vec![allow("s3:*")], None, None, Decision::Allowed, Source::Identity),
        (vec![allow("s3:*"), deny("s3:Get*")], None, None, Decision::ExplicitDeny, Source::Identity),
        (vec![deny("s3:Put*"), allow("s3:*")], None, None, Decision::Allowed, Source::Identity),
        (vec![allow("*")], Some(allow("s3:*")), None, Decision::Allowed, Source::Identity),
        (vec![allow("*")], Some(allow("iam:*")), None, Decision::ImplicitDeny, Source::Boundary),
        (vec![allow("*")], Some(deny("s3:*")), None, Decision::ExplicitDeny, Source::Boundary),
        (vec![], Some(allow("*")), None, Decision::ImplicitDeny, Source::Identity),
        (vec![allow("*")], None, Some(vec![allow("iam:*")]), Decision::ImplicitDeny, Source::Session),
        (vec![allow("*")], None, Some(vec![allow("iam:*"), allow("s3:*")]), Decision::Allowed, Source::Identity),
        (vec![], None, Some(vec![allow("*")]), Decision::ImplicitDeny, Source::Identity),
        (vec![], Some(allow("iam:*")), Some(vec![deny("s3:*")]), Decision::ExplicitDeny, Source::Session),
    ];
    for (at, (identity, boundary, session, decision, source)) in cases.into_iter().enumerate() {
        let rights = Rights { identity, boundary, session };
        let context = Context::default();
        let found = decide(&rights, &Question { action: "s3:GetObject", resource: "*", context: &context });
        assert_eq!((found.decision, found.source), (decision, source), "case {at}");
    }
}

#[test]
fn a_trust_policy_knows_whom_it_means() {
    let role = "arn:aws:iam::123456789012:role/deploy";
    let session = "arn:aws:sts::123456789012:assumed-role/deploy/one";
    let arns = [role, session];
    let caller = Who::Aws { account: "123456789012", arns: &arns };
    let service = Who::Service("bedrock-agentcore.amazonaws.com");
    let federated = Who::Federated("arn:aws:iam::123456789012:oidc-provider/example.com");
    for (principal, who, found) in [
        (json!("*"), caller, Trust::Named),
        (json!({"AWS": "*"}), caller, Trust::Named),
        (json!({"AWS": "*"}), service, Trust::Unknown),
        (json!({"AWS": "123456789012"}), caller, Trust::Account),
        (json!({"AWS": "arn:aws:iam::123456789012:root"}), caller, Trust::Account),
        (json!({"AWS": ["arn:aws:iam::210987654321:root"]}), caller, Trust::Unknown),
        (json!({"AWS": ["arn:aws:iam::123456789012:root", role]}), caller, Trust::Named),
        (json!({"AWS": session}), caller, Trust::Named),
        (json!({"AWS": "arn:aws:iam::123456789012:role/other"}), caller, Trust::Unknown),
        (json!({"Service": "bedrock-agentcore.amazonaws.com"}), service, Trust::Named),
        (json!({"Service": ["ec2.amazonaws.com"]}), service, Trust::Unknown),
        (json!({"Service": "bedrock-agentcore.amazonaws.com"}), caller, Trust::Unknown),
        (json!({"Federated": "arn:aws:iam::123456789012:oidc-provider/example.com"}), federated, Trust::Named),
        (json!({"Federated": "accounts.google.com"}), federated, Trust::Unknown),
    ] {
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]});
        let policy = Policy::parse(&document.to_string(), Sort::Trust).unwrap();
        assert_eq!(trust(&policy, &who, "sts:AssumeRole", &Context::default()), found, "{principal} {who:?}");
        assert_eq!(trust(&policy, &who, "sts:TagSession", &Context::default()), Trust::Unknown);
    }
    let document = json!({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sts:*"},
        {"Effect": "Deny", "Principal": {"AWS": role}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "NotPrincipal": {"AWS": role}, "Action": "sts:TagSession"},
    ]});
    let policy = Policy::parse(&document.to_string(), Sort::Trust).unwrap();
    assert_eq!(trust(&policy, &caller, "sts:AssumeRole", &Context::default()), Trust::Denied);
    assert_eq!(trust(&policy, &caller, "sts:TagSession", &Context::default()), Trust::Named);
    assert_eq!(trust(&policy, &service, "sts:TagSession", &Context::default()), Trust::Denied);
}

#[test]
fn what_is_not_understood_is_refused() {
    let good = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let with = |member: &str, value: Value| {
        let mut statement = good.clone();
        statement[member] = value;
        json!({"Version": "2012-10-17", "Statement": [statement]})
    };
    let without = |member: &str| {
        let mut statement = good.clone();
        statement.as_object_mut().unwrap().remove(member);
        json!({"Statement": [statement]})
    };
    Policy::parse(&json!({"Id": "x", "Statement": good}).to_string(), Sort::Identity).unwrap();
    for wrong in [
        json!([]),
        json!({}),
        json!({"Statement": []}),
        json!({"Statement": ["x"]}),
        json!({"Version": "2020-01-01", "Statement": [good]}),
        json!({"Version": 1, "Statement": [good]}),
        json!({"Statements": [good]}),
        json!({"Id": 1, "Statement": [good]}),
        json!({"Statement": [with("Sid", json!("one"))["Statement"][0], with("Sid", json!("one"))["Statement"][0]]}),
        with("Effect", json!("allow")),
        with("Sid", json!("not one word")),
        with("Principal", json!("*")),
        with("NotAction", json!("s3:*")),
        with("NotResource", json!("*")),
        with("Resources", json!("*")),
        with("Action", json!("everything")),
        with("Action", json!([])),
        with("Action", json!(1)),
        with("Resource", json!("bucket")),
        with("Resource", json!([])),
        with("Resource", json!("arn:aws:s3:::${nonsense}")),
        with("Resource", json!("arn:aws:s3:::${aws:username")),
        with("Resource", json!("arn:aws:s3:::${aws:username, plain}")),
        with("Condition", json!("x")),
        with("Condition", json!({"StringMatches": {"aws:username": "x"}})),
        with("Condition", json!({"": {"aws:username": "x"}})),
        with("Condition", json!({"ForSomeValues:StringEquals": {"aws:username": "x"}})),
        with("Condition", json!({"NullIfExists": {"aws:username": "true"}})),
        with("Condition", json!({"Null": {"aws:username": "perhaps"}})),
        with("Condition", json!({"Bool": {"aws:username": "perhaps"}})),
        with("Condition", json!({"NumericEquals": {"aws:username": "ten"}})),
        with("Condition", json!({"DateLessThan": {"aws:username": "tomorrow"}})),
        with("Condition", json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}})),
        with("Condition", json!({"StringEquals": {"username": "x"}})),
        with("Condition", json!({"StringEquals": {"aws:username": {"x": 1}}})),
        without("Effect"),
        without("Action"),
        without("Resource"),
    ] {
        assert!(Policy::parse(&wrong.to_string(), Sort::Identity).is_err(), "{wrong}");
    }
    Policy::parse("not JSON", Sort::Identity).unwrap_err();
    let trust = json!({"Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": "sts:AssumeRole"});
    Policy::parse(&json!({"Statement": trust}).to_string(), Sort::Trust).unwrap();
    for (member, value) in [
        ("Principal", json!({})),
        ("Principal", json!("me")),
        ("Principal", json!({"Service": "nonsense"})),
        ("Principal", json!({"AWS": "somebody"})),
        ("Principal", json!({"AWS": "arn:aws:iam::123456789012:role/*"})),
        ("Principal", json!({"Somebody": "x.amazonaws.com"})),
        ("Resource", json!("*")),
        ("Action", json!("s3:*")),
        ("Action", json!("*")),
        ("Principal", Value::Null),
    ] {
        let mut wrong = trust.clone();
        wrong[member] = value;
        assert!(Policy::parse(&json!({"Statement": wrong}).to_string(), Sort::Trust).is_err(), "{wrong}");
    }
}
