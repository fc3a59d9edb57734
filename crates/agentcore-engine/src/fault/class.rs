//! What is done about an error, by class, in one place.

use agentcore_api::status::Reason;
use jiff::SignedDuration;

/// What the pass does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// There is no such resource.
    NotFound,
    /// Another change is under way, or the name is taken.
    Conflict,
    /// The idempotency token was used with another body, or has expired.
    TokenMismatch,
    /// The resource is in a state in which it takes no change.
    InTransition,
    /// Too many requests.
    Throttled,
    /// A count quota is full.
    Quota,
    /// The operator may not make the call.
    Denied,
    /// The operator has no credentials, or AWS does not take them.
    Credentials,
    /// AWS refuses the body.
    Invalid,
    /// AWS can't use the execution role, which may be because it is new.
    Role,
    /// AWS answered with an error of its own, not in time, or not at all.
    Unavailable,
}

/// All that follows from a class.
struct Handling {
    /// The label of metrics and logs.
    label: &'static str,
    /// The reason of the condition, and of the event that tells of it.
    reason: Reason,
    /// Seconds until it is tried again: at first, and after many failures in a row.
    back_off: (i64, i64),
    /// Whether it goes on failing until somebody helps.
    needs_help: bool,
    /// What the user can do about it.
    advice: &'static str,
}

/// By how much of itself a wait is longer or shorter, so that what failed together is not tried again together.
const JITTER: f64 = 0.1;

impl Class {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NotFound,
        Self::Conflict,
        Self::TokenMismatch,
        Self::InTransition,
        Self::Throttled,
        Self::Quota,
        Self::Denied,
        Self::Credentials,
        Self::Invalid,
        Self::Role,
        Self::Unavailable,
    ];

    const fn handling(self) -> Handling {
        match self {
            Self::NotFound => Handling {
                label: "not_found",
                reason: Reason::AwsUnavailable,
                back_off: (1, 60),
                needs_help: false,
                advice: "It is tried again within a minute",
            },
            Self::Conflict => Handling {
                label: "conflict",
                reason: Reason::Conflict,
                back_off: (2, 30),
                needs_help: false,
                advice: "Another change is under way; it is tried again when that is done",
            },
            Self::TokenMismatch => Handling {
                label: "token_mismatch",
                reason: Reason::Conflict,
                back_off: (1, 60),
                needs_help: false,
                advice: "Another change is under way; it is tried again when that is done",
            },
            Self::InTransition => Handling {
                label: "in_transition",
                reason: Reason::Conflict,
                back_off: (2, 30),
                needs_help: false,
                advice: "Another change is under way; it is tried again when that is done",
            },
            Self::Throttled => Handling {
                label: "throttled",
                reason: Reason::Throttled,
                back_off: (2, 60),
                needs_help: false,
                advice: "AWS asked for fewer requests; it is tried again within a minute",
            },
            Self::Quota => Handling {
                label: "quota",
                reason: Reason::QuotaExceeded,
                back_off: (60, 600),
                needs_help: false,
                advice: "Delete what is not needed or ask AWS for a higher quota; it is tried again every few minutes",
            },
            Self::Denied => Handling {
                label: "denied",
                reason: Reason::AccessDenied,
                back_off: (15, 300),
                needs_help: true,
                advice: "Allow the operator's role the call (`agentcore-operator iam-policy` prints the policy that it \
                         needs); it is tried again every few minutes",
            },
            Self::Credentials => Handling {
                label: "credentials",
                reason: Reason::CredentialsMissing,
                back_off: (5, 60),
                needs_help: true,
                advice: "Give the operator's pod AWS credentials (EKS Pod Identity, an IRSA annotation on its \
                         ServiceAccount, or AWS_ACCESS_KEY_ID); it is tried again every minute",
            },
            Self::Invalid => Handling {
                label: "invalid",
                reason: Reason::InvalidSpec,
                back_off: (3600, 3600),
                needs_help: true,
                advice: "Correct the spec; the same spec is tried again in an hour, or when the annotation \
                         agentcore-operator.github.io/requestedAt changes",
            },
            Self::Role => Handling {
                label: "role",
                reason: Reason::RoleNotReady,
                back_off: (3, 30),
                needs_help: false,
                advice: "The role must exist and trust bedrock-agentcore.amazonaws.com; a new role takes AWS up to ten \
                         minutes to accept",
            },
            Self::Unavailable => Handling {
                label: "unavailable",
                reason: Reason::AwsUnavailable,
                back_off: (1, 60),
                needs_help: false,
                advice: "It is tried again within a minute",
            },
        }
    }

    /// The reason of the condition, and of the event that tells of it.
    pub const fn reason(self) -> Reason {
        self.handling().reason
    }

    /// The label of metrics and logs.
    pub const fn label(self) -> &'static str {
        self.handling().label
    }

    /// What the user can do about it.
    pub const fn advice(self) -> &'static str {
        self.handling().advice
    }

    /// Whether it goes on failing until somebody helps: a deletion that meets it says that it stands still.
    pub const fn needs_help(self) -> bool {
        self.handling().needs_help
    }

    /// The shortest and the longest time until it is tried again.
    pub const fn back_off(self) -> (SignedDuration, SignedDuration) {
        let (least, most) = self.handling().back_off;
        (SignedDuration::from_secs(least), SignedDuration::from_secs(most))
    }

    /// How long to wait after so many failures in a row before this one: twice as long each time, between the bounds of
    /// the class. `chance` from 0 to 1 spreads it.
    pub fn delay(self, failures: u32, chance: f64) -> SignedDuration {
        let (least, most) = self.back_off();
        let doubled = least.saturating_mul(1 << failures.min(20)).min(most);
        spread(doubled, chance)
    }
}

