//! From the spec's words to the SDK's: requests, and what is not a strategy.

use agentcore_api::agent_memory::{
    AgentMemorySpec, ExtractionType, IndexedKey, Kinesis, LlmExtraction, MetadataExtraction, MetadataField,
    MetadataType, MetadataValidation, NamespaceKey, NamespaceKeyValidation, NumberValidation, RecordSchema,
    StreamContent, StreamContentLevel, StreamContentType, StreamDelivery, StringListValidation, StringValidation,
};
use agentcore_engine::kind::Body;
use aws_sdk_bedrockagentcorecontrol::{
    operation::{
        create_memory::builders::CreateMemoryFluentBuilder, update_memory::builders::UpdateMemoryFluentBuilder,
    },
    types,
};

use super::{
    super::{MemoryKind, UpdateMemory, normal},
    Unfit,
    strategy_to_sdk::{add, modify},
};

/// The request that creates a memory.
pub(super) fn create(
    request: CreateMemoryFluentBuilder,
    body: &Body<MemoryKind>,
    token: &str,
) -> Result<CreateMemoryFluentBuilder, Unfit> {
    let Body { name, tags, settings } = body;
    // The last three have no place in a desired state.
    let AgentMemorySpec {
        description,
        event_expiry_days,
        strategies,
        encryption_key_arn,
        execution_role,
        indexed_keys,
        namespace_keys,
        stream_delivery,
        common: _,
        memory_name: _,
        strategy_preset: _,
    } = settings;
    let delivery: Vec<StreamDelivery> = stream_delivery.iter().cloned().collect();
    Ok(request
        .client_token(token)
        .name(name)
        .set_description(description.clone())
        .event_expiry_duration(*event_expiry_days)
        .set_memory_strategies(filled(each(strategies, add)?))
        .set_encryption_key_arn(encryption_key_arn.clone())
        .set_memory_execution_role_arn(execution_role.as_ref().map(|role| role.arn.clone()))
        .set_indexed_keys(filled(each(indexed_keys, indexed_key)?))
        .set_namespace_keys(filled(each(namespace_keys, namespace_key)?))
        .set_stream_delivery_resources(stream_delivery.is_some().then(|| resources(&delivery)).transpose()?)
        .set_tags((!tags.is_empty()).then(|| tags.clone().into_iter().collect())))
}

/// The request that updates a memory.
pub(super) fn update(
    request: UpdateMemoryFluentBuilder,
    id: &str,
    change: &UpdateMemory,
    token: &str,
) -> Result<UpdateMemoryFluentBuilder, Unfit> {
    let UpdateMemory {
        description,
        event_expiry_days,
        execution_role,
        namespace_keys,
        stream_delivery,
        add_indexed_keys,
        add: added,
        modify: modified,
        delete: deleted,
    } = change;
    let delete =
        |id: &String| types::DeleteMemoryStrategyInput::builder().memory_strategy_id(id).build().map_err(Unfit::from);
    let strategies = types::ModifyMemoryStrategies::builder()
        .set_add_memory_strategies(filled(each(added, add)?))
        .set_modify_memory_strategies(filled(each(modified, modify)?))
        .set_delete_memory_strategies(filled(each(deleted, delete)?))
        .build();
    let any = !(added.is_empty() && modified.is_empty() && deleted.is_empty());
    Ok(request
        .client_token(token)
        .memory_id(id)
        .set_description(description.clone())
        .event_expiry_duration(*event_expiry_days)
        .set_memory_execution_role_arn(execution_role.as_ref().map(|role| role.arn.clone()))
        .set_memory_strategies(any.then_some(strategies))
        .set_add_indexed_keys(filled(each(add_indexed_keys, indexed_key)?))
        .set_namespace_keys(namespace_keys.as_ref().map(|keys| each(keys, namespace_key)).transpose()?)
        .set_stream_delivery_resources(stream_delivery.as_ref().map(|places| resources(places)).transpose()?))
}

/// A list, or nothing where it is empty.
pub(super) fn filled<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn each<T, U>(list: &[T], convert: impl Fn(&T) -> Result<U, Unfit>) -> Result<Vec<U>, Unfit> {
    list.iter().map(convert).collect()
}

fn indexed_key(key: &IndexedKey) -> Result<types::IndexedKey, Unfit> {
    let IndexedKey { key, type_ } = key;
    types::IndexedKey::builder().key(key).r#type(metadata_type(*type_)).build().map_err(Unfit::from)
}

fn namespace_key(key: &NamespaceKey) -> Result<types::NamespaceKeyEntry, Unfit> {
    let NamespaceKey { key, validation } = key;
    let validation = validation.as_ref().map(|NamespaceKeyValidation { allowed_values, regex_pattern }| {
        types::NamespaceKeyValidation::builder()
            .set_allowed_values(filled(allowed_values.clone()))
            .set_regex_pattern(regex_pattern.clone())
            .build()
    });
    types::NamespaceKeyEntry::builder().key(key).set_validation(validation).build().map_err(Unfit::from)
}

