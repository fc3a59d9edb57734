//! One form for what means the same, so that neither the order of a list nor the way a number is written is a
//! difference. Desired and observed state both pass through here.

use agentcore_api::agent_memory::{
    AgentMemorySpec, MetadataField, MetadataValidation, NamespaceKey, NumberValidation, RecordSchema, Reflection,
    Strategy, StrategyType, StreamContentLevel, Triggers,
};

/// Brings settings into their one form.
pub(super) fn spec(spec: &mut AgentMemorySpec) {
    drop_empty(&mut spec.description);
    for strategy in &mut spec.strategies {
        self::strategy(strategy);
    }
    spec.strategies.sort_by(|a, b| a.name.cmp(&b.name));
    spec.indexed_keys.sort_by(|a, b| a.key.cmp(&b.key));
    for key in &mut spec.namespace_keys {
        namespace_key(key);
    }
    spec.namespace_keys.sort_by(|a, b| a.key.cmp(&b.key));
    for content in spec.stream_delivery.iter_mut().flat_map(|delivery| &mut delivery.kinesis.contents) {
        // No request can leave it out: this is what is sent for it.
        content.level.get_or_insert(StreamContentLevel::MetadataOnly);
    }
}

/// Brings a strategy into its one form.
pub(super) fn strategy(strategy: &mut Strategy) {
    drop_empty(&mut strategy.description);
    record_schema(&mut strategy.record_schema);
    if let Some(reflection) = &mut strategy.reflection {
        record_schema(&mut reflection.record_schema);
    }
    strategy.reflection.take_if(|reflection| *reflection == Reflection::default());
    if strategy.type_ == StrategyType::SelfManaged {
        // No spec can have any, and AWS's answers must show some.
        strategy.namespace_templates.clear();
    }
    if let Some(own) = &mut strategy.self_managed {
        own.triggers.take_if(|triggers| *triggers == Triggers::default());
    }
}

fn drop_empty(text: &mut Option<String>) {
    text.take_if(|text| text.is_empty());
}

fn namespace_key(key: &mut NamespaceKey) {
    if let Some(validation) = &mut key.validation {
        validation.allowed_values.sort();
    }
    key.validation.take_if(|validation| validation.allowed_values.is_empty() && validation.regex_pattern.is_none());
}

fn record_schema(schema: &mut Option<RecordSchema>) {
    schema.take_if(|schema| schema.metadata.is_empty());
    if let Some(schema) = schema {
        for field in &mut schema.metadata {
            metadata(field);
        }
        schema.metadata.sort_by(|a, b| a.key.cmp(&b.key));
    }
}

fn metadata(field: &mut MetadataField) {
    let Some(extraction) = &mut field.extraction else { return };
    match &mut extraction.llm.validation {
        Some(MetadataValidation { string: Some(texts), .. }) => texts.allowed_values.sort(),
        Some(MetadataValidation { string_list: Some(lists), .. }) => lists.allowed_values.sort(),
        Some(MetadataValidation { number: Some(numbers), .. }) => {
            let NumberValidation { min_value, max_value } = numbers;
            for bound in [min_value, max_value].into_iter().flatten() {
                if let Some(number) = number(bound) {
                    *bound = decimal(number);
                }
            }
        }
        Some(_) | None => {}
    }
}

/// The number that a text is; `None` if it is none, or none that AWS takes.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The one text of a number: `0` for `-0.0`, `1000` for `1e3`.
pub(super) fn decimal(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}
