use std::collections::BTreeMap;

use agentcore_api::{agent_runtime::AgentRuntimeSpec, status::Reason};
use agentcore_engine::kind::{Kind, Resolved};
use serde_json::{Value, json};

use super::{CODE, CONTAINER, resolved, settings, small, spec};
use crate::kinds::agent_runtime::{RuntimeKind, desired};

fn env(spec: &AgentRuntimeSpec) -> BTreeMap<String, String> {
    settings(spec).env.into_iter().map(|variable| (variable.name, String::from(&*variable.value))).collect()
}

fn expected(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let region = [("AWS_REGION", "us-west-2"), ("AWS_DEFAULT_REGION", "us-west-2")];
    region.iter().chain(entries).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_region_is_always_there() {
    assert_eq!(env(&small(&json!({}))), expected(&[]));
}

#[test]
fn a_memory_by_name() {
    let spec = small(&json!({ "memoryRef": { "name": "support" } }));
    let known = [
        ("BEDROCK_AGENTCORE_MEMORY_ID", "agents_support-ABCDEFGHIJ"),
        ("BEDROCK_AGENTCORE_MEMORY_NAME", "agents_support"),
    ];
    assert_eq!(env(&spec), expected(&known));
    let mut resolved = resolved();
    resolved.references.get_mut(&desired::memory("support")).unwrap().name = None;
    let names: Vec<String> =
        RuntimeKind::settings(&spec, &resolved).unwrap().env.into_iter().map(|variable| variable.name).collect();
    assert_eq!(names, ["AWS_DEFAULT_REGION", "AWS_REGION", "BEDROCK_AGENTCORE_MEMORY_ID"]);
}

#[test]
fn a_memory_by_id() {
    let spec = small(&json!({ "memoryRef": { "id": "a-b_c-ABCDEFGHIJ" } }));
    let known = [("BEDROCK_AGENTCORE_MEMORY_ID", "a-b_c-ABCDEFGHIJ"), ("BEDROCK_AGENTCORE_MEMORY_NAME", "a-b_c")];
    assert_eq!(env(&spec), expected(&known));
}

#[test]
fn the_only_interpreter_is_the_default_whatever_its_alias() {
    let spec = small(&json!({ "codeInterpreterRefs": [{ "alias": "web-tools", "name": "web" }] }));
    let known = [
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_WEB_TOOLS_ID", "agents_web-ABCDEFGHIJ"),
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_ID", "agents_web-ABCDEFGHIJ"),
    ];
    assert_eq!(env(&spec), expected(&known));
}

#[test]
fn of_several_interpreters_the_alias_default_is_the_default() {
    let mut references = json!([
        { "alias": "aws", "id": "aws.codeinterpreter.v1" },
        { "alias": "default", "name": "support" },
        { "alias": "web", "name": "web" },
    ]);
    let known = [
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_AWS_ID", "aws.codeinterpreter.v1"),
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_DEFAULT_ID", "agents_tools-ABCDEFGHIJ"),
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_WEB_ID", "agents_web-ABCDEFGHIJ"),
        ("BEDROCK_AGENTCORE_CODE_INTERPRETER_ID", "agents_tools-ABCDEFGHIJ"),
    ];
    assert_eq!(env(&small(&json!({ "codeInterpreterRefs": references }))), expected(&known));
    references[1]["alias"] = Value::from("other");
    let without = env(&small(&json!({ "codeInterpreterRefs": references })));
    assert!(!without.contains_key("BEDROCK_AGENTCORE_CODE_INTERPRETER_ID"));
}

#[test]
fn what_the_user_gives_wins_and_all_is_sorted() {
    let spec = small(&json!({
        "memoryRef": { "name": "support" },
        "env": [
            { "name": "Z", "value": "" },
            { "name": "AWS_REGION", "value": "eu-west-1" },
            { "name": "BEDROCK_AGENTCORE_MEMORY_ID", "value": "mine" },
        ],
    }));
    let env = env(&spec);
    assert_eq!(env["AWS_REGION"], "eu-west-1");
    assert_eq!(env["AWS_DEFAULT_REGION"], "us-west-2");
    assert_eq!(env["BEDROCK_AGENTCORE_MEMORY_ID"], "mine");
    let names: Vec<String> = settings(&spec).env.into_iter().map(|variable| variable.name).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn no_more_variables_than_aws_takes() {
    let with = |count: usize| {
        let env: Vec<Value> = (0..count).map(|n| json!({ "name": format!("V{n}"), "value": "secret" })).collect();
        small(&json!({ "env": env, "memoryRef": { "name": "support" } }))
    };
    assert_eq!(settings(&with(46)).env.len(), 50);
    let blocked = RuntimeKind::settings(&with(48), &resolved()).unwrap_err();
    assert_eq!(blocked.reason, Reason::TooManyVariables);
    assert_eq!(
        blocked.message,
        "spec.env gives 48 environment variables and 4 are injected, but AWS takes 50: remove at least 2 from \
         spec.env, or references that the agent does not need"
    );
}

#[test]
fn references_and_ids() {
    let by_name = spec(CONTAINER);
    assert_eq!(RuntimeKind::references(&by_name), [desired::memory("support"), desired::interpreter("support")]);
    assert_eq!(RuntimeKind::external_ids(&by_name), ["aws.codeinterpreter.v1"]);
    let by_id = spec(CODE);
    assert_eq!(RuntimeKind::references(&by_id), []);
    assert_eq!(RuntimeKind::external_ids(&by_id), ["support-0123456789", "support-0123456789"]);
}

#[test]
fn what_is_not_the_resources_own_is_not_desired() {
    let settings = settings(&spec(CONTAINER));
    assert_eq!(settings.common, agentcore_api::common::CommonSpec::default());
    assert_eq!(settings.runtime_name, None);
    assert_eq!(settings.memory_ref, None);
    assert_eq!(settings.code_interpreter_refs, []);
}

#[test]
fn writing_nothing_is_no_change() {
    let nothing = small(&json!({}));
    let written = small(&json!({ "lifecycle": {}, "network": { "mode": "PUBLIC" }, "env": [], "filesystems": [] }));
    assert_eq!(settings(&nothing), settings(&written));
}

#[test]
fn a_create_carries_no_require_mmds_v2() {
    let resolved = Resolved::default();
    let at_creation = |value: Value| {
        let spec = small(&json!({ "requireMMDSv2": value }));
        let settings = RuntimeKind::settings(&spec, &resolved).unwrap();
        (RuntimeKind::at_creation(&settings) == settings, RuntimeKind::at_creation(&settings).require_mmds_v2)
    };
    assert_eq!(at_creation(json!(true)), (false, None), "an update follows");
    assert_eq!(at_creation(json!(false)), (true, Some(false)), "a new runtime has it: no update follows");
}
