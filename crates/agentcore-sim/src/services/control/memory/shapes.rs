//! What the requests about memories look like.

use crate::shape::common::{ANY_TEXT, ARN, BUCKET, COUNT, DESCRIPTION, NAME, TAG_KEY, TAGS};
use crate::shape::{MANY, Member, Shape, list, opt, pattern, req, text, whole};

/// Tokens of memories may have any form.
static CLIENT_TOKEN: Shape = text(0, 500);
static EXPIRY_DAYS: Shape = whole(3, 3650);

static KEY_TYPE: Shape = Shape::Choice(&["STRING", "STRINGLIST", "NUMBER"]);
static INDEXED_KEY: Shape = Shape::Record(&[req("key", &TAG_KEY), req("type", &KEY_TYPE)]);
static INDEXED_KEYS: Shape = list(1, 10, &INDEXED_KEY);

static NAMESPACE_KEY_NAME: Shape = pattern(1, 32, "[a-z][a-z0-9]*");
static ALLOWED_VALUE: Shape = pattern(1, 64, "[a-z0-9][a-z0-9-_]*");
static ALLOWED_VALUES: Shape = list(1, 10, &ALLOWED_VALUE);
static KEY_REGEX: Shape = text(1, 64);
static KEY_VALIDATION: Shape = Shape::Record(&[opt("allowedValues", &ALLOWED_VALUES), opt("regexPattern", &KEY_REGEX)]);
static NAMESPACE_KEY: Shape = Shape::Record(&[req("key", &NAMESPACE_KEY_NAME), opt("validation", &KEY_VALIDATION)]);
static NAMESPACE_KEYS: Shape = list(0, 5, &NAMESPACE_KEY);

static CONTENT_TYPE: Shape = Shape::Choice(&["MEMORY_RECORDS"]);
static CONTENT_LEVEL: Shape = Shape::Choice(&["METADATA_ONLY", "FULL_CONTENT"]);
static CONTENT: Shape = Shape::Record(&[req("type", &CONTENT_TYPE), opt("level", &CONTENT_LEVEL)]);
static CONTENTS: Shape = list(1, 1, &CONTENT);
static KINESIS: Shape = Shape::Record(&[req("dataStreamArn", &ARN), req("contentConfigurations", &CONTENTS)]);
static STREAM: Shape = Shape::Union(&[opt("kinesis", &KINESIS)]);
static STREAMS: Shape = list(0, 1, &STREAM);
static DELIVERY: Shape = Shape::Record(&[req("resources", &STREAMS)]);

static NAMESPACE: Shape = pattern(1, 512, r"[a-zA-Z0-9\-_\/]*(\{[a-zA-Z][a-zA-Z0-9]*\}[a-zA-Z0-9\-_\/]*)*");
static NAMESPACES: Shape = list(1, 1, &NAMESPACE);

static DEFINITION: Shape = text(1, 1000);
static SCHEMA_WORD: Shape = pattern(1, 256, r"[a-zA-Z0-9\s._:/=+@-]*");
static SCHEMA_WORDS: Shape = list(1, 10, &SCHEMA_WORD);
static STRING_RULE: Shape = Shape::Record(&[req("allowedValues", &SCHEMA_WORDS)]);
static LIST_WORD: Shape = pattern(1, 64, r"[a-zA-Z0-9\s._:/=+@-]*");
static LIST_WORDS: Shape = list(1, 10, &LIST_WORD);
static MAX_ITEMS: Shape = whole(1, 5);
static LIST_RULE: Shape = Shape::Record(&[opt("allowedValues", &LIST_WORDS), opt("maxItems", &MAX_ITEMS)]);
static NUMBER: Shape = Shape::Number;
static NUMBER_RULE: Shape = Shape::Record(&[opt("minValue", &NUMBER), opt("maxValue", &NUMBER)]);
static EXTRACTION_RULE: Shape = Shape::Union(&[
    opt("stringValidation", &STRING_RULE),
    opt("stringListValidation", &LIST_RULE),
    opt("numberValidation", &NUMBER_RULE),
]);
static LLM_EXTRACTION: Shape = Shape::Record(&[
    opt("llmExtractionInstruction", &DEFINITION),
    req("definition", &DEFINITION),
    opt("validation", &EXTRACTION_RULE),
]);
static EXTRACTION_CONFIG: Shape = Shape::Union(&[opt("llmExtractionConfig", &LLM_EXTRACTION)]);
static EXTRACTION_TYPE: Shape = Shape::Choice(&["LLM_INFERRED", "STRICTLY_CONSISTENT"]);
static SCHEMA_ENTRY: Shape = Shape::Record(&[
    req("key", &TAG_KEY),
    opt("type", &KEY_TYPE),
    opt("extractionType", &EXTRACTION_TYPE),
    opt("extractionConfig", &EXTRACTION_CONFIG),
]);
static SCHEMA_ENTRIES: Shape = list(1, 20, &SCHEMA_ENTRY);
static SCHEMA: Shape = Shape::Record(&[opt("metadataSchema", &SCHEMA_ENTRIES)]);

