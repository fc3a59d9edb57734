//! From the spec's words to the SDK's: strategies, as they are added and as they are changed.

use agentcore_api::agent_memory::{PromptOverride, Reflection, SelfManaged, Strategy, StrategyType, Triggers};
use aws_sdk_bedrockagentcorecontrol::types;

use super::{
    super::Modification,
    Unfit,
    to_sdk::{filled, record_schema},
};

/// A prompt of one of the SDK's types, which are all alike.
macro_rules! prompt {
    ($type:ident, $prompt:expr) => {{
        let PromptOverride { model_id, append_to_prompt } = $prompt;
        types::$type::builder().model_id(model_id).append_to_prompt(&**append_to_prompt).build().map_err(Unfit::from)
    }};
}

/// A strategy to add.
pub(super) fn add(strategy: &Strategy) -> Result<types::MemoryStrategyInput, Unfit> {
    use types::MemoryStrategyInput as Input;
    let Strategy {
        name,
        type_,
        description,
        namespace_templates,
        record_schema: schema,
        record_expiry_days,
        extraction: _,
        consolidation: _,
        reflection,
        self_managed: _,
    } = strategy;
    let schema = schema.as_ref().map(record_schema).transpose()?;
    let expiry = record_expiry_days.map(types::RecordExpirySpecification::RecordExpiryDurationDays);
    macro_rules! with_common {
        ($type:ident) => {
            types::$type::builder()
                .name(name)
                .set_description(description.clone())
                .set_namespace_templates(filled(namespace_templates.clone()))
                .set_memory_record_schema(schema)
                .set_record_expiry_specification(expiry)
        };
    }
    Ok(match type_ {
        StrategyType::Semantic => Input::SemanticMemoryStrategy(with_common!(SemanticMemoryStrategyInput).build()?),
        StrategyType::Summarization => Input::SummaryMemoryStrategy(with_common!(SummaryMemoryStrategyInput).build()?),
        StrategyType::UserPreference => {
            Input::UserPreferenceMemoryStrategy(with_common!(UserPreferenceMemoryStrategyInput).build()?)
        }
        StrategyType::Episodic => Input::EpisodicMemoryStrategy(
            with_common!(EpisodicMemoryStrategyInput)
                .set_reflection_configuration(reflection.as_ref().map(plain_reflection).transpose()?)
                .build()?,
        ),
        StrategyType::SemanticOverride
        | StrategyType::SummaryOverride
        | StrategyType::UserPreferenceOverride
        | StrategyType::EpisodicOverride
        | StrategyType::SelfManaged => Input::CustomMemoryStrategy(
            with_common!(CustomMemoryStrategyInput).set_configuration(custom(strategy)?).build()?,
        ),
    })
}

/// What a strategy with models, prompts or a pipeline of one's own is added with.
fn custom(strategy: &Strategy) -> Result<Option<types::CustomConfigurationInput>, Unfit> {
    use types::CustomConfigurationInput as Input;
    let Strategy { type_, extraction, consolidation, reflection, self_managed, .. } = strategy;
    let (extraction, consolidation) = (extraction.as_ref(), consolidation.as_ref());
    Ok(Some(match type_ {
        StrategyType::SemanticOverride => Input::SemanticOverride(
            types::SemanticOverrideConfigurationInput::builder()
                .set_extraction(
                    extraction.map(|own| prompt!(SemanticOverrideExtractionConfigurationInput, own)).transpose()?,
                )
                .set_consolidation(
                    consolidation
                        .map(|own| prompt!(SemanticOverrideConsolidationConfigurationInput, own))
                        .transpose()?,
                )
                .build(),
        ),
        StrategyType::SummaryOverride => Input::SummaryOverride(
            types::SummaryOverrideConfigurationInput::builder()
                .set_consolidation(
                    consolidation
                        .map(|own| prompt!(SummaryOverrideConsolidationConfigurationInput, own))
                        .transpose()?,
                )
                .build(),
        ),
        StrategyType::UserPreferenceOverride => Input::UserPreferenceOverride(
            types::UserPreferenceOverrideConfigurationInput::builder()
                .set_extraction(
                    extraction
                        .map(|own| prompt!(UserPreferenceOverrideExtractionConfigurationInput, own))
                        .transpose()?,
                )
                .set_consolidation(
                    consolidation
                        .map(|own| prompt!(UserPreferenceOverrideConsolidationConfigurationInput, own))
                        .transpose()?,
                )
                .build(),
        ),
        StrategyType::EpisodicOverride => Input::EpisodicOverride(
            types::EpisodicOverrideConfigurationInput::builder()
                .set_extraction(
                    extraction.map(|own| prompt!(EpisodicOverrideExtractionConfigurationInput, own)).transpose()?,
                )
                .set_consolidation(
                    consolidation
                        .map(|own| prompt!(EpisodicOverrideConsolidationConfigurationInput, own))
                        .transpose()?,
                )
                .set_reflection(reflection.as_ref().map(prompted_reflection).transpose()?)
                .build(),
        ),
        StrategyType::SelfManaged => {
            let Some(own) = self_managed else {
                return Err(Unfit(format!(
                    "the strategy {} of the type SELF_MANAGED needs selfManaged",
                    strategy.name
                )));
            };
            Input::SelfManagedConfiguration(pipeline(own)?)
        }
        StrategyType::Semantic
        | StrategyType::Summarization
        | StrategyType::UserPreference
        | StrategyType::Episodic => return Ok(None),
    }))
}

