//! Digests of bodies, and the idempotency tokens made of them.

use agentcore_api::status::PartRecord;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::kind::{Body, Kind};

/// How many characters of each half are kept: 120 bits, and both halves fit the record's 64 characters.
const HALF: usize = 30;

/// The digest of a body in two halves: what an update changes, and the tags, which have calls of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest {
    settings: String,
    tags: String,
}

impl Digest {
    /// The digest of a body.
    pub fn of<K: Kind>(body: &Body<K>) -> Self {
        Self { settings: half(&(&body.name, &body.settings)), tags: half(&body.tags) }
    }

    /// The digest as the record keeps it.
    pub fn text(&self) -> String {
        format!("{}.{}", self.settings, self.tags)
    }

    /// Whether the record's digest is of other settings.
    pub fn settings_differ(&self, recorded: Option<&str>) -> bool {
        recorded.and_then(|text| text.split_once('.')).is_none_or(|(settings, _)| settings != self.settings)
    }

    /// Whether the record's digest tells of no tags.
    pub fn has_no_tags(recorded: &str) -> bool {
        recorded.split_once('.').is_none_or(|(_, tags)| tags.is_empty())
    }

    /// Whether the record's digest is of other tags.
    pub fn tags_differ(&self, recorded: Option<&str>) -> bool {
        recorded.and_then(|text| text.split_once('.')).is_none_or(|(_, tags)| tags != self.tags)
    }

    /// The record's digest with our settings: an update was accepted.
    pub fn with_settings(&self, recorded: Option<&str>) -> String {
        let tags = recorded.and_then(|text| text.split_once('.')).map_or("", |(_, tags)| tags);
        format!("{}.{tags}", self.settings)
    }

    /// The record's digest with our tags: they are as they should be.
    pub fn with_tags(&self, recorded: Option<&str>) -> String {
        let settings = recorded.and_then(|text| text.split_once('.')).map_or("", |(settings, _)| settings);
        format!("{settings}.{}", self.tags)
    }
}

fn half(value: &impl Serialize) -> String {
    // What we digest are structs of texts, numbers and maps with text keys, which always make JSON.
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    let mut text = String::new();
    write_sorted(&value, &mut text);
    let mut digits = hex::encode(Sha256::digest(text.as_bytes()));
    digits.truncate(HALF);
    digits
}

/// JSON with sorted keys: a later version of the operator may declare the members in another order.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(members.get(key).unwrap_or(&Value::Null), out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_sorted(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// The namespace of our tokens, so that they never equal another program's.
const NAMESPACE: Uuid = Uuid::from_u128(0x6a1b_39c2_52c4_4d0e_9d6b_0f1c_6d2a_7e55);

/// The token of a create: the same for each send of one creation, another for the next.
pub fn create_token(uid: &str, part: &str, creation: i64) -> String {
    token(&["create", uid, part, &creation.to_string()])
}

/// The token of an update: a lost answer repeats it, a definite answer never does, because each leaves another trace
/// in the record.
pub fn update_token(id: &str, digest: &Digest, extra: &str, record: &PartRecord) -> String {
    let write = record.last_write.as_ref();
    let version = write.and_then(|write| write.version.clone()).unwrap_or_default();
    let updated_at = write.and_then(|write| write.updated_at.as_ref()).map(|at| at.0.to_string()).unwrap_or_default();
    let failed = record.failure.as_ref().map(|failure| failure.last.0.to_string()).unwrap_or_default();
    token(&["update", id, &digest.text(), extra, &version, &updated_at, &failed])
}

fn token(parts: &[&str]) -> String {
    Uuid::new_v5(&NAMESPACE, parts.join("\n").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_members_does_not_count_and_order_of_items_does() {
        assert_eq!(half(&json!({"a": 1, "b": 2})), half(&json!({"b": 2, "a": 1})));
        assert_ne!(half(&json!([1, 2])), half(&json!([2, 1])));
        assert_ne!(half(&json!({"a": {}})), half(&json!({"a": []})));
        assert_ne!(half(&json!(["a", "b"])), half(&json!(["a\",\"b"])));
    }

    #[test]
    fn fits_the_record_and_the_service() {
        let digest = Digest { settings: half(&1), tags: half(&2) };
        assert!(digest.text().len() <= 64);
        assert!(!digest.settings_differ(Some(&digest.text())) && !digest.tags_differ(Some(&digest.text())));
        assert!(digest.settings_differ(None) && digest.tags_differ(Some("nonsense")));
        // AgentCore wants 33 to 256 characters of [a-zA-Z0-9](-*[a-zA-Z0-9])*.
        assert_eq!(create_token("u", "main", 0).len(), 36);
    }

    #[test]
    fn tokens_differ_where_they_must() {
        let digest = Digest { settings: half(&1), tags: half(&2) };
        let record = PartRecord::default();
        assert_eq!(create_token("u", "main", 0), create_token("u", "main", 0));
        assert_ne!(create_token("u", "main", 0), create_token("u", "main", 1));
        assert_eq!(update_token("i", &digest, "", &record), update_token("i", &digest, "", &record));
        assert_ne!(update_token("i", &digest, "", &record), update_token("i", &digest, "again", &record));
        assert_ne!(update_token("i", &digest, "", &record), update_token("j", &digest, "", &record));
    }
}
