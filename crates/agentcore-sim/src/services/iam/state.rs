//! All roles and policies.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::{Policy, Rights, Sort};

/// All that the service has, by account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    accounts: BTreeMap<String, Account>,
}

/// What one account has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Account {
    /// By name in small letters: two names may not differ in capitals only.
    roles: BTreeMap<String, Role>,
    /// By ARN.
    pub(super) policies: BTreeMap<String, Managed>,
    /// Deletions of service-linked roles by task id, and why each failed.
    pub(super) deletions: BTreeMap<String, Option<super::linked::Failed>>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(super) path: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(super) description: Option<String>,
    pub(crate) max_session_seconds: u64,
    pub(super) trust: String,
    pub(crate) tags: BTreeMap<String, String>,
    /// The ARN of the policy that bounds it.
    pub(crate) boundary: Option<String>,
    /// Documents by name.
    pub(super) inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub(super) attached: Vec<String>,
    pub(crate) created_at: Timestamp,
    /// When and in which region somebody last became it.
    pub(crate) last_used: Option<(Timestamp, String)>,
    /// The service that it is linked to.
    pub(super) service: Option<String>,
}

/// A managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Managed {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// Oldest first.
    pub(super) versions: Vec<Version>,
    pub(super) default: u32,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(super) number: u32,
    pub(super) document: String,
    pub(super) created_at: Timestamp,
}

impl State {
    /// An account; an empty one if it has nothing yet.
    pub(super) fn account(&mut self, account: &str) -> &mut Account {
        self.accounts.entry(account.to_owned()).or_default()
    }

    /// A role by its name, in exactly these letters.
    pub(crate) fn role(&self, account: &str, name: &str) -> Option<&Role> {
        self.accounts.get(account)?.role(name)
    }

    /// A role by its ARN.
    pub(crate) fn role_at(&self, arn: &str) -> Option<&Role> {
        let account = arn.split(':').nth(4)?;
        let name = arn.rsplit('/').next()?;
        self.role(account, name).filter(|role| role.arn == arn)
    }

    /// Notes that somebody became a role.
    pub(crate) fn use_role(&mut self, arn: &str, at: Timestamp, region: &str) {
        let Some(role) = self.role_at(arn).map(|role| role.name.clone()) else { return };
        let account = arn.split(':').nth(4).unwrap_or_default();
        if let Some(role) = self.account(account).role_mut(&role) {
            role.last_used = Some((at, region.to_owned()));
        }
    }

    /// A managed policy of the account, or one of AWS's.
    pub(crate) fn managed(&self, account: &str, arn: &str) -> Option<Managed> {
        let own = self.accounts.get(account).and_then(|account| account.policies.get(arn));
        own.cloned().or_else(|| super::managed::of_aws().into_iter().find(|policy| policy.arn == arn))
    }

    /// What a role is allowed by its policies; the policies of a session are not among them.
    pub(crate) fn rights(&self, account: &str, role: &Role) -> Rights {
        let attached = role.attached.iter().filter_map(|arn| self.document(account, arn));
        let identity = role.inline.values().cloned().chain(attached);
        Rights {
            identity: identity.filter_map(|text| Policy::parse(&text, Sort::Identity).ok()).collect(),
            // A boundary of which nothing is known allows nothing.
            boundary: role.boundary.as_ref().map(|arn| {
                let text = self.document(account, arn).unwrap_or_default();
                Policy::parse(&text, Sort::Identity).unwrap_or_else(|_| Policy::nothing())
            }),
            session: None,
        }
    }

    /// The document of a managed policy that is in force.
    pub(crate) fn document(&self, account: &str, arn: &str) -> Option<String> {
        let policy = self.managed(account, arn)?;
        policy.version(policy.default).map(|version| version.document.clone())
    }
}

impl Account {
    pub(super) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(&name.to_lowercase()).filter(|role| role.name == name)
    }

    pub(super) fn role_mut(&mut self, name: &str) -> Option<&mut Role> {
        self.roles.get_mut(&name.to_lowercase()).filter(|role| role.name == name)
    }

    /// Whether a name is taken, be it in other capitals.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.roles.contains_key(&name.to_lowercase())
    }

    pub(super) fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    pub(super) fn insert(&mut self, role: Role) {
        self.roles.insert(role.name.to_lowercase(), role);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.roles.remove(&name.to_lowercase());
    }

    /// How many roles have a policy attached.
    pub(super) fn attachments(&self, arn: &str) -> usize {
        self.roles().filter(|role| role.attached.iter().any(|one| one == arn)).count()
    }

    /// How many roles have a policy for their boundary.
    pub(super) fn bounded(&self, arn: &str) -> usize {
        self.roles().filter(|role| role.boundary.as_deref() == Some(arn)).count()
    }
}

impl Role {
    /// Who may become the role.
    pub(crate) fn trust(&self) -> Policy {
        Policy::parse(&self.trust, Sort::Trust).unwrap_or_else(|_| Policy::nothing())
    }
}

impl Managed {
    pub(super) fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }
}
