//! Text that must not reach logs.

use std::{borrow::Cow, fmt, ops::Deref};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// Text that may hold a secret, such as the value of an environment variable or a prompt.
///
/// It serialises as the text itself, but its `Debug` shows neither the text nor its length, so that a
/// spec can be logged. There is no `Display`.
///
/// ```
/// use agentcore_api::secret::SecretText;
/// let value = SecretText::from("hunter2");
/// assert_eq!(format!("{value:?}"), "<hidden>");
/// assert_eq!(&*value, "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

/// The annotation in which client-side `kubectl apply` keeps the whole object, secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Removes from memory the copy of the spec that client-side `kubectl apply` keeps in an annotation.
///
/// The `Debug` of a kind shows its metadata, and with it that copy. Programs that log objects call this on each
/// object that they read, for example in a watcher's `modify`.
pub fn forget_last_applied(metadata: &mut ObjectMeta) {
    if let Some(annotations) = &mut metadata.annotations {
        annotations.remove(LAST_APPLIED);
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for SecretText {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl JsonSchema for SecretText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SecretText".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
