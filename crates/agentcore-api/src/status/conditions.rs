//! Condition types and reasons: closed sets, because they label events and metrics too.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use thiserror::Error;

/// A name that is in no closed set, for example a reason that a newer operator wrote.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not known to this version")]
pub struct UnknownName(pub String);

/// Makes an enum of names: `as_str`, `ALL`, `Display` and `FromStr` come from the one list of variants.
macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as it stands in a condition.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                match name {
                    $(stringify!($variant) => Ok(Self::$variant),)+
                    _ => Err(UnknownName(name.to_owned())),
                }
            }
        }
    };
}

names! {
    /// The types of conditions.
    ConditionType {
        /// Always present: AWS matches the spec, and the resource works.
        Ready,
        /// Present while true: the operator is on it, or waits for AWS.
        Reconciling,
        /// Present while true: the operator can't proceed without help.
        Stalled,
        /// Informational: how many of a memory's strategies are active.
        StrategiesActive,
        /// Informational: AWS still shows members that the spec no longer has, and has no way to clear.
        FieldsNotCleared,
        /// Informational: AWS was changed by others.
        Drifted,
        /// Informational: the spec says suspend.
        Suspended,
    }
}

names! {
    /// The reasons of conditions, events and metrics. More are only added.
    Reason {
        /// The resource is there and works.
        Available,
        /// The operator has begun.
        Progressing,
        /// AWS is creating the resource.
        Creating,
        /// AWS is updating the resource.
        Updating,
        /// The resource is being deleted.
        Deleting,
        /// The resource is being deleted in order to be created again.
        Replacing,
        /// The spec says suspend, and AWS does not match it.
        Suspended,
        /// Waiting for a share of a request quota.
        Queued,
        /// Something that this object references is missing or not ready.
        DependencyNotReady,
        /// An attempt failed and will be made again.
        ProgressingWithRetry,
        /// AWS asked for fewer requests.
        Throttled,
        /// AWS can't be reached or answers with errors of its own.
        AwsUnavailable,
        /// AWS denies the operator a call.
        AccessDenied,
        /// The operator has no AWS credentials.
        CredentialsMissing,
        /// A count quota of the account is full.
        QuotaExceeded,
        /// AWS refuses a change because of another one.
        Conflict,
        /// AWS can't use the execution role yet, or at all.
        RoleNotReady,
        /// AWS refuses the spec.
        InvalidSpec,
        /// The object does not parse.
        UnreadableSpec,
        /// AWS failed to create the resource.
        CreateFailed,
        /// AWS failed to update the resource.
        UpdateFailed,
        /// AWS failed to delete the resource.
        DeleteFailed,
        /// The AWS resource of this name belongs to somebody else.
        NotOwned,
        /// The operator's credentials are of another account than the resource.
        AccountMismatch,
        /// The spec's region is another than the resource's.
        RegionMismatch,
        /// The operator's `--allowed-role-arns` don't allow the role.
        RoleNotAllowed,
        /// The operator's `--allow-external-ids` don't allow this namespace to reference by id.
        ExternalIdNotAllowed,
        /// Given and injected environment variables are more than AWS takes.
        TooManyVariables,
        /// A strategy of the memory failed.
        StrategyFailed,
        /// AWS has no way to clear what the spec no longer has, and it matters.
        NotClearable,
        /// Deleting a strategy needs the user's consent.
        DeletionNotAllowed,
        /// Runtimes still use the memory.
        InUse,
        /// The runtime has endpoints that others made.
        EndpointsRemain,
        /// A defect of the operator.
        InternalError,
        /// Others have changed the resource, or deleted it, and the spec says not to set that back.
        Drifted,
        /// The operator's `--allow-adoption` doesn't allow this namespace to adopt.
        AdoptionNotAllowed,
    }
}

/// The schema of `metav1.Condition`, with the bounds that Kubernetes itself puts on it.
pub(super) fn list_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": 16,
        "items": {
            "type": "object",
            "required": ["lastTransitionTime", "message", "reason", "status", "type"],
            "properties": {
                "type": {
                    "description": "What the condition is about, for example Ready.",
                    "type": "string", "maxLength": 316,
                    "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
                },
                "status": {
                    "description": "True, False or Unknown.",
                    "type": "string", "enum": ["True", "False", "Unknown"],
                },
                "observedGeneration": {
                    "description": "The generation of the spec that the condition speaks of.",
                    "type": "integer", "format": "int64", "minimum": 0,
                },
                "lastTransitionTime": {
                    "description": "When the status last changed.",
                    "type": "string", "format": "date-time",
                },
                "reason": {
                    "description": "Why, in one word.",
                    "type": "string", "minLength": 1, "maxLength": 1024,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
                },
                "message": {
                    "description": "The cause, the object and the next step.",
                    "type": "string", "maxLength": 32768,
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse::<Reason>().unwrap(), *reason);
        }
        for type_ in ConditionType::ALL {
            assert_eq!(type_.as_str().parse::<ConditionType>().unwrap(), *type_);
        }
        assert_eq!("Nonsense".parse::<Reason>().unwrap_err().to_string(), "`Nonsense` is not known to this version");
    }

    /// The set is a promise to users' alerts and dashboards: a reason may be added here, never removed or renamed.
    #[test]
    fn reasons_are_frozen() {
        let frozen = "Available Progressing Creating Updating Deleting Replacing Suspended Queued DependencyNotReady \
             ProgressingWithRetry Throttled AwsUnavailable AccessDenied CredentialsMissing QuotaExceeded Conflict \
             RoleNotReady InvalidSpec UnreadableSpec CreateFailed UpdateFailed DeleteFailed NotOwned AccountMismatch \
             RegionMismatch RoleNotAllowed ExternalIdNotAllowed TooManyVariables StrategyFailed NotClearable \
             DeletionNotAllowed InUse EndpointsRemain InternalError Drifted AdoptionNotAllowed";
        let actual: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(actual, frozen.split_whitespace().collect::<Vec<_>>());
    }
}
