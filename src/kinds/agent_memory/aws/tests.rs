//! The way into the SDK's words and back, over the wire to a simulated AWS.

use agentcore_api::{
    agent_memory::AgentMemorySpec,
    common::DeletionPolicy,
    status::{Child, PartRecord},
};
use agentcore_engine::kind::{Body, Kind, Plan, Planning, Resolved, View};
use agentcore_sim::server::{Options, Server};
use aws_credential_types::Credentials;
use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::{BehaviorVersion, Region},
};

use super::{super::MemoryKind, from_sdk, may_be, to_sdk};
use crate::aws::listing::Listed;

/// The specs of the examples, and one with what they leave out.
const SPECS: [&str; 4] = [
    include_str!("../../../../tests/crds/objects/memory-overrides.yaml"),
    include_str!("../../../../tests/crds/objects/memory-lists.yaml"),
    include_str!("../../../../tests/crds/objects/memory-numbers.yaml"),
    "
spec:
  executionRole: { arn: 'arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreMemory' }
  strategies:
    - { name: Semantic, type: SEMANTIC, description: d, namespaceTemplates: ['/a/{actorId}/'], recordExpiryDays: 31 }
    - { name: Summary, type: SUMMARIZATION, description: d, namespaceTemplates: ['/b/{actorId}/{sessionId}/'] }
    - name: SemanticOwn
      type: SEMANTIC_OVERRIDE
      extraction: { modelId: m1, appendToPrompt: p1 }
      consolidation: { modelId: m2, appendToPrompt: p2 }
    - name: PreferenceOwn
      type: USER_PREFERENCE_OVERRIDE
      extraction: { modelId: m3, appendToPrompt: p3 }
      consolidation: { modelId: m4, appendToPrompt: p4 }
    - name: SummaryOwn
      type: SUMMARY_OVERRIDE
      namespaceTemplates: ['/c/{actorId}/{sessionId}/']
      consolidation: { modelId: m5, appendToPrompt: p5 }
    - name: Own
      type: SELF_MANAGED
      selfManaged: { topicArn: 'arn:aws:sns:us-west-2:123456789012:t', payloadBucketName: bucket }
",
];

fn settings(yaml: &str) -> AgentMemorySpec {
    #[derive(serde::Deserialize)]
    struct Object {
        spec: AgentMemorySpec,
    }
    let object: Object = serde_saphyr::from_str(yaml).unwrap();
    MemoryKind::settings(&object.spec, &Resolved::default()).unwrap()
}

/// A simulated AWS, and a client of it.
async fn aws() -> (Server, Client) {
    let server = Server::start(Options::default()).await.unwrap();
    let keys =
        Credentials::builder().access_key_id("AKIAIOSFODNN7EXAMPLE").secret_access_key("s").provider_name("test");
    let config = aws_sdk_bedrockagentcorecontrol::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-west-2"))
        .endpoint_url(server.url())
        .credentials_provider(keys.build())
        .build();
    (server, Client::from_conf(config))
}

async fn create(client: &Client, name: &str, settings: &AgentMemorySpec) -> View<MemoryKind> {
    let body =
        Body { name: name.to_owned(), tags: [("a".to_owned(), "b".to_owned())].into(), settings: settings.clone() };
    let token = format!("token-of-{name}-that-is-long-enough-for-aws");
    let answer = to_sdk::create(client.create_memory(), &body, &token).unwrap().send().await.unwrap();
    get(client, answer.memory.unwrap().id()).await
}

async fn get(client: &Client, id: &str) -> View<MemoryKind> {
    from_sdk::view(&client.get_memory().memory_id(id).send().await.unwrap().memory.unwrap())
}

fn plan(desired: &AgentMemorySpec, view: &View<MemoryKind>) -> Plan<super::UpdateMemory> {
    let children = view.more.iter().map(|seen| Child { name: seen.name.clone(), id: Some(seen.id.clone()) });
    let record = PartRecord { children: children.collect(), ..PartRecord::default() };
    let (spec, policy) = (desired, DeletionPolicy::Delete);
    MemoryKind::plan(&Planning { spec, desired, view, record: &record, changed: true, policy, consent: Vec::new() })
}

