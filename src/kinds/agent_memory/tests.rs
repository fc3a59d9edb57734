//! What a spec means, and what is told of a memory.

mod plan;

use agentcore_api::{
    agent_memory::{AgentMemorySpec, AgentMemoryStatus, Strategy},
    status::{Child, PartRecord},
};
use agentcore_engine::{
    digest::Digest,
    kind::{Body, Facts, Kind, Resolved, State, View},
};

use super::{MemoryKind, SeenStrategy};

/// A spec as a user writes it.
fn spec(yaml: &str) -> AgentMemorySpec {
    serde_saphyr::from_str(yaml).unwrap()
}

fn settings(yaml: &str) -> AgentMemorySpec {
    MemoryKind::settings(&spec(yaml), &Resolved::default()).unwrap()
}

/// A memory of these settings, each strategy ACTIVE with the id `<name>-0123456789`.
fn shown(settings: &AgentMemorySpec) -> View<MemoryKind> {
    let facts = Facts { id: "m-0123456789".to_owned(), state: "ACTIVE".to_owned(), ..Facts::default() };
    let more = settings.strategies.iter().map(seen).collect();
    View { facts, settings: settings.clone(), more }
}

fn view(yaml: &str) -> View<MemoryKind> {
    shown(&settings(yaml))
}

fn seen(strategy: &Strategy) -> SeenStrategy {
    let type_ = serde_json::to_value(strategy.type_).unwrap().as_str().unwrap().to_owned();
    let name = strategy.name.clone();
    let id = format!("{name}-0123456789");
    SeenStrategy { id, name, status: "ACTIVE".to_owned(), type_, strategy: Some(strategy.clone()) }
}

/// The record of an object that made all the strategies of the view.
fn record(view: &View<MemoryKind>) -> PartRecord {
    let children = view.more.iter().map(|seen| child(&seen.name, Some(&seen.id)));
    PartRecord { children: children.collect(), ..PartRecord::default() }
}

fn child(name: &str, id: Option<&str>) -> Child {
    Child { name: name.to_owned(), id: id.map(str::to_owned) }
}

const STANDARD: &str = "strategyPreset: Standard";
const WRITTEN_OUT: &str = "
strategies:
  - { name: SessionSummaries, type: SUMMARIZATION, namespaceTemplates: ['/summaries/{actorId}/{sessionId}/'] }
  - { name: UserPreferences, type: USER_PREFERENCE, namespaceTemplates: ['/users/{actorId}/preferences/'] }
  - { name: SemanticFacts, type: SEMANTIC, namespaceTemplates: ['/users/{actorId}/facts/'] }
";
const FACTS: &str = "strategies: [{ name: Facts, type: SEMANTIC }]";

#[test]
fn the_preset_is_the_same_as_written_out() {
    assert_eq!(settings(STANDARD), settings(WRITTEN_OUT));
    let digest = |settings| {
        let body = Body::<MemoryKind> { name: "m".to_owned(), tags: [].into(), settings };
        Digest::of(&body).text()
    };
    assert_eq!(digest(settings(STANDARD)), digest(settings(WRITTEN_OUT)));
    assert_eq!(MemoryKind::children(&settings(STANDARD)), ["SemanticFacts", "SessionSummaries", "UserPreferences"]);
}

#[test]
fn only_what_is_the_resources_own_counts() {
    let more = "{region: us-west-2, memoryName: m, tags: {a: b}, deletionPolicy: Delete, suspend: true}";
    assert_eq!(settings(more), settings("{}"));
    assert_eq!(settings("{}").event_expiry_days, 30);
}

#[test]
fn order_and_ways_of_writing_are_no_difference() {
    let one = "
indexedKeys: [{ key: a, type: STRING }, { key: b, type: NUMBER }]
namespaceKeys: [{ key: a, validation: { allowedValues: [x, y] } }, { key: b, validation: {} }]
streamDelivery: { kinesis: { dataStreamArn: 'arn:aws:kinesis:r:1:stream/s', contents: [{ type: MEMORY_RECORDS }] } }
strategies:
  - name: A
    type: EPISODIC
    reflection: {}
    recordSchema:
      metadata:
        - { key: a, extraction: { llm: { definition: d, validation: { number: { minValue: '0', maxValue: '1e3' } } } } }
        - { key: b, extraction: { llm: { definition: d, validation: { string: { allowedValues: [x, y] } } } } }
  - { name: B, type: SEMANTIC }
";
    let other = "
indexedKeys: [{ key: b, type: NUMBER }, { key: a, type: STRING }]
namespaceKeys: [{ key: b }, { key: a, validation: { allowedValues: [y, x] } }]
streamDelivery:
  kinesis:
    dataStreamArn: arn:aws:kinesis:r:1:stream/s
    contents: [{ type: MEMORY_RECORDS, level: METADATA_ONLY }]
strategies:
  - { name: B, type: SEMANTIC }
  - name: A
    type: EPISODIC
    recordSchema:
      metadata:
        - { key: b, extraction: { llm: { definition: d, validation: { string: { allowedValues: [y, x] } } } } }
        - key: a
          extraction: { llm: { definition: d, validation: { number: { minValue: '-0.0', maxValue: '1000' } } } }
";
    assert_eq!(settings(one), settings(other));
}