/// A strategy to change.
pub(super) fn modify(modification: &Modification) -> Result<types::ModifyMemoryStrategyInput, Unfit> {
    let Modification { id, strategy, remove_record_expiry, reset_reflection } = modification;
    // Neither name nor type can change.
    let Strategy {
        name: _,
        type_: _,
        description,
        namespace_templates,
        record_schema: schema,
        record_expiry_days,
        extraction: _,
        consolidation: _,
        reflection: _,
        self_managed: _,
    } = strategy;
    let remove =
        remove_record_expiry.then_some(types::RecordExpirySpecification::Action(types::RecordExpiryAction::Remove));
    let expiry = record_expiry_days.map(types::RecordExpirySpecification::RecordExpiryDurationDays).or(remove);
    types::ModifyMemoryStrategyInput::builder()
        .memory_strategy_id(id)
        .set_description(description.clone())
        .set_namespace_templates(filled(namespace_templates.clone()))
        .set_memory_record_schema(schema.as_ref().map(record_schema).transpose()?)
        .set_record_expiry_specification(expiry)
        .set_configuration(configuration(strategy, *reset_reflection)?)
        .build()
        .map_err(Unfit::from)
}

fn configuration(
    strategy: &Strategy,
    reset_reflection: bool,
) -> Result<Option<types::ModifyStrategyConfiguration>, Unfit> {
    let Strategy { type_, extraction, consolidation, reflection, self_managed, .. } = strategy;
    let extraction = match extraction {
        Some(prompt) => extraction_override(*type_, prompt)?,
        None => None,
    };
    let consolidation = match consolidation {
        Some(prompt) => consolidation_override(*type_, prompt)?,
        None => None,
    };
    let none = Reflection::default();
    let reflection = match (reflection.as_ref().or(reset_reflection.then_some(&none)), type_) {
        (Some(own), StrategyType::Episodic) => {
            Some(types::ModifyReflectionConfiguration::EpisodicReflectionConfiguration(plain_reflection(own)?))
        }
        (Some(own), StrategyType::EpisodicOverride) if reflection.is_some() => {
            let own = types::CustomReflectionConfigurationInput::EpisodicReflectionOverride(prompted_reflection(own)?);
            Some(types::ModifyReflectionConfiguration::CustomReflectionConfiguration(own))
        }
        _ => None,
    };
    let configuration = types::ModifyStrategyConfiguration::builder()
        .set_extraction(extraction.map(types::ModifyExtractionConfiguration::CustomExtractionConfiguration))
        .set_consolidation(consolidation.map(types::ModifyConsolidationConfiguration::CustomConsolidationConfiguration))
        .set_reflection(reflection)
        .set_self_managed_configuration(self_managed.as_ref().map(changed_pipeline))
        .build();
    Ok((configuration != types::ModifyStrategyConfiguration::builder().build()).then_some(configuration))
}

fn extraction_override(
    type_: StrategyType,
    own: &PromptOverride,
) -> Result<Option<types::CustomExtractionConfigurationInput>, Unfit> {
    use types::CustomExtractionConfigurationInput as Input;
    Ok(Some(match type_ {
        StrategyType::SemanticOverride => {
            Input::SemanticExtractionOverride(prompt!(SemanticOverrideExtractionConfigurationInput, own)?)
        }
        StrategyType::UserPreferenceOverride => {
            Input::UserPreferenceExtractionOverride(prompt!(UserPreferenceOverrideExtractionConfigurationInput, own)?)
        }
        StrategyType::EpisodicOverride => {
            Input::EpisodicExtractionOverride(prompt!(EpisodicOverrideExtractionConfigurationInput, own)?)
        }
        _ => return Ok(None),
    }))
}

