//! What is done about a difference, and what can't be done.

use agentcore_api::{
    common::DeletionPolicy,
    status::{PartRecord, Reason},
};
use agentcore_engine::kind::{Kind, LeftOver, Plan, Planning, State, View};

use super::{
    super::{MemoryKind, Modification, UpdateMemory},
    FACTS, STANDARD, WRITTEN_OUT, child, record, settings, spec, view,
};

/// A plan, and what it is made of besides spec and view.
struct Case {
    view: View<MemoryKind>,
    record: PartRecord,
    changed: bool,
    policy: DeletionPolicy,
    consent: Vec<&'static str>,
}

impl Case {
    /// The object made all of the view, the policy is Retain, and the desired state is the last that AWS accepted.
    fn of(view: View<MemoryKind>) -> Self {
        let record = record(&view);
        Self { view, record, changed: false, policy: DeletionPolicy::Retain, consent: Vec::new() }
    }

    fn shows(yaml: &str) -> Self {
        Self::of(view(yaml))
    }

    fn changed(mut self) -> Self {
        self.changed = true;
        self
    }

    fn plan(&self, yaml: &str) -> Plan<UpdateMemory> {
        let (spec, desired) = (spec(yaml), settings(yaml));
        MemoryKind::plan(&Planning {
            spec: &spec,
            desired: &desired,
            view: &self.view,
            record: &self.record,
            changed: self.changed,
            policy: self.policy,
            consent: self.consent.clone(),
        })
    }

    /// The update, the children that it makes, and the fields that it is about.
    fn update(&self, yaml: &str) -> (UpdateMemory, Vec<String>, Vec<String>) {
        match self.plan(yaml) {
            Plan::Update { change, children, fields } => (change, children, fields),
            other => panic!("{other:?}"),
        }
    }

