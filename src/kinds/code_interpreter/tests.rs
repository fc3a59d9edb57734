use agentcore_api::{
    code_interpreter::{CodeInterpreterSpec, InterpreterNetworkMode, Replacement},
    common::{DeletionPolicy, ExecutionRole},
    status::{PartRecord, Reason},
};
use agentcore_engine::kind::{Facts, Kind, Plan, Planning, Resolved, State, View};
use aws_sdk_bedrockagentcorecontrol::{
    operation::get_code_interpreter::GetCodeInterpreterOutput,
    types::{self, CodeInterpreterStatus},
};
use aws_smithy_types::DateTime;

use super::{InterpreterKind, aws};

const SECOND: &str = "arn:aws:secretsmanager:us-west-2:123456789012:secret:another";

fn full() -> CodeInterpreterSpec {
    let text = include_str!("../../../tests/crds/objects/interpreter.yaml");
    let object: serde_json::Value = serde_saphyr::from_str(text).unwrap();
    serde_json::from_value(object["spec"].clone()).unwrap()
}

fn settings(spec: &CodeInterpreterSpec) -> CodeInterpreterSpec {
    InterpreterKind::settings(spec, &Resolved::default()).unwrap()
}

fn view(settings: CodeInterpreterSpec) -> View<InterpreterKind> {
    let facts = Facts { id: "support-0123456789".to_owned(), state: "READY".to_owned(), ..Facts::default() };
    View { facts, settings, more: () }
}

fn plan(spec: &CodeInterpreterSpec, shown: CodeInterpreterSpec, changed: bool, ever_active: bool) -> Plan<()> {
    InterpreterKind::plan(&Planning {
        spec,
        desired: &settings(spec),
        view: &view(shown),
        record: &PartRecord { ever_active, ..PartRecord::default() },
        changed,
        policy: DeletionPolicy::Delete,
        consent: Vec::new(),
    })
}

/// What a read answers to a create of these settings.
fn answer(settings: &CodeInterpreterSpec) -> GetCodeInterpreterOutput {
    let members = aws::members(settings).unwrap();
    GetCodeInterpreterOutput::builder()
        .code_interpreter_id("support-0123456789")
        .code_interpreter_arn(
            "arn:aws:bedrock-agentcore:us-west-2:123456789012:code-interpreter-custom/support-0123456789",
        )
        .name("support")
        .set_description(members.description)
        .set_execution_role_arn(members.role)
        .network_configuration(members.network)
        .set_certificates(members.certificates)
        .set_filesystem_configurations(members.filesystems)
        .status(CodeInterpreterStatus::Ready)
        .created_at(DateTime::from_secs(1_700_000_000))
        .last_updated_at(DateTime::from_secs(1_700_000_001))
        .build()
        .unwrap()
}

#[test]
fn only_what_is_the_resources_own_is_desired() {
    let spec = full();
    let mut other = spec.clone();
    other.common.suspend = false;
    other.common.tags = None;
    other.common.deletion_policy = None;
    other.code_interpreter_name = Some("another".to_owned());
    other.replacement = Replacement::OnChange;
    other.network.vpc.subnets.reverse();
    other.network.vpc.security_groups.reverse();
    other.filesystems.reverse();
    assert_eq!(settings(&spec), settings(&other));
}

#[test]
fn a_read_gives_back_what_was_created() {
    for spec in [full(), CodeInterpreterSpec { certificates: Vec::new(), filesystems: Vec::new(), ..full() }] {
        let settings = settings(&spec);
        let view = aws::view(answer(&settings)).unwrap();
        assert_eq!(view.settings, settings);
        assert_eq!(view.facts.name, "support");
        assert_eq!(view.facts.state, "READY");
        assert_eq!(view.facts.created_at.unwrap().as_second(), 1_700_000_000);
        assert_eq!(view.facts.version, None);
        assert_eq!(plan(&spec, view.settings, true, true), Plan::InSync);
    }
}

#[test]
fn what_is_not_said_is_not_sent() {
    let spec: CodeInterpreterSpec = serde_json::from_value(serde_json::json!({})).unwrap();
    let members = aws::members(&settings(&spec)).unwrap();
    assert_eq!(members.network.network_mode, types::CodeInterpreterNetworkMode::Sandbox);
    assert!(members.network.vpc_config.is_none());
    assert!(members.certificates.is_none() && members.filesystems.is_none());
    assert!(members.description.is_none() && members.role.is_none());
}

#[test]
fn an_answer_without_an_id_is_none() {
    let mut answer = answer(&settings(&full()));
    answer.code_interpreter_id.clear();
    assert!(aws::view(answer).is_err());
}

#[test]
fn the_order_of_sets_is_no_difference() {
    let mut spec = full();
    spec.certificates.push(agentcore_api::code_interpreter::Certificate { secret_arn: SECOND.to_owned() });
    let mut shown = settings(&spec);
    shown.network.vpc.subnets.reverse();
    shown.network.vpc.security_groups.reverse();
    shown.certificates.reverse();
    shown.filesystems.reverse();
    assert_eq!(plan(&spec, shown, false, true), Plan::InSync);
}

#[test]
fn what_aws_shows_besides_is_a_difference_only_after_a_removal() {
    let mut spec = full();
    let shown = settings(&spec);
    spec.description = None;
    spec.execution_role = None;
    spec.certificates.clear();
    spec.filesystems.clear();
    spec.replacement = Replacement::OnChange;
    assert_eq!(plan(&spec, shown.clone(), false, true), Plan::InSync);
    let fields = ["description", "executionRole", "certificates", "filesystems"].map(str::to_owned).to_vec();
    assert_eq!(plan(&spec, shown, true, true), Plan::Replace(fields));
}

#[test]
fn a_change_replaces_only_where_it_may() {
    let mut spec = full();
    let shown = settings(&spec);
    spec.network.mode = InterpreterNetworkMode::Public;
    spec.network.vpc = agentcore_api::common::VpcConfig::default();
    spec.execution_role = Some(ExecutionRole { arn: "arn:aws:iam::123456789012:role/Other".to_owned() });
    let fields = vec!["executionRole.arn".to_owned(), "network.mode".to_owned()];
    let Plan::Blocked(blocked) = plan(&spec, shown.clone(), false, true) else { panic!("it must be refused") };
    assert_eq!(blocked.reason, Reason::InvalidSpec);
    assert_eq!(
        blocked.message,
        "AWS can't change executionRole.arn, network.mode of the code interpreter support-0123456789: set it back, or \
         set replacement: OnChange, which deletes it and creates another under a new id"
    );
    assert_eq!(plan(&spec, shown.clone(), false, false), Plan::Replace(fields.clone()), "nothing ever worked");
    spec.replacement = Replacement::OnChange;
    assert_eq!(plan(&spec, shown, false, true), Plan::Replace(fields));
}

#[test]
fn states() {
    let of = |word: &str| {
        let mut view = view(settings(&full()));
        word.clone_into(&mut view.facts.state);
        InterpreterKind::state(&view)
    };
    assert_eq!(of("CREATING"), State::Creating);
    assert_eq!(of("READY"), State::Good);
    assert_eq!(of("CREATE_FAILED"), State::CreateFailed);
    assert_eq!(of("DELETING"), State::Deleting);
    assert_eq!(of("DELETE_FAILED"), State::DeleteFailed);
    assert_eq!(of("DELETED"), State::Deleted);
    assert_eq!(of("no value was set"), State::Unknown);
    assert_eq!(InterpreterKind::message(&view(settings(&full()))), "READY: code can run in it");
}