#[test]
fn states() {
    let mut view = view(FACTS);
    for (word, state) in [
        ("CREATING", State::Creating),
        ("UPDATING", State::Updating),
        ("ACTIVE", State::Good),
        ("FAILED", State::CreateFailed),
        ("DELETING", State::Deleting),
        ("DREAMING", State::Unknown),
    ] {
        view.facts.state = word.to_owned();
        assert_eq!(MemoryKind::state(&view), state);
    }
    view.facts.state = "ACTIVE".to_owned();
    for word in ["CREATING", "DELETING"] {
        view.more[0].status = word.to_owned();
        assert_eq!(MemoryKind::state(&view), State::Updating);
    }
}

#[test]
fn announced_children_get_their_ids_and_lost_ones_go_in_time() {
    let mut view = view("strategies: [{ name: A, type: SEMANTIC }, { name: B, type: SEMANTIC }]");
    let learned = |view: &View<MemoryKind>, children: Vec<Child>| {
        let mut record = PartRecord { children, ..PartRecord::default() };
        MemoryKind::learn(view, &mut record);
        record.children
    };
    let before = vec![child("A", None), child("B", Some("B-9876543210")), child("C", None)];
    let after = learned(&view, before);
    // The one that is not shown stays until it is certain that it is gone.
    assert_eq!(after, [child("A", Some("A-0123456789")), child("B", Some("B-9876543210")), child("C", None)]);
    let mut record = PartRecord { children: after, ..PartRecord::default() };
    MemoryKind::forget(&view, &mut record);
    assert_eq!(record.children, [child("A", Some("A-0123456789")), child("C", None)]);
    // The status takes no more than 64.
    let many = (0..50).map(|number| child("old", Some(&number.to_string())));
    assert_eq!(learned(&view, many.chain([child("A", None)]).collect()), [child("A", Some("A-0123456789"))]);
    // The old one of that name is known, so the announced one is another.
    let before = vec![child("A", Some("A-0123456789")), child("A", None)];
    assert_eq!(learned(&view, before.clone()), before);
    let new = SeenStrategy { id: "A-1111111111".to_owned(), ..view.more[0].clone() };
    view.more.push(new);
    let after = [child("A", Some("A-0123456789")), child("A", Some("A-1111111111"))];
    assert_eq!(learned(&view, before), after);
    view.more[0].status = "DELETING".to_owned();
    assert_eq!(learned(&view, vec![child("A", None)]), [child("A", Some("A-1111111111"))]);
}

#[test]
fn memory_types() {
    let described = |view: Option<&View<MemoryKind>>, children: &[Child]| {
        let record = PartRecord { children: children.to_vec(), ..PartRecord::default() };
        let mut status = AgentMemoryStatus::default();
        MemoryKind::describe(view, &record, &mut status);
        status
    };
    let text = |view: Option<&View<MemoryKind>>, children: &[Child]| described(view, children).memory_type;
    let provisioning = Some("STM+LTM (provisioning...)".to_owned());
    let announced = [child("Facts", None)];
    assert_eq!(text(None, &[]), None);
    assert_eq!(text(None, &announced), provisioning);

    let mut empty = view("{}");
    assert_eq!(text(Some(&empty), &[]).unwrap(), "STM only");
    empty.facts.state = "CREATING".to_owned();
    assert_eq!(text(Some(&empty), &[]).unwrap(), "STM only");
    assert_eq!(text(Some(&empty), &announced), provisioning);
    empty.facts.state = "FAILED".to_owned();
    assert_eq!(text(Some(&empty), &announced).unwrap(), "Error (FAILED)");

    let mut three = view(STANDARD);
    let ours = [child("SemanticFacts", Some("SemanticFacts-0123456789"))];
    assert_eq!(text(Some(&three), &ours).unwrap(), "STM+LTM (3 strategies)");
    assert_eq!(MemoryKind::message(&three), "ACTIVE with 3 strategies");
    three.more[1].status = "FAILED".to_owned();
    let status = described(Some(&three), &ours);
    assert_eq!(status.memory_type.unwrap(), "STM+LTM (2 strategies)");
    let counts = status.strategy_counts.unwrap();
    assert_eq!((counts.total, counts.active), (3, 2));
    let managed: Vec<_> = status.strategies.iter().map(|one| (one.name.as_str(), one.managed)).collect();
    assert_eq!(managed, [("SemanticFacts", true), ("SessionSummaries", false), ("UserPreferences", false)]);
    assert_eq!(status.strategies[0].type_.as_deref(), Some("SEMANTIC"));
    three.more[1].status = "CREATING".to_owned();
    assert_eq!(text(Some(&three), &ours), provisioning);
    assert_eq!(MemoryKind::message(&view("{}")), "ACTIVE, short-term memory only");
    assert_eq!(MemoryKind::message(&view(FACTS)), "ACTIVE with 1 strategy");
}