    fn blocked(&self, yaml: &str) -> (Reason, String) {
        match self.plan(yaml) {
            Plan::Blocked(blocked) => (blocked.reason, blocked.message),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn writing_the_preset_out_changes_nothing() {
    assert_eq!(Case::shows(STANDARD).plan(WRITTEN_OUT), Plan::InSync);
    assert_eq!(Case::shows(STANDARD).changed().plan(WRITTEN_OUT), Plan::InSync);
}

#[test]
fn nothing_is_done_when_nothing_differs() {
    for yaml in ["{}", STANDARD, FACTS, "description: d"] {
        assert_eq!(Case::shows(yaml).plan(yaml), Plan::InSync, "{yaml}");
        assert_eq!(Case::shows(yaml).changed().plan(yaml), Plan::InSync, "{yaml}");
    }
}

#[test]
fn what_aws_fills_in_is_no_difference() {
    let wanted = "
strategies:
  - { name: Episodes, type: EPISODIC }
  - { name: Facts, type: SEMANTIC_OVERRIDE }
  - { name: Own, type: SELF_MANAGED, selfManaged: { topicArn: 'arn:aws:sns:r:1:t', payloadBucketName: bucket } }
";
    let filled_in = "
strategies:
  - name: Episodes
    type: EPISODIC
    namespaceTemplates: ['/strategies/{memoryStrategyId}/actors/{actorId}/']
    reflection: { namespaceTemplates: ['/strategies/{memoryStrategyId}/actors/{actorId}/'] }
  - { name: Facts, type: SEMANTIC_OVERRIDE, namespaceTemplates: ['/strategies/{memoryStrategyId}/'] }
  - name: Own
    type: SELF_MANAGED
    selfManaged:
      topicArn: arn:aws:sns:r:1:t
      payloadBucketName: bucket
      triggers: { messageCount: 6 }
      historicalContextWindowSize: 4
";
    assert_eq!(Case::shows(filled_in).plan(wanted), Plan::InSync);
    assert_eq!(Case::shows(filled_in).changed().plan(wanted), Plan::InSync);
    assert_eq!(MemoryKind::left_over(&settings(wanted), &view(filled_in)), []);
}

#[test]
fn top_level_members_go_together() {
    let yaml = "
description: new
eventExpiryDays: 90
executionRole: { arn: 'arn:aws:iam::1:role/r' }
indexedKeys: [{ key: a, type: STRING }, { key: b, type: NUMBER }]
namespaceKeys: [{ key: k }]
";
    let old = "{description: old, indexedKeys: [{ key: a, type: STRING }]}";
    let (change, children, fields) = Case::shows(old).update(yaml);
    let wanted = settings(yaml);
    let change_wanted = UpdateMemory {
        description: wanted.description,
        event_expiry_days: 90,
        execution_role: wanted.execution_role,
        namespace_keys: Some(wanted.namespace_keys),
        stream_delivery: None,
        add_indexed_keys: wanted.indexed_keys.into_iter().filter(|key| key.key == "b").collect(),
        add: Vec::new(),
        modify: Vec::new(),
        delete: Vec::new(),
    };
    assert_eq!(change, change_wanted);
    assert_eq!(children, [""; 0]);
    assert_eq!(fields, ["indexedKeys", "description", "eventExpiryDays", "executionRole", "namespaceKeys"]);
}

#[test]
fn a_removed_top_level_member_is_sent_once() {
    let role = "executionRole: { arn: 'arn:aws:iam::1:role/r' }";
    let stream = "streamDelivery: { kinesis: { dataStreamArn: 'arn:aws:kinesis:r:1:stream/s',
        contents: [{ type: MEMORY_RECORDS }] } }";
    for (yaml, field) in [
        ("description: d", "description"),
        (role, "executionRole"),
        ("namespaceKeys: [{ key: k }]", "namespaceKeys"),
        (stream, "streamDelivery"),
    ] {
        assert_eq!(Case::shows(yaml).plan("{}"), Plan::InSync, "{field} is AWS's own, or was sent already");
        let (change, _, fields) = Case::shows(yaml).changed().update("{}");
        assert_eq!(fields, [field]);
        assert_eq!(change.description, None);
        assert_eq!(change.execution_role, None);
        // What has an empty form is sent empty; what AWS does not show is left alone.
        assert_eq!(change.namespace_keys, (field == "namespaceKeys").then(Vec::new));
        assert_eq!(change.stream_delivery, (field == "streamDelivery").then(Vec::new));
        let left = LeftOver { field: field.to_owned(), grave: field == "executionRole" };
        assert_eq!(MemoryKind::left_over(&settings("{}"), &view(yaml)), [left]);
    }
    let with_rule = "namespaceKeys: [{ key: k, validation: { regexPattern: x } }]";
    let (change, ..) = Case::shows(with_rule).changed().update("namespaceKeys: [{ key: k }]");
    assert_eq!(change.namespace_keys, Some(settings("namespaceKeys: [{ key: k }]").namespace_keys));
}

#[test]
fn what_can_not_change_is_told() {
    let (reason, message) = Case::shows("{}").blocked("encryptionKeyArn: 'arn:aws:kms:r:1:key/k'");
    assert_eq!(reason, Reason::InvalidSpec);
    assert!(message.contains("encryptionKeyArn") && message.contains("create another AgentMemory"), "{message}");
    let case = Case::shows("indexedKeys: [{ key: a, type: STRING }]");
    let (reason, message) = case.blocked("indexedKeys: [{ key: a, type: NUMBER }]");
    assert_eq!(reason, Reason::InvalidSpec);
    assert!(message.contains("the key a in indexedKeys"), "{message}");
    assert_eq!(case.plan("{}"), Plan::InSync, "keys that others added stay");
}

#[test]
fn strategies_are_added_changed_and_deleted_together() {
    let old =
        "strategies: [{ name: Same, type: SEMANTIC }, { name: Other, type: SEMANTIC }, { name: Gone, type: SEMANTIC }]";
    let new = "strategies: [{ name: Same, type: SEMANTIC }, { name: Other, type: SEMANTIC, recordExpiryDays: 31 },
        { name: New, type: EPISODIC }]";
    let mut case = Case::shows(old).changed();
    case.consent = vec!["Gone"];
    let (change, children, fields) = case.update(new);
    let wanted = settings(new).strategies;
    let by_name = |name: &str| wanted.iter().find(|strategy| strategy.name == name).unwrap().clone();
    assert_eq!(change.add, [by_name("New")]);
    let modification = Modification {
        id: "Other-0123456789".to_owned(),
        strategy: by_name("Other"),
        remove_record_expiry: false,
        reset_reflection: false,
    };
    assert_eq!(change.modify, [modification]);
    assert_eq!(change.delete, ["Gone-0123456789"]);
    assert_eq!(children, ["New"]);
    assert_eq!(fields, ["strategies[New] (new)", "strategies[Other].recordExpiryDays", "strategies[Gone] (deleted)"]);
}

