//! From the SDK's words to the spec's: a memory as GetMemory shows it.

use agentcore_api::{
    agent_memory::{
        AgentMemorySpec, IndexedKey, Kinesis, MetadataType, NamespaceKey, NamespaceKeyValidation, StreamContent,
        StreamContentLevel, StreamContentType, StreamDelivery,
    },
    common::{CommonSpec, ExecutionRole},
};
use agentcore_engine::kind::{Facts, View};
use aws_sdk_bedrockagentcorecontrol::types;

use super::{
    super::{MemoryKind, normal},
    strategy_from_sdk::seen,
};
use crate::aws::time::timestamp;

/// A memory as the pass sees it.
pub(super) fn view(memory: &types::Memory) -> View<MemoryKind> {
    let more: Vec<_> = memory.strategies.iter().flatten().map(seen).collect();
    let shown = more.iter().filter(|seen| !seen.deleting()).filter_map(|seen| seen.strategy.clone());
    let mut settings = AgentMemorySpec {
        common: CommonSpec::default(),
        memory_name: None,
        description: memory.description.clone(),
        event_expiry_days: memory.event_expiry_duration,
        strategy_preset: None,
        strategies: shown.collect(),
        encryption_key_arn: memory.encryption_key_arn.clone(),
        execution_role: memory.memory_execution_role_arn.clone().map(|arn| ExecutionRole { arn }),
        indexed_keys: memory.indexed_keys.iter().flatten().filter_map(indexed_key).collect(),
        namespace_keys: memory.namespace_keys.iter().flatten().map(namespace_key).collect(),
        stream_delivery: memory.stream_delivery_resources.as_ref().and_then(stream_delivery),
    };
    normal::spec(&mut settings);
    let facts = Facts {
        id: memory.id.clone(),
        arn: memory.arn.clone(),
        name: memory.name.clone(),
        state: memory.status.as_str().to_owned(),
        version: None,
        created_at: timestamp(&memory.created_at),
        updated_at: timestamp(&memory.updated_at),
        failure_reason: memory.failure_reason.clone(),
        managed_by: memory.managed_by_resource_arn.clone(),
    };
    View { facts, settings, more }
}

/// A key, if its type is one that this version knows.
fn indexed_key(key: &types::IndexedKey) -> Option<IndexedKey> {
    Some(IndexedKey { key: key.key.clone(), type_: metadata_type(&key.r#type)? })
}

fn namespace_key(key: &types::NamespaceKeyEntry) -> NamespaceKey {
    let validation = key.validation.as_ref().map(|validation| NamespaceKeyValidation {
        allowed_values: validation.allowed_values.clone().unwrap_or_default(),
        regex_pattern: validation.regex_pattern.clone(),
    });
    NamespaceKey { key: key.key.clone(), validation }
}

fn stream_delivery(delivery: &types::StreamDeliveryResources) -> Option<StreamDelivery> {
    let stream = delivery.resources.first()?.as_kinesis().ok()?;
    let contents = stream.content_configurations.iter().filter_map(content).collect();
    Some(StreamDelivery { kinesis: Kinesis { data_stream_arn: stream.data_stream_arn.clone(), contents } })
}

fn content(content: &types::ContentConfiguration) -> Option<StreamContent> {
    let type_ = match content.r#type {
        types::ContentType::MemoryRecords => StreamContentType::MemoryRecords,
        _ => return None,
    };
    let level = match content.level {
        types::ContentLevel::MetadataOnly => Some(StreamContentLevel::MetadataOnly),
        types::ContentLevel::FullContent => Some(StreamContentLevel::FullContent),
        _ => None,
    };
    Some(StreamContent { type_, level })
}

/// A type of metadata, if this version knows it.
pub(super) fn metadata_type(type_: &types::MetadataValueType) -> Option<MetadataType> {
    match type_ {
        types::MetadataValueType::String => Some(MetadataType::String),
        types::MetadataValueType::Stringlist => Some(MetadataType::StringList),
        types::MetadataValueType::Number => Some(MetadataType::Number),
        _ => None,
    }
}