/// A time that is up to a tenth longer or shorter, by `chance` from 0 to 1.
pub fn spread(time: SignedDuration, chance: f64) -> SignedDuration {
    let factor = 1.0 - JITTER + 2.0 * JITTER * chance.clamp(0.0, 1.0);
    SignedDuration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The contract of dashboards, alerts and scripts: a line for each class.
    #[test]
    fn each_class_is_told_and_slowed_down_in_its_own_way() {
        let expected = [
            (Class::NotFound, "not_found", Reason::AwsUnavailable, 1, 60, false),
            (Class::Conflict, "conflict", Reason::Conflict, 2, 30, false),
            (Class::TokenMismatch, "token_mismatch", Reason::Conflict, 1, 60, false),
            (Class::InTransition, "in_transition", Reason::Conflict, 2, 30, false),
            (Class::Throttled, "throttled", Reason::Throttled, 2, 60, false),
            (Class::Quota, "quota", Reason::QuotaExceeded, 60, 600, false),
            (Class::Denied, "denied", Reason::AccessDenied, 15, 300, true),
            (Class::Credentials, "credentials", Reason::CredentialsMissing, 5, 60, true),
            (Class::Invalid, "invalid", Reason::InvalidSpec, 3600, 3600, true),
            (Class::Role, "role", Reason::RoleNotReady, 3, 30, false),
            (Class::Unavailable, "unavailable", Reason::AwsUnavailable, 1, 60, false),
        ];
        assert_eq!(expected.map(|(class, ..)| class), Class::ALL);
        for (class, label, reason, least, most, needs_help) in expected {
            assert_eq!((class.label(), class.reason(), class.needs_help()), (label, reason, needs_help));
            let seconds = SignedDuration::from_secs;
            assert_eq!(class.back_off(), (seconds(least), seconds(most)), "{class:?}");
            assert!(least >= 1 && most <= 3600, "{class:?}: neither a hot loop nor never");
            let advice = class.advice();
            assert!(advice.len() > 20 && !advice.ends_with('.') && !advice.contains("  "), "{class:?}: {advice}");
        }
        let labels: BTreeSet<_> = Class::ALL.map(Class::label).into();
        assert_eq!(labels.len(), Class::ALL.len(), "a label stands for one class");
    }

    #[test]
    fn waits_double_between_the_bounds_and_are_spread_by_a_tenth() {
        for class in Class::ALL {
            let (least, most) = class.back_off();
            let mut before = SignedDuration::ZERO;
            for failures in [0, 1, 2, 5, 20, 50, u32::MAX] {
                let wait = class.delay(failures, 0.5);
                assert!(wait >= before && wait >= least && wait <= most, "{class:?} after {failures}: {wait:?}");
                before = wait;
            }
            assert_eq!((class.delay(0, 0.5), class.delay(50, 0.5)), (least, most));
            assert_eq!(class.delay(1, 0.5), (least * 2).min(most));
            assert_eq!(class.delay(0, 0.0), least * 9 / 10);
            assert_eq!(class.delay(50, 1.0), most * 11 / 10);
        }
    }
}