#[test]
fn deleting_long_term_records_needs_consent_where_they_are_retained() {
    let three = "strategies: [{ name: A, type: SEMANTIC }, { name: B, type: SEMANTIC }, { name: C, type: SEMANTIC }]";
    let mut case = Case::shows(three).changed();
    for consent in [vec![], vec!["A"], vec!["A", "C"]] {
        case.consent = consent;
        let (reason, message) = case.blocked("strategies: [{ name: C, type: SEMANTIC }]");
        assert_eq!(reason, Reason::DeletionNotAllowed);
        let annotation = r#"agentcore-operator.github.io/allow-delete-strategies: "A,B""#;
        assert!(message.contains("strategies A, B") && message.ends_with(annotation), "{message}");
    }
    case.consent = vec!["B", "A"];
    let (change, ..) = case.update("strategies: [{ name: C, type: SEMANTIC }]");
    assert_eq!(change.delete, ["A-0123456789", "B-0123456789"]);
    case.consent = Vec::new();
    case.policy = DeletionPolicy::Delete;
    let (change, ..) = case.update("{}");
    assert_eq!(change.delete, ["A-0123456789", "B-0123456789", "C-0123456789"]);
}

#[test]
fn strategies_of_others_are_left_alone() {
    let mut case = Case::shows(FACTS).changed();
    case.record.children = Vec::new();
    case.policy = DeletionPolicy::Delete;
    assert_eq!(case.plan("{}"), Plan::InSync);
    let (change, ..) = case.update("strategies: [{ name: Mine, type: SEMANTIC }]");
    assert!(change.modify.is_empty() && change.delete.is_empty());
    let (reason, message) = case.blocked("strategies: [{ name: Facts, type: SEMANTIC, description: mine }]");
    assert_eq!(reason, Reason::NotOwned);
    assert!(message.contains("strategy Facts") && message.contains("another name"), "{message}");
    // The record knows another strategy of that name, which is gone.
    case.record.children = vec![child("Facts", Some("Facts-9876543210"))];
    assert_eq!(case.blocked(FACTS).0, Reason::NotOwned);
}

#[test]
fn another_type_is_another_strategy() {
    let mut case = Case::shows(FACTS).changed();
    let new = "strategies: [{ name: Facts, type: EPISODIC }]";
    assert_eq!(case.blocked(new).0, Reason::DeletionNotAllowed);
    case.consent = vec!["Facts"];
    let (change, children, _) = case.update(new);
    assert_eq!(change.delete, ["Facts-0123456789"]);
    assert!(change.add.is_empty() && change.modify.is_empty() && children.is_empty());
    case.view.more[0].status = "DELETING".to_owned();
    assert_eq!(case.plan(new), Plan::InSync, "waits until the old one is gone");
    case.view.more.clear();
    assert_eq!(case.update(new).0.add, settings(new).strategies);
}