static RECORD_DAYS: Shape = whole(31, i64::MAX);
static REMOVE: Shape = Shape::Choice(&["REMOVE"]);
static RECORD_EXPIRY: Shape = Shape::Union(&[opt("recordExpiryDurationDays", &RECORD_DAYS), opt("action", &REMOVE)]);

static PROMPT_TEXT: Shape = text(1, 30_000);
static PROMPT: Shape = Shape::Record(&[req("appendToPrompt", &PROMPT_TEXT), req("modelId", &ANY_TEXT)]);
static REFLECTION: Shape = Shape::Record(&[
    opt("namespaces", &NAMESPACES),
    opt("namespaceTemplates", &NAMESPACES),
    opt("memoryRecordSchema", &SCHEMA),
]);
static REFLECTION_PROMPT: Shape = Shape::Record(&[
    req("appendToPrompt", &PROMPT_TEXT),
    req("modelId", &ANY_TEXT),
    opt("namespaces", &NAMESPACES),
    opt("namespaceTemplates", &NAMESPACES),
    opt("memoryRecordSchema", &SCHEMA),
]);

static MESSAGES: Shape = whole(1, 50);
static MESSAGE_TRIGGER: Shape = Shape::Record(&[opt("messageCount", &MESSAGES)]);
static TOKENS: Shape = whole(100, 500_000);
static TOKEN_TRIGGER: Shape = Shape::Record(&[opt("tokenCount", &TOKENS)]);
static IDLE: Shape = whole(10, 3000);
static TIME_TRIGGER: Shape = Shape::Record(&[opt("idleSessionTimeout", &IDLE)]);
static TRIGGER: Shape = Shape::Union(&[
    opt("messageBasedTrigger", &MESSAGE_TRIGGER),
    opt("tokenBasedTrigger", &TOKEN_TRIGGER),
    opt("timeBasedTrigger", &TIME_TRIGGER),
]);
static TRIGGERS: Shape = list(1, MANY, &TRIGGER);
static WINDOW: Shape = whole(0, 50);
static INVOCATION: Shape = Shape::Record(&[req("topicArn", &ARN), req("payloadDeliveryBucketName", &BUCKET)]);
static SELF_MANAGED: Shape = Shape::Record(&[
    opt("triggerConditions", &TRIGGERS),
    req("invocationConfiguration", &INVOCATION),
    opt("historicalContextWindowSize", &WINDOW),
]);

static TWO_PROMPTS: Shape = Shape::Record(&[opt("extraction", &PROMPT), opt("consolidation", &PROMPT)]);
static ONE_PROMPT: Shape = Shape::Record(&[opt("consolidation", &PROMPT)]);
static THREE_PROMPTS: Shape =
    Shape::Record(&[opt("extraction", &PROMPT), opt("consolidation", &PROMPT), opt("reflection", &REFLECTION_PROMPT)]);
static CUSTOM_CONFIGURATION: Shape = Shape::Union(&[
    opt("semanticOverride", &TWO_PROMPTS),
    opt("summaryOverride", &ONE_PROMPT),
    opt("userPreferenceOverride", &TWO_PROMPTS),
    opt("episodicOverride", &THREE_PROMPTS),
    opt("selfManagedConfiguration", &SELF_MANAGED),
]);

const NAME_MEMBER: Member = req("name", &NAME);
const DESCRIPTION_MEMBER: Member = opt("description", &DESCRIPTION);
const NAMESPACES_MEMBER: Member = opt("namespaces", &NAMESPACES);
const TEMPLATES_MEMBER: Member = opt("namespaceTemplates", &NAMESPACES);
const SCHEMA_MEMBER: Member = opt("memoryRecordSchema", &SCHEMA);
const RECORD_EXPIRY_MEMBER: Member = opt("recordExpirySpecification", &RECORD_EXPIRY);

static BUILT_IN: Shape = Shape::Record(&[
    NAME_MEMBER,
    DESCRIPTION_MEMBER,
    NAMESPACES_MEMBER,
    TEMPLATES_MEMBER,
    SCHEMA_MEMBER,
    RECORD_EXPIRY_MEMBER,
]);
static EPISODIC: Shape = Shape::Record(&[
    NAME_MEMBER,
    DESCRIPTION_MEMBER,
    NAMESPACES_MEMBER,
    TEMPLATES_MEMBER,
    SCHEMA_MEMBER,
    RECORD_EXPIRY_MEMBER,
    opt("reflectionConfiguration", &REFLECTION),
]);
static CUSTOM: Shape = Shape::Record(&[
    NAME_MEMBER,
    DESCRIPTION_MEMBER,
    NAMESPACES_MEMBER,
    TEMPLATES_MEMBER,
    SCHEMA_MEMBER,
    RECORD_EXPIRY_MEMBER,
    opt("configuration", &CUSTOM_CONFIGURATION),
]);
static STRATEGY: Shape = Shape::Union(&[
    opt("semanticMemoryStrategy", &BUILT_IN),
    opt("summaryMemoryStrategy", &BUILT_IN),
    opt("userPreferenceMemoryStrategy", &BUILT_IN),
    opt("episodicMemoryStrategy", &EPISODIC),
    opt("customMemoryStrategy", &CUSTOM),
]);
static STRATEGIES: Shape = list(0, MANY, &STRATEGY);