#[tokio::test]
async fn a_spec_comes_back_as_it_was_sent() {
    let (server, client) = aws().await;
    for (number, yaml) in SPECS.into_iter().enumerate() {
        let desired = settings(yaml);
        let view = create(&client, &format!("m{number}"), &desired).await;
        assert_eq!(view.facts.name, format!("m{number}"));
        assert_eq!(view.facts.state, "ACTIVE");
        assert_eq!(plan(&desired, &view), Plan::InSync, "{yaml}");
        assert_eq!(MemoryKind::left_over(&desired, &view), [], "{yaml}");
    }
    // Here nothing is left for AWS to fill in, but the namespace that a pipeline does not have.
    let view = create(&client, "whole", &settings(SPECS[0])).await;
    assert_eq!(view.settings, settings(SPECS[0]));
    server.stop().await;
}

#[tokio::test]
async fn any_spec_becomes_any_other_by_updates() {
    let (server, client) = aws().await;
    let mut view = create(&client, "m", &settings("spec: {}")).await;
    let key = settings(SPECS[0]).encryption_key_arn;
    assert!(key.is_some() && view.settings.encryption_key_arn.is_none());
    for (number, yaml) in SPECS.into_iter().chain(["spec: {}"]).enumerate() {
        let mut desired = settings(yaml);
        desired.encryption_key_arn = None;
        let Plan::Update { change, .. } = plan(&desired, &view) else { panic!("{yaml}") };
        let token = format!("token-of-update-{number}-that-is-long-enough-for-aws");
        let request = to_sdk::update(client.update_memory(), &view.facts.id, &change, &token).unwrap();
        request.send().await.unwrap_or_else(|error| panic!("{yaml}\n{error:?}"));
        view = get(&client, &view.facts.id).await;
        let fields: Vec<_> = MemoryKind::left_over(&desired, &view).into_iter().map(|left| left.field).collect();
        assert!(fields.iter().all(|field| field == "description" || field == "executionRole"), "{fields:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_strategy_is_changed_in_every_member() {
    let (server, client) = aws().await;
    for (number, yaml) in SPECS.into_iter().enumerate() {
        let mut view = create(&client, &format!("m{number}"), &settings(yaml)).await;
        // Other texts and numbers everywhere, and the same types.
        let mut other = yaml.to_owned();
        for (from, to) in [
            ("Mind the product", "Mind the user"),
            ("anthropic.claude", "amazon.nova"),
            ("How well it went", "How badly it went"),
            ("What it is about", "What it is not about"),
            ("appendToPrompt: p", "appendToPrompt: q"),
            ("modelId: m", "modelId: n"),
            ("Episodes of support", "Episodes"),
            ("messageCount: 10, ", ""),
            ("Size: 5", "Size: 0"),
            ("support-payloads", "other-payloads"),
            (":support\n", ":other\n"),
            ("maxValue: \"10", "maxValue: \"11"),
            ("[phone]", "[phone, tablet]"),
            ("recordExpiryDays: 31", "recordExpiryDays: 32"),
            ("      recordExpiryDays: 365\n", ""),
            ("\"/episodes/{actorId}/\"", "\"/other/{actorId}/\""),
            ("\"/episodes/\"", "\"/other/\""),
            ("description: d", "description: e"),
            ("eventExpiryDays: 90", "eventExpiryDays: 91"),
        ] {
            other = other.replace(from, to);
        }
        let desired = settings(&other);
        let Plan::Update { change, .. } = plan(&desired, &view) else { panic!("{other}") };
        assert!(change.add.is_empty() && change.delete.is_empty() && !change.modify.is_empty());
        let token = format!("token-of-update-{number}-that-is-long-enough-for-aws");
        let request = to_sdk::update(client.update_memory(), &view.facts.id, &change, &token).unwrap();
        request.send().await.unwrap_or_else(|error| panic!("{other}\n{error:?}"));
        view = get(&client, &view.facts.id).await;
        assert_eq!(plan(&desired, &view), Plan::InSync, "{other}");
        assert_eq!(MemoryKind::left_over(&desired, &view), [], "{other}");
    }
    server.stop().await;
}

#[test]
fn what_aws_would_not_take_is_not_sent() {
    let client = Client::from_conf(
        aws_sdk_bedrockagentcorecontrol::Config::builder().behavior_version(BehaviorVersion::latest()).build(),
    );
    let refused = |yaml| {
        let body = Body { name: "m".to_owned(), tags: [].into(), settings: settings(yaml) };
        to_sdk::create(client.create_memory(), &body, "t").unwrap_err().0
    };
    let own = "spec: { strategies: [{ name: S, type: SELF_MANAGED }] }";
    assert!(refused(own).contains("the strategy S"));
    let schema = "spec: { strategies: [{ name: S, type: SEMANTIC, recordSchema: { metadata: [{ key: k,
        extraction: { llm: { definition: d, validation: { number: { minValue: '1e999' } } } } }] } }] }";
    assert!(refused(schema).contains("`1e999`"));
    let body = Body { name: "m".to_owned(), tags: [].into(), settings: settings("spec: { eventExpiryDays: 7 }") };
    let request = to_sdk::create(client.create_memory(), &body, "t").unwrap();
    let input = request.as_input().clone().build().unwrap();
    assert_eq!((input.event_expiry_duration, input.client_token.as_deref()), (Some(7), Some("t")));
    assert!(input.memory_strategies.is_none() && input.namespace_keys.is_none() && input.tags.is_none());
}

