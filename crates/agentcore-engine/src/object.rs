//! What a pass begins with.

use std::collections::BTreeMap;

use agentcore_api::{
    common::{DeletionPolicy, Tags},
    keys::annotation,
};
use jiff::Timestamp;

use crate::{kind::Kind, pass::clip_to};

/// An object as the API server has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Object<K: Kind> {
    /// Its metadata.
    pub meta: Meta,
    /// Its spec, or why it does not parse.
    pub spec: Result<K::Spec, String>,
    /// `spec.deletionPolicy`, which is read even where the spec does not parse. `Err` if it too is unreadable.
    pub deletion_policy: Result<Option<DeletionPolicy>, Unreadable>,
    /// Its status.
    pub status: K::Status,
}

/// A member of an object that does not parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unreadable;

/// The members of an object's metadata that a pass looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Meta {
    /// The object's namespace.
    pub namespace: String,
    /// The uid of that namespace.
    pub namespace_uid: String,
    /// The object's name.
    pub name: String,
    /// The object's uid.
    pub uid: String,
    /// The version of its spec.
    pub generation: i64,
    /// When it was created, in whole seconds.
    pub created_at: Timestamp,
    /// Since when it is being deleted, if it is.
    pub deleting_since: Option<Timestamp>,
    /// Whether it has our finalizer.
    pub finalizer: bool,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Meta {
    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    /// Whether it is being deleted.
    pub fn deleting(&self) -> bool {
        self.deleting_since.is_some()
    }

    /// Whether the user wants the object let go without touching AWS.
    pub fn abandoned(&self) -> bool {
        self.consents(annotation::ABANDON)
    }

    /// What the user can do who does not wait for AWS, as the end of a message. Nothing with an object that is not being
    /// deleted: it can't be abandoned.
    pub(crate) fn or_abandon(&self) -> String {
        if !self.deleting() {
            return String::new();
        }
        self.consent_to(annotation::ABANDON, "lets go of the object without touching AWS")
    }

    /// Whether this annotation, which allows what can't be undone, is set.
    pub(crate) fn consents(&self, key: &str) -> bool {
        self.annotation(key) == Some("true")
    }

    /// How that is allowed, as the end of a message; a value that allows nothing is told, or it would look ignored.
    pub(crate) fn consent_to(&self, key: &str, what: &str) -> String {
        match self.annotation(key) {
            Some(value) if value != "true" => {
                format!("; the annotation {key} is \"{}\": only \"true\" {what}", clip_to(value, 64).escape_debug())
            }
            _ => format!("; the annotation {key}: \"true\" {what}"),
        }
    }
}

/// What the operator was told at its start, and what of it every pass needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Which cluster this is: part of derived names and of our tags.
    pub cluster_id: String,
    /// The region of objects that name none.
    pub region: String,
    /// Tags of every resource; an object's own key wins.
    pub default_tags: Tags,
    /// Which execution roles objects may name.
    pub allowed_roles: RolePatterns,
    /// Which namespaces may reference by id what no object of theirs manages.
    pub external_ids: Namespaces,
    /// Which namespaces may adopt resources.
    pub adoption: Namespaces,
    /// Clusters whose objects are no more: what they left may be adopted.
    pub adopt_from_clusters: Vec<String>,
    /// Whether nothing is written to AWS, and no finalizer set or removed.
    pub read_only: bool,
}

/// Patterns of role ARNs, `*` for any characters. A pattern without `arn:` is about what follows the account id,
/// for example `role/AmazonBedrockAgentCore*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RolePatterns(Vec<String>);

impl RolePatterns {
    /// The patterns that hold unless the operator is told others: the names that AWS's own tools give.
    pub const DEFAULT: [&str; 2] = ["role/AmazonBedrockAgentCore*", "role/service-role/AmazonBedrockAgentCore*"];

    /// Takes the patterns as the operator's command line gives them.
    pub fn new(patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(patterns.into_iter().map(Into::into).collect())
    }

    /// Whether one of the patterns allows the role.
    pub fn allow(&self, arn: &str) -> bool {
        // `arn:aws:iam::123456789012:role/path/name`: the sixth part may hold colons itself, but never in a role.
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        self.0.iter().any(|pattern| matches(pattern, if pattern.starts_with("arn:") { arn } else { resource }))
    }

    /// The patterns, for messages.
    pub fn describe(&self) -> String {
        if self.0.is_empty() { "none".to_owned() } else { self.0.join(", ") }
    }
}

/// Whether `text` is what `pattern` says, where `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = rest.get(found + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// A set of namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Namespaces {
    /// All of them.
    All,
    /// These.
    Only(Vec<String>),
}

impl Namespaces {
    /// Whether the namespace is in the set.
    pub fn contain(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| name == namespace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RolePatterns, matches};

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("role/A*", "role/Abc", true),
            ("role/A*", "role/B", false),
            ("role/*/x*z", "role/a/xyz", true),
            ("role/*/x*z", "role/xyz", false),
            ("*", "", true),
            ("", "x", false),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn roles() {
        let default = RolePatterns::new(RolePatterns::DEFAULT);
        assert!(default.allow("arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreX"));
        assert!(default.allow("arn:aws-cn:iam::123456789012:role/service-role/AmazonBedrockAgentCoreX"));
        assert!(!default.allow("arn:aws:iam::123456789012:role/Admin"));
        assert!(!default.allow("arn:aws:iam::123456789012:role/other/AmazonBedrockAgentCoreX"));
        assert!(!RolePatterns::new(Vec::<String>::new()).allow("arn:aws:iam::123456789012:role/Admin"));
        assert!(RolePatterns::new(["arn:aws:iam::1*:role/Admin"]).allow("arn:aws:iam::123456789012:role/Admin"));
        assert!(!RolePatterns::new(["arn:aws:iam::2*:role/Admin"]).allow("arn:aws:iam::123456789012:role/Admin"));
    }
}
