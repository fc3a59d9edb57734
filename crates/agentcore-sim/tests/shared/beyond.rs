//! Where answers go beyond the models' bounds.

/// Part of an operation's name, part of what is found wrong with its answer, and why the simulator answers so.
const BEYOND: &[(&str, &str, &str)] = &[
    ("GatewayTarget", "credentialProviderConfigurations: Min", "a target can be made without any"),
    ("ListAgentRuntime", "description: Min", "a runtime can be made without one, and lists must have one"),
    ("ListImages", "imageIds: Min", "a repository can have no images: AWS answers an empty list too"),
    ("BatchDeleteImage", "imageIds: Min", "all can have failed: AWS answers an empty list too"),
    ("ListTagsForResource", "tags: Min", "a log group can have no tags: AWS answers an empty map too"),
];

/// Whether an answer is known to be so.
pub fn is_beyond(operation: &str, found: &str) -> bool {
    BEYOND.iter().any(|(of, what, _)| operation.contains(of) && found.contains(what))
}