fn consolidation_override(
    type_: StrategyType,
    own: &PromptOverride,
) -> Result<Option<types::CustomConsolidationConfigurationInput>, Unfit> {
    use types::CustomConsolidationConfigurationInput as Input;
    Ok(Some(match type_ {
        StrategyType::SemanticOverride => {
            Input::SemanticConsolidationOverride(prompt!(SemanticOverrideConsolidationConfigurationInput, own)?)
        }
        StrategyType::SummaryOverride => {
            Input::SummaryConsolidationOverride(prompt!(SummaryOverrideConsolidationConfigurationInput, own)?)
        }
        StrategyType::UserPreferenceOverride => Input::UserPreferenceConsolidationOverride(prompt!(
            UserPreferenceOverrideConsolidationConfigurationInput,
            own
        )?),
        StrategyType::EpisodicOverride => {
            Input::EpisodicConsolidationOverride(prompt!(EpisodicOverrideConsolidationConfigurationInput, own)?)
        }
        _ => return Ok(None),
    }))
}

fn plain_reflection(own: &Reflection) -> Result<types::EpisodicReflectionConfigurationInput, Unfit> {
    // Model and prompt go with overrides only.
    let Reflection { model_id: _, append_to_prompt: _, namespace_templates, record_schema: schema } = own;
    Ok(types::EpisodicReflectionConfigurationInput::builder()
        .set_namespace_templates(filled(namespace_templates.clone()))
        .set_memory_record_schema(schema.as_ref().map(record_schema).transpose()?)
        .build())
}

fn prompted_reflection(own: &Reflection) -> Result<types::EpisodicOverrideReflectionConfigurationInput, Unfit> {
    let Reflection { model_id, append_to_prompt, namespace_templates, record_schema: schema } = own;
    types::EpisodicOverrideReflectionConfigurationInput::builder()
        .set_model_id(model_id.clone())
        .set_append_to_prompt(append_to_prompt.as_ref().map(|text| text.to_string()))
        .set_namespace_templates(filled(namespace_templates.clone()))
        .set_memory_record_schema(schema.as_ref().map(record_schema).transpose()?)
        .build()
        .map_err(Unfit::from)
}

fn pipeline(own: &SelfManaged) -> Result<types::SelfManagedConfigurationInput, Unfit> {
    let SelfManaged { topic_arn, payload_bucket_name, triggers, historical_context_window_size } = own;
    let invocation = types::InvocationConfigurationInput::builder()
        .topic_arn(topic_arn)
        .payload_delivery_bucket_name(payload_bucket_name)
        .build()?;
    Ok(types::SelfManagedConfigurationInput::builder()
        .invocation_configuration(invocation)
        .set_trigger_conditions(triggers.as_ref().map(self::triggers))
        .set_historical_context_window_size(*historical_context_window_size)
        .build())
}

fn changed_pipeline(own: &SelfManaged) -> types::ModifySelfManagedConfiguration {
    let SelfManaged { topic_arn, payload_bucket_name, triggers, historical_context_window_size } = own;
    let invocation = types::ModifyInvocationConfigurationInput::builder()
        .topic_arn(topic_arn)
        .payload_delivery_bucket_name(payload_bucket_name)
        .build();
    types::ModifySelfManagedConfiguration::builder()
        .invocation_configuration(invocation)
        .set_trigger_conditions(triggers.as_ref().map(self::triggers))
        .set_historical_context_window_size(*historical_context_window_size)
        .build()
}

fn triggers(triggers: &Triggers) -> Vec<types::TriggerConditionInput> {
    use types::TriggerConditionInput as Input;
    let Triggers { message_count, token_count, idle_session_timeout_seconds } = triggers;
    let messages = message_count.map(|count| types::MessageBasedTriggerInput::builder().message_count(count).build());
    let tokens = token_count.map(|count| types::TokenBasedTriggerInput::builder().token_count(count).build());
    let idle = idle_session_timeout_seconds
        .map(|seconds| types::TimeBasedTriggerInput::builder().idle_session_timeout(seconds).build());
    let all = [
        messages.map(Input::MessageBasedTrigger),
        tokens.map(Input::TokenBasedTrigger),
        idle.map(Input::TimeBasedTrigger),
    ];
    all.into_iter().flatten().collect()
}