#[test]
fn members_removed_from_a_strategy_are_sent_once() {
    let old = "
strategies:
  - name: Facts
    type: SEMANTIC
    description: d
    recordExpiryDays: 31
    recordSchema: { metadata: [{ key: a, type: STRING }] }
";
    assert_eq!(Case::shows(old).plan(FACTS), Plan::InSync);
    let (change, _, fields) = Case::shows(old).changed().update(FACTS);
    let names = ["description", "recordExpiryDays", "recordSchema"].map(|field| format!("strategies[Facts].{field}"));
    assert_eq!(fields, names);
    assert!(change.modify[0].remove_record_expiry && !change.modify[0].reset_reflection);
    let left: Vec<_> = MemoryKind::left_over(&settings(FACTS), &view(old)).into_iter().map(|left| left.field).collect();
    assert_eq!(left, names);

    let triggers = |triggers| {
        format!(
            "strategies: [{{ name: Own, type: SELF_MANAGED, selfManaged: {{ topicArn: 'arn:aws:sns:r:1:t',
                payloadBucketName: bucket, triggers: {triggers} }} }}]"
        )
    };
    let (two, one) = (triggers("{ messageCount: 5, tokenCount: 500 }"), triggers("{ messageCount: 5 }"));
    assert_eq!(Case::shows(&two).plan(&one), Plan::InSync);
    assert_eq!(Case::shows(&two).changed().update(&one).2, ["strategies[Own].selfManaged.triggers"]);

    let episodes = "strategies: [{ name: E, type: EPISODIC, reflection: { namespaceTemplates: ['/mine/'] } }]";
    let (change, _, fields) = Case::shows(episodes).changed().update("strategies: [{ name: E, type: EPISODIC }]");
    assert_eq!(fields, ["strategies[E].reflection"]);
    assert!(change.modify[0].reset_reflection);

    let override_ = "strategies: [{ name: E, type: EPISODIC_OVERRIDE, reflection: { modelId: m, appendToPrompt: p } }]";
    let (change, _, fields) =
        Case::shows(override_).changed().update("strategies: [{ name: E, type: EPISODIC_OVERRIDE }]");
    assert_eq!(fields, ["strategies[E].reflection"]);
    assert!(!change.modify[0].reset_reflection, "AWS takes no reflection without a prompt there");
}

#[test]
fn the_removal_of_a_part_of_an_override_is_sent_and_told() {
    let prompt = "{ modelId: m, appendToPrompt: p }";
    let old = format!(
        "strategies: [{{ name: F, type: SEMANTIC_OVERRIDE, namespaceTemplates: ['/f/'],
            extraction: {prompt}, consolidation: {prompt} }}]"
    );
    let new = "strategies: [{ name: F, type: SEMANTIC_OVERRIDE }]";
    let names = ["namespaceTemplates", "extraction", "consolidation"].map(|field| format!("strategies[F].{field}"));
    assert_eq!(Case::shows(&old).plan(new), Plan::InSync);
    assert_eq!(Case::shows(&old).changed().update(new).2, names);
    let left = MemoryKind::left_over(&settings(new), &view(&old));
    let fields: Vec<_> = left.iter().map(|left| left.field.as_str()).collect();
    assert_eq!(fields, names);
    assert!(left.iter().all(|left| !left.grave));
}

#[test]
fn failed_strategies_of_ours_keep_the_object_from_being_ready() {
    let mut case = Case::shows("strategies: [{ name: A, type: SEMANTIC }, { name: B, type: SEMANTIC }]");
    case.view.more[0].status = "FAILED".to_owned();
    assert_eq!(MemoryKind::state(&case.view), State::Good);
    let (reason, message) = case.blocked("strategies: [{ name: A, type: SEMANTIC }, { name: B, type: SEMANTIC }]");
    assert_eq!(reason, Reason::StrategyFailed);
    assert!(message.contains("strategy A:") && message.contains("allow-delete-strategies: \"A\""), "{message}");
    let changed = "strategies: [{ name: A, type: SEMANTIC, description: d }, { name: B, type: SEMANTIC }]";
    assert_eq!(case.update(changed).0.modify.len(), 1);
    // One of somebody else's does not matter.
    case.record.children.remove(0);
    assert_eq!(case.plan("strategies: [{ name: B, type: SEMANTIC }]"), Plan::InSync);
}

#[test]
fn a_failed_memory_is_updated_although_nothing_differs() {
    let mut case = Case::shows(FACTS).changed();
    case.view.facts.state = "FAILED".to_owned();
    let (change, _, fields) = case.update(FACTS);
    assert!(change.add.is_empty() && change.modify.is_empty() && change.delete.is_empty() && fields.is_empty());
}

#[test]
fn a_strategy_of_an_unknown_type_is_left_as_it_is() {
    let mut case = Case::shows(FACTS).changed();
    case.view.more[0].strategy = None;
    assert_eq!(case.plan("strategies: [{ name: Facts, type: SEMANTIC, description: d }]"), Plan::InSync);
}