/// The body of CreateMemory.
pub(super) static CREATE: Shape = Shape::Record(&[
    opt("clientToken", &CLIENT_TOKEN),
    req("name", &NAME),
    opt("description", &DESCRIPTION),
    opt("encryptionKeyArn", &ARN),
    opt("memoryExecutionRoleArn", &ARN),
    req("eventExpiryDuration", &EXPIRY_DAYS),
    opt("memoryStrategies", &STRATEGIES),
    opt("indexedKeys", &INDEXED_KEYS),
    opt("namespaceKeys", &NAMESPACE_KEYS),
    opt("streamDeliveryResources", &DELIVERY),
    opt("tags", &TAGS),
]);

static EXTRACTION_CHANGE_KIND: Shape = Shape::Union(&[
    opt("semanticExtractionOverride", &PROMPT),
    opt("userPreferenceExtractionOverride", &PROMPT),
    opt("episodicExtractionOverride", &PROMPT),
]);
static EXTRACTION_CHANGE: Shape = Shape::Union(&[opt("customExtractionConfiguration", &EXTRACTION_CHANGE_KIND)]);
static CONSOLIDATION_CHANGE_KIND: Shape = Shape::Union(&[
    opt("semanticConsolidationOverride", &PROMPT),
    opt("summaryConsolidationOverride", &PROMPT),
    opt("userPreferenceConsolidationOverride", &PROMPT),
    opt("episodicConsolidationOverride", &PROMPT),
]);
static CONSOLIDATION_CHANGE: Shape =
    Shape::Union(&[opt("customConsolidationConfiguration", &CONSOLIDATION_CHANGE_KIND)]);
static REFLECTION_CHANGE_KIND: Shape = Shape::Union(&[opt("episodicReflectionOverride", &REFLECTION_PROMPT)]);
static REFLECTION_CHANGE: Shape = Shape::Union(&[
    opt("episodicReflectionConfiguration", &REFLECTION),
    opt("customReflectionConfiguration", &REFLECTION_CHANGE_KIND),
]);
static INVOCATION_CHANGE: Shape = Shape::Record(&[opt("topicArn", &ARN), opt("payloadDeliveryBucketName", &BUCKET)]);
static SELF_MANAGED_CHANGE: Shape = Shape::Record(&[
    opt("triggerConditions", &TRIGGERS),
    opt("invocationConfiguration", &INVOCATION_CHANGE),
    opt("historicalContextWindowSize", &WINDOW),
]);
static CONFIGURATION_CHANGE: Shape = Shape::Record(&[
    opt("extraction", &EXTRACTION_CHANGE),
    opt("consolidation", &CONSOLIDATION_CHANGE),
    opt("reflection", &REFLECTION_CHANGE),
    opt("selfManagedConfiguration", &SELF_MANAGED_CHANGE),
]);
static STRATEGY_CHANGE: Shape = Shape::Record(&[
    req("memoryStrategyId", &ANY_TEXT),
    DESCRIPTION_MEMBER,
    NAMESPACES_MEMBER,
    TEMPLATES_MEMBER,
    opt("configuration", &CONFIGURATION_CHANGE),
    SCHEMA_MEMBER,
    RECORD_EXPIRY_MEMBER,
]);
static STRATEGY_CHANGES: Shape = list(0, MANY, &STRATEGY_CHANGE);
static STRATEGY_DELETION: Shape = Shape::Record(&[req("memoryStrategyId", &ANY_TEXT)]);
static STRATEGY_DELETIONS: Shape = list(0, MANY, &STRATEGY_DELETION);
static ALL_STRATEGY_CHANGES: Shape = Shape::Record(&[
    opt("addMemoryStrategies", &STRATEGIES),
    opt("modifyMemoryStrategies", &STRATEGY_CHANGES),
    opt("deleteMemoryStrategies", &STRATEGY_DELETIONS),
]);

/// The body of UpdateMemory.
pub(super) static UPDATE: Shape = Shape::Record(&[
    opt("clientToken", &CLIENT_TOKEN),
    opt("description", &DESCRIPTION),
    opt("eventExpiryDuration", &EXPIRY_DAYS),
    opt("memoryExecutionRoleArn", &ARN),
    opt("memoryStrategies", &ALL_STRATEGY_CHANGES),
    opt("addIndexedKeys", &INDEXED_KEYS),
    opt("namespaceKeys", &NAMESPACE_KEYS),
    opt("streamDeliveryResources", &DELIVERY),
]);

/// The body of ListMemories; the bounds of the page are the list's own.
pub(super) static LIST: Shape = Shape::Record(&[opt("maxResults", &COUNT), opt("nextToken", &ANY_TEXT)]);

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        for shape in [&super::CREATE, &super::UPDATE, &super::LIST] {
            crate::shape::assert_compile(shape);
        }
    }
}
