//! From the SDK's words to the spec's: strategies.

use agentcore_api::agent_memory::{
    ExtractionType, LlmExtraction, MetadataExtraction, MetadataField, MetadataValidation, NumberValidation,
    PromptOverride, RecordSchema, Reflection, SelfManaged, Strategy, StrategyType, StringListValidation,
    StringValidation, Triggers,
};
use aws_sdk_bedrockagentcorecontrol::types;

use super::{
    super::{SeenStrategy, normal},
    from_sdk::metadata_type,
};

/// A strategy as GetMemory shows it.
pub(super) fn seen(shown: &types::MemoryStrategy) -> SeenStrategy {
    let configuration = shown.configuration.as_ref();
    let own = configuration.and_then(|configuration| configuration.r#type.as_ref());
    let (word, type_) = match (&shown.r#type, own) {
        (types::MemoryStrategyType::Custom, Some(own)) => (own.as_str(), custom_type(own)),
        (type_, _) => (type_.as_str(), built_in_type(type_)),
    };
    let strategy = type_.map(|type_| {
        let mut strategy = Strategy {
            name: shown.name.clone(),
            type_,
            description: shown.description.clone(),
            namespace_templates: namespace_templates(shown),
            record_schema: shown.memory_record_schema.as_ref().map(record_schema),
            record_expiry_days: shown.record_expiry_duration_days,
            extraction: configuration.and_then(|own| own.extraction.as_ref()).and_then(extraction),
            consolidation: configuration.and_then(|own| own.consolidation.as_ref()).and_then(consolidation),
            reflection: configuration.and_then(|own| own.reflection.as_ref()).and_then(reflection),
            self_managed: configuration.and_then(|own| own.self_managed_configuration.as_ref()).map(self_managed),
        };
        normal::strategy(&mut strategy);
        strategy
    });
    SeenStrategy {
        id: shown.strategy_id.clone(),
        name: shown.name.clone(),
        status: shown.status.as_ref().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        type_: word.to_owned(),
        strategy,
    }
}

/// The namespaces: AWS shows them twice, under an older name too, and older strategies under that one only.
#[allow(deprecated, reason = "the older name")]
fn namespace_templates(shown: &types::MemoryStrategy) -> Vec<String> {
    if shown.namespace_templates.is_empty() { shown.namespaces.clone() } else { shown.namespace_templates.clone() }
}

fn built_in_type(type_: &types::MemoryStrategyType) -> Option<StrategyType> {
    match type_ {
        types::MemoryStrategyType::Semantic => Some(StrategyType::Semantic),
        types::MemoryStrategyType::Summarization => Some(StrategyType::Summarization),
        types::MemoryStrategyType::UserPreference => Some(StrategyType::UserPreference),
        types::MemoryStrategyType::Episodic => Some(StrategyType::Episodic),
        _ => None,
    }
}

fn custom_type(type_: &types::OverrideType) -> Option<StrategyType> {
    match type_ {
        types::OverrideType::SemanticOverride => Some(StrategyType::SemanticOverride),
        types::OverrideType::SummaryOverride => Some(StrategyType::SummaryOverride),
        types::OverrideType::UserPreferenceOverride => Some(StrategyType::UserPreferenceOverride),
        types::OverrideType::EpisodicOverride => Some(StrategyType::EpisodicOverride),
        types::OverrideType::SelfManaged => Some(StrategyType::SelfManaged),
        _ => None,
    }
}

/// A prompt. AWS shows an empty one where there is none.
fn prompt(model_id: &str, append_to_prompt: &str) -> Option<PromptOverride> {
    let there = !(model_id.is_empty() && append_to_prompt.is_empty());
    there.then(|| PromptOverride { model_id: model_id.to_owned(), append_to_prompt: append_to_prompt.into() })
}

fn extraction(shown: &types::ExtractionConfiguration) -> Option<PromptOverride> {
    use types::CustomExtractionConfiguration as Custom;
    match shown.as_custom_extraction_configuration().ok()? {
        Custom::SemanticExtractionOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        Custom::UserPreferenceExtractionOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        Custom::EpisodicExtractionOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        _ => None,
    }
}

fn consolidation(shown: &types::ConsolidationConfiguration) -> Option<PromptOverride> {
    use types::CustomConsolidationConfiguration as Custom;
    match shown.as_custom_consolidation_configuration().ok()? {
        Custom::SemanticConsolidationOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        Custom::SummaryConsolidationOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        Custom::UserPreferenceConsolidationOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        Custom::EpisodicConsolidationOverride(own) => prompt(&own.model_id, &own.append_to_prompt),
        _ => None,
    }
}

fn reflection(shown: &types::ReflectionConfiguration) -> Option<Reflection> {
    match shown {
        types::ReflectionConfiguration::EpisodicReflectionConfiguration(own) => Some(Reflection {
            model_id: None,
            append_to_prompt: None,
            namespace_templates: own.namespace_templates.clone().unwrap_or_default(),
            record_schema: own.memory_record_schema.as_ref().map(record_schema),
        }),
        types::ReflectionConfiguration::CustomReflectionConfiguration(
            types::CustomReflectionConfiguration::EpisodicReflectionOverride(own),
        ) => Some(Reflection {
            model_id: (!own.model_id.is_empty()).then(|| own.model_id.clone()),
            append_to_prompt: (!own.append_to_prompt.is_empty()).then(|| own.append_to_prompt.as_str().into()),
            namespace_templates: own.namespace_templates.clone().unwrap_or_default(),
            record_schema: own.memory_record_schema.as_ref().map(record_schema),
        }),
        _ => None,
    }
}

fn self_managed(shown: &types::SelfManagedConfiguration) -> SelfManaged {
    let invocation = shown.invocation_configuration.as_ref();
    SelfManaged {
        topic_arn: invocation.map(|own| own.topic_arn.clone()).unwrap_or_default(),
        payload_bucket_name: invocation.map(|own| own.payload_delivery_bucket_name.clone()).unwrap_or_default(),
        triggers: Some(triggers(&shown.trigger_conditions)),
        historical_context_window_size: Some(shown.historical_context_window_size),
    }
}

/// Triggers. Where AWS shows one without its number, the number is AWS's default.
fn triggers(shown: &[types::TriggerCondition]) -> Triggers {
    let mut triggers = Triggers::default();
    for condition in shown {
        match condition {
            types::TriggerCondition::MessageBasedTrigger(own) => {
                let default = types::MessageBasedTriggerInput::builder().build().message_count;
                triggers.message_count = Some(own.message_count.unwrap_or(default));
            }
            types::TriggerCondition::TokenBasedTrigger(own) => {
                let default = types::TokenBasedTriggerInput::builder().build().token_count;
                triggers.token_count = Some(own.token_count.unwrap_or(default));
            }
            types::TriggerCondition::TimeBasedTrigger(own) => {
                let default = types::TimeBasedTriggerInput::builder().build().idle_session_timeout;
                triggers.idle_session_timeout_seconds = Some(own.idle_session_timeout.unwrap_or(default));
            }
            _ => {}
        }
    }
    triggers
}

fn record_schema(shown: &types::MemoryRecordSchema) -> RecordSchema {
    RecordSchema { metadata: shown.metadata_schema.iter().flatten().map(metadata).collect() }
}

fn metadata(shown: &types::MetadataSchemaEntry) -> MetadataField {
    MetadataField {
        key: shown.key.clone(),
        type_: shown.r#type.as_ref().and_then(metadata_type),
        extraction_type: shown.extraction_type.as_ref().and_then(|how| match how {
            types::ExtractionType::LlmInferred => Some(ExtractionType::LlmInferred),
            types::ExtractionType::StrictlyConsistent => Some(ExtractionType::StrictlyConsistent),
            _ => None,
        }),
        extraction: shown.extraction_config.as_ref().and_then(|own| own.as_llm_extraction_config().ok()).map(llm),
    }
}

fn llm(shown: &types::LlmExtractionConfig) -> MetadataExtraction {
    let llm = LlmExtraction {
        definition: shown.definition.as_str().into(),
        instruction: shown.llm_extraction_instruction.as_deref().map(Into::into),
        validation: shown.validation.as_ref().and_then(validation),
    };
    MetadataExtraction { llm }
}

fn validation(shown: &types::Validation) -> Option<MetadataValidation> {
    let none = MetadataValidation { string: None, string_list: None, number: None };
    match shown {
        types::Validation::StringValidation(own) => {
            let allowed_values = own.allowed_values.clone();
            Some(MetadataValidation { string: Some(StringValidation { allowed_values }), ..none })
        }
        types::Validation::StringListValidation(own) => {
            let allowed_values = own.allowed_values.clone().unwrap_or_default();
            let list = StringListValidation { allowed_values, max_items: own.max_items };
            Some(MetadataValidation { string_list: Some(list), ..none })
        }
        types::Validation::NumberValidation(own) => {
            let decimal = |number: Option<f64>| number.map(normal::decimal);
            let number = NumberValidation { min_value: decimal(own.min_value), max_value: decimal(own.max_value) };
            Some(MetadataValidation { number: Some(number), ..none })
        }
        _ => None,
    }
}