/// AWS shows the namespaces under two names, with the same content, or under the older one only.
#[test]
#[allow(deprecated, reason = "the older name")]
fn both_names_of_the_namespaces_are_one() {
    let shown = |templates: &[&str], namespaces: &[&str]| {
        let owned = |list: &[&str]| Some(list.iter().map(|one| (*one).to_owned()).collect());
        let strategy = aws_sdk_bedrockagentcorecontrol::types::MemoryStrategy::builder()
            .strategy_id("s-1")
            .name("S")
            .r#type(aws_sdk_bedrockagentcorecontrol::types::MemoryStrategyType::Semantic)
            .set_namespaces(owned(namespaces))
            .set_namespace_templates(owned(templates));
        super::strategy_from_sdk::seen(&strategy.build().unwrap()).strategy.unwrap().namespace_templates
    };
    assert_eq!(shown(&["/a/"], &["/a/"]), ["/a/"]);
    assert_eq!(shown(&[], &["/a/"]), ["/a/"]);
    assert_eq!(shown(&["/a/"], &[]), ["/a/"]);
}

#[test]
fn candidates_have_ids_that_aws_gives_to_the_name() {
    let is_candidate = |id: &str| may_be(&Listed { id: id.to_owned(), ..Listed::default() }, "my_memory");
    assert!(is_candidate("my_memory-AbCdEf1234"));
    for id in ["my_memory-AbCdEf123", "my_memory-AbCdEf12345", "my_memory2-AbCdEf1234", "my_memory-AbC-Ef1234", "m"] {
        assert!(!is_candidate(id), "{id}");
    }
}

/// Where an override has one prompt, AWS shows an empty one for the other.
#[test]
#[allow(deprecated, reason = "an older name of the namespaces")]
fn an_empty_prompt_is_none() {
    use aws_sdk_bedrockagentcorecontrol::types::{
        ConsolidationConfiguration, CustomConsolidationConfiguration, CustomExtractionConfiguration,
        ExtractionConfiguration, MemoryStrategy, MemoryStrategyType, OverrideType, SemanticConsolidationOverride,
        SemanticExtractionOverride, StrategyConfiguration,
    };
    let extraction = SemanticExtractionOverride::builder().model_id("m").append_to_prompt("p").build().unwrap();
    let consolidation = SemanticConsolidationOverride::builder().model_id("").append_to_prompt("").build().unwrap();
    let configuration = StrategyConfiguration::builder()
        .r#type(OverrideType::SemanticOverride)
        .extraction(ExtractionConfiguration::CustomExtractionConfiguration(
            CustomExtractionConfiguration::SemanticExtractionOverride(extraction),
        ))
        .consolidation(ConsolidationConfiguration::CustomConsolidationConfiguration(
            CustomConsolidationConfiguration::SemanticConsolidationOverride(consolidation),
        ));
    let shown = MemoryStrategy::builder()
        .strategy_id("s-1")
        .name("S")
        .r#type(MemoryStrategyType::Custom)
        .set_namespaces(Some(Vec::new()))
        .set_namespace_templates(Some(Vec::new()))
        .configuration(configuration.build())
        .build()
        .unwrap();
    let strategy = super::strategy_from_sdk::seen(&shown).strategy.unwrap();
    assert!(strategy.extraction.is_some() && strategy.consolidation.is_none(), "{strategy:?}");
}