/// Where changes are delivered. Without a place the list is there, and empty.
fn resources(places: &[StreamDelivery]) -> Result<types::StreamDeliveryResources, Unfit> {
    let places = each(places, |StreamDelivery { kinesis }| {
        let Kinesis { data_stream_arn, contents } = kinesis;
        let stream = types::KinesisResource::builder()
            .data_stream_arn(data_stream_arn)
            .set_content_configurations(Some(each(contents, content)?))
            .build()?;
        Ok(types::StreamDeliveryResource::Kinesis(stream))
    })?;
    types::StreamDeliveryResources::builder().set_resources(Some(places)).build().map_err(Unfit::from)
}

fn content(content: &StreamContent) -> Result<types::ContentConfiguration, Unfit> {
    let StreamContent { type_, level } = content;
    let type_ = match type_ {
        StreamContentType::MemoryRecords => types::ContentType::MemoryRecords,
    };
    let level = level.map(|level| match level {
        StreamContentLevel::MetadataOnly => types::ContentLevel::MetadataOnly,
        StreamContentLevel::FullContent => types::ContentLevel::FullContent,
    });
    types::ContentConfiguration::builder().r#type(type_).set_level(level).build().map_err(Unfit::from)
}

/// The metadata of records.
pub(super) fn record_schema(schema: &RecordSchema) -> Result<types::MemoryRecordSchema, Unfit> {
    let RecordSchema { metadata } = schema;
    Ok(types::MemoryRecordSchema::builder().set_metadata_schema(Some(each(metadata, metadata_field)?)).build())
}

fn metadata_field(field: &MetadataField) -> Result<types::MetadataSchemaEntry, Unfit> {
    let MetadataField { key, type_, extraction_type, extraction } = field;
    let how = extraction_type.map(|how| match how {
        ExtractionType::LlmInferred => types::ExtractionType::LlmInferred,
        ExtractionType::StrictlyConsistent => types::ExtractionType::StrictlyConsistent,
    });
    let extraction = extraction.as_ref().map(|MetadataExtraction { llm }| llm_extraction(llm)).transpose()?;
    types::MetadataSchemaEntry::builder()
        .key(key)
        .set_type(type_.map(metadata_type))
        .set_extraction_type(how)
        .set_extraction_config(extraction.map(types::ExtractionConfig::LlmExtractionConfig))
        .build()
        .map_err(Unfit::from)
}

fn llm_extraction(llm: &LlmExtraction) -> Result<types::LlmExtractionConfig, Unfit> {
    let LlmExtraction { definition, instruction, validation } = llm;
    types::LlmExtractionConfig::builder()
        .definition(&**definition)
        .set_llm_extraction_instruction(instruction.as_ref().map(|text| text.to_string()))
        .set_validation(validation.as_ref().map(self::validation).transpose()?)
        .build()
        .map_err(Unfit::from)
}

fn validation(validation: &MetadataValidation) -> Result<types::Validation, Unfit> {
    match validation {
        MetadataValidation { string: Some(StringValidation { allowed_values }), string_list: None, number: None } => {
            let values = Some(allowed_values.clone());
            let texts = types::StringValidation::builder().set_allowed_values(values).build()?;
            Ok(types::Validation::StringValidation(texts))
        }
        MetadataValidation {
            string: None,
            string_list: Some(StringListValidation { allowed_values, max_items }),
            number: None,
        } => Ok(types::Validation::StringListValidation(
            types::StringListValidation::builder()
                .set_allowed_values(filled(allowed_values.clone()))
                .set_max_items(*max_items)
                .build(),
        )),
        MetadataValidation {
            string: None,
            string_list: None,
            number: Some(NumberValidation { min_value, max_value }),
        } => Ok(types::Validation::NumberValidation(
            types::NumberValidation::builder()
                .set_min_value(min_value.as_deref().map(number).transpose()?)
                .set_max_value(max_value.as_deref().map(number).transpose()?)
                .build(),
        )),
        _ => Err(Unfit("a validation of metadata needs exactly one of string, stringList and number".to_owned())),
    }
}

fn number(text: &str) -> Result<f64, Unfit> {
    normal::number(text).ok_or_else(|| Unfit(format!("`{text}` is not a number that AWS takes")))
}

fn metadata_type(type_: MetadataType) -> types::MetadataValueType {
    match type_ {
        MetadataType::String => types::MetadataValueType::String,
        MetadataType::StringList => types::MetadataValueType::Stringlist,
        MetadataType::Number => types::MetadataValueType::Number,
    }
}
